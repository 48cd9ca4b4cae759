//! The page over HTTP.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use crate::frame::{Frame, render};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
}

/// The front page.
#[utoipa::path(get, path = "/", responses((status = OK)))]
pub(crate) async fn show(frame: Frame) -> Result<Response, Problem> {
    render(StatusCode::OK, &Home { frame })
}
