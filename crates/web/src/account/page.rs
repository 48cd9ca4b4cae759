//! An account with what it posts, over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::{AccountKind, Timeline};

use super::seen;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::part::{Moment, Posts, account_link, kind_badge, source_link, visible};
use crate::post::act::Act;
use crate::problem::Problem;
use crate::state::AppState;
use crate::timeline::page::PageParams;

#[derive(Template)]
#[template(path = "account/account.html")]
struct AccountPage {
    frame: Frame,
    name: String,
    badge: Option<&'static str>,
    path: String,
    description: Option<String>,
    organisation: Option<String>,
    owner: Option<(String, String)>,
    created: Moment,
    /// The page of the source that it speaks for.
    source: Option<String>,
    own: bool,
    followed: bool,
    muted: bool,
    posts: Posts,
}

/// An account.
#[utoipa::path(get, path = "/account/{name}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let (store, me) = (&state.store, frame.account.id);
    let account = seen(store, &frame, &name).await?;
    let timeline = Timeline::Account(name.clone());
    let (path, live) = (
        format!("{}?", account_link(&name)),
        format!("account:{name}"),
    );
    let posts = Posts::of(&state, &frame, &timeline, &path, &live, params.cursor).await?;
    let among = |all: Vec<noroshi_store::Account>| all.iter().any(|one| one.id == account.id);
    let source = account.kind == AccountKind::Source;
    let page = AccountPage {
        badge: kind_badge(account.kind, frame.words),
        path: account_link(&name),
        description: account.description.as_deref().map(visible),
        organisation: account.organisation.clone(),
        owner: account
            .owner
            .as_ref()
            .map(|owner| (owner.clone(), account_link(owner))),
        created: Moment::at(account.created),
        source: source.then(|| source_link(&name)),
        own: account.id == me,
        followed: among(store.following(me).await?),
        muted: among(store.muted(me).await?),
        name,
        posts,
        frame,
    };
    render(StatusCode::OK, &page)
}

/// Follows an account, or no longer.
#[utoipa::path(post, path = "/account/{name}/follow", responses((status = SEE_OTHER)))]
pub(crate) async fn follow(
    frame: Frame,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    seen(&state.store, &frame, &name).await?;
    let me = frame.account.id;
    state.store.follow_account(me, &name, act.on).await?;
    Ok(act.back())
}

/// Mutes an account, or no longer.
#[utoipa::path(post, path = "/account/{name}/mute", responses((status = SEE_OTHER)))]
pub(crate) async fn mute(
    frame: Frame,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    seen(&state.store, &frame, &name).await?;
    let me = frame.account.id;
    state.store.mute_account(me, &name, act.on).await?;
    Ok(act.back())
}
