//! News: the change feed with what each change brought and who may read it, for the one task that holds
//! every live query against it. Read with the operator's eyes; whoever passes it on asks
//! [`Readers::include`] first.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::audience::AudienceKind;
use crate::change::{ChangeKind, newest};
use crate::error::Result;
use crate::post::{self, Entry};
use crate::reader::Sources;
use crate::sql::{Conn, params};
use crate::{Listing, Reader, Store, listing};

/// The accounts that may read a statement.
#[derive(Clone, Debug)]
pub struct Readers {
    audience: Arc<Members>,
    /// Who may read it all the same: its author or owner.
    always: i64,
}

#[derive(Debug)]
enum Members {
    Everyone,
    Accounts(HashSet<i64>),
}

impl Readers {
    /// Whether somebody is among them; the operator always is.
    pub fn include(&self, reader: &Reader) -> bool {
        let Some(account) = reader.account_id() else {
            return true;
        };
        self.always == account
            || match &*self.audience {
                Members::Everyone => true,
                Members::Accounts(accounts) => accounts.contains(&account),
            }
    }
}

/// One change, and what it brought.
#[derive(Clone, Debug)]
pub struct News {
    /// The change's number.
    pub seq: i64,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// What kind of change.
    pub kind: ChangeKind,
    /// What it brought.
    pub brought: Brought,
    /// Who may read it.
    pub readers: Readers,
}

/// What a change brought.
#[derive(Clone, Debug)]
pub enum Brought {
    /// A post, an edit or a repost, as everybody sees it but for what is the reader's own; and who may
    /// read the post that it answers.
    Entry(Box<Entry>, Option<Readers>),
    /// The listings of a chunk; [`Store::chunk_listings`] reads them.
    Chunk(Chunk),
    /// The items of a chunk; [`Store::chunk_items`] reads them.
    Items(Chunk),
}

/// A chunk of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    id: i64,
    source: i64,
}

impl Chunk {
    pub(crate) fn id(self) -> i64 {
        self.id
    }

    pub(crate) fn source(self) -> i64 {
        self.source
    }
}

impl Store {
    /// What the changes after a number brought, at most `limit` changes, and the number to go on from.
    /// Posts that were deleted since, and rollbacks, bring nothing.
    pub async fn news(&self, after: i64, limit: usize) -> Result<(Vec<News>, i64)> {
        self.read(move |conn| {
            let newest = newest(conn)?;
            let sql = "SELECT seq, at, kind, source, ref FROM change
                WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3";
            let rows = conn.query(sql, params![after, newest, limit as i64], |row| {
                Ok(Change {
                    seq: row.int(0)?,
                    at: row.int(1)?,
                    kind: ChangeKind::from_code(row.int(2)?)?,
                    source: row.int(3)?,
                    reference: row.int(4)?,
                })
            })?;
            let next = match rows.last() {
                Some(last) if rows.len() == limit => last.seq,
                _ => newest.max(after),
            };
            Ok((complete(conn, &rows)?, next))
        })
        .await
    }

    /// The listings that a chunk left as they are now, by the number of their observable, of those behind
    /// a number; and the number to go on behind, where there may be more. One block; what stands about
    /// one observable is never parted.
    pub async fn chunk_listings(
        &self,
        chunk: Chunk,
        after: i64,
    ) -> Result<(Vec<(i64, Listing)>, Option<i64>)> {
        const BLOCK: i64 = 1_000;
        self.read(move |conn| {
            let sql = "SELECT DISTINCT observable FROM listing
                WHERE chunk = ?1 AND observable > ?2 ORDER BY observable LIMIT ?3";
            let row = params![chunk.id, after, BLOCK];
            let observables = conn.query(sql, row, |row| row.int(0))?;
            let source = Sources::one(chunk.source);
            let (held, _) = listing::load(conn, &source, &observables)?;
            let brought = held.into_iter().filter(|held| held.chunk == chunk.id);
            let listings = brought
                .map(|held| (held.observable, held.listing))
                .collect();
            let more = observables.len() as i64 == BLOCK;
            Ok((listings, observables.last().copied().filter(|_| more)))
        })
        .await
    }
}

impl Store {
    /// The items that a chunk left as they are now, by number, of those behind a number; and the number to go on
    /// behind, where there may be more. One block.
    pub async fn chunk_items(&self, chunk: Chunk, after: i64) -> Result<(Vec<Entry>, Option<i64>)> {
        const BLOCK: i64 = 500;
        self.read(move |conn| {
            let sql = "SELECT post FROM item WHERE chunk = ?1 AND post > ?2 ORDER BY post LIMIT ?3";
            let posts = conn.query(sql, params![chunk.id, after, BLOCK], |row| row.int(0))?;
            let sight = Reader::operator().sight(conn)?;
            let more = posts.len() as i64 == BLOCK;
            let mut entries = post::entries(conn, &sight, &posts)?;
            for entry in &mut entries {
                hide_ties(entry);
            }
            Ok((entries, posts.last().copied().filter(|_| more)))
        })
        .await
    }
}

/// What ties an item to other posts differs from reader to reader.
fn hide_ties(entry: &mut Entry) {
    entry.post.replies = 0;
    if let Some(item) = &mut entry.post.item {
        item.same.clear();
    }
}

/// A row of the feed.
struct Change {
    seq: i64,
    at: i64,
    kind: ChangeKind,
    source: i64,
    reference: i64,
}

fn complete(conn: &Conn, changes: &[Change]) -> Result<Vec<News>> {
    let mut audiences = Audiences {
        conn,
        known: HashMap::new(),
    };
    let said = |change: &&Change| matches!(change.kind, ChangeKind::Posted | ChangeKind::Edited);
    let mut ids: Vec<i64> = changes
        .iter()
        .filter(said)
        .map(|change| change.reference)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let sight = Reader::operator().sight(conn)?;
    let entries = post::entries(conn, &sight, &ids)?;
    let entries: HashMap<i64, Entry> = entries.into_iter().map(|entry| (entry.id, entry)).collect();
    let readers = audiences.of_posts(&ids, &entries)?;
    let mut news = Vec::new();
    for change in changes {
        let (brought, readers) = match change.kind {
            ChangeKind::Posted | ChangeKind::Edited => {
                let Some(entry) = entries.get(&change.reference) else {
                    continue;
                };
                let Some(own) = readers.get(&entry.post.id) else {
                    continue;
                };
                let parent = entry.post.reply_to.and_then(|id| readers.get(&id).cloned());
                (Brought::Entry(Box::new(entry.clone()), parent), own.clone())
            }
            ChangeKind::Listings | ChangeKind::Items => {
                let chunk = Chunk {
                    id: change.reference,
                    source: change.source,
                };
                let brought = match change.kind {
                    ChangeKind::Items => Brought::Items(chunk),
                    _ => Brought::Chunk(chunk),
                };
                (brought, audiences.of_source(change.source)?)
            }
            ChangeKind::RolledBack | ChangeKind::Deleted | ChangeKind::Scores => continue,
        };
        news.push(News {
            seq: change.seq,
            at: change.at,
            kind: change.kind,
            brought,
            readers,
        });
    }
    Ok(news)
}

/// Who is in which audience, each asked about once.
struct Audiences<'a> {
    conn: &'a Conn<'a>,
    known: HashMap<i64, Arc<Members>>,
}

impl Audiences<'_> {
    /// Of posts and of those that they answer.
    fn of_posts(
        &mut self,
        ids: &[i64],
        entries: &HashMap<i64, Entry>,
    ) -> Result<HashMap<i64, Readers>> {
        let mut named: Vec<i64> = ids.to_vec();
        for entry in entries.values() {
            named.push(entry.post.id);
            named.extend(entry.post.reply_to);
        }
        named.sort_unstable();
        named.dedup();
        let sql = "SELECT id, audience, author FROM post WHERE id = ANY(?1)";
        let rows = self.conn.query(sql, params![&named], |row| {
            Ok((row.int(0)?, row.int(1)?, row.int(2)?))
        })?;
        let mut readers = HashMap::new();
        for (id, audience, always) in rows {
            let audience = self.members(audience)?;
            readers.insert(id, Readers { audience, always });
        }
        Ok(readers)
    }

    fn of_source(&mut self, source: i64) -> Result<Readers> {
        let sql = "SELECT audience, coalesce(owner, 0) FROM source WHERE id = ?1";
        let (audience, always) = self
            .conn
            .query_one(sql, params![source], |row| Ok((row.int(0)?, row.int(1)?)))?;
        Ok(Readers {
            audience: self.members(audience)?,
            always,
        })
    }

    fn members(&mut self, audience: i64) -> Result<Arc<Members>> {
        if let Some(known) = self.known.get(&audience) {
            return Ok(Arc::clone(known));
        }
        let sql = "SELECT kind FROM audience WHERE id = ?1";
        let kind = self
            .conn
            .query_one(sql, params![audience], |row| row.int(0))?;
        let members = if kind == AudienceKind::Everyone as i64 + 1 {
            Members::Everyone
        } else {
            let sql = "SELECT account FROM audience_account WHERE audience = ?1
                UNION SELECT a.id FROM audience_organisation o
                    JOIN account a ON a.organisation = o.organisation WHERE o.audience = ?1";
            let accounts = self.conn.query(sql, params![audience], |row| row.int(0))?;
            Members::Accounts(accounts.into_iter().collect())
        };
        let members = Arc::new(members);
        self.known.insert(audience, Arc::clone(&members));
        Ok(members)
    }
}
