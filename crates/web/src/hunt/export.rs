//! All hits of a hunt as CSV, JSON or RSS. What is marked too high to leave is left out.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_indicator::Tlp;
use noroshi_store::{Hit, HitFilter, HitPage, Reader, Said};

use super::HitAnswer;
use super::feed;
use crate::extract::InPath;
use crate::problem::Problem;
use crate::search::export::Exporting;
use crate::sheet::Sheet;
use crate::state::AppState;

/// Hits that are asked for at once.
const ROWS: usize = 500;

/// The marking of what was hit.
pub(super) fn marking(hit: &Hit) -> Option<Tlp> {
    match hit.said.as_ref()? {
        Said::Post(post) => Some(post.tlp),
        Said::Listing(listing) => Some(listing.tlp),
    }
}

/// Hits, the newest first: `hits.csv` and `hits.json` have all, `hits.rss` the newest.
#[utoipa::path(get, path = "/hunt/{id}/{file}", responses((status = OK)))]
pub(crate) async fn show(
    Exporting { reader, ceiling }: Exporting,
    State(state): State<AppState>,
    InPath((id, file)): InPath<(i64, String)>,
) -> Result<Response, Problem> {
    let hunt = state.store.hunt(&reader, id).await?;
    let csv = match file.as_str() {
        "hits.csv" => true,
        "hits.json" => false,
        "hits.rss" => return feed::of(&state, &hunt, &reader, ceiling).await,
        _ => return Err(noroshi_store::Error::not_found("file", file).into()),
    };
    let written = stream::try_unfold(Step::First, move |step| {
        let (state, reader) = (state.clone(), reader.clone());
        async move {
            let (below, mut begun) = match step {
                Step::First => (None, false),
                Step::Next { below, begun } => (Some(below), begun),
                Step::Done => return Ok::<_, Problem>(None),
            };
            let page = page(&state, &reader, id, below).await?;
            let leaving = page
                .hits
                .into_iter()
                .filter(|hit| marking(hit).is_some_and(|tlp| tlp <= ceiling));
            let mut bytes = match csv {
                true => sheet(leaving, below.is_none()),
                false => json(leaving, below.is_none(), &mut begun),
            };
            let step = match page.next {
                Some(below) => Step::Next { below, begun },
                None => Step::Done,
            };
            if let (false, Step::Done) = (csv, &step) {
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
    let (kind, ending) = match csv {
        true => ("text/csv; charset=utf-8", "csv"),
        false => ("application/json", "json"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"hunt-{id}.{ending}\""),
        ),
    ];
    Ok((headers, Body::from_stream(written)).into_response())
}

enum Step {
    First,
    Next { below: i64, begun: bool },
    Done,
}

async fn page(
    state: &AppState,
    reader: &Reader,
    hunt: i64,
    below: Option<i64>,
) -> Result<HitPage, Problem> {
    let filter = HitFilter {
        hunt: Some(hunt),
        ..HitFilter::default()
    };
    Ok(state.store.hit_page(reader, filter, below, ROWS).await?)
}

/// A page's part of a JSON array; `begun` tells whether a hit was written before.
fn json(hits: impl Iterator<Item = Hit>, opening: bool, begun: &mut bool) -> Vec<u8> {
    let mut out = Vec::new();
    if opening {
        out.push(b'[');
    }
    for hit in hits {
        out.extend_from_slice(if *begun { b",\n" } else { b"\n" });
        *begun = true;
        // A struct of texts and numbers always is JSON.
        out.extend(serde_json::to_vec(&HitAnswer::from(hit)).unwrap_or_default());
    }
    out
}

fn sheet(hits: impl Iterator<Item = Hit>, opening: bool) -> Vec<u8> {
    let mut sheet = Sheet::new();
    if opening {
        sheet.row([
            "id", "at", "state", "assignee", "tlp", "from", "kind", "value", "text", "link",
        ]);
    }
    for hit in hits {
        let answer = HitAnswer::from(hit.clone());
        let (tlp, from, kind, value, text, link) = match &hit.said {
            Some(Said::Post(post)) => {
                let named: Vec<&str> = post.observables.iter().map(|one| one.value()).collect();
                (
                    post.tlp.name(),
                    post.from.name.clone(),
                    "post",
                    named.join(" | "),
                    post.text.clone(),
                    format!("/post/{}", post.id),
                )
            }
            Some(Said::Listing(listing)) => (
                listing.tlp.name(),
                listing.source.clone(),
                listing.observable.kind().name(),
                listing.observable.value().to_owned(),
                listing.note.clone().unwrap_or_default(),
                crate::part::observable_link(&listing.observable),
            ),
            None => continue,
        };
        sheet.row([
            &*hit.id.to_string(),
            &answer.at.to_string(),
            answer.state,
            answer.assignee.as_deref().unwrap_or_default(),
            tlp,
            &from,
            kind,
            &value,
            &text,
            &link,
        ]);
    }
    sheet.into_bytes()
}
