//! Deliveries: messages on their way out, and the log of them.
//!
//! A delivery is begun before anything is sent, its body is kept before the first attempt, and every attempt sends
//! the same body under the same key. So a process may be killed at any moment: who sees the key again has the message
//! already. One sender a store, by its lease; beginning is one statement, so two could not send the same.

mod carry;
mod send;
mod spoken;

pub use send::Outcome;

use crate::channel;
use crate::error::{Error, Result};
use crate::sql::{Conn, Row, Tx, params};
use crate::{Reader, Store, audit, now};

/// What a delivery is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryKind {
    /// Hits of hunts.
    Hits,
    /// A test that somebody asked for.
    Test,
    /// A shift's hand-over sheet.
    Sheet,
}

impl DeliveryKind {
    /// `hits`, `test` or `sheet`.
    pub fn name(self) -> &'static str {
        ["hits", "test", "sheet"][self as usize]
    }

    fn from_code(code: i64) -> Result<DeliveryKind> {
        [DeliveryKind::Hits, DeliveryKind::Test, DeliveryKind::Sheet]
            .into_iter()
            .find(|kind| *kind as i64 + 1 == code)
            .ok_or_else(|| Error::Corrupt(format!("delivery kind {code}")))
    }
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// For its time, or for another try.
    Waiting,
    /// Begun, and no answer noted.
    Sending,
    /// The far side took it.
    Sent,
    /// Given up.
    Failed,
}

impl DeliveryState {
    /// `waiting`, `sending`, `sent` or `failed`.
    pub fn name(self) -> &'static str {
        ["waiting", "sending", "sent", "failed"][self as usize]
    }

    fn from_code(code: i64) -> Result<DeliveryState> {
        [
            DeliveryState::Waiting,
            DeliveryState::Sending,
            DeliveryState::Sent,
            DeliveryState::Failed,
        ]
        .into_iter()
        .find(|state| *state as i64 + 1 == code)
        .ok_or_else(|| Error::Corrupt(format!("delivery state {code}")))
    }
}

/// A message on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// Its channel.
    pub channel: i64,
    /// What it is about.
    pub kind: DeliveryKind,
    /// The hunt whose hits it tells of; nothing where there are several, or none.
    pub hunt: Option<i64>,
    /// Whether hits still come to it.
    pub gathers: bool,
    /// How many hits it tells of.
    pub hits: i64,
    /// How far it is.
    pub state: DeliveryState,
    /// Tries so far.
    pub attempts: i64,
    /// When it is tried next; this and the other times in microseconds since the epoch.
    pub next_try: Option<i64>,
    /// What is sent, once it was made.
    pub body: Option<String>,
    /// By which the far side knows it again.
    pub key: String,
    /// When it was made.
    pub created: i64,
    /// When the far side took it.
    pub sent: Option<i64>,
    /// What the far side answered: the status of HTTP or SMTP.
    pub status: Option<i64>,
    /// In which words.
    pub answer: Option<String>,
    /// What went wrong at the last try, in words.
    pub error: Option<String>,
}

/// A delivery to make.
pub(crate) struct New<'a> {
    pub(crate) channel: i64,
    pub(crate) kind: DeliveryKind,
    pub(crate) hunt: i64,
    pub(crate) gathers: bool,
    pub(crate) hits: i64,
    pub(crate) state: DeliveryState,
    pub(crate) next_try: i64,
    pub(crate) body: Option<&'a str>,
    /// Nothing: one that is made now.
    pub(crate) key: Option<&'a str>,
}

impl New<'_> {
    /// One about hits, which waits.
    pub(crate) fn hits(channel: i64) -> New<'static> {
        New {
            channel,
            kind: DeliveryKind::Hits,
            hunt: 0,
            gathers: false,
            hits: 0,
            state: DeliveryState::Waiting,
            next_try: 0,
            body: None,
            key: None,
        }
    }
}

/// A key that nobody guesses.
fn fresh_key() -> Result<String> {
    let mut key = [0u8; 16];
    getrandom::fill(&mut key).map_err(|error| Error::Invalid(format!("no randomness: {error}")))?;
    Ok(hex::encode(key))
}

/// Makes a delivery.
pub(crate) fn insert(tx: &Tx, new: &New, at: i64) -> Result<i64> {
    let key = match new.key {
        Some(key) => key.to_owned(),
        None => fresh_key()?,
    };
    let sql = "INSERT INTO delivery (channel, kind, hunt, gathers, hits, state, attempts, next_try,
            body, key, created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) RETURNING id";
    let begun = new.state == DeliveryState::Sending;
    let row = params![
        new.channel,
        new.kind as i64 + 1,
        new.hunt,
        i64::from(new.gathers),
        new.hits,
        new.state as i64 + 1,
        i64::from(begun),
        (!begun).then_some(new.next_try),
        new.body,
        &key,
        at
    ];
    tx.query_one(sql, row, |row| row.int(0))
}

const SELECT: &str =
    "SELECT d.id, d.channel, d.kind, d.hunt, d.gathers, d.hits, d.state, d.attempts,
    d.next_try, d.body, d.key, d.created, d.sent, d.status, d.answer, d.error FROM delivery d";

fn from_row(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.int(0)?,
        channel: row.int(1)?,
        kind: DeliveryKind::from_code(row.int(2)?)?,
        hunt: Some(row.int(3)?).filter(|hunt| *hunt != 0),
        gathers: row.int(4)? != 0,
        hits: row.int(5)?,
        state: DeliveryState::from_code(row.int(6)?)?,
        attempts: row.int(7)?,
        next_try: row.opt_int(8)?,
        body: row.opt_text(9)?,
        key: row.text(10)?,
        created: row.int(11)?,
        sent: row.opt_int(12)?,
        status: row.opt_int(13)?,
        answer: row.opt_text(14)?,
        error: row.opt_text(15)?,
    })
}

pub(crate) fn by_id(conn: &Conn, id: i64) -> Result<Delivery> {
    let sql = format!("{SELECT} WHERE d.id = ?1");
    conn.query_opt(&sql, params![id], from_row)?
        .ok_or_else(|| Error::not_found("delivery", id.to_string()))
}

impl Store {
    /// The log of a channel below a number, newest first.
    pub async fn deliveries(
        &self,
        reader: &Reader,
        channel: i64,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Delivery>> {
        let reader = reader.clone();
        self.read(move |conn| {
            channel::known(conn, &reader, channel)?;
            let sql =
                format!("{SELECT} WHERE d.channel = ?1 AND d.id < ?2 ORDER BY d.id DESC LIMIT ?3");
            let row = params![channel, below.unwrap_or(i64::MAX), limit as i64];
            conn.query(&sql, row, from_row)
        })
        .await
    }

    /// A delivery on a channel that the reader may know of.
    pub async fn delivery(&self, reader: &Reader, id: i64) -> Result<Delivery> {
        let reader = reader.clone();
        self.read(move |conn| {
            let delivery = by_id(conn, id)?;
            channel::known(conn, &reader, delivery.channel)?;
            Ok(delivery)
        })
        .await
    }

    /// Begins a test, which its maker sends.
    pub async fn begin_test(&self, reader: &Reader, channel: i64) -> Result<Delivery> {
        let reader = reader.clone();
        self.write(move |tx| {
            let channel = channel::known(tx, &reader, channel)?;
            let new = New {
                kind: DeliveryKind::Test,
                state: DeliveryState::Sending,
                ..New::hits(channel.id)
            };
            let id = insert(tx, &new, now())?;
            audit::note(
                tx,
                &reader,
                "channel.test",
                &channel.name,
                Some(&channel.owner),
            )?;
            by_id(tx, id)
        })
        .await
    }

    /// Puts a hand-over sheet on its way. `write` makes its body of the key by which the far side knows it.
    pub async fn add_sheet(
        &self,
        reader: &Reader,
        channel: i64,
        write: impl FnOnce(&str) -> String,
    ) -> Result<Delivery> {
        let reader = reader.clone();
        let key = fresh_key()?;
        let body = write(&key);
        self.write(move |tx| {
            let channel = channel::known(tx, &reader, channel)?;
            let at = now();
            let new = New {
                kind: DeliveryKind::Sheet,
                next_try: at,
                body: Some(&body),
                key: Some(&key),
                ..New::hits(channel.id)
            };
            let id = insert(tx, &new, at)?;
            by_id(tx, id)
        })
        .await
    }

    /// Tries a delivery again now, from the start. What was sent, or is being sent, is not touched.
    pub async fn retry_delivery(&self, reader: &Reader, id: i64) -> Result<Delivery> {
        let reader = reader.clone();
        self.write(move |tx| {
            let delivery = by_id(tx, id)?;
            let channel = channel::known(tx, &reader, delivery.channel)?;
            let sql = "UPDATE delivery SET state = 1, attempts = 0, next_try = ?2
                WHERE id = ?1 AND state IN (1, 4) AND kind <> 2";
            if tx.execute(sql, params![id, now()])? == 0 {
                let text = format!("delivery {id} is {}", delivery.state.name());
                return Err(Error::Conflict(text));
            }
            let sql = "UPDATE channel SET paused_until = NULL WHERE id = ?1";
            tx.execute(sql, params![channel.id])?;
            by_id(tx, id)
        })
        .await
    }

    /// Deliveries that failed since, on channels of the reader (of everybody, for an administrator); newest first.
    pub async fn failed_deliveries(
        &self,
        reader: &Reader,
        since: i64,
        limit: usize,
    ) -> Result<Vec<Delivery>> {
        let channels = self.channels(reader).await?;
        let channels: Vec<i64> = channels.iter().map(|channel| channel.id).collect();
        self.read(move |conn| {
            let sql = format!(
                "{SELECT} WHERE d.channel = ANY(?1) AND d.created >= ?2 AND d.state = 4
                ORDER BY d.id DESC LIMIT ?3"
            );
            conn.query(&sql, params![&channels, since, limit as i64], from_row)
        })
        .await
    }
}
