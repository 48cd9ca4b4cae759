//! A connection that brings rows as they happen, whatever it speaks.

use std::collections::VecDeque;

use noroshi_egress::{Egress, EgressError, Purpose, Request, Response, WebSocket};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::events::{Event, Events};
use crate::recipe::Speaks;
use crate::run::CollectError;

/// Rows that may wait to be taken.
const WAITING: usize = 1_000;

/// A connection.
pub(super) enum Connection {
    Events {
        response: Box<Response>,
        events: Events,
        ready: VecDeque<Event>,
    },
    Socket(Box<WebSocket>),
}

impl Connection {
    /// Connects.
    pub(super) async fn open(
        egress: &Egress,
        speaks: Speaks,
        request: Request,
    ) -> Result<Connection, CollectError> {
        match speaks {
            Speaks::Jetstream => {
                let socket = egress.websocket(Purpose::Feed, request).await?;
                Ok(Connection::Socket(Box::new(socket)))
            }
            Speaks::Mastodon => {
                let request = request.accept("text/event-stream").endless();
                let response = egress.send(Purpose::Feed, request).await?;
                if response.status() != http::StatusCode::OK {
                    return Err(CollectError::refused(response, None).await);
                }
                Ok(Connection::Events {
                    response: Box::new(response),
                    events: Events::default(),
                    ready: VecDeque::new(),
                })
            }
        }
    }

    /// Reads in a task of its own, so that whoever takes the rows may do something else meanwhile and silence is told
    /// apart from that.
    pub(super) fn read(mut self) -> Rows {
        let (sender, waiting) = mpsc::channel(WAITING);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Some(row) = self.row().await? {
                if sender.send(row).await.is_err() {
                    break;
                }
            }
            Ok(())
        });
        Rows { waiting, task }
    }

    /// The next row; none when the far side has ended.
    async fn row(&mut self) -> Result<Option<Row>, EgressError> {
        loop {
            let row = match self {
                Connection::Events {
                    response,
                    events,
                    ready,
                } => {
                    let Some(event) = ready.pop_front() else {
                        let Some(bytes) = response.chunk().await? else {
                            return Ok(None);
                        };
                        ready.extend(events.take(&bytes));
                        continue;
                    };
                    of_mastodon(event)
                }
                Connection::Socket(socket) => match socket.text().await? {
                    None => return Ok(None),
                    Some(text) => of_jetstream(&text),
                },
            };
            if let Some(row) = row {
                return Ok(Some(row));
            }
        }
    }
}

/// The rows of a connection. Dropping it closes the connection.
pub(super) struct Rows {
    waiting: mpsc::Receiver<Row>,
    task: JoinSet<Result<(), EgressError>>,
}

impl Rows {
    /// The next row; none when the connection has ended.
    pub(super) async fn next(&mut self) -> Option<Row> {
        self.waiting.recv().await
    }

    /// How it ended.
    pub(super) async fn ended(&mut self) -> Result<(), CollectError> {
        match self.task.join_next().await {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(error.into()),
            Some(Err(error)) => Err(CollectError::Internal(error.to_string())),
        }
    }
}

/// A row, and all that somebody wrote in it.
pub(super) struct Row {
    pub(super) json: String,
    value: Value,
}

impl Row {
    fn new(json: String) -> Option<Row> {
        let value = serde_json::from_str(&json).ok()?;
        Some(Row { json, value })
    }

    /// Everything written in it, for [`crate::drive::Wanted`].
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        add_texts(&self.value, &mut text);
        text
    }
}

fn add_texts(value: &Value, to: &mut String) {
    match value {
        Value::String(text) => {
            to.push_str(text);
            to.push('\n');
        }
        Value::Array(members) => members.iter().for_each(|member| add_texts(member, to)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, to)),
        _ => {}
    }
}

/// `update` and `status.update` hold a status. What was deleted there stays here: it was said.
fn of_mastodon(event: Event) -> Option<Row> {
    match event.name.as_str() {
        "update" | "status.update" => Row::new(event.data),
        _ => None,
    }
}

/// A commit that makes or changes a record. <https://github.com/bluesky-social/jetstream#consuming-jetstream>
fn of_jetstream(text: &str) -> Option<Row> {
    let row = Row::new(text.to_owned())?;
    let operation = row.value.pointer("/commit/operation")?.as_str()?;
    let made = matches!(operation, "create" | "update");
    (made && row.value.get("kind")?.as_str()? == "commit").then_some(row)
}
