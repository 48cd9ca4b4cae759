//! Finding observables in free text.
//!
//! One linear pass looks for words that may begin a value, and only there reads on. The text is
//! never rewritten, so every finding keeps its place and its original spelling. Names must end in
//! a real top-level domain (`.onion` and `.i2p` too; `.example`, `.test` and `.invalid` are taken
//! for real so that invented data works), and what merely looks like a name, such as a file, a
//! version, or code, is left alone unless somebody defanged it.

mod artefact;
mod believable;
mod chain;
mod hex;
mod link;
mod mail;
mod name;
mod network;
mod scan;
mod token;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::canonical::Canonical;
use crate::{Kind, Observable};

/// How sure it is that the writer meant an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It merely looks like one.
    Bare,
    /// A URL with its scheme.
    Scheme,
    /// Somebody took the trouble to defang it.
    Defanged,
}

impl Confidence {
    /// `bare`, `scheme` or `defanged`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Scheme => "scheme",
            Self::Defanged => "defanged",
        }
    }
}

/// One observable in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// What was found.
    pub observable: Observable,
    /// How it was spelled, with the port if one stood there: `&input[start..end]`.
    pub text: &'a str,
    /// Byte offset of the spelling in the input.
    pub start: usize,
    /// Byte offset behind the spelling.
    pub end: usize,
    /// How sure it is.
    pub confidence: Confidence,
    /// The port that stood behind an address or a name.
    pub port: Option<u16>,
    /// Whether the spelling hides what is meant.
    pub suspicious: bool,
    /// For what [`derived`] added: the kind of the value it was taken from.
    pub from: Option<Kind>,
}

/// Finds every observable in a text, in order, without overlaps.
pub fn extract(text: &str) -> Vec<Found<'_>> {
    finder(text).collect()
}

/// Like [`extract`], one at a time.
pub fn finder(text: &str) -> Finder<'_> {
    Finder {
        text,
        scan: scan::Scan::new(text),
    }
}

/// The iterator behind [`extract`].
#[derive(Debug)]
pub struct Finder<'a> {
    text: &'a str,
    scan: scan::Scan<'a>,
}

impl<'a> Iterator for Finder<'a> {
    type Item = Found<'a>;

    fn next(&mut self) -> Option<Found<'a>> {
        let hit = self.scan.next_hit()?;
        Some(Found {
            observable: Observable::from_canonical(hit.canonical.kind, hit.canonical.value),
            text: &self.text[hit.start..hit.end],
            start: hit.start,
            end: hit.end,
            confidence: hit.confidence,
            port: hit.canonical.port,
            suspicious: hit.canonical.suspicious,
            from: None,
        })
    }
}

/// A value and its place, as the readers give it.
#[derive(Debug)]
struct Hit {
    start: usize,
    end: usize,
    canonical: Canonical,
    confidence: Confidence,
}

/// The hosts of the URLs and the domains of the e-mail addresses among what was found, with the
/// spelling and the place of what they were taken from.
pub fn derived<'a>(found: &[Found<'a>]) -> Vec<Found<'a>> {
    found
        .iter()
        .filter_map(|from| {
            Some(Found {
                observable: from.observable.host()?,
                from: Some(from.observable.kind()),
                port: None,
                ..from.clone()
            })
        })
        .collect()
}

/// Each observable once, where it first stands, with the highest confidence of all its places. What
/// stands in the text itself goes before what was derived.
pub fn unique(found: Vec<Found<'_>>) -> Vec<Found<'_>> {
    let mut places: HashMap<Observable, usize> = HashMap::with_capacity(found.len());
    let mut out: Vec<Found<'_>> = Vec::with_capacity(found.len());
    for one in found {
        match places
            .get(&one.observable)
            .and_then(|place| out.get_mut(*place))
        {
            Some(first) => {
                first.confidence = first.confidence.max(one.confidence);
                first.suspicious |= one.suspicious;
                if first.from.is_some() && one.from.is_none() {
                    *first = Found {
                        confidence: first.confidence,
                        suspicious: first.suspicious,
                        ..one
                    };
                }
            }
            None => {
                places.insert(one.observable.clone(), out.len());
                out.push(one);
            }
        }
    }
    out
}
