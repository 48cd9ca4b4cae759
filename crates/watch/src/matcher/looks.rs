//! Entries by a label that others are a few slips away from.
//!
//! Two labels that are so many slips apart share what is left of them without so many letters at most. So
//! each label is kept under all of these, and a name is asked by all of its own: some look-ups, however many
//! labels there are, and none where no label is nearly as long.

use std::collections::BTreeMap;
use std::collections::hash_map::{HashMap, RandomState};
use std::hash::BuildHasher;

use noroshi_indicator::Observable;
use noroshi_query::like::{Name, deletions};

use super::Slot;
use super::marks::drop_one;

/// Kept as hashes: two that share one cost a needless test, no more.
#[derive(Default)]
pub(super) struct Looks {
    hasher: RandomState,
    slots: HashMap<u64, Vec<Slot>>,
    /// How many labels there are of so many letters, by how many slips count.
    lengths: BTreeMap<(usize, usize), usize>,
    /// How many marks there are for what looks the same.
    pub(super) glyphs: usize,
}

impl Looks {
    pub(super) fn add(&mut self, label: &str, slips: usize, slot: Slot) {
        *self
            .lengths
            .entry((slips, label.chars().count()))
            .or_default() += 1;
        for text in deletions(label, slips) {
            let hash = self.hasher.hash_one(text);
            self.slots.entry(hash).or_default().push(slot);
        }
    }

    pub(super) fn remove(&mut self, label: &str, slips: usize, slot: Slot) {
        let key = (slips, label.chars().count());
        if let Some(count) = self.lengths.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.lengths.remove(&key);
            }
        }
        for text in deletions(label, slips) {
            let hash = self.hasher.hash_one(text);
            if let Some(slots) = self.slots.get_mut(&hash)
                && drop_one(slots, slot)
            {
                self.slots.remove(&hash);
            }
        }
    }

    /// The entries whose label the registered label of a name is a few slips away from.
    pub(super) fn find(&self, named: &Observable, add: &mut impl FnMut(Slot)) {
        if self.lengths.is_empty() {
            return;
        }
        let Some(name) = Name::of(named) else { return };
        let length = name.label().chars().count();
        let near = self
            .lengths
            .keys()
            .filter(|(slips, of)| of.abs_diff(length) <= *slips);
        let Some(slips) = near.map(|(slips, _)| *slips).max() else {
            return;
        };
        for text in deletions(name.label(), slips) {
            if let Some(slots) = self.slots.get(&self.hasher.hash_one(text)) {
                slots.iter().copied().for_each(&mut *add);
            }
        }
    }
}
