//! From the text of one value to its canonical form, a module for each family of kinds.
//!
//! Every parser takes a trimmed, non-empty text without control characters and answers with the
//! canonical value, or says in a few words what is wrong.

pub(crate) mod address;
pub(crate) mod coin;
pub(crate) mod domain;
pub(crate) mod email;
pub(crate) mod fuzzy;
pub(crate) mod hash;
pub(crate) mod host;
pub(crate) mod number;
pub(crate) mod registry;
pub(crate) mod url;
pub(crate) mod words;

use crate::Kind;

/// A value in canonical form.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Canonical {
    pub(crate) kind: Kind,
    pub(crate) value: String,
    /// The port that stood behind an address or a name.
    pub(crate) port: Option<u16>,
    /// Whether the spelling hides what is meant.
    pub(crate) suspicious: bool,
}

/// A canonical value, or what is wrong with the text.
pub(crate) type Outcome = Result<Canonical, &'static str>;

impl Canonical {
    pub(crate) fn new(kind: Kind, value: String) -> Self {
        Self {
            kind,
            value,
            port: None,
            suspicious: false,
        }
    }

    pub(crate) fn suspicious(mut self, suspicious: bool) -> Self {
        self.suspicious |= suspicious;
        self
    }

    pub(crate) fn port(mut self, port: Option<u16>) -> Self {
        self.port = port;
        self
    }
}

/// Reads a port: decimal digits, 1 to 65535.
pub(crate) fn port(text: &str) -> Option<u16> {
    if text.is_empty() || text.len() > 5 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|port| *port != 0)
}
