//! A file of a post over HTTP.

use std::fs::File;
use std::io::Read;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::{Stream, stream};
use noroshi_store::Attachment;

use super::is_picture;
use crate::extract::InPath;
use crate::frame::Frame;
use crate::part::encoded;
use crate::problem::Problem;
use crate::state::AppState;

/// Bytes that are read at once.
const BLOCK: usize = 64 * 1024;

/// A file. Four kinds of picture are shown; anything else is bytes to be kept, whatever it is.
#[utoipa::path(get, path = "/attachment/{id}/{name}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(path): InPath<(i64, String)>,
) -> Result<Response, Problem> {
    let file = state.store.attachment(&frame.reader(), path.0).await?;
    give(&state, &file)
}

/// A file as it goes out.
pub(super) fn give(state: &AppState, file: &Attachment) -> Result<Response, Problem> {
    let content = state.store.open_blob(&file.body)?;
    let (media, disposition) = match is_picture(&file.media) {
        true => (file.media.as_str(), "inline".to_owned()),
        false => ("application/octet-stream", download(file)),
    };
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CONTENT_LENGTH, &file.body.size.to_string()),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ),
        // A number always names the same bytes.
        (
            header::CACHE_CONTROL,
            "private, max-age=31536000, immutable",
        ),
    ];
    Ok((headers, Body::from_stream(blocks(content))).into_response())
}

/// With the name in both spellings of RFC 6266.
fn download(file: &Attachment) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let ascii: String = file
        .name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .collect();
    let name = encoded(&file.name);
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{name}")
}

/// A file, block by block, read off the async threads.
fn blocks(file: File) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut block = vec![0; BLOCK];
            let length = file.read(&mut block)?;
            block.truncate(length);
            Ok::<_, std::io::Error>((block, file))
        });
        let (block, file) = read.await.map_err(std::io::Error::other)??;
        Ok((!block.is_empty()).then(|| (Bytes::from(block), file)))
    })
}
