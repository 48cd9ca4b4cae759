//! A statement made ready to be asked many questions.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::statement::Statement;
use crate::text::{Prose, folded};

/// A statement whose texts are folded when first needed, so that any number of matchers share
/// the work; no copy is made of what is folded already.
pub struct Folded<'s> {
    pub(crate) said: &'s Statement<'s>,
    /// Names of hunts, as queries have them, that found it.
    pub(crate) hunts: &'s [String],
    values: OnceCell<Vec<Cow<'s, str>>>,
    family: OnceCell<Option<Prose<'s>>>,
    tags: OnceCell<Vec<Prose<'s>>>,
    text: OnceCell<Option<Prose<'s>>>,
}

impl<'s> Folded<'s> {
    /// Folds nothing yet.
    pub fn new(said: &'s Statement<'s>) -> Folded<'s> {
        Folded {
            said,
            hunts: &[],
            values: OnceCell::new(),
            family: OnceCell::new(),
            tags: OnceCell::new(),
            text: OnceCell::new(),
        }
    }

    /// The same as found by hunts of these names, of those that a query asks for.
    #[must_use]
    pub fn found_by(mut self, hunts: &'s [String]) -> Folded<'s> {
        self.hunts = hunts;
        self
    }

    /// What it was made of.
    pub fn statement(&self) -> &'s Statement<'s> {
        self.said
    }

    /// The folded values of those of its observables that are searchable in part.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        let values = self.values.get_or_init(|| {
            let named = self.said.observables.iter();
            named
                .filter(|named| named.kind().searchable_in_part())
                .map(|named| folded(named.value()))
                .collect()
        });
        values.iter().map(Cow::as_ref)
    }

    /// Its family, tags and text, folded.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.prose().map(|prose| prose.folded.as_ref())
    }

    pub(crate) fn family(&self) -> Option<&Prose<'s>> {
        self.family
            .get_or_init(|| self.said.family.map(Prose::new))
            .as_ref()
    }

    pub(crate) fn tags(&self) -> &[Prose<'s>] {
        self.tags
            .get_or_init(|| self.said.tags.iter().map(|tag| Prose::new(tag)).collect())
    }

    fn text(&self) -> Option<&Prose<'s>> {
        self.text
            .get_or_init(|| self.said.text.map(Prose::new))
            .as_ref()
    }

    pub(crate) fn prose(&self) -> impl Iterator<Item = &Prose<'s>> {
        self.family()
            .into_iter()
            .chain(self.tags())
            .chain(self.text())
    }
}
