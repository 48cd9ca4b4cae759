//! The page of a batch: its receipt, its bad rows, and its undoing.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{BadRow, Batch, BatchState, Error};
use serde::Deserialize;

use super::api::undo;
use crate::auth::Caller;
use crate::extract::{InPath, Params};
use crate::frame::{Frame, Words, render, thousands};
use crate::part::{Mark, Moment, Pager, shortened, source_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Bad rows of a page.
const ROWS: usize = 50;

/// A receipt as tables show it.
pub(crate) struct Receipt {
    pub(crate) id: i64,
    pub(crate) source: String,
    pub(crate) state: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) actor: String,
    pub(crate) started: Moment,
    pub(crate) finished: Option<Moment>,
    pub(crate) rows: String,
    pub(crate) new: String,
    pub(crate) changed: String,
    pub(crate) unchanged: String,
    pub(crate) folded: String,
    pub(crate) delisted: String,
    pub(crate) bad: String,
    pub(crate) any_bad: bool,
    pub(crate) body: String,
    pub(crate) error: String,
    /// Whether there is something to undo.
    pub(crate) stands: bool,
}

impl Receipt {
    pub(crate) fn new(batch: Batch, words: &'static Words) -> Receipt {
        let number = |n: i64| thousands(u64::try_from(n).unwrap_or_default());
        let (state, mark) = match batch.state {
            BatchState::Running => (words.batch_running, Mark::Expired),
            BatchState::Complete => (words.batch_complete, Mark::Warned),
            BatchState::Interrupted => (words.batch_interrupted, Mark::Expired),
            BatchState::Failed => (words.batch_failed, Mark::Listed),
            BatchState::RollingBack => (words.batch_rolling_back, Mark::Expired),
            BatchState::RolledBack => (words.batch_rolled_back, Mark::Unknown),
        };
        let counts = batch.counts;
        Receipt {
            id: batch.id,
            source: batch.source,
            state,
            mark: mark.name(),
            actor: batch.actor,
            started: Moment::at(batch.started),
            finished: batch.finished.map(Moment::at),
            rows: number(counts.rows),
            new: number(counts.new),
            changed: number(counts.changed),
            unchanged: number(counts.unchanged),
            folded: number(counts.folded),
            delisted: number(counts.delisted),
            bad: number(counts.bad),
            any_bad: counts.bad > 0,
            body: batch.body.unwrap_or_default(),
            error: visible(&batch.error.unwrap_or_default()),
            stands: batch.state != BatchState::RolledBack,
        }
    }
}

#[derive(Template)]
#[template(path = "batch.html")]
struct BatchPage {
    frame: Frame,
    batch: Receipt,
    source_href: String,
    bad: Vec<BadLine>,
    pager: Pager,
    error: String,
}

struct BadLine {
    line: u64,
    reason: String,
    text: String,
}

impl From<BadRow> for BadLine {
    fn from(row: BadRow) -> BadLine {
        BadLine {
            line: row.line,
            reason: visible(&row.reason),
            text: shortened(&visible(&row.text)),
        }
    }
}

impl BatchPage {
    async fn of(
        frame: Frame,
        state: &AppState,
        id: i64,
        cursor: Option<i64>,
    ) -> Result<BatchPage, Problem> {
        let (store, reader) = (&state.store, frame.reader());
        let batch = store.batch(&reader, id).await?;
        let after = cursor.unwrap_or(0).max(0);
        let mut bad = store.bad_rows(&reader, id, after, ROWS + 1).await?;
        let next = (bad.len() > ROWS).then(|| after.saturating_add(ROWS as i64).to_string());
        bad.truncate(ROWS);
        let open = cursor.map(|cursor| cursor.to_string());
        let path = format!("/batch/{id}?");
        Ok(BatchPage {
            source_href: source_link(&batch.source),
            batch: Receipt::new(batch, frame.words),
            bad: bad.into_iter().map(BadLine::from).collect(),
            pager: Pager::new(&path, open.as_deref(), next.as_deref(), frame.words),
            frame,
            error: String::new(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct BatchParams {
    cursor: Option<i64>,
}

/// One receipt.
#[utoipa::path(get, path = "/batch/{id}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<BatchParams>,
) -> Result<Response, Problem> {
    let page = BatchPage::of(frame, &state, id, params.cursor).await?;
    render(StatusCode::OK, &page)
}

/// Undoes the batch and all later ones of its source. Asked again, it has been done.
#[utoipa::path(post, path = "/batch/{id}/rollback", responses((status = SEE_OTHER)))]
pub(crate) async fn roll_back(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    // Who may not read it does not learn that it is there.
    let page = BatchPage::of(frame, &state, id, None).await?;
    let caller = Caller::in_person(page.frame.account.clone());
    let conflict = Problem::from(Error::Conflict(String::new())).status;
    match undo(state, caller, id).await {
        Err(problem) if problem.status == conflict && page.batch.stands => {
            let page = BatchPage {
                error: problem.detail,
                ..page
            };
            render(StatusCode::CONFLICT, &page)
        }
        Err(problem) if problem.status != conflict => Err(problem),
        _ => Ok(Redirect::to(&format!("/batch/{id}")).into_response()),
    }
}
