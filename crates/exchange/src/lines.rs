//! Physical lines of a body, none longer than a row may be.

use std::collections::VecDeque;
use std::io::BufRead;

use crate::BodyError;
use crate::error::ROW_BYTES;

/// One physical line without its line break.
#[derive(Debug, Default)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
    /// The line is longer than a row may be; `bytes` is its beginning.
    pub(crate) too_long: bool,
    /// The body broke off in this line.
    pub(crate) cut: bool,
}

pub(crate) struct Lines<B> {
    input: B,
    read: u64,
    /// Lines that were looked at and have to be handed out again.
    again: VecDeque<Line>,
    error: Option<BodyError>,
}

impl<B: BufRead> Lines<B> {
    pub(crate) fn new(input: B) -> Self {
        Self {
            input,
            read: 0,
            again: VecDeque::new(),
            error: None,
        }
    }

    /// The error that ended the lines, once they have ended.
    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.error.as_ref()
    }

    /// Fills `line` with the next one; false at the end of the body, be it sound or not.
    pub(crate) fn next(&mut self, line: &mut Line) -> bool {
        if let Some(again) = self.again.pop_front() {
            *line = again;
            return true;
        }
        line.number = self.read + 1;
        line.bytes.clear();
        line.too_long = false;
        line.cut = false;
        if self.error.is_some() {
            return false;
        }
        let mut any = false;
        loop {
            let available = match self.input.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.error = Some(BodyError::from_io(error));
                    line.cut = true;
                    break;
                }
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', available);
            let part = available
                .get(..end.unwrap_or(available.len()))
                .unwrap_or_default();
            let room = ROW_BYTES.saturating_sub(line.bytes.len());
            line.too_long |= part.len() > room;
            line.bytes
                .extend_from_slice(part.get(..room).unwrap_or(part));
            let taken = part.len() + usize::from(end.is_some());
            self.input.consume(taken);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return false;
        }
        if line.bytes.last() == Some(&b'\r') {
            line.bytes.pop();
        }
        self.read += 1;
        true
    }

    /// Hands `lines` out again, first to last, before any other.
    pub(crate) fn put_back(&mut self, lines: impl DoubleEndedIterator<Item = Line>) {
        for line in lines.rev() {
            self.again.push_front(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(body: &[u8]) -> Vec<(u64, String, bool)> {
        let (mut lines, mut line, mut found) = (Lines::new(body), Line::default(), Vec::new());
        while lines.next(&mut line) {
            found.push((
                line.number,
                String::from_utf8_lossy(&line.bytes).into_owned(),
                line.too_long,
            ));
        }
        found
    }

    #[test]
    fn both_line_breaks_and_a_last_line_without_one() {
        let found = all(b"a\r\n\nb\rc\nd");
        let text: Vec<_> = found
            .iter()
            .map(|(n, text, _)| (*n, text.as_str()))
            .collect();
        assert_eq!(text, [(1, "a"), (2, ""), (3, "b\rc"), (4, "d")]);
    }

    #[test]
    fn a_line_of_two_megabytes_is_marked_and_the_next_one_is_sound() {
        let body = format!("{}\nnext\n", "x".repeat(2 * ROW_BYTES));
        let found = all(body.as_bytes());
        assert_eq!(found.len(), 2);
        assert!(found[0].2 && found[0].1.len() == ROW_BYTES);
        assert_eq!(found[1], (2, "next".into(), false));
        assert!(!all("x".repeat(ROW_BYTES).as_bytes())[0].2);
    }

    #[test]
    fn lines_put_back_come_again_in_order() {
        let mut lines = Lines::new(&b"a\nb\nc\n"[..]);
        let (mut first, mut second, mut third) =
            (Line::default(), Line::default(), Line::default());
        assert!(lines.next(&mut first) && lines.next(&mut second));
        lines.put_back([first, second].into_iter());
        let mut text = String::new();
        while lines.next(&mut third) {
            text.push_str(&String::from_utf8_lossy(&third.bytes));
            text.push_str(&third.number.to_string());
        }
        assert_eq!(text, "a1b2c3");
    }
}
