//! Scores: how likely a vulnerability is exploited soon, as a source (EPSS) says every day.
//!
//! A day on which a score is as it was has no row, so a year of daily scores of 300,000 vulnerabilities is as many rows
//! as there were changes.

use std::collections::HashMap;

use noroshi_indicator::Observable;

use crate::batch::Counts;
use crate::change::ChangeKind;
use crate::error::Result;
use crate::import::{begin_chunk, end_chunk};
use crate::observable::{self, BLOCK};
use crate::sql::{Conn, Table, Tx, Type, params};
use crate::{Reader, Store};

/// A score as a source has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScore {
    /// The vulnerability.
    pub cve: Observable,
    /// The day, in days since the epoch.
    pub day: i64,
    /// The probability of exploitation within 30 days, of 100,000.
    pub score: u32,
    /// How many vulnerabilities are scored the same or less, of 100,000.
    pub percentile: u32,
}

/// A score as a reader sees it: it held from this day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The source's name.
    pub source: String,
    /// The day, in days since the epoch.
    pub day: i64,
    /// Of 100,000.
    pub score: u32,
    /// Of 100,000.
    pub percentile: u32,
}

/// Days with scores and percentiles, in order.
type Days = Vec<(i64, u32, u32)>;

/// A chunk of scores, ready to be written.
pub(crate) struct Work {
    pub(crate) source: i64,
    pub(crate) batch: i64,
    pub(crate) at: Option<i64>,
    pub(crate) scores: Vec<NewScore>,
}

const SCORES: Table = Table {
    name: "score",
    columns: &[
        ("observable", Type::Big),
        ("source", Type::Big),
        ("day", Type::Integer),
        ("score", Type::Integer),
        ("percentile", Type::Integer),
        ("chunk", Type::Big),
    ],
};

impl Work {
    /// Cost: one look-up a row, and an insert where the score differs from the newest before it.
    pub(crate) fn write(&self, tx: &Tx) -> Result<Counts> {
        observable::lock(tx)?;
        let mut rows: Vec<&NewScore> = self.scores.iter().collect();
        rows.sort_by(|one, other| (&one.cve, one.day).cmp(&(&other.cve, other.day)));
        rows.dedup_by(|one, other| (&one.cve, one.day) == (&other.cve, other.day));
        let mut counts = Counts {
            rows: self.scores.len() as i64,
            folded: (self.scores.len() - rows.len()) as i64,
            ..Counts::default()
        };
        let mut named: Vec<&Observable> = rows.iter().map(|row| &row.cve).collect();
        named.dedup();
        let ids = observable::find_or_insert(tx, &named)?.ids;
        let ids: HashMap<&Observable, i64> = named.into_iter().zip(ids).collect();
        let mut known = self.known(tx, &ids)?;
        let chunk = begin_chunk(tx, self.batch, self.at)?;
        let mut fresh = Vec::new();
        for row in rows {
            let Some(id) = ids.get(&row.cve) else {
                continue;
            };
            let days = known.entry(*id).or_default();
            let before = days.partition_point(|(day, ..)| *day <= row.day);
            match before.checked_sub(1).and_then(|at| days.get(at)) {
                Some((day, score, percentile))
                    if *day == row.day || (*score, *percentile) == (row.score, row.percentile) =>
                {
                    counts.unchanged += 1;
                }
                newest => {
                    counts.new += i64::from(newest.is_none());
                    counts.changed += i64::from(newest.is_some());
                    days.insert(before, (row.day, row.score, row.percentile));
                    fresh.push((*id, row));
                }
            }
        }
        fresh.sort_unstable_by_key(|(id, row)| (*id, row.day));
        let rows = fresh.iter().map(|(id, row)| {
            [
                (*id).into(),
                self.source.into(),
                row.day.into(),
                i64::from(row.score).into(),
                i64::from(row.percentile).into(),
                chunk.into(),
            ]
        });
        tx.bulk(&SCORES, rows)?;
        end_chunk(tx, ChangeKind::Scores, self.source, chunk, &counts)?;
        Ok(counts)
    }

    /// The newest days of each, in order, and a few before.
    fn known(&self, conn: &Conn, ids: &HashMap<&Observable, i64>) -> Result<HashMap<i64, Days>> {
        let mut ids: Vec<i64> = ids.values().copied().collect();
        ids.sort_unstable();
        let since = self.scores.iter().map(|row| row.day).min().unwrap_or(0);
        let mut known: HashMap<i64, Days> = HashMap::new();
        for block in ids.chunks(BLOCK) {
            // From the last one before the first day of the chunk on.
            let sql = "SELECT o.id, s.day, s.score, s.percentile FROM observable o
                JOIN score s ON s.observable = o.id AND s.source = ?2 AND s.day >= coalesce((SELECT max(b.day)
                    FROM score b WHERE b.observable = o.id AND b.source = ?2 AND b.day <= ?3), 0)
                WHERE o.id = ANY(?1) ORDER BY o.id, s.day";
            let rows = conn.query(sql, params![block, self.source, since], |row| {
                Ok((
                    row.int(0)?,
                    (row.int(1)?, row.int(2)? as u32, row.int(3)? as u32),
                ))
            })?;
            for (id, day) in rows {
                known.entry(id).or_default().push(day);
            }
        }
        Ok(known)
    }
}

impl Store {
    /// The scores of a vulnerability that the reader may see, by source, newest day first: each day on which one
    /// changed, at most `limit`.
    pub async fn scores(
        &self,
        reader: &Reader,
        cve: &Observable,
        limit: usize,
    ) -> Result<Vec<Score>> {
        let (reader, cve) = (reader.clone(), cve.clone());
        self.read(move |conn| {
            let Some(Some(id)) = observable::find_many(conn, &[&cve])?.pop() else {
                return Ok(Vec::new());
            };
            let sql = "SELECT o.name, s.day, s.score, s.percentile FROM score s JOIN source o ON o.id = s.source
                WHERE s.observable = ?1 AND s.source = ANY(?2) ORDER BY o.name, s.day DESC LIMIT ?3";
            let sources = reader.sources(conn)?;
            conn.query(sql, params![id, sources.ids(), limit as i64], |row| {
                Ok(Score {
                    source: row.text(0)?,
                    day: row.int(1)?,
                    score: row.int(2)? as u32,
                    percentile: row.int(3)? as u32,
                })
            })
        })
        .await
    }

    /// The newest score of each of some vulnerabilities, from whatever source the reader may see. One statement.
    pub async fn newest_scores(
        &self,
        reader: &Reader,
        cves: &[Observable],
    ) -> Result<HashMap<Observable, Score>> {
        let (reader, cves) = (reader.clone(), cves.to_vec());
        self.read(move |conn| {
            let asked: Vec<&Observable> = cves.iter().collect();
            let ids = observable::find_many(conn, &asked)?;
            let there: HashMap<i64, &Observable> = ids
                .into_iter()
                .zip(&cves)
                .filter_map(|(id, cve)| Some((id?, cve)))
                .collect();
            let numbers: Vec<i64> = there.keys().copied().collect();
            let sql = "SELECT o.id, r.name, s.day, s.score, s.percentile FROM observable o
                JOIN source r ON r.id = ANY(?2)
                JOIN score s ON s.observable = o.id AND s.source = r.id AND s.day = (SELECT max(b.day) FROM score b
                    WHERE b.observable = o.id AND b.source = r.id)
                WHERE o.id = ANY(?1) ORDER BY s.day";
            let sources = reader.sources(conn)?;
            let rows = conn.query(sql, params![&numbers, sources.ids()], |row| {
                let score = Score {
                    source: row.text(1)?,
                    day: row.int(2)?,
                    score: row.int(3)? as u32,
                    percentile: row.int(4)? as u32,
                };
                Ok((row.int(0)?, score))
            })?;
            let newest = rows
                .into_iter()
                .filter_map(|(id, score)| Some(((*there.get(&id)?).clone(), score)));
            Ok(newest.collect())
        })
        .await
    }
}
