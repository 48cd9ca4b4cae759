//! Everything a query finds, as CSV or JSON, written page by page.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_indicator::Tlp;
use noroshi_store::{Page, Reader};
use serde::Deserialize;

use super::FoundValue;
use super::api::Asked;
use crate::auth::Reading;
use crate::extract::Params;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::sheet::Sheet;
use crate::state::AppState;

/// Values that are asked for at once.
const ROWS: usize = 1_000;
/// Nothing of a higher marking is ever exported.
pub(crate) const CEILING: Tlp = Tlp::AmberStrict;

/// Who exports, by key or by session, and up to which marking.
pub(crate) struct Exporting {
    pub(crate) reader: Reader,
    pub(crate) ceiling: Tlp,
}

impl FromRequestParts<AppState> for Exporting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            let reading = Reading::from_request_parts(parts, state).await;
            let Reading(caller) = reading.map_err(IntoResponse::into_response)?;
            return Ok(Exporting {
                reader: caller.reader(),
                ceiling: caller.tlp.min(CEILING),
            });
        }
        let frame = Frame::from_request_parts(parts, state).await?;
        Ok(Exporting {
            reader: frame.reader(),
            ceiling: CEILING,
        })
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Csv,
    Json,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExportParams {
    #[serde(default)]
    q: String,
    format: Format,
}

/// What a query finds, all of it, with the marking of every line.
#[utoipa::path(get, path = "/search/export", responses((status = OK)))]
pub(crate) async fn show(
    Exporting { reader, ceiling }: Exporting,
    State(state): State<AppState>,
    Params(params): Params<ExportParams>,
) -> Result<Response, Problem> {
    let format = params.format;
    // Here, so that a query that cannot be read is refused before anything is sent.
    let first = Asked::read(&params.q, None)?;
    let written = stream::try_unfold(Step::First(first), move |step| {
        let (state, reader, text) = (state.clone(), reader.clone(), params.q.clone());
        async move {
            let (asked, opening, mut begun) = match step {
                Step::First(asked) => (asked, true, false),
                Step::Next { cursor, begun } => (Asked::read(&text, Some(&cursor))?, false, begun),
                Step::Done => return Ok::<_, Problem>(None),
            };
            let page = asked.search(&state, &reader, ROWS).await?;
            let values = leaving(&page, ceiling);
            let mut bytes = match format {
                Format::Csv => csv(values, opening),
                Format::Json => json(values, opening, &mut begun),
            };
            let step = match page.next {
                Some(cursor) => Step::Next { cursor, begun },
                None => Step::Done,
            };
            if let (Format::Json, Step::Done) = (format, &step) {
                bytes.extend_from_slice(b"\n]\n");
            }
            Ok(Some((Bytes::from(bytes), step)))
        }
    });
    let written = futures::TryStreamExt::map_err(written, |problem| {
        // What was sent stands; that it is cut off, the client sees by the missing end.
        tracing::warn!("an export was cut off: {}", problem.detail);
        std::io::Error::other(problem.detail)
    });
    let (kind, name) = match format {
        Format::Csv => (
            "text/csv; charset=utf-8",
            "attachment; filename=\"noroshi.csv\"",
        ),
        Format::Json => ("application/json", "attachment; filename=\"noroshi.json\""),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(written)).into_response())
}

enum Step {
    First(Asked),
    Next { cursor: String, begun: bool },
    Done,
}

/// The values of a page, with the listings that may leave.
fn leaving(page: &Page, ceiling: Tlp) -> impl Iterator<Item = FoundValue> {
    let values = page
        .found
        .iter()
        .map(FoundValue::from)
        .map(move |mut value| {
            value.listings.retain(|listing| listing.tlp <= ceiling);
            value
        });
    values.filter(|value| !value.listings.is_empty())
}

/// A page's part of a JSON array; `begun` tells whether a value was written before.
fn json(values: impl Iterator<Item = FoundValue>, opening: bool, begun: &mut bool) -> Vec<u8> {
    let mut out = Vec::new();
    if opening {
        out.push(b'[');
    }
    for value in values {
        out.extend_from_slice(if *begun { b",\n" } else { b"\n" });
        *begun = true;
        // A struct of texts and numbers always is JSON.
        out.extend(serde_json::to_vec(&value).unwrap_or_default());
    }
    out
}

const HEAD: [&str; 14] = [
    "kind",
    "value",
    "source",
    "state",
    "tlp",
    "first_seen",
    "last_seen",
    "received",
    "port",
    "family",
    "tags",
    "confidence",
    "note",
    "reference",
];

/// A row for each listing.
fn csv(values: impl Iterator<Item = FoundValue>, opening: bool) -> Vec<u8> {
    let mut sheet = Sheet::new();
    if opening {
        sheet.row(HEAD);
    }
    for value in values {
        for listing in &value.listings {
            let number = |number: Option<String>| number.unwrap_or_default();
            sheet.row([
                value.observable.kind.name(),
                &value.observable.value,
                &listing.source,
                listing.state.name(),
                listing.tlp.name(),
                &listing.first_seen.to_string(),
                &listing.last_seen.to_string(),
                &listing.received.to_string(),
                &number(listing.port.map(|port| port.to_string())),
                listing.family.as_deref().unwrap_or_default(),
                &listing.tags.join(" | "),
                &number(listing.confidence.map(|value| value.to_string())),
                listing.note.as_deref().unwrap_or_default(),
                listing.reference.as_deref().unwrap_or_default(),
            ]);
        }
    }
    sheet.into_bytes()
}
