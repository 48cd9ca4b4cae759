//! What may be posted.

use super::marks;

/// The longest text of a post, in bytes.
pub const MOST_BYTES: usize = 64 * 1024;

/// The most tags of a post.
pub const MOST_TAGS: usize = 100;

/// The most accounts that a post mentions.
pub const MOST_MENTIONS: usize = 50;

/// Why a text cannot be posted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("the text is empty")]
    Empty,
    /// Longer than [`MOST_BYTES`].
    #[error("the text has {length} bytes; at most {limit} are allowed")]
    TooLong {
        /// The most bytes.
        limit: usize,
        /// The bytes of the text.
        length: usize,
    },
    /// A control character other than tab and line end.
    #[error("line {line}, column {column}: the control character U+{code:04X} is not allowed")]
    Control {
        /// Its code point.
        code: u32,
        /// Its line, from 1.
        line: usize,
        /// Its place in the line, in characters from 1.
        column: usize,
    },
    /// More distinct tags than [`MOST_TAGS`].
    #[error("the text has {count} different tags; at most {limit} are allowed")]
    Tags {
        /// The most tags.
        limit: usize,
        /// The tags of the text.
        count: usize,
    },
    /// More distinct mentions than [`MOST_MENTIONS`].
    #[error("the text mentions {count} different accounts; at most {limit} are allowed")]
    Mentions {
        /// The most mentions.
        limit: usize,
        /// The mentions of the text.
        count: usize,
    },
}

/// Whether a text may be posted.
///
/// # Errors
///
/// It is empty or too long, holds control characters, or names too much.
pub fn check(text: &str) -> Result<(), TextError> {
    if text.len() > MOST_BYTES {
        return Err(TextError::TooLong {
            limit: MOST_BYTES,
            length: text.len(),
        });
    }
    if let Some(error) = control(text) {
        return Err(error);
    }
    if text.trim().is_empty() {
        return Err(TextError::Empty);
    }
    let marks = marks(text);
    if marks.tags.len() > MOST_TAGS {
        return Err(TextError::Tags {
            limit: MOST_TAGS,
            count: marks.tags.len(),
        });
    }
    if marks.mentions.len() > MOST_MENTIONS {
        return Err(TextError::Mentions {
            limit: MOST_MENTIONS,
            count: marks.mentions.len(),
        });
    }
    Ok(())
}

/// The first control character that no text needs.
fn control(text: &str) -> Option<TextError> {
    let at = text.find(|c| matches!(c, '\0'..='\u{1f}') && !matches!(c, '\t' | '\n' | '\r'))?;
    let (before, rest) = text.split_at(at);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Some(TextError::Control {
        code: rest.chars().next().map_or(0, u32::from),
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        check(text).map_or_else(|error| error.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn what_may_be_posted() {
        let many = |sign: &str, count: usize| -> String {
            (0..count).map(|n| format!("{sign}a{n} ")).collect()
        };
        for (text, expected) in [
            ("a\r\n\tb".to_owned(), "good"),
            ("東京\u{200b}".to_owned(), "good"),
            ("語".repeat(MOST_BYTES / 3), "good"),
            (
                "a".repeat(MOST_BYTES + 1),
                "the text has 65537 bytes; at most 65536 are allowed",
            ),
            (" \u{3000}\r\n".to_owned(), "the text is empty"),
            (String::new(), "the text is empty"),
            (
                "東\n京\u{0}".to_owned(),
                "line 2, column 2: the control character U+0000 is not allowed",
            ),
            (
                "a\r\n\r\nb語\u{1b}[31m".to_owned(),
                "line 3, column 3: the control character U+001B is not allowed",
            ),
            (many("#", MOST_TAGS), "good"),
            (
                many("#", MOST_TAGS + 1),
                "the text has 101 different tags; at most 100 are allowed",
            ),
            ("#same ".repeat(1_000), "good"),
            (many("@", MOST_MENTIONS), "good"),
            (
                many("@", MOST_MENTIONS + 1),
                "the text mentions 51 different accounts; at most 50 are allowed",
            ),
        ] {
            assert_eq!(error(&text), expected, "{:.40?}", text);
        }
    }
}
