//! Beginning and ending deliveries.

use super::{Delivery, DeliveryKind, SELECT, by_id, from_row};
use crate::channel;
use crate::error::Result;
use crate::notification;
use crate::sql::{Tx, params};
use crate::{Store, now};

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The far side took it.
    Sent {
        /// What it answered.
        status: Option<i64>,
        /// In which words.
        answer: Option<String>,
    },
    /// It may go well later.
    Again {
        /// What it answered.
        status: Option<i64>,
        /// What went wrong, in words.
        error: String,
        /// Try again then, in microseconds since the epoch; the channel rests until then.
        at: i64,
    },
    /// It is given up.
    Failed {
        /// What it answered.
        status: Option<i64>,
        /// What went wrong, in words.
        error: String,
        /// The channel rests until then, in microseconds since the epoch.
        rest: i64,
    },
}

/// The longest error that is kept, in characters.
const LONGEST: usize = 500;

impl Store {
    /// The next delivery of each channel whose time has come, the oldest first.
    pub async fn due_deliveries(&self, at: i64, limit: usize) -> Result<Vec<Delivery>> {
        self.read(move |conn| {
            let sql = format!(
                "{SELECT} WHERE d.id IN (SELECT min(w.id) FROM delivery w
                    JOIN channel c ON c.id = w.channel
                    WHERE w.state = 1 AND w.next_try <= ?1 AND c.enabled = 1 AND c.deleted IS NULL
                        AND (c.paused_until IS NULL OR c.paused_until <= ?1)
                    GROUP BY w.channel)
                ORDER BY d.next_try, d.id LIMIT ?2"
            );
            conn.query(&sql, params![at, limit as i64], from_row)
        })
        .await
    }

    /// Begins an attempt, and closes the delivery to further hits; nothing where it does not wait any more.
    pub async fn begin_delivery(&self, id: i64) -> Result<Option<Delivery>> {
        self.write(move |tx| {
            let sql = "UPDATE delivery
                SET state = 2, gathers = 0, attempts = attempts + 1, next_try = NULL, error = NULL
                WHERE id = ?1 AND state = 1";
            match tx.execute(sql, params![id])? {
                0 => Ok(None),
                _ => Ok(Some(by_id(tx, id)?)),
            }
        })
        .await
    }

    /// The oldest hits that a delivery tells of.
    pub async fn delivery_hits(&self, id: i64, limit: usize) -> Result<Vec<i64>> {
        self.read(move |conn| {
            let sql = "SELECT hit FROM notice WHERE delivery = ?1 ORDER BY hit LIMIT ?2";
            conn.query(sql, params![id, limit as i64], |row| row.int(0))
        })
        .await
    }

    /// How many hits of which hunts a delivery tells of, most first.
    pub async fn delivery_hunts(&self, id: i64) -> Result<Vec<(i64, i64)>> {
        self.read(move |conn| {
            let sql = "SELECT h.hunt, count(*) FROM notice n JOIN hit h ON h.id = n.hit
                WHERE n.delivery = ?1 GROUP BY h.hunt ORDER BY 2 DESC, 1";
            conn.query(sql, params![id], |row| Ok((row.int(0)?, row.int(1)?)))
        })
        .await
    }

    /// Keeps what is sent, before it is. What was kept before stays, and is told.
    pub async fn keep_body(&self, id: i64, body: &str) -> Result<String> {
        let body = body.to_owned();
        self.write(move |tx| {
            let sql = "UPDATE delivery SET body = coalesce(body, ?2) WHERE id = ?1 RETURNING body";
            tx.query_one(sql, params![id, &body], |row| row.text(0))
        })
        .await
    }

    /// Notes how an attempt ended. The first failure since things went well is told to the channel's owner.
    pub async fn end_delivery(&self, id: i64, outcome: Outcome) -> Result<Delivery> {
        self.write(move |tx| {
            let delivery = by_id(tx, id)?;
            match &outcome {
                Outcome::Sent { status, answer } => {
                    let answer = answer.as_deref().map(cut);
                    sent(tx, &delivery, *status, answer.as_deref())?;
                }
                Outcome::Again { status, error, at } => {
                    let sql =
                        "UPDATE delivery SET state = 1, next_try = ?2, status = ?3, error = ?4
                        WHERE id = ?1";
                    tx.execute(sql, params![id, *at, *status, &cut(error)])?;
                    rest(tx, delivery.channel, *at)?;
                }
                Outcome::Failed {
                    status,
                    error,
                    rest: until,
                } => {
                    let sql =
                        "UPDATE delivery SET state = 4, next_try = NULL, status = ?2, error = ?3
                        WHERE id = ?1";
                    tx.execute(sql, params![id, *status, &cut(error)])?;
                    failed(tx, &delivery, *until)?;
                }
            }
            by_id(tx, id)
        })
        .await
    }

    /// Takes up what a sender before left half done. A test has nobody who waits for it any more.
    pub async fn resume_deliveries(&self) -> Result<u64> {
        self.write(|tx| {
            let sql = "UPDATE delivery SET state = 4, error = 'the program ended while it was sent'
                WHERE state = 2 AND kind = 2";
            tx.execute(sql, params![])?;
            let sql = "UPDATE delivery SET state = 1, next_try = ?1 WHERE state = 2";
            tx.execute(sql, params![now()])
        })
        .await
    }

    /// Forgets deliveries made before a time, and which hits they told of.
    pub async fn forget_deliveries(&self, before: i64) -> Result<u64> {
        self.write(move |tx| {
            let sql = "DELETE FROM notice WHERE delivery IN
                (SELECT id FROM delivery WHERE created < ?1 AND state <> 2)";
            tx.execute(sql, params![before])?;
            let sql = "DELETE FROM delivery WHERE created < ?1 AND state <> 2";
            tx.execute(sql, params![before])
        })
        .await
    }
}

pub(super) fn sent(
    tx: &Tx,
    delivery: &Delivery,
    status: Option<i64>,
    answer: Option<&str>,
) -> Result<()> {
    let sql = "UPDATE delivery SET state = 3, sent = ?2, next_try = NULL, status = ?3, answer = ?4,
            error = NULL
        WHERE id = ?1";
    tx.execute(sql, params![delivery.id, now(), status, answer])?;
    let sql = "UPDATE channel SET failures = 0, paused_until = NULL
        WHERE id = ?1 AND (failures > 0 OR paused_until IS NOT NULL)";
    tx.execute(sql, params![delivery.channel])?;
    Ok(())
}

fn failed(tx: &Tx, delivery: &Delivery, until: i64) -> Result<()> {
    // Whoever tests sees the answer.
    if delivery.kind == DeliveryKind::Test {
        return Ok(());
    }
    let sql = "UPDATE channel SET failures = failures + 1 WHERE id = ?1";
    tx.execute(sql, params![delivery.channel])?;
    rest(tx, delivery.channel, until)?;
    match channel::by_id(tx, delivery.channel) {
        Ok(channel) if channel.failures == 1 => {
            notification::tell_of_channel(tx, channel.owner_id, channel.id)
        }
        Ok(_) | Err(crate::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

fn rest(tx: &Tx, channel: i64, until: i64) -> Result<()> {
    let sql = "UPDATE channel SET paused_until = ?2 WHERE id = ?1";
    tx.execute(sql, params![channel, until])?;
    Ok(())
}

fn cut(error: &str) -> String {
    error.chars().take(LONGEST).collect()
}
