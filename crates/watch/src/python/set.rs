//! Classes: `[…]` and what is like one.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use super::Unsupported;
use super::escape::{self, Escape};
use super::parse::{Flags, Parser};

pub(super) fn range(first: char, last: char) -> ClassUnicode {
    ClassUnicode::new([ClassUnicodeRange::new(first, last)])
}

pub(super) fn ranges(all: &[(char, char)]) -> ClassUnicode {
    let all = all
        .iter()
        .map(|(first, last)| ClassUnicodeRange::new(*first, *last));
    ClassUnicode::new(all)
}

pub(super) fn has(class: &ClassUnicode, c: char) -> bool {
    let mut ranges = class.ranges().iter();
    ranges.any(|range| (range.start()..=range.end()).contains(&c))
}

/// Adds the other case of every ASCII letter in it.
pub(super) fn ignore_case(class: &mut ClassUnicode) {
    let letters = ('a'..='z').chain('A'..='Z').filter(|c| has(class, *c));
    let other = letters.map(|c| match c.is_ascii_lowercase() {
        true => c.to_ascii_uppercase(),
        false => c.to_ascii_lowercase(),
    });
    let other = ClassUnicode::new(other.map(|c| ClassUnicodeRange::new(c, c)));
    class.union(&other);
}

/// One end of a range, or a class.
enum Member {
    Char(char),
    Class(ClassUnicode),
}

/// What follows a `[`. There are no set operators: `&&`, `--`, `~~` and another `[` are characters.
pub(super) fn read(
    parser: &mut Parser<'_>,
    start: usize,
    flags: Flags,
) -> Result<ClassUnicode, Unsupported> {
    let unclosed = || Unsupported::new(start, 1, "this `[` is never closed");
    let negated = parser.skip("^");
    let mut class = ClassUnicode::empty();
    let first = parser.at;
    loop {
        let from = parser.at;
        match parser.peek() {
            None => return Err(unclosed()),
            Some(']') if from > first => {
                parser.at += 1;
                break;
            }
            Some(_) => {}
        }
        let low = member(parser)?.ok_or_else(unclosed)?;
        // A `-` before the end is a character.
        let range_follows = parser.peek() == Some('-')
            && parser.chars.get(parser.at + 1).is_some_and(|c| *c != ']');
        if !range_follows {
            class.union(&match low {
                Member::Char(c) => range(c, c),
                Member::Class(class) => class,
            });
            continue;
        }
        parser.at += 1;
        let high = member(parser)?.ok_or_else(unclosed)?;
        let text: String = parser
            .chars
            .get(from..parser.at)
            .unwrap_or_default()
            .iter()
            .collect();
        match (low, high) {
            (Member::Char(low), Member::Char(high)) if low <= high => {
                class.union(&range(low, high));
            }
            (Member::Char(_), Member::Char(_)) => {
                return Err(parser.since(from, format!("`{text}` is the wrong way round")));
            }
            _ => {
                let message = format!("`{text}` is no range; put the `-` last, or write `\\-`");
                return Err(parser.since(from, message));
            }
        }
    }
    if flags.ignore_case {
        ignore_case(&mut class);
    }
    if negated {
        class.negate();
    }
    Ok(class)
}

fn member(parser: &mut Parser<'_>) -> Result<Option<Member>, Unsupported> {
    let start = parser.at;
    Ok(match parser.take() {
        None => None,
        Some('\\') => Some(match escape::read_in_set(parser, start)? {
            Escape::Class(class) => Member::Class(class),
            Escape::Char(c) => Member::Char(c),
            Escape::Place(_) => return Err(escape::unknown(parser, start)),
        }),
        Some(c) => Some(Member::Char(c)),
    })
}
