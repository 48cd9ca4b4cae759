//! Streams of the posts in which a pattern of Python's is found, and who listens to them.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_store::{ChangeKind, Post};
use noroshi_watch::{Event, Found, Listen, Listener, Next, Pattern, Place, Refused, Said, Test};
use serde::Serialize;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::answer::{self, Answer};
use super::asked::{Proof, Reads};
use super::forms::found;
use super::mew::{Clock, Posted, escaped};
use super::refusal::Refusal;
use crate::state::AppState;

/// An empty line is sent so often.
const BEAT: Duration = Duration::from_secs(25);
/// A session or key is looked at again before an event, unless it was good so lately.
const TRUSTED: Duration = Duration::from_secs(60);
/// Characters of a description that are kept.
const LONGEST: usize = 500;
/// What somebody without a description listens for.
const UNKNOWN: &str = "unknown description";

/// The stream: a line of JSON for each post in which the pattern is found, from now on.
#[utoipa::path(post, path = "/stream/regexp.json", responses((status = OK)))]
pub(crate) async fn listen(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Response, Refusal> {
    let regexp = asked.given.text("regexp")?;
    let pattern = Pattern::python(regexp)
        .map_err(|error| Refusal::bad(format!("regexp, {error}")))?;
    let description = asked.given.optional_text("description")?.unwrap_or_default();
    let description = match description.is_empty() {
        true => UNKNOWN.to_owned(),
        false => description.chars().take(LONGEST).collect(),
    };
    let order = Listen {
        account: asked.me(),
        name: asked.name().to_owned(),
        test: Test::Pattern(pattern.clone()),
        description,
        after: None,
    };
    let clock = Clock::of(&state.store, asked.me()).await?;
    let listener = state.hub.listen(order.clone()).map_err(refused)?;
    let mut beat = tokio::time::interval_at(Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let lines = Lines {
        proof: asked.proof,
        checked: Instant::now(),
        state,
        order,
        pattern,
        clock,
        listener,
        beat,
    };
    let lines = stream::unfold(lines, |mut lines| async move {
        let line = lines.next().await?;
        Some((Ok::<Bytes, Infallible>(line), lines))
    });
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream; charset=utf-8"),
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

fn refused(refused: Refused) -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, refused.to_string())
}

/// What goes out to one listener.
struct Lines {
    state: AppState,
    proof: Proof,
    checked: Instant,
    order: Listen,
    pattern: Pattern,
    clock: Clock,
    listener: Listener,
    beat: Interval,
}

/// A line.
#[derive(Serialize)]
struct Hit<'a> {
    #[serde(flatten)]
    posted: Posted,
    match_result: &'a Found,
}

impl Lines {
    /// Waits for a line. Nothing when the stream is to end: the server stops, or the right to listen did.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let next = tokio::select! {
                next = self.listener.next() => next,
                _ = self.beat.tick() => return Some(Bytes::from_static(b"\n")),
                () = self.state.closed() => return None,
            };
            match next {
                Ok(Next::Event(event)) => {
                    let Some(line) = self.line(&event) else {
                        continue;
                    };
                    return self.may_listen().await.then_some(line);
                }
                Ok(Next::Behind(place)) => self.catch_up(place)?,
                Err(error) => {
                    tracing::warn!(account = self.order.name, "a stream ends: {error}");
                    return None;
                }
            }
        }
    }

    /// Who reads slowly goes on from the store, and misses nothing; nothing more waits in memory.
    fn catch_up(&mut self, place: Place) -> Option<()> {
        let order = Listen {
            after: Some(place),
            ..self.order.clone()
        };
        self.listener = self.state.hub.listen(order).ok()?;
        Some(())
    }

    async fn may_listen(&mut self) -> bool {
        if self.checked.elapsed() > TRUSTED {
            if !self.proof.holds(&self.state.store).await {
                return false;
            }
            self.checked = Instant::now();
        }
        true
    }

    fn line(&self, event: &Event) -> Option<Bytes> {
        let post = new_post(event)?;
        let found = self.pattern.findall(&post.text)?;
        let hit = Hit {
            posted: Posted::of(post, &self.clock),
            match_result: &found,
        };
        let mut line = answer::text(&hit);
        line.push(b'\n');
        Some(line.into())
    }
}

/// New posts are told; what was passed on or edited is not.
fn new_post(event: &Event) -> Option<&Post> {
    match (&event.said, event.kind) {
        (Said::Entry(entry), ChangeKind::Posted) if entry.repost.is_none() => Some(&entry.post),
        _ => None,
    }
}

#[derive(Serialize)]
struct Client {
    user_name: String,
    description: String,
}

/// Who listens now.
#[utoipa::path(get, path = "/stream/client_list.json", responses((status = OK)))]
pub(crate) async fn clients(
    State(state): State<AppState>,
    _reads: Reads,
) -> Answer<impl Serialize> {
    let listening = state.hub.listening().into_iter();
    let clients: Vec<Client> = listening
        .map(|one| Client {
            user_name: one.name,
            description: escaped(&one.description),
        })
        .collect();
    Answer(clients)
}

/// The page of the same.
#[utoipa::path(get, path = "/stream/client_list", responses((status = FOUND)))]
pub(crate) async fn clients_page() -> Response {
    found("/bots")
}
