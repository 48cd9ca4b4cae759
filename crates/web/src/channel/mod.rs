//! Channels, where notices of hunts go, and their logs.

pub(crate) mod api;
pub(crate) mod order;
pub(crate) mod page;

use noroshi_lookup::Time;
use noroshi_store::{Channel, Delivery};
use serde::Serialize;
use utoipa::ToSchema;

/// A channel. What is secret of it is never told.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChannelAnswer {
    /// Its number.
    pub id: i64,
    /// Whose it is, by name.
    pub owner: String,
    /// Unique among the owner's.
    pub name: String,
    /// `slack_webhook`, `slack_bot`, `email`, `webhook`, `teams`, `discord`, `mattermost` or `timeline`.
    pub kind: &'static str,
    /// Where it leads, as far as that may be told: `host`, `channel`, `to`.
    #[schema(value_type = Object)]
    pub config: serde_json::Value,
    /// `en` or `ja`.
    pub language: String,
    /// IANA name of its time zone.
    pub zone: String,
    /// `each`, `hourly` or `daily`.
    pub cadence: &'static str,
    /// The most messages an hour.
    pub per_hour: i64,
    /// Name of the audience that it reaches; null: its owner alone.
    pub audience: Option<String>,
    /// Whether hits are told on it.
    pub enabled: bool,
    /// Messages given up since the last that went well.
    pub failures: i64,
    /// It rests until then.
    pub paused_until: Option<Time>,
    /// When it was made.
    pub created: Time,
}

impl From<Channel> for ChannelAnswer {
    fn from(channel: Channel) -> ChannelAnswer {
        ChannelAnswer {
            id: channel.id,
            owner: channel.owner,
            name: channel.name,
            kind: channel.kind.name(),
            config: serde_json::from_str(&channel.config).unwrap_or_default(),
            language: channel.language,
            zone: channel.zone,
            cadence: channel.cadence.name(),
            per_hour: channel.per_hour,
            audience: channel.audience,
            enabled: channel.enabled,
            failures: channel.failures,
            paused_until: channel.paused_until.map(Time),
            created: Time(channel.created),
        }
    }
}

/// A message on its way out, or how it went.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeliveryAnswer {
    /// Its number.
    pub id: i64,
    /// Number of its channel.
    pub channel: i64,
    /// `hits`, `test` or `sheet`.
    pub kind: &'static str,
    /// Number of the hunt that it tells of, if that is one.
    pub hunt: Option<i64>,
    /// How many hits it tells of.
    pub hits: i64,
    /// `waiting`, `sending`, `sent` or `failed`.
    pub state: &'static str,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried next.
    pub next_try: Option<Time>,
    /// By which the far side knows it again.
    pub key: String,
    /// When it was made.
    pub created: Time,
    /// When the far side took it.
    pub sent: Option<Time>,
    /// What the far side answered: the status of HTTP or SMTP.
    pub status: Option<i64>,
    /// In which words.
    pub answer: Option<String>,
    /// What went wrong at the last try.
    pub error: Option<String>,
}

impl From<Delivery> for DeliveryAnswer {
    fn from(one: Delivery) -> DeliveryAnswer {
        DeliveryAnswer {
            id: one.id,
            channel: one.channel,
            kind: one.kind.name(),
            hunt: one.hunt,
            hits: one.hits,
            state: one.state.name(),
            attempts: one.attempts,
            next_try: one.next_try.map(Time),
            key: one.key,
            created: Time(one.created),
            sent: one.sent.map(Time),
            status: one.status,
            answer: one.answer,
            error: one.error,
        }
    }
}
