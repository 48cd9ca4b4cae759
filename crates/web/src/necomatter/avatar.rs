//! Pictures of accounts, drawn from their names: there is nothing to upload, and nothing to keep.

use std::fmt::Write as _;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use crate::extract::InPath;
use crate::part::encoded;

/// The longest name that is drawn, in bytes; no account has a longer one.
const LONGEST: usize = 64;
/// Cells of a side; the right half mirrors the left one.
const CELLS: usize = 5;

/// Where the picture of an account is.
pub(super) fn path(name: &str) -> String {
    format!("/avatar/{}.svg", encoded(name))
}

/// The picture of a name, be there such an account or not.
#[utoipa::path(get, path = "/avatar/{file}", responses((status = OK)))]
pub(crate) async fn show(InPath(file): InPath<String>) -> Result<Response, Refusal> {
    let name = file
        .strip_suffix(".svg")
        .filter(|name| name.len() <= LONGEST)
        .ok_or_else(Refusal::nowhere)?;
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=604800"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
    ];
    Ok((headers, drawn(name)).into_response())
}

/// A symmetric pattern in one colour. Nothing of the name itself is in it.
fn drawn(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    let mut bits = digest.iter();
    let hue = bits
        .by_ref()
        .take(2)
        .fold(0u32, |hue, byte| hue * 256 + u32::from(*byte))
        % 360;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
        shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" \
        fill=\"hsl({hue},40%,92%)\"/><g fill=\"hsl({hue},55%,42%)\">",
        side = CELLS + 2
    );
    for (cell, byte) in bits.enumerate().take(CELLS * CELLS.div_ceil(2)) {
        let (column, row) = (cell / CELLS, cell % CELLS);
        if byte % 2 == 0 {
            continue;
        }
        let mut columns = vec![column, CELLS - 1 - column];
        columns.dedup();
        for x in columns {
            // Writing to a string cannot fail.
            let _ = write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"1\" height=\"1\"/>",
                x + 1,
                row + 1
            );
        }
    }
    svg.push_str("</g></svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_always_has_the_same_picture_and_another_name_another() {
        assert_eq!(drawn("ann"), drawn("ann"));
        assert_ne!(drawn("ann"), drawn("ben"));
        let hostile = drawn("<script>alert(1)</script>");
        assert!(!hostile.contains("script"), "{hostile}");
        assert_eq!(path("a/b"), "/avatar/a%2Fb.svg");
    }
}
