//! The trackers: what is collected of each kind, and how its sources do.

pub(crate) mod items;
pub(crate) mod overview;

use std::collections::HashMap;

use noroshi_collect::recipe::Data;
use noroshi_store::{Form, Source};

use crate::frame::Words;
use crate::state::AppState;

/// A kind of item that is collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tracker {
    News,
    Vulnerabilities,
    Exploits,
    Social,
}

impl Tracker {
    const ALL: [Tracker; 4] = [
        Tracker::News,
        Tracker::Vulnerabilities,
        Tracker::Exploits,
        Tracker::Social,
    ];

    /// As its address has it.
    fn name(self) -> &'static str {
        match self {
            Tracker::News => "news",
            Tracker::Vulnerabilities => "vulnerabilities",
            Tracker::Exploits => "exploits",
            Tracker::Social => "social",
        }
    }

    fn of(name: &str) -> Option<Tracker> {
        Tracker::ALL.into_iter().find(|one| one.name() == name)
    }

    fn word(self, words: &'static Words) -> &'static str {
        match self {
            Tracker::News => words.tracker_news,
            Tracker::Vulnerabilities => words.tracker_vulnerabilities,
            Tracker::Exploits => words.tracker_exploits,
            Tracker::Social => words.tracker_social,
        }
    }

    /// What a query asks for.
    fn query(self) -> &'static str {
        match self {
            Tracker::News => "in:news",
            Tracker::Vulnerabilities => "in:vuln",
            Tracker::Exploits => "in:exploit",
            Tracker::Social => "in:post",
        }
    }

    fn form(self) -> Form {
        match self {
            Tracker::News => Form::News,
            Tracker::Vulnerabilities => Form::Vulnerability,
            Tracker::Exploits => Form::Exploit,
            Tracker::Social => Form::Social,
        }
    }

    /// Whether a source collects for it, as its recipe says, or as what it brought does.
    fn has(self, state: &AppState, source: &Source, brought: &HashMap<i64, Form>) -> bool {
        let data = state.recipes().get(&source.name).map(|recipe| recipe.data);
        let by_recipe = match self {
            Tracker::News => data == Some(Data::News),
            Tracker::Vulnerabilities => matches!(data, Some(Data::Vulnerability | Data::Score)),
            Tracker::Exploits => data == Some(Data::Exploit),
            Tracker::Social => data == Some(Data::Social),
        };
        by_recipe || brought.get(&source.id) == Some(&self.form())
    }
}
