//! How a source does, in one word and a colour.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_store::Source;

use crate::frame::Words;

/// How a source does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Health {
    Good,
    /// Its last try failed.
    Failing,
    /// Nothing was collected yet.
    Waiting,
    /// Its schedule is switched off.
    Off,
}

impl Health {
    pub(crate) fn of(source: &Source) -> Health {
        match (source.enabled, source.failures, source.last_good) {
            (false, _, _) => Health::Off,
            (true, 1.., _) => Health::Failing,
            (true, _, None) => Health::Waiting,
            (true, _, Some(_)) => Health::Good,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Health::Good => "warned",
            Health::Failing => "listed",
            Health::Waiting => "expired",
            Health::Off => "unknown",
        }
    }

    fn word(self, words: &'static Words) -> &'static str {
        match self {
            Health::Good => words.health_good,
            Health::Failing => words.health_failing,
            Health::Waiting => words.health_waiting,
            Health::Off => words.health_off,
        }
    }
}

/// The dot and the word.
#[derive(Clone, Copy, Template)]
#[template(
    ext = "html",
    source = r#"<span class="badge is-{{ health.class() }}">{{ health.word(words) }}</span>"#
)]
pub(crate) struct HealthBadge {
    pub(crate) health: Health,
    pub(crate) words: &'static Words,
}

impl HtmlSafe for HealthBadge {}
