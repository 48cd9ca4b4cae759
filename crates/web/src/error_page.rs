//! What went wrong, as a page, where a browser asked; programs get the problem as it is.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::frame::{Look, render};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Look,
    problem: &'a Problem,
    title: &'static str,
    why: &'static str,
    /// Whether asking again may help, and does no harm.
    again: bool,
}

/// Turns problems into pages.
pub(crate) async fn show(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let html = accepts_html(request.headers()) && !path.starts_with("/api/");
    let look = html.then(|| {
        let address = request.uri().path_and_query();
        Look::new(
            request.headers(),
            address.map_or("/", |address| address.as_str()),
        )
    });
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.run(request).await;
    match (look, response.extensions_mut().remove::<Problem>()) {
        (Some(frame), Some(problem)) => page(frame, problem, reads, response),
        _ => response,
    }
}

fn accepts_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    accepted.is_some_and(|accepted| {
        accepted
            .as_bytes()
            .windows(9)
            .any(|part| part == b"text/html")
    })
}

fn page(frame: Look, problem: Problem, reads: bool, response: Response) -> Response {
    let words = frame.words;
    let (title, why) = match problem.status {
        403 | 401 => (words.error_403, words.error_why_403),
        404 | 405 => (words.error_404, words.error_why_404),
        413 => (words.error_413, words.error_why_413),
        429 => (words.error_429, words.error_why_429),
        502..=504 => (words.error_503, words.error_why_503),
        500.. => (words.error_500, words.error_why_500),
        _ => (words.error_400, words.error_why_400),
    };
    let page = ErrorPage {
        frame,
        problem: &problem,
        title,
        why,
        again: reads && (502..=504).contains(&problem.status),
    };
    let status = StatusCode::from_u16(problem.status);
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let Ok(mut page) = render(status, &page) else {
        return response;
    };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = response.headers().get(&name) {
            page.headers_mut().insert(name, value.clone());
        }
    }
    page.into_response()
}
