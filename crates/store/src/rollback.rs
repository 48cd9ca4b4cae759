//! Rollback: a source goes back to just before a batch, all its later batches included.
//!
//! Batches are undone newest first, in slices of one transaction each. A batch that is being undone
//! is marked, so that whoever comes next (another rollback, or the next import) finishes what a killed
//! process began. A slice restores former images and forgets them, or deletes rows that the batch
//! made; both can be repeated.

use crate::batch::{self, Batch, BatchState};
use crate::change::{Announced, ChangeKind};
use crate::error::{Error, Result};
use crate::listing::{self, IMAGE_COLUMNS, Image};
use crate::sql::{Tx, params};
use crate::{Reader, Store, item};

/// Rows of one transaction.
const SLICE: usize = 20_000;

impl Store {
    /// Undoes a batch and all later batches of its source, exactly. The source's validators are
    /// cleared, so that the next run fetches again. Answers the receipts of what was undone, newest
    /// first. Cost: one write a row that the batches had written.
    pub async fn roll_back(&self, reader: &Reader, batch: i64) -> Result<Vec<Batch>> {
        let asked = reader.clone();
        let (receipt, source) = self
            .read(move |conn| batch::by_id(conn, &asked, batch))
            .await?;
        if receipt.state == BatchState::RolledBack {
            return Err(Error::Conflict(format!(
                "batch {batch} was rolled back already"
            )));
        }
        let Some(lease) = self.lease_source(source).await? else {
            return Err(Error::Conflict(format!(
                "{} is being collected now: wait for it or stop it, then roll back",
                receipt.source
            )));
        };
        let marked = self.write(move |tx| mark(tx, source, batch)).await?;
        self.finish_rollbacks(source).await?;
        lease.release().await?;
        let mut receipts = Vec::new();
        for batch in marked {
            receipts.push(self.batch(reader, batch).await?);
        }
        Ok(receipts)
    }

    /// Finishes undoing the batches of a source that are marked. The caller holds its lease.
    pub(crate) async fn finish_rollbacks(&self, source: i64) -> Result<()> {
        loop {
            let marked = self
                .read(move |conn| {
                    let sql = "SELECT max(id) FROM batch WHERE source = ?1 AND state = ?2";
                    let row = params![source, BatchState::RollingBack.code()];
                    conn.query_one(sql, row, |row| row.opt_int(0))
                })
                .await?;
            let Some(batch) = marked else { return Ok(()) };
            while self.write(move |tx| restore(tx, source, batch)).await? {}
            while self.write(move |tx| delete_made(tx, source, batch)).await? {}
            while self.write(move |tx| item::restore(tx, batch)).await? {}
            while self
                .write(move |tx| item::delete_made(tx, source, batch))
                .await?
            {}
            while self
                .write(move |tx| item::delete_scores(tx, source, batch))
                .await?
            {}
            self.write(move |tx| end(tx, source, batch)).await?;
        }
    }
}

/// Marks the batches to undo, newest first.
fn mark(tx: &Tx, source: i64, batch: i64) -> Result<Vec<i64>> {
    let sql =
        "SELECT id FROM batch WHERE source = ?1 AND id >= ?2 AND state <> ?3 ORDER BY id DESC";
    let done = BatchState::RolledBack.code();
    let batches = tx.query(sql, params![source, batch, done], |row| row.int(0))?;
    for batch in &batches {
        batch::set_state(tx, *batch, BatchState::RollingBack)?;
    }
    Ok(batches)
}

/// Puts a slice of former images back. Tells whether there may be more.
fn restore(tx: &Tx, source: i64, batch: i64) -> Result<bool> {
    let sql = format!(
        "SELECT observable, item, {IMAGE_COLUMNS} FROM batch_before WHERE batch = ?1
        ORDER BY observable, item LIMIT ?2"
    );
    let rows = tx.query(&sql, params![batch, SLICE as i64], |row| {
        Ok(((row.int(0)?, row.int(1)?), Image::from_row(row, 2)?))
    })?;
    let Some((last, _)) = rows.last() else {
        return Ok(false);
    };
    let images: Vec<_> = rows.iter().map(|(key, image)| (*key, image)).collect();
    listing::replace(tx, source, &images)?;
    let sql = "DELETE FROM batch_before WHERE batch = ?1 AND (observable, item) <= (?2, ?3)";
    tx.execute(sql, params![batch, last.0, last.1])?;
    Ok(true)
}

/// Deletes a slice of what still carries a chunk of the batch: the rows it made.
fn delete_made(tx: &Tx, source: i64, batch: i64) -> Result<bool> {
    let sql = "SELECT l.observable, l.item FROM chunk c JOIN listing l ON l.chunk = c.id
        WHERE c.batch = ?1 AND l.source = ?2 LIMIT ?3";
    let row = params![batch, source, SLICE as i64];
    let made = tx.query(sql, row, |row| Ok((row.int(0)?, row.int(1)?)))?;
    let any = !made.is_empty();
    listing::delete(tx, source, made.into_iter())?;
    Ok(any)
}

fn end(tx: &Tx, source: i64, batch: i64) -> Result<()> {
    batch::set_state(tx, batch, BatchState::RolledBack)?;
    let sql = "UPDATE source SET etag = NULL, last_modified = NULL, next_run = NULL,
        last_good = (SELECT good_before FROM batch WHERE id = ?2),
        progress = (SELECT progress_before FROM batch WHERE id = ?2) WHERE id = ?1";
    tx.execute(sql, params![source, batch])?;
    tx.announce(Announced {
        kind: ChangeKind::RolledBack,
        source,
        reference: batch,
    });
    Ok(())
}
