//! What a bulk check found, as a file.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use noroshi_lookup::{BulkAnswer, Value, Verdict};

use crate::problem::Problem;
use crate::search::export::csv_line;

/// As CSV, known values first.
pub(super) fn csv(answer: &BulkAnswer) -> Response {
    let mut out = String::new();
    let head = [
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
        "warninglists",
    ];
    csv_line(&head.map(str::to_owned), &mut out);
    for one in &answer.known {
        line(&one.observable, &one.verdict, &one.warninglists, &mut out);
    }
    for one in &answer.unknown {
        line(
            &one.observable,
            &Verdict::default(),
            &one.warninglists,
            &mut out,
        );
    }
    file(
        "text/csv; charset=utf-8",
        "attachment; filename=\"check.csv\"",
        out,
    )
}

fn line(value: &Value, verdict: &Verdict, warninglists: &[String], out: &mut String) {
    let said = |text: Option<String>| text.unwrap_or_default();
    let cells = [
        value.kind.name().to_owned(),
        value.value.clone(),
        verdict.known.to_string(),
        said(verdict.state.map(|state| state.name().to_owned())),
        verdict.sources.join(" | "),
        verdict.families.join(" | "),
        verdict.tags.join(" | "),
        said(verdict.confidence.map(|sure| sure.to_string())),
        said(verdict.tlp.map(|tlp| tlp.name().to_owned())),
        said(verdict.first_seen.map(|time| time.to_string())),
        said(verdict.last_seen.map(|time| time.to_string())),
        warninglists.join(" | "),
    ];
    csv_line(&cells, out);
}

/// As the API answers.
pub(super) fn json(answer: &BulkAnswer) -> Result<Response, Problem> {
    let text = serde_json::to_string_pretty(answer).map_err(|error| Problem::internal(&error))?;
    Ok(file(
        "application/json",
        "attachment; filename=\"check.json\"",
        text,
    ))
}

fn file(kind: &'static str, name: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, text).into_response()
}
