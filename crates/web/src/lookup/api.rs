//! Lookup over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use noroshi_lookup::{Answer, BulkAnswer};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::Reading;
use crate::extract::{InPath, RawBody};
use crate::problem::Problem;
use crate::state::AppState;

/// Look one value up
///
/// What the reader may see about one value and around it: who lists it, since when, as what, and
/// which warninglists have it. Defanged, full-width and `address:port` spellings are understood.
/// Percent-encode the value; slashes may stand as they are. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/lookup/{*value}", tag = "asking",
    params(("value" = String, Path, description = "The value.", example = "evil[.]example")),
    security(("key" = [])), responses((status = OK, body = Answer))
)]
pub(crate) async fn lookup(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(value): InPath<String>,
) -> Result<Json<Answer>, Problem> {
    let (store, lists) = (&state.store, &state.warninglists);
    let answer = noroshi_lookup::lookup(store, lists, &caller.reader(), &value).await?;
    Ok(Json(answer))
}

/// What to look up: either of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkQuestion {
    /// Values, one a text.
    values: Option<Vec<String>>,
    /// Any text with values in it.
    text: Option<String>,
}

/// Look many values up
///
/// Finds the values in a text and sorts them into known and unknown. The body is JSON with
/// `values` or `text`, or is the text itself as `text/plain`; at most 5 MB. Needs the scope `read`.
#[utoipa::path(
    post, path = "/api/v1/lookup", tag = "asking", operation_id = "lookup_many",
    request_body(content((BulkQuestion = "application/json"), (String = "text/plain"))),
    security(("key" = [])), responses((status = OK, body = BulkAnswer))
)]
pub(crate) async fn bulk(
    Reading(caller): Reading,
    State(state): State<AppState>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<Json<BulkAnswer>, Problem> {
    let text = text(&headers, &body)?;
    let (store, lists) = (&state.store, &state.warninglists);
    let answer = noroshi_lookup::bulk(store, lists, &caller.reader(), &text).await?;
    Ok(Json(answer))
}

fn text(headers: &HeaderMap, body: &[u8]) -> Result<String, Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind
        .and_then(|kind| kind.split(';').next())
        .unwrap_or_default();
    match kind.trim().to_ascii_lowercase().as_str() {
        "application/json" => {
            let asked: BulkQuestion = serde_json::from_slice(body)
                .map_err(|error| Problem::bad_request(format!("the body: {error}")))?;
            match (asked.values, asked.text) {
                (Some(values), None) => Ok(values.join("\n")),
                (None, Some(text)) => Ok(text),
                _ => Err(Problem::bad_request("send either values or text")),
            }
        }
        // Whatever is pasted or piped, in whatever encoding: the values in it are ASCII mostly.
        "text/plain" | "" => Ok(String::from_utf8_lossy(body).into_owned()),
        other => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("send application/json or text/plain, not {other:?}"),
        )),
    }
}
