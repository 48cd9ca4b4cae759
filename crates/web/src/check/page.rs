//! The page over HTTP.

use askama::Template;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_indicator::Observable;
use noroshi_lookup::{BulkAnswer, MOST_VALUES, Verdict};

use super::download;
use crate::extract::FormParts;
use crate::frame::{Frame, fill, render, thousands};
use crate::part::{Chip, Mark, Rows, score};
use crate::problem::Problem;
use crate::state::AppState;

/// Values of each sort that the page shows; a download has all.
const SHOWN: usize = 1_000;

#[derive(Template)]
#[template(path = "check.html")]
struct CheckPage {
    frame: Frame,
    empty: bool,
    answer: Option<Checked>,
}

struct Checked {
    known: Rows,
    known_count: String,
    unknown: Vec<Chip>,
    unknown_count: String,
    /// What was left out, if anything.
    remarks: Vec<String>,
    /// The values found, one a line, to ask for them again as a file.
    values: String,
}

/// The form.
#[utoipa::path(get, path = "/check", responses((status = OK)))]
pub(crate) async fn ask(frame: Frame) -> Result<Response, Problem> {
    let page = CheckPage {
        frame,
        empty: false,
        answer: None,
    };
    render(StatusCode::OK, &page)
}

/// What was sent: a text or a file, and in which form the answer is wanted.
#[derive(Default)]
struct Sent {
    text: String,
    format: String,
}

/// Sorts the values of a text or file into known and unknown.
#[utoipa::path(post, path = "/check", responses((status = OK)))]
pub(crate) async fn check(
    frame: Frame,
    State(state): State<AppState>,
    FormParts(form): FormParts,
) -> Result<Response, Problem> {
    let sent = Sent::read(form).await?;
    if sent.text.trim().is_empty() {
        let page = CheckPage {
            frame,
            empty: true,
            answer: None,
        };
        return render(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let (store, lists, reader) = (&state.store, &state.warninglists, frame.reader());
    let mut answer = noroshi_lookup::bulk(store, lists, &reader, &sent.text).await?;
    let worst = |verdict: &Verdict, warned: bool| std::cmp::Reverse(score(verdict, warned));
    answer
        .known
        .sort_by_key(|one| worst(&one.verdict, !one.warninglists.is_empty()));
    match sent.format.as_str() {
        "csv" => Ok(download::csv(&answer)),
        "json" => download::json(&answer),
        _ => {
            let answer = Some(Checked::new(&answer, &frame));
            let page = CheckPage {
                frame,
                empty: false,
                answer,
            };
            render(StatusCode::OK, &page)
        }
    }
}

impl Sent {
    async fn read(mut form: Multipart) -> Result<Sent, Problem> {
        let mut sent = Sent::default();
        while let Some(field) = form.next_field().await? {
            let name = field.name().unwrap_or_default().to_owned();
            // Whatever is pasted or dropped, in whatever encoding: the values in it are ASCII mostly.
            let bytes = field.bytes().await?;
            let text = String::from_utf8_lossy(&bytes);
            match name.as_str() {
                "text" | "file" => {
                    sent.text.push_str(&text);
                    sent.text.push('\n');
                }
                "format" => sent.format = text.into_owned(),
                _ => {}
            }
        }
        // The line break that was put in between must not make a text of just the size too long.
        sent.text.truncate(sent.text.trim_end_matches('\n').len());
        Ok(sent)
    }
}

impl Checked {
    fn new(answer: &BulkAnswer, frame: &Frame) -> Checked {
        let words = frame.words;
        let (known, unknown) = (&answer.known, &answer.unknown);
        let observable = |value: &noroshi_lookup::Value| {
            Observable::from_canonical(value.kind, value.value.clone())
        };
        let shown: Vec<_> = known
            .iter()
            .take(SHOWN)
            .map(|one| (observable(&one.observable), one))
            .collect();
        let rows = shown
            .iter()
            .map(|(value, one)| (value, one.verdict.clone(), !one.warninglists.is_empty()));
        let chips = unknown.iter().take(SHOWN).map(|one| {
            let mark = Mark::of(None, !one.warninglists.is_empty());
            Chip::new(&observable(&one.observable), mark, frame)
        });
        let mut remarks = Vec::new();
        if !answer.complete {
            remarks.push(fill(
                words.check_cut,
                &[("n", &thousands(MOST_VALUES as u64))],
            ));
        }
        if known.len().max(unknown.len()) > SHOWN {
            remarks.push(fill(words.check_shown, &[("n", &thousands(SHOWN as u64))]));
        }
        let known_values = known.iter().map(|one| one.observable.value.as_str());
        let values = known_values.chain(unknown.iter().map(|one| one.observable.value.as_str()));
        Checked {
            known: Rows::new(rows, frame),
            known_count: thousands(known.len() as u64),
            unknown: chips.collect(),
            unknown_count: thousands(unknown.len() as u64),
            remarks,
            values: values.collect::<Vec<_>>().join("\n"),
        }
    }
}
