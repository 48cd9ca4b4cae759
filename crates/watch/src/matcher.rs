//! The matcher of all live queries.
//!
//! From each query follows a *necessary condition*: a few [clues](clue), one of which every
//! statement that matches must show. A clue is the value of a field, found by one look-up, or a
//! literal, found with all others in one pass over the texts. Only the queries whose clue a
//! statement shows are then held against it, by the evaluator of the query language, so there is
//! one meaning of a query. What no clue follows from is held against every statement.

mod bits;
mod clue;
mod literals;
mod looks;
mod marks;
pub(crate) mod required;

use std::collections::HashMap;
use std::sync::Arc;

use noroshi_query::{BadPattern, Folded, Matcher, Query, Statement};

use crate::python::Pattern;
use bits::Bits;
use clue::Clue;
use literals::Literals;
use marks::Marks;

/// How many of ten thousand statements have to be held against a query, roughly.
pub(crate) fn rate_of(query: &Query) -> u32 {
    let rates = clue::of_query(query);
    rates.iter().map(Clue::cost).fold(0, u32::saturating_add)
}

/// A watcher, as long as it watches; never given twice by the same [`Watchers`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Id(u64);

/// Place of an entry.
type Slot = u32;

/// All live queries, ready to be held against statements.
///
/// Memory: an entry takes what its query takes compiled, which the limits of
/// [`noroshi_query::limits`] bound: at most 2 MiB for each regex in use, and some kilobytes as a
/// rule. Equal queries share one entry. How many queries one account may have is for the caller
/// to decide.
#[derive(Default)]
pub struct Watchers {
    entries: Vec<Option<Entry>>,
    /// Places of entries that are gone.
    free: Vec<Slot>,
    shared: HashMap<Arc<What>, Slot>,
    watchers: HashMap<Id, Slot>,
    added: u64,
    marks: Marks,
    literals: Literals,
}

/// What is watched for.
#[derive(Eq, Hash, PartialEq)]
enum What {
    Query(Query),
    Pattern(String),
}

struct Entry {
    what: Arc<What>,
    test: Test,
    clues: Vec<Clue>,
    /// Who watches, ascending.
    ids: Vec<Id>,
}

enum Test {
    Query(Matcher),
    Pattern(Pattern),
}

impl Test {
    fn matches(&self, statement: &Folded<'_>) -> bool {
        match self {
            Test::Query(matcher) => matcher.matches_folded(statement),
            Test::Pattern(pattern) => pattern.matches(statement.statement()),
        }
    }
}

impl Watchers {
    /// Nobody watches.
    pub fn new() -> Watchers {
        Watchers::default()
    }

    /// Watchers in all.
    pub fn len(&self) -> usize {
        self.watchers.len()
    }

    /// Whether nobody watches.
    pub fn is_empty(&self) -> bool {
        self.watchers.is_empty()
    }

    /// Watches for what a query asks for.
    ///
    /// # Errors
    ///
    /// Only for a query that was not parsed: one of its regexes does not compile within the
    /// limits.
    pub fn add(&mut self, query: &Query) -> Result<Id, BadPattern> {
        let what = What::Query(query.clone());
        if let Some(slot) = self.shared.get(&what) {
            return Ok(self.join(*slot));
        }
        let test = Test::Query(Matcher::new(query)?);
        Ok(self.insert(what, test, clue::of_query(query)))
    }

    /// Watches for posts whose text a pattern matches.
    pub fn add_pattern(&mut self, pattern: Pattern) -> Id {
        let what = What::Pattern(pattern.source().to_owned());
        if let Some(slot) = self.shared.get(&what) {
            return self.join(*slot);
        }
        let clues = clue::of_pattern(&pattern);
        self.insert(what, Test::Pattern(pattern), clues)
    }

    /// Ends a watcher; false if there is none of this name.
    pub fn remove(&mut self, id: Id) -> bool {
        let Some(slot) = self.watchers.remove(&id) else {
            return false;
        };
        let Some(place) = self.entries.get_mut(slot as usize) else {
            return false;
        };
        if let Some(entry) = place {
            if let Ok(at) = entry.ids.binary_search(&id) {
                entry.ids.remove(at);
            }
            if !entry.ids.is_empty() {
                return true;
            }
        }
        if let Some(entry) = place.take() {
            self.forget(&entry, slot);
        }
        true
    }

    /// The watchers that a statement is for, ascending.
    pub fn matching(&self, statement: &Statement<'_>) -> Vec<Id> {
        let folded = Folded::new(statement);
        let mut found = Vec::new();
        for slot in self.candidates(&folded).iter() {
            if let Some(Some(entry)) = self.entries.get(slot as usize)
                && entry.test.matches(&folded)
            {
                found.extend_from_slice(&entry.ids);
            }
        }
        found.sort_unstable();
        found
    }

    /// The entries whose condition a statement meets.
    fn candidates(&self, statement: &Folded<'_>) -> Bits {
        let mut slots = Bits::new(self.entries.len());
        let mut add = |slot| {
            slots.insert(slot);
        };
        self.marks.find(statement.statement(), &mut add);
        self.literals.find(statement, &mut add);
        slots
    }

    fn join(&mut self, slot: Slot) -> Id {
        let id = Id(self.added);
        self.added += 1;
        self.watchers.insert(id, slot);
        if let Some(Some(entry)) = self.entries.get_mut(slot as usize) {
            entry.ids.push(id);
        }
        id
    }

    fn insert(&mut self, what: What, test: Test, clues: Vec<Clue>) -> Id {
        let what = Arc::new(what);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            (self.entries.len() - 1) as Slot
        });
        for clue in &clues {
            match clue {
                Clue::Literal(literal) => self.literals.add(literal, slot),
                Clue::Mark(mark) => self.marks.add(mark, slot),
                Clue::Around(address) => self.marks.add_around(*address, slot),
                Clue::Slip(label, slips) => self.marks.looks.add(label, *slips, slot),
            }
        }
        self.shared.insert(Arc::clone(&what), slot);
        if let Some(place) = self.entries.get_mut(slot as usize) {
            *place = Some(Entry {
                what,
                test,
                clues,
                ids: Vec::new(),
            });
        }
        self.join(slot)
    }

    fn forget(&mut self, entry: &Entry, slot: Slot) {
        for clue in &entry.clues {
            match clue {
                Clue::Literal(literal) => self.literals.remove(literal, slot),
                Clue::Mark(mark) => self.marks.remove(mark, slot),
                Clue::Around(address) => self.marks.remove_around(*address, slot),
                Clue::Slip(label, slips) => self.marks.looks.remove(label, *slips, slot),
            }
        }
        self.shared.remove(&entry.what);
        self.free.push(slot);
    }
}

#[cfg(test)]
mod tests {
    use noroshi_indicator::{Kind, Observable, Tlp};
    use noroshi_query::{StatementKind, TimeZone, parse};

    use super::*;

    fn add(watchers: &mut Watchers, query: &str) -> Id {
        watchers
            .add(&parse(query, 0, &TimeZone::UTC).unwrap())
            .unwrap()
    }

    /// Entries that have to be asked about a post.
    fn asked(watchers: &Watchers, text: &str, url: &str) -> usize {
        let statement = Statement {
            kind: StatementKind::Post,
            observables: &[Observable::parse(Kind::Url, url).unwrap()],
            from: "aiko",
            by_source: false,
            to: &[],
            family: None,
            tags: &["c2".to_owned()],
            text: Some(text),
            vendors: &[],
            products: &[],
            cvss: None,
            tlp: Tlp::Green,
            received: 0,
            first_seen: 0,
            last_seen: 0,
            reply: false,
            repost: false,
            file: false,
        };
        watchers.candidates(&Folded::new(&statement)).iter().count()
    }

    #[test]
    fn only_those_are_asked_whose_clue_shows() {
        let mut watchers = Watchers::new();
        for n in 0..200 {
            add(&mut watchers, &format!("loader{n}x -tag:c2"));
            add(&mut watchers, &format!("from:bot{n} OR to:bot{n}"));
            add(&mut watchers, &format!("domain:host{n}.example in:post"));
            add(&mut watchers, &format!("198.51.100.{n}"));
            add(&mut watchers, &format!(r"/[a-z]+-{n}\.php$/ since:7d"));
            watchers.add_pattern(Pattern::python(&format!(r"(?i)#Case{n}\b\s+(\w+)")).unwrap());
        }
        assert_eq!(asked(&watchers, "nothing", "http://evil.example/"), 0);
        assert_eq!(asked(&watchers, "LOADER7X", "http://evil.example/"), 1);
        assert_eq!(
            asked(&watchers, "ｌｏａｄｅｒ7x", "http://evil.example/"),
            1
        );
        assert_eq!(
            asked(&watchers, "no", "http://a.host7.example/gate-7.php"),
            2
        );
        assert_eq!(asked(&watchers, "no", "http://198.51.100.7/"), 1);
        assert_eq!(asked(&watchers, "#case7 no", "http://evil.example/"), 1);

        let everything = add(&mut watchers, "-tag:c2");
        assert_eq!(asked(&watchers, "nothing", "http://evil.example/"), 1);
        watchers.remove(everything);
        assert_eq!(asked(&watchers, "nothing", "http://evil.example/"), 0);
    }

    #[test]
    fn equal_queries_share_an_entry_until_the_last_is_gone() {
        let mut watchers = Watchers::new();
        let all: Vec<Id> = (0..5).map(|_| add(&mut watchers, "evil  tag:c2")).collect();
        assert_eq!((watchers.len(), watchers.entries.len()), (5, 1));
        for id in all {
            assert_eq!(asked(&watchers, "evil", "http://x.example/"), 1);
            assert!(watchers.remove(id));
        }
        assert!(watchers.is_empty());
        assert_eq!(asked(&watchers, "evil", "http://x.example/"), 0);
        add(&mut watchers, "other");
        assert_eq!(watchers.entries.len(), 1, "the place is given again");
    }
}
