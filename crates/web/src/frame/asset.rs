//! The style, the script and the icons: in the binary, each under an address that has its
//! fingerprint, so that a browser may keep it for ever.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::extract::InPath;
use crate::problem::Problem;

/// A file that pages load.
pub(crate) struct Asset {
    file: &'static str,
    pub(crate) url: &'static str,
    text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

impl Asset {
    fn kind(&self) -> &'static str {
        match self.file.rsplit_once('.') {
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        }
    }
}

/// What pages load.
#[utoipa::path(get, path = "/assets/{file}", responses((status = OK)))]
pub(crate) async fn show(InPath(file): InPath<String>) -> Result<Response, Problem> {
    let all = [&STYLE, &SCRIPT, &ICONS, &FLAME];
    let asset = all.into_iter().find(|asset| asset.file == file);
    let asset = asset
        .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "There is no asset of this name."))?;
    let headers = [
        (header::CONTENT_TYPE, asset.kind()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_loads_less_than_a_hundred_kilobytes_of_ours() {
        let bytes = STYLE.text.len() + SCRIPT.text.len() + ICONS.text.len();
        assert!(bytes < 100_000, "{bytes}");
    }
}
