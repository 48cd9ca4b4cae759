//! What hunts found, and what was done about it, since a time: for whoever takes over.

use super::hit::{COLUMNS, FROM, Held, HitState, from_row, told};
use super::{Deed, Eyes, HuntRef, KNOWN, READABLE};
use crate::error::Result;
use crate::{Hit, Reader, Store};

/// How much a hunt found since a time, by what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HuntCount {
    /// The hunt.
    pub hunt: HuntRef,
    /// By [`HitState`], in its order.
    pub counts: [i64; 4],
}

impl Store {
    /// How much the hunts that the reader sees found since a time, of what the reader may read; most open ones
    /// first.
    pub async fn hunt_counts(&self, reader: &Reader, since: i64) -> Result<Vec<HuntCount>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let sql = format!(
                "SELECT u.id, u.name, o.name, h.state, count(*) FROM {FROM}
                WHERE h.at >= ?4 AND {KNOWN} AND {READABLE}
                GROUP BY u.id, u.name, o.name, h.state ORDER BY u.id"
            );
            let rows = conn.query(&sql, &eyes.on_hits(&[since.into()]), |row| {
                let hunt = HuntRef {
                    id: row.int(0)?,
                    name: row.text(1)?,
                    owner: row.text(2)?,
                };
                Ok((hunt, HitState::from_code(row.int(3)?)?, row.int(4)?))
            })?;
            let mut counts: Vec<HuntCount> = Vec::new();
            for (hunt, state, count) in rows {
                if counts.last().is_none_or(|last| last.hunt.id != hunt.id) {
                    counts.push(HuntCount {
                        hunt,
                        counts: [0; 4],
                    });
                }
                if let Some(last) = counts.last_mut()
                    && let Some(place) = last.counts.get_mut(state as usize)
                {
                    *place = count;
                }
            }
            counts.sort_by_key(|one| std::cmp::Reverse(one.counts));
            Ok(counts)
        })
        .await
    }

    /// The hits since a time that the reader may see: open ones first, then the newest.
    pub async fn hits_since(&self, reader: &Reader, since: i64, limit: usize) -> Result<Vec<Hit>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM {FROM} WHERE h.at >= ?4 AND {KNOWN} AND {READABLE}
                ORDER BY h.state, h.id DESC LIMIT ?5"
            );
            let more = [since.into(), (limit as i64).into()];
            let held: Vec<Held> = conn.query(&sql, &eyes.on_hits(&more), from_row)?;
            told(conn, &eyes, held)
        })
        .await
    }

    /// What people did since a time about hits that the reader may see, the newest first, with the hunt of each.
    pub async fn deeds_since(
        &self,
        reader: &Reader,
        since: i64,
        limit: usize,
    ) -> Result<Vec<(Deed, HuntRef)>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let sql = format!(
                "SELECT x.id, x.hit, b.name, x.at, x.action, x.detail, u.id, u.name, o.name
                FROM hit_action x JOIN account b ON b.id = x.account JOIN {OF_DEEDS}
                WHERE x.at >= ?4 AND {KNOWN} AND {READABLE} ORDER BY x.id DESC LIMIT ?5"
            );
            let more = [since.into(), (limit as i64).into()];
            conn.query(&sql, &eyes.on_hits(&more), |row| {
                let deed = Deed {
                    id: row.int(0)?,
                    hit: row.int(1)?,
                    by: row.text(2)?,
                    at: row.int(3)?,
                    action: row.text(4)?,
                    detail: row.opt_text(5)?,
                };
                let hunt = HuntRef {
                    id: row.int(6)?,
                    name: row.text(7)?,
                    owner: row.text(8)?,
                };
                Ok((deed, hunt))
            })
        })
        .await
    }
}

/// The hit and the hunt of a deed `x`.
const OF_DEEDS: &str = "hit h ON h.id = x.hit JOIN hunt u ON u.id = h.hunt
    JOIN account o ON o.id = u.owner";
