//! Search: a query becomes walks along indexes, and what they find is held against the query.
//!
//! A *walk* goes along one index in its order, in blocks: the exact keys, the names below a name, the
//! addresses of a network, the listings with a tag, newest first, and so on. The plan is a list of
//! walks that together meet every observable that can match; each observable met is judged whole, by
//! the same evaluator that judges the stream. So there is one meaning of a query, a page is a bounded
//! number of blocks, and the cursor is the place in the walk. Nothing is ever scanned unbounded: past
//! the deadline an answer says that it is not complete and where to go on.

mod cursor;
mod groups;
mod page;
mod plan;
mod said;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use noroshi_indicator::Observable;
use noroshi_query::Query;

use crate::error::Result;
use crate::{Listing, Post, Reader, Store};

pub use groups::{Group, Groups};
pub(crate) use page::{Judge, Visit};
pub(crate) use plan::{plan, walks_of};
pub(crate) use said::Said;
pub(crate) use walk::{Walk, quoted};

/// How to search.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// Observables of a page, at most 1,000.
    pub limit: usize,
    /// Where an earlier page said to go on.
    pub cursor: Option<String>,
    /// After so long the answer is what has been found.
    pub budget: Duration,
    /// So long may be spent on counting beyond the page; nothing for no counts.
    pub counting: Duration,
}

impl Default for SearchOptions {
    fn default() -> SearchOptions {
        SearchOptions {
            limit: 50,
            cursor: None,
            budget: Duration::from_millis(300),
            counting: Duration::from_millis(20),
        }
    }
}

/// An observable that was found, with the listings that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What was found.
    pub observable: Observable,
    /// Its visible listings that match the query, by source.
    pub listings: Vec<Listing>,
    /// The visible posts that name it and match, the newest first.
    pub posts: Vec<Arc<Post>>,
}

/// One page of an answer.
#[derive(Clone, Debug)]
pub struct Page {
    /// The best match first: exact values, then what lies below, then newest first.
    pub found: Vec<Found>,
    /// Where the next page goes on; nothing when this is the last.
    pub next: Option<String>,
    /// False when the time ran out before the page was full.
    pub complete: bool,
    /// Counts over the whole answer, as far as there was time; only with the first page.
    pub groups: Option<Groups>,
}

impl Store {
    /// Searches what the reader may see. Cost: a few index blocks a page, whatever the size of the
    /// database; a query that no index serves walks newest first within its budget.
    pub async fn search(
        &self,
        reader: &Reader,
        query: &Query,
        options: SearchOptions,
    ) -> Result<Page> {
        let (reader, query) = (reader.clone(), query.clone());
        let time = options.budget.max(options.counting);
        let deadline = std::time::Instant::now() + time + time / 2;
        self.read_until(Some(deadline), move |conn| {
            page::page(conn, &reader, &query, &options)
        })
        .await
    }
}
