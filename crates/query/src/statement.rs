//! What a query is held against: one statement about one observable.

use noroshi_indicator::{Observable, Tlp};

/// One statement, borrowed from wherever it is kept. Times are microseconds since the Unix
/// epoch, UTC.
#[derive(Clone, Copy, Debug)]
pub struct Statement<'a> {
    /// What it is about.
    pub observable: &'a Observable,
    /// The name of the source that said it.
    pub source: &'a str,
    /// The malware family it names.
    pub family: Option<&'a str>,
    /// Its tags, in any order.
    pub tags: &'a [String],
    /// Its remark in prose.
    pub note: Option<&'a str>,
    /// How far it may go.
    pub tlp: Tlp,
    /// When Noroshi received it.
    pub received: i64,
    /// When the observable was first seen, as the statement has it.
    pub first_seen: i64,
    /// When the observable was last seen, as the statement has it.
    pub last_seen: i64,
}
