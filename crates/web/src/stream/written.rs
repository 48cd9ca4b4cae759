//! A listener as the body of an answer: server-sent events, or a line of JSON each.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use noroshi_watch::{Event, Listener, Next, Place};
use tokio::sync::OwnedSemaphorePermit;

use super::EventAnswer;
use crate::auth::Proof;
use crate::state::AppState;

/// An empty line or comment is sent so often, so that whatever stands between keeps the connection.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// When a client that was cut off may come back, in milliseconds.
const AGAIN: u32 = 2_000;

/// How events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Server-sent events.
    Sse,
    /// A line of JSON each.
    Lines,
}

/// What stands behind a stream that is open.
pub(super) struct Open {
    pub(super) state: AppState,
    pub(super) listener: Listener,
    pub(super) form: Form,
    /// What it was opened with, which must stay good.
    pub(super) proof: Proof,
    pub(super) _turn: OwnedSemaphorePermit,
}

/// Where a stream is.
struct Stream {
    open: Open,
    begun: bool,
    ended: bool,
}

impl Open {
    pub(super) fn response(self) -> Response {
        let kind = match self.form {
            Form::Sse => "text/event-stream",
            Form::Lines => "application/x-ndjson",
        };
        let stream = Stream {
            open: self,
            begun: false,
            ended: false,
        };
        let body = stream::unfold(stream, |mut stream| async move {
            let bytes = stream.next().await?;
            Some((Ok::<Bytes, std::convert::Infallible>(bytes), stream))
        });
        let headers = [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "no-store"),
            // For a proxy that would wait for more.
            (header::HeaderName::from_static("x-accel-buffering"), "no"),
        ];
        (headers, Body::from_stream(body)).into_response()
    }
}

impl Stream {
    /// The next bytes; nothing at the end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        if !self.begun {
            // Headers go out with the first bytes.
            self.begun = true;
            return Some(self.open.form.begin());
        }
        let form = self.open.form;
        tokio::select! {
            next = self.open.listener.next() => match next {
                Ok(Next::Event(event)) => Some(form.event(&event)),
                Ok(Next::Behind(place)) => {
                    self.ended = true;
                    Some(form.notice("behind", "You read too slowly; go on behind this id.", Some(place)))
                }
                Err(error) => {
                    tracing::warn!("a stream ended: {error}");
                    self.ended = true;
                    Some(form.notice("interrupted", "The database does not answer; come back.", None))
                }
            },
            () = tokio::time::sleep(HEARTBEAT) => {
                if self.open.proof.holds(&self.open.state.store).await {
                    return Some(form.beat());
                }
                self.ended = true;
                Some(form.notice("refused", "The key or session is good no more.", None))
            }
            () = self.open.state.closed() => None,
        }
    }
}

impl Form {
    fn begin(self) -> Bytes {
        match self {
            Form::Sse => Bytes::from(format!("retry: {AGAIN}\n\n")),
            Form::Lines => Bytes::from_static(b"\n"),
        }
    }

    fn beat(self) -> Bytes {
        match self {
            Form::Sse => Bytes::from_static(b":\n\n"),
            Form::Lines => Bytes::from_static(b"\n"),
        }
    }

    /// The event; its JSON is made once for all who hear it.
    fn event(self, event: &Event) -> Bytes {
        let json = event
            .written
            .get_or_init(|| serde_json::to_string(&EventAnswer::from(event)).unwrap_or_default());
        match self {
            Form::Sse => Bytes::from(format!(
                "id: {}\nevent: statement\ndata: {json}\n\n",
                event.place
            )),
            Form::Lines => Bytes::from(format!("{json}\n")),
        }
    }

    /// Why the stream ends.
    fn notice(self, kind: &str, detail: &str, place: Option<Place>) -> Bytes {
        let mut notice = serde_json::json!({ "type": kind, "detail": detail });
        if let Some(place) = place {
            notice["id"] = place.to_string().into();
        }
        match self {
            Form::Sse => Bytes::from(format!("event: {kind}\ndata: {notice}\n\n")),
            Form::Lines => Bytes::from(format!("{notice}\n")),
        }
    }
}
