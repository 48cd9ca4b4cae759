//! Search among posts: newest first, along the best walks that meet all that can match.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use noroshi_indicator::{fold, tokens};
use noroshi_query::{Expr, Folded, Matcher, Query, StatementKind, Term};

use super::load::entries;
use super::walk::{Eyes, Walk, newest};
use super::{Entry, MENTION};
use crate::error::{Error, Result, in_time};
use crate::hunt::{self, Named};
use crate::item::{PRODUCT, VENDOR};
use crate::reader::Sources;
use crate::search;
use crate::sql::{Conn, params};
use crate::{Form, Reader, Store};

/// Rows of the first block of a page, and of the largest.
const FIRST_BLOCK: usize = 64;
const LARGEST_BLOCK: usize = 512;
/// Posts of each walk that are looked at to find the one that meets the fewest.
const PROBED: usize = 256;
/// Observables that are named in posts and lead to these; more of them, and all posts are walked.
const LEADS: usize = 500;
/// Observables that are looked at to find these.
const LOOKED_AT: usize = 4_096;

/// How to search.
#[derive(Clone, Debug)]
pub struct PostOptions {
    /// Posts of a page, at most 1,000.
    pub limit: usize,
    /// Where an earlier page said to go on.
    pub below: Option<i64>,
    /// After so long the answer is what has been found.
    pub budget: Duration,
}

impl Default for PostOptions {
    fn default() -> PostOptions {
        PostOptions {
            limit: 50,
            below: None,
            budget: Duration::from_millis(300),
        }
    }
}

/// One page of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostPage {
    /// Newest first.
    pub entries: Vec<Entry>,
    /// `below` of the next page; nothing when this is the last.
    pub next: Option<i64>,
    /// False when the time ran out before the page was full.
    pub complete: bool,
}

impl Store {
    /// The posts (and reposts) that the reader may see and that match. Cost: a few index blocks a page; a
    /// query that no index serves walks newest first within its budget.
    pub async fn search_posts(
        &self,
        reader: &Reader,
        query: &Query,
        options: PostOptions,
    ) -> Result<PostPage> {
        let (reader, query) = (reader.clone(), query.clone());
        let deadline = Instant::now() + options.budget + options.budget / 2;
        self.read_until(Some(deadline), move |conn| {
            page(conn, &reader, &query, &options)
        })
        .await
    }
}

fn page(conn: &Conn, reader: &Reader, query: &Query, options: &PostOptions) -> Result<PostPage> {
    let deadline = Instant::now() + options.budget;
    let limit = options.limit.clamp(1, super::load::MOST);
    let mut below = options.below.unwrap_or(i64::MAX);
    let mut found = Vec::new();
    let visited = visit(conn, reader, query, &mut below, deadline, |entry| {
        found.push(entry);
        match found.len() > limit {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    })?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = match (more, visited) {
        (true, _) => found.last().map(|entry| entry.id),
        (false, false) => Some(below),
        (false, true) => None,
    };
    Ok(PostPage {
        entries: found,
        next,
        complete: more || visited,
    })
}

/// Shows every match below a number, newest first, and moves the number along. Tells whether that was
/// all, or the visitor had enough: false when the time ran out.
fn visit(
    conn: &Conn,
    reader: &Reader,
    query: &Query,
    below: &mut i64,
    deadline: Instant,
    mut show: impl FnMut(Entry) -> ControlFlow<()>,
) -> Result<bool> {
    let sight = reader.sight(conn)?;
    let sources = reader.sources(conn)?;
    let matcher = Matcher::new(query).map_err(|error| Error::Invalid(error.to_string()))?;
    let asked = Named::of(conn, &sight, query)?;
    let eyes = Eyes {
        sight: &sight,
        muted: Vec::new(),
    };
    let Some(walks) = in_time(plan(conn, &sources, &eyes, query, *below))? else {
        return Ok(false);
    };
    let mut count = FIRST_BLOCK;
    loop {
        if Instant::now() > deadline {
            return Ok(false);
        }
        let Some(ids) = in_time(newest(conn, &eyes, &walks, *below, count))? else {
            return Ok(false);
        };
        let Some(last) = ids.last().copied() else {
            return Ok(true);
        };
        let Some(entries) = in_time(entries(conn, &sight, &ids))? else {
            return Ok(false);
        };
        let found_by = match in_time(asked.found(conn, &[], &ids))? {
            Some(found_by) => found_by,
            None => return Ok(false),
        };
        for entry in entries {
            let statement = entry.statement();
            let folded = Folded::new(&statement).found_by(found_by.post(entry.id));
            if matcher.matches_folded(&folded) && show(entry).is_break() {
                return Ok(true);
            }
        }
        *below = last;
        count = (count * 2).min(LARGEST_BLOCK);
    }
}

/// The walks that together meet every post that can match; none where no post can.
fn plan(
    conn: &Conn,
    sources: &Sources,
    eyes: &Eyes,
    query: &Query,
    below: i64,
) -> Result<Vec<Walk>> {
    match &query.expr {
        Some(expr) => walks(conn, sources, eyes, expr, below),
        None => Ok(vec![Walk::All]),
    }
}

fn walks(
    conn: &Conn,
    sources: &Sources,
    eyes: &Eyes,
    expr: &Expr,
    below: i64,
) -> Result<Vec<Walk>> {
    match expr {
        Expr::Term(term) => of_term(conn, sources, eyes, term),
        Expr::Not(_) => Ok(vec![Walk::All]),
        Expr::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(walks(conn, sources, eyes, part, below)?);
            }
            Ok(match all.contains(&Walk::All) {
                true => vec![Walk::All],
                false => all,
            })
        }
        Expr::And(parts) => {
            let (mut plans, mut words): (Vec<Vec<Walk>>, Vec<String>) = Default::default();
            for part in parts {
                match walks(conn, sources, eyes, part, below)?.as_slice() {
                    [Walk::All] => {}
                    [Walk::Words(more)] => words.extend_from_slice(more),
                    plan => plans.push(plan.to_vec()),
                }
            }
            if !words.is_empty() {
                words.sort_unstable();
                words.dedup();
                plans.push(vec![Walk::Words(words)]);
            }
            sparsest(conn, eyes, plans, below)
        }
    }
}

/// The plan that meets the fewest posts, by how far its newest reach back; everything where there is none.
fn sparsest(conn: &Conn, eyes: &Eyes, mut plans: Vec<Vec<Walk>>, below: i64) -> Result<Vec<Walk>> {
    if plans.len() < 2 {
        return Ok(plans.pop().unwrap_or_else(|| vec![Walk::All]));
    }
    let mut best: Option<((usize, i64), Vec<Walk>)> = None;
    for plan in plans {
        let ids = newest(conn, eyes, &plan, below, PROBED)?;
        let reach = ids.last().copied().unwrap_or(0);
        // Those that end within the probe before the others, by number.
        let cost = match ids.len() {
            PROBED => (PROBED, reach),
            few => (few, 0),
        };
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, plan));
        }
    }
    Ok(best.map_or_else(|| vec![Walk::All], |(_, plan)| plan))
}

fn of_term(conn: &Conn, sources: &Sources, eyes: &Eyes, term: &Term) -> Result<Vec<Walk>> {
    Ok(match term {
        Term::Word(text) | Term::Phrase(text) => {
            let mut walks = naming(conn, sources, eyes, term)?;
            let words = tokens(&fold(text));
            if !words.is_empty() {
                walks.push(Walk::Words(words));
            }
            walks
        }
        Term::Observable(_)
        | Term::Value(_)
        | Term::Hash(_)
        | Term::Cve(_)
        | Term::Domain(_)
        | Term::Ip(_)
        | Term::Cidr(_)
        | Term::Like(_)
        | Term::Kind(_) => naming(conn, sources, eyes, term)?,
        Term::Tag(tag) => vec![Walk::Tag(fold(tag))],
        Term::Source(name) | Term::From(name) => vec![Walk::Accounts(named(conn, name)?)],
        Term::To(name) => named(conn, name)?.into_iter().map(Walk::To).collect(),
        Term::Family(_) | Term::In(StatementKind::Listing) => Vec::new(),
        Term::In(kind) => of_kind(*kind),
        Term::Vendor(name) => vec![Walk::Label(VENDOR, fold(name))],
        Term::Product(name) => vec![Walk::Label(PRODUCT, fold(name))],
        Term::Cvss(_) => vec![Walk::Form(Form::Vulnerability)],
        Term::Is(_) | Term::Has(_) => vec![Walk::Said],
        Term::Hunt(name) => match hunt::statements(conn, eyes.sight, name)? {
            Some((_, posts)) => vec![Walk::These(posts)],
            None => vec![Walk::All],
        },
        Term::Japan
        | Term::Regex(_)
        | Term::Tlp(_)
        | Term::Since(_)
        | Term::Until(_)
        | Term::First(_)
        | Term::Last(_) => vec![Walk::All],
    })
}

/// The walks that meet all of one sort.
pub(crate) fn of_kind(kind: StatementKind) -> Vec<Walk> {
    let forms = Form::ALL.into_iter().filter(|form| form.kind() == kind);
    let said = (kind == StatementKind::Post).then_some(Walk::Said);
    said.into_iter().chain(forms.map(Walk::Form)).collect()
}

/// Numbers of the accounts of that name, however it is spelled.
pub(crate) fn named(conn: &Conn, name: &str) -> Result<Vec<i64>> {
    // Names of accounts are ASCII.
    let sql = "SELECT id FROM account WHERE lower(name) = ?1 ORDER BY id";
    conn.query(sql, params![&fold(name)], |row| row.int(0))
}

/// The posts that name what a term finds, if that is not too much.
fn naming(conn: &Conn, sources: &Sources, eyes: &Eyes, term: &Term) -> Result<Vec<Walk>> {
    let (mut leads, mut looked_at) = (Vec::new(), 0);
    for walk in search::walks_of(conn, eyes.sight, term)? {
        if walk == search::Walk::All {
            return Ok(vec![Walk::All]);
        }
        if !walk.goes_by_value() {
            continue;
        }
        let mut place = None;
        loop {
            let met = walk.block(conn, sources, eyes, place.as_ref(), 512)?;
            let Some(last) = met.last() else { break };
            place = Some(last.position.clone());
            let mut ids: Vec<i64> = met.iter().map(|met| met.observable).collect();
            ids.sort_unstable();
            looked_at += ids.len();
            let sql =
                "SELECT DISTINCT observable FROM mention WHERE observable = ANY(?1) AND kind = ?2";
            leads.extend(conn.query(sql, params![&ids, MENTION], |row| row.int(0))?);
            if leads.len() > LEADS || looked_at > LOOKED_AT {
                return Ok(vec![Walk::All]);
            }
        }
    }
    leads.sort_unstable();
    leads.dedup();
    Ok(match leads.is_empty() {
        true => Vec::new(),
        false => vec![Walk::Naming(leads)],
    })
}
