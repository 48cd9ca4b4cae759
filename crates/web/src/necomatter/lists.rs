//! Lists of accounts.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use noroshi_store::{Error, NewList};
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::{Asked, Reads, Writes};
use super::forms::found;
use super::mew::{Clock, escaped, seconds};
use super::named;
use super::refusal::Refusal;
use crate::extract::InPath;
use crate::part::encoded;
use crate::state::AppState;

/// Lists are changed by their owners.
fn own(asked: &Asked, owner: &str) -> Result<(), Refusal> {
    match asked.name() == owner {
        true => Ok(()),
        false => Err(Refusal::bad("these are the lists of somebody else")),
    }
}

/// Makes a list; one of that name that is there already stays as it is.
#[utoipa::path(post, path = "/list/{owner}", responses((status = OK)))]
pub(crate) async fn add(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    own(&asked, named(&last).ok_or_else(Refusal::nowhere)?)?;
    let given = &asked.given;
    let name = given.text("list_name")?.to_owned();
    let hidden = match given.member("hidden") {
        None => false,
        Some(Value::Bool(hidden)) => *hidden,
        Some(_) => return Err(Refusal::bad("hidden must be true or false")),
    };
    let new = NewList {
        name: name.clone(),
        description: given.text("description")?.to_owned(),
        hidden,
    };
    make(&state, &asked, new).await?;
    let description = format!("list \"{name}\" created.");
    Ok(Answer(json!({"result": "ok", "description": description})))
}

/// Makes a list where there is none of that name.
async fn make(state: &AppState, asked: &Asked, new: NewList) -> Result<(), Refusal> {
    let (reader, owner) = (asked.reader(), asked.name());
    match state.store.list(&reader, owner, &new.name).await {
        Ok(_) => return Ok(()),
        Err(Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let made = state.store.add_list(asked.me(), new).await;
    made.map(drop)
        .map_err(|error| Refusal::from(error).or(StatusCode::BAD_REQUEST))
}

#[derive(Serialize)]
struct Lists {
    result: &'static str,
    list: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    time: String,
    owner_name: String,
    unix_time: f64,
    id: i64,
    description: String,
}

/// An account's lists, oldest first; hidden ones are its own business.
#[utoipa::path(get, path = "/list/{owner}", responses((status = OK)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    reads: Result<Reads, Refusal>,
) -> Result<Response, Refusal> {
    let Some(owner) = named(&last) else {
        let page = format!("/account/{}", encoded(&last));
        return Ok(found(&page));
    };
    let Reads(asked) = reads?;
    let lists = match state.store.lists(&asked.reader(), owner).await {
        Err(Error::NotFound { .. }) => Vec::new(),
        lists => lists?,
    };
    let clock = Clock::of(&state.store, asked.me()).await?;
    let lines = lists.into_iter().map(|list| Line {
        name: list.name,
        time: clock.told(list.created),
        owner_name: list.owner,
        unix_time: seconds(list.created),
        id: list.id,
        description: escaped(&list.description),
    });
    let answer = Lists {
        result: "ok",
        list: lines.collect(),
    };
    Ok(Answer(answer).into_response())
}

/// The members of a list of the caller's, in the order in which they came.
pub(super) async fn members(
    State(state): State<AppState>,
    InPath((owner, last)): InPath<(String, String)>,
    Reads(asked): Reads,
) -> Result<Answer<Value>, Refusal> {
    let name = named(&last).ok_or_else(Refusal::nowhere)?;
    let missing = || {
        let description = format!("you have no list {name} of {owner}");
        Refusal::new(StatusCode::NOT_FOUND, description)
    };
    if asked.name() != owner {
        return Err(missing());
    }
    let list = state.store.list(&asked.reader(), &owner, name).await;
    let list = list.map_err(|error| match error {
        Error::NotFound { .. } => missing(),
        other => other.into(),
    })?;
    let members = state.store.list_members(&list).await?;
    let names: Vec<String> = members.into_iter().map(|member| member.name).collect();
    Ok(Answer(json!({
        "result": "ok", "user_list": names, "name": list.name,
        "description": escaped(&list.description),
    })))
}

/// Puts somebody into a list, which is made if it is not there.
pub(super) async fn add_member(
    State(state): State<AppState>,
    InPath((owner, last)): InPath<(String, String)>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    own(&asked, &owner)?;
    let name = named(&last).ok_or_else(Refusal::nowhere)?;
    let member = asked.given.text("target_user")?;
    let member = state.store.person(member).await?.name;
    make(&state, &asked, new(name, "")).await?;
    let added = state
        .store
        .set_list_member(asked.me(), name, &member, true)
        .await?;
    match added {
        true => Ok(Answer(json!({"result": "ok", "list_name": name}))),
        false => {
            let description = format!("{member} is in the list already");
            Err(Refusal::new(StatusCode::CONFLICT, description))
        }
    }
}

fn new(name: &str, description: &str) -> NewList {
    NewList {
        name: name.to_owned(),
        description: description.to_owned(),
        hidden: false,
    }
}

/// Gives a list another description; it is made if it is not there.
#[utoipa::path(put, path = "/list/{owner}/{name}", responses((status = OK)))]
pub(crate) async fn describe(
    State(state): State<AppState>,
    InPath((owner, last)): InPath<(String, String)>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    own(&asked, &owner)?;
    let name = named(&last).ok_or_else(Refusal::nowhere)?;
    let description = asked.given.text("description")?;
    make(&state, &asked, new(name, description)).await?;
    let list = state.store.list(&asked.reader(), &owner, name).await?;
    let change = NewList {
        hidden: list.hidden,
        ..new(name, description)
    };
    state.store.change_list(asked.me(), change).await?;
    Ok(Answer(json!({"result": "ok"})))
}

/// Takes somebody out of a list.
#[utoipa::path(delete, path = "/list/{owner}/{name}/{target}", responses((status = OK)))]
pub(crate) async fn delete_member(
    State(state): State<AppState>,
    InPath(path): InPath<(String, String, String)>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    take_out(&state, &asked, path).await
}

/// The same, for who can only post.
#[utoipa::path(post, path = "/list_delete/{owner}/{name}/{target}", responses((status = OK)))]
pub(crate) async fn post_delete_member(
    State(state): State<AppState>,
    InPath(path): InPath<(String, String, String)>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    take_out(&state, &asked, path).await
}

async fn take_out(
    state: &AppState,
    asked: &Asked,
    (owner, name, last): (String, String, String),
) -> Result<Answer<Value>, Refusal> {
    own(asked, &owner)?;
    let target = named(&last).ok_or_else(Refusal::nowhere)?;
    let missing = || {
        let description = format!("{target} is not in the list {name}");
        Refusal::new(StatusCode::NOT_FOUND, description)
    };
    let taken = state
        .store
        .set_list_member(asked.me(), &name, target, false);
    match taken.await {
        Ok(true) => Ok(Answer(
            json!({"result": "ok", "list_name": name, "delete_user": target}),
        )),
        Ok(false) | Err(Error::NotFound { .. }) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}
