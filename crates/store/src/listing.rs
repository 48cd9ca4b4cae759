//! A listing: "this source lists this observable", as a feed row says it and as the store keeps it.

use noroshi_indicator::Observable;

/// One row of a feed or import, ready to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewListing {
    /// What is listed.
    pub observable: Observable,
    /// 0 where a source says one thing about an observable; else a hash of the feed's own row id, so
    /// that two rows about one value (another author, another port) both stay.
    pub item: i64,
    /// Microseconds since the epoch, where the feed says it.
    pub first_seen: Option<i64>,
    /// Microseconds since the epoch, where the feed says it.
    pub last_seen: Option<i64>,
    /// The port the observable was seen on.
    pub port: Option<u16>,
    /// Malware family or campaign.
    pub family: Option<String>,
    /// Sorted, without repetition.
    pub tags: Vec<String>,
    /// Free text of the feed about the row.
    pub note: Option<String>,
    /// 0 to 100.
    pub confidence: Option<u8>,
    /// A link to the evidence.
    pub reference: Option<String>,
}
