//! Reading: what is besides a post, and the facts of records.

use std::collections::HashMap;

use noroshi_exchange::record::Facts;

use super::{Author, Form, Item, VENDOR};
use crate::error::Result;
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, params};
use crate::{Reader, Store};

impl Store {
    /// The facts of those of these posts that are records and that the reader may see, by post; at most 1,000 posts.
    pub async fn facts(&self, reader: &Reader, posts: Vec<i64>) -> Result<HashMap<i64, Facts>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT i.post, i.facts FROM item i JOIN post p ON p.id = i.post
                WHERE i.post = ANY(?3) AND i.facts IS NOT NULL AND p.deleted IS NULL AND {SEEN} LIMIT 1000"
            );
            let row = params![sight.me(), sight.audiences(), &posts];
            let rows = conn.query(&sql, row, |row| Ok((row.int(0)?, row.text(1)?)))?;
            let read = rows
                .into_iter()
                .filter_map(|(post, facts)| Some((post, serde_json::from_str(&facts).ok()?)));
            Ok(read.collect())
        })
        .await
    }
}

/// What there is besides some posts, by post; `forms` are theirs. A fixed number of statements.
pub(crate) fn of_posts(
    conn: &Conn,
    sight: &Sight,
    forms: &HashMap<i64, Form>,
) -> Result<HashMap<i64, Item>> {
    if forms.is_empty() {
        return Ok(HashMap::new());
    }
    let mut ids: Vec<i64> = forms.keys().copied().collect();
    ids.sort_unstable();
    let sql = "SELECT post, title, url, author, handle, profile, language, updated, cvss, coalesce(cluster, post)
        FROM item WHERE post = ANY(?1)";
    let mut clusters: HashMap<i64, Vec<i64>> = HashMap::new();
    let rows = conn.query(sql, params![&ids], |row| {
        let (handle, url) = (row.opt_text(4)?, row.opt_text(5)?);
        let post = row.int(0)?;
        clusters.entry(row.int(9)?).or_default().push(post);
        let Some(form) = forms.get(&post) else {
            return Ok(None);
        };
        let item = Item {
            form: *form,
            title: row.opt_text(1)?,
            url: row.opt_text(2)?,
            author: row.opt_text(3)?.map(|name| Author { name, handle, url }),
            language: row.opt_text(6)?,
            updated: row.opt_int(7)?,
            cvss: row.opt_int(8)?.and_then(|score| u8::try_from(score).ok()),
            vendors: Vec::new(),
            products: Vec::new(),
            same: Vec::new(),
        };
        Ok(Some((post, item)))
    })?;
    let mut items: HashMap<i64, Item> = rows.into_iter().flatten().collect();
    let sql =
        "SELECT post, kind, name FROM item_label WHERE post = ANY(?1) ORDER BY post, kind, label";
    for (post, kind, name) in conn.query(sql, params![&ids], |row| {
        Ok((row.int(0)?, row.int(1)?, row.text(2)?))
    })? {
        if let Some(item) = items.get_mut(&post) {
            match kind {
                VENDOR => item.vendors.push(name),
                _ => item.products.push(name),
            }
        }
    }
    same(conn, sight, &clusters, &mut items)?;
    Ok(items)
}

/// Fills in who tells the same news.
fn same(
    conn: &Conn,
    sight: &Sight,
    clusters: &HashMap<i64, Vec<i64>>,
    items: &mut HashMap<i64, Item>,
) -> Result<()> {
    const MOST: i64 = 5_000;
    let numbers: Vec<i64> = clusters.keys().copied().collect();
    let sql = format!(
        "SELECT coalesce(i.cluster, i.post), p.id FROM item i JOIN post p ON p.id = i.post
        WHERE (i.cluster = ANY(?3) OR i.post = ANY(?3)) AND p.deleted IS NULL AND {SEEN}
        ORDER BY p.id DESC LIMIT ?4"
    );
    let row = params![sight.me(), sight.audiences(), &numbers, MOST];
    for (cluster, other) in conn.query(&sql, row, |row| Ok((row.int(0)?, row.int(1)?)))? {
        for post in clusters.get(&cluster).into_iter().flatten() {
            if *post != other
                && let Some(item) = items.get_mut(post)
            {
                item.same.push(other);
            }
        }
    }
    Ok(())
}
