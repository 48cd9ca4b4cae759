//! The audit log over HTTP.

use axum::Json;
use axum::extract::State;
use noroshi_store::AuditFilter;
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
    /// Only by this account.
    account: Option<String>,
    /// Only this action: `key.add`, …
    action: Option<String>,
    /// Only what was done to just this.
    object: Option<String>,
    /// Only below this number: `next` of the page before.
    before: Option<i64>,
    /// How many entries.
    #[param(minimum = 1, maximum = 10_000, default = 100)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Audit {
    /// The newest first.
    entries: Vec<AuditAnswer>,
    /// `before` of the next page; nothing when this is the last.
    next: Option<i64>,
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
    let limit = limit(params.limit, USUAL, MOST)?;
    let filter = AuditFilter {
        account: params.account,
        action: params.action,
        object: params.object,
        before: params.before,
    };
    let mut entries = state.store.audit_log(&filter, limit + 1).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = entries.last().filter(|_| more).map(|entry| entry.id);
    let entries = entries.into_iter().map(AuditAnswer::from).collect();
    Ok(Json(Audit { entries, next }))
}
