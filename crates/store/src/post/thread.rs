//! Threads: a first post and all that answers it, in order.

use std::collections::HashMap;

use super::load::{MOST, load};
use super::{Post, write};
use crate::error::Result;
use crate::reader::SEEN;
use crate::sql::params;
use crate::{Reader, Store};

impl Store {
    /// The thread of a post as the reader may see it, oldest first: deleted posts keep their place. At
    /// most 1,000 posts, the newest; the asked post is among them.
    pub async fn thread(&self, reader: &Reader, id: i64) -> Result<Vec<Post>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let asked = write::one(conn, &reader, id)?;
            let sight = reader.sight(conn)?;
            let root = "SELECT coalesce(thread, id) FROM post WHERE id = ?1";
            let root = conn.query_one(root, params![asked.id], |row| row.int(0))?;
            let sql = format!(
                "SELECT p.id FROM post p WHERE p.thread = ?3 AND p.thread IS NOT NULL AND {SEEN}
                ORDER BY p.id DESC LIMIT ?4"
            );
            let row = params![sight.me(), sight.audiences(), root, MOST as i64 - 2];
            let mut ids = conn.query(&sql, row, |row| row.int(0))?;
            ids.extend([root, asked.id]);
            ids.sort_unstable();
            ids.dedup();
            load(conn, &sight, &ids)
        })
        .await
    }

    /// The posts that a post answers, step by step, the first of the thread first; as far as the reader
    /// may see them.
    pub async fn post_parents(&self, reader: &Reader, id: i64) -> Result<Vec<Post>> {
        let thread = self.thread(reader, id).await?;
        let posts: HashMap<i64, &Post> = thread.iter().map(|post| (post.id, post)).collect();
        let mut parents = Vec::new();
        let mut next = posts.get(&id).and_then(|post| post.reply_to);
        // An answer is always younger than what it answers, so this ends.
        while let Some(post) = next.and_then(|id| posts.get(&id)) {
            parents.push((*post).clone());
            next = post.reply_to;
        }
        parents.reverse();
        Ok(parents)
    }

    /// Everything that answers a post, or answers such an answer, oldest first; as far as the reader may
    /// see it.
    pub async fn post_answers(&self, reader: &Reader, id: i64) -> Result<Vec<Post>> {
        let thread = self.thread(reader, id).await?;
        let mut below = std::collections::HashSet::from([id]);
        let mut answers = Vec::new();
        for post in thread {
            // Answers are younger than what they answer, so one pass finds them all.
            if post.reply_to.is_some_and(|parent| below.contains(&parent)) {
                below.insert(post.id);
                answers.push(post);
            }
        }
        Ok(answers)
    }
}
