//! How far the first collections are, until there is something to look up.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use noroshi_store::{Batch, BatchState, now};

use crate::frame::{Frame, fill, render, thousands};
use crate::part::{Chip, Mark, source_link, visible};
use crate::problem::Problem;
use crate::search::api::Asked;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "progress.html")]
struct ProgressPage {
    frame: Frame,
    sources: Vec<Step>,
    /// Something that is listed.
    hit: Option<Chip>,
    done: usize,
    collects: bool,
}

struct Step {
    name: String,
    href: String,
    state: &'static str,
    mark: &'static str,
    text: String,
    ended: bool,
}

/// Every source that is on. The page asks again by itself while something is under way.
#[utoipa::path(get, path = "/progress", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let (store, reader, words) = (&state.store, frame.reader(), frame.words);
    let mut sources = store.sources(&reader).await?;
    sources.retain(|source| source.enabled);
    let batches = store.last_batches(&reader).await?.into_iter();
    let batches: HashMap<String, Batch> =
        batches.map(|batch| (batch.source.clone(), batch)).collect();
    let due = now();
    let mut steps = Vec::new();
    for source in sources {
        let batch = batches.get(&source.name);
        let rows = batch.map_or(0, |batch| batch.counts.rows);
        let rows = fill(
            words.progress_rows,
            &[("n", &thousands(u64::try_from(rows).unwrap_or_default()))],
        );
        let running = batch.is_some_and(|batch| batch.state == BatchState::Running);
        let waiting = source.next_run.is_none_or(|next| next <= due);
        let (state, mark, text, ended) = match (running, source.last_error, waiting) {
            (true, _, _) => (words.batch_running, Mark::Expired, rows, false),
            (false, _, true) => (words.health_waiting, Mark::Unknown, String::new(), false),
            (false, Some(error), _) => (words.batch_failed, Mark::Listed, visible(&error), true),
            (false, None, false) => (words.batch_complete, Mark::Warned, rows, true),
        };
        steps.push(Step {
            href: source_link(&source.name),
            name: source.name,
            state,
            mark: mark.name(),
            text,
            ended,
        });
    }
    let newest = Asked::read("", None)?.search(&state, &reader, 1).await?;
    let hit = newest.found.first();
    let hit = hit.map(|found| Chip::new(&found.observable, Mark::Listed, &frame));
    let done = steps.iter().filter(|step| step.ended).count();
    let more = done < steps.len() && state.settings.collects;
    let page = ProgressPage {
        collects: state.settings.collects,
        frame,
        sources: steps,
        hit,
        done,
    };
    let mut response = render(StatusCode::OK, &page)?;
    if more {
        let again = HeaderValue::from_static("3");
        response.headers_mut().insert(header::REFRESH, again);
    }
    Ok(response)
}
