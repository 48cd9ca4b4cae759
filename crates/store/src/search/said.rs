//! What is said about some observables that the reader may see: listings and posts.

use noroshi_indicator::Observable;

use crate::error::Result;
use crate::hunt::{FoundBy, Named};
use crate::listing::{self, Held};
use crate::post::{self, Mentioned};
use crate::reader::{Sight, Sources};
use crate::sql::Conn;

/// All statements about a block of observables.
pub(crate) struct Said {
    /// Sorted by observable.
    listings: Vec<Held>,
    /// Sorted by observable, then newest first.
    posts: Vec<Mentioned>,
    /// Whether an observable has more of them than are read.
    pub(crate) cut: bool,
}

/// The statements about one of them.
pub(crate) struct About<'a> {
    pub(crate) listings: &'a [Held],
    pub(crate) posts: &'a [Mentioned],
}

impl Said {
    /// `observables` are numbers in ascending order. A few statements a block.
    pub(crate) fn load(
        conn: &Conn,
        sources: &Sources,
        sight: &Sight,
        observables: &[i64],
    ) -> Result<Said> {
        let (listings, cut) = listing::load(conn, sources, observables)?;
        let (posts, cut_too) = post::naming(conn, sight, observables)?;
        Ok(Said {
            listings,
            posts,
            cut: cut || cut_too,
        })
    }

    /// Which of the named hunts found them.
    pub(crate) fn found_by(
        &self,
        conn: &Conn,
        asked: &Named,
        observables: &[i64],
    ) -> Result<FoundBy> {
        let mut posts: Vec<i64> = self.posts.iter().map(|named| named.post.id).collect();
        posts.sort_unstable();
        posts.dedup();
        asked.found(conn, observables, &posts)
    }

    pub(crate) fn about(&self, observable: i64) -> About<'_> {
        About {
            listings: run(&self.listings, observable, |held| held.observable),
            posts: run(&self.posts, observable, |named| named.id),
        }
    }
}

impl About<'_> {
    /// What they are about; nothing where there are none.
    pub(crate) fn observable(&self) -> Option<&Observable> {
        let listed = self.listings.first().map(|held| &held.listing.observable);
        listed.or_else(|| Some(&self.posts.first()?.observable))
    }
}

/// The run of what is about one observable.
fn run<T>(sorted: &[T], observable: i64, of: impl Fn(&T) -> i64) -> &[T] {
    let from = sorted.partition_point(|one| of(one) < observable);
    let to = sorted.partition_point(|one| of(one) <= observable);
    &sorted[from..to]
}
