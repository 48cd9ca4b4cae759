//! Lookup of one value: what is said about it, and about what lies around it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use noroshi_indicator::Observable;
use noroshi_query::neighbours::{Circle, Tie};
use noroshi_query::{Expr, Query, Term};

use crate::error::{Result, in_time};
use crate::reader::{Sight, Sources};
use crate::search::{Found, Judge, Said, Visit};
use crate::sql::Conn;
use crate::{Listing, Post, Reader, Store, observable};

/// Related observables that are shown of each tie; the rest is counted.
const SHOWN: usize = 20;

/// Related observables that are counted.
const COUNTED: u64 = 10_000;

/// How long may be spent on what is related.
const BUDGET: Duration = Duration::from_millis(50);

/// Everything collected about one observable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// What was asked about.
    pub observable: Observable,
    /// What the reader may see about itself.
    pub listings: Vec<Listing>,
    /// The posts that name it, the newest first.
    pub posts: Vec<Arc<Post>>,
    /// What is listed around it, by tie.
    pub related: Vec<Related>,
    /// False when the time ran out, or there is too much around it to count.
    pub complete: bool,
}

/// What stands in one tie to the observable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The tie; nothing for other names of the same registered domain.
    pub tie: Option<Tie>,
    /// How many there are ("at least", if the lookup is not complete).
    pub count: u64,
    /// The first of them.
    pub found: Vec<Found>,
}

impl Store {
    /// What the reader may see about an observable and around it. Cost: its own listings by key,
    /// whatever time that takes; what is around it by walks along the name and address indexes, within
    /// a budget.
    pub async fn lookup(&self, reader: &Reader, observable: &Observable) -> Result<Lookup> {
        let (reader, asked) = (reader.clone(), observable.clone());
        let (sources, sight, own, cut) = self
            .read(move |conn| {
                let (sources, sight) = (reader.sources(conn)?, reader.sight(conn)?);
                let (own, cut) = said(conn, &sources, &sight, std::slice::from_ref(&asked))?;
                Ok((sources, sight, own, cut))
            })
            .await?;
        let asked = observable.clone();
        let deadline = Instant::now() + BUDGET * 4;
        let around = self
            .read_until(Some(deadline), move |conn| {
                related(conn, &sources, &sight, &asked)
            })
            .await;
        let (related, complete) = in_time(around)?.unwrap_or_default();
        let (listings, posts) = own
            .into_iter()
            .next()
            .map(|own| (own.listings, own.posts))
            .unwrap_or_default();
        Ok(Lookup {
            observable: observable.clone(),
            listings,
            posts,
            related,
            complete: complete && !cut,
        })
    }

    /// Which of many observables are known to the reader, with what is said about them; the others are not in
    /// the answer. One statement a block.
    pub async fn known(&self, reader: &Reader, observables: Vec<Observable>) -> Result<Vec<Found>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let (sources, sight) = (reader.sources(conn)?, reader.sight(conn)?);
            Ok(said(conn, &sources, &sight, &observables)?.0)
        })
        .await
    }
}

/// Those of the observables about which the reader may see something, with that; and whether there is
/// more about one than is read.
fn said(
    conn: &Conn,
    sources: &Sources,
    sight: &Sight,
    asked: &[Observable],
) -> Result<(Vec<Found>, bool)> {
    let asked: Vec<&Observable> = asked.iter().collect();
    let ids = observable::find_many(conn, &asked)?;
    let mut ids: Vec<i64> = ids.into_iter().flatten().collect();
    ids.sort_unstable();
    ids.dedup();
    let (mut found, mut cut) = (Vec::<Found>::new(), false);
    for block in ids.chunks(1_000) {
        let said = Said::load(conn, sources, sight, block)?;
        cut |= said.cut;
        for id in block {
            let about = said.about(*id);
            let Some(observable) = about.observable() else {
                continue;
            };
            found.push(Found {
                observable: observable.clone(),
                listings: about
                    .listings
                    .iter()
                    .map(|held| held.listing.clone())
                    .collect(),
                posts: about
                    .posts
                    .iter()
                    .map(|named| Arc::clone(&named.post))
                    .collect(),
            });
        }
    }
    Ok((found, cut))
}

/// What is listed around an observable, by tie, and whether that is all.
fn related(
    conn: &Conn,
    sources: &Sources,
    sight: &Sight,
    asked: &Observable,
) -> Result<(Vec<Related>, bool)> {
    let circle = Circle::around(asked.clone());
    let mut groups: BTreeMap<Option<Tie>, Related> = BTreeMap::new();
    let around = Query::from(Expr::from(Term::Observable(asked.clone())));
    let mut complete = walk(conn, sources, sight, &around, |found| {
        match circle.tie(&found.observable) {
            Some(Tie::Same) => {}
            tie => add(&mut groups, tie, found),
        }
    })?;
    if let Some(registered) = asked
        .registered_domain()
        .filter(|registered| registered != asked)
    {
        let site = Query::from(Expr::from(Term::Domain(registered)));
        complete &= walk(conn, sources, sight, &site, |found| {
            if circle.tie(&found.observable).is_none() {
                add(&mut groups, None, found);
            }
        })?;
    }
    Ok((groups.into_values().collect(), complete))
}

fn add(groups: &mut BTreeMap<Option<Tie>, Related>, tie: Option<Tie>, found: Found) {
    let group = groups.entry(tie).or_insert_with(|| Related {
        tie,
        count: 0,
        found: Vec::new(),
    });
    group.count += 1;
    if group.found.len() < SHOWN {
        group.found.push(found);
    }
}

/// Shows everything a query finds, up to the cap and the budget; tells whether that was all.
fn walk(
    conn: &Conn,
    sources: &Sources,
    sight: &Sight,
    query: &Query,
    mut show: impl FnMut(Found),
) -> Result<bool> {
    let judge = Judge::new(conn, sources, sight, query)?;
    let deadline = Instant::now() + BUDGET;
    let mut count = 0;
    let visited = judge.run(
        &mut Default::default(),
        || deadline,
        |found, _| {
            show(found);
            count += 1;
            if count < COUNTED {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        },
    )?;
    Ok(visited == Visit::Done && !judge.was_cut())
}
