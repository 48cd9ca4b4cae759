//! The face of NECOMAtter: its routes at the root, so that its bots run by changing the host's name.
//!
//! A thin translation onto the functions of the store that the API uses too. What a client could notice is
//! as it was; what is otherwise stands in `docs/necomatter.md`. An [`Asked`](asked::Asked) is who asks and
//! with what, a [`Mew`](mew::Mew) is a post as the face shows it, a [`Refusal`](refusal::Refusal) is what
//! goes wrong.

pub(crate) mod account;
pub(crate) mod acting;
mod answer;
mod asked;
pub(crate) mod avatar;
pub(crate) mod forms;
pub(crate) mod lists;
mod mew;
pub(crate) mod pages;
pub(crate) mod post;
pub(crate) mod reading;
mod refusal;
pub(crate) mod search;
pub(crate) mod stories;
pub(crate) mod stream;
pub(crate) mod tweet;
pub(crate) mod users;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::session;

/// What browsers send to a path of a page comes from a page of ours; a path of bots has its own proof, or
/// asks for the same.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    match request.uri().path().ends_with(".json") {
        true => next.run(request).await,
        false => session::guard(request, next).await,
    }
}

/// The name before `.json`, in the last part of a path; the router knows no such endings.
fn named(last: &str) -> Option<&str> {
    last.strip_suffix(".json")
}
