//! Lookup of one value: what is said about it, and about what lies around it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use noroshi_indicator::Observable;
use noroshi_query::neighbours::{Circle, Tie};
use noroshi_query::{Expr, Matcher, Query, Term};

use crate::error::{Error, Result};
use crate::reader::Sources;
use crate::search::{Found, Judge, Visit, Walk, plan};
use crate::sql::Conn;
use crate::{Listing, Reader, Store, observable};

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
    /// What the reader may see about an observable and around it. Cost: its own listings by key; what
    /// is around it by walks along the name and address indexes, within a budget.
    pub async fn lookup(&self, reader: &Reader, observable: &Observable) -> Result<Lookup> {
        let (reader, asked) = (reader.clone(), observable.clone());
        let deadline = Instant::now() + BUDGET * 4;
        self.read_until(Some(deadline), move |conn| {
            let sources = reader.sources(conn)?;
            lookup(conn, &sources, &asked)
        })
        .await
    }

    /// Which of many observables are known to the reader, with their listings; the others are not in
    /// the answer. One statement a block.
    pub async fn known(&self, reader: &Reader, observables: Vec<Observable>) -> Result<Vec<Found>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sources = reader.sources(conn)?;
            let asked: Vec<&Observable> = observables.iter().collect();
            let mut ids: Vec<i64> = observable::find_many(conn, &asked)?
                .into_iter()
                .flatten()
                .collect();
            ids.sort_unstable();
            ids.dedup();
            let mut found: Vec<Found> = Vec::new();
            for block in ids.chunks(1_000) {
                for held in crate::listing::load(conn, &sources, block)?.0 {
                    match found.last_mut() {
                        Some(last) if last.observable == held.listing.observable => {
                            last.listings.push(held.listing);
                        }
                        _ => found.push(Found {
                            observable: held.listing.observable.clone(),
                            listings: vec![held.listing],
                        }),
                    }
                }
            }
            Ok(found)
        })
        .await
    }
}

fn lookup(conn: &Conn, sources: &Sources, asked: &Observable) -> Result<Lookup> {
    let circle = Circle::around(asked.clone());
    let mut listings = Vec::new();
    let mut groups: BTreeMap<Option<Tie>, Related> = BTreeMap::new();
    let around = Query::from(Expr::from(Term::Observable(asked.clone())));
    let mut complete = walk(conn, sources, &around, |found| {
        match circle.tie(&found.observable) {
            Some(Tie::Same) => listings = found.listings,
            tie => add(&mut groups, tie, found),
        }
    })?;
    if let Some(registered) = asked
        .registered_domain()
        .filter(|registered| registered != asked)
    {
        let site = Query::from(Expr::from(Term::Domain(registered)));
        complete &= walk(conn, sources, &site, |found| {
            if circle.tie(&found.observable).is_none() {
                add(&mut groups, None, found);
            }
        })?;
    }
    let related = groups.into_values().collect();
    Ok(Lookup {
        observable: asked.clone(),
        listings,
        related,
        complete,
    })
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
    query: &Query,
    mut show: impl FnMut(Found),
) -> Result<bool> {
    let walks: Vec<Walk> = plan(conn, query)?;
    let matcher = Matcher::new(query).map_err(|error| Error::Invalid(error.to_string()))?;
    let judge = Judge {
        conn,
        sources,
        walks: &walks,
        matcher: &matcher,
    };
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
    Ok(visited == Visit::Done)
}
