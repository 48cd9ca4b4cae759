//! What a text names, read once, before the transaction that keeps it.

use noroshi_exchange::post as text;
use noroshi_indicator::{Observable, extract, fold};

use super::index::words;
use crate::NewItem;
use crate::error::{Error, Result};

/// A text and what it names.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) text: String,
    /// Folded and as written, each once.
    pub(crate) tags: Vec<(String, String)>,
    /// Names of accounts, in lower case.
    pub(crate) mentions: Vec<String>,
    /// Sorted, each once.
    pub(crate) observables: Vec<Observable>,
    /// The words by which it is found, each once.
    pub(crate) words: Vec<String>,
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
        Ok(Reading {
            text: written.to_owned(),
            words: words(written, &tags),
            tags,
            mentions: marks
                .mentions
                .iter()
                .map(|name| name.to_lowercase())
                .collect(),
            observables,
        })
    }

    /// Reads what an outside author wrote: plain text, in which nobody here is called, and no tag is set but those
    /// that come with it. Its text begins with the title. Linear in its length.
    pub(crate) fn of_item(item: &NewItem) -> Reading {
        let text = match &item.title {
            Some(title) if item.text.is_empty() || item.text == *title => title.clone(),
            Some(title) => format!("{title}\n\n{}", item.text),
            None => item.text.clone(),
        };
        let mut tags: Vec<_> = item
            .tags
            .iter()
            .map(|tag| (fold(tag), tag.clone()))
            .collect();
        tags.retain(|(tag, _)| !tag.is_empty());
        tags.sort();
        tags.dedup_by(|one, other| one.0 == other.0);
        let mut observables = item.observables.clone();
        observables.extend(extract::finder(&text).map(|found| found.observable));
        observables.sort_unstable();
        observables.dedup();
        Reading {
            words: words(&text, &tags),
            text,
            tags,
            mentions: Vec::new(),
            observables,
        }
    }
}
