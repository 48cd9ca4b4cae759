//! Everybody's API keys.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::Manager;
use crate::auth::Caller;
use crate::extract::InPath;
use crate::frame::{Frame, render};
use crate::key::api::take_back;
use crate::problem::Problem;
use crate::settings::page::KeyRow;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "manage/keys.html")]
struct KeysPage {
    frame: Frame,
    keys: Vec<KeyRow>,
}

/// All keys.
#[utoipa::path(get, path = "/manage/keys", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let keys = state.store.keys(None).await?;
    let keys = keys.into_iter().map(KeyRow::from).collect();
    render(StatusCode::OK, &KeysPage { frame, keys })
}

/// Takes any key back, at once.
#[utoipa::path(post, path = "/manage/keys/{id}/revoke", responses((status = SEE_OTHER)))]
pub(crate) async fn revoke(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    take_back(state, Caller::in_person(frame.account.clone()), id).await?;
    Ok(Redirect::to("/manage/keys").into_response())
}
