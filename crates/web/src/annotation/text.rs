//! The page on which one labels a text.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_exchange::labelled::tokens;
use noroshi_indicator::extract::finder;
use noroshi_store::{
    Annotation, AnnotationOptions, AnnotationState, Error, Label, MOST_SPANS, Post, Span,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::api::BUDGET;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::manage::told;
use crate::part::{Moment, account_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Spans of others that are shown.
const SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "annotate/text.html")]
struct TextPage {
    frame: Frame,
    id: i64,
    from: String,
    from_href: String,
    at: Moment,
    tlp: String,
    revision: i64,
    target: bool,
    /// The text in pieces, labelled or not, for whoever has no script.
    pieces: Vec<Piece>,
    /// All that the script takes, as JSON.
    data: String,
    labels: Vec<Button>,
    others: Vec<Others>,
    /// One's own labels of a former text.
    former: bool,
    saved: bool,
    error: String,
}

struct Piece {
    text: String,
    /// Its label's colour and name.
    label: Option<(u8, String)>,
}

struct Button {
    id: i64,
    name: String,
    colour: u8,
    key: String,
}

struct Others {
    by: String,
    at: Moment,
    former: bool,
    count: usize,
    spans: Vec<(u8, String, String)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TextParams {
    saved: bool,
}

/// A text with one's own labels.
#[utoipa::path(get, path = "/annotate/{post}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(post): InPath<i64>,
    Params(params): Params<TextParams>,
) -> Result<Response, Problem> {
    let mut page = TextPage::of(frame, &state, post).await?;
    page.saved = params.saved;
    render(StatusCode::OK, &page)
}

impl TextPage {
    async fn of(frame: Frame, state: &AppState, id: i64) -> Result<TextPage, Problem> {
        let (store, reader) = (&state.store, frame.reader());
        let sets = store.annotations(&reader, id).await?;
        // The number of a repost stands for what it repeats; here it leads nowhere.
        let post = store.post(&reader, id).await?;
        let labels = store.labels().await?;
        let target = store.annotation_targets(&reader, vec![id]).await?;
        let (own, others): (Vec<Annotation>, Vec<Annotation>) = sets
            .into_iter()
            .partition(|set| set.account == frame.account.id);
        let own = own.into_iter().next();
        let former = own
            .as_ref()
            .is_some_and(|set| set.revision != post.revision);
        let spans = own
            .filter(|_| !former)
            .map(|set| set.spans)
            .unwrap_or_default();
        Ok(TextPage {
            id,
            from: visible(&post.from.name),
            from_href: account_link(&post.from.name),
            at: Moment::at(post.published),
            tlp: post.tlp.name().to_uppercase(),
            revision: post.revision,
            target: !target.is_empty(),
            pieces: pieces(&post.text, &spans, &labels),
            data: data(&post, &spans, &labels).to_string(),
            others: others
                .iter()
                .map(|set| Others::new(set, &post, &labels))
                .collect(),
            labels: labels.iter().map(Button::from).collect(),
            former,
            saved: false,
            error: String::new(),
            frame,
        })
    }
}

impl From<&Label> for Button {
    fn from(label: &Label) -> Button {
        Button {
            id: label.id,
            name: visible(&label.name),
            colour: label.colour,
            key: label.key.map(|key| key.to_string()).unwrap_or_default(),
        }
    }
}

fn colour(labels: &[Label], name: &str) -> u8 {
    let label = labels.iter().find(|label| label.name == name);
    label.map_or(1, |label| label.colour)
}

impl Others {
    fn new(set: &Annotation, post: &Post, labels: &[Label]) -> Others {
        let former = set.revision != post.revision;
        // What a former text was is not known here.
        let shown = set.spans.iter().filter(|_| !former).take(SHOWN);
        let spans = shown.map(|span| {
            let skipped = post.text.chars().skip(span.start as usize);
            let text: String = skipped.take((span.end - span.start) as usize).collect();
            let (text, name) = (visible(&text), visible(&span.label));
            (colour(labels, &span.label), name, text)
        });
        Others {
            by: set.by.clone(),
            at: Moment::at(set.at),
            former,
            count: set.spans.len(),
            spans: spans.collect(),
        }
    }
}

/// As [`visible`], but lines stay lines.
fn visible_lines(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    lines.join("\n")
}

fn pieces(text: &str, spans: &[Span], labels: &[Label]) -> Vec<Piece> {
    let mut chars = text.chars();
    let mut at = 0;
    let mut all = Vec::new();
    for span in spans {
        let before: String = chars.by_ref().take((span.start - at) as usize).collect();
        let inside = chars.by_ref().take((span.end - span.start) as usize);
        let inside: String = inside.collect();
        at = span.end;
        all.push(Piece {
            text: visible_lines(&before),
            label: None,
        });
        all.push(Piece {
            text: visible_lines(&inside),
            label: Some((colour(labels, &span.label), visible(&span.label))),
        });
    }
    all.push(Piece {
        text: visible_lines(chars.as_str()),
        label: None,
    });
    all
}

/// What the script takes: the text, where its tokens are, what is labelled and what is proposed; places in code points.
fn data(post: &Post, spans: &[Span], labels: &[Label]) -> Value {
    let id = |name: &str| {
        let label = labels.iter().find(|label| label.name == name);
        label.map_or(0, |label| label.id)
    };
    let tokens = tokens(&post.text, &[]);
    let tokens: Vec<u32> = tokens
        .iter()
        .flat_map(|token| [token.start, token.end])
        .collect();
    let spans: Vec<Value> = spans
        .iter()
        .map(|span| json!([span.start, span.end, id(&span.label)]))
        .collect();
    json!({
        "text": post.text,
        "tokens": tokens,
        "spans": spans,
        "proposed": proposed(&post.text, labels),
    })
}

/// What extraction finds in the text that a label is proposed for.
fn proposed(text: &str, labels: &[Label]) -> Vec<(u32, u32, i64)> {
    let (mut byte, mut at) = (0, 0_u32);
    let mut code_points = |to: usize| {
        let passed = text.get(byte..to).unwrap_or_default().chars().count();
        byte = to;
        at += u32::try_from(passed).unwrap_or(u32::MAX - at);
        at
    };
    let mut all = Vec::new();
    for found in finder(text) {
        let kind = found.observable.kind();
        let label = labels.iter().find(|label| label.kinds.contains(&kind));
        if let Some(label) = label {
            all.push((code_points(found.start), code_points(found.end), label.id));
        }
        if all.len() == MOST_SPANS {
            break;
        }
    }
    all
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct TextForm {
    revision: i64,
    /// A span a line: its beginning, its end and the number of its label.
    #[serde(default)]
    spans: String,
    /// Where to go on: the next text, or this one.
    #[serde(default)]
    then: String,
}

/// Keeps what one labelled, and goes on.
#[utoipa::path(post, path = "/annotate/{post}", responses((status = SEE_OTHER)))]
pub(crate) async fn save(
    frame: Frame,
    State(state): State<AppState>,
    InPath(post): InPath<i64>,
    FormBody(form): FormBody<TextForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let me = frame.account.id;
    let saved = async {
        let spans = spans(&form.spans, &state.store.labels().await?)?;
        let kept = state.store.annotate(me, post, form.revision, spans).await;
        kept.map_err(|error| match error {
            Error::NotFound { what: "post", .. } => Problem::from(error),
            other => Problem::in_body(other),
        })
    };
    let problem = match saved.await {
        Ok(_) => {
            let next = match form.then.as_str() {
                "next" => next(&frame, &state, post).await?,
                _ => format!("/annotate/{post}?saved=true"),
            };
            return Ok(Redirect::to(&next).into_response());
        }
        Err(problem) if problem.status == 404 => return Err(problem),
        Err(problem) => problem,
    };
    let error = told(problem)?;
    let mut page = TextPage::of(frame, &state, post).await?;
    page.error = error;
    render(StatusCode::BAD_REQUEST, &page)
}

/// The next text to label: the newest one before this one, or else the list.
async fn next(frame: &Frame, state: &AppState, post: i64) -> Result<String, Problem> {
    let options = AnnotationOptions {
        state: AnnotationState::ToDo,
        words: Vec::new(),
        below: Some(post),
        limit: 1,
        budget: BUDGET,
    };
    let page = state.store.annotated(&frame.reader(), options).await?;
    Ok(match page.texts.first() {
        Some(text) => format!("/annotate/{}", text.post.id),
        None => "/annotate".to_owned(),
    })
}

fn spans(text: &str, labels: &[Label]) -> Result<Vec<Span>, Problem> {
    let wrong = |line: &str| Problem::bad_request(format!("{line:?} is no span"));
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let span = |line: &str| {
        let mut numbers = line.split_whitespace();
        let mut number = || -> Option<u32> { numbers.next()?.parse().ok() };
        let (start, end, id) = (number(), number(), number());
        let (Some(start), Some(end), Some(id)) = (start, end, id) else {
            return Err(wrong(line));
        };
        let label = labels.iter().find(|label| label.id == i64::from(id));
        let label = label.ok_or_else(|| wrong(line))?.name.clone();
        Ok(Span { start, end, label })
    };
    lines.take(MOST_SPANS + 1).map(span).collect()
}

#[cfg(test)]
mod tests {
    use noroshi_indicator::Kind;

    use super::*;

    fn label(id: i64, kind: Kind) -> Label {
        Label {
            id,
            name: format!("label {id}"),
            colour: 1,
            key: None,
            kinds: vec![kind],
        }
    }

    #[test]
    fn what_is_found_is_proposed_by_code_points() {
        let labels = [label(7, Kind::Domain), label(8, Kind::Ipv4)];
        let text = "攻撃🔥 evil[.]example and 192.0.2.7, not CVE-2026-0001";
        assert_eq!(proposed(text, &labels), [(4, 18, 7), (23, 32, 8)]);
        assert_eq!(proposed(text, &[]), []);
    }

    #[test]
    fn spans_come_a_line_each() {
        let labels = [label(7, Kind::Domain)];
        let read = spans("0 4 7\r\n\n5 9 7\n", &labels).unwrap();
        assert_eq!((read[0].end, read[1].start), (4, 5));
        for bad in ["0 4", "0 4 8", "-1 4 7", "a b c", "0 99999999999 7"] {
            assert!(spans(bad, &labels).is_err(), "{bad}");
        }
    }

    #[test]
    fn pieces_are_the_whole_text() {
        let labels = [label(7, Kind::Domain)];
        let spans = [Span {
            start: 2,
            end: 3,
            label: "label 7".to_owned(),
        }];
        let pieces = pieces("攻撃🔥a\u{202e}\nb", &spans, &labels);
        let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(texts, ["攻撃", "🔥", "a‹U+202E›\nb"]);
    }
}
