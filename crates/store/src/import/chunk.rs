//! The transactions of an import: a chunk of rows, and a block of delistings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use noroshi_indicator::Observable;

use super::seen::Seen;
use super::{begin_chunk, end_chunk};
use crate::batch::Counts;
use crate::change::ChangeKind;
use crate::context::{Context, Remembered};
use crate::error::{Error, Result};
use crate::listing::{DELISTED, Image, LISTED};
use crate::observable::{self, BLOCK};
use crate::sql::{Conn, Table, Tx, Type, params};
use crate::{Mode, NewListing, listing};

/// In microseconds.
const DAY: i64 = 86_400_000_000;

/// A chunk of rows, ready to be written (and, on PostgreSQL, written again after a lost race).
pub(super) struct Work {
    pub(super) source: i64,
    pub(super) mode: Mode,
    pub(super) batch: i64,
    pub(super) first_chunk: i64,
    pub(super) started: i64,
    pub(super) at: Option<i64>,
    pub(super) rows: Vec<NewListing>,
    pub(super) contexts: Arc<Mutex<Remembered>>,
    pub(super) seen: Arc<Mutex<Seen>>,
}

const BEFORE: Table = Table {
    name: "batch_before",
    columns: &[
        ("batch", Type::Big),
        ("observable", Type::Big),
        ("item", Type::Big),
        ("state", Type::Small),
        ("first_seen", Type::Big),
        ("last_seen", Type::Big),
        ("port", Type::Integer),
        ("context", Type::Big),
        ("confidence", Type::Small),
        ("reference", Type::Text),
        ("chunk", Type::Big),
    ],
};

impl Work {
    pub(super) fn write(&self, tx: &Tx, fresh: &mut HashMap<Context, i64>) -> Result<Counts> {
        observable::lock(tx)?;
        let mut counts = Counts {
            rows: self.rows.len() as i64,
            ..Counts::default()
        };
        let contexts = self.contexts.lock().map_err(|_| Error::Closed)?;
        let contexts = contexts.numbers(tx, fresh, &self.rows)?;
        let rows = self.numbered(tx, &mut counts, contexts)?;
        let former = self.former(tx, &rows)?;
        let chunk = begin_chunk(tx, self.batch, self.at)?;
        let mut seen = self.seen.lock().map_err(|_| Error::Closed)?;

        let mut new = Vec::new();
        let mut changed = Vec::new();
        let mut same = Vec::new();
        let mut again = Vec::new();
        for row in &rows {
            let key = (row.observable, row.listing.item);
            match former.get(&key) {
                None => new.push((key, self.image(row, None, chunk))),
                // This batch wrote it in an earlier chunk.
                Some(former) if former.chunk >= self.first_chunk => counts.folded += 1,
                Some(_) if seen.contains(key.0, key.1)? => counts.folded += 1,
                Some(former) => {
                    let image = self.image(row, Some(former), chunk);
                    if !image.says_the_same(former, row.listing.last_seen.is_some()) {
                        changed.push((key, image, former));
                        continue;
                    }
                    same.push(key);
                    if image.last_seen != former.last_seen {
                        // Seen again, later: no news, and no new stamp.
                        again.push((
                            key,
                            Image {
                                chunk: former.chunk,
                                ..image
                            },
                            former,
                        ));
                    }
                }
            }
        }
        counts.new = new.len() as i64;
        counts.changed = changed.len() as i64;
        counts.unchanged = same.len() as i64;
        let insert = new
            .iter()
            .map(|((observable, item), image)| image.row(*observable, self.source, *item));
        tx.bulk(&listing::TABLE, insert)?;
        changed.append(&mut again);
        replace(tx, self.source, self.batch, &changed)?;
        end_chunk(tx, ChangeKind::Listings, self.source, chunk, &counts)?;
        seen.add(&same)?;
        Ok(counts)
    }

    /// Folds the repetitions inside the chunk and numbers the observables. Sorted by number and item.
    fn numbered(
        &self,
        tx: &Tx,
        counts: &mut Counts,
        contexts: Vec<i64>,
    ) -> Result<Vec<Numbered<'_>>> {
        // The sort is stable in effect: the first row of a body counts.
        let mut order: Vec<(&Observable, i64, usize)> = self
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| (&row.observable, row.item, at))
            .collect();
        order.sort_unstable();
        let before = order.len();
        order.dedup_by_key(|(observable, item, _)| (*observable, *item));
        counts.folded += (before - order.len()) as i64;

        let mut observables: Vec<&Observable> =
            order.iter().map(|(observable, ..)| *observable).collect();
        observables.dedup();
        let numbered = observable::find_or_insert(tx, &observables)?;
        let mut is_new = vec![false; observables.len()];
        for at in &numbered.new {
            is_new[*at] = true;
        }
        let mut rows = Vec::with_capacity(order.len());
        let mut position = 0;
        for (observable, _, at) in order {
            if observables[position] != observable {
                position += 1;
            }
            rows.push(Numbered {
                observable: numbered.ids[position],
                is_new: is_new[position],
                context: contexts[at],
                listing: &self.rows[at],
            });
        }
        rows.sort_unstable_by_key(|row| (row.observable, row.listing.item));
        Ok(rows)
    }

    /// What this source said so far about the observables that are not new.
    fn former(&self, tx: &Tx, rows: &[Numbered]) -> Result<HashMap<(i64, i64), Image>> {
        let mut known: Vec<i64> = rows
            .iter()
            .filter(|row| !row.is_new)
            .map(|row| row.observable)
            .collect();
        known.dedup();
        let mut former = HashMap::with_capacity(known.len());
        for block in known.chunks(BLOCK) {
            former.extend(listing::images(tx, self.source, block)?);
        }
        Ok(former)
    }

    /// When a row without a date of its own was last seen. A snapshot's rows take it from the source's
    /// last good run, so that re-listing writes nothing; an increment's move on once a day.
    fn last_seen(&self, former: Option<&Image>) -> Option<i64> {
        match (self.mode, former.and_then(|former| former.last_seen)) {
            (Mode::Snapshot, _) => None,
            (Mode::Increment, Some(seen)) if seen > self.started - DAY => Some(seen),
            (Mode::Increment, _) => Some(self.started),
        }
    }

    /// What the row says, where it says nothing what was said before.
    fn image(&self, row: &Numbered, former: Option<&Image>, chunk: i64) -> Image {
        let listing = row.listing;
        Image {
            state: LISTED,
            first_seen: listing
                .first_seen
                .unwrap_or_else(|| former.map_or(self.started, |former| former.first_seen)),
            last_seen: listing.last_seen.or_else(|| self.last_seen(former)),
            port: listing.port.map(i64::from),
            context: row.context,
            confidence: listing.confidence.map(i64::from),
            reference: listing
                .reference
                .as_ref()
                .map(|text| text.replace('\0', "")),
            chunk,
        }
    }
}

/// Writes rows over their former images, which are kept with the batch.
fn replace(tx: &Tx, source: i64, batch: i64, rows: &[((i64, i64), Image, &Image)]) -> Result<()> {
    let before = rows
        .iter()
        .map(|((observable, item), _, former)| former.row(batch, *observable, *item));
    tx.bulk(&BEFORE, before)?;
    let images: Vec<((i64, i64), &Image)> =
        rows.iter().map(|(key, image, _)| (*key, image)).collect();
    listing::replace(tx, source, &images)
}

struct Numbered<'a> {
    observable: i64,
    is_new: bool,
    context: i64,
    listing: &'a NewListing,
}

/// One block of the walk that finds what a snapshot no longer holds.
#[derive(Clone)]
pub(super) struct Delist {
    pub(super) source: i64,
    pub(super) batch: i64,
    pub(super) first_chunk: i64,
    pub(super) at: Option<i64>,
    pub(super) from: (i64, i64),
    pub(super) rows: usize,
    pub(super) seen: Arc<Mutex<Seen>>,
}

/// What a block of the walk found, and where the next begins.
pub(super) struct Missing {
    pub(super) rows: Vec<(i64, i64)>,
    pub(super) next: Option<(i64, i64)>,
}

impl Delist {
    pub(super) fn missing(&self, conn: &Conn) -> Result<Missing> {
        let sql = "SELECT observable, item, state, chunk FROM listing
            WHERE source = ?1 AND (observable, item) > (?2, ?3)
            ORDER BY observable, item LIMIT ?4";
        let row = params![self.source, self.from.0, self.from.1, self.rows as i64];
        let rows = conn.query(sql, row, |row| {
            Ok(((row.int(0)?, row.int(1)?), row.int(2)?, row.int(3)?))
        })?;
        let next = rows
            .last()
            .filter(|_| rows.len() == self.rows)
            .map(|(key, ..)| *key);
        let seen = self.seen.lock().map_err(|_| Error::Closed)?;
        let mut missing = Vec::new();
        for (key, state, chunk) in rows {
            if state == LISTED && chunk < self.first_chunk && !seen.contains(key.0, key.1)? {
                missing.push(key);
            }
        }
        Ok(Missing {
            rows: missing,
            next,
        })
    }

    pub(super) fn write(&self, tx: &Tx, rows: &[(i64, i64)]) -> Result<Counts> {
        let mut observables: Vec<i64> = rows.iter().map(|(observable, _)| *observable).collect();
        observables.dedup();
        let mut former = HashMap::new();
        for block in observables.chunks(BLOCK) {
            former.extend(listing::images(tx, self.source, block)?);
        }
        let rows: Vec<_> = rows
            .iter()
            .filter_map(|key| Some((*key, former.get(key)?)))
            .collect();
        let chunk = begin_chunk(tx, self.batch, self.at)?;
        let good = "SELECT last_good FROM source WHERE id = ?1";
        let good = tx.query_one(good, params![self.source], |row| row.opt_int(0))?;
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(key, former)| {
                let last_seen = former.last_seen.or(good);
                (
                    key,
                    Image {
                        state: DELISTED,
                        last_seen,
                        chunk,
                        ..former.clone()
                    },
                    former,
                )
            })
            .collect();
        replace(tx, self.source, self.batch, &rows)?;
        let counts = Counts {
            delisted: rows.len() as i64,
            ..Counts::default()
        };
        end_chunk(tx, ChangeKind::Listings, self.source, chunk, &counts)?;
        Ok(counts)
    }
}
