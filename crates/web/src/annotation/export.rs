//! What was labelled, as JSON lines or CoNLL, written page by page.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::{TryStreamExt, stream};
use noroshi_exchange::labelled::{Labelled, conll};
use noroshi_indicator::Tlp;
use noroshi_lookup::Time;
use noroshi_store::{Annotated, Annotation, AnnotationOptions, AnnotationState, Post};
use serde::{Deserialize, Serialize};

use super::SpanAnswer;
use super::api::BUDGET;
use crate::extract::Params;
use crate::problem::Problem;
use crate::search::export::Exporting;
use crate::state::AppState;

/// Texts that are asked for at once.
const TEXTS: usize = 50;

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Jsonl,
    Conll,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExportParams {
    format: Format,
    /// Only what this account labelled.
    by: Option<String>,
}

/// A labelled text, as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    post: i64,
    link: String,
    from: &'a str,
    tlp: &'static str,
    by: &'a str,
    at: Time,
    text: &'a str,
    spans: Vec<SpanAnswer>,
}

/// All that was labelled in texts as they are now, each by each who labelled it, as far as they may leave.
#[utoipa::path(get, path = "/annotate/export", responses((status = OK)))]
pub(crate) async fn show(
    Exporting { reader, ceiling }: Exporting,
    State(state): State<AppState>,
    Params(params): Params<ExportParams>,
) -> Result<Response, Problem> {
    let format = params.format;
    let written = stream::try_unfold(Some(None), move |place: Option<Option<i64>>| {
        let (state, reader, by) = (state.clone(), reader.clone(), params.by.clone());
        async move {
            let Some(below) = place else {
                return Ok::<_, Problem>(None);
            };
            let options = AnnotationOptions {
                state: AnnotationState::Labelled,
                words: Vec::new(),
                below,
                limit: TEXTS,
                budget: BUDGET,
            };
            let page = state.store.annotated(&reader, options).await?;
            let mut out = Vec::new();
            for text in &page.texts {
                write(text, by.as_deref(), ceiling, format, &mut out);
            }
            Ok(Some((Bytes::from(out), page.next.map(Some))))
        }
    });
    let written = written.map_err(|problem| {
        // What was sent stands; that it is cut off, the client sees by the connection.
        tracing::warn!("an export was cut off: {}", problem.detail);
        std::io::Error::other(problem.detail)
    });
    let (kind, name) = match format {
        Format::Jsonl => (
            "application/x-ndjson",
            "attachment; filename=\"annotations.jsonl\"",
        ),
        Format::Conll => (
            "text/plain; charset=utf-8",
            "attachment; filename=\"annotations.conll\"",
        ),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(written)).into_response())
}

fn write(text: &Annotated, by: Option<&str>, ceiling: Tlp, format: Format, out: &mut Vec<u8>) {
    if text.post.tlp > ceiling {
        return;
    }
    for set in text.current() {
        if by.is_some_and(|by| by != set.by) {
            continue;
        }
        match format {
            Format::Jsonl => write_line(&text.post, set, out),
            Format::Conll => write_tokens(&text.post, set, out),
        }
    }
}

fn link(post: &Post) -> String {
    format!("/post/{}", post.id)
}

fn write_line(post: &Post, set: &Annotation, out: &mut Vec<u8>) {
    let line = Line {
        post: post.id,
        link: link(post),
        from: &post.from.name,
        tlp: post.tlp.name(),
        by: &set.by,
        at: Time(set.at),
        text: &post.text,
        spans: set.spans.iter().cloned().map(SpanAnswer::from).collect(),
    };
    // A struct of texts and numbers always is JSON.
    out.extend(serde_json::to_vec(&line).unwrap_or_default());
    out.push(b'\n');
}

/// A comment begins with `# `; behind the `#` of a text there is a tab.
fn write_tokens(post: &Post, set: &Annotation, out: &mut Vec<u8>) {
    let tlp = post.tlp.name();
    let head = format!("# {} by {} TLP:{tlp}\n", link(post), set.by);
    let spans = set.spans.iter().map(|span| Labelled {
        start: span.start,
        end: span.end,
        label: &span.label,
    });
    let spans: Vec<_> = spans.collect();
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(conll(&post.text, &spans).as_bytes());
    out.push(b'\n');
}
