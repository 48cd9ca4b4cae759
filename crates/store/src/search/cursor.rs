//! The place in a plan where a page ended, as opaque text.

use noroshi_query::Query;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A place: which walk, and where in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The walk's number in the plan.
    pub(crate) walk: usize,
    /// Where in the walk; nothing at its start.
    pub(crate) at: Option<Position>,
}

/// The last thing a walk met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Position {
    /// A plain number: of an observable, or in a list.
    Number(i64),
    /// A name and an observable.
    Name(String, i64),
    /// An address and an observable.
    Address([u8; 16], i64),
    /// A context or chunk, and an observable.
    Pair(i64, i64),
}

#[derive(Serialize, Deserialize)]
struct Text {
    query: u64,
    place: Place,
}

fn fingerprint(query: &Query) -> u64 {
    xxhash_rust::xxh3::xxh3_64(query.to_string().as_bytes())
}

impl Place {
    /// As text that only goes with this query.
    pub(crate) fn encode(&self, query: &Query) -> String {
        let text = Text {
            query: fingerprint(query),
            place: self.clone(),
        };
        hex::encode(serde_json::to_vec(&text).unwrap_or_default())
    }

    /// Reads it back; a cursor of another query is refused.
    pub(crate) fn decode(cursor: &str, query: &Query) -> Result<Place> {
        let text: Option<Text> = hex::decode(cursor)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match text {
            Some(text) if text.query == fingerprint(query) => Ok(text.place),
            Some(_) => Err(Error::Invalid(
                "this cursor belongs to another query".to_owned(),
            )),
            None => Err(Error::Invalid("this is not a cursor".to_owned())),
        }
    }
}
