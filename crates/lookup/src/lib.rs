//! Asks about it: what is this value, from everything collected.
//!
//! [`lookup`] takes one value as somebody wrote it (defanged, full-width, `ip:port`) and answers
//! who lists it and what is listed around it; [`bulk`] takes a text and sorts the values in it
//! into known and unknown. Both answer what the reader may see and nothing else, and both say
//! first whether a warninglist has the value, since that makes a listing a probable false alarm.
//! The answers are what the command line and the API print as JSON.

mod answer;
mod bulk;
mod error;
mod listing;
pub mod registration;
mod time;
mod value;
mod verdict;
mod warninglists;

use noroshi_exchange::warninglist::Warninglists;
use noroshi_indicator::{Detected, Observable};
use noroshi_store::{Reader, Store};

pub use answer::{Answer, Mention, Related, RelatedValue, Tie, Warning};
pub use bulk::{BulkAnswer, KnownValue, MOST_BYTES, MOST_VALUES, UnknownValue, bulk};
pub use error::LookupError;
pub use listing::{Listing, State};
pub use time::Time;
pub use value::Value;
pub use verdict::Verdict;
pub use warninglists::{LoadError, load_warninglists};

/// What is known about the one value that `text` is. Cost: that of [`Store::lookup`].
///
/// # Errors
///
/// [`LookupError::NotAValue`] if the text is not one value, [`LookupError::Store`] if the
/// database fails.
pub async fn lookup(
    store: &Store,
    warninglists: &Warninglists,
    reader: &Reader,
    text: &str,
) -> Result<Answer, LookupError> {
    let detected = Observable::detect(text)?;
    about(store, warninglists, reader, detected).await
}

/// What is known about a value that was read already, for kinds that cannot be told from the
/// text alone.
///
/// # Errors
///
/// [`LookupError::Store`] if the database fails.
pub async fn about(
    store: &Store,
    warninglists: &Warninglists,
    reader: &Reader,
    detected: Detected,
) -> Result<Answer, LookupError> {
    let kept = store.lookup(reader, &detected.observable).await?;
    let warnings = answer::warnings(warninglists, &detected.observable);
    Ok(Answer::new(&detected, warnings, kept))
}
