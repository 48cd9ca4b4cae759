//! Files over HTTP: sent first, then named in a post.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use futures::StreamExt;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{LARGEST, Receiving, page};
use crate::auth::{Reading, Writing};
use crate::extract::{InPath, Params};
use crate::post::AttachmentAnswer;
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileParams {
    /// What it is called.
    #[serde(default)]
    name: String,
}

/// Send a file
///
/// The body is the file, 10 MB at most. Its number goes into `attachments` of a post within a day; until
/// then nobody else can read it. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/attachments", tag = "posting", operation_id = "add_attachment",
    params(FileParams),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("key" = [])), responses((status = CREATED, body = AttachmentAnswer))
)]
pub(crate) async fn add(
    Writing(caller): Writing,
    State(state): State<AppState>,
    Params(params): Params<FileParams>,
    body: Body,
) -> Result<(StatusCode, Json<AttachmentAnswer>), Problem> {
    let mut file = Receiving::new(&state.store, &params.name)?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Problem::bad_request(error.to_string()))?;
        if !file.add(&chunk)? {
            let detail = format!("a file has at most {LARGEST} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
    }
    if file.is_empty() {
        return Err(Problem::bad_request(
            "the body, which is the file, is empty",
        ));
    }
    let kept = file.keep(&state.store, caller.account.id).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Get a file
///
/// Of a post that the caller may read. It comes as bytes to be kept, unless it is a picture. Needs the
/// scope `read`.
#[utoipa::path(
    get, path = "/api/v1/attachments/{id}", tag = "posting", operation_id = "show_attachment",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])),
    responses((status = OK, content_type = "application/octet-stream"))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let file = state.store.attachment(&caller.reader(), id).await?;
    page::give(&state, &file)
}
