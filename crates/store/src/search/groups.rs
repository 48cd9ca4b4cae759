//! Counts over an answer: by kind, source, family and tag.

use std::collections::HashMap;

use super::Found;

/// Counting stops here; the answer then says "10,000+".
const ENOUGH: u64 = 10_000;

/// Rows of each group that are told.
const TOLD: usize = 20;

/// How many observables of an answer share something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The kind, source, family or tag.
    pub name: String,
    /// Observables that have it.
    pub count: u64,
}

/// Counts over an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Observables found.
    pub total: u64,
    /// Whether all were counted; else every count is "at least".
    pub complete: bool,
    /// By kind, most first; so the others.
    pub kinds: Vec<Group>,
    /// By source.
    pub sources: Vec<Group>,
    /// By family.
    pub families: Vec<Group>,
    /// By tag.
    pub tags: Vec<Group>,
}

#[derive(Default)]
pub(super) struct Counting {
    total: u64,
    kinds: HashMap<String, u64>,
    sources: HashMap<String, u64>,
    families: HashMap<String, u64>,
    tags: HashMap<String, u64>,
}

impl Counting {
    pub(super) fn add(&mut self, found: &Found) {
        self.total += 1;
        count(
            &mut self.kinds,
            std::iter::once(found.observable.kind().name()),
        );
        count(
            &mut self.sources,
            found.listings.iter().map(|listing| listing.source.as_str()),
        );
        count(
            &mut self.families,
            found
                .listings
                .iter()
                .filter_map(|listing| listing.family.as_deref()),
        );
        count(
            &mut self.tags,
            found
                .listings
                .iter()
                .flat_map(|listing| &listing.tags)
                .map(String::as_str),
        );
    }

    pub(super) fn is_enough(&self) -> bool {
        self.total >= ENOUGH
    }

    pub(super) fn groups(self, complete: bool) -> Groups {
        Groups {
            total: self.total,
            complete,
            kinds: most_first(self.kinds),
            sources: most_first(self.sources),
            families: most_first(self.families),
            tags: most_first(self.tags),
        }
    }
}

/// Counts each name once an observable, however many of its listings have it.
fn count<'a>(counts: &mut HashMap<String, u64>, names: impl Iterator<Item = &'a str>) {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        match counts.get_mut(name) {
            Some(count) => *count += 1,
            None => {
                counts.insert(name.to_owned(), 1);
            }
        }
    }
}

fn most_first(counts: HashMap<String, u64>) -> Vec<Group> {
    let mut groups: Vec<Group> = counts
        .into_iter()
        .map(|(name, count)| Group { name, count })
        .collect();
    groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
    groups.truncate(TOLD);
    groups
}
