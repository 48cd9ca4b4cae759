//! The page over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::{BatchState, Timeline, now};

use super::news::{News, by_source};
use crate::frame::{Frame, render};
use crate::part::{Moment, PostLines, Sparkline, source_link};
use crate::problem::Problem;
use crate::source::{Health, HealthBadge};
use crate::state::AppState;

/// Batches that are summed up.
const BATCHES: usize = 500;
/// What is new to somebody who was never here: a day, in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;
/// Posts that are shown.
const POSTS: usize = 8;
/// Days of a sparkline.
const DAYS: usize = 30;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    /// Whether the reader was here before.
    known: bool,
    news: Vec<News>,
    more: bool,
    sources: Vec<SourceLine>,
    /// The newest posts.
    posts: PostLines,
}

struct SourceLine {
    name: String,
    href: String,
    health: HealthBadge,
    last_good: Option<Moment>,
    sparkline: Sparkline,
}

/// The front page.
#[utoipa::path(get, path = "/", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let (store, reader, now) = (&state.store, frame.reader(), now());
    let visit = store.note_visit(frame.account.id).await?;
    let since = visit.unwrap_or(now - DAY);
    let mut batches = store.batches(&reader, None, None, BATCHES).await?;
    let all = batches.len();
    batches.retain(|batch| {
        let lately = batch.finished.is_none_or(|finished| finished > since);
        lately && batch.state != BatchState::RolledBack
    });
    let more = all == BATCHES && batches.len() == all;
    let activity = store.activity(&reader, DAYS, now, 0).await?;
    let sources = store.sources(&reader).await?.into_iter().map(|source| {
        let days = activity.get(&source.id);
        SourceLine {
            href: source_link(&source.name),
            health: HealthBadge {
                health: Health::of(&source),
                words: frame.words,
            },
            last_good: source.last_good.map(Moment::at),
            sparkline: Sparkline::new(days.map_or(&[0; DAYS], Vec::as_slice), frame.words),
            name: source.name,
        }
    });
    let everyone = Timeline::Everyone;
    let posts = store.timeline(&reader, &everyone, None, POSTS).await?;
    let page = Home {
        posts: PostLines::of_entries(&posts.entries, &frame),
        known: visit.is_some(),
        news: by_source(&batches, since, frame.words),
        more,
        sources: sources.collect(),
        frame,
    };
    render(StatusCode::OK, &page)
}
