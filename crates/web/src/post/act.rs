//! What one does to a post: star, repost, delete. Each leads back to where it was done.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{FormBody, InPath};
use crate::frame::{Frame, local};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

#[derive(Deserialize, ToSchema)]
pub(crate) struct Act {
    /// Do it, or take it back.
    #[serde(default)]
    pub(crate) on: bool,
    /// The page to go back to.
    #[serde(default)]
    pub(crate) next: String,
}

impl Act {
    pub(crate) fn back(&self) -> Response {
        Redirect::to(local(&self.next)).into_response()
    }
}

/// Stars a post, or takes the star back.
#[utoipa::path(post, path = "/post/{id}/star", responses((status = SEE_OTHER)))]
pub(crate) async fn star(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    state.store.star_post(frame.account.id, id, act.on).await?;
    Ok(act.back())
}

/// Reposts a post, or takes that back.
#[utoipa::path(post, path = "/post/{id}/repost", responses((status = SEE_OTHER)))]
pub(crate) async fn repost(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    state
        .store
        .repost_post(frame.account.id, id, act.on)
        .await?;
    Ok(act.back())
}

/// Deletes a post: one's own, or as an administrator any.
#[utoipa::path(post, path = "/post/{id}/delete", responses((status = SEE_OTHER)))]
pub(crate) async fn delete(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let (store, account) = (state.store.clone(), frame.account.id);
    to_the_end(async move { Ok(store.delete_post(account, id).await?) }).await?;
    Ok(act.back())
}
