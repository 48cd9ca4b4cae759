//! The bytes below the XML reader: counted by line and column, and no more of them than one event may take.

use std::io::{BufRead, Read};

/// The most bytes that one event (a tag, a text, a comment) may take.
pub(super) const EVENT_BYTES: usize = 4 << 20;

/// What [`Metered`] says where an event is longer.
#[derive(Debug, thiserror::Error)]
#[error("a tag or text of more than 4 MB")]
pub(super) struct TooLong;

/// Where reading has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Physical line, from 1.
    pub(super) line: u64,
    /// Characters into the line, from 1.
    pub(super) column: u64,
}

pub(super) struct Metered<B> {
    inner: B,
    place: Place,
    left: usize,
}

impl<B: BufRead> Metered<B> {
    pub(super) fn new(inner: B) -> Self {
        let place = Place { line: 1, column: 1 };
        let left = EVENT_BYTES;
        Self { inner, place, left }
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// A new event begins.
    pub(super) fn refill(&mut self) {
        self.left = EVENT_BYTES;
    }

    /// Passes over everything up to and with `mark`; false if it does not come.
    pub(super) fn skip_past(&mut self, mark: &[u8]) -> std::io::Result<bool> {
        // `mark` begins with `<`, which it holds but once, so a failed start is a new start at most.
        let mut matched = 0;
        while matched < mark.len() {
            self.refill();
            let available = self.fill_buf()?;
            if available.is_empty() {
                return Ok(false);
            }
            let mut taken = 0;
            for byte in available {
                taken += 1;
                if mark.get(matched) == Some(byte) {
                    matched += 1;
                } else {
                    matched = usize::from(mark.first() == Some(byte));
                }
                if matched == mark.len() {
                    break;
                }
            }
            self.consume(taken);
        }
        self.refill();
        Ok(true)
    }
}

impl<B: BufRead> Read for Metered<B> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let available = self.fill_buf()?;
        let n = available.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), available.get(..n)) {
            to.copy_from_slice(from);
        }
        self.consume(n);
        Ok(n)
    }
}

impl<B: BufRead> BufRead for Metered<B> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.left == 0 {
            return Err(std::io::Error::other(TooLong));
        }
        let available = self.inner.fill_buf()?;
        Ok(available.get(..self.left).unwrap_or(available))
    }

    fn consume(&mut self, n: usize) {
        if let Ok(available) = self.inner.fill_buf() {
            let taken = available.get(..n).unwrap_or(available);
            let lines = memchr::memchr_iter(b'\n', taken).count() as u64;
            let rest = match memchr::memrchr(b'\n', taken) {
                Some(end) => {
                    self.place.column = 1;
                    taken.get(end + 1..).unwrap_or_default()
                }
                None => taken,
            };
            self.place.line += lines;
            // Bytes that continue a character (10xxxxxx) are no characters of their own.
            let characters = rest.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
            self.place.column += characters as u64;
        }
        self.inner.consume(n);
        self.left = self.left.saturating_sub(n);
    }
}
