//! What an exact value may name.

use noroshi_indicator::{Kind, Observable};

/// The observables that `value:text` asks for: `text` read as every kind that it can be, since
/// the same characters may be a file name to one source and a mutex to another.
pub fn named(text: &str) -> Vec<Observable> {
    readings(text, |_| true)
}

/// The observables that `hash:text` asks for; 32 digits may be an MD5 or an import hash.
pub fn hashes(text: &str) -> Vec<Observable> {
    readings(text, Kind::is_hash)
}

fn readings(text: &str, wanted: fn(Kind) -> bool) -> Vec<Observable> {
    Kind::ALL
        .iter()
        .filter(|kind| wanted(**kind))
        .filter_map(|kind| Observable::parse(*kind, text).ok())
        .collect()
}

/// A hash in its canonical form.
pub(crate) fn hash(text: &str) -> Option<String> {
    hashes(text).first().map(|found| found.value().to_owned())
}
