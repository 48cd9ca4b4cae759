//! The page over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::licences::{Package, packages};
use crate::frame::{Frame, render};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    frame: Frame,
    version: &'static str,
    engine: &'static str,
    packages: Vec<Package>,
}

/// Version, database engine, licences.
#[utoipa::path(get, path = "/about", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let page = About {
        version: env!("CARGO_PKG_VERSION"),
        engine: match state.store.engine_name() {
            "sqlite" => "SQLite",
            _ => "PostgreSQL",
        },
        packages: packages().collect(),
        frame,
    };
    render(StatusCode::OK, &page)
}
