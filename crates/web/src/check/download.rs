//! What a bulk check found, as a file.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use noroshi_lookup::{BulkAnswer, Value, Verdict};

use crate::problem::Problem;
use crate::sheet::Sheet;

/// As CSV, known values first.
pub(super) fn csv(answer: &BulkAnswer) -> Response {
    let mut sheet = Sheet::new();
    sheet.row([
        "kind",
        "value",
        "known",
        "state",
        "sources",
        "families",
        "tags",
        "confidence",
        "tlp",
        "first_seen",
        "last_seen",
        "posts",
        "warninglists",
    ]);
    for one in &answer.known {
        line(&one.observable, &one.verdict, &one.warninglists, &mut sheet);
    }
    for one in &answer.unknown {
        line(
            &one.observable,
            &Verdict::default(),
            &one.warninglists,
            &mut sheet,
        );
    }
    file(
        "text/csv; charset=utf-8",
        "attachment; filename=\"check.csv\"",
        sheet.into_bytes(),
    )
}

fn line(value: &Value, verdict: &Verdict, warninglists: &[String], sheet: &mut Sheet) {
    let said = |text: Option<String>| text.unwrap_or_default();
    sheet.row([
        value.kind.name(),
        &value.value,
        &verdict.known.to_string(),
        verdict.state.map_or("", |state| state.name()),
        &verdict.sources.join(" | "),
        &verdict.families.join(" | "),
        &verdict.tags.join(" | "),
        &said(verdict.confidence.map(|sure| sure.to_string())),
        verdict.tlp.map_or("", |tlp| tlp.name()),
        &said(verdict.first_seen.map(|time| time.to_string())),
        &said(verdict.last_seen.map(|time| time.to_string())),
        &verdict.posts.to_string(),
        &warninglists.join(" | "),
    ]);
}

/// As the API answers.
pub(super) fn json(answer: &BulkAnswer) -> Result<Response, Problem> {
    let text = serde_json::to_vec_pretty(answer).map_err(|error| Problem::internal(&error))?;
    Ok(file(
        "application/json",
        "attachment; filename=\"check.json\"",
        text,
    ))
}

fn file(kind: &'static str, name: &'static str, text: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, text).into_response()
}
