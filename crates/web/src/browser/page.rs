//! The page over HTTP.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::operations::{Section, sections};
use crate::frame::{Frame, render};
use crate::openapi::document;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "browser.html")]
struct Browser {
    frame: Frame,
    sections: Vec<Section>,
}

/// What programs can ask, and forms to try it.
#[utoipa::path(get, path = "/api", responses((status = OK)))]
pub(crate) async fn show(frame: Frame) -> Result<Response, Problem> {
    let document = serde_json::to_value(document()).map_err(|error| Problem::internal(&error))?;
    let page = Browser {
        sections: sections(&document, frame.words),
        frame,
    };
    render(StatusCode::OK, &page)
}
