//! The items of a feed, whatever its form: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed. Recognised by content.
//!
//! Each item is a JSON object with the same members, which recipes name as columns:
//!
//! | member | what |
//! |---|---|
//! | `id` | the item's own id; else its link; else made of title and date |
//! | `title`, `summary`, `content` | plain text |
//! | `text` | the longer one of content and summary |
//! | `link` | http or https |
//! | `author`, `author_url` | the first author |
//! | `published`, `updated` | as written |
//! | `categories`, `enclosures` | lists |
//! | `language` | of the item or of the whole feed |
//!
//! All other elements of the item stand beside them by their names (`sec:identifier`, `dc:rights`).

mod item;
mod json_item;
mod link;

use std::io::BufRead;

use serde_json::Value;

use crate::json_elements::Elements;
use crate::xml::{Target, Xml};
use crate::{BadRow, BodyError};

/// The roots of feeds.
const ROOTS: &[&str] = &["rss", "rdf:RDF", "feed", "channel"];

pub(crate) enum Feed<B> {
    /// Nothing was read yet.
    New(Option<B>),
    Xml(Box<Xml<B>>),
    Json(Box<Elements<B>>, Vec<u8>),
    Broken(BodyError),
}

/// An item, and where it stands.
pub(crate) struct Item {
    pub(crate) value: Value,
    pub(crate) line: u64,
    pub(crate) lines: u64,
}

impl<B: BufRead> Feed<B> {
    pub(crate) fn new(input: B) -> Self {
        Self::New(Some(input))
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        match self {
            Self::New(_) => None,
            Self::Xml(xml) => xml.error(),
            Self::Json(elements, _) => elements.error(),
            Self::Broken(error) => Some(error),
        }
    }

    pub(crate) fn next(&mut self) -> Option<Result<Item, BadRow>> {
        if let Self::New(input) = self {
            *self = recognise(input.take()?);
        }
        match self {
            Self::New(_) | Self::Broken(_) => None,
            Self::Xml(xml) => {
                let found = xml.next();
                let root = xml.head.root.as_str();
                if !xml.head.is_answer && !root.is_empty() && !ROOTS.contains(&root) {
                    let reason = format!("this is no feed: the document is `<{root}>`");
                    *self = Self::Broken(not_a_feed(reason));
                    return None;
                }
                Some(found?.and_then(|found| {
                    let value = item::value(&found.element, &xml.head).ok_or_else(|| {
                        let text = found.element.text();
                        BadRow::new(
                            found.line,
                            "the item has no title, text or link",
                            text.as_bytes(),
                        )
                    })?;
                    let (line, lines) = (found.line, found.lines);
                    Ok(Item { value, line, lines })
                }))
            }
            Self::Json(elements, bytes) => Some(json(elements.next(bytes)?, bytes)),
        }
    }
}

fn json(found: crate::json_elements::Element, bytes: &[u8]) -> Result<Item, BadRow> {
    let bad = |reason: String| BadRow::new(found.line, reason, bytes);
    if found.too_long {
        return Err(bad("the item is longer than 1 MB".into()));
    }
    if found.cut {
        return Err(bad("the body breaks off in this row".into()));
    }
    let value = serde_json::from_slice(bytes).map_err(|error| bad(format!("not JSON: {error}")))?;
    let value = json_item::value(&value)
        .ok_or_else(|| bad("the item has no title, text or link".into()))?;
    let (line, lines) = (found.line, found.lines);
    Ok(Item { value, line, lines })
}

/// Tells XML from JSON by the first byte that is no white space.
fn recognise<B: BufRead>(mut input: B) -> Feed<B> {
    loop {
        let (blank, first) = match input.fill_buf() {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Feed::Broken(BodyError::from_io(error)),
            Ok([]) => return Feed::Broken(not_a_feed("the body is empty".into())),
            Ok(available) => {
                let blank = available
                    .iter()
                    .take_while(|byte| byte.is_ascii_whitespace())
                    .count();
                (blank, available.get(blank).copied())
            }
        };
        match first {
            Some(b'{') => return Feed::Json(Box::new(Elements::new(input, "items")), Vec::new()),
            Some(_) => return Feed::Xml(Box::new(Xml::new(input, Target::Feed))),
            None => input.consume(blank),
        }
    }
}

fn not_a_feed(reason: String) -> BodyError {
    BodyError::Xml {
        line: 1,
        column: 1,
        reason,
    }
}
