//! From a kept body into the store: rows are read on a thread of their own, and go in chunk by chunk.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use noroshi_exchange::{BodyError, Limits};
use noroshi_query::{Expr, Query, Term};
use noroshi_store::{
    BadRow, Import, ListingState, Mode, NewItem, NewListing, NewScore, Reader, SearchOptions,
};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::body::{Kept, Part};
use super::part::Stretch;
use super::{CollectError, Failure, Receipt, Run};
use crate::recipe::{Makes, Recipe};

/// Items that go into the store together at most: each may be a text of many kilobytes.
const ITEMS: usize = 500;
/// Bytes of the texts of items that go into the store together at most, but for the last one.
const ITEM_BYTES: usize = 4 << 20;

/// Rows that go into the store together.
struct Chunk {
    good: Good,
    bad: Vec<BadRow>,
}

enum Good {
    Listings(Vec<NewListing>),
    Items(Vec<NewItem>),
    Scores(Vec<NewScore>),
}

impl Chunk {
    async fn write(self, import: &mut Import) -> Result<(), noroshi_store::Error> {
        let Chunk { good, bad } = self;
        match good {
            Good::Listings(rows) => import.chunk(rows, bad).await?,
            Good::Items(rows) => import.items(rows, bad).await?,
            Good::Scores(rows) => import.scores(rows, bad).await?,
        };
        Ok(())
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
        let body = RowBody::File(file, kept.parts);
        match self.rows(&mut import, body).await {
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

    /// Puts all rows in. An error means that the rows are not, or not surely, what the source lists now.
    async fn rows(&self, import: &mut Import, body: RowBody) -> Result<(), CollectError> {
        self.fill(import, body).await?;
        self.believe(import).await
    }

    /// Puts the rows of a body in, whatever the source had before.
    pub(crate) async fn fill(
        &self,
        import: &mut Import,
        body: RowBody,
    ) -> Result<(), CollectError> {
        let wanted = Arc::new(AtomicUsize::new(import.chunk_rows()));
        // Of the two chunks there may be, one is being written and the other being read or waiting.
        let (sender, mut chunks) = mpsc::channel(1);
        let limits = Limits {
            output: self.options.max_body,
        };
        let reading = {
            let (recipe, wanted, handle) =
                (self.recipe.clone(), Arc::clone(&wanted), Handle::current());
            tokio::task::spawn_blocking(move || {
                let filler = Filler {
                    wanted: &wanted,
                    chunks: &sender,
                    handle: &handle,
                    lines: 0,
                };
                read(&recipe, body, limits, filler)
            })
        };
        while let Some(chunk) = chunks.recv().await {
            if self.options.stop.is_asked() {
                return Err(CollectError::Stopped);
            }
            chunk.write(import).await?;
            wanted.store(import.chunk_rows(), Ordering::Relaxed);
            (self.options.progress)(&import.counts());
        }
        let read = reading.await;
        Ok(read.map_err(|error| CollectError::Internal(error.to_string()))??)
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

/// Where rows are read from.
pub(crate) enum RowBody {
    /// A file, and the answers that it was put together from, if it was.
    File(File, Vec<Part>),
    /// What a stream brought.
    Text(String),
}

/// Reads rows into chunks until the body, or each part of it, ends or nobody wants more. Blocks.
fn read(
    recipe: &Recipe,
    body: RowBody,
    limits: Limits,
    mut filler: Filler<'_>,
) -> Result<(), BodyError> {
    let (file, parts) = match body {
        RowBody::Text(text) => return read_part(recipe, Cursor::new(text), limits, &filler),
        RowBody::File(file, parts) => (file, parts),
    };
    if parts.is_empty() {
        return read_part(recipe, file, limits, &filler);
    }
    let (file, mut start) = (Arc::new(file), 0);
    for part in parts {
        read_part(
            recipe,
            Stretch::new(&file, start, part.bytes),
            limits,
            &filler,
        )?;
        start += part.bytes;
        filler.lines += part.lines;
    }
    Ok(())
}

fn read_part(
    recipe: &Recipe,
    body: impl Read + Seek + Send,
    limits: Limits,
    filler: &Filler<'_>,
) -> Result<(), BodyError> {
    let body = BufReader::with_capacity(1 << 18, body);
    match recipe.makes() {
        Makes::Listings => {
            let mut rows = recipe.listings(body, limits)?;
            filler.fill(&mut rows, Good::Listings, usize::MAX, |_| 0);
            rows.finish()
        }
        Makes::Items => {
            let Some(mut rows) = recipe.items(body, limits)? else {
                return Ok(());
            };
            filler.fill(&mut rows, Good::Items, ITEMS, |item| item.text.len());
            rows.finish()
        }
        Makes::Scores => {
            let Some(mut rows) = recipe.scores(body, limits)? else {
                return Ok(());
            };
            filler.fill(&mut rows, Good::Scores, usize::MAX, |_| 0);
            rows.finish()
        }
    }
    .map(|_| ())
}

/// Fills chunks, and hands each on when there is a place for it.
struct Filler<'f> {
    wanted: &'f AtomicUsize,
    chunks: &'f mpsc::Sender<Chunk>,
    handle: &'f Handle,
    /// Lines that come before the part that is read.
    lines: u64,
}

impl Filler<'_> {
    /// Goes through all rows, in chunks of `most` at most, unless nobody wants more of them.
    fn fill<T>(
        &self,
        rows: &mut impl Iterator<Item = Result<T, noroshi_exchange::BadRow>>,
        made: impl Fn(Vec<T>) -> Good,
        most: usize,
        bytes: impl Fn(&T) -> usize,
    ) {
        let mut ended = false;
        while !ended {
            let Ok(place) = self.handle.block_on(self.chunks.reserve()) else {
                return;
            };
            let wanted = self.wanted.load(Ordering::Relaxed).min(most);
            let (mut good, mut bad, mut taken) = (Vec::new(), Vec::new(), 0);
            while !ended && good.len() + bad.len() < wanted && taken < ITEM_BYTES {
                match rows.next() {
                    None => ended = true,
                    Some(Ok(row)) => {
                        taken += bytes(&row);
                        good.push(row);
                    }
                    Some(Err(row)) => bad.push(BadRow {
                        line: self.lines + row.line,
                        reason: row.reason,
                        text: row.text,
                    }),
                }
            }
            if good.len() + bad.len() > 0 {
                place.send(Chunk {
                    good: made(good),
                    bad,
                });
            }
        }
    }
}
