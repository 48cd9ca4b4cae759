//! A story as a file: Markdown, one HTML page, or its table as CSV or JSON. What is marked too high to
//! leave is left out, and the file says how much that is.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use noroshi_indicator::Tlp;
use noroshi_store::Reader;
use serde::Deserialize;
use utoipa::ToSchema;

use super::StoryValue;
use super::api::StoryTable;
use super::whole::{Named, Whole};
use super::{markdown, standalone};
use crate::extract::{InPath, Params};
use crate::frame::{Frame, Look, count};
use crate::problem::Problem;
use crate::search::export::CEILING;
use crate::sheet::Sheet;
use crate::state::AppState;

/// What becomes of a story.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StoryFormat)]
pub(crate) enum Format {
    /// All of it, to be read and edited elsewhere.
    Markdown,
    /// All of it, to be read and printed.
    Html,
    /// What it names.
    Csv,
    /// What it names.
    Json,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExportParams {
    format: Format,
}

/// The story as a file, in the reader's language.
#[utoipa::path(get, path = "/story/{id}/export", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<ExportParams>,
) -> Result<Response, Problem> {
    file(&state, &frame.reader(), CEILING, id, params.format, &frame).await
}

/// The story for a reader who gives out what is marked up to `ceiling`.
pub(super) async fn file(
    state: &AppState,
    reader: &Reader,
    ceiling: Tlp,
    id: i64,
    format: Format,
    look: &Look,
) -> Result<Response, Problem> {
    let ceiling = ceiling.min(CEILING);
    let story = state.store.story(reader, id).await?;
    if story.tlp > ceiling {
        let (tlp, most) = (story.tlp, ceiling);
        let detail =
            format!("The story is marked TLP:{tlp}, and no more than TLP:{most} is exported.");
        return Err(Problem::forbidden(detail));
    }
    let whole = Whole::of(state, reader, story, ceiling).await?;
    let (kind, ending, text) = match format {
        Format::Markdown => {
            let text = markdown::of(&whole, look).into_bytes();
            ("text/markdown; charset=utf-8", "md", text)
        }
        Format::Html => {
            let text = standalone::of(&whole, look)?.into_bytes();
            ("text/html; charset=utf-8", "html", text)
        }
        Format::Csv => ("text/csv; charset=utf-8", "csv", csv(&whole, look)),
        Format::Json => ("application/json", "json", json(whole)?),
    };
    let name = format!("attachment; filename=\"story-{id}.{ending}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        // Should a browser show it all the same, then as a page of nobody.
        (
            header::CONTENT_SECURITY_POLICY,
            format!("{}; sandbox; frame-ancestors 'none'", standalone::POLICY),
        ),
    ];
    Ok((headers, text).into_response())
}

/// How much is left out, if anything is.
pub(super) fn left_out(whole: &Whole, look: &Look) -> Option<String> {
    let words = look.words;
    let (one, many) = (words.story_left_out_one, words.story_left_out);
    (whole.left_out > 0).then(|| count(whole.left_out, one, many))
}

/// A row for each observable.
fn csv(whole: &Whole, look: &Look) -> Vec<u8> {
    let mut sheet = Sheet::new();
    sheet.row([
        "kind",
        "value",
        "posts",
        "noted",
        "state",
        "sources",
        "families",
        "tags",
        "confidence",
        "tlp",
        "first_seen",
        "last_seen",
        "warninglists",
    ]);
    for named in &whole.values {
        row(named, &mut sheet);
    }
    if let Some(text) = left_out(whole, look) {
        sheet.row([format!("# {text}").as_str()]);
    }
    sheet.into_bytes()
}

fn row(named: &Named, sheet: &mut Sheet) {
    let verdict = &named.verdict;
    let posts: Vec<String> = named.posts.iter().map(i64::to_string).collect();
    let said = |text: Option<String>| text.unwrap_or_default();
    sheet.row([
        named.observable.kind().name(),
        named.observable.value(),
        &posts.join(" | "),
        &named.noted.to_string(),
        verdict.state.map_or("", |state| state.name()),
        &verdict.sources.join(" | "),
        &verdict.families.join(" | "),
        &verdict.tags.join(" | "),
        &said(verdict.confidence.map(|sure| sure.to_string())),
        verdict.tlp.map_or("", |tlp| tlp.name()),
        &said(verdict.first_seen.map(|time| time.to_string())),
        &said(verdict.last_seen.map(|time| time.to_string())),
        &named.warninglists.join(" | "),
    ]);
}

fn json(whole: Whole) -> Result<Vec<u8>, Problem> {
    let table = StoryTable {
        tlp: whole.marking().name(),
        story: whole.story.id,
        title: whole.story.title,
        left_out: whole.left_out,
        observables: whole.values.into_iter().map(StoryValue::from).collect(),
    };
    serde_json::to_vec_pretty(&table).map_err(|error| Problem::internal(&error))
}
