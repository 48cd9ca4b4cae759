//! A listing: "this source lists this observable", as a feed row says it and as the store keeps it.

use noroshi_indicator::{Observable, Tlp};

mod image;
mod load;

pub(crate) use image::{DELISTED, IMAGE_COLUMNS, Image, LISTED, TABLE, delete, images, replace};
pub(crate) use load::{Held, load};

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

/// How a listing stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListingState {
    /// The source lists it.
    Listed,
    /// The source no longer does.
    Delisted,
    /// The source has not repeated it for longer than its expiry.
    Expired,
}

impl ListingState {
    /// `listed`, `delisted` or `expired`.
    pub fn name(self) -> &'static str {
        ["listed", "delisted", "expired"][self as usize]
    }
}

/// A listing as a reader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What is listed.
    pub observable: Observable,
    /// The source's name.
    pub source: String,
    /// 0, or the hash of the feed's row id.
    pub item: i64,
    /// How it stands now.
    pub state: ListingState,
    /// The source's marking.
    pub tlp: Tlp,
    /// Microseconds since the epoch: when the source first saw it, or listed it here.
    pub first_seen: i64,
    /// Microseconds since the epoch: when the source last saw it, or still listed it here.
    pub last_seen: i64,
    /// Microseconds since the epoch: when Noroshi learned the listing as it is.
    pub received: i64,
    /// The port it was seen on.
    pub port: Option<u16>,
    /// Malware family or campaign.
    pub family: Option<String>,
    /// Sorted.
    pub tags: Vec<String>,
    /// The feed's free text.
    pub note: Option<String>,
    /// 0 to 100.
    pub confidence: Option<u8>,
    /// A link to the evidence.
    pub reference: Option<String>,
    /// The batch that last changed it.
    pub batch: i64,
}
