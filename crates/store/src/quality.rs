//! How good a source is, measured against the others that the reader may see: what it alone has, what
//! it shares with whom, and who was first.
//!
//! Everything is worked out from a sample of each source: values at even distances along its index,
//! so that the cost does not grow with the sources. A source with fewer values than the sample is
//! taken whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::sql::{Conn, params};
use crate::{Reader, Store, source};

/// Values of a source for its own record.
const RECORD: i64 = 1_000;
/// Values of each source for the table of all.
const TABLE: i64 = 200;
/// The most sources of the table.
const SOURCES: usize = 60;

/// The record of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quality {
    /// Values that were looked at.
    pub sample: u64,
    /// Whether that is all of them.
    pub whole: bool,
    /// Of these, values that no other source lists.
    pub unique: u64,
    /// Of the others, values that this source saw first; a tie is first.
    pub first: u64,
    /// How much earlier (or, below zero, later) than the first of the others it saw what they share:
    /// the middle one, in microseconds.
    pub lead: Option<i64>,
}

/// How much the sources share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Those that list anything, by name.
    pub sources: Vec<OverlapSource>,
    /// Whether there are more sources than the table holds.
    pub cut: bool,
}

/// One source of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OverlapSource {
    /// Its name.
    pub name: String,
    /// Values that were looked at.
    pub sample: u64,
    /// Of these, how many each source of the table lists too, in its order.
    pub shared: Vec<u64>,
}

/// Observables of one source, at even distances.
fn sample(conn: &Conn, source: i64, size: i64) -> Result<(Vec<i64>, bool)> {
    let sql = "SELECT DISTINCT observable FROM listing
        WHERE source = ?1 ORDER BY observable LIMIT ?2";
    let few = conn.query(sql, params![source, size + 1], |row| row.int(0))?;
    if few.len() as i64 <= size {
        return Ok((few, true));
    }
    // The two ends are asked for apart: SQLite finds one of them by the index, and both by a scan.
    let sql = "WITH RECURSIVE
        ends AS (SELECT (SELECT min(observable) FROM listing WHERE source = ?1) AS low,
            (SELECT max(observable) FROM listing WHERE source = ?1) AS high),
        point (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM point WHERE n + 1 < ?2)
        SELECT DISTINCT (SELECT min(l.observable) FROM listing l
            WHERE l.source = ?1 AND l.observable >= e.low + (e.high - e.low) / ?2 * p.n)
        FROM ends e, point p";
    let found = conn.query(sql, params![source, size], |row| row.opt_int(0))?;
    Ok((found.into_iter().flatten().collect(), false))
}

/// For each of the observables, which of the sources list it and since when.
fn listed(
    conn: &Conn,
    observables: &[i64],
    sources: &[i64],
) -> Result<BTreeMap<i64, BTreeMap<i64, i64>>> {
    let sql = "SELECT observable, source, min(first_seen) FROM listing
        WHERE observable = ANY(?1) AND source = ANY(?2) AND state = 1
        GROUP BY observable, source";
    let rows = conn.query(sql, params![observables, sources], |row| {
        Ok((row.int(0)?, row.int(1)?, row.int(2)?))
    })?;
    let mut found: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
    for (observable, source, first) in rows {
        found.entry(observable).or_default().insert(source, first);
    }
    Ok(found)
}

impl Store {
    /// How a source compares with the others that the reader may see.
    pub async fn quality(&self, reader: &Reader, name: &str) -> Result<Quality> {
        let (reader, name) = (reader.clone(), name.to_owned());
        self.read(move |conn| {
            let own = source::by_name(conn, &reader, &name)?.id;
            let seen = reader.sources(conn)?;
            let (observables, whole) = sample(conn, own, RECORD)?;
            let found = listed(conn, &observables, seen.ids())?;
            let mut quality = Quality {
                whole,
                ..Quality::default()
            };
            let mut leads = Vec::new();
            for firsts in found.values() {
                let Some(mine) = firsts.get(&own) else {
                    continue;
                };
                quality.sample += 1;
                let others = firsts.iter().filter(|(source, _)| **source != own);
                match others.map(|(_, first)| *first).min() {
                    None => quality.unique += 1,
                    Some(theirs) => {
                        quality.first += u64::from(*mine <= theirs);
                        leads.push(theirs.saturating_sub(*mine));
                    }
                }
            }
            leads.sort_unstable();
            quality.lead = leads.get(leads.len() / 2).copied();
            Ok(quality)
        })
        .await
    }

    /// How much the sources that the reader may see share with each other.
    pub async fn overlap(&self, reader: &Reader) -> Result<Overlap> {
        let reader = reader.clone();
        self.read(move |conn| {
            let seen = reader.sources(conn)?;
            let sql = "SELECT id, name FROM source s WHERE id = ANY(?1)
                AND EXISTS (SELECT 1 FROM listing l WHERE l.source = s.id)
                ORDER BY name LIMIT ?2";
            let most = SOURCES as i64 + 1;
            let mut kept = conn.query(sql, params![seen.ids(), most], |row| {
                Ok((row.int(0)?, row.text(1)?))
            })?;
            let cut = kept.len() > SOURCES;
            kept.truncate(SOURCES);
            let ids: Vec<i64> = kept.iter().map(|(id, _)| *id).collect();
            let mut samples = BTreeMap::new();
            let mut all = BTreeSet::new();
            for id in &ids {
                let (observables, _) = sample(conn, *id, TABLE)?;
                all.extend(observables.iter().copied());
                samples.insert(*id, observables);
            }
            let all: Vec<i64> = all.into_iter().collect();
            let found = listed(conn, &all, &ids)?;
            let sources = kept.into_iter().map(|(id, name)| {
                let own = samples.get(&id).into_iter().flatten();
                let own: Vec<_> = own
                    .filter_map(|observable| found.get(observable))
                    .filter(|firsts| firsts.contains_key(&id))
                    .collect();
                let shared = ids.iter().map(|other| {
                    let both = own.iter().filter(|firsts| firsts.contains_key(other));
                    both.count() as u64
                });
                OverlapSource {
                    name,
                    sample: own.len() as u64,
                    shared: shared.collect(),
                }
            });
            Ok(Overlap {
                sources: sources.collect(),
                cut,
            })
        })
        .await
    }
}
