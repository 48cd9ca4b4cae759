//! Lists over HTTP: one's own, and one with its timeline and its members.

use std::collections::HashSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Account, AccountKind, List, NewList, Timeline};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::account::seen;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::manage::told;
use crate::part::{Posts, account_link, list_link, visible};
use crate::problem::Problem;
use crate::state::AppState;
use crate::timeline::page::PageParams;

#[derive(Template)]
#[template(path = "list/lists.html")]
struct ListsPage {
    frame: Frame,
    lists: Vec<Row>,
    /// What was written when it went wrong.
    draft: ListForm,
    error: String,
}

struct Row {
    name: String,
    href: String,
    description: String,
    hidden: bool,
}

impl From<List> for Row {
    fn from(list: List) -> Row {
        Row {
            href: list_link(&list.owner, &list.name),
            name: visible(&list.name),
            description: visible(&list.description),
            hidden: list.hidden,
        }
    }
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct ListForm {
    name: String,
    description: String,
    /// A ticked box.
    hidden: Option<String>,
}

impl ListForm {
    fn named(&self, name: &str) -> NewList {
        NewList {
            name: name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            hidden: self.hidden.is_some(),
        }
    }
}

/// One's own lists.
#[utoipa::path(get, path = "/lists", responses((status = OK)))]
pub(crate) async fn all(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    lists(frame, &state, ListForm::default(), String::new()).await
}

async fn lists(
    frame: Frame,
    state: &AppState,
    draft: ListForm,
    error: String,
) -> Result<Response, Problem> {
    let (reader, name) = (frame.reader(), &frame.account.name);
    let own = state.store.lists(&reader, name).await?;
    let lists = own.into_iter().map(Row::from).collect();
    let status = match error.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = ListsPage {
        frame,
        lists,
        draft,
        error,
    };
    render(status, &page)
}

/// Makes a list.
#[utoipa::path(post, path = "/lists", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<ListForm>,
) -> Result<Response, Problem> {
    let new = form.named(&form.name);
    match state.store.add_list(frame.account.id, new).await {
        Ok(list) => Ok(Redirect::to(&list_link(&list.owner, &list.name)).into_response()),
        Err(error) => lists(frame, &state, form, told(error)?).await,
    }
}

#[derive(Template)]
#[template(path = "list/list.html")]
struct ListPage {
    frame: Frame,
    list: List,
    path: String,
    own: bool,
    members: Vec<(String, String)>,
    posts: Posts,
    error: String,
}

/// A list: what its members post, and who they are. `necomatter::pages` has its route, and that of `change`.
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath((owner, name)): InPath<(String, String)>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let list = state.store.list(&frame.reader(), &owner, &name).await?;
    page(frame, &state, list, params.cursor, String::new()).await
}

async fn page(
    frame: Frame,
    state: &AppState,
    list: List,
    below: Option<i64>,
    error: String,
) -> Result<Response, Problem> {
    let timeline = Timeline::List(list.owner.clone(), list.name.clone());
    let path = list_link(&list.owner, &list.name);
    let live = format!("list:{}/{}", list.owner, list.name);
    let posts = Posts::of(state, &frame, &timeline, &format!("{path}?"), &live, below).await?;
    let members = members(&frame, state, &list).await?;
    let status = match error.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = ListPage {
        own: list.owner == frame.account.name,
        frame,
        list,
        path,
        members: members
            .into_iter()
            .map(|one| (account_link(&one.name), one.name))
            .collect(),
        posts,
        error,
    };
    render(status, &page)
}

/// The members that the reader may know of.
async fn members(frame: &Frame, state: &AppState, list: &List) -> Result<Vec<Account>, Problem> {
    let mut members = state.store.list_members(list).await?;
    let sources = state.store.sources(&frame.reader()).await?;
    let seen: HashSet<String> = sources.into_iter().map(|source| source.name).collect();
    members.retain(|one| one.kind != AccountKind::Source || seen.contains(&one.name));
    Ok(members)
}

/// One's own list.
async fn own(frame: &Frame, state: &AppState, owner: &str, name: &str) -> Result<List, Problem> {
    let list = state.store.list(&frame.reader(), owner, name).await?;
    match list.owner == frame.account.name {
        true => Ok(list),
        false => Err(Problem::forbidden("Only its owner changes a list.")),
    }
}

/// Gives one's own list another description, and hides it or not.
pub(crate) async fn change(
    frame: Frame,
    State(state): State<AppState>,
    InPath((owner, name)): InPath<(String, String)>,
    FormBody(form): FormBody<ListForm>,
) -> Result<Response, Problem> {
    let list = own(&frame, &state, &owner, &name).await?;
    let changed = state
        .store
        .change_list(frame.account.id, form.named(&name))
        .await;
    match changed {
        Ok(_) => Ok(Redirect::to(&list_link(&owner, &name)).into_response()),
        Err(error) => page(frame, &state, list, None, told(error)?).await,
    }
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct MemberForm {
    member: String,
    #[serde(default)]
    on: bool,
}

/// Puts an account into one's own list, or takes it out.
#[utoipa::path(post, path = "/list/{owner}/{name}/members", responses((status = SEE_OTHER)))]
pub(crate) async fn set_member(
    frame: Frame,
    State(state): State<AppState>,
    InPath((owner, name)): InPath<(String, String)>,
    FormBody(form): FormBody<MemberForm>,
) -> Result<Response, Problem> {
    let list = own(&frame, &state, &owner, &name).await?;
    let (me, member) = (frame.account.id, form.member.trim().trim_start_matches('@'));
    let set = async {
        seen(&state.store, &frame, member).await?;
        let set = state.store.set_list_member(me, &name, member, form.on);
        Ok::<bool, Problem>(set.await?)
    };
    match set.await {
        Ok(_) => Ok(Redirect::to(&list_link(&owner, &name)).into_response()),
        Err(problem) => page(frame, &state, list, None, told(problem)?).await,
    }
}

/// Deletes one's own list.
#[utoipa::path(post, path = "/list/{owner}/{name}/delete", responses((status = SEE_OTHER)))]
pub(crate) async fn delete(
    frame: Frame,
    State(state): State<AppState>,
    InPath((owner, name)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let list = own(&frame, &state, &owner, &name).await?;
    match state.store.delete_list(frame.account.id, &name).await {
        Ok(()) => Ok(Redirect::to("/lists").into_response()),
        Err(error) => page(frame, &state, list, None, told(error)?).await,
    }
}
