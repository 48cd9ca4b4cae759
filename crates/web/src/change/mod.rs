//! Changes as answers show them.

pub(crate) mod api;

use noroshi_lookup::Time;
use noroshi_store::Change;
use serde::Serialize;
use utoipa::ToSchema;

/// Listings became new, different or delisted, a batch was rolled back, or a post was made, edited or
/// deleted.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct ChangeAnswer {
    /// Grows from change to change; there may be gaps.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// `listings`, `rolled_back`, `posted`, `edited` or `deleted`.
    pub kind: &'static str,
    /// Of listings: the source's name.
    pub source: Option<String>,
    /// Of a post: the author's name.
    pub from: Option<String>,
    /// The number of the batch that listings belong to.
    pub batch: Option<i64>,
    /// The number of the post.
    pub post: Option<i64>,
    /// Listings that became new.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that went.
    pub delisted: i64,
}

impl From<Change> for ChangeAnswer {
    fn from(change: Change) -> ChangeAnswer {
        let (source, from) = match change.post {
            None => (Some(change.from), None),
            Some(_) => (None, Some(change.from)),
        };
        ChangeAnswer {
            seq: change.seq,
            at: Time(change.at),
            kind: change.kind.name(),
            source,
            from,
            batch: change.batch,
            post: change.post,
            new: change.new,
            changed: change.changed,
            delisted: change.delisted,
        }
    }
}
