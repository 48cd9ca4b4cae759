//! Running a plan: blocks of the walks, held against the query, into a page and its counts.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use noroshi_query::{Folded, Matcher, Query, Statement};

use super::cursor::{Place, Seal};
use super::groups::Counting;
use super::said::{About, Said};
use super::{Found, Page, SearchOptions, Walk, plan};
use crate::Reader;
use crate::error::{Error, Result, in_time};
use crate::hunt::{FoundBy, Named};
use crate::post::Eyes;
use crate::reader::{Sight, Sources};
use crate::sql::Conn;

/// Observables of the first block of a walk; blocks grow, since most answers are short.
const FIRST_BLOCK: i64 = 64;
const LARGEST_BLOCK: i64 = 1_024;

/// Largest page.
const LARGEST_PAGE: usize = 1_000;

/// Decides which listings of an observable belong to the answer to a query.
pub(crate) struct Judge<'a> {
    conn: &'a Conn<'a>,
    sources: &'a Sources,
    sight: &'a Sight,
    walks: Vec<Walk>,
    matcher: Matcher,
    /// The hunts that the query names.
    asked: Named,
    /// Whether an observable had more listings than are looked at.
    cut: Cell<bool>,
}

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// The walks are at their end.
    Done,
    /// The visitor has enough.
    Enough,
    /// The time is up.
    OutOfTime,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(
        conn: &'a Conn<'a>,
        sources: &'a Sources,
        sight: &'a Sight,
        query: &Query,
    ) -> Result<Judge<'a>> {
        Ok(Judge {
            conn,
            sources,
            sight,
            walks: plan(conn, sight, query)?,
            asked: Named::of(conn, sight, query)?,
            matcher: Matcher::new(query).map_err(|error| Error::Invalid(error.to_string()))?,
            cut: Cell::new(false),
        })
    }

    /// Whether an observable met so far had more listings than are looked at.
    pub(crate) fn was_cut(&self) -> bool {
        self.cut.get()
    }

    /// Shows the visitor every observable that matches, once each, from `place` on, which it moves.
    pub(crate) fn run(
        &self,
        place: &mut Place,
        deadline: impl Fn() -> Instant,
        mut visit: impl FnMut(Found, &Place) -> ControlFlow<()>,
    ) -> Result<Visit> {
        while let Some(walk) = self.walks.get(place.walk) {
            let mut count = FIRST_BLOCK;
            loop {
                if Instant::now() > deadline() {
                    return Ok(Visit::OutOfTime);
                }
                let eyes = Eyes {
                    sight: self.sight,
                    muted: Vec::new(),
                };
                let met = walk.block(self.conn, self.sources, &eyes, place.at.as_ref(), count);
                let Some(met) = in_time(met)? else {
                    return Ok(Visit::OutOfTime);
                };
                let Some(last) = met.last().map(|met| met.position.clone()) else {
                    break;
                };
                let mut numbers: Vec<i64> = met.iter().map(|met| met.observable).collect();
                numbers.sort_unstable();
                let said = Said::load(self.conn, self.sources, self.sight, &numbers);
                let Some(said) = in_time(said)? else {
                    return Ok(Visit::OutOfTime);
                };
                self.cut.set(self.cut.get() || said.cut);
                let Some(found_by) = in_time(said.found_by(self.conn, &self.asked, &numbers))?
                else {
                    return Ok(Visit::OutOfTime);
                };
                for met in met {
                    place.at = Some(met.position);
                    let about = said.about(met.observable);
                    let Some(found) = self.judge(walk, place, &about, &found_by) else {
                        continue;
                    };
                    if visit(found, place).is_break() {
                        return Ok(Visit::Enough);
                    }
                }
                place.at = Some(last);
                count = (count * 2).min(LARGEST_BLOCK);
            }
            *place = Place {
                walk: place.walk + 1,
                at: None,
            };
        }
        Ok(Visit::Done)
    }

    fn matches(&self, statement: &Statement<'_>, hunts: &[String]) -> bool {
        let folded = Folded::new(statement).found_by(hunts);
        self.matcher.matches_folded(&folded)
    }

    fn judge(
        &self,
        walk: &Walk,
        place: &Place,
        about: &About,
        found_by: &FoundBy,
    ) -> Option<Found> {
        let observable = about.observable()?;
        let earlier = &self.walks[..place.walk];
        let position = place.at.as_ref()?;
        let known = earlier.iter().any(|walk| walk.meets(observable, about))
            || walk.met_before(position, about);
        if known {
            return None;
        }
        let matching = about.listings.iter().filter(|held| {
            let names = found_by.listing((held.observable, held.source, held.listing.item));
            self.matches(&held.listing.statement(), names)
        });
        let listings: Vec<_> = matching.map(|held| held.listing.clone()).collect();
        let matching = about
            .posts
            .iter()
            .filter(|named| self.matches(&named.statement(), found_by.post(named.post.id)));
        let posts: Vec<_> = matching.map(|named| Arc::clone(&named.post)).collect();
        if listings.is_empty() && posts.is_empty() {
            return None;
        }
        Some(Found {
            observable: observable.clone(),
            listings,
            posts,
        })
    }
}

pub(super) fn page(
    conn: &Conn,
    reader: &Reader,
    query: &Query,
    options: &SearchOptions,
) -> Result<Page> {
    let began = Instant::now();
    let seal = Seal::read(conn)?;
    let mut place = match &options.cursor {
        Some(cursor) => Place::decode(&seal, cursor, query)?,
        None => Place::default(),
    };
    let (sources, sight) = (reader.sources(conn)?, reader.sight(conn)?);
    let judge = Judge::new(conn, &sources, &sight, query)?;

    let limit = options.limit.clamp(1, LARGEST_PAGE);
    let mut found: Vec<Found> = Vec::new();
    let mut counting = options.cursor.is_none().then(Counting::default);
    // The place of the page's last observable, once the page is full and there is one more.
    let (mut full, mut end): (Option<Place>, Option<Place>) = (None, None);
    let budget = Cell::new(options.budget);
    let visited = judge.run(
        &mut place,
        || began + budget.get(),
        |one, place| {
            if let Some(counting) = &mut counting {
                counting.add(&one);
            }
            if found.len() < limit {
                found.push(one);
                if found.len() == limit {
                    full = Some(place.clone());
                    budget.set(budget.get().min(began.elapsed() + options.counting));
                }
                return ControlFlow::Continue(());
            }
            end = full.take().or(end.take());
            match &counting {
                Some(counting) if !counting.is_enough() && !options.counting.is_zero() => {
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Break(()),
            }
        },
    )?;
    let page_is_full = found.len() == limit;
    // Out of time right behind a full page: there may be more.
    let next = match visited {
        Visit::OutOfTime if !page_is_full => Some(place),
        Visit::OutOfTime => end.or(full),
        _ => end,
    };
    Ok(Page {
        found,
        next: next.map(|place| place.encode(&seal, query)),
        complete: (page_is_full || visited != Visit::OutOfTime) && !judge.was_cut(),
        groups: counting.map(|counting| counting.groups(visited == Visit::Done)),
    })
}
