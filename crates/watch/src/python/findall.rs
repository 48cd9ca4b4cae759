//! All matches of a text, as Python's `findall` tells them.

use std::borrow::Cow;

use regex_automata::Input;
use regex_automata::util::captures::Captures;
use serde::Serialize;

use super::{NEWLINE, Pattern};

/// Bytes that one call looks at, repetitions included, at most: a text is looked through anew
/// behind every match. Texts of up to 5,700 bytes never reach it.
const WORK: usize = 16 << 20;

/// What was found; serialised, NECOMAtter's `match_result`. A group that took no part is empty.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// Of each match, its one group, or all of it where the pattern has no groups.
    Texts(Vec<String>),
    /// Of each match, its groups, two or more.
    Groups(Vec<Vec<String>>),
}

impl Pattern {
    /// Whether a text has a match, be it of nothing.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.regex.is_match(&*self.haystack(text))
    }

    /// Every match in order, none overlapping another; `None` if there is none. Of a text longer
    /// than a post, so many that the whole would take more than linear time, only the first are
    /// told.
    pub fn findall(&self, text: &str) -> Option<Found> {
        let groups = self.0.regex.captures_len().saturating_sub(1);
        let matches = self.matches_in(text);
        if matches.is_empty() {
            return None;
        }
        let take = |captures: &Captures, group: usize| {
            let span = captures.get_group(group);
            let part = span.and_then(|span| text.get(span.range()));
            part.unwrap_or_default().to_owned()
        };
        Some(match groups {
            0 | 1 => Found::Texts(matches.iter().map(|one| take(one, groups)).collect()),
            _ => {
                let all = |one| (1..=groups).map(|group| take(one, group)).collect();
                Found::Groups(matches.iter().map(all).collect())
            }
        })
    }

    /// Of as many bytes as the text, so that places are the same.
    fn haystack<'t>(&self, text: &'t str) -> Cow<'t, [u8]> {
        let bytes = text.as_bytes();
        match bytes.split_last() {
            Some((_, rest)) if self.0.dollar && rest.contains(&b'\n') => {
                let mut bytes = bytes.to_vec();
                for byte in bytes
                    .iter_mut()
                    .take(rest.len())
                    .filter(|byte| **byte == b'\n')
                {
                    *byte = NEWLINE;
                }
                Cow::Owned(bytes)
            }
            _ => Cow::Borrowed(bytes),
        }
    }

    fn matches_in(&self, text: &str) -> Vec<Captures> {
        let haystack = self.haystack(text);
        let mut found: Vec<Captures> = Vec::new();
        let mut cache = None;
        let (mut at, mut must_move) = (0, false);
        let mut work = 0;
        while work <= WORK {
            work += haystack.len() - at + 1;
            let mut next = None;
            if must_move {
                next = self.0.advance.as_ref().and_then(|advance| {
                    let cache = cache.get_or_insert_with(|| advance.cache());
                    advance.at(cache, &haystack, at)
                });
                if next.is_none() {
                    if at == haystack.len() {
                        break;
                    }
                    at = text.ceil_char_boundary(at + 1);
                }
            }
            let captures = next.unwrap_or_else(|| {
                let mut captures = self.0.regex.create_captures();
                let input = Input::new(&*haystack).range(at..);
                self.0.regex.search_captures(&input, &mut captures);
                captures
            });
            let Some(span) = captures.get_match().map(|one| one.range()) else {
                break;
            };
            must_move = span.is_empty();
            at = span.end;
            found.push(captures);
        }
        found
    }
}
