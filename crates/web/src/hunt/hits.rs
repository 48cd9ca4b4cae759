//! A hunt's page: what it found, and what may be done about it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::{HitFilter, HitState, Hunt, OwnDomain, Role};
use serde::Deserialize;

use super::JobAnswer;
use super::page::{DAYS, Standing, counted};
use super::row::{HitRow, state_word};
use crate::extract::{InPath, Params};
use crate::frame::{Frame, fill, render, thousands};
use crate::part::{Moment, Pager, Sparkline, account_link, audience_word, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Rows of a page.
const ROWS: usize = 50;
/// Jobs that are shown.
const JOBS: usize = 5;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct HitsParams {
    /// A state, `mine`, or `all`; the open ones unless said.
    show: Option<String>,
    cursor: Option<i64>,
}

#[derive(Template)]
#[template(path = "hunt/hunt.html")]
struct HuntPage {
    frame: Frame,
    hunt: HuntShown,
    tabs: Vec<Tab>,
    rows: Vec<HitRow>,
    /// What an open page follows, if it shows the newest open ones.
    live: Option<String>,
    pager: Pager,
    jobs: Vec<JobRow>,
    /// Own names of a watch-list.
    own: Vec<OwnRow>,
    /// The address of its feed, told this once.
    feed_told: Option<String>,
    error: String,
}

struct HuntShown {
    id: i64,
    name: String,
    owner: (String, String),
    shared: Option<String>,
    queries: Vec<String>,
    /// Queries that are not shown.
    more: String,
    open: String,
    sparkline: Sparkline,
    standing: Standing,
    enabled: bool,
    muted: bool,
    feed: bool,
    drives: String,
    /// Whether the reader may change it.
    changes: bool,
    own: bool,
}

struct Tab {
    href: String,
    word: &'static str,
    open: bool,
}

/// How an own name is registered.
struct OwnRow {
    name: String,
    told: String,
    until: Option<Moment>,
}

struct JobRow {
    id: i64,
    text: String,
    state: &'static str,
    at: Moment,
    ends: bool,
}

/// A hunt and its hits.
#[utoipa::path(get, path = "/hunt/{id}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<HitsParams>,
) -> Result<Response, Problem> {
    page(frame, &state, id, params, None, String::new()).await
}

/// With an address to be told once, or with what went wrong.
pub(super) async fn page(
    frame: Frame,
    state: &AppState,
    id: i64,
    params: HitsParams,
    feed_told: Option<String>,
    error: String,
) -> Result<Response, Problem> {
    let reader = frame.reader();
    let hunt = state.store.hunt(&reader, id).await?;
    let filter = filter(&params, id, &frame)?;
    let live = params.cursor.is_none() && filter.state == Some(HitState::Open);
    let found = state
        .store
        .hit_page(&reader, filter, params.cursor, ROWS)
        .await?;
    let days = state.store.hunt_days(&reader, vec![id], DAYS).await?;
    let days = days.first().map_or(&[0; DAYS][..], |days| &days.days);
    let jobs = state.store.jobs(&reader, id).await?;
    let own = state.store.own_domains(&reader, id).await?;
    let asked = params.show.as_deref().unwrap_or("open");
    let path = format!("/hunt/{id}?show={asked}");
    let text = |id: Option<i64>| id.map(|id| id.to_string());
    let status = match error.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = HuntPage {
        hunt: HuntShown::new(&hunt, days, &frame),
        tabs: tabs(id, asked, &frame),
        rows: found
            .hits
            .iter()
            .map(|hit| HitRow::new(hit, state, &frame))
            .collect(),
        live: live.then(|| format!("hunt:{id}")),
        pager: Pager::new(
            &path,
            text(params.cursor).as_deref(),
            text(found.next).as_deref(),
            frame.words,
        ),
        jobs: jobs
            .into_iter()
            .take(JOBS)
            .map(|job| JobRow::new(job.into(), &frame))
            .collect(),
        own: own.iter().map(|own| OwnRow::new(own, &frame)).collect(),
        feed_told,
        error,
        frame,
    };
    render(status, &page)
}

fn filter(params: &HitsParams, id: i64, frame: &Frame) -> Result<HitFilter, Problem> {
    let hunt = Some(id);
    let all = HitFilter {
        hunt,
        ..HitFilter::default()
    };
    Ok(match params.show.as_deref() {
        None => HitFilter {
            state: Some(HitState::Open),
            ..all
        },
        Some("all") => all,
        Some("mine") => HitFilter {
            assignee: Some(frame.account.id),
            ..all
        },
        Some(name) => {
            let state = HitState::ALL.into_iter().find(|state| state.name() == name);
            let nothing = || Problem::bad_request("there is no such state of hits");
            HitFilter {
                state: Some(state.ok_or_else(nothing)?),
                ..all
            }
        }
    })
}

fn tabs(id: i64, asked: &str, frame: &Frame) -> Vec<Tab> {
    let words = frame.words;
    let mut tabs: Vec<(&'static str, &'static str)> = HitState::ALL
        .iter()
        .map(|state| (state.name(), state_word(*state, words)))
        .collect();
    tabs.push(("mine", words.hunts_mine));
    tabs.push(("all", words.hunts_all));
    let tab = |(name, word): (&'static str, &'static str)| Tab {
        href: match name {
            "open" => format!("/hunt/{id}"),
            name => format!("/hunt/{id}?show={name}"),
        },
        word,
        open: name == asked,
    };
    tabs.into_iter().map(tab).collect()
}

impl HuntShown {
    fn new(hunt: &Hunt, days: &[u64], frame: &Frame) -> HuntShown {
        const SHOWN: usize = 3;
        let own = hunt.owner_id == frame.account.id;
        let more = hunt.queries.len().saturating_sub(SHOWN);
        HuntShown {
            id: hunt.id,
            name: visible(&hunt.name),
            owner: (account_link(&hunt.owner), hunt.owner.clone()),
            shared: hunt
                .audience
                .as_deref()
                .map(|name| audience_word(name, frame)),
            queries: hunt
                .queries
                .iter()
                .take(SHOWN)
                .map(|text| visible(text))
                .collect(),
            more: match more {
                0 => String::new(),
                n => fill(
                    frame.words.hunts_more_queries,
                    &[("n", &thousands(n as u64))],
                ),
            },
            open: counted(hunt.open),
            sparkline: Sparkline::new(days, frame.words),
            standing: Standing::of(hunt, frame),
            enabled: hunt.enabled,
            muted: hunt
                .muted_until
                .is_some_and(|until| until > noroshi_store::now()),
            feed: hunt.feed,
            drives: hunt
                .drives
                .iter()
                .map(|name| visible(name))
                .collect::<Vec<_>>()
                .join(", "),
            changes: frame.writes() && (own || frame.account.role == Role::Admin),
            own,
        }
    }
}

impl OwnRow {
    fn new(own: &OwnDomain, frame: &Frame) -> OwnRow {
        let words = frame.words;
        let known = own.known.as_ref();
        let told = match known {
            None => words.hunts_own_unknown.to_owned(),
            Some(known) if !known.registered => words.hunts_own_lost.to_owned(),
            Some(known) => visible(known.registrar.as_deref().unwrap_or_default()),
        };
        OwnRow {
            name: visible(&own.domain),
            told,
            until: known.and_then(|known| known.expires).map(Moment::at),
        }
    }
}

impl JobRow {
    fn new(job: JobAnswer, frame: &Frame) -> JobRow {
        let words = frame.words;
        let state = match job.state {
            "waiting" => words.hunts_job_waiting,
            "running" => words.hunts_job_running,
            "done" => words.hunts_job_done,
            "cancelled" => words.hunts_job_cancelled,
            "full" => words.hunts_job_full,
            _ => words.hunts_job_failed,
        };
        let found = thousands(job.found.unsigned_abs());
        JobRow {
            id: job.id,
            text: fill(
                words.hunts_job_told,
                &[("done", &job.done), ("found", &found)],
            ),
            state,
            at: Moment::from(job.created),
            ends: matches!(job.state, "waiting" | "running"),
        }
    }
}
