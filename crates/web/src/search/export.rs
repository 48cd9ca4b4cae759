//! Everything a query finds, as CSV or JSON, written page by page.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_indicator::Tlp;
use noroshi_lookup::Listing;
use noroshi_store::{Page, Reader};
use serde::Deserialize;

use super::FoundValue;
use super::api::Asked;
use crate::auth::Reading;
use crate::extract::Params;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::state::AppState;

/// Values that are asked for at once.
const ROWS: usize = 1_000;
/// Nothing of a higher marking is ever exported.
const CEILING: Tlp = Tlp::AmberStrict;

/// Who exports, by key or by session, and up to which marking.
pub(crate) struct Exporting {
    reader: Reader,
    ceiling: Tlp,
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
            let (asked, opening) = match step {
                Step::First(asked) => (asked, opening(format)),
                Step::Next(cursor) => (Asked::read(&text, Some(&cursor))?, ""),
                Step::Done => return Ok::<_, Problem>(None),
            };
            let page = asked.search(&state, &reader, ROWS).await?;
            let mut bytes = opening.to_owned();
            lines(&page, ceiling, format, &mut bytes);
            let step = match page.next {
                Some(next) => Step::Next(next),
                None => {
                    bytes.push_str(closing(format));
                    Step::Done
                }
            };
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
    Next(String),
    Done,
}

fn opening(format: Format) -> &'static str {
    match format {
        Format::Csv => {
            "kind,value,source,state,tlp,first_seen,last_seen,received,port,family,tags,confidence,\
             note,reference\r\n"
        }
        Format::Json => "[\n",
    }
}

fn closing(format: Format) -> &'static str {
    match format {
        Format::Csv => "",
        // Every value ends with a comma, so that no page must know of another.
        Format::Json => "null\n]\n",
    }
}

fn lines(page: &Page, ceiling: Tlp, format: Format, out: &mut String) {
    for found in &page.found {
        let mut value = FoundValue::from(found);
        value.listings.retain(|listing| listing.tlp <= ceiling);
        if value.listings.is_empty() {
            continue;
        }
        match format {
            Format::Csv => {
                for listing in &value.listings {
                    csv(&value, listing, out);
                }
            }
            Format::Json => {
                // A struct of texts and numbers always is JSON.
                out.push_str(&serde_json::to_string(&value).unwrap_or_default());
                out.push_str(",\n");
            }
        }
    }
}

fn csv(value: &FoundValue, listing: &Listing, out: &mut String) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let number = |number: Option<String>| number.unwrap_or_default();
    let cells = [
        value.observable.kind.name().to_owned(),
        value.observable.value.clone(),
        listing.source.clone(),
        listing.state.name().to_owned(),
        listing.tlp.name().to_owned(),
        listing.first_seen.to_string(),
        listing.last_seen.to_string(),
        listing.received.to_string(),
        number(listing.port.map(|port| port.to_string())),
        text(&listing.family),
        listing.tags.join(" | "),
        number(listing.confidence.map(|value| value.to_string())),
        text(&listing.note),
        text(&listing.reference),
    ];
    csv_line(&cells, out);
}

/// A line after RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe.
pub(crate) fn csv_line(cells: &[String], out: &mut String) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if formula || cell.contains([',', '"', '\r', '\n']) {
            out.push('"');
            if formula {
                out.push('\'');
            }
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut line = String::new();
        let cells = ["a", "b,c", "say \"x\"\n", "=1+1", "", "-2"].map(str::to_owned);
        csv_line(&cells, &mut line);
        assert_eq!(line, "a,\"b,c\",\"say \"\"x\"\"\n\",\"'=1+1\",,\"'-2\"\r\n");
    }
}
