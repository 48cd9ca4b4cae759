//! What the Web API of EXIST asks for: whole collections, newest first, page by page, with how many rows there are.
//!
//! The original went by offset, which costs what it skips. So offsets end at [`MOST`], as counts do, and the way on from
//! a page is a place instead, at any depth for the same price. What SQL cannot find (its search by regexes) is found by
//! looking through, within a budget.

mod access;
mod collected;
mod id;
mod listed;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use access::{ExistAccess, NewExistAccess};
pub use collected::{Collected, CollectedFilter, CveRecord};
pub use listed::{Listed, ListedFilter};

use crate::error::{Result, in_time};

/// Rows that are counted, and that an offset may skip.
pub const MOST: usize = 100_000;
/// Rows that are looked at in one go.
const BLOCK: usize = 500;

/// A place between rows: what they are ordered by, of the last one before it.
pub type Key = [i64; 3];

/// A test of rows that SQL cannot make.
pub type Test<T> = Arc<dyn Fn(&T) -> bool + Send + Sync>;

/// Which page.
pub struct ExistOptions<T> {
    /// Rows of the page, from 1.
    pub limit: usize,
    /// Rows to skip where no place is given, at most [`MOST`].
    pub offset: usize,
    /// Where the page before ended.
    pub after: Option<Key>,
    /// How many rows there are, where the page before found that out.
    pub count: Option<usize>,
    /// What rows must be besides.
    pub test: Option<Test<T>>,
    /// After so long the page is what has been found.
    pub budget: Duration,
}

/// A page of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistPage<T> {
    /// The newest first.
    pub rows: Vec<T>,
    /// How many rows there are in all: [`MOST`] at most, and where the budget ran out, as many as were found.
    pub count: usize,
    /// Where the next page begins; nothing when this is the last.
    pub next: Option<Key>,
}

/// A page of rows. `block` gives rows behind a place, so many at most, skipping some; `count` counts them.
fn page<T>(
    options: &ExistOptions<T>,
    block: impl Fn(Option<Key>, usize, usize) -> Result<Vec<(Key, T)>>,
    count: impl Fn() -> Result<usize>,
) -> Result<ExistPage<T>> {
    if options.test.is_some() {
        return looked_through(options, block);
    }
    let skipped = options.after.map_or(options.offset, |_| 0);
    let mut met = block(options.after, options.limit + 1, skipped)?;
    let more = met.len() > options.limit;
    met.truncate(options.limit);
    let next = met.last().filter(|_| more).map(|(key, _)| *key);
    let found = skipped + met.len() + usize::from(more);
    let count = match options.count {
        Some(count) => count,
        None => in_time(count())?.unwrap_or(found),
    };
    Ok(ExistPage {
        rows: met.into_iter().map(|(_, row)| row).collect(),
        count,
        next,
    })
}

/// The same where rows have to be looked at: behind the page only to count.
fn looked_through<T>(
    options: &ExistOptions<T>,
    block: impl Fn(Option<Key>, usize, usize) -> Result<Vec<(Key, T)>>,
) -> Result<ExistPage<T>> {
    let deadline = Instant::now() + options.budget;
    let mut place = options.after;
    let skipped = options.after.map_or(options.offset, |_| 0);
    let (mut found, mut rows, mut next, mut more) = (0, Vec::new(), None, false);
    let through = loop {
        if Instant::now() > deadline || found > MOST {
            break false;
        }
        let Some(met) = in_time(block(place, BLOCK, 0))? else {
            break false;
        };
        let last = met.len() < BLOCK;
        for (key, row) in met {
            place = Some(key);
            if !options.test.as_ref().is_none_or(|test| test(&row)) {
                continue;
            }
            found += 1;
            if found > skipped && rows.len() < options.limit {
                rows.push(row);
                next = Some(key);
            } else if found > skipped {
                more = true;
            }
        }
        // How many there are is known from the first page.
        if last || (more && options.count.is_some()) {
            break last;
        }
    };
    let full = rows.len() == options.limit;
    Ok(ExistPage {
        next: match (full, through) {
            (true, true) => next.filter(|_| more),
            (true, false) => next,
            (false, true) => None,
            (false, false) => place,
        },
        rows,
        count: options.count.unwrap_or(found).min(MOST),
    })
}
