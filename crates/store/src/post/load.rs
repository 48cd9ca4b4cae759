//! Loading: posts by number, as one reader sees them. A fixed number of statements a page.

use std::collections::{HashMap, HashSet};

use super::{Entry, MENTION, Post, Repost, Speaker, digest};
use crate::error::Result;
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, Row, params};
use crate::{AccountKind, Form, Reader, Store, attachment, item, observable, source};

/// Posts that one call loads.
pub(crate) const MOST: usize = 1_000;

impl Store {
    /// The post, if the reader may see it; one that was deleted is without its text.
    pub async fn post(&self, reader: &Reader, id: i64) -> Result<Post> {
        let reader = reader.clone();
        self.read(move |conn| super::write::one(conn, &reader, id))
            .await
    }

    /// Those of these posts that the reader may see, in the order asked.
    pub async fn posts(&self, reader: &Reader, ids: Vec<i64>) -> Result<Vec<Post>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let mut posts = Vec::new();
            for block in ids.chunks(MOST) {
                posts.extend(load(conn, &sight, block)?);
            }
            Ok(posts)
        })
        .await
    }
}

const COLUMNS: &str =
    "p.id, p.account, a.name, a.kind, p.text, p.reply_to, p.thread, d.name, p.tlp,
    p.revision, p.batch, p.observed, p.published, p.received, p.edited, p.deleted, b.state,
    p.digest, p.form";

/// Those of the posts that the reader may see, in the order asked; reposts are none of them.
pub(crate) fn load(conn: &Conn, sight: &Sight, ids: &[i64]) -> Result<Vec<Post>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM post p JOIN account a ON a.id = p.account
        JOIN audience d ON d.id = p.audience LEFT JOIN batch b ON b.id = p.batch
        WHERE p.id = ANY(?3) AND p.repost_of IS NULL AND {SEEN}"
    );
    let row = params![sight.me(), sight.audiences(), ids];
    let mut forms = HashMap::new();
    let posts = conn.query(&sql, row, |row| {
        let post = from_row(row)?;
        match row.int(18)? {
            0 => {}
            form => drop(forms.insert(post.id, Form::from_code(form)?)),
        }
        Ok(post)
    })?;
    let mut posts: HashMap<i64, Post> = posts.into_iter().map(|post| (post.id, post)).collect();
    complete(conn, sight, &mut posts)?;
    for (post, item) in item::of_posts(conn, sight, &forms)? {
        of(&mut posts, post, |post| post.item = Some(Box::new(item)));
    }
    let mut ordered = Vec::with_capacity(posts.len());
    for id in ids {
        ordered.extend(posts.remove(id));
    }
    Ok(ordered)
}

fn from_row(row: &Row) -> Result<Post> {
    let id = row.int(0)?;
    Ok(Post {
        id,
        from: Speaker {
            id: row.int(1)?,
            name: row.text(2)?,
            kind: AccountKind::from_code(row.int(3)?)?,
        },
        text: row.text(4)?,
        reply_to: row.opt_int(5)?,
        thread: row.opt_int(6)?.unwrap_or(id),
        audience: row.text(7)?,
        tlp: source::tlp(row.int(8)?)?,
        revision: row.int(9)?,
        batch: row.opt_int(10)?,
        observed: row.opt_int(11)?,
        published: row.int(12)?,
        received: row.int(13)?,
        edited: row.opt_int(14)?,
        deleted: row.opt_int(15)?,
        digest: digest::from_column(row.opt_text(17)?),
        undone: matches!(row.opt_int(16)?, Some(5 | 6)),
        tags: Vec::new(),
        item: None,
        to: Vec::new(),
        to_ids: Vec::new(),
        observables: Vec::new(),
        attachments: Vec::new(),
        stars: 0,
        reposts: 0,
        replies: 0,
        starred: false,
        reposted: false,
    })
}

/// Fills in what stands in other tables.
fn complete(conn: &Conn, sight: &Sight, posts: &mut HashMap<i64, Post>) -> Result<()> {
    if posts.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<i64> = posts.keys().copied().collect();
    ids.sort_unstable();
    hide_unseen(conn, sight, posts)?;
    let sql = "SELECT post, label FROM post_tag WHERE post = ANY(?1) ORDER BY post, tag";
    let tags = conn.query(sql, params![&ids], |row| Ok((row.int(0)?, row.text(1)?)))?;
    for (post, tag) in tags {
        of(posts, post, |post| post.tags.push(tag));
    }
    let sql = "SELECT t.post, a.name, a.id FROM post_to t JOIN account a ON a.id = t.account
        WHERE t.post = ANY(?1) ORDER BY t.post, a.name";
    let addressed = conn.query(sql, params![&ids], |row| {
        Ok((row.int(0)?, row.text(1)?, row.int(2)?))
    })?;
    for (post, name, id) in addressed {
        of(posts, post, |post| {
            post.to.push(name);
            post.to_ids.push(id);
        });
    }
    for (post, seen) in observables(conn, &ids)? {
        of(posts, post, |post| post.observables.push(seen));
    }
    for (post, file) in attachment::of_posts(conn, &ids)? {
        of(posts, post, |post| post.attachments.push(file));
    }
    count(conn, sight, posts, &ids)
}

/// What posts name, in the order of kinds and values.
fn observables(conn: &Conn, ids: &[i64]) -> Result<Vec<(i64, noroshi_indicator::Observable)>> {
    let sql = "SELECT m.statement, o.kind, o.value FROM mention m
        JOIN observable o ON o.id = m.observable
        WHERE m.kind = ?2 AND m.statement = ANY(?1)";
    let mut found = conn.query(sql, params![ids, MENTION], |row| {
        Ok((row.int(0)?, observable::from_columns(row, 1, 2)?))
    })?;
    // The engines compare texts differently.
    found.sort_unstable();
    Ok(found)
}

fn of(posts: &mut HashMap<i64, Post>, id: i64, fill: impl FnOnce(&mut Post)) {
    if let Some(post) = posts.get_mut(&id) {
        fill(post);
    }
}

/// A post may answer one that its reader may not see: that there is such a one is not told.
fn hide_unseen(conn: &Conn, sight: &Sight, posts: &mut HashMap<i64, Post>) -> Result<()> {
    let mut named: Vec<i64> = posts
        .values()
        .flat_map(|post| post.reply_to.into_iter().chain([post.thread]))
        .collect();
    named.sort_unstable();
    named.dedup();
    let sql = format!("SELECT p.id FROM post p WHERE p.id = ANY(?3) AND {SEEN}");
    let row = params![sight.me(), sight.audiences(), &named];
    let seen: HashSet<i64> = conn
        .query(&sql, row, |row| row.int(0))?
        .into_iter()
        .collect();
    for post in posts.values_mut() {
        post.reply_to = post.reply_to.filter(|id| seen.contains(id));
        if !seen.contains(&post.thread) {
            post.thread = post.id;
        }
    }
    Ok(())
}

fn count(conn: &Conn, sight: &Sight, posts: &mut HashMap<i64, Post>, ids: &[i64]) -> Result<()> {
    let counted = |sql: &str| {
        conn.query(sql, params![ids, sight.me()], |row| {
            Ok((row.int(0)?, row.int(1)?, row.int(2)? > 0))
        })
    };
    let stars = "SELECT post, count(*), count(CASE WHEN account = ?2 THEN 1 END) FROM star
        WHERE post = ANY(?1) GROUP BY post";
    for (post, number, own) in counted(stars)? {
        of(posts, post, |post| {
            (post.stars, post.starred) = (number, own)
        });
    }
    let reposts = "SELECT repost_of, count(*), count(CASE WHEN account = ?2 THEN 1 END) FROM post
        WHERE repost_of = ANY(?1) AND repost_of IS NOT NULL GROUP BY repost_of";
    for (post, number, own) in counted(reposts)? {
        of(posts, post, |post| {
            (post.reposts, post.reposted) = (number, own)
        });
    }
    let sql = format!(
        "SELECT p.reply_to, count(*) FROM post p WHERE p.reply_to = ANY(?3)
            AND p.reply_to IS NOT NULL AND p.deleted IS NULL AND {SEEN} GROUP BY p.reply_to"
    );
    let row = params![sight.me(), sight.audiences(), ids];
    for (post, number) in conn.query(&sql, row, |row| Ok((row.int(0)?, row.int(1)?)))? {
        of(posts, post, |post| post.replies = number);
    }
    Ok(())
}

/// The rows of a timeline of these numbers, in the order asked: posts that stand, and reposts of such.
pub(crate) fn entries(conn: &Conn, sight: &Sight, ids: &[i64]) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT p.id, p.repost_of, p.account, a.name, a.kind, p.received FROM post p
        JOIN account a ON a.id = p.account WHERE p.id = ANY(?3) AND p.repost_of IS NOT NULL AND {SEEN}"
    );
    let row = params![sight.me(), sight.audiences(), ids];
    let reposts = conn.query(&sql, row, |row| {
        let by = Speaker {
            id: row.int(2)?,
            name: row.text(3)?,
            kind: AccountKind::from_code(row.int(4)?)?,
        };
        let repost = Repost {
            by,
            at: row.int(5)?,
        };
        Ok((row.int(0)?, (row.int(1)?, repost)))
    })?;
    let mut reposts: HashMap<i64, (i64, Repost)> = reposts.into_iter().collect();
    let mut named: Vec<i64> = ids
        .iter()
        .map(|id| reposts.get(id).map_or(*id, |repost| repost.0))
        .collect();
    named.sort_unstable();
    named.dedup();
    let posts = load(conn, sight, &named)?.into_iter();
    let posts: HashMap<i64, Post> = posts
        .filter(|post| post.deleted.is_none())
        .map(|post| (post.id, post))
        .collect();
    let entry = |id: &i64| {
        let repost = reposts.remove(id);
        let post = posts.get(repost.as_ref().map_or(id, |(of, _)| of))?;
        Some(Entry {
            id: *id,
            post: post.clone(),
            repost: repost.map(|(_, repost)| repost),
        })
    };
    Ok(ids.iter().filter_map(entry).collect())
}
