//! Hash tables from a key to the lists that have it, small enough for millions of entries.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;

/// Each key with a chain of lists. A chain costs eight bytes a link, and most have one.
#[derive(Debug)]
pub(super) struct Chains<K> {
    heads: HashMap<K, u32>,
    links: Vec<Link>,
}

#[derive(Debug)]
struct Link {
    list: u16,
    /// The older link, its number plus one.
    next: Option<NonZeroU32>,
}

impl<K> Default for Chains<K> {
    fn default() -> Chains<K> {
        Chains {
            heads: HashMap::new(),
            links: Vec::new(),
        }
    }
}

impl<K: Eq + Hash> Chains<K> {
    /// Adds a list to a key's chain.
    pub(super) fn insert(&mut self, key: K, list: u16) {
        let Ok(number) = u32::try_from(self.links.len()) else {
            return;
        };
        let older = self.heads.insert(key, number);
        self.links.push(Link {
            list,
            next: older.and_then(|older| NonZeroU32::new(older.saturating_add(1))),
        });
    }

    /// The links of a key, the latest first: their numbers and lists.
    pub(super) fn get<'a>(&'a self, key: &K) -> impl Iterator<Item = (usize, u16)> + use<'a, K> {
        let head = self.heads.get(key).map(|head| *head as usize);
        std::iter::successors(head, |at| {
            let next = self.links.get(*at)?.next?;
            Some(next.get() as usize - 1)
        })
        .filter_map(|at| Some((at, self.links.get(at)?.list)))
    }
}

/// Texts with the lists that have them. Every text is kept in one long string.
#[derive(Debug, Default)]
pub(super) struct Texts {
    hasher: RandomState,
    chains: Chains<u64>,
    arena: String,
    /// Where the text of each link ends; it begins where the one before ends.
    ends: Vec<u32>,
}

impl Texts {
    /// Adds a text of a list; false when there is no more room (4 GB of text).
    pub(super) fn insert(&mut self, text: &str, list: u16) -> bool {
        let Ok(end) = u32::try_from(self.arena.len() + text.len()) else {
            return false;
        };
        self.arena.push_str(text);
        self.ends.push(end);
        self.chains.insert(self.hasher.hash_one(text), list);
        true
    }

    /// The lists that have a text, and the text as kept.
    pub(super) fn get<'a>(&'a self, text: &str) -> impl Iterator<Item = (u16, &'a str)> {
        let hash = self.hasher.hash_one(text);
        self.chains
            .get(&hash)
            .filter_map(|(link, list)| Some((list, self.text(link)?)))
            .filter(move |(_, found)| *found == text)
    }

    fn text(&self, link: usize) -> Option<&str> {
        let start = match link.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.arena.get(start..*self.ends.get(link)? as usize)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn finds_what_a_scan_finds(
            entries in prop::collection::vec(("[ab]{0,3}", 0u16..4), 0..40),
            asked in "[ab]{0,3}",
        ) {
            let mut texts = Texts::default();
            for (text, list) in &entries {
                prop_assert!(texts.insert(text, *list));
            }
            let found: BTreeSet<u16> = texts.get(&asked).map(|(list, _)| list).collect();
            let scanned: BTreeSet<u16> =
                entries.iter().filter(|(text, _)| *text == asked).map(|(_, list)| *list).collect();
            prop_assert_eq!(found, scanned);
            prop_assert!(texts.get(&asked).all(|(_, text)| text == asked));
        }
    }
}
