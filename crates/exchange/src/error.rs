//! What can be wrong with a body or one of its rows.

/// The longest line, CSV record or JSON element that is read; a longer one is a bad row.
pub(crate) const ROW_BYTES: usize = 1 << 20;

/// How much of a bad row is kept for people to look at, in characters.
const SHOWN_CHARS: usize = 200;

/// A row that could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}: {text}")]
pub struct BadRow {
    /// Physical line on which the row starts, from 1.
    pub line: u64,
    /// What was expected and what was found.
    pub reason: String,
    /// The first 200 characters of the row; control characters are replaced by U+FFFD.
    pub text: String,
}

impl BadRow {
    /// A bad row from its raw bytes.
    pub fn new(line: u64, reason: impl Into<String>, raw: &[u8]) -> Self {
        // Four bytes is the longest character: more cannot be part of what is shown.
        let head = raw.get(..SHOWN_CHARS * 4).unwrap_or(raw);
        let text = String::from_utf8_lossy(head)
            .chars()
            .take(SHOWN_CHARS)
            .map(|c| {
                if c.is_control() {
                    char::REPLACEMENT_CHARACTER
                } else {
                    c
                }
            })
            .collect();
        Self {
            line,
            reason: reason.into(),
            text,
        }
    }
}

/// What ended a body before its end. The rows read before it are good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The operating system or the transport refused to give more.
    #[error("the body could not be read: {0}")]
    Read(String),
    /// More than the caller's limit came out.
    #[error("the body is larger than {limit} bytes once opened")]
    TooLarge {
        /// The caller's limit in bytes.
        limit: u64,
    },
    /// The body unpacks to far more than any honest feed: a decompression bomb.
    #[error("the body unpacks to more than {ratio} times its size (a decompression bomb?)")]
    Ratio {
        /// The largest ratio that is let through.
        ratio: u64,
    },
    /// The gzip or zip data is damaged or cut short.
    #[error("the {kind} body is broken after {unpacked} unpacked bytes: {reason}")]
    Packed {
        /// `gzip` or `zip`.
        kind: &'static str,
        /// How much came out before.
        unpacked: u64,
        /// What the decoder said.
        reason: String,
    },
    /// A zip archive that cannot serve as a feed body.
    #[error("the zip body cannot be used: {0}")]
    Zip(String),
    /// The header lacks a column the caller needs.
    #[error("line {line}: no column `{column}`; the header has: {found}")]
    Column {
        /// Physical line of the header, or of the first row where a commented header was expected.
        line: u64,
        /// The column that was asked for.
        column: String,
        /// The columns that are there, joined with commas and cut to 200 characters.
        found: String,
    },
    /// Nothing is found under the path to the rows.
    #[error("no rows at `{path}` in the document")]
    Path {
        /// The path of the format.
        path: String,
    },
    /// The text around the rows is no XML, or no feed.
    #[error("line {line}, column {column}: {reason}")]
    Xml {
        /// Physical line, from 1.
        line: u64,
        /// Character in the line, from 1.
        column: u64,
        /// What was expected.
        reason: String,
    },
    /// The text around the rows is no JSON.
    #[error("line {line}: not JSON: {reason}")]
    Json {
        /// Physical line, from 1.
        line: u64,
        /// What was expected.
        reason: String,
    },
}

impl BodyError {
    /// Carries the error through [`std::io::Read`].
    pub(crate) fn into_io(self) -> std::io::Error {
        std::io::Error::other(self)
    }

    /// Takes the error back out of [`std::io::Read`].
    pub(crate) fn from_io(error: std::io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => own,
            Err(other) => Self::Read(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_row_shows_200_characters_and_no_control_characters() {
        let raw = format!("\u{1b}[31m{}", "あ".repeat(1_000));
        let bad = BadRow::new(7, "odd", raw.as_bytes());
        assert_eq!(bad.text.chars().count(), 200);
        assert!(bad.text.starts_with("\u{fffd}[31mあ"));
        assert!(bad.to_string().starts_with("line 7: odd: "));
    }

    #[test]
    fn a_body_error_survives_the_way_through_io() {
        let error = BodyError::TooLarge { limit: 10 };
        assert_eq!(BodyError::from_io(error.clone().into_io()), error);
        let other = std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "gone");
        assert_eq!(BodyError::from_io(other), BodyError::Read("gone".into()));
    }
}
