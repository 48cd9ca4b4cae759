//! Streams of the posts in which a pattern of Python's is found, and who listens to them.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_store::{ChangeKind, Post};
use noroshi_watch::{Event, Found, Listen, Listener, Next, Pattern, Place, Said, Test};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::answer::{self, Answer};
use super::asked::Reads;
use super::forms::found;
use super::mew::{Clock, Posted, escaped};
use super::refusal::Refusal;
use crate::auth::{Proof, too_many};
use crate::state::AppState;
use crate::stream::api::{AGAIN, listener};

/// An empty line is sent so often.
const BEAT: Duration = Duration::from_secs(25);
/// Characters of a description that are kept.
const LONGEST: usize = 200;
/// What keeps a connection open.
const EMPTY: Bytes = Bytes::from_static(b"\n");
/// What somebody without a description listens for.
const UNKNOWN: &str = "unknown description";

/// The stream: a line of JSON for each post in which the pattern is found, from now on.
#[utoipa::path(post, path = "/stream/regexp.json", responses((status = OK)))]
pub(crate) async fn listen(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Response, Refusal> {
    let regexp = asked.given.text("regexp")?;
    let pattern =
        Pattern::python(regexp).map_err(|error| Refusal::bad(format!("regexp, {error}")))?;
    let description = asked
        .given
        .optional_text("description")?
        .unwrap_or_default();
    let description = match description.is_empty() {
        true => UNKNOWN.to_owned(),
        false => shown(description),
    };
    let order = Listen {
        reader: asked.reader(),
        name: asked.name().to_owned(),
        test: Test::Pattern(pattern.clone()),
        description,
        after: None,
    };
    let turn = state.live.clone().try_acquire_owned();
    let turn = turn.map_err(|_| too_many("Too many streams are open.", AGAIN))?;
    let mut beat = tokio::time::interval_at(Instant::now() + BEAT, BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let lines = Lines {
        clock: Clock::of(&state.store, asked.me()).await?,
        listener: listener(&state.hub, order.clone())?,
        proof: asked.proof,
        begun: false,
        state,
        order,
        pattern,
        beat,
        _turn: turn,
    };
    let lines = stream::unfold(lines, |mut lines| async move {
        let line = lines.next().await?;
        Some((Ok::<Bytes, Infallible>(line), lines))
    });
    let headers = [
        (
            header::CONTENT_TYPE.as_str(),
            "text/event-stream; charset=utf-8",
        ),
        ("x-accel-buffering", "no"),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// A description as others see it: of one line.
fn shown(description: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    description.chars().map(plain).take(LONGEST).collect()
}

/// What goes out to one listener.
struct Lines {
    state: AppState,
    proof: Proof,
    order: Listen,
    pattern: Pattern,
    clock: Clock,
    listener: Listener,
    beat: Interval,
    begun: bool,
    _turn: OwnedSemaphorePermit,
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
        if !self.begun {
            // Headers go out with the first byte, and the client waits for them.
            self.begun = true;
            return Some(EMPTY);
        }
        loop {
            let next = tokio::select! {
                next = self.listener.next() => next,
                _ = self.beat.tick() => {
                    return self.proof.holds(&self.state.store).await.then_some(EMPTY);
                }
                () = self.state.closed() => return None,
            };
            match next {
                Ok(Next::Event(event)) => {
                    if let Some(line) = self.line(&event) {
                        return Some(line);
                    }
                }
                Ok(Next::Behind(place)) => self.catch_up(place)?,
                Err(error) => {
                    tracing::warn!(account = self.order.name, "a stream ended: {error}");
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
