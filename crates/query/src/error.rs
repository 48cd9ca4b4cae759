//! What is wrong with a query, and exactly where.

use std::ops::Range;

/// Why a query was refused, pointing at the characters to blame.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct QueryError {
    /// Where the trouble begins: 1 is the first character (not byte) of the input.
    pub column: usize,
    /// How many characters are to blame; at least 1, even at the end of the input.
    pub length: usize,
    /// One line for the person who typed the query.
    pub message: String,
}

/// A message with the bytes it is about; becomes a [`QueryError`] once the input is at hand.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) span: Range<usize>,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Fault {
        Fault {
            span,
            message: message.into(),
        }
    }

    /// Turns byte offsets into characters. Offsets outside `text` count as its end.
    pub(crate) fn locate(self, text: &str) -> QueryError {
        let count = |range: Range<usize>| text.get(range).map_or(0, |part| part.chars().count());
        let start = self.span.start.min(text.len());
        let end = self.span.end.clamp(start, text.len());
        QueryError {
            column: count(0..start) + 1,
            length: count(start..end).max(1),
            message: self.message,
        }
    }
}

/// At most 40 characters of `text`, for use inside a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LIMIT: usize = 40;
    match text.char_indices().nth(LIMIT) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
