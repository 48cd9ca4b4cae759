//! A hit as it is told: one title, a few lines, a link; of what does not leave the hub, only that it is.

use noroshi_indicator::Tlp;
use noroshi_store::{Channel, Delivery, Result};

use crate::courier::Courier;
use crate::words::Language;

/// The most hits that any service is told of in one message.
pub(crate) const MOST: usize = 100;

/// A hit as it is told. All texts are harmless single lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Name of the hunt.
    pub hunt: String,
    /// Its number.
    pub hunt_id: i64,
    /// Number of the hit.
    pub hit: i64,
    /// When it was found, in microseconds since the epoch.
    pub at: i64,
    /// What was found.
    pub title: String,
    /// More about it.
    pub lines: Vec<String>,
    /// Its marking; nothing where it may not be told.
    pub tlp: Option<Tlp>,
    /// Whether its text may leave the hub on this channel.
    pub carried: bool,
    /// Its page in the hub.
    pub path: String,
}

impl Courier {
    /// The oldest hits of a delivery, as the channel's owner sees them.
    pub(crate) async fn notices(
        &self,
        _channel: &Channel,
        _delivery: &Delivery,
        _language: Language,
    ) -> Result<Vec<Notice>> {
        Ok(Vec::new())
    }
}
