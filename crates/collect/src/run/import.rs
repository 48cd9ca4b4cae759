//! From a kept body into the store: rows are read on a thread of their own, and go in chunk by chunk.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use noroshi_exchange::{BodyError, Limits};
use noroshi_query::{Expr, Query, Term};
use noroshi_store::{BadRow, Import, ListingState, Mode, NewListing, Reader, SearchOptions};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::body::{Kept, Part};
use super::part::Stretch;
use super::{CollectError, Failure, Receipt, Run};
use crate::recipe::Recipe;

/// Rows that go into the store together.
#[derive(Default)]
pub(crate) struct Chunk {
    good: Vec<NewListing>,
    bad: Vec<BadRow>,
}

impl Chunk {
    /// All rows of a small body.
    pub(crate) fn of(recipe: &Recipe, body: String, limits: Limits) -> Result<Chunk, BodyError> {
        let mut chunk = Chunk::default();
        let mut listings = recipe.listings(std::io::Cursor::new(body), limits)?;
        for row in listings.by_ref() {
            chunk.add(row, 0);
        }
        listings.finish()?;
        Ok(chunk)
    }

    /// Puts them in.
    pub(crate) async fn put(self, import: &mut Import) -> Result<(), CollectError> {
        import.chunk(self.good, self.bad).await?;
        Ok(())
    }

    /// Adds a row of a part before which come so many lines.
    fn add(&mut self, row: Result<NewListing, noroshi_exchange::BadRow>, lines: u64) {
        match row {
            Ok(good) => self.good.push(good),
            Err(bad) => self.bad.push(BadRow {
                line: lines + bad.line,
                reason: bad.reason,
                text: bad.text,
            }),
        }
    }

    fn rows(&self) -> usize {
        self.good.len() + self.bad.len()
    }
}

impl Run<'_> {
    pub(super) async fn import(&self, kept: Kept) -> Result<Receipt, Failure> {
        let file = self.store.open_blob(&kept.blob)?;
        let (mode, actor) = (self.options.mode, &self.options.actor);
        let begun = self
            .store
            .begin_import(self.source, mode, actor, Some(kept.blob));
        let mut import = begun.await?;
        if let Some(progress) = kept.progress {
            import.come_to(progress);
        }
        match self.rows(&mut import, file, kept.parts).await {
            Ok(()) => Ok(import.finish().await?.into()),
            Err(error) => {
                let receipt = import.fail(&error.to_string()).await;
                Err(Failure {
                    error,
                    receipt: receipt.ok().map(Receipt::from),
                })
            }
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            output: self.options.max_body,
        }
    }

    /// Puts all rows in. An error means that the rows are not, or not surely, what the source lists now.
    async fn rows(
        &self,
        import: &mut Import,
        file: File,
        parts: Vec<Part>,
    ) -> Result<(), CollectError> {
        let wanted = Arc::new(AtomicUsize::new(import.chunk_rows()));
        // Of the two chunks there may be, one is being written and the other being read or waiting.
        let (sender, mut chunks) = mpsc::channel(1);
        let limits = self.limits();
        let reading = {
            let (recipe, wanted, handle) =
                (self.recipe.clone(), Arc::clone(&wanted), Handle::current());
            tokio::task::spawn_blocking(move || {
                let to = Chunks {
                    wanted: &wanted,
                    chunks: &sender,
                    handle: &handle,
                };
                read(&recipe, file, &parts, limits, &to)
            })
        };
        while let Some(chunk) = chunks.recv().await {
            if self.options.stop.is_asked() {
                return Err(CollectError::Stopped);
            }
            chunk.put(import).await?;
            wanted.store(import.chunk_rows(), Ordering::Relaxed);
            (self.options.progress)(&import.counts());
        }
        let read = reading.await;
        read.map_err(|error| CollectError::Internal(error.to_string()))??;
        self.believe(import).await
    }

    /// Refuses what must not be taken for a whole list: a page of another kind, or a layout that has changed.
    async fn believe(&self, import: &Import) -> Result<(), CollectError> {
        let counts = import.counts();
        let good = counts.rows - counts.bad;
        let snapshot = self.source.mode == Mode::Snapshot;
        let reason = if good == 0 && counts.bad > 0 {
            format!("none of the {} rows could be read", counts.bad)
        } else if snapshot && counts.bad > good {
            let (bad, rows) = (counts.bad, counts.rows);
            format!("{bad} of {rows} rows could not be read")
        } else if snapshot && good == 0 && self.lists_something().await? {
            "the body has no rows, but the source had listings".to_owned()
        } else {
            return Ok(());
        };
        Err(CollectError::Implausible(format!(
            "{reason}: nothing was delisted; has the publisher changed the layout?"
        )))
    }

    async fn lists_something(&self) -> Result<bool, CollectError> {
        let query = Query::from(Expr::from(Term::Source(self.source.name.clone())));
        let (operator, options) = (Reader::operator(), SearchOptions::default());
        let found = self.store.search(&operator, &query, options).await?.found;
        let mut listings = found.iter().flat_map(|found| &found.listings);
        Ok(listings.any(|listing| listing.state != ListingState::Delisted))
    }
}

/// Where read rows go.
struct Chunks<'a> {
    wanted: &'a AtomicUsize,
    chunks: &'a mpsc::Sender<Chunk>,
    handle: &'a Handle,
}

/// Reads rows into chunks until the body, or each part of it, ends or nobody wants more. Blocks.
fn read(
    recipe: &Recipe,
    file: File,
    parts: &[Part],
    limits: Limits,
    to: &Chunks,
) -> Result<(), BodyError> {
    if parts.is_empty() {
        return read_part(recipe, file, 0, limits, to);
    }
    let (file, mut start, mut lines) = (Arc::new(file), 0, 0);
    for part in parts {
        read_part(
            recipe,
            Stretch::new(&file, start, part.bytes),
            lines,
            limits,
            to,
        )?;
        start += part.bytes;
        lines += part.lines;
    }
    Ok(())
}

/// Reads one part, before which come so many lines.
fn read_part(
    recipe: &Recipe,
    body: impl Read + Seek + Send,
    lines: u64,
    limits: Limits,
    to: &Chunks,
) -> Result<(), BodyError> {
    let mut listings = recipe.listings(BufReader::with_capacity(1 << 18, body), limits)?;
    loop {
        let Ok(place) = to.handle.block_on(to.chunks.reserve()) else {
            return Ok(());
        };
        let wanted = to.wanted.load(Ordering::Relaxed);
        let mut chunk = Chunk::default();
        for row in listings.by_ref().take(wanted) {
            chunk.add(row, lines);
        }
        let ended = chunk.rows() < wanted;
        if chunk.rows() > 0 {
            place.send(chunk);
        }
        if ended {
            return listings.finish().map(|_| ());
        }
    }
}
