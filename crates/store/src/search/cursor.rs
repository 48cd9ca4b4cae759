//! The place in a plan where a page ended, as sealed text.
//!
//! The place may be at something that the reader may not see, when the time ran out there. So it is told
//! by numbers alone, never by a name or an address; and it is sealed with a key of this hub, so that
//! nobody makes one up to find out what lies between the things that one sees.

use hmac::Mac;
use noroshi_query::Query;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::secret;
use crate::sql::Conn;

/// Bytes of the seal.
const TAG: usize = 32;

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
    /// The number of an observable, or of a place in a list.
    Number(i64),
    /// A context or chunk, and an observable.
    Pair(i64, i64),
}

impl Place {
    /// As text that only goes with this query.
    pub(crate) fn encode(&self, seal: &Seal, query: &Query) -> String {
        let mut text = serde_json::to_vec(self).unwrap_or_default();
        let tag = seal.over(query, &text).finalize().into_bytes();
        text.extend_from_slice(&tag);
        hex::encode(text)
    }

    /// Reads it back. One of another query or another hub is refused.
    pub(crate) fn decode(seal: &Seal, cursor: &str, query: &Query) -> Result<Place> {
        let refused = || Error::Invalid("this cursor does not belong to this query".to_owned());
        let bytes = hex::decode(cursor).map_err(|_| refused())?;
        let (text, tag) = bytes.split_last_chunk::<TAG>().ok_or_else(refused)?;
        if !secret::is_sealed(seal.over(query, text), tag) {
            return Err(refused());
        }
        serde_json::from_slice(text).map_err(|_| refused())
    }
}

/// What places are sealed with. It is read before the search: at its end the time may be up, and whatever is asked of
/// the database then is interrupted.
pub(crate) struct Seal(hmac::Hmac<sha2::Sha256>);

impl Seal {
    pub(crate) fn read(conn: &Conn) -> Result<Seal> {
        secret::cursor_seal(conn).map(Seal)
    }

    fn over(&self, query: &Query, text: &[u8]) -> hmac::Hmac<sha2::Sha256> {
        let mut seal = self.0.clone();
        let query = query.to_string();
        seal.update(&(query.len() as u64).to_le_bytes());
        seal.update(query.as_bytes());
        seal.update(text);
        seal
    }
}
