//! Notices: hits that are to be told on channels. They are written with the hit, and gathered into deliveries
//! afterwards: so a hit is told exactly if it is there.

use std::collections::BTreeMap;

use crate::channel::{self, Cadence, Channel, HOUR};
use crate::error::Result;
use crate::sql::{Tx, params};
use crate::{Store, delivery, now};

/// So many hits of a hunt go out singly within [`WINDOW`]; the others are gathered.
const SINGLY: i64 = 20;
/// Ten minutes, in microseconds.
const WINDOW: i64 = HOUR / 6;

/// The account that speaks on the timeline of what hunts found. What it says is told nowhere, or a hunt would find
/// its own words for ever.
pub const HUNTS_BOT: &str = "noroshi-hunts";

/// Notes that hits (`.1`) are to be told on channels (`.0`). A channel that is off or gone is told nothing, and
/// one of somebody else neither.
pub(crate) fn enqueue(tx: &Tx, pairs: &[(i64, i64)]) -> Result<()> {
    let mut by_channel: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (channel, hit) in pairs {
        by_channel.entry(*channel).or_default().push(*hit);
    }
    for (channel, hits) in by_channel {
        let sql = "INSERT INTO notice (channel, hit, at)
            SELECT ?1, h.id, ?2 FROM hit h WHERE h.id = ANY(?3)
                AND EXISTS (SELECT 1 FROM channel c JOIN hunt u ON u.owner = c.owner
                    WHERE c.id = ?1 AND u.id = h.hunt AND c.enabled = 1 AND c.deleted IS NULL)
                AND NOT EXISTS (SELECT 1 FROM post p JOIN account a ON a.id = p.author
                    WHERE p.id = h.post AND a.name = ?4)
            ON CONFLICT (channel, hit) DO NOTHING";
        tx.execute(sql, params![channel, now(), &hits, HUNTS_BOT])?;
    }
    Ok(())
}

impl Store {
    /// Puts notices that wait into deliveries, as the cadence of their channels wants it. Cost: one index look-up
    /// where none waits.
    pub async fn gather_notices(&self, at: i64) -> Result<()> {
        let channels = self
            .read(|conn| {
                let sql =
                    "SELECT DISTINCT n.channel FROM notice n JOIN channel c ON c.id = n.channel
                    WHERE n.delivery IS NULL AND c.deleted IS NULL ORDER BY n.channel";
                conn.query(sql, params![], |row| row.int(0))
            })
            .await?;
        for channel in channels {
            self.write(move |tx| {
                let channel = channel::by_id(tx, channel)?;
                match channel.cadence {
                    Cadence::Each => each(tx, &channel, at),
                    cadence => {
                        let due = cadence.due(&channel.zone, at);
                        collect(tx, channel.id, None, due, at)
                    }
                }
            })
            .await?;
        }
        Ok(())
    }
}

/// Each for itself, until there are too many of a hunt, or of all.
fn each(tx: &Tx, channel: &Channel, at: i64) -> Result<()> {
    if is_open(tx, channel.id, 0)? {
        return collect(tx, channel.id, None, at, at);
    }
    let (sent, oldest) = made_since(tx, channel.id, None, at - HOUR)?;
    let mut room = channel.per_hour - sent;
    let sql = "SELECT h.hunt, count(*) FROM notice n JOIN hit h ON h.id = n.hit
        WHERE n.channel = ?1 AND n.delivery IS NULL GROUP BY h.hunt ORDER BY min(h.id)";
    let waiting = tx.query(sql, params![channel.id], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?;
    for (hunt, pending) in waiting {
        if is_open(tx, channel.id, hunt)? {
            collect(tx, channel.id, Some(hunt), at, at)?;
            continue;
        }
        let (lately, first) = made_since(tx, channel.id, Some(hunt), at - WINDOW)?;
        let singly = pending.min(SINGLY - lately).min(room).max(0);
        one_by_one(tx, channel.id, hunt, singly, at)?;
        room -= singly;
        if singly == pending {
            continue;
        }
        if room <= 0 {
            let due = oldest.unwrap_or(at) + HOUR;
            return collect(tx, channel.id, None, due, at);
        }
        collect(tx, channel.id, Some(hunt), first.unwrap_or(at) + WINDOW, at)?;
        room -= 1;
    }
    Ok(())
}

/// How many messages about hits were made since, and when the first of them.
fn made_since(tx: &Tx, channel: i64, hunt: Option<i64>, since: i64) -> Result<(i64, Option<i64>)> {
    let sql = "SELECT count(*), min(created) FROM delivery
        WHERE channel = ?1 AND created > ?2 AND kind = 1 AND (?3 < 0 OR hunt = ?3)";
    let row = params![channel, since, hunt.unwrap_or(-1)];
    tx.query_one(sql, row, |row| Ok((row.int(0)?, row.opt_int(1)?)))
}

fn is_open(tx: &Tx, channel: i64, hunt: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM delivery WHERE channel = ?1 AND hunt = ?2 AND gathers = 1";
    Ok(tx
        .query_opt(sql, params![channel, hunt], |_| Ok(()))?
        .is_some())
}

/// A delivery for each of the oldest hits.
fn one_by_one(tx: &Tx, channel: i64, hunt: i64, count: i64, at: i64) -> Result<()> {
    let sql = "SELECT n.hit FROM notice n JOIN hit h ON h.id = n.hit
        WHERE n.channel = ?1 AND n.delivery IS NULL AND h.hunt = ?2 ORDER BY n.hit LIMIT ?3";
    let hits = tx.query(sql, params![channel, hunt, count], |row| row.int(0))?;
    for hit in hits {
        let new = delivery::New {
            hunt,
            hits: 1,
            next_try: at,
            ..delivery::New::hits(channel)
        };
        let id = delivery::insert(tx, &new, at)?;
        let sql = "UPDATE notice SET delivery = ?3 WHERE channel = ?1 AND hit = ?2";
        tx.execute(sql, params![channel, hit, id])?;
    }
    Ok(())
}

/// All that wait (of a hunt) into the delivery that gathers; it is made where there is none.
fn collect(tx: &Tx, channel: i64, hunt: Option<i64>, due: i64, at: i64) -> Result<()> {
    let of = hunt.unwrap_or(0);
    let sql = "SELECT id FROM delivery WHERE channel = ?1 AND hunt = ?2 AND gathers = 1";
    let open = tx.query_opt(sql, params![channel, of], |row| row.int(0))?;
    let id = match open {
        Some(id) => id,
        None => {
            let new = delivery::New {
                hunt: of,
                gathers: true,
                next_try: due,
                ..delivery::New::hits(channel)
            };
            delivery::insert(tx, &new, at)?
        }
    };
    let taken = match hunt {
        None => {
            let sql = "UPDATE notice SET delivery = ?2 WHERE channel = ?1 AND delivery IS NULL";
            tx.execute(sql, params![channel, id])?
        }
        Some(hunt) => {
            let sql = "UPDATE notice SET delivery = ?2 WHERE channel = ?1 AND delivery IS NULL
                AND hit IN (SELECT id FROM hit WHERE hunt = ?3)";
            tx.execute(sql, params![channel, id, hunt])?
        }
    };
    let sql = "UPDATE delivery SET hits = hits + ?2 WHERE id = ?1";
    tx.execute(sql, params![id, taken as i64])?;
    Ok(())
}
