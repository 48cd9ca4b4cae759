//! The hand-over sheet over HTTP.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use noroshi_lookup::Time;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Handover;
use crate::auth::{Reading, Writing};
use crate::extract::Params;
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HandoverParams {
    /// Since then, at most 31 days ago; the caller's shift unless said otherwise, or the last eight hours.
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
}

/// Show the hand-over sheet
///
/// Hits, decisions, open questions, sources in trouble and failed messages, as far as the caller may see them. Needs
/// the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/handover", tag = "notifications", operation_id = "show_handover",
    params(HandoverParams),
    security(("key" = [])), responses((status = OK, body = Handover))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<HandoverParams>,
) -> Result<Json<Handover>, Problem> {
    let since = params.since.map(Timestamp::as_microsecond);
    Ok(Json(Handover::of(&state, caller.account.id, since).await?))
}

/// When a shift began.
#[derive(Serialize, ToSchema)]
pub(crate) struct Shift {
    /// Now.
    since: Time,
}

/// Begin a shift
///
/// From now on the caller's sheet is of what happens from now on. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/shift", tag = "notifications", operation_id = "begin_shift",
    security(("key" = [])), responses((status = OK, body = Shift))
)]
pub(crate) async fn begin(
    Writing(caller): Writing,
    State(state): State<AppState>,
) -> Result<Json<Shift>, Problem> {
    let since = Time(state.store.begin_shift(caller.account.id).await?);
    Ok(Json(Shift { since }))
}
