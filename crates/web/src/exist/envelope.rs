//! The envelope of a page: how many rows there are, and where the pages beside it are.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use noroshi_store::{ExistKey, ExistPage};
use serde::Serialize;

use super::given::Given;
use crate::part::encoded;
use crate::state::AppState;

#[derive(Serialize)]
struct Envelope<T> {
    count: usize,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

/// JSON.
pub(super) fn answer(value: &impl Serialize) -> Response {
    // Structs of texts and numbers always are JSON.
    let body = serde_json::to_vec(value).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Where the client found us, so that it can go on there.
pub(super) fn base(headers: &HeaderMap, state: &AppState) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.filter(|host| host.parse::<Authority>().is_ok());
    let scheme = if state.settings.https {
        "https"
    } else {
        "http"
    };
    host.map(|host| format!("{scheme}://{host}"))
        .unwrap_or_default()
}

/// A page of rows.
pub(super) fn page<R, T: Serialize>(
    given: &Given,
    page: ExistPage<R>,
    show: impl FnMut(R) -> T,
) -> Response {
    let (limit, offset) = (given.limit(), given.offset());
    let next = page.next.map(|key| {
        let offset = offset.saturating_add(limit);
        link(given, limit, offset, Some((page.count, key)))
    });
    let previous = (offset > 0).then(|| link(given, limit, offset.saturating_sub(limit), None));
    answer(&Envelope {
        count: page.count,
        next,
        previous,
        results: page.rows.into_iter().map(show).collect(),
    })
}

/// An empty collection.
pub(super) fn empty() -> Response {
    answer(&Envelope::<()> {
        count: 0,
        next: None,
        previous: None,
        results: Vec::new(),
    })
}

/// The address of another page, its parameters by name as the original wrote them.
fn link(given: &Given, limit: usize, offset: usize, cursor: Option<(usize, ExistKey)>) -> String {
    let ours = |name: &str| matches!(name, "limit" | "offset" | "cursor");
    let mut pairs: Vec<(String, String)> = given
        .pairs
        .iter()
        .filter(|(name, _)| !ours(name))
        .cloned()
        .collect();
    pairs.push(("limit".to_owned(), limit.to_string()));
    if offset > 0 {
        pairs.push(("offset".to_owned(), offset.to_string()));
    }
    if let Some((count, [first, second, third])) = cursor {
        let text = format!("{count}.{first}.{second}.{third}");
        pairs.push(("cursor".to_owned(), text));
    }
    pairs.sort();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    format!("{}?{}", given.address, pairs.join("&"))
}
