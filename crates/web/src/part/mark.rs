//! How grave something is: always a colour together with a word or a shape.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_lookup::{State, Verdict};

use crate::frame::Words;

/// What is known of a value, in one word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mark {
    /// Nobody lists it.
    Unknown,
    /// Nobody lists it, and a post names it.
    Mentioned,
    /// A warninglist has it: a listing is probably a false alarm.
    Warned,
    Delisted,
    Expired,
    Listed,
}

impl Mark {
    /// A warninglist counts more than any listing.
    pub(crate) fn of(state: Option<State>, warned: bool) -> Mark {
        match (warned, state) {
            (true, _) => Mark::Warned,
            (false, None) => Mark::Unknown,
            (false, Some(State::Delisted)) => Mark::Delisted,
            (false, Some(State::Expired)) => Mark::Expired,
            (false, Some(State::Listed)) => Mark::Listed,
        }
    }

    /// What a whole verdict comes to.
    pub(crate) fn about(verdict: &Verdict, warned: bool) -> Mark {
        match Mark::of(verdict.state, warned) {
            Mark::Unknown if verdict.posts > 0 => Mark::Mentioned,
            mark => mark,
        }
    }

    /// `unknown`, `mentioned`, `warned`, `delisted`, `expired` or `listed`: the class for the style.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mark::Unknown => "unknown",
            Mark::Mentioned => "mentioned",
            Mark::Warned => "warned",
            Mark::Delisted => "delisted",
            Mark::Expired => "expired",
            Mark::Listed => "listed",
        }
    }

    pub(crate) fn word(self, words: &'static Words) -> &'static str {
        match self {
            Mark::Unknown => words.state_unknown,
            Mark::Mentioned => words.state_mentioned,
            Mark::Warned => words.state_warned,
            Mark::Delisted => words.state_delisted,
            Mark::Expired => words.state_expired,
            Mark::Listed => words.state_listed,
        }
    }
}

/// A mark that stands alone, with its word.
#[derive(Clone, Copy, Template)]
#[template(
    ext = "html",
    source = r#"<span class="badge is-{{ mark.name() }}">{{ mark.word(words) }}</span>"#
)]
pub(crate) struct Badge {
    pub(crate) mark: Mark,
    pub(crate) words: &'static Words,
}

impl HtmlSafe for Badge {}
