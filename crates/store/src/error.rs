//! What can go wrong while keeping or finding things.

/// An error of the store. `Display` says what happened; nothing of a key or password is in it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refused.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL refused, or the connection broke.
    #[error("database: {}", postgres_text(.0))]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection could be had.
    #[error("database connection: {0}")]
    Pool(String),
    /// A file of the data directory could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// There is no such thing, or the reader may not see it.
    #[error("there is no {what} {name}")]
    NotFound {
        /// `source`, `account`, `batch`, …
        what: &'static str,
        /// As it was asked for.
        name: String,
    },
    /// It exists already, or somebody else is at it.
    #[error("{0}")]
    Conflict(String),
    /// The caller asked for something that cannot be.
    #[error("{0}")]
    Invalid(String),
    /// The reader may see it but not do that.
    #[error("{0}")]
    Forbidden(String),
    /// What was read back is not what the store writes.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(String),
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

/// The result, or nothing where the time was up.
pub(crate) fn in_time<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Err(error) if error.is_interrupted() => Ok(None),
        result => result.map(Some),
    }
}

impl Error {
    /// "There is no `what` `name`".
    pub fn not_found(what: &'static str, name: impl Into<String>) -> Error {
        Error::NotFound {
            what,
            name: name.into(),
        }
    }

    /// Whether another try of the same transaction may succeed: a unique key that a concurrent
    /// transaction took first, a serialisation failure or a deadlock.
    pub(crate) fn worth_another_try(&self) -> bool {
        use tokio_postgres::error::SqlState;
        match self {
            Error::Postgres(error) => error.code().is_some_and(|code| {
                [
                    SqlState::UNIQUE_VIOLATION,
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::T_R_DEADLOCK_DETECTED,
                ]
                .contains(code)
            }),
            _ => false,
        }
    }

    /// Whether the database is locked or gone, so that the same may go well in a moment.
    pub fn is_unavailable(&self) -> bool {
        use rusqlite::ErrorCode;
        match self {
            Error::Pool(_) | Error::Closed => true,
            Error::Sqlite(error) => matches!(
                error.sqlite_error_code(),
                Some(
                    ErrorCode::DatabaseBusy
                        | ErrorCode::DatabaseLocked
                        | ErrorCode::CannotOpen
                        | ErrorCode::SystemIoFailure
                        | ErrorCode::DiskFull
                )
            ),
            // Class 57 is what an operator or a shutdown does, 53 is what has run out.
            Error::Postgres(error) => error.code().map_or(error.is_closed(), |code| {
                code.code().starts_with("57P") || code.code().starts_with("53")
            }),
            _ => false,
        }
    }

    /// Whether a read ran into its deadline.
    pub(crate) fn is_interrupted(&self) -> bool {
        match self {
            Error::Sqlite(error) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::OperationInterrupted)
            }
            Error::Postgres(error) => {
                error.code() == Some(&tokio_postgres::error::SqlState::QUERY_CANCELED)
            }
            _ => false,
        }
    }

    /// Whether a unique key was violated, on either engine.
    pub(crate) fn is_duplicate(&self) -> bool {
        match self {
            Error::Sqlite(error) => {
                error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
            }
            Error::Postgres(error) => {
                error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION)
            }
            _ => false,
        }
    }
}

/// The driver's own text is only "db error"; the server's is what helps.
fn postgres_text(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => error.to_string(),
    }
}

/// The store's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;
