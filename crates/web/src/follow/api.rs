//! Following and muting over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_store::Account;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Reading, Writing};
use crate::extract::InPath;
use crate::problem::Problem;
use crate::state::AppState;

/// What the caller follows and mutes.
#[derive(Serialize, ToSchema)]
pub(crate) struct Following {
    /// Names of accounts.
    accounts: Vec<String>,
    /// Tags, without `#`.
    tags: Vec<String>,
    /// Names of accounts that are muted.
    muted: Vec<String>,
}

/// Tell what one follows
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/following", tag = "posting", operation_id = "following",
    security(("key" = [])), responses((status = OK, body = Following))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
) -> Result<Json<Following>, Problem> {
    let (store, me) = (&state.store, caller.account.id);
    let names = |accounts: Vec<Account>| accounts.into_iter().map(|one| one.name).collect();
    Ok(Json(Following {
        accounts: names(store.following(me).await?),
        tags: store.following_tags(me).await?,
        muted: names(store.muted(me).await?),
    }))
}

/// Follow an account
///
/// Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/following/accounts/{name}", tag = "posting", operation_id = "follow_account",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn follow(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .follow_account(caller.account.id, &name, true)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unfollow an account
///
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/following/accounts/{name}", tag = "posting",
    operation_id = "unfollow_account",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn unfollow(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .follow_account(caller.account.id, &name, false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Follow a tag
///
/// Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/following/tags/{tag}", tag = "posting", operation_id = "follow_tag",
    params(("tag" = String, Path, description = "Without `#`.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn follow_tag(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(tag): InPath<String>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .follow_tag(caller.account.id, &tag, true)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unfollow a tag
///
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/following/tags/{tag}", tag = "posting", operation_id = "unfollow_tag",
    params(("tag" = String, Path, description = "Without `#`.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn unfollow_tag(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(tag): InPath<String>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .follow_tag(caller.account.id, &tag, false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Mute an account
///
/// Its posts stay away from the caller's timelines, and it does not notify. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/muted/{name}", tag = "posting", operation_id = "mute_account",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn mute(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .mute_account(caller.account.id, &name, true)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Unmute an account
///
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/muted/{name}", tag = "posting", operation_id = "unmute_account",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn unmute(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .mute_account(caller.account.id, &name, false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
