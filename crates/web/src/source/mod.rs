//! Sources as answers show them.

pub(crate) mod add;
pub(crate) mod api;
pub(crate) mod first;
mod health;
pub(crate) mod list;
pub(crate) mod overlap;
pub(crate) mod page;
pub(crate) mod progress;

use noroshi_indicator::Tlp;
use noroshi_lookup::Time;
use noroshi_store::{DigestRule, Source};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use health::{Health, HealthBadge};

/// A source of listings.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct SourceAnswer {
    /// Its name.
    pub name: String,
    /// Whether the schedule collects it.
    pub enabled: bool,
    /// `snapshot` (a body is the whole list) or `increment` (a body adds to the list).
    pub mode: &'static str,
    /// Name of the audience: who may read it.
    pub audience: String,
    /// Its marking: `clear`, `green`, `amber`, `amber+strict` or `red`.
    #[schema(value_type = String, example = "green")]
    pub tlp: Tlp,
    /// A listing expires so many seconds after it was last seen.
    pub expiry: Option<i64>,
    /// End of the last complete run.
    pub last_good: Option<Time>,
    /// The last try.
    pub last_run: Option<Time>,
    /// When the schedule collects it next.
    pub next_run: Option<Time>,
    /// Failed tries since the last good one.
    pub failures: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it speaks on the timeline.
    pub digest: DigestAnswer,
}

/// When a source says on the timeline what it brought.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct DigestAnswer {
    /// Whether it speaks at all.
    pub on: bool,
    /// It is quiet until so many listings are new or changed.
    pub least: i64,
    /// It is quiet for so many seconds after it spoke; the next digest tells of all since.
    pub pause: i64,
}

impl From<DigestRule> for DigestAnswer {
    fn from(rule: DigestRule) -> DigestAnswer {
        DigestAnswer {
            on: rule.on,
            least: rule.least,
            pause: rule.pause / 1_000_000,
        }
    }
}

impl From<Source> for SourceAnswer {
    fn from(source: Source) -> SourceAnswer {
        SourceAnswer {
            name: source.name,
            enabled: source.enabled,
            mode: source.mode.name(),
            audience: source.audience,
            tlp: source.tlp,
            expiry: source.expiry.map(|micros| micros / 1_000_000),
            last_good: source.last_good.map(Time),
            last_run: source.last_run.map(Time),
            next_run: source.next_run.map(Time),
            failures: source.failures,
            last_error: source.last_error,
            digest: source.digest.into(),
        }
    }
}
