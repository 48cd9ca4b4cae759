//! Entries by a literal that a text must have: all literals in one pass.
//!
//! An automaton cannot be added to, so there are several, of which each is smaller than the one
//! before. A new literal goes into the last; when that has grown as large as its neighbour, the
//! two become one. A literal is therefore built into an automaton a few times, however many
//! there are, and seldom into a large one. What nobody asks for any more is left in its automaton
//! until half of all literals are such.

use std::collections::HashMap;
use std::sync::Arc;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use noroshi_query::Folded;

use super::Slot;
use super::bits::Bits;
use super::marks::drop_one;

/// Literals that are built anew for one more.
const SMALL: usize = 64;

/// Number of a literal.
type Number = u32;

#[derive(Default)]
pub(super) struct Literals {
    numbers: HashMap<Arc<[u8]>, Number>,
    kept: Vec<Kept>,
    /// Numbers that are in no automaton.
    free: Vec<Number>,
    /// Literals that nobody asks for, still in an automaton.
    dead: usize,
    /// The largest first.
    automata: Vec<Automaton>,
}

#[derive(Default)]
struct Kept {
    literal: Arc<[u8]>,
    slots: Vec<Slot>,
}

struct Automaton {
    numbers: Vec<Number>,
    /// `None` if it is too large to be built, which the limits of queries leave no room for; its
    /// literals then count as found.
    machine: Option<AhoCorasick>,
}

impl Literals {
    pub(super) fn add(&mut self, literal: &[u8], slot: Slot) {
        if let Some(number) = self.numbers.get(literal) {
            if let Some(kept) = self.kept.get_mut(*number as usize) {
                self.dead -= usize::from(kept.slots.is_empty());
                kept.slots.push(slot);
            }
            return;
        }
        let number = self.free.pop().unwrap_or_else(|| {
            self.kept.push(Kept::default());
            (self.kept.len() - 1) as Number
        });
        let literal: Arc<[u8]> = literal.into();
        self.numbers.insert(Arc::clone(&literal), number);
        if let Some(kept) = self.kept.get_mut(number as usize) {
            *kept = Kept {
                literal,
                slots: vec![slot],
            };
        }
        let mut numbers = vec![number];
        while let Some(last) = self.automata.last()
            && last.numbers.len() <= numbers.len().max(SMALL - 1)
        {
            numbers.extend_from_slice(&last.numbers);
            self.automata.pop();
        }
        self.build(numbers);
    }

    pub(super) fn remove(&mut self, literal: &[u8], slot: Slot) {
        let Some(number) = self.numbers.get(literal) else {
            return;
        };
        if let Some(kept) = self.kept.get_mut(*number as usize)
            && drop_one(&mut kept.slots, slot)
        {
            self.dead += 1;
        }
        if self.dead > SMALL && self.dead * 2 > self.numbers.len() {
            let all = self.automata.drain(..);
            let numbers = all.flat_map(|automaton| automaton.numbers).collect();
            self.build(numbers);
        }
    }

    /// Puts one more automaton last, without what nobody asks for.
    fn build(&mut self, mut numbers: Vec<Number>) {
        numbers.retain(|number| {
            let Some(kept) = self.kept.get_mut(*number as usize) else {
                return false;
            };
            if kept.slots.is_empty() {
                self.numbers.remove(&kept.literal);
                *kept = Kept::default();
                self.free.push(*number);
                self.dead -= 1;
                return false;
            }
            true
        });
        if numbers.is_empty() {
            return;
        }
        let kept = &self.kept;
        let literals = numbers.iter().filter_map(|number| {
            let kept = kept.get(*number as usize);
            kept.map(|kept| &kept.literal)
        });
        let machine = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(literals)
            .ok();
        self.automata.push(Automaton { numbers, machine });
    }

    /// The entries whose literal one of the statement's texts or values has, folded or as written.
    pub(super) fn find(&self, statement: &Folded<'_>, add: &mut impl FnMut(Slot)) {
        if self.automata.is_empty() {
            return;
        }
        let mut found = Bits::new(self.kept.len());
        let said = statement.statement();
        let written = || {
            let values = said.observables.iter().map(|named| named.value());
            let tags = said.tags.iter().map(String::as_str);
            values.chain(said.family).chain(tags).chain(said.text)
        };
        written().for_each(|text| self.scan(text, &mut found));
        // ASCII differs in case only when it is folded, which the automata overlook.
        if !written().all(str::is_ascii) {
            let folded = statement.values().chain(statement.texts());
            folded.for_each(|text| self.scan(text, &mut found));
        }
        for number in found.iter() {
            if let Some(kept) = self.kept.get(number as usize) {
                kept.slots.iter().copied().for_each(&mut *add);
            }
        }
    }

    fn scan(&self, text: &str, found: &mut Bits) {
        for automaton in &self.automata {
            let Some(machine) = &automaton.machine else {
                automaton.numbers.iter().for_each(|number| {
                    found.insert(*number);
                });
                continue;
            };
            for hit in machine.find_overlapping_iter(text) {
                if let Some(number) = automaton.numbers.get(hit.pattern().as_usize()) {
                    found.insert(*number);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(n: usize) -> Vec<u8> {
        format!("word{n}x").into_bytes()
    }

    #[test]
    fn automata_stay_few_and_forget() {
        let mut literals = Literals::default();
        for n in 0..1000 {
            literals.add(&literal(n), n as Slot);
            literals.add(&literal(n), (n + 5000) as Slot);
            let sizes = literals.automata.iter().map(|one| one.numbers.len());
            assert_eq!(sizes.sum::<usize>(), n + 1);
            assert!(literals.automata.len() <= 6, "after {n}");
        }
        for n in 0..900 {
            literals.remove(&literal(n), n as Slot);
            literals.remove(&literal(n), (n + 5000) as Slot);
        }
        assert!(literals.numbers.len() < 250, "{}", literals.numbers.len());
        let mut found = Bits::new(literals.kept.len());
        literals.scan("WORD950X word3x", &mut found);
        let slots: Vec<_> = found
            .iter()
            .map(|number| literals.kept[number as usize].slots.clone())
            .collect();
        assert_eq!(slots.concat(), [950, 5950]);
        for n in (0..1000).rev() {
            literals.add(&literal(n), n as Slot);
        }
        assert_eq!((literals.numbers.len(), literals.dead), (1000, 0));
        assert_eq!(literals.kept.len(), 1000, "numbers are given again");
    }
}
