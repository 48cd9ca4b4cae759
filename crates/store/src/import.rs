//! Imports: rows in, chunk by chunk, each chunk one transaction.
//!
//! A chunk is folded (the first row about an observable and item counts), numbered, compared with
//! what is there, and written: new listings, changed ones with their former image, and nothing at all
//! for those that are just as they were. What a snapshot no longer holds is delisted when it ends.
//! A process that dies leaves whole chunks and a receipt; running the same body again gives the state
//! of an undisturbed run, since every step is decided by what is in the database.

mod chunk;
mod seen;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::batch::{BAD_KEPT, Batch, BatchState, Counts};
use crate::change::{Announced, ChangeKind};
use crate::context::{Context, Remembered};
use crate::error::{Error, Result};
use crate::item::Prepared;
use crate::lease::Lease;
use crate::sql::{Table, Tx, Type, params};
use crate::{
    BadRow, Blob, Mode, NewItem, NewListing, NewScore, Reader, Source, Store, blob, item, now,
};

use seen::Seen;

/// How much an import may ask of the engine at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Small chunks, so that posts and other imports come in between.
    Serving,
    /// The largest chunks: nobody else writes.
    Offline,
}

/// Rows of a chunk when nobody else writes.
const OFFLINE_ROWS: usize = 200_000;
/// Rows of a first chunk while serving, and the bounds within which it adapts.
const SERVING_ROWS: std::ops::RangeInclusive<usize> = 500..=20_000;
/// How long a chunk may keep other writers waiting.
const SERVING_TIME: Duration = Duration::from_millis(40);

/// An import under way. One per source at a time; dropping it leaves the batch running in name, and
/// the next import of the source marks it as interrupted.
pub struct Import {
    store: Store,
    source: Source,
    batch: i64,
    mode: ImportMode,
    rows: usize,
    first_chunk: i64,
    started: i64,
    /// The clock stands still at this time, if it is not now.
    at: Option<i64>,
    counts: Counts,
    /// Where the source stands once the batch is complete.
    progress: Option<String>,
    contexts: Arc<Mutex<Remembered>>,
    seen: Arc<Mutex<Seen>>,
    lease: Lease,
}

impl Store {
    /// Begins a batch of a source. [`Error::Conflict`] while another import of it runs.
    pub async fn begin_import(
        &self,
        source: &Source,
        mode: ImportMode,
        actor: &str,
        body: Option<Blob>,
    ) -> Result<Import> {
        let Some(lease) = self.lease_source(source.id).await? else {
            return Err(Error::Conflict(format!(
                "{} is being collected already",
                source.name
            )));
        };
        self.finish_rollbacks(source.id).await?;
        let (id, actor, started) = (source.id, actor.to_owned(), now());
        let (batch, first_chunk) = self
            .write(move |tx| {
                // The lease is ours, so whoever left these running is gone.
                let sql =
                    "UPDATE batch SET state = ?2, finished = ?4 WHERE source = ?1 AND state = ?3";
                let (gone, running) = (BatchState::Interrupted.code(), BatchState::Running.code());
                tx.execute(sql, params![id, gone, running, now()])?;
                if let Some(body) = &body {
                    blob::record(tx, body)?;
                }
                let sql = "INSERT INTO batch
                    (source, state, actor, body, good_before, progress_before, started)
                    SELECT ?1, ?2, ?3, ?4, last_good, progress, ?5 FROM source WHERE id = ?1 RETURNING id";
                let body = body
                    .as_ref()
                    .map_or(crate::sql::Param::Null, |body| (&body.hash).into());
                let row = &[
                    id.into(),
                    running.into(),
                    (&actor).into(),
                    body,
                    started.into(),
                ];
                let batch = tx.query_one(sql, row, |row| row.int(0))?;
                let sql = "SELECT coalesce(max(id), 0) + 1 FROM chunk";
                Ok((batch, tx.query_one(sql, params![], |row| row.int(0))?))
            })
            .await?;
        if mode == ImportMode::Offline {
            self.relax_checkpoints(true).await?;
        }
        Ok(Import {
            store: self.clone(),
            source: source.clone(),
            batch,
            mode,
            rows: if mode == ImportMode::Offline {
                OFFLINE_ROWS
            } else {
                4_000
            },
            first_chunk,
            started,
            at: None,
            counts: Counts::default(),
            progress: None,
            contexts: Arc::default(),
            seen: Arc::new(Mutex::new(Seen::new()?)),
            lease,
        })
    }

    /// Larger write-ahead log and cache while one import has the engine to itself.
    async fn relax_checkpoints(&self, relaxed: bool) -> Result<()> {
        if let crate::Engine::Sqlite(sqlite) = &self.engine {
            return sqlite.relax(relaxed).await;
        }
        Ok(())
    }
}

impl Import {
    /// The batch's number.
    pub fn batch(&self) -> i64 {
        self.batch
    }

    /// What became of the rows so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Says how far the source has come once this batch is complete: it is kept with the batch's end or not at all,
    /// so a run that breaks off is made again from where the one before had come to.
    pub fn come_to(&mut self, progress: String) {
        self.progress = Some(progress);
    }

    /// Makes it a run of an earlier time (microseconds since the epoch), for what is known to have come
    /// in then. Runs of a source are to be made in the order of their times.
    pub async fn dated(mut self, at: i64) -> Result<Import> {
        let batch = self.batch;
        let sql = "UPDATE batch SET started = ?2 WHERE id = ?1";
        self.store
            .write(move |tx| tx.execute(sql, params![batch, at]))
            .await?;
        (self.started, self.at) = (at, Some(at));
        Ok(self)
    }

    /// How many rows the next chunk should have.
    pub fn chunk_rows(&self) -> usize {
        self.rows
    }

    /// Writes a chunk of rows, good and bad, in one transaction. When it returns, the chunk survives
    /// a crash. Cost: a few index inserts a new row, two look-ups a known one.
    pub async fn chunk(&mut self, rows: Vec<NewListing>, bad: Vec<BadRow>) -> Result<Counts> {
        let work = chunk::Work {
            source: self.source.id,
            mode: self.source.mode,
            batch: self.batch,
            first_chunk: self.first_chunk,
            started: self.started,
            at: self.at,
            rows,
            contexts: Arc::clone(&self.contexts),
            seen: Arc::clone(&self.seen),
        };
        let write = move |tx: &Tx| {
            let mut fresh: HashMap<Context, i64> = HashMap::new();
            Ok((work.write(tx, &mut fresh)?, fresh))
        };
        let (counts, fresh) = self.written(bad, write).await?;
        self.contexts.lock().map_err(|_| Error::Closed)?.add(fresh);
        Ok(counts)
    }

    fn adapt(&mut self, took: Duration) {
        let rows = match took > SERVING_TIME {
            true => self.rows * 2 / 3,
            false => self.rows * 5 / 4,
        };
        self.rows = rows.clamp(*SERVING_ROWS.start(), *SERVING_ROWS.end());
    }

    /// Writes a chunk of items, good and bad, in one transaction, as [`Import::chunk`] does. An item with an identifier
    /// that the source had before is the same item; one that says what it said costs a look-up.
    pub async fn items(&mut self, items: Vec<NewItem>, bad: Vec<BadRow>) -> Result<Counts> {
        let prepared =
            tokio::task::spawn_blocking(move || items.into_iter().map(Prepared::of).collect());
        let work = item::Work {
            source: self.source.id,
            batch: self.batch,
            first_chunk: self.first_chunk,
            at: self.at,
            items: prepared
                .await
                .map_err(|error| Error::Pool(error.to_string()))?,
        };
        let (counts, ()) = self
            .written(bad, move |tx| Ok((work.write(tx)?, ())))
            .await?;
        Ok(counts)
    }

    /// Writes a chunk of scores, good and bad, in one transaction.
    pub async fn scores(&mut self, scores: Vec<NewScore>, bad: Vec<BadRow>) -> Result<Counts> {
        let work = item::ScoreWork {
            source: self.source.id,
            batch: self.batch,
            at: self.at,
            scores,
        };
        let (counts, ()) = self
            .written(bad, move |tx| Ok((work.write(tx)?, ())))
            .await?;
        Ok(counts)
    }

    /// Writes a chunk and its bad rows, and counts both.
    async fn written<T: Send + 'static>(
        &mut self,
        bad: Vec<BadRow>,
        write: impl Fn(&Tx) -> Result<(Counts, T)> + Send + 'static,
    ) -> Result<(Counts, T)> {
        let began = Instant::now();
        let (batch, bad_before) = (self.batch, self.counts.bad);
        let (counts, more) = self
            .store
            .write(move |tx| {
                let (mut counts, more) = write(tx)?;
                counts.rows += bad.len() as i64;
                counts.bad = bad.len() as i64;
                keep_bad(tx, batch, bad_before, &bad)?;
                add_counts(tx, batch, &counts)?;
                Ok((counts, more))
            })
            .await?;
        self.counts += counts;
        if self.mode == ImportMode::Serving {
            self.adapt(began.elapsed());
        }
        Ok((counts, more))
    }

    /// Ends the batch: a snapshot delists what it no longer holds.
    pub async fn finish(mut self) -> Result<Batch> {
        if self.source.mode == Mode::Snapshot {
            self.delist_missing().await?;
        }
        let (source, batch, at) = (self.source.id, self.batch, self.at);
        let progress = self.progress.take();
        self.store
            .write(move |tx| {
                let ended = at.unwrap_or_else(now);
                let sql = "UPDATE batch SET state = ?2, finished = ?3 WHERE id = ?1";
                tx.execute(sql, params![batch, BatchState::Complete.code(), ended])?;
                let sql = "UPDATE source SET last_good = ?2, progress = coalesce(?3, progress)
                    WHERE id = ?1";
                tx.execute(sql, params![source, ended, progress.as_deref()])?;
                Ok(())
            })
            .await?;
        self.store.prune_bodies(source).await?;
        self.end().await
    }

    /// Ends the batch with an error; the chunks that went in stay.
    pub async fn fail(self, error: &str) -> Result<Batch> {
        let (batch, error) = (self.batch, error.to_owned());
        self.store
            .write(move |tx| {
                let sql = "UPDATE batch SET state = ?2, finished = ?3, error = ?4 WHERE id = ?1";
                tx.execute(
                    sql,
                    params![batch, BatchState::Failed.code(), now(), &error],
                )
            })
            .await?;
        self.end().await
    }

    async fn end(self) -> Result<Batch> {
        if self.mode == ImportMode::Offline {
            self.store.relax_checkpoints(false).await?;
        }
        self.lease.release().await?;
        self.store.batch(&Reader::operator(), self.batch).await
    }

    /// Walks the source's listings and delists, block by block, those that this body did not have.
    async fn delist_missing(&mut self) -> Result<()> {
        let mut after = Some((0, i64::MIN));
        while let Some(from) = after {
            let walk = chunk::Delist {
                source: self.source.id,
                batch: self.batch,
                first_chunk: self.first_chunk,
                at: self.at,
                from,
                rows: self.rows.max(*SERVING_ROWS.end()),
                seen: Arc::clone(&self.seen),
            };
            let missing = {
                let walk = walk.clone();
                self.store.read(move |conn| walk.missing(conn)).await?
            };
            after = missing.next;
            if missing.rows.is_empty() {
                continue;
            }
            let delisted = self
                .store
                .write(move |tx| {
                    let counts = walk.write(tx, &missing.rows)?;
                    add_counts(tx, walk.batch, &counts)?;
                    Ok(counts)
                })
                .await?;
            self.counts += delisted;
        }
        Ok(())
    }
}

const BAD_ROW: Table = Table {
    name: "bad_row",
    columns: &[
        ("batch", Type::Big),
        ("number", Type::Big),
        ("line", Type::Big),
        ("reason", Type::Text),
        ("text", Type::Text),
    ],
};

fn keep_bad(tx: &Tx, batch: i64, before: i64, bad: &[BadRow]) -> Result<()> {
    let left = usize::try_from(BAD_KEPT - before).unwrap_or_default();
    let texts: Vec<(String, String)> = bad
        .iter()
        .take(left)
        .map(|bad| (bad.reason.replace('\0', "␀"), bad.text.replace('\0', "␀")))
        .collect();
    let rows = bad
        .iter()
        .zip(&texts)
        .zip(before + 1..)
        .map(|((bad, (reason, text)), number)| {
            [
                batch.into(),
                number.into(),
                (bad.line as i64).into(),
                reason.into(),
                text.into(),
            ]
        });
    tx.bulk(&BAD_ROW, rows)
}

fn add_counts(tx: &Tx, batch: i64, counts: &Counts) -> Result<()> {
    let sql = "UPDATE batch SET row_count = row_count + ?2, new = new + ?3, changed = changed + ?4,
        unchanged = unchanged + ?5, folded = folded + ?6, delisted = delisted + ?7, bad = bad + ?8
        WHERE id = ?1";
    let Counts {
        rows,
        new,
        changed,
        unchanged,
        folded,
        delisted,
        bad,
    } = *counts;
    tx.execute(
        sql,
        params![batch, rows, new, changed, unchanged, folded, delisted, bad],
    )?;
    Ok(())
}

/// Makes the chunk's row; its number stamps the listings that the transaction writes.
pub(crate) fn begin_chunk(tx: &Tx, batch: i64, at: Option<i64>) -> Result<i64> {
    let sql = "INSERT INTO chunk (batch, at, new, changed, delisted) VALUES (?1, ?2, 0, 0, 0)
        RETURNING id";
    tx.query_one(sql, params![batch, at.unwrap_or_else(now)], |row| {
        row.int(0)
    })
}

/// Completes the chunk's row and announces it; a chunk without a change goes as if it never was.
pub(crate) fn end_chunk(
    tx: &Tx,
    kind: ChangeKind,
    source: i64,
    chunk: i64,
    counts: &Counts,
) -> Result<()> {
    if counts.new + counts.changed + counts.delisted == 0 {
        tx.execute("DELETE FROM chunk WHERE id = ?1", params![chunk])?;
        return Ok(());
    }
    let sql = "UPDATE chunk SET new = ?2, changed = ?3, delisted = ?4 WHERE id = ?1";
    tx.execute(
        sql,
        params![chunk, counts.new, counts.changed, counts.delisted],
    )?;
    tx.announce(Announced {
        kind,
        source,
        reference: chunk,
    });
    Ok(())
}
