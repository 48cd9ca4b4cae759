//! What changes something comes from a page of ours: one layer over all pages.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Refuses what another site's page sends here with the reader's cookie.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    if request.method().is_safe() || same_origin(request.headers()) {
        return next.run(request).await;
    }
    Problem::forbidden("This came from a page of another site.").into_response()
}

/// Whether a request that changes something comes from a page of ours. Browsers say where it comes
/// from in `Sec-Fetch-Site`, the older ones in `Origin`; what sends neither is no browser, and has
/// no cookie that somebody else could use.
pub(crate) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => {
            let authority = origin.split_once("://").map(|(_, authority)| authority);
            authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
        }
        (None, Some(_), None) => false,
        (None, None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::headers;
    use super::*;

    #[test]
    fn only_our_own_pages_change_things() {
        for (of, ours) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("sec-fetch-site", "cross-site")], false),
            (
                vec![
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "http://hub"),
                    ("host", "hub"),
                ],
                false,
            ),
            (
                vec![
                    ("origin", "https://hub.example:8443"),
                    ("host", "Hub.example:8443"),
                ],
                true,
            ),
            (
                vec![("origin", "https://evil.example"), ("host", "hub.example")],
                false,
            ),
            (
                vec![
                    ("origin", "https://hub.example.evil.example"),
                    ("host", "hub.example"),
                ],
                false,
            ),
            (vec![("origin", "null"), ("host", "hub.example")], false),
            (vec![("origin", "https://hub.example")], false),
            (vec![("host", "hub.example")], true),
        ] {
            assert_eq!(same_origin(&headers(&of)), ours, "{of:?}");
        }
    }
}
