//! Why a collection failed.

use noroshi_egress::{EgressError, RetryAfter};
use noroshi_exchange::BodyError;

use super::Receipt;
use crate::recipe::RequestError;

/// Why a collection failed. No message holds a key.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The store refused or is broken.
    #[error(transparent)]
    Store(#[from] noroshi_store::Error),
    /// The way out refused or failed.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The recipe cannot be asked for.
    #[error("{0}; set it as `key` under [source.{1}] or as {2}")]
    Key(RequestError, String, String),
    /// The recipe cannot be asked for, for another reason than its key.
    #[error(transparent)]
    Request(RequestError),
    /// The publisher answered with something else than a body.
    #[error("{url} answered {status}{}", said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Status {
        /// Where from, without secrets.
        url: String,
        /// Code and reason.
        status: http::StatusCode,
        /// The publisher's own words about it.
        said: Option<String>,
        /// When it would like to be asked again.
        retry_after: Option<RetryAfter>,
    },
    /// An answer is not what the recipe describes.
    #[error("the answer of {url} cannot be used: {reason}")]
    Answer {
        /// Where from, without secrets.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// There are more pages than a run may read.
    #[error("there are more than {0} pages; nothing was taken")]
    TooManyPages(u32),
    /// Asking for everything took too long.
    #[error("asking for everything took too long; nothing was taken")]
    TooLong,
    /// The body broke off, or is not what the recipe describes.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The body is larger than allowed.
    #[error("the body is over {limit} bytes")]
    TooLarge {
        /// The cap.
        limit: u64,
    },
    /// A file could not be read.
    #[error("{path}: {error}")]
    File {
        /// As it was named.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The user's command failed.
    #[error("{program}: {reason}")]
    Command {
        /// The program's name.
        program: String,
        /// How it ended, with the end of its standard error.
        reason: String,
    },
    /// The rows are not believable as what the source lists now.
    #[error("{0}")]
    Implausible(String),
    /// It was asked to stop.
    #[error("stopped before its end")]
    Stopped,
    /// A task ended in a way it never should.
    #[error("internal error: {0}")]
    Internal(String),
}

impl CollectError {
    /// When the publisher would like to be asked again.
    pub fn retry_after(&self) -> Option<RetryAfter> {
        match self {
            CollectError::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether it is about this run only, not about the source.
    pub(crate) fn says_nothing(&self) -> bool {
        matches!(self, CollectError::Stopped) || self.is_conflict()
    }

    /// Whether somebody else collects from the source just now.
    pub fn is_conflict(&self) -> bool {
        matches!(self, CollectError::Store(noroshi_store::Error::Conflict(_)))
    }
}

/// A collection that failed, and how far it had come.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// Why.
    pub error: CollectError,
    /// What went in before, if a batch had begun.
    pub receipt: Option<Receipt>,
}

impl<E: Into<CollectError>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure {
            error: error.into(),
            receipt: None,
        }
    }
}
