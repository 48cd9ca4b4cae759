//! The change feed: what became new or different, in the order in which it was committed.

use crate::error::Result;
use crate::reader::Reader;
use crate::sql::{Conn, params};
use crate::{Store, now};

/// What a transaction has to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced {
    pub(crate) kind: ChangeKind,
    pub(crate) source: i64,
    /// The chunk or the batch.
    pub(crate) reference: i64,
}

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A chunk of a batch: listings became new, different or delisted.
    Listings,
    /// A batch was rolled back.
    RolledBack,
}

impl ChangeKind {
    fn code(self) -> i64 {
        match self {
            ChangeKind::Listings => 1,
            ChangeKind::RolledBack => 2,
        }
    }

    fn from_code(code: i64) -> ChangeKind {
        if code == 2 {
            ChangeKind::RolledBack
        } else {
            ChangeKind::Listings
        }
    }

    /// `listings` or `rolled_back`.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Listings => "listings",
            ChangeKind::RolledBack => "rolled_back",
        }
    }
}

/// One row of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Grows with every commit; the resume id.
    pub seq: i64,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// What.
    pub kind: ChangeKind,
    /// The source's name.
    pub source: String,
    /// The batch it belongs to.
    pub batch: i64,
    /// Listings that became new.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that went.
    pub delisted: i64,
}

/// Appends inside a transaction and tells the newest number.
pub(crate) fn append(conn: &Conn, announced: &[Announced]) -> Result<Option<i64>> {
    let at = now();
    let mut newest = None;
    for change in announced {
        let sql =
            "INSERT INTO change (at, kind, source, ref) VALUES (?1, ?2, ?3, ?4) RETURNING seq";
        let row = params![at, change.kind.code(), change.source, change.reference];
        newest = Some(conn.query_one(sql, row, |row| row.int(0))?);
    }
    Ok(newest)
}

/// The newest number that is committed; 0 before the first.
pub(crate) fn newest(conn: &Conn) -> Result<i64> {
    conn.query_one(
        "SELECT coalesce(max(seq), 0) FROM change",
        params![],
        |row| row.int(0),
    )
}

/// Tells those who follow, unless they know a newer one.
pub(crate) fn tell(followers: &tokio::sync::watch::Sender<i64>, newest: i64) {
    followers.send_if_modified(|known| {
        let newer = newest > *known;
        *known = newest.max(*known);
        newer
    });
}

impl Store {
    /// The changes after `seq` that the reader may see, at most `limit`, and the number to go on
    /// from: that of the last one, or the newest there is when these are all. Cost: the rows since
    /// `seq`, seen or not.
    pub async fn changes(
        &self,
        reader: &Reader,
        seq: i64,
        limit: usize,
    ) -> Result<(Vec<Change>, i64)> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sources = reader.sources(conn)?;
            let newest = newest(conn)?;
            let sql = "SELECT c.seq, c.at, c.kind, s.name, coalesce(k.batch, c.ref),
                    coalesce(k.new, 0), coalesce(k.changed, 0), coalesce(k.delisted, 0)
                FROM change c JOIN source s ON s.id = c.source
                LEFT JOIN chunk k ON c.kind = 1 AND k.id = c.ref
                WHERE c.seq > ?1 AND c.seq <= ?2 AND c.source = ANY(?3) ORDER BY c.seq LIMIT ?4";
            let row = params![seq, newest, sources.ids(), limit as i64];
            let changes = conn.query(sql, row, |row| {
                Ok(Change {
                    seq: row.int(0)?,
                    at: row.int(1)?,
                    kind: ChangeKind::from_code(row.int(2)?),
                    source: row.text(3)?,
                    batch: row.int(4)?,
                    new: row.int(5)?,
                    changed: row.int(6)?,
                    delisted: row.int(7)?,
                })
            })?;
            let next = match changes.last() {
                Some(last) if changes.len() == limit => last.seq,
                _ => newest.max(seq),
            };
            Ok((changes, next))
        })
        .await
    }

    /// Follows the newest change number, of this process and of others once
    /// [`Store::watch_changes`] runs.
    pub fn latest_change(&self) -> tokio::sync::watch::Receiver<i64> {
        self.engine_latest()
    }
}
