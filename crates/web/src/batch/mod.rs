//! Batches as answers show them.

pub(crate) mod api;
pub(crate) mod page;

use noroshi_lookup::Time;
use noroshi_store::Batch;
use serde::Serialize;
use utoipa::ToSchema;

/// The receipt of one run of a collection or import.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct BatchAnswer {
    /// Its number.
    pub id: i64,
    /// The source's name.
    pub source: String,
    /// `running`, `complete`, `interrupted`, `failed`, `rolling_back` or `rolled_back`.
    pub state: &'static str,
    /// Who started it.
    pub actor: String,
    /// SHA-256 of the body, hexadecimal.
    pub body: Option<String>,
    /// When it began.
    pub started: Time,
    /// When it ended.
    pub finished: Option<Time>,
    /// What became of the rows: `rows = new + changed + unchanged + folded + bad`.
    pub counts: BatchCounts,
    /// Why it failed.
    pub error: Option<String>,
}

/// What became of the rows of a batch.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct BatchCounts {
    /// Rows read.
    pub rows: i64,
    /// Listings that were not there.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that were there, just so.
    pub unchanged: i64,
    /// Rows that say what an earlier row of the same body said.
    pub folded: i64,
    /// Listings that a snapshot no longer has. Not rows.
    pub delisted: i64,
    /// Rows that could not be read.
    pub bad: i64,
}

impl From<Batch> for BatchAnswer {
    fn from(batch: Batch) -> BatchAnswer {
        let counts = batch.counts;
        BatchAnswer {
            id: batch.id,
            source: batch.source,
            state: batch.state.name(),
            actor: batch.actor,
            body: batch.body,
            started: Time(batch.started),
            finished: batch.finished.map(Time),
            counts: BatchCounts {
                rows: counts.rows,
                new: counts.new,
                changed: counts.changed,
                unchanged: counts.unchanged,
                folded: counts.folded,
                delisted: counts.delisted,
                bad: counts.bad,
            },
            error: batch.error,
        }
    }
}
