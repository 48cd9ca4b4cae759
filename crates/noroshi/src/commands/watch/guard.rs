//! Keeps two polite programs from answering each other for ever.
//!
//! The rule: in one line of answers a program gets at most three of our answers, which is read from the posts
//! themselves, so that it outlives a restart; and any one author gets at most ten a minute.

use std::collections::{HashMap, VecDeque};

use noroshi_store::{AccountKind, Speaker};

/// Our answers in a line of answers, to a program.
const IN_A_LINE: usize = 3;
/// Answers to one author in a minute.
const A_MINUTE: usize = 10;
const MINUTE: i64 = 60_000_000;
/// Authors that are remembered; when they are more, those who were quiet for a minute are forgotten.
const AUTHORS: usize = 1_000;

/// Remembers whom we answered lately.
#[derive(Default)]
pub(super) struct Guard {
    answered: HashMap<i64, VecDeque<i64>>,
}

/// Whether that is a program.
pub(super) fn is_program(author: &Speaker) -> bool {
    author.kind != AccountKind::Person
}

impl Guard {
    /// Whether to answer somebody else's post, among whose parents so many are ours; counts that as done.
    pub(super) fn may_answer(&mut self, author: &Speaker, ours: usize, now: i64) -> bool {
        if is_program(author) && ours >= IN_A_LINE {
            return false;
        }
        if self.answered.len() > AUTHORS {
            self.answered
                .retain(|_, times| times.back().is_some_and(|last| now - last < MINUTE));
        }
        let times = self.answered.entry(author.id).or_default();
        times.retain(|time| now - time < MINUTE);
        if times.len() >= A_MINUTE {
            return false;
        }
        times.push_back(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaker(id: i64, kind: AccountKind) -> Speaker {
        let name = id.to_string();
        Speaker { id, name, kind }
    }

    #[test]
    fn programs_are_not_answered_for_ever() {
        let mut guard = Guard::default();
        for (kind, answered) in [
            (AccountKind::Person, [true, true]),
            (AccountKind::Bot, [true, false]),
            (AccountKind::Source, [true, false]),
        ] {
            let author = speaker(1, kind);
            let may = [2, 3].map(|ours| guard.may_answer(&author, ours, 0));
            assert_eq!(may, answered, "{kind:?}");
        }
    }

    #[test]
    fn ten_a_minute() {
        let mut guard = Guard::default();
        let (one, other) = (
            speaker(1, AccountKind::Person),
            speaker(2, AccountKind::Bot),
        );
        let answered = (0..20).filter(|now| guard.may_answer(&one, 0, *now));
        assert_eq!(answered.count(), A_MINUTE);
        assert!(guard.may_answer(&other, 0, 20));
        assert!(!guard.may_answer(&one, 0, MINUTE - 1));
        assert!(guard.may_answer(&one, 0, MINUTE));
    }

    #[test]
    fn no_more_authors_are_remembered_than_spoke_lately() {
        let mut guard = Guard::default();
        for id in 0..10_000 {
            assert!(guard.may_answer(&speaker(id, AccountKind::Bot), 0, id * MINUTE / 100));
        }
        assert!(guard.answered.len() <= AUTHORS + 1);
    }
}
