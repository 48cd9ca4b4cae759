//! What a hunt would have found: looked up before it is made, within a time, and what it costs to watch.

use std::time::{Duration, Instant};

use noroshi_query::{Expr, Query, StatementKind, Term, Time};
use noroshi_store::{Listing, Post, PostOptions, Reader, Result, SearchOptions, Store, now};

use crate::matcher::rate_of;

/// Days that are looked at.
const DAYS: usize = 30;
const DAY: i64 = 86_400_000_000;
/// Statements that are told whole.
const SAMPLES: usize = 10;
/// What one page reads, and what is counted at most.
const PAGE: usize = 500;
const MOST: u64 = 20_000;

/// How a query is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Whether every statement has to be asked: no word, value or field stands for it.
    pub asks_all: bool,
    /// How many of ten thousand statements have to be asked, roughly.
    pub of_ten_thousand: u32,
}

/// What a query costs to watch for.
pub fn cost(queries: &[Query]) -> Cost {
    let rates = queries.iter().map(rate_of);
    let sum: u32 = rates.fold(0, u32::saturating_add);
    Cost {
        asks_all: sum >= 10_000,
        of_ten_thousand: sum.min(10_000),
    }
}

/// A statement that would have been a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sample {
    /// A post or an item.
    Post(Box<Post>),
    /// A listing.
    Listing(Box<Listing>),
}

impl Sample {
    fn received(&self) -> i64 {
        match self {
            Sample::Post(post) => post.received,
            Sample::Listing(listing) => listing.received,
        }
    }
}

/// What a hunt would have found in the last 30 days.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// Hits a day, the last of them those of today (UTC).
    pub days: Vec<u64>,
    /// All of them.
    pub hits: u64,
    /// The newest.
    pub samples: Vec<Sample>,
    /// False when the time or the counting ended before the days did: there is more.
    pub complete: bool,
    /// How long it took.
    pub took: Duration,
    /// What it costs to watch.
    pub cost: Cost,
}

/// Looks at what the reader may see, for as long as given.
///
/// # Errors
///
/// The store's.
pub async fn preview(
    store: &Store,
    reader: &Reader,
    queries: &[Query],
    budget: Duration,
) -> Result<Preview> {
    let began = Instant::now();
    let first = now().div_euclid(DAY) - DAYS as i64 + 1;
    let mut preview = Preview {
        days: vec![0; DAYS],
        hits: 0,
        samples: Vec::new(),
        complete: true,
        took: Duration::ZERO,
        cost: cost(queries),
    };
    let halves = (queries.len() * 2).max(1) as u32;
    for query in queries {
        for listings in [false, true] {
            let share = budget / halves;
            let until = Instant::now() + share;
            let query = query.clone().and(narrow(first * DAY, listings));
            let complete = match listings {
                true => {
                    preview
                        .listings(store, reader, &query, first, until)
                        .await?
                }
                false => preview.posts(store, reader, &query, first, until).await?,
            };
            preview.complete &= complete;
        }
    }
    preview
        .samples
        .sort_by_key(|sample| std::cmp::Reverse(sample.received()));
    preview.samples.truncate(SAMPLES);
    preview.took = began.elapsed();
    Ok(preview)
}

/// Of these days, and of this sort.
fn narrow(since: i64, listings: bool) -> Query {
    let sort = Expr::from(Term::In(StatementKind::Listing));
    let sort = if listings { sort } else { sort.negate() };
    Query {
        expr: Expr::all([sort, Term::Since(Time(since)).into()]),
    }
}

impl Preview {
    fn add(&mut self, received: i64, first: i64) {
        let day = usize::try_from(received.div_euclid(DAY) - first).unwrap_or(usize::MAX);
        if let Some(count) = self.days.get_mut(day) {
            *count += 1;
            self.hits += 1;
        }
    }

    /// Keeps the first few of a walk, which are the newest of posts and often of listings.
    fn sample(&mut self, sample: impl FnOnce() -> Sample) {
        if self.samples.len() < 4 * SAMPLES {
            self.samples.push(sample());
        }
    }

    async fn posts(
        &mut self,
        store: &Store,
        reader: &Reader,
        query: &Query,
        first: i64,
        until: Instant,
    ) -> Result<bool> {
        let mut below = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.hits >= MOST {
                return Ok(false);
            }
            let options = PostOptions {
                limit: PAGE,
                below,
                budget: left,
            };
            let page = store.search_posts(reader, query, options).await?;
            for entry in page.entries {
                self.add(entry.post.received, first);
                self.sample(|| Sample::Post(Box::new(entry.post)));
            }
            match page.next {
                Some(next) => below = Some(next),
                None => return Ok(page.complete),
            }
        }
    }

    async fn listings(
        &mut self,
        store: &Store,
        reader: &Reader,
        query: &Query,
        first: i64,
        until: Instant,
    ) -> Result<bool> {
        let mut cursor = None;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || self.hits >= MOST {
                return Ok(false);
            }
            let options = SearchOptions {
                limit: PAGE,
                cursor,
                budget: left,
                counting: Duration::ZERO,
            };
            let page = store.search(reader, query, options).await?;
            for listing in page.found.into_iter().flat_map(|found| found.listings) {
                self.add(listing.received, first);
                self.sample(|| Sample::Listing(Box::new(listing)));
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(page.complete),
            }
        }
    }
}
