//! The change feed: what became new or different, in the order in which it was committed.

use crate::error::{Error, Result};
use crate::reader::{Reader, SEEN};
use crate::sql::{Conn, params};
use crate::{Store, now};

/// What a transaction has to tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced {
    pub(crate) kind: ChangeKind,
    /// 0 for a post.
    pub(crate) source: i64,
    /// The chunk, the batch or the post.
    pub(crate) reference: i64,
}

/// What kind of thing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// A chunk of a batch: listings became new, different or delisted.
    Listings,
    /// A batch was rolled back.
    RolledBack,
    /// A post or a repost was made.
    Posted,
    /// A post got another text.
    Edited,
    /// A post was deleted.
    Deleted,
    /// A chunk of a batch: items became new or different.
    Items,
    /// A chunk of a batch: scores became new or different.
    Scores,
}

impl ChangeKind {
    const ALL: [ChangeKind; 7] = [
        ChangeKind::Listings,
        ChangeKind::RolledBack,
        ChangeKind::Posted,
        ChangeKind::Edited,
        ChangeKind::Deleted,
        ChangeKind::Items,
        ChangeKind::Scores,
    ];

    fn code(self) -> i64 {
        self as i64 + 1
    }

    pub(crate) fn from_code(code: i64) -> Result<ChangeKind> {
        let found = ChangeKind::ALL.into_iter().find(|kind| kind.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("change kind {code}")))
    }

    /// `listings`, `rolled_back`, `posted`, `edited`, `deleted`, `items` or `scores`.
    pub fn name(self) -> &'static str {
        [
            "listings",
            "rolled_back",
            "posted",
            "edited",
            "deleted",
            "items",
            "scores",
        ][self as usize]
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
    /// The account that said it: the source's name, or the author's.
    pub from: String,
    /// The batch that a chunk belongs to.
    pub batch: Option<i64>,
    /// The post or repost.
    pub post: Option<i64>,
    /// Rows of a chunk that became new: listings, items or scores.
    pub new: i64,
    /// Rows that became different, or returned.
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
            let (sources, sight) = (reader.sources(conn)?, reader.sight(conn)?);
            let newest = newest(conn)?;
            let sql = format!(
                "SELECT c.seq, c.at, c.kind, coalesce(s.name, a.name), coalesce(k.batch, c.ref), p.id,
                    coalesce(k.new, 0), coalesce(k.changed, 0), coalesce(k.delisted, 0)
                FROM change c LEFT JOIN source s ON c.kind IN (1, 2, 6, 7) AND s.id = c.source
                LEFT JOIN chunk k ON c.kind IN (1, 6, 7) AND k.id = c.ref
                LEFT JOIN post p ON c.kind IN (3, 4, 5) AND p.id = c.ref AND {SEEN}
                LEFT JOIN account a ON a.id = p.account
                WHERE c.seq > ?3 AND c.seq <= ?4 AND (p.id IS NOT NULL OR s.id = ANY(?5))
                ORDER BY c.seq LIMIT ?6"
            );
            let (me, audiences) = (sight.me(), sight.audiences());
            let row = params![me, audiences, seq, newest, sources.ids(), limit as i64];
            let changes = conn.query(&sql, row, |row| {
                let post = row.opt_int(5)?;
                Ok(Change {
                    seq: row.int(0)?,
                    at: row.int(1)?,
                    kind: ChangeKind::from_code(row.int(2)?)?,
                    from: row.text(3)?,
                    batch: match post {
                        Some(_) => None,
                        None => Some(row.int(4)?),
                    },
                    post,
                    new: row.int(6)?,
                    changed: row.int(7)?,
                    delisted: row.int(8)?,
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
