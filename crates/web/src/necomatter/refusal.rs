//! What goes wrong, as the face says it: `{"result": "error", "description": …}`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use noroshi_store::Error;
use serde_json::json;

use super::answer;
use crate::problem::Problem;

/// Why something was not done.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    description: String,
    retry_after: Option<u32>,
    /// The methods that there are instead.
    allow: Option<&'static str>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, description: impl Into<String>) -> Refusal {
        Refusal {
            status,
            description: description.into(),
            retry_after: None,
            allow: None,
        }
    }

    pub(super) fn bad(description: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, description)
    }

    pub(super) fn nowhere() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "There is nothing here.")
    }

    /// The path is there, the method is not.
    pub(super) fn method(allow: &'static str, description: &str) -> Refusal {
        Refusal {
            allow: Some(allow),
            ..Refusal::new(StatusCode::METHOD_NOT_ALLOWED, description)
        }
    }

    /// What was told with another status; a fault of ours, a flood and a lack of rights keep theirs.
    pub(super) fn or(self, status: StatusCode) -> Refusal {
        let kept = [
            StatusCode::FORBIDDEN,
            StatusCode::UNAUTHORIZED,
            StatusCode::TOO_MANY_REQUESTS,
        ];
        match self.status.is_server_error() || kept.contains(&self.status) {
            true => self,
            false => Refusal { status, ..self },
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        let status = StatusCode::from_u16(problem.status);
        Refusal {
            retry_after: problem.retry_after,
            ..Refusal::new(
                status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
                problem.detail,
            )
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
        let body = json!({"result": "error", "description": self.description});
        let mut response = answer::json(self.status, &body);
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(allow));
        }
        response
    }
}
