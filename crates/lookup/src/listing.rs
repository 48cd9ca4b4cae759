//! A listing as answers show it.

use noroshi_indicator::Tlp;
use noroshi_store::ListingState;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Time;

/// How a listing stands now, from the least to the most pressing.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The source no longer lists it.
    Delisted,
    /// The source has not repeated it for longer than its listings are good for.
    Expired,
    /// The source lists it.
    Listed,
}

impl State {
    /// `delisted`, `expired` or `listed`.
    pub fn name(self) -> &'static str {
        match self {
            State::Delisted => "delisted",
            State::Expired => "expired",
            State::Listed => "listed",
        }
    }
}

impl From<ListingState> for State {
    fn from(state: ListingState) -> State {
        match state {
            ListingState::Delisted => State::Delisted,
            ListingState::Expired => State::Expired,
            ListingState::Listed => State::Listed,
        }
    }
}

/// "This source lists this value": one row of a feed or import.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Listing {
    /// The source's name.
    pub source: String,
    /// How it stands now.
    pub state: State,
    /// The source's marking: `clear`, `green`, `amber`, `amber+strict` or `red`.
    #[schema(value_type = String, example = "green")]
    pub tlp: Tlp,
    /// When the source first saw the value, or listed it here.
    pub first_seen: Time,
    /// When the source last saw the value, or still listed it here.
    pub last_seen: Time,
    /// When Noroshi learned the listing as it is.
    pub received: Time,
    /// The port the value was seen on.
    pub port: Option<u16>,
    /// Malware family or campaign.
    pub family: Option<String>,
    /// Sorted.
    pub tags: Vec<String>,
    /// The source's free text about it.
    pub note: Option<String>,
    /// How sure the source is, 0 to 100.
    #[schema(maximum = 100)]
    pub confidence: Option<u8>,
    /// A link to the evidence, as the source gives it. It may lead anywhere: show it, do not follow it.
    pub reference: Option<String>,
    /// The number of the batch that last changed it.
    pub batch: i64,
}

impl From<&noroshi_store::Listing> for Listing {
    fn from(kept: &noroshi_store::Listing) -> Listing {
        Listing {
            source: kept.source.clone(),
            state: kept.state.into(),
            tlp: kept.tlp,
            first_seen: Time(kept.first_seen),
            last_seen: Time(kept.last_seen),
            received: Time(kept.received),
            port: kept.port,
            family: kept.family.clone(),
            tags: kept.tags.clone(),
            note: kept.note.clone(),
            confidence: kept.confidence,
            reference: kept.reference.clone(),
            batch: kept.batch,
        }
    }
}
