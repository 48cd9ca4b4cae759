//! Hits: what hunts found, page by page.

use std::collections::HashMap;

use super::{Eyes, KNOWN, READABLE};
use crate::error::{Error, Result};
use crate::listing;
use crate::post;
use crate::reader::Sources;
use crate::sql::{Conn, Param, Row};
use crate::{Listing, Post, Reader, Store};

/// Hits that one call reads.
const MOST: usize = 1_000;

/// What became of a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitState {
    /// Nobody looked at it yet.
    Open,
    /// Somebody is at it.
    Acknowledged,
    /// It is done.
    Closed,
    /// It is nothing.
    FalsePositive,
}

impl HitState {
    /// All of them.
    pub const ALL: [HitState; 4] = [
        HitState::Open,
        HitState::Acknowledged,
        HitState::Closed,
        HitState::FalsePositive,
    ];

    /// `open`, `acknowledged`, `closed` or `false_positive`.
    pub fn name(self) -> &'static str {
        ["open", "acknowledged", "closed", "false_positive"][self as usize]
    }

    pub(super) fn code(self) -> i64 {
        self as i64 + 1
    }

    pub(super) fn from_code(code: i64) -> Result<HitState> {
        let found = HitState::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("state of a hit {code}")))
    }
}

/// The hunt of a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HuntRef {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whose it is, by name.
    pub owner: String,
}

/// A statement that a hunt found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its number.
    pub id: i64,
    /// The hunt.
    pub hunt: HuntRef,
    /// When it was found; this and the next in microseconds since the epoch.
    pub at: i64,
    /// What became of it.
    pub state: HitState,
    /// Who is to see to it, by name.
    pub assignee: Option<String>,
    /// When that last changed.
    pub changed: i64,
    /// The statement as it is now; nothing if it is gone.
    pub said: Option<Said>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A post or an item; of a repost, the post that it repeats.
    Post(Box<Post>),
    /// A listing.
    Listing(Box<Listing>),
}

/// Which hits.
#[derive(Clone, Debug, Default)]
pub struct HitFilter {
    /// Of this hunt.
    pub hunt: Option<i64>,
    /// In this state.
    pub state: Option<HitState>,
    /// For this account to see to.
    pub assignee: Option<i64>,
}

/// A page of hits.
#[derive(Clone, Debug)]
pub struct HitPage {
    /// Newest first.
    pub hits: Vec<Hit>,
    /// `below` of the next page; nothing when this is the last.
    pub next: Option<i64>,
}

/// A hit with the numbers of what it is about.
pub(super) struct Held {
    pub(super) id: i64,
    pub(super) hunt: i64,
    pub(super) post: Option<i64>,
    pub(super) observable: Option<i64>,
    source: Option<i64>,
    item: Option<i64>,
    hit: Hit,
}

pub(super) const COLUMNS: &str =
    "h.id, h.hunt, u.name, o.name, h.post, h.observable, h.source, h.item, h.at, h.state,
    a.name, h.changed";
pub(super) const FROM: &str = "hit h JOIN hunt u ON u.id = h.hunt JOIN account o ON o.id = u.owner
    LEFT JOIN account a ON a.id = h.assignee";

pub(super) fn from_row(row: &Row) -> Result<Held> {
    let (id, hunt) = (row.int(0)?, row.int(1)?);
    Ok(Held {
        id,
        hunt,
        post: row.opt_int(4)?,
        observable: row.opt_int(5)?,
        source: row.opt_int(6)?,
        item: row.opt_int(7)?,
        hit: Hit {
            id,
            hunt: HuntRef {
                id: hunt,
                name: row.text(2)?,
                owner: row.text(3)?,
            },
            at: row.int(8)?,
            state: HitState::from_code(row.int(9)?)?,
            assignee: row.opt_text(10)?,
            changed: row.int(11)?,
            said: None,
        },
    })
}

/// Those of the hits that may be seen, by number.
pub(super) fn some(conn: &Conn, eyes: &Eyes, ids: &[i64]) -> Result<Vec<Held>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM {FROM} WHERE h.id = ANY(?4) AND {KNOWN} AND {READABLE} ORDER BY h.id"
    );
    conn.query(&sql, &eyes.on_hits(&[ids.into()]), from_row)
}

/// With the statements. A few statements a page.
pub(super) fn told(conn: &Conn, eyes: &Eyes, held: Vec<Held>) -> Result<Vec<Hit>> {
    let mut posts: Vec<i64> = held.iter().filter_map(|held| held.post).collect();
    posts.sort_unstable();
    posts.dedup();
    let entries = post::entries(conn, &eyes.sight, &posts)?;
    let posts: HashMap<i64, Post> = entries
        .into_iter()
        .map(|entry| (entry.id, entry.post))
        .collect();
    let mut observables: Vec<i64> = held.iter().filter_map(|held| held.observable).collect();
    observables.sort_unstable();
    observables.dedup();
    let listings = listings(conn, eyes, &held, &observables)?;
    let told = held.into_iter().map(|held| {
        let said = match (held.post, held.observable, held.source, held.item) {
            (Some(post), ..) => posts
                .get(&post)
                .cloned()
                .map(|post| Said::Post(Box::new(post))),
            (None, Some(observable), Some(source), Some(item)) => listings
                .get(&(observable, source, item))
                .cloned()
                .map(|listing| Said::Listing(Box::new(listing))),
            _ => None,
        };
        Hit { said, ..held.hit }
    });
    Ok(told.collect())
}

type Listings = HashMap<(i64, i64, i64), Listing>;

/// The listings of some observables by the sources of these hits alone.
fn listings(conn: &Conn, eyes: &Eyes, held: &[Held], observables: &[i64]) -> Result<Listings> {
    let mut sources: Vec<i64> = held.iter().filter_map(|held| held.source).collect();
    sources.sort_unstable();
    sources.dedup();
    sources.retain(|source| eyes.sources.contains(source));
    let (found, _) = listing::load(conn, &Sources::some(sources), observables)?;
    let keyed = found.into_iter().map(|held| {
        (
            (held.observable, held.source, held.listing.item),
            held.listing,
        )
    });
    Ok(keyed.collect())
}

impl Store {
    /// Those of these hits that the reader may see, by number.
    pub async fn hits(&self, reader: &Reader, ids: Vec<i64>) -> Result<Vec<Hit>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let mut hits = Vec::new();
            for block in ids.chunks(MOST) {
                let held = some(conn, &eyes, block)?;
                hits.extend(told(conn, &eyes, held)?);
            }
            hits.sort_by_key(|hit| hit.id);
            Ok(hits)
        })
        .await
    }

    /// The hits that the reader may see below a number, newest first.
    pub async fn hit_page(
        &self,
        reader: &Reader,
        filter: HitFilter,
        below: Option<i64>,
        limit: usize,
    ) -> Result<HitPage> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let limit = limit.clamp(1, MOST);
            let mut sql =
                format!("SELECT {COLUMNS} FROM {FROM} WHERE {KNOWN} AND {READABLE} AND h.id < ?4");
            let mut more: Vec<Param> =
                vec![below.unwrap_or(i64::MAX).into(), (limit as i64 + 1).into()];
            let narrow = [
                ("h.hunt", filter.hunt),
                ("h.state", filter.state.map(HitState::code)),
                ("h.assignee", filter.assignee),
            ];
            for (column, value) in narrow {
                if let Some(value) = value {
                    more.push(value.into());
                    sql += &format!(" AND {column} = ?{}", more.len() + 3);
                }
            }
            sql += " ORDER BY h.id DESC LIMIT ?5";
            let mut held = conn.query(&sql, &eyes.on_hits(&more), from_row)?;
            let more = held.len() > limit;
            held.truncate(limit);
            let next = held.last().filter(|_| more).map(|held| held.id);
            Ok(HitPage {
                hits: told(conn, &eyes, held)?,
                next,
            })
        })
        .await
    }
}
