//! Why a text is not the value it was taken for.

use crate::Kind;

/// Characters of a refused text that an error message repeats.
const EXCERPT: usize = 60;

/// Why a text did not become an observable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Nothing but white space.
    #[error("expected {expected}, but the text is empty")]
    Empty {
        /// What was asked for: a kind's name, or "a value".
        expected: &'static str,
    },
    /// Longer than the kind allows.
    #[error("{kind} may have at most {limit} bytes, but this has {length}")]
    TooLong {
        /// The kind that was asked for.
        kind: &'static str,
        /// The most bytes a value of the kind may have.
        limit: usize,
        /// The bytes it had.
        length: usize,
    },
    /// NUL or another control character inside.
    #[error("expected {expected}, but there is a control character (U+{code:04X}) at byte {at}")]
    Control {
        /// What was asked for.
        expected: &'static str,
        /// The code point.
        code: u32,
        /// Its byte offset in the trimmed text.
        at: usize,
    },
    /// Not of the kind that was asked for.
    #[error("\u{201c}{excerpt}\u{201d} is not {article} {kind}: {why}", article = article(.kind.name()))]
    Invalid {
        /// The kind that was asked for.
        kind: Kind,
        /// The beginning of the text.
        excerpt: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No kind fits the whole text.
    #[error("\u{201c}{excerpt}\u{201d} is not one value of a known kind")]
    Unknown {
        /// The beginning of the text.
        excerpt: String,
    },
}

impl ParseError {
    pub(crate) fn invalid(kind: Kind, text: &str, why: &'static str) -> Self {
        Self::Invalid {
            kind,
            excerpt: excerpt(text),
            why,
        }
    }

    pub(crate) fn unknown(text: &str) -> Self {
        Self::Unknown {
            excerpt: excerpt(text),
        }
    }
}

/// A name that is no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\u{201c}{0}\u{201d} is not a kind of observable; kinds are ipv4, ipv6, cidr, domain, url, email, md5, sha1, sha256, \u{2026}"
)]
pub struct KindError(String);

impl KindError {
    pub(crate) fn new(name: &str) -> Self {
        Self(excerpt(name))
    }
}

/// A name that is no TLP marking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\u{201c}{0}\u{201d} is not a TLP marking; markings are clear, green, amber, amber+strict and red"
)]
pub struct TlpError(String);

impl TlpError {
    pub(crate) fn new(name: &str) -> Self {
        Self(excerpt(name))
    }
}

fn article(name: &str) -> &'static str {
    match name.as_bytes().first() {
        Some(b'a' | b'e' | b'i' | b'x') => "an",
        _ => "a",
    }
}

/// The first characters of a text, with control characters shown as U+FFFD.
fn excerpt(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(EXCERPT)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(EXCERPT).is_some() {
        out.push('\u{2026}');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_and_why_and_stays_short() {
        let long = "x\u{0}".repeat(5_000_000);
        let message = ParseError::invalid(Kind::Ipv4, &long, "it is too odd").to_string();
        assert!(message.len() < 400, "{}", message.len());
        assert!(
            message.ends_with("is not an ipv4: it is too odd"),
            "{message}"
        );
        assert!(!message.contains('\u{0}'));
    }
}
