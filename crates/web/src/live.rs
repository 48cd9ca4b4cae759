//! One stream a tab: tells when there is something new that its reader may see, and of a timeline which
//! rows are the newest. From these a page knows what it lacks, however long it was away and whatever was
//! committed in which order: nothing is told twice and nothing is left out.
//!
//! A tab that waits costs its connection and nothing else: all of them follow the same number, and
//! only when that grows is the database asked, once a tab, at most every [`PACE`].

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_store::{Change, Reader};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::extract::Params;
use crate::frame::Frame;
use crate::problem::Problem;
use crate::session;
use crate::state::AppState;
use crate::timeline::Followed;

/// A comment is sent so often, so that whatever stands between keeps the connection open.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// What arrives within this time is told at once.
const PACE: Duration = Duration::from_secs(1);
/// How often a page of hits is looked after.
const FOUND: Duration = Duration::from_secs(2);
/// Changes that are summed up in one event.
const CHANGES: usize = 1_000;
/// When a tab that was cut off may come back, in milliseconds.
const AGAIN: Duration = Duration::from_secs(5);

/// What became new or different since the event before.
#[derive(Debug, Default, Serialize)]
struct News {
    new: i64,
    changed: i64,
    delisted: i64,
    posts: i64,
    sources: BTreeSet<String>,
    /// Notifications that were not looked at.
    fresh: i64,
    /// The newest rows of what the page follows, if anything was posted.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<i64>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LiveParams {
    /// The timeline that the page shows, as [`Followed::named`] has it.
    timeline: Option<String>,
}

struct Tab {
    state: AppState,
    reader: Reader,
    token: String,
    latest: watch::Receiver<i64>,
    seq: i64,
    /// What the page shows.
    followed: Option<Followed>,
    /// Whether it has to be told how that stands now.
    first: bool,
    /// What it was told of that.
    rows: Vec<i64>,
    _turn: OwnedSemaphorePermit,
}

/// The stream.
#[utoipa::path(get, path = "/live", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    headers: HeaderMap,
    Params(params): Params<LiveParams>,
) -> Result<Response, Problem> {
    let followed = match &params.timeline {
        Some(name) => Some(Followed::asked(name, &frame, &state.store).await?),
        None => None,
    };
    let turn = state
        .live
        .clone()
        .try_acquire_owned()
        .map_err(|_| Problem {
            retry_after: Some(60),
            ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Too many pages are live.")
        })?;
    let latest = state.store.latest_change();
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.parse::<i64>().ok());
    let newest = *latest.borrow();
    let tab = Tab {
        reader: frame.reader(),
        token: session::token(&headers, state.settings)
            .unwrap_or_default()
            .to_owned(),
        // Who was away comes back to what was missed; a number from nowhere is not believed.
        seq: last
            .filter(|last| (0..=newest).contains(last))
            .unwrap_or(newest),
        latest,
        first: followed.is_some(),
        followed,
        rows: Vec::new(),
        state,
        _turn: turn,
    };
    let events = stream::unfold(tab, |mut tab| async move {
        let event = tab.next().await?;
        Some((Ok::<Event, Infallible>(event), tab))
    });
    let beat = KeepAlive::new().interval(HEARTBEAT);
    Ok(Sse::new(events).keep_alive(beat).into_response())
}

impl Tab {
    /// Waits for news. Nothing when the stream is to end: the server stops, or the session did.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if !self.first && *self.latest.borrow_and_update() <= self.seq {
                self.wait().await?;
            }
            let store = &self.state.store;
            let account = store.session(&self.token).await.ok()??;
            if Reader::account(account.id) != self.reader {
                return None;
            }
            let (changes, seq) = store.changes(&self.reader, self.seq, CHANGES).await.ok()?;
            self.seq = seq;
            let first = std::mem::take(&mut self.first);
            let mut news = News::of(changes);
            if let Some(followed) = &self.followed
                && (first || news.posts > 0 || followed.is_found_later())
            {
                let rows = followed.rows(store, account.id).await.ok()?;
                let same = followed.is_found_later() && !first && rows == self.rows;
                self.rows.clone_from(&rows);
                news.rows = Some(rows).filter(|_| !same);
            }
            if news.is_empty() && !first {
                continue;
            }
            news.fresh = store.fresh_notifications(account.id).await.ok()?;
            let event = Event::default().event("news").id(self.seq.to_string());
            return event.retry(AGAIN).json_data(&news).ok();
        }
    }

    /// Until there is a change, and a little longer. Nothing when the server stops.
    async fn wait(&mut self) -> Option<()> {
        tokio::select! {
            changed = self.latest.changed() => changed.ok()?,
            () = found_later(self.followed.as_ref()) => {}
            () = self.state.closed() => return None,
        }
        tokio::select! {
            () = tokio::time::sleep(PACE) => Some(()),
            () = self.state.closed() => None,
        }
    }
}

/// What hunts find comes without a change of its own, a little behind what they found.
async fn found_later(followed: Option<&Followed>) {
    match followed {
        Some(followed) if followed.is_found_later() => tokio::time::sleep(FOUND).await,
        _ => std::future::pending().await,
    }
}

impl News {
    fn is_empty(&self) -> bool {
        let told = self.new + self.changed + self.delisted + self.posts;
        told == 0 && self.sources.is_empty() && self.rows.is_none()
    }

    fn of(changes: Vec<Change>) -> News {
        let mut news = News::default();
        for change in changes {
            news.new += change.new;
            news.changed += change.changed;
            news.delisted += change.delisted;
            match change.post {
                Some(_) => news.posts += 1,
                None => drop(news.sources.insert(change.from)),
            }
        }
        news
    }
}
