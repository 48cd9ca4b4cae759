//! Why there is no answer.

use noroshi_indicator::ParseError;

/// Why there is no answer. `Display` says it to whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// What was asked about is not one value.
    #[error(transparent)]
    NotAValue(#[from] ParseError),
    /// The text has more than [`MOST_BYTES`](crate::MOST_BYTES).
    #[error("the text has {0} bytes, and {most} are read at once", most = crate::MOST_BYTES)]
    TooLong(usize),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] noroshi_store::Error),
}
