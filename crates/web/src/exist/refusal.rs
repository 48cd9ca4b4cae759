//! What goes wrong, in the form of the original's framework.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use noroshi_store::Error;
use serde_json::json;

use crate::problem::Problem;

/// A refused question.
pub(crate) enum Refusal {
    /// `{"detail": …}`.
    Told(StatusCode, String, Option<u32>),
    /// `{"field": ["…"]}`.
    Field(&'static str, String),
    /// There is nothing here at all.
    Other(Box<Problem>),
}

impl Refusal {
    pub(super) fn not_found() -> Refusal {
        Refusal::Told(StatusCode::NOT_FOUND, "Not found.".to_owned(), None)
    }

    pub(super) fn forbidden() -> Refusal {
        let text = "You do not have permission to perform this action.";
        Refusal::Told(StatusCode::FORBIDDEN, text.to_owned(), None)
    }

    pub(super) fn choice(field: &'static str, value: &str) -> Refusal {
        let value: String = value.chars().take(100).collect();
        let text = format!("Select a valid choice. {value} is not one of the available choices.");
        Refusal::Field(field, text)
    }

    /// As any other address that leads nowhere.
    pub(super) fn nowhere() -> Refusal {
        let problem = Problem::new(StatusCode::NOT_FOUND, "There is nothing here.");
        Refusal::Other(Box::new(problem))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        match StatusCode::from_u16(problem.status) {
            Ok(StatusCode::NOT_FOUND) => Refusal::not_found(),
            Ok(status) => Refusal::Told(status, problem.detail, problem.retry_after),
            Err(_) => Refusal::Other(Box::new(problem)),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Problem::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body, retry_after) = match self {
            Refusal::Told(status, text, retry_after) => {
                (status, json!({"detail": text}), retry_after)
            }
            Refusal::Field(field, text) => (StatusCode::BAD_REQUEST, json!({field: [text]}), None),
            Refusal::Other(problem) => return problem.into_response(),
        };
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (status, kind, body.to_string()).into_response();
        if let Some(seconds) = retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
