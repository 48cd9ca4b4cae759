//! The change feed held against the hunts: how far, and what was found there, in one transaction.
//!
//! The place moves only from where the caller believes it to be, and only while no hunt changed since the
//! caller read them. So whoever is late, on whatever node, writes nothing and reads again: every hit is
//! there once, and none is missing.

use std::collections::{HashMap, HashSet};

use noroshi_query::TimeZone;

use super::write::{raise, zone_of};
use super::{MOST_AN_HOUR, lines};
use crate::error::Result;
use crate::news::Chunk;
use crate::sql::{Param, Tx, params};
use crate::{Entry, Listing, Reader, Store, now};
use crate::{notice, notification};

/// An hour in microseconds.
const HOUR: i64 = 3_600_000_000;
/// Hits that one statement inserts.
const TOGETHER: usize = 64;

/// How far the feed was held against the hunts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HuntPlace {
    /// The last change that was, whole.
    pub seq: i64,
    /// The last observable or item of the next change, 0 before its first.
    pub observable: i64,
    /// Of the hunts.
    pub version: i64,
}

/// A hunt as whoever holds statements against it needs it.
#[derive(Clone, Debug)]
pub struct WatchedHunt {
    /// Its number.
    pub id: i64,
    /// With whose eyes it looks.
    pub reader: Reader,
    /// What it watches for: one of these queries. None if it does not watch now.
    pub queries: Vec<String>,
    /// The zone in which they are read.
    pub zone: TimeZone,
    /// Changes behind this number count.
    pub since: i64,
    /// When it last changed, as [`HuntPlace::version`] counts.
    pub version: i64,
}

/// A statement that a hunt found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NewHit {
    pub(super) hunt: i64,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum What {
    Post {
        id: i64,
        revision: i64,
    },
    Listing {
        observable: i64,
        source: i64,
        item: i64,
        chunk: i64,
    },
}

impl NewHit {
    /// A post, a repost or an item.
    pub fn entry(hunt: i64, entry: &Entry) -> NewHit {
        let what = What::Post {
            id: entry.id,
            revision: entry.post.revision,
        };
        NewHit { hunt, what }
    }

    /// A listing of a chunk, about the observable of this number.
    pub fn listing(hunt: i64, chunk: Chunk, observable: i64, listing: &Listing) -> NewHit {
        let what = What::Listing {
            observable,
            source: chunk.source(),
            item: listing.item,
            chunk: chunk.id(),
        };
        NewHit { hunt, what }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Where the place is now.
    pub place: HuntPlace,
    /// Hits that were not there before.
    pub new: usize,
}

impl Store {
    /// How far the feed was held against the hunts.
    pub async fn hunt_place(&self) -> Result<HuntPlace> {
        self.read(|conn| {
            let sql = "SELECT seq, observable, version FROM hunt_place WHERE id = 1";
            conn.query_one(sql, params![], |row| {
                Ok(HuntPlace {
                    seq: row.int(0)?,
                    observable: row.int(1)?,
                    version: row.int(2)?,
                })
            })
        })
        .await
    }

    /// The hunts that changed after a version, those that ended too, some at a time, in the order of their
    /// changes.
    pub async fn watched_hunts(&self, after: i64, limit: usize) -> Result<Vec<WatchedHunt>> {
        self.read(move |conn| {
            // Hunts of one version were changed by one transaction, which is one hunt.
            let sql = "SELECT u.id, u.owner, u.query, u.since, u.version, u.enabled, u.deleted, o.disabled
                FROM hunt u JOIN account o ON o.id = u.owner
                WHERE u.version > ?1 ORDER BY u.version LIMIT ?2";
            let mut watched = conn.query(sql, params![after, limit as i64], |row| {
                let live = row.int(5)? != 0 && row.opt_int(6)?.is_none() && row.opt_int(7)?.is_none();
                let text = row.text(2)?;
                Ok((
                    row.int(1)?,
                    WatchedHunt {
                        id: row.int(0)?,
                        reader: Reader::account(row.int(1)?),
                        queries: if live { lines(&text) } else { Vec::new() },
                        zone: TimeZone::UTC,
                        since: row.int(3)?,
                        version: row.int(4)?,
                    },
                ))
            })?;
            let mut zones: HashMap<i64, TimeZone> = HashMap::new();
            for (owner, hunt) in &mut watched {
                if !zones.contains_key(owner) {
                    zones.insert(*owner, zone_of(conn, *owner)?);
                }
                hunt.zone = zones.get(owner).cloned().unwrap_or(TimeZone::UTC);
            }
            Ok(watched.into_iter().map(|(_, hunt)| hunt).collect())
        })
        .await
    }

    /// Moves the place, and keeps what was found on the way, with its notices. Nothing where the place or a
    /// hunt changed meanwhile.
    pub async fn record_hits(
        &self,
        from: HuntPlace,
        to: (i64, i64),
        found: Vec<NewHit>,
    ) -> Result<Option<Recorded>> {
        self.write(move |tx| {
            let sql = "UPDATE hunt_place SET seq = ?1, observable = ?2
                WHERE id = 1 AND seq = ?3 AND observable = ?4 AND version = ?5";
            let row = params![to.0, to.1, from.seq, from.observable, from.version];
            if tx.execute(sql, row)? == 0 {
                return Ok(None);
            }
            let (new, paused) = keep(tx, &found, true)?;
            let version = match paused {
                true => version(tx)?,
                false => from.version,
            };
            Ok(Some(Recorded {
                place: HuntPlace {
                    seq: to.0,
                    observable: to.1,
                    version,
                },
                new,
            }))
        })
        .await
    }
}

fn version(tx: &Tx) -> Result<i64> {
    let sql = "SELECT version FROM hunt_place WHERE id = 1";
    tx.query_one(sql, params![], |row| row.int(0))
}

/// How a hunt stands that found something.
struct Standing {
    id: i64,
    owner: i64,
    muted: bool,
    /// Hits that it may still make this hour.
    left: i64,
    made: i64,
}

/// Keeps what hunts that watch found and is not there yet. Tells how many that were, and whether one
/// found so much that it was stopped. What is found `live` counts for that, and goes to the channels.
pub(super) fn keep(tx: &Tx, found: &[NewHit], live: bool) -> Result<(usize, bool)> {
    if found.is_empty() {
        return Ok((0, false));
    }
    let mut standing = standing(tx, found, live)?;
    let ids: Vec<i64> = standing.keys().copied().collect();
    let quiet = Quiet::load(tx, &ids, found)?;
    let (mut rows, mut seen) = (Vec::new(), HashSet::new());
    for hit in found {
        if standing.contains_key(&hit.hunt) && seen.insert(*hit) {
            rows.push((hit, quiet.is_about(hit)));
        }
    }
    let mut taken: HashMap<i64, i64> = HashMap::new();
    rows.retain(|(hit, _)| {
        let count = taken.entry(hit.hunt).or_default();
        *count += 1;
        !live
            || standing
                .get(&hit.hunt)
                .is_some_and(|hunt| *count <= hunt.left)
    });
    let (mut new, mut told) = (0, Vec::new());
    for block in rows.chunks(TOGETHER) {
        for (id, hunt, state) in insert(tx, block)? {
            new += 1;
            if let Some(hunt) = standing.get_mut(&hunt) {
                hunt.made += 1;
                if state == OPEN && !hunt.muted {
                    told.push((hunt.id, id));
                }
            }
        }
    }
    if !live {
        return Ok((new, false));
    }
    tell(tx, &told)?;
    let mut paused = false;
    for hunt in standing.values() {
        let too_much = taken.get(&hunt.id).is_some_and(|count| *count > hunt.left);
        count_hour(tx, hunt)?;
        if too_much {
            pause(tx, hunt)?;
            paused = true;
        }
    }
    Ok((new, paused))
}

/// Those of the hunts that watch; all that are there for what was not found live.
fn standing(tx: &Tx, found: &[NewHit], live: bool) -> Result<HashMap<i64, Standing>> {
    let mut ids: Vec<i64> = found.iter().map(|hit| hit.hunt).collect();
    ids.sort_unstable();
    ids.dedup();
    let sql = "SELECT u.id, u.owner, u.muted_until, u.hour, u.hour_hits, u.enabled FROM hunt u
        JOIN account o ON o.id = u.owner
        WHERE u.id = ANY(?1) AND u.deleted IS NULL AND o.disabled IS NULL";
    let at = now();
    let rows = tx.query(sql, params![&ids], |row| {
        let made = match row.int(3)? == at.div_euclid(HOUR) {
            true => row.int(4)?,
            false => 0,
        };
        let hunt = Standing {
            id: row.int(0)?,
            owner: row.int(1)?,
            muted: row.opt_int(2)?.is_some_and(|until| until > at),
            left: (MOST_AN_HOUR - made).max(0),
            made,
        };
        Ok((row.int(5)? != 0, hunt))
    })?;
    let watching = rows.into_iter().filter(|(enabled, _)| *enabled || !live);
    Ok(watching.map(|(_, hunt)| (hunt.id, hunt)).collect())
}

fn count_hour(tx: &Tx, hunt: &Standing) -> Result<()> {
    let sql = "UPDATE hunt SET hour = ?2, hour_hits = ?3 WHERE id = ?1";
    tx.execute(sql, params![hunt.id, now().div_euclid(HOUR), hunt.made])?;
    Ok(())
}

/// Stops a hunt that finds too much, and tells its owner.
fn pause(tx: &Tx, hunt: &Standing) -> Result<()> {
    let version = raise(tx)?;
    let sql = "UPDATE hunt SET enabled = 0, paused = ?2, version = ?3 WHERE id = ?1";
    tx.execute(sql, params![hunt.id, now(), version])?;
    notification::tell_paused(tx, hunt.owner, hunt.id)
}

const OPEN: i64 = 1;
const CLOSED: i64 = 3;

/// Inserts some, and tells the number, hunt and state of each that was not there.
fn insert(tx: &Tx, rows: &[(&NewHit, bool)]) -> Result<Vec<(i64, i64, i64)>> {
    const COLUMNS: usize = 9;
    let at = now();
    let mut params: Vec<Param> = vec![at.into()];
    let mut values = Vec::with_capacity(rows.len());
    for (hit, quiet) in rows {
        let first = params.len() + 1;
        let row: [Param; COLUMNS - 1] = match hit.what {
            What::Post { id, revision } => [
                hit.hunt.into(),
                1_i64.into(),
                id.into(),
                Param::Null,
                Param::Null,
                Param::Null,
                revision.into(),
                if *quiet { CLOSED } else { OPEN }.into(),
            ],
            What::Listing {
                observable,
                source,
                item,
                chunk,
            } => [
                hit.hunt.into(),
                2_i64.into(),
                Param::Null,
                observable.into(),
                source.into(),
                item.into(),
                chunk.into(),
                if *quiet { CLOSED } else { OPEN }.into(),
            ],
        };
        params.extend(row);
        let names: Vec<String> = (first..params.len() + 1)
            .map(|at| format!("?{at}"))
            .collect();
        values.push(format!("({}, ?1, ?1)", names.join(", ")));
    }
    let sql = format!(
        "INSERT INTO hit (hunt, kind, post, observable, source, item, revision, state, at, changed)
        VALUES {} ON CONFLICT DO NOTHING RETURNING id, hunt, state",
        values.join(", ")
    );
    tx.query(&sql, &params, |row| {
        Ok((row.int(0)?, row.int(1)?, row.int(2)?))
    })
}

/// Puts open hits into the queues of their hunts' channels.
fn tell(tx: &Tx, told: &[(i64, i64)]) -> Result<()> {
    let mut hunts: Vec<i64> = told.iter().map(|(hunt, _)| *hunt).collect();
    hunts.sort_unstable();
    hunts.dedup();
    let sql = "SELECT hunt, channel FROM hunt_channel WHERE hunt = ANY(?1) ORDER BY hunt, channel";
    let mut channels: HashMap<i64, Vec<i64>> = HashMap::new();
    for (hunt, channel) in tx.query(sql, params![&hunts], |row| Ok((row.int(0)?, row.int(1)?)))? {
        channels.entry(hunt).or_default().push(channel);
    }
    let pairs: Vec<(i64, i64)> = told
        .iter()
        .flat_map(|(hunt, hit)| {
            let of = channels.get(hunt).map(Vec::as_slice).unwrap_or_default();
            of.iter().map(|channel| (*channel, *hit))
        })
        .collect();
    match pairs.is_empty() {
        true => Ok(()),
        false => notice::enqueue(tx, &pairs),
    }
}

/// The values about which hunts are to be quiet.
struct Quiet {
    muted: HashSet<(i64, i64)>,
    /// What the posts among the hits name, where anything is muted.
    named: HashMap<i64, Vec<i64>>,
}

impl Quiet {
    fn load(tx: &Tx, hunts: &[i64], found: &[NewHit]) -> Result<Quiet> {
        let sql = "SELECT hunt, observable FROM hunt_mute
            WHERE hunt = ANY(?1) AND (muted_until IS NULL OR muted_until > ?2)";
        let muted = tx.query(sql, params![hunts, now()], |row| {
            Ok((row.int(0)?, row.int(1)?))
        })?;
        let mut quiet = Quiet {
            muted: muted.into_iter().collect(),
            named: HashMap::new(),
        };
        if quiet.muted.is_empty() {
            return Ok(quiet);
        }
        let posts = found.iter().filter_map(|hit| match hit.what {
            What::Post { id, .. } => Some(id),
            What::Listing { .. } => None,
        });
        let posts: Vec<i64> = posts.collect();
        let sql =
            "SELECT statement, observable FROM mention WHERE kind = 1 AND statement = ANY(?1)";
        for (post, named) in tx.query(sql, params![&posts], |row| Ok((row.int(0)?, row.int(1)?)))? {
            quiet.named.entry(post).or_default().push(named);
        }
        Ok(quiet)
    }

    /// Whether the hunt is to be quiet about all that the hit names.
    fn is_about(&self, hit: &NewHit) -> bool {
        match hit.what {
            What::Listing { observable, .. } => self.muted.contains(&(hit.hunt, observable)),
            What::Post { id, .. } => self.named.get(&id).is_some_and(|named| {
                named
                    .iter()
                    .all(|one| self.muted.contains(&(hit.hunt, *one)))
            }),
        }
    }
}
