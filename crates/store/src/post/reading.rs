//! What a text names, read once, before the transaction that keeps it.

use noroshi_exchange::post as text;
use noroshi_indicator::{Observable, extract, fold, tokens};

use crate::error::{Error, Result};

/// A text and what it names.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) text: String,
    /// Folded and as written, each once.
    pub(super) tags: Vec<(String, String)>,
    /// Names of accounts, in lower case.
    pub(super) mentions: Vec<String>,
    /// Sorted, each once.
    pub(super) observables: Vec<Observable>,
    /// The words by which it is found, each once.
    pub(super) words: Vec<String>,
}

impl Reading {
    /// Reads a text, or says what is wrong with it. Linear in its length.
    pub(super) fn of(written: &str) -> Result<Reading> {
        text::check(written).map_err(|error| Error::Invalid(error.to_string()))?;
        let marks = text::marks(written);
        let mut tags: Vec<_> = marks
            .tags
            .iter()
            .map(|tag| (fold(tag), tag.clone()))
            .collect();
        tags.sort();
        tags.dedup_by(|one, other| one.0 == other.0);
        let found = extract::finder(written).map(|found| found.observable);
        let mut observables: Vec<Observable> = found.collect();
        observables.sort_unstable();
        observables.dedup();
        let mut words = tokens(written);
        words.extend(tags.iter().flat_map(|(tag, _)| tokens(tag)));
        words.sort_unstable();
        words.dedup();
        Ok(Reading {
            text: written.to_owned(),
            tags,
            mentions: marks
                .mentions
                .iter()
                .map(|name| name.to_lowercase())
                .collect(),
            observables,
            words,
        })
    }
}
