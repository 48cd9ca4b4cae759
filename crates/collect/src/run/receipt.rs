//! What came of one collection.

use noroshi_store::{Batch, Counts};
use serde::Serialize;

/// What came of one collection; `rows = new + changed + unchanged + folded + bad`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The source's name.
    pub source: String,
    /// The batch's number; none where nothing was asked of the store.
    pub batch: Option<i64>,
    /// Rows read.
    pub rows: i64,
    /// Listings that were not there.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that were there, just so.
    pub unchanged: i64,
    /// Rows that say what an earlier row of the body said.
    pub folded: i64,
    /// Listings that a snapshot no longer has. Not rows.
    pub delisted: i64,
    /// Rows that could not be read.
    pub bad: i64,
    /// The publisher said that nothing has changed since the last time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub not_modified: bool,
    /// Why it ended early; the rows counted are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Receipt {
    pub(super) fn not_modified(source: &str) -> Receipt {
        Receipt {
            not_modified: true,
            ..Receipt::of(source, None, Counts::default(), None)
        }
    }

    fn of(source: &str, batch: Option<i64>, counts: Counts, error: Option<String>) -> Receipt {
        let Counts {
            rows,
            new,
            changed,
            unchanged,
            folded,
            delisted,
            bad,
        } = counts;
        Receipt {
            source: source.to_owned(),
            batch,
            rows,
            new,
            changed,
            unchanged,
            folded,
            delisted,
            bad,
            not_modified: false,
            error,
        }
    }
}

impl From<Batch> for Receipt {
    fn from(batch: Batch) -> Receipt {
        Receipt::of(&batch.source, Some(batch.id), batch.counts, batch.error)
    }
}
