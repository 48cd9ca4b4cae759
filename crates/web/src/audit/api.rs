//! The audit log over HTTP.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AuditAnswer;
use crate::auth::Managing;
use crate::extract::{Params, limit};
use crate::problem::Problem;
use crate::state::AppState;

/// Entries of an answer, unless asked otherwise.
const USUAL: usize = 100;
/// The most entries of an answer.
const MOST: usize = 10_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditParams {
    /// How many entries.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Audit {
    /// The newest first.
    entries: Vec<AuditAnswer>,
}

/// Show the audit log
///
/// Who changed what. Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "managing", operation_id = "list_audit",
    params(AuditParams),
    security(("key" = [])), responses((status = OK, body = Audit))
)]
pub(crate) async fn list(
    _caller: Managing,
    State(state): State<AppState>,
    Params(params): Params<AuditParams>,
) -> Result<Json<Audit>, Problem> {
    let entries = state
        .store
        .audit_log(limit(params.limit, USUAL, MOST)?)
        .await?;
    let entries = entries.into_iter().map(AuditAnswer::from).collect();
    Ok(Json(Audit { entries }))
}
