//! The change feed over HTTP, with a long poll.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use noroshi_store::{Change, Reader, Store};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::ChangeAnswer;
use crate::auth::Reading;
use crate::extract::{Params, limit};
use crate::problem::Problem;
use crate::state::AppState;

/// Changes of a page, unless asked otherwise.
const USUAL: usize = 100;
/// The most changes of a page.
const MOST: usize = 1_000;
/// The longest wait, in seconds.
const LONGEST: u64 = 30;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangeParams {
    /// `next` of the answer before; 0 starts at the beginning.
    #[param(minimum = 0, default = 0)]
    after: Option<i64>,
    /// Changes of a page.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<usize>,
    /// If there is nothing yet, wait so many seconds for it.
    #[param(minimum = 0, maximum = 30, default = 0)]
    wait: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Changes {
    /// The oldest first.
    changes: Vec<ChangeAnswer>,
    /// `after` of the next question.
    next: i64,
}

/// Follow changes
///
/// What became new or different in the sources that the caller may read, in the order in which it
/// was committed. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "asking", operation_id = "list_changes",
    params(ChangeParams),
    security(("key" = [])), responses((status = OK, body = Changes))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<ChangeParams>,
) -> Result<Json<Changes>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let after = params.after.unwrap_or(0).max(0);
    let wait = params.wait.unwrap_or(0);
    if wait > LONGEST {
        let detail = format!("wait is {wait}, and may be 0 to {LONGEST} seconds");
        return Err(Problem::bad_request(detail));
    }
    let until = Instant::now() + Duration::from_secs(wait);
    let reader = caller.reader();
    let mut latest = state.store.latest_change();
    let mut looked = after;
    loop {
        // Marked as seen before looking, so that what comes in between is not missed.
        latest.borrow_and_update();
        let changes = visible(&state.store, &reader, &mut looked, limit).await?;
        let woken = changes.is_empty()
            && tokio::select! {
                biased;
                () = tokio::time::sleep_until(until) => false,
                () = state.closed() => false,
                woken = latest.changed() => woken.is_ok(),
            };
        if !woken {
            let changes: Vec<_> = changes.into_iter().map(ChangeAnswer::from).collect();
            // Not how far was looked: that would tell of changes that the caller may not see.
            let next = changes.last().map_or(after, |change| change.seq);
            return Ok(Json(Changes { changes, next }));
        }
    }
}

/// Goes on from `looked` until there is something to see, or nothing more to look at.
async fn visible(
    store: &Store,
    reader: &Reader,
    looked: &mut i64,
    limit: usize,
) -> Result<Vec<Change>, Problem> {
    loop {
        let (changes, next) = store.changes(reader, *looked, limit).await?;
        if !changes.is_empty() || next == *looked {
            return Ok(changes);
        }
        *looked = next;
    }
}
