//! Many values at once, out of any text.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use noroshi_exchange::warninglist::Warninglists;
use noroshi_indicator::Observable;
use noroshi_indicator::extract::finder;
use noroshi_store::{Reader, Store};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{LookupError, Value, Verdict};

/// The longest text, in bytes.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

/// Distinct values that one answer is about.
pub const MOST_VALUES: usize = 20_000;

/// The values of a text, sorted into known and unknown.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct BulkAnswer {
    /// Values that a source lists, or did, or a post names, as far as the reader may see; in the order
    /// of the text.
    pub known: Vec<KnownValue>,
    /// Values about which nothing is said, in the order of the text.
    pub unknown: Vec<UnknownValue>,
    /// False when the text has more than 20,000 distinct values: the rest of it was not read.
    pub complete: bool,
    /// How much of the text was read, in bytes: where to go on if the answer is not complete.
    pub read: usize,
}

/// A value of a text about which something is said.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct KnownValue {
    /// The value.
    pub observable: Value,
    /// Names of the warninglists that have it.
    pub warninglists: Vec<String>,
    /// What is said about it.
    pub verdict: Verdict,
}

/// A value of a text about which nothing is said.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct UnknownValue {
    /// The value.
    pub observable: Value,
    /// Names of the warninglists that have it.
    pub warninglists: Vec<String>,
}

/// Finds the observables of a text, each once, and tells which of them are known. Cost: linear in
/// the text, and one question to the database a block of values.
///
/// # Errors
///
/// [`LookupError::TooLong`] for a text of more than [`MOST_BYTES`], [`LookupError::Store`] if the
/// database fails.
pub async fn bulk(
    store: &Store,
    warninglists: &Arc<Warninglists>,
    reader: &Reader,
    text: &str,
) -> Result<BulkAnswer, LookupError> {
    if text.len() > MOST_BYTES {
        return Err(LookupError::TooLong(text.len()));
    }
    let (text, warninglists) = (text.to_owned(), Arc::clone(warninglists));
    let (values, warned, complete) = blocking(move || {
        let values = distinct(&text, MOST_VALUES);
        let warned = values
            .observables
            .iter()
            .map(|one| names(&warninglists, one));
        let warned: Vec<Vec<String>> = warned.collect();
        let complete = values.read == text.len();
        (values, warned, complete)
    })
    .await?;
    let found = store.known(reader, values.observables.clone()).await?;
    let mut verdicts: HashMap<Observable, Verdict> = found
        .into_iter()
        .map(|found| {
            let verdict = Verdict::about(&found);
            (found.observable, verdict)
        })
        .collect();
    let mut answer = BulkAnswer {
        known: Vec::new(),
        unknown: Vec::new(),
        complete,
        read: values.read,
    };
    for (one, warninglists) in values.observables.iter().zip(warned) {
        let observable = Value::from(one);
        match verdicts.remove(one) {
            Some(verdict) => answer.known.push(KnownValue {
                observable,
                warninglists,
                verdict,
            }),
            None => answer.unknown.push(UnknownValue {
                observable,
                warninglists,
            }),
        }
    }
    Ok(answer)
}

/// Off the async threads: a whole text takes some tens of milliseconds.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LookupError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| noroshi_store::Error::Closed)?)
}

fn names(warninglists: &Warninglists, observable: &Observable) -> Vec<String> {
    let hits = warninglists.hits(observable).into_iter();
    hits.map(|hit| hit.list.name.clone()).collect()
}

struct Values {
    observables: Vec<Observable>,
    /// Bytes of the text.
    read: usize,
}

/// The distinct observables of a text in its order, at most so many.
fn distinct(text: &str, most: usize) -> Values {
    let mut seen = HashSet::new();
    let mut observables = Vec::new();
    for found in finder(text) {
        if seen.contains(&found.observable) {
            continue;
        }
        if observables.len() == most {
            return Values {
                observables,
                read: found.start,
            };
        }
        seen.insert(found.observable.clone());
        observables.push(found.observable);
    }
    Values {
        observables,
        read: text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, most: usize) -> (Vec<String>, usize) {
        let values = distinct(text, most);
        let texts = values.observables.iter().map(|one| one.value().to_owned());
        (texts.collect(), values.read)
    }

    #[test]
    fn each_value_counts_once_in_the_order_of_the_text() {
        let text = "192.0.2.9 evil[.]example 192[.]0[.]2[.]9 192.0.2.1";
        let all = ["192.0.2.9", "evil.example", "192.0.2.1"].map(str::to_owned);
        assert_eq!(values(text, 3), (all.to_vec(), text.len()));
        // Cut before the first value that does not fit; going on from there finds the rest.
        let (first, read) = values(text, 2);
        assert_eq!(first, all[..2]);
        assert_eq!(values(&text[read..], 2).0, all[2..]);
        assert_eq!(values("", 2), (Vec::new(), 0));
    }
}
