//! Stars and reposts: what one does to somebody's post. Each is there once or not at all.

use super::write::{announce, standing};
use super::{Post, Speaker};
use crate::change::ChangeKind;
use crate::error::Result;
use crate::notification::{self, NotificationKind};
use crate::sql::{Tx, params};
use crate::{AccountKind, Reader, Store, now};

/// Accounts that are told.
const MOST: i64 = 1_000;

impl Store {
    /// Stars a post, or takes the star back. Tells whether that changed anything.
    pub async fn star_post(&self, account: i64, id: i64, on: bool) -> Result<bool> {
        self.write(move |tx| {
            let post = standing(tx, &Reader::account(account), id)?;
            let done = match on {
                true => {
                    let sql = "INSERT INTO star (post, account, at) VALUES (?1, ?2, ?3)
                        ON CONFLICT DO NOTHING";
                    tx.execute(sql, params![post.id, account, now()])?
                }
                false => {
                    let sql = "DELETE FROM star WHERE post = ?1 AND account = ?2";
                    tx.execute(sql, params![post.id, account])?
                }
            };
            tell(tx, NotificationKind::Star, account, &post, on, done > 0)?;
            Ok(done > 0)
        })
        .await
    }

    /// Reposts a post to all who may read it, once, or takes that back. Tells whether that changed
    /// anything.
    pub async fn repost_post(&self, account: i64, id: i64, on: bool) -> Result<bool> {
        self.write(move |tx| {
            let post = standing(tx, &Reader::account(account), id)?;
            if !on {
                let sql = "DELETE FROM post WHERE repost_of = ?1 AND account = ?2";
                let done = tx.execute(sql, params![post.id, account])? > 0;
                tell(tx, NotificationKind::Repost, account, &post, on, done)?;
                return Ok(done);
            }
            let sql =
                "INSERT INTO post (account, author, repost_of, audience, tlp, text, published,
                    received)
                SELECT ?2, author, id, audience, tlp, '', ?3, ?3 FROM post WHERE id = ?1
                ON CONFLICT DO NOTHING RETURNING id";
            let row = tx.query_opt(sql, params![post.id, account, now()], |row| row.int(0))?;
            if let Some(row) = row {
                announce(tx, ChangeKind::Posted, row);
            }
            tell(
                tx,
                NotificationKind::Repost,
                account,
                &post,
                on,
                row.is_some(),
            )?;
            Ok(row.is_some())
        })
        .await
    }

    /// Who starred a post, the latest first.
    pub async fn starred_by(&self, reader: &Reader, id: i64) -> Result<Vec<Speaker>> {
        let sql = "SELECT a.id, a.name, a.kind FROM star s JOIN account a ON a.id = s.account
            WHERE s.post = ?1 ORDER BY s.at DESC, a.id LIMIT ?2";
        self.speakers(reader, id, sql).await
    }

    /// Who reposted a post, the latest first.
    pub async fn reposted_by(&self, reader: &Reader, id: i64) -> Result<Vec<Speaker>> {
        let sql = "SELECT a.id, a.name, a.kind FROM post p JOIN account a ON a.id = p.account
            WHERE p.repost_of = ?1 AND p.repost_of IS NOT NULL ORDER BY p.id DESC LIMIT ?2";
        self.speakers(reader, id, sql).await
    }

    async fn speakers(&self, reader: &Reader, id: i64, sql: &'static str) -> Result<Vec<Speaker>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let post = standing(conn, &reader, id)?;
            conn.query(sql, params![post.id, MOST], |row| {
                Ok(Speaker {
                    id: row.int(0)?,
                    name: row.text(1)?,
                    kind: AccountKind::from_code(row.int(2)?)?,
                })
            })
        })
        .await
    }
}

/// Notifies the author of what was done, or forgets it when it was taken back; done twice is done once.
fn tell(
    tx: &Tx,
    kind: NotificationKind,
    actor: i64,
    post: &Post,
    on: bool,
    done: bool,
) -> Result<()> {
    match (done, on) {
        (false, _) => Ok(()),
        (true, true) => notification::tell(tx, kind, actor, Some(post.id), &[post.from.id]),
        (true, false) => notification::take_back(tx, kind, actor, post.id),
    }
}
