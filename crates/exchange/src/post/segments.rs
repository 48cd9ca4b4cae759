//! A run of text, cut into what is text and what is more.

use std::ops::Range;

use noroshi_indicator::extract::Found;
use unicode_normalization::char::is_combining_mark;

use super::reader::Place;
use crate::visible::deceives;

/// The longest tag, in characters.
const TAG_CHARS: usize = 100;

/// The longest name of an account, in bytes.
const NAME_BYTES: usize = 64;

/// One stretch of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Text(Range<usize>),
    Mark(Mark),
    /// An observable by its number, or the part of it that stands in this run.
    Found(usize, Range<usize>),
}

/// A tag or a mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) is_tag: bool,
    /// With its sign.
    pub(super) at: Range<usize>,
    /// Without.
    pub(super) name: Range<usize>,
}

/// The segments of one run, in order and without a gap.
pub(super) struct Segments<'a> {
    text: &'a str,
    found: &'a [Found<'a>],
    run: Range<usize>,
    before: Option<char>,
    place: Place,
    /// Where to go on.
    at: usize,
    /// The next mark, and where to look for the one after it.
    ahead: Option<Mark>,
    looked: usize,
}

impl<'a> Segments<'a> {
    /// `found` is all that is found in `text`, in order.
    pub(super) fn new(
        text: &'a str,
        found: &'a [Found<'a>],
        run: Range<usize>,
        place: Place,
        before: Option<char>,
    ) -> Self {
        let mut segments = Self {
            text,
            found,
            at: run.start,
            looked: run.start,
            run,
            before,
            place,
            ahead: None,
        };
        if place == Place::Prose {
            segments.ahead = segments.look();
        }
        segments
    }

    /// The next mark of the run.
    fn look(&mut self) -> Option<Mark> {
        loop {
            let rest = self.text.get(self.looked..self.run.end)?;
            let sign = self.looked + memchr::memchr3(b'#', b'@', 0xef, rest.as_bytes())?;
            let c = self.text.get(sign..)?.chars().next()?;
            let start = sign + c.len_utf8();
            self.looked = start;
            let is_tag = matches!(c, '#' | '＃');
            if !is_tag && !matches!(c, '@' | '＠') || !self.may_follow(sign, is_tag) {
                continue;
            }
            let rest = self.text.get(start..self.run.end)?;
            let (read, length) = if is_tag { tag(rest) } else { name(rest) };
            self.looked = start + read;
            if let Some(length) = length
                && self.is_free(sign, start + length)
            {
                return Some(Mark {
                    is_tag,
                    at: sign..start + length,
                    name: start..start + length,
                });
            }
        }
    }

    /// Whether a mark may begin behind what stands before `sign`.
    fn may_follow(&self, sign: usize, is_tag: bool) -> bool {
        let head = self.text.get(self.run.start..sign).unwrap_or_default();
        let mut chars = head.chars().rev().chain(self.before);
        let Some(last) = chars.next() else {
            return true;
        };
        match last {
            '/' | '#' | '＃' | '@' | '＠' | '\\' => false,
            '&' => !is_tag,
            '.' if is_tag => !chars.next().is_some_and(is_word),
            '.' | '-' | '_' => is_tag,
            c => !is_word(c),
        }
    }

    /// Whether no observable has a better claim: one that began before, or goes on behind.
    fn is_free(&self, start: usize, end: usize) -> bool {
        let next = self.found.partition_point(|found| found.end <= start);
        let mut over = self
            .found
            .iter()
            .skip(next)
            .take_while(|found| found.start < end);
        over.all(|found| found.start > start && found.end <= end)
    }

    /// The observable that stands at or next behind `at`, and where it begins.
    fn next_found(&self) -> Option<(usize, &'a Found<'a>)> {
        if self.place == Place::Linked {
            return None;
        }
        let next = self.found.partition_point(|found| found.end <= self.at);
        let found = self.found.get(next)?;
        (found.start < self.run.end).then_some((next, found))
    }
}

impl Iterator for Segments<'_> {
    type Item = Segment;

    fn next(&mut self) -> Option<Segment> {
        if self.at >= self.run.end {
            return None;
        }
        let mark = self
            .ahead
            .as_ref()
            .map_or(self.run.end, |mark| mark.at.start);
        let found = self.next_found();
        let start = found.map_or(self.run.end, |(_, found)| found.start.max(self.at));
        let until = mark.min(start);
        if until > self.at {
            let text = self.at..until;
            self.at = until;
            return Some(Segment::Text(text));
        }
        if mark == self.at {
            let mark = self.ahead.take()?;
            self.at = mark.at.end;
            self.ahead = self.look();
            return Some(Segment::Mark(mark));
        }
        let (number, found) = found?;
        let at = self.at..found.end.min(self.run.end);
        self.at = at.end;
        Some(Segment::Found(number, at))
    }
}

/// Of the text behind a `#`: how much was read, and how long the tag is, if it is one.
fn tag(text: &str) -> (usize, Option<usize>) {
    let of_tag = |c: char| (is_word(c) || matches!(c, '_' | '-')) && !deceives(c);
    let read = text.find(|c| !of_tag(c)).unwrap_or(text.len());
    let tag = text.get(..read).unwrap_or_default().trim_end_matches('-');
    let is_tag = tag.chars().any(char::is_alphabetic) && tag.chars().count() <= TAG_CHARS;
    (read, is_tag.then_some(tag.len()))
}

/// Of the text behind an `@`: how much was read, and how long the name is, if it is one.
fn name(text: &str) -> (usize, Option<usize>) {
    let of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let read = text.find(|c| !of_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(read);
    let name = name.trim_end_matches('.');
    let is_name = name.len() <= NAME_BYTES
        && name.contains(|c: char| c.is_ascii_alphanumeric())
        && !rest.starts_with(['@', '＠']);
    (read, is_name.then_some(name.len()))
}

/// Letters, digits, and the marks that belong to the letter before them.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}
