//! The read side: the listings of some observables that a reader may see.

use noroshi_query::{Statement, StatementKind};

use super::{LISTED, Listing, ListingState};
use crate::context;
use crate::error::Result;
use crate::observable;
use crate::reader::Sources;
use crate::sql::{Conn, Row, params};
use crate::{now, source};

/// Listings that one statement reads.
const MOST: i64 = 20_000;

/// A listing with the numbers by which the store knows it.
pub(crate) struct Held {
    pub(crate) observable: i64,
    pub(crate) source: i64,
    pub(crate) context: i64,
    pub(crate) chunk: i64,
    pub(crate) listing: Listing,
}

impl Listing {
    /// As a query is held against it.
    pub fn statement(&self) -> Statement<'_> {
        Statement {
            kind: StatementKind::Listing,
            observables: std::slice::from_ref(&self.observable),
            from: &self.source,
            by_source: true,
            to: &[],
            family: self.family.as_deref(),
            tags: &self.tags,
            text: self.note.as_deref(),
            vendors: &[],
            products: &[],
            cvss: None,
            tlp: self.tlp,
            received: self.received,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            reply: false,
            repost: false,
            file: false,
        }
    }
}

/// The listings of `observables` (ascending numbers) by visible sources, ordered by observable, source
/// and item; and whether one of them has more than are read. One statement, but for a block that has
/// more listings than one statement reads: its halves are then read by themselves.
pub(crate) fn load(
    conn: &Conn,
    sources: &Sources,
    observables: &[i64],
) -> Result<(Vec<Held>, bool)> {
    let sql = "SELECT l.observable, l.source, l.context, l.chunk, o.kind, o.value, s.name, l.item,
            l.state, s.tlp, l.first_seen, l.last_seen, s.last_good, k.at, s.expiry, l.port,
            c.family, c.tags, c.note, l.confidence, l.reference, k.batch
        FROM listing l
        JOIN observable o ON o.id = l.observable
        JOIN source s ON s.id = l.source
        JOIN chunk k ON k.id = l.chunk
        LEFT JOIN context c ON c.id = l.context
        WHERE l.observable = ANY(?1) AND l.source = ANY(?2)
        ORDER BY l.observable, l.source, l.item LIMIT ?3";
    let now = now();
    let mut held = conn.query(sql, params![observables, sources.ids(), MOST + 1], |row| {
        held(row, now)
    })?;
    if held.len() as i64 <= MOST {
        return Ok((held, false));
    }
    if observables.len() == 1 {
        held.truncate(MOST as usize);
        return Ok((held, true));
    }
    let (before, behind) = observables.split_at(observables.len() / 2);
    let (mut held, cut) = load(conn, sources, before)?;
    let (rest, cut_too) = load(conn, sources, behind)?;
    held.extend(rest);
    Ok((held, cut || cut_too))
}

fn held(row: &Row, now: i64) -> Result<Held> {
    let listed = row.int(8)? == LISTED;
    let received = row.int(13)?;
    let last_seen = match (row.opt_int(11)?, row.opt_int(12)?) {
        (Some(seen), _) => seen,
        // A row that a snapshot still has was seen in the last good run.
        (None, Some(good)) => good.max(received),
        (None, None) => received,
    };
    let expired = row
        .opt_int(14)?
        .is_some_and(|expiry| last_seen.saturating_add(expiry) < now);
    Ok(Held {
        observable: row.int(0)?,
        source: row.int(1)?,
        context: row.int(2)?,
        chunk: row.int(3)?,
        listing: Listing {
            observable: observable::from_columns(row, 4, 5)?,
            source: row.text(6)?,
            item: row.int(7)?,
            state: match (listed, expired) {
                (false, _) => ListingState::Delisted,
                (true, true) => ListingState::Expired,
                (true, false) => ListingState::Listed,
            },
            tlp: source::tlp(row.int(9)?)?,
            first_seen: row.int(10)?,
            last_seen,
            received,
            port: row.opt_int(15)?.and_then(|port| u16::try_from(port).ok()),
            family: row.opt_text(16)?,
            tags: row
                .opt_text(17)?
                .map(|text| context::tags_from(&text))
                .unwrap_or_default(),
            note: row.opt_text(18)?,
            confidence: row.opt_int(19)?.and_then(|value| u8::try_from(value).ok()),
            reference: row.opt_text(20)?,
            batch: row.int(21)?,
        },
    })
}
