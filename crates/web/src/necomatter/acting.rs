//! Stars, reposts, deletion, and what waits for approval.

use axum::extract::State;
use axum::http::StatusCode;
use noroshi_store::{EVERYONE, Error, Role};
use serde::Serialize;
use serde_json::json;

use super::answer::Answer;
use super::asked::Writes;
use super::refusal::Refusal;
use super::tweet::Part;
use crate::extract::InPath;
use crate::state::AppState;

#[derive(Serialize)]
pub(crate) struct Done {
    result: &'static str,
    description: String,
}

fn done(description: String) -> Answer<Done> {
    Answer(Done {
        result: "ok",
        description,
    })
}

/// What changed nothing went wrong, as a post that is not there does.
fn changed(result: Result<bool, Error>, nothing: &str) -> Result<(), Refusal> {
    match result {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::bad(nothing)),
        Err(error) => Err(Refusal::from(error).or(StatusCode::BAD_REQUEST)),
    }
}

/// Stars a post.
#[utoipa::path(method(post, put), path = "/tweet/{id}/add_star.json", responses((status = OK)))]
pub(crate) async fn star(
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Writes(asked): Writes,
) -> Result<Answer<Done>, Refusal> {
    let starred = state.store.star_post(asked.me(), id, true).await;
    changed(starred, "it has your star already")?;
    Ok(done(format!("add star to tweetID {id}")))
}

/// Takes a star back.
#[utoipa::path(method(post, put), path = "/tweet/{id}/delete_star.json", responses((status = OK)))]
pub(crate) async fn unstar(
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Writes(asked): Writes,
) -> Result<Answer<Done>, Refusal> {
    let taken = state.store.star_post(asked.me(), id, false).await;
    changed(taken, "it does not have your star")?;
    Ok(done(format!("delete star to tweetID {id}")))
}

/// Passes a post on.
#[utoipa::path(method(post, put), path = "/tweet/{id}/retweet.json", responses((status = OK)))]
pub(crate) async fn repost(
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Writes(asked): Writes,
) -> Result<Answer<Done>, Refusal> {
    let reposted = state.store.repost_post(asked.me(), id, true).await;
    changed(reposted, "you passed it on already")?;
    Ok(done(format!("retweet tweetID {id} success.")))
}

/// Takes that back.
#[utoipa::path(method(post, put), path = "/tweet/{id}/retweet_cancel.json", responses((status = OK)))]
pub(crate) async fn unrepost(
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Writes(asked): Writes,
) -> Result<Answer<Done>, Refusal> {
    let taken = state.store.repost_post(asked.me(), id, false).await;
    changed(taken, "you did not pass it on")?;
    Ok(done(format!("retweet cancel tweetID {id} success.")))
}

/// Deletes a post of one's own. Where there is none nothing happens, and that is told alike.
#[utoipa::path(delete, path = "/tweet/{id}", responses((status = OK)))]
pub(crate) async fn delete(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    Writes(asked): Writes,
) -> Result<Answer<Done>, Refusal> {
    let id = match Part::of(&last) {
        Some((id, Part::Page | Part::Delete)) => id,
        _ => return Err(Refusal::nowhere()),
    };
    let own = match state.store.post(&asked.reader(), id).await {
        Ok(post) => post.from.id == asked.me() && post.deleted.is_none(),
        Err(Error::NotFound { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    if own {
        match state.store.delete_post(asked.me(), id).await {
            // It went meanwhile.
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done(format!("tweet {id} deleted.")))
}

/// Approves a post that waits for it. None waits here: what is for everyone is so at once, and the
/// audience of a list is never widened.
#[utoipa::path(post, path = "/open_to_public.json", responses((status = OK)))]
pub(crate) async fn open(
    State(state): State<AppState>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    if asked.caller.account.role != Role::Admin {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "unautholized"));
    }
    let id = asked.given.id("id")?;
    let id = id.ok_or_else(|| Refusal::bad("id is missing"))?;
    let post = state.store.post(&asked.reader(), id).await;
    let post = post.map_err(|error| Refusal::from(error).or(StatusCode::BAD_REQUEST))?;
    match post.audience == EVERYONE && post.deleted.is_none() {
        true => Ok(Answer(json!({"result": "ok"}))),
        false => Err(Refusal::bad(
            "This post does not wait for approval; whom it is for stays as its author chose.",
        )),
    }
}
