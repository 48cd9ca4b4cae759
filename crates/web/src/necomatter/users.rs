//! Who is here, and who follows whom.

use axum::extract::State;
use axum::http::StatusCode;
use noroshi_store::Error;
use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::asked::{Asked, Reads, Writes};
use super::refusal::Refusal;
use crate::extract::InPath;
use crate::state::AppState;

/// The names of all people and bots.
#[utoipa::path(get, path = "/user_name_list.json", responses((status = OK)))]
pub(crate) async fn names(
    State(state): State<AppState>,
    _reads: Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let accounts = state.store.accounts().await?.into_iter();
    let here = accounts.filter(|account| account.disabled.is_none());
    let names: Vec<String> = here.map(|account| account.name).collect();
    Ok(Answer(names))
}

/// The names of those whom somebody follows, who is one of them.
#[utoipa::path(get, path = "/user/{name}/followed_user_name_list.json", responses((status = OK)))]
pub(crate) async fn followed(
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let account = match state.store.person(&name).await {
        Ok(account) => account,
        Err(Error::NotFound { .. }) => return Ok(Answer(Vec::new())),
        Err(error) => return Err(error.into()),
    };
    let mut names = vec![account.name];
    for followed in state.store.following(account.id).await? {
        if !names.contains(&followed.name) && known(&state, &asked, &followed.name).await? {
            names.push(followed.name);
        }
    }
    Ok(Answer(names))
}

/// Whether the caller may know of an account: of a source, whoever may read it.
async fn known(state: &AppState, asked: &Asked, name: &str) -> Result<bool, Refusal> {
    let there = match state.store.person(name).await {
        Err(Error::NotFound { .. }) => {
            let source = state.store.source(&asked.reader(), name).await;
            source.map(|_| true)
        }
        person => person.map(|_| true),
    };
    match there {
        Err(Error::NotFound { .. }) => Ok(false),
        there => Ok(there?),
    }
}

/// Follows somebody.
#[utoipa::path(post, path = "/follow.json", responses((status = OK)))]
pub(crate) async fn follow(
    State(state): State<AppState>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    let name = target(&state, &asked).await?;
    let followed = match name == asked.name() {
        // Everybody follows themselves.
        true => false,
        false => state.store.follow_account(asked.me(), &name, true).await?,
    };
    match followed {
        true => Ok(Answer(json!({"result": "ok"}))),
        false => Err(Refusal::bad(
            "follow failed: you follow that account already",
        )),
    }
}

/// Follows somebody no longer.
#[utoipa::path(method(post, delete), path = "/unfollow.json", responses((status = OK)))]
pub(crate) async fn unfollow(
    State(state): State<AppState>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    let name = target(&state, &asked).await?;
    let unfollowed = match name == asked.name() {
        true => true,
        false => state.store.follow_account(asked.me(), &name, false).await?,
    };
    match unfollowed {
        true => Ok(Answer(json!({"result": "ok"}))),
        false => Err(Refusal::bad(
            "unfollow failed: you do not follow that account",
        )),
    }
}

/// Whom it is about; one of whom the caller may know.
async fn target(state: &AppState, asked: &Asked) -> Result<String, Refusal> {
    let name = asked.given.text("user_name")?;
    match known(state, asked, name).await? {
        true => Ok(name.to_owned()),
        false => {
            let description = format!("there is no account {name}");
            Err(Refusal::new(StatusCode::BAD_REQUEST, description))
        }
    }
}
