//! Changes as answers show them.

pub(crate) mod api;

use noroshi_lookup::Time;
use noroshi_store::Change;
use serde::Serialize;
use utoipa::ToSchema;

/// Listings became new, different or delisted, or a batch was rolled back.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// Grows from change to change; there may be gaps.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// `listings` or `rolled_back`.
    pub kind: &'static str,
    /// The source's name.
    pub source: String,
    /// The number of the batch that it belongs to.
    pub batch: i64,
    /// Listings that became new.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that went.
    pub delisted: i64,
}

impl From<Change> for ChangeAnswer {
    fn from(change: Change) -> ChangeAnswer {
        ChangeAnswer {
            seq: change.seq,
            at: Time(change.at),
            kind: change.kind.name(),
            source: change.source,
            batch: change.batch,
            new: change.new,
            changed: change.changed,
            delisted: change.delisted,
        }
    }
}
