//! All sources, with how they do.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::{Batch, now};

use super::{Health, HealthBadge};
use crate::frame::{Frame, render, thousands};
use crate::part::{Moment, Sparkline, source_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Days of a sparkline.
const DAYS: usize = 30;

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    frame: Frame,
    sources: Vec<SourceRow>,
}

struct SourceRow {
    name: String,
    title: String,
    href: String,
    enabled: bool,
    health: HealthBadge,
    sparkline: Sparkline,
    last_run: Option<Moment>,
    next_run: Option<Moment>,
    rows: String,
    today: String,
    bad: String,
    error: String,
    licence: String,
}

/// Those that the reader may see.
#[utoipa::path(get, path = "/sources", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let (store, reader) = (&state.store, frame.reader());
    let sources = store.sources(&reader).await?;
    let activity = store.activity(&reader, DAYS, now(), 0).await?;
    let batches = store.last_batches(&reader).await?.into_iter();
    let batches: HashMap<String, Batch> =
        batches.map(|batch| (batch.source.clone(), batch)).collect();
    let quiet = [0; DAYS];
    let number = |n: i64| thousands(u64::try_from(n).unwrap_or_default());
    let recipes = state.recipes();
    let rows = sources.iter().map(|source| {
        let recipe = recipes.get(&source.name);
        let days = activity.get(&source.id).map_or(&quiet[..], Vec::as_slice);
        let batch = batches.get(&source.name).map(|batch| batch.counts);
        let title = recipe.map(|recipe| super::page::said(&recipe.title, &frame));
        SourceRow {
            href: source_link(&source.name),
            title: title.unwrap_or_default(),
            name: source.name.clone(),
            enabled: source.enabled,
            health: HealthBadge {
                health: Health::of(source),
                words: frame.words,
            },
            sparkline: Sparkline::new(days, frame.words),
            last_run: source.last_run.or(source.last_good).map(Moment::at),
            next_run: source.next_run.filter(|_| source.enabled).map(Moment::at),
            rows: batch.map(|counts| number(counts.rows)).unwrap_or_default(),
            today: thousands(days.last().copied().unwrap_or_default()),
            bad: batch
                .filter(|counts| counts.bad > 0)
                .map(|counts| number(counts.bad))
                .unwrap_or_default(),
            error: visible(source.last_error.as_deref().unwrap_or_default()),
            licence: recipe
                .map(|recipe| recipe.licence.clone())
                .unwrap_or_default(),
        }
    });
    let page = SourcesPage {
        sources: rows.collect(),
        frame,
    };
    render(StatusCode::OK, &page)
}
