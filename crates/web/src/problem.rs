//! Errors as RFC 9457 problem details.

use std::fmt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use noroshi_lookup::LookupError;
use noroshi_query::QueryError;
use noroshi_store::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// A query that cannot be read.
const BAD_QUERY: &str = "urn:noroshi:problem:bad-query";
/// Something that is not one value of a known kind.
const NOT_A_VALUE: &str = "urn:noroshi:problem:not-a-value";

/// What went wrong, after RFC 9457.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// What sort of problem: `about:blank` when the status says it all, else a URN that stays the same.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The sort of problem in words; the same every time.
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 403)]
    pub status: u16,
    /// What is wrong this time, and what would be right.
    pub detail: String,
    /// For a bad query: the first character to blame, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// For a bad query: how many characters are to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
    /// When the fault is ours: the number under which the log says more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub operation: Option<Box<str>>,
    /// Seconds after which to try again, for the header.
    #[serde(skip)]
    pub(crate) retry_after: Option<u32>,
    /// What to ask the client for, for the header.
    #[serde(skip)]
    pub(crate) challenge: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            column: None,
            length: None,
            operation: None,
            retry_after: None,
            challenge: None,
        }
    }

    pub(crate) fn bad_request(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    pub(crate) fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, detail)
    }

    /// Our own fault: the log has the error, the client only its number.
    pub(crate) fn internal(error: &dyn fmt::Display) -> Problem {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let detail = "Something went wrong here; the log says more under this operation.";
        Problem::new(status, detail).logged(error)
    }

    /// It may be better in a moment.
    pub(crate) fn unavailable(detail: &str, error: &dyn fmt::Display) -> Problem {
        Problem {
            retry_after: Some(5),
            ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).logged(error)
        }
    }

    fn logged(self, error: &dyn fmt::Display) -> Problem {
        let operation = operation();
        tracing::error!(%operation, status = self.status, "{error}");
        Problem {
            operation: Some(operation.into()),
            ..self
        }
    }

    /// What a request body names and is not there is the body's fault, not the path's.
    pub(crate) fn in_body(error: Error) -> Problem {
        match error {
            Error::NotFound { .. } => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
            }
            other => other.into(),
        }
    }
}

/// Unlike any other of this or an earlier run.
fn operation() -> String {
    static RUN: LazyLock<i64> = LazyLock::new(noroshi_store::now);
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{count:x}", *RUN)
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        if error.is_unavailable() {
            return Problem::unavailable("The database cannot be reached.", &error);
        }
        let status = match &error {
            Error::NotFound { .. } => StatusCode::NOT_FOUND,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Invalid(_) => StatusCode::BAD_REQUEST,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Pool(_)
            | Error::Closed
            | Error::Sqlite(_)
            | Error::Postgres(_)
            | Error::File { .. }
            | Error::Corrupt(_) => {
                return Problem::internal(&error);
            }
        };
        Problem::new(status, error.to_string())
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Problem {
        Problem {
            kind: BAD_QUERY,
            title: "The query cannot be read",
            column: u32::try_from(error.column).ok(),
            length: u32::try_from(error.length).ok(),
            ..Problem::bad_request(error.message)
        }
    }
}

impl From<LookupError> for Problem {
    fn from(error: LookupError) -> Problem {
        match error {
            LookupError::NotAValue(error) => Problem {
                kind: NOT_A_VALUE,
                title: "This is not one value",
                ..Problem::bad_request(error.to_string())
            },
            LookupError::TooLong(_) => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
            }
            LookupError::Store(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status);
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // A struct of texts and numbers always is JSON.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let (retry_after, challenge) = (self.retry_after, self.challenge);
        // For `error_page`, which makes a page of it where a browser asked.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = challenge {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        response
    }
}
