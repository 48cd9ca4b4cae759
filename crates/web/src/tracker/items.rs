//! One tracker: its items, newest first, by source, tag, words and what they are about.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_indicator::{Kind, Observable};
use noroshi_lookup::Verdict;
use noroshi_query::{Query, Term, TimeZone, parse};
use noroshi_store::{Entry, PostOptions, Reader, now};
use serde::Deserialize;

use super::Tracker;
use crate::extract::{InPath, Params};
use crate::frame::{Frame, render};
use crate::part::{Posts, encoded, is_exploited, search_link, source_link, visible};
use crate::problem::Problem;
use crate::source::{Health, HealthBadge};
use crate::state::AppState;

/// Items of a page.
const ROWS: usize = 40;
/// How long may be looked through, where the query alone does not say which.
const BUDGET: Duration = Duration::from_secs(1);

#[derive(Template)]
#[template(path = "tracker/items.html")]
struct ItemsPage {
    frame: Frame,
    open: &'static str,
    word: &'static str,
    /// Their addresses, what they are called, and whether this is it.
    trackers: Vec<(&'static str, &'static str, bool)>,
    is_vulnerabilities: bool,
    params: ItemParams,
    sources: Vec<String>,
    health: Vec<(String, String, HealthBadge)>,
    posts: Posts,
    complete: bool,
    search: String,
    error: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ItemParams {
    /// A query.
    q: String,
    source: String,
    tag: String,
    vendor: String,
    product: String,
    /// At least this score by CVSS.
    cvss: String,
    /// At least so many percent by EPSS.
    epss: String,
    /// Ticked: only what is on a list of exploited vulnerabilities.
    exploited: Option<String>,
    cursor: Option<i64>,
}

impl ItemParams {
    /// As a query, and the same as text.
    fn query(&self, tracker: Tracker) -> Result<(Query, String), Problem> {
        let mut text = tracker.query().to_owned();
        let mut add = |term: String| {
            text.push(' ');
            text.push_str(&term);
        };
        let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        for (field, term) in [
            (&self.source, Term::Source as fn(String) -> Term),
            (&self.tag, Term::Tag),
            (&self.vendor, Term::Vendor),
            (&self.product, Term::Product),
        ] {
            if let Some(value) = said(field) {
                add(term(value).to_string());
            }
        }
        if let Some(score) = said(&self.cvss) {
            add(format!("cvss:>={score}"));
        }
        if let Some(words) = said(&self.q) {
            // Whatever it joins, it stands for itself.
            let read = parse(&words, now(), &TimeZone::UTC)?;
            add(format!("({read})"));
        }
        Ok((parse(&text, now(), &TimeZone::UTC)?, text))
    }

    /// Of 100,000.
    fn epss(&self) -> Option<u32> {
        let percent: f64 = self.epss.trim().parse().ok()?;
        let percent = percent.clamp(0.0, 100.0);
        // Within these bounds the product is a small number.
        (percent > 0.0).then_some((percent * 1_000.0) as u32)
    }

    /// The address of this page, without the place in it.
    fn path(&self, tracker: Tracker) -> String {
        let mut path = format!("/trackers/{}?q={}", tracker.name(), encoded(&self.q));
        for (name, value) in [
            ("source", &self.source),
            ("tag", &self.tag),
            ("vendor", &self.vendor),
            ("product", &self.product),
            ("cvss", &self.cvss),
            ("epss", &self.epss),
        ] {
            if !value.is_empty() {
                path.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        if self.exploited.is_some() {
            path.push_str("&exploited=1");
        }
        path
    }
}

/// A page of items, and how to go on.
struct Found {
    entries: Vec<Entry>,
    next: Option<i64>,
    complete: bool,
}

/// The items of a tracker.
#[utoipa::path(get, path = "/trackers/{tracker}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    Params(params): Params<ItemParams>,
) -> Result<Response, Problem> {
    let nowhere = || Problem::new(StatusCode::NOT_FOUND, "There is no such tracker.");
    let tracker = Tracker::of(&name).ok_or_else(nowhere)?;
    let (query, text, error) = match params.query(tracker) {
        Ok((query, text)) => (Some(query), text, String::new()),
        Err(problem) if problem.status == 400 => (None, String::new(), problem.detail),
        Err(problem) => return Err(problem),
    };
    let reader = frame.reader();
    let found = match &query {
        Some(query) => found(&state, &reader, tracker, query, &params).await?,
        None => Found {
            entries: Vec::new(),
            next: None,
            complete: true,
        },
    };
    let path = params.path(tracker);
    let way = (path.as_str(), params.cursor, found.next);
    let posts = Posts::new(&state, &frame, &found.entries, way, None).await?;
    let mut sources = state.store.sources(&reader).await?;
    let brought = state.store.forms_of_sources(&reader).await?;
    sources.retain(|source| tracker.has(&state, source, &brought) || source.name == params.source);
    let words = frame.words;
    let page = ItemsPage {
        open: tracker.name(),
        word: tracker.word(words),
        trackers: Tracker::ALL
            .map(|one| (one.name(), one.word(words), one == tracker))
            .to_vec(),
        is_vulnerabilities: tracker == Tracker::Vulnerabilities,
        health: sources
            .iter()
            .filter(|source| source.enabled)
            .map(|source| {
                let health = Health::of(source);
                let badge = HealthBadge { health, words };
                (visible(&source.name), source_link(&source.name), badge)
            })
            .collect(),
        sources: sources.into_iter().map(|source| source.name).collect(),
        posts,
        complete: found.complete,
        search: search_link(&text),
        error,
        params,
        frame,
    };
    let status = match page.error.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    render(status, &page)
}

/// The next items that are of the tracker and pass what no query says.
async fn found(
    state: &AppState,
    reader: &Reader,
    tracker: Tracker,
    query: &Query,
    params: &ItemParams,
) -> Result<Found, Problem> {
    let deadline = Instant::now() + BUDGET;
    let (mut entries, mut below) = (Vec::new(), params.cursor);
    loop {
        let options = PostOptions {
            limit: ROWS,
            below,
            ..PostOptions::default()
        };
        let page = state.store.search_posts(reader, query, options).await?;
        let kept = passing(state, reader, tracker, page.entries, params).await?;
        for entry in kept {
            entries.push(entry);
            if entries.len() == ROWS {
                let last = entries.last().map(|entry: &Entry| entry.id);
                return Ok(Found {
                    entries,
                    next: last,
                    complete: true,
                });
            }
        }
        below = page.next;
        let late = Instant::now() > deadline || !page.complete;
        if below.is_none() || late {
            return Ok(Found {
                entries,
                next: below,
                complete: below.is_none(),
            });
        }
    }
}

/// Those that are items of the tracker, and whose vulnerabilities are exploited and likely enough.
async fn passing(
    state: &AppState,
    reader: &Reader,
    tracker: Tracker,
    mut entries: Vec<Entry>,
    params: &ItemParams,
) -> Result<Vec<Entry>, Problem> {
    entries.retain(|entry| {
        let form = entry.post.item.as_ref().map(|item| item.form);
        form == Some(tracker.form()) && entry.repost.is_none()
    });
    let (exploited, epss) = (params.exploited.is_some(), params.epss());
    if !exploited && epss.is_none() {
        return Ok(entries);
    }
    let named = entries.iter().flat_map(|entry| &entry.post.observables);
    let cves: HashSet<Observable> = named
        .filter(|one| one.kind() == Kind::Cve)
        .cloned()
        .collect();
    let mut cves: Vec<Observable> = cves.into_iter().collect();
    cves.sort_unstable();
    if exploited {
        let known = state.store.known(reader, cves.clone()).await?;
        let known: HashSet<Observable> = known
            .into_iter()
            .filter(|found| is_exploited(&Verdict::about(found)))
            .map(|found| found.observable)
            .collect();
        cves.retain(|cve| known.contains(cve));
    }
    if let Some(least) = epss {
        let scores = state.store.newest_scores(reader, &cves).await?;
        cves.retain(|cve| scores.get(cve).is_some_and(|score| score.score >= least));
    }
    let passing: HashSet<Observable> = cves.into_iter().collect();
    entries.retain(|entry| {
        let mut named = entry.post.observables.iter();
        named.any(|one| passing.contains(one))
    });
    Ok(entries)
}
