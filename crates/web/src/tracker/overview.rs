//! All trackers on one page: the newest of each, how busy they are, and how their sources do.

use std::collections::HashMap;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_query::{TimeZone, parse};
use noroshi_store::{PostOptions, Source, now};

use super::Tracker;
use crate::frame::{Frame, render, thousands};
use crate::part::{PostLines, Sparkline};
use crate::problem::Problem;
use crate::source::Health;
use crate::state::AppState;

/// Items of each that are shown.
const SHOWN: usize = 5;
/// Days of the picture.
const DAYS: usize = 30;
/// How long may be looked for them.
const BUDGET: Duration = Duration::from_millis(150);

#[derive(Template)]
#[template(path = "tracker/overview.html")]
struct OverviewPage {
    frame: Frame,
    trackers: Vec<Shown>,
}

struct Shown {
    name: &'static str,
    word: &'static str,
    newest: PostLines,
    days: Sparkline,
    today: String,
    sources: usize,
    failing: usize,
}

/// What is new of every kind.
#[utoipa::path(get, path = "/trackers", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let (store, reader) = (&state.store, frame.reader());
    let sources = store.sources(&reader).await?;
    let brought = store.forms_of_sources(&reader).await?;
    let activity = store.activity(&reader, DAYS, now(), 0).await?;
    let mut trackers = Vec::new();
    for tracker in Tracker::ALL {
        let query = parse(tracker.query(), now(), &TimeZone::UTC)?;
        let options = PostOptions {
            // Posts of people are among them, and left out.
            limit: SHOWN * 4,
            below: None,
            budget: BUDGET,
        };
        let page = store.search_posts(&reader, &query, options).await?;
        let mut newest = page.entries;
        newest.retain(|entry| {
            let form = entry.post.item.as_ref().map(|item| item.form);
            form == Some(tracker.form())
        });
        newest.truncate(SHOWN);
        let own = sources
            .iter()
            .filter(|source| tracker.has(&state, source, &brought));
        let own: Vec<&Source> = own.collect();
        let days = summed(&own, &activity);
        let count = |health: Health| own.iter().filter(|one| Health::of(one) == health).count();
        trackers.push(Shown {
            name: tracker.name(),
            word: tracker.word(frame.words),
            newest: PostLines::of_entries(&newest, &frame),
            today: thousands(days.last().copied().unwrap_or_default()),
            days: Sparkline::new(&days, frame.words),
            sources: own.len() - count(Health::Off),
            failing: count(Health::Failing),
        });
    }
    render(StatusCode::OK, &OverviewPage { frame, trackers })
}

/// What came of several sources, day by day.
fn summed(sources: &[&Source], activity: &HashMap<i64, Vec<u64>>) -> Vec<u64> {
    let mut days = vec![0_u64; DAYS];
    for of in sources.iter().filter_map(|source| activity.get(&source.id)) {
        for (day, count) in days.iter_mut().zip(of) {
            *day = day.saturating_add(*count);
        }
    }
    days
}
