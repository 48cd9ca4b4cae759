//! Shifts: since when somebody looks after things.

use crate::error::Result;
use crate::reader::SEEN;
use crate::sql::params;
use crate::{Post, Reader, Store, account, now, post};

impl Store {
    /// When an account's shift began, in microseconds since the epoch; nothing before the first.
    pub async fn shift(&self, account: i64) -> Result<Option<i64>> {
        self.read(move |conn| {
            let sql = "SELECT since FROM shift WHERE account = ?1";
            conn.query_opt(sql, params![account], |row| row.int(0))
        })
        .await
    }

    /// Begins an account's shift now; what was before is handed over.
    pub async fn begin_shift(&self, account: i64) -> Result<i64> {
        self.write(move |tx| {
            account::by_id(tx, account)?;
            let sql = "INSERT INTO shift (account, since) VALUES (?1, ?2)
                ON CONFLICT (account) DO UPDATE SET since = excluded.since RETURNING since";
            tx.query_one(sql, params![account, now()], |row| row.int(0))
        })
        .await
    }

    /// Posts of people and bots since a time that ask something, by a tag (`question`, `質問`) or by how they end, and
    /// have no answer yet; the newest first.
    pub async fn questions_since(
        &self,
        reader: &Reader,
        since: i64,
        limit: usize,
    ) -> Result<Vec<Post>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            // An answer that the reader may not see is none.
            let answer = SEEN.replace("p.", "r.");
            let sql = format!(
                "SELECT p.id FROM post p JOIN account a ON a.id = p.account
                WHERE {SEEN} AND p.received >= ?3 AND p.deleted IS NULL AND p.repost_of IS NULL
                    AND a.kind <> 3
                    AND (p.text LIKE ?5 OR p.text LIKE ?6 OR EXISTS (SELECT 1 FROM post_tag t
                        WHERE t.post = p.id AND t.tag IN ('question', '質問')))
                    AND NOT EXISTS (SELECT 1 FROM post r
                        WHERE r.reply_to = p.id AND r.deleted IS NULL AND {answer})
                ORDER BY p.id DESC LIMIT ?4"
            );
            let row = params![
                sight.me(),
                sight.audiences(),
                since,
                limit as i64,
                "%?",
                "%？"
            ];
            let mut ids = conn.query(&sql, row, |row| row.int(0))?;
            ids.sort_unstable();
            let mut posts = post::load(conn, &sight, &ids)?;
            posts.sort_by_key(|post| std::cmp::Reverse(post.id));
            Ok(posts)
        })
        .await
    }
}
