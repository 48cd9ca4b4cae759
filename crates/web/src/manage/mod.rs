//! What administrators do: accounts, organisations and audiences, keys, EXIST's scripts, the audit log.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod audience;
pub(crate) mod audit;
pub(crate) mod exist;
pub(crate) mod key;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::frame::Frame;
use crate::problem::Problem;
use crate::state::AppState;

/// The frame of a page for administrators.
pub(crate) struct Manager(pub(crate) Frame);

impl FromRequestParts<AppState> for Manager {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Manager, Response> {
        let frame = Frame::from_request_parts(parts, state).await?;
        match frame.manages() {
            true => Ok(Manager(frame)),
            false => Err(Problem::forbidden("This is for administrators.").into_response()),
        }
    }
}

/// What a form did wrong, to be told on its page; anything worse is a page of its own.
///
/// # Errors
///
/// What is not the form's fault.
pub(crate) fn told(problem: impl Into<Problem>) -> Result<String, Problem> {
    let problem = problem.into();
    match problem.status {
        400 | 404 | 409 | 422 => Ok(problem.detail),
        _ => Err(problem),
    }
}
