//! Batches over HTTP.

use axum::Json;
use axum::extract::State;
use noroshi_store::{BadRow, Batch};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::BatchAnswer;
use crate::auth::{Caller, Reading, Writing, may_roll_back};
use crate::extract::{InPath, Params, limit};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Receipts or rows of a page, unless asked otherwise.
const USUAL: usize = 50;
/// The most of a page.
const MOST: usize = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BatchParams {
    /// Only of this source.
    source: Option<String>,
    /// Only below this number: `next` of the page before.
    before: Option<i64>,
    /// Receipts of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Batches {
    /// The newest first.
    batches: Vec<BatchAnswer>,
    /// `before` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// List batches
///
/// Receipts of the sources that the caller may read. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/batches", tag = "collecting", operation_id = "list_batches",
    params(BatchParams),
    security(("key" = [])), responses((status = OK, body = Batches))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<BatchParams>,
) -> Result<Json<Batches>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let (reader, source) = (caller.reader(), params.source.as_deref());
    // One more than told, to know whether there is another page.
    let asked = state
        .store
        .batches(&reader, source, params.before, limit + 1);
    let mut batches: Vec<BatchAnswer> = asked.await?.into_iter().map(BatchAnswer::from).collect();
    let more = batches.len() > limit;
    batches.truncate(limit);
    let next = batches.last().filter(|_| more).map(|batch| batch.id);
    Ok(Json(Batches { batches, next }))
}

/// Show a batch
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/batches/{id}", tag = "collecting", operation_id = "show_batch",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = BatchAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<BatchAnswer>, Problem> {
    Ok(Json(state.store.batch(&caller.reader(), id).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct BadParams {
    /// `next` of the page before.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct BadRows {
    /// In the order of the body; the first 10,000 of a batch are kept.
    rows: Vec<BadRowAnswer>,
    /// `after` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// A row that could not be read.
#[derive(Serialize, ToSchema)]
pub(crate) struct BadRowAnswer {
    /// Its line in the body, counted from 1.
    line: u64,
    /// Why.
    reason: String,
    /// How the row begins.
    text: String,
}

impl From<BadRow> for BadRowAnswer {
    fn from(row: BadRow) -> BadRowAnswer {
        BadRowAnswer {
            line: row.line,
            reason: row.reason,
            text: row.text,
        }
    }
}

/// List the bad rows of a batch
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/batches/{id}/bad", tag = "collecting", operation_id = "list_bad_rows",
    params(("id" = i64, Path, description = "The batch's number."), BadParams),
    security(("key" = [])), responses((status = OK, body = BadRows))
)]
pub(crate) async fn bad(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<BadParams>,
) -> Result<Json<BadRows>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    // The bad rows of a batch are numbered from 1, without a gap.
    let after = params.after.unwrap_or(0).max(0);
    let reader = caller.reader();
    let asked = state.store.bad_rows(&reader, id, after, limit + 1);
    let mut rows: Vec<BadRowAnswer> = asked.await?.into_iter().map(BadRowAnswer::from).collect();
    let next = (rows.len() > limit).then_some(after.saturating_add(limit as i64));
    rows.truncate(limit);
    Ok(Json(BadRows { rows, next }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RolledBack {
    /// Receipts of what was undone, the newest first.
    batches: Vec<BatchAnswer>,
}

/// Roll a batch back
///
/// Undoes it and all later batches of its source, exactly. Needs the scope `write`, and the role
/// `analyst` or `admin`.
#[utoipa::path(
    post, path = "/api/v1/batches/{id}/rollback", tag = "collecting",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = RolledBack))
)]
pub(crate) async fn roll_back(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<RolledBack>, Problem> {
    let undone = undo(state, caller, id).await?;
    let batches = undone.into_iter().map(BatchAnswer::from).collect();
    Ok(Json(RolledBack { batches }))
}

/// Rolls a batch back for somebody who may.
pub(crate) async fn undo(state: AppState, caller: Caller, id: i64) -> Result<Vec<Batch>, Problem> {
    if !may_roll_back(caller.account.role) {
        let role = caller.account.role;
        return Err(Problem::forbidden(format!(
            "This needs the role analyst or admin, and {} is {role}.",
            caller.account.name
        )));
    }
    to_the_end(async move {
        let (store, reader) = (&state.store, caller.reader());
        let undone = store.roll_back(&reader, id).await?;
        let numbers: Vec<String> = undone.iter().map(|batch| batch.id.to_string()).collect();
        let detail = format!("undone: {}", numbers.join(", "));
        let object = id.to_string();
        let action = "batch.rollback";
        store.audit(&reader, action, &object, Some(&detail)).await?;
        Ok(undone)
    })
    .await
}
