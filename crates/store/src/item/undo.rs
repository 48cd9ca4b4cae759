//! Former images of items, and how a rollback puts them back.

use serde::{Deserialize, Serialize};

use super::Label;
use crate::annotation;
use crate::error::{Error, Result};
use crate::post::{self, Index, MENTION};
use crate::sql::{Conn, Table, Tx, Type, params};

/// Items of one transaction.
const SLICE: i64 = 1_000;

/// An item as it was.
#[derive(Serialize, Deserialize)]
struct Former {
    text: String,
    revision: i64,
    published: i64,
    edited: Option<i64>,
    form: i64,
    key: i64,
    content: String,
    chunk: i64,
    title: Option<String>,
    url: Option<String>,
    author: Option<String>,
    handle: Option<String>,
    profile: Option<String>,
    language: Option<String>,
    updated: Option<i64>,
    cvss: Option<i64>,
    facts: Option<String>,
    cluster: Option<i64>,
    tags: Vec<(String, String)>,
    observables: Vec<i64>,
    labels: Vec<Label>,
    same: Vec<i64>,
}

const IMAGES: Table = Table {
    name: "batch_item",
    columns: &[
        ("batch", Type::Big),
        ("post", Type::Big),
        ("image", Type::Text),
    ],
};

/// Keeps the images of items that a batch is about to change, and their texts in the posts' history.
pub(super) fn keep(tx: &Tx, batch: i64, posts: &[i64], at: i64) -> Result<()> {
    if posts.is_empty() {
        return Ok(());
    }
    let images = former(tx, posts)?;
    let texts: Vec<(i64, String)> = images
        .iter()
        .filter_map(|(post, former)| Some((*post, serde_json::to_string(former).ok()?)))
        .collect();
    let rows = texts
        .iter()
        .map(|(post, image)| [batch.into(), (*post).into(), image.into()]);
    tx.bulk(&IMAGES, rows)?;
    let sql = "INSERT INTO post_revision (post, revision, text, at)
        SELECT id, revision, text, coalesce(edited, received) FROM post WHERE id = ANY(?1) AND received <= ?2";
    tx.execute(sql, params![posts, at])?;
    Ok(())
}

fn former(conn: &Conn, posts: &[i64]) -> Result<Vec<(i64, Former)>> {
    let sql = "SELECT p.id, p.text, p.revision, p.published, p.edited, p.form, i.key, i.content, i.chunk,
            i.title, i.url, i.author, i.handle, i.profile, i.language, i.updated, i.cvss, i.facts, i.cluster
        FROM post p JOIN item i ON i.post = p.id WHERE p.id = ANY(?1) ORDER BY p.id";
    let mut images = conn.query(sql, params![posts], |row| {
        let former = Former {
            text: row.text(1)?,
            revision: row.int(2)?,
            published: row.int(3)?,
            edited: row.opt_int(4)?,
            form: row.int(5)?,
            key: row.int(6)?,
            content: hex::encode(row.bytes(7)?),
            chunk: row.int(8)?,
            title: row.opt_text(9)?,
            url: row.opt_text(10)?,
            author: row.opt_text(11)?,
            handle: row.opt_text(12)?,
            profile: row.opt_text(13)?,
            language: row.opt_text(14)?,
            updated: row.opt_int(15)?,
            cvss: row.opt_int(16)?,
            facts: row.opt_text(17)?,
            cluster: row.opt_int(18)?,
            tags: Vec::new(),
            observables: Vec::new(),
            labels: Vec::new(),
            same: Vec::new(),
        };
        Ok((row.int(0)?, former))
    })?;
    fill(conn, posts, &mut images)?;
    Ok(images)
}

/// Fills in what stands in other tables.
fn fill(conn: &Conn, posts: &[i64], images: &mut [(i64, Former)]) -> Result<()> {
    let mut into = |post: i64, fill: &mut dyn FnMut(&mut Former)| {
        if let Ok(at) = images.binary_search_by_key(&post, |(post, _)| *post)
            && let Some((_, former)) = images.get_mut(at)
        {
            fill(former);
        }
    };
    let sql = "SELECT post, tag, label FROM post_tag WHERE post = ANY(?1) ORDER BY post, tag";
    for (post, tag) in conn.query(sql, params![posts], |row| {
        Ok((row.int(0)?, (row.text(1)?, row.text(2)?)))
    })? {
        into(post, &mut |former| former.tags.push(tag.clone()));
    }
    let sql = "SELECT statement, observable FROM mention WHERE kind = ?2 AND statement = ANY(?1)";
    for (post, named) in conn.query(sql, params![posts, MENTION], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })? {
        into(post, &mut |former| former.observables.push(named));
    }
    let sql = "SELECT post, kind, label, name FROM item_label WHERE post = ANY(?1)";
    for (post, label) in conn.query(sql, params![posts], |row| {
        Ok((row.int(0)?, (row.int(1)?, row.text(2)?, row.text(3)?)))
    })? {
        into(post, &mut |former| former.labels.push(label.clone()));
    }
    let sql = "SELECT post, key FROM item_same WHERE post = ANY(?1)";
    for (post, key) in conn.query(sql, params![posts], |row| Ok((row.int(0)?, row.int(1)?)))? {
        into(post, &mut |former| former.same.push(key));
    }
    Ok(())
}

/// Puts a slice of former images back. Tells whether there may be more.
pub(crate) fn restore(tx: &Tx, batch: i64) -> Result<bool> {
    let sql = "SELECT post, image FROM batch_item WHERE batch = ?1 ORDER BY post LIMIT ?2";
    let rows = tx.query(sql, params![batch, SLICE], |row| {
        Ok((row.int(0)?, row.text(1)?))
    })?;
    let Some((last, _)) = rows.last() else {
        return Ok(false);
    };
    let ids: Vec<i64> = rows.iter().map(|(post, _)| *post).collect();
    post::forget_many(tx, &ids)?;
    let mut images = Vec::with_capacity(rows.len());
    for (post, image) in &rows {
        let former: Former = serde_json::from_str(image)
            .map_err(|error| Error::Corrupt(format!("image of post {post}: {error}")))?;
        put_back(tx, *post, &former)?;
        images.push((*post, post::words(&former.text, &former.tags), former));
    }
    let index = images.iter().map(|(post, words, former)| {
        let index = Index {
            words,
            tags: &former.tags,
            observables: former.observables.clone(),
            labels: &former.labels,
            same: &former.same,
        };
        (*post, index)
    });
    post::index_many(tx, &index.collect::<Vec<_>>())?;
    let sql = "DELETE FROM batch_item WHERE batch = ?1 AND post <= ?2";
    tx.execute(sql, params![batch, *last])?;
    Ok(true)
}

fn put_back(tx: &Tx, post: i64, former: &Former) -> Result<()> {
    let sql = "UPDATE post SET text = ?2, revision = ?3, published = ?4, edited = ?5, form = ?6
        WHERE id = ?1 AND deleted IS NULL";
    let row = params![
        post,
        &former.text,
        former.revision,
        former.published,
        former.edited,
        former.form
    ];
    tx.execute(sql, row)?;
    let sql = "DELETE FROM post_revision WHERE post = ?1 AND revision >= ?2";
    tx.execute(sql, params![post, former.revision])?;
    let content = hex::decode(&former.content)
        .map_err(|error| Error::Corrupt(format!("image of post {post}: {error}")))?;
    let sql = "UPDATE item SET key = ?2, content = ?3, chunk = ?4, title = ?5, url = ?6, author = ?7, handle = ?8,
        profile = ?9, language = ?10, updated = ?11, cvss = ?12, facts = ?13, cluster = ?14 WHERE post = ?1";
    let row = params![
        post,
        former.key,
        content.as_slice(),
        former.chunk,
        former.title.as_deref(),
        former.url.as_deref(),
        former.author.as_deref(),
        former.handle.as_deref(),
        former.profile.as_deref(),
        former.language.as_deref(),
        former.updated,
        former.cvss,
        former.facts.as_deref(),
        former.cluster
    ];
    tx.execute(sql, row)?;
    Ok(())
}

/// Deletes a slice of the items that still carry a chunk of the batch: those that it made. What somebody answered
/// leaves its place in the thread.
pub(crate) fn delete_made(tx: &Tx, source: i64, batch: i64) -> Result<bool> {
    let sql = "SELECT i.post FROM chunk c JOIN item i ON i.chunk = c.id
        WHERE c.batch = ?1 AND i.source = ?2 ORDER BY i.post LIMIT ?3";
    let made = tx.query(sql, params![batch, source, SLICE], |row| row.int(0))?;
    if made.is_empty() {
        return Ok(false);
    }
    post::forget_many(tx, &made)?;
    annotation::forget(tx, &made)?;
    for sql in [
        "DELETE FROM item WHERE post = ANY(?1)",
        "DELETE FROM post_revision WHERE post = ANY(?1)",
        "DELETE FROM star WHERE post = ANY(?1)",
        "DELETE FROM notification WHERE post = ANY(?1)",
        "DELETE FROM notification WHERE post IN (SELECT id FROM post WHERE repost_of = ANY(?1))",
        "DELETE FROM post WHERE repost_of = ANY(?1)",
        "DELETE FROM post WHERE id = ANY(?1) AND NOT EXISTS (SELECT 1 FROM post r WHERE r.reply_to = post.id)",
    ] {
        tx.execute(sql, params![&made])?;
    }
    let sql = "UPDATE post SET text = '', deleted = ?2 WHERE id = ANY(?1)";
    tx.execute(sql, params![&made, crate::now()])?;
    Ok(true)
}

/// Deletes a slice of the scores that a batch made.
pub(crate) fn delete_scores(tx: &Tx, source: i64, batch: i64) -> Result<bool> {
    const ROWS: i64 = 20_000;
    let sql = "SELECT DISTINCT s.chunk FROM chunk c JOIN score s ON s.chunk = c.id
        WHERE c.batch = ?1 AND s.source = ?2 LIMIT 1";
    let Some(chunk) = tx.query_opt(sql, params![batch, source], |row| row.int(0))? else {
        return Ok(false);
    };
    let sql = "SELECT observable FROM score WHERE chunk = ?1 ORDER BY observable LIMIT ?2";
    let observables = tx.query(sql, params![chunk, ROWS], |row| row.int(0))?;
    let sql = "DELETE FROM score WHERE chunk = ?1 AND observable = ANY(?2)";
    tx.execute(sql, params![chunk, &observables])?;
    Ok(true)
}
