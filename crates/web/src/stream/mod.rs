//! The stream: what is new and matches a query, one event a statement, as answers show it.

pub(crate) mod api;
pub(crate) mod page;
mod written;

use noroshi_lookup::{Time, Value};
use noroshi_store::ListingState;
use noroshi_watch::{Event, Listening, Said};
use serde::Serialize;
use utoipa::ToSchema;

use crate::post::{EntryAnswer, PostAnswer};

/// Something new.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventAnswer {
    /// Where to go on behind it: for `Last-Event-ID` or `after`.
    pub id: String,
    /// `posted`, `edited`, `reposted`, `collected` (an item of a source became new or different) or `listed` (a
    /// listing became new or different).
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The post; of a repost, the one that was reposted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<PostAnswer>,
    /// Who reposted it, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reposted_by: Option<String>,
    /// The listing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listing: Option<ListedAnswer>,
}

/// A listing that became new or different.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListedAnswer {
    /// What is listed.
    pub observable: Value,
    /// The source's name.
    pub source: String,
    /// Whether the source lists it still.
    pub listed: bool,
    /// The source's marking.
    pub tlp: &'static str,
    /// Malware family or campaign.
    pub family: Option<String>,
    /// Sorted.
    pub tags: Vec<String>,
    /// The feed's free text.
    pub note: Option<String>,
    /// The port it was seen on.
    pub port: Option<u16>,
    /// 0 to 100.
    pub confidence: Option<u8>,
    /// A link to the evidence.
    pub reference: Option<String>,
    /// When the source first saw it.
    pub first_seen: Time,
    /// When the source last saw it.
    pub last_seen: Time,
    /// The batch that brought it.
    pub batch: i64,
}

impl From<&Event> for EventAnswer {
    fn from(event: &Event) -> EventAnswer {
        let mut answer = EventAnswer {
            id: event.place.to_string(),
            kind: event.kind.name(),
            post: None,
            reposted_by: None,
            listing: None,
        };
        match &event.said {
            Said::Entry(entry) => {
                let entry = EntryAnswer::from(noroshi_store::Entry::clone(entry));
                if entry.post.item.is_some() && entry.reposted_by.is_none() {
                    answer.kind = "collected";
                }
                if entry.reposted_by.is_some() {
                    answer.kind = "reposted";
                }
                answer.reposted_by = entry.reposted_by;
                answer.post = Some(entry.post);
            }
            Said::Listing(listing) => {
                answer.kind = "listed";
                answer.listing = Some(ListedAnswer {
                    observable: Value::from(&listing.observable),
                    source: listing.source.clone(),
                    listed: listing.state != ListingState::Delisted,
                    tlp: listing.tlp.name(),
                    family: listing.family.clone(),
                    tags: listing.tags.clone(),
                    note: listing.note.clone(),
                    port: listing.port,
                    confidence: listing.confidence,
                    reference: listing.reference.clone(),
                    first_seen: Time(listing.first_seen),
                    last_seen: Time(listing.last_seen),
                    batch: listing.batch,
                });
            }
        }
        answer
    }
}

/// Somebody who listens now.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct ListenerAnswer {
    /// The account's name.
    pub account: String,
    /// In its own words.
    pub description: String,
    /// The query or pattern; told of one's own listeners, and to administrators.
    pub test: Option<String>,
    /// Since when.
    pub since: Time,
    /// Events that it was sent.
    pub sent: u64,
}

impl From<Listening> for ListenerAnswer {
    fn from(one: Listening) -> ListenerAnswer {
        ListenerAnswer {
            account: one.name,
            description: one.description,
            test: Some(one.test),
            since: Time(one.since),
            sent: one.sent,
        }
    }
}
