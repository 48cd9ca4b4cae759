//! What posts are found by: words, tags, what they name, and for items vendors, products and the same news.

use noroshi_indicator::tokens;

use super::MENTION;
use super::reading::Reading;
use crate::error::Result;
use crate::item::Label;
use crate::sql::{Conn, Table, Tx, Type, params};

/// What one post is found by.
pub(crate) struct Index<'a> {
    /// Each once.
    pub(crate) words: &'a [String],
    /// Folded and as written, each once.
    pub(crate) tags: &'a [(String, String)],
    /// Numbers, each once.
    pub(crate) observables: Vec<i64>,
    /// Of an item.
    pub(crate) labels: &'a [Label],
    /// Of an item: the hashes by which the same news is known.
    pub(crate) same: &'a [i64],
}

impl<'a> Index<'a> {
    /// Of a post that was written here.
    pub(super) fn of(reading: &'a Reading, observables: Vec<i64>) -> Index<'a> {
        Index {
            words: &reading.words,
            tags: &reading.tags,
            observables,
            labels: &[],
            same: &[],
        }
    }
}

/// The words by which a text with tags (folded, as written) is found, each once.
pub(crate) fn words(text: &str, tags: &[(String, String)]) -> Vec<String> {
    let mut words = tokens(text);
    words.extend(tags.iter().flat_map(|(tag, _)| tokens(tag)));
    words.sort_unstable();
    words.dedup();
    words
}

const MENTIONS: Table = Table {
    name: "mention",
    columns: &[
        ("observable", Type::Big),
        ("kind", Type::Small),
        ("statement", Type::Big),
    ],
};

const TAGS: Table = Table {
    name: "post_tag",
    columns: &[
        ("tag", Type::Text),
        ("post", Type::Big),
        ("label", Type::Text),
    ],
};

const LABELS: Table = Table {
    name: "item_label",
    columns: &[
        ("kind", Type::Small),
        ("label", Type::Text),
        ("post", Type::Big),
        ("name", Type::Text),
    ],
};

const SAME: Table = Table {
    name: "item_same",
    columns: &[("key", Type::Big), ("post", Type::Big)],
};

/// Words, of SQLite.
const PROSE: Table = Table {
    name: "post_prose",
    columns: &[("rowid", Type::Big), ("tokens", Type::Text)],
};

/// Numbers for so many new posts, in order.
pub(crate) fn reserve(tx: &Tx, count: usize) -> Result<Vec<i64>> {
    match tx.conn {
        Conn::Sqlite(_) => {
            let sql = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'post'";
            let last = tx.query_one(sql, params![], |row| row.int(0))?;
            Ok((last + 1..).take(count).collect())
        }
        Conn::Postgres(_) => {
            let sql = "SELECT nextval(pg_get_serial_sequence('post', 'id')) FROM generate_series(1, ?1) ORDER BY 1";
            tx.query(sql, params![count as i64], |row| row.int(0))
        }
    }
}

/// Writes what posts are found by.
pub(crate) fn index_many(tx: &Tx, posts: &[(i64, Index)]) -> Result<()> {
    if posts.is_empty() {
        return Ok(());
    }
    let of_each = posts.iter();
    let mentions = of_each.clone().flat_map(|(id, index)| {
        let named = index.observables.iter();
        named.map(|named| [(*named).into(), MENTION.into(), (*id).into()])
    });
    tx.bulk(&MENTIONS, mentions)?;
    let tags = of_each.clone().flat_map(|(id, index)| {
        let tags = index.tags.iter();
        tags.map(|(tag, label)| [tag.into(), (*id).into(), label.into()])
    });
    tx.bulk(&TAGS, tags)?;
    let labels = of_each.clone().flat_map(|(id, index)| {
        let labels = index.labels.iter();
        labels.map(|(kind, label, name)| [(*kind).into(), label.into(), (*id).into(), name.into()])
    });
    tx.bulk(&LABELS, labels)?;
    let same =
        of_each.flat_map(|(id, index)| index.same.iter().map(|key| [(*key).into(), (*id).into()]));
    tx.bulk(&SAME, same)?;
    match tx.conn {
        Conn::Sqlite(_) => {
            let joined: Vec<(i64, String)> = posts
                .iter()
                .map(|(id, index)| (*id, index.words.join(" ")))
                .collect();
            tx.bulk(
                &PROSE,
                joined
                    .iter()
                    .map(|(id, words)| [(*id).into(), words.into()]),
            )
        }
        Conn::Postgres(_) => {
            let words: Vec<_> = posts.iter().map(|(id, index)| (id, index.words)).collect();
            let sql = "UPDATE post SET tokens = array_to_tsvector(
                    ARRAY(SELECT jsonb_array_elements_text(w.pair -> 1)))
                FROM (SELECT jsonb_array_elements(?1::text::jsonb) AS pair) w
                WHERE post.id = (w.pair ->> 0)::bigint";
            tx.execute(sql, params![&serde_json::json!(words).to_string()])?;
            Ok(())
        }
    }
}

/// Removes what posts are found by.
pub(crate) fn forget_many(tx: &Tx, posts: &[i64]) -> Result<()> {
    if posts.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM mention WHERE kind = ?2 AND statement = ANY(?1)";
    tx.execute(sql, params![posts, MENTION])?;
    let prose = match tx.conn {
        Conn::Sqlite(_) => "DELETE FROM post_prose WHERE rowid = ANY(?1)",
        Conn::Postgres(_) => "UPDATE post SET tokens = NULL WHERE id = ANY(?1)",
    };
    for sql in [
        "DELETE FROM post_tag WHERE post = ANY(?1)",
        "DELETE FROM post_to WHERE post = ANY(?1)",
        "DELETE FROM item_label WHERE post = ANY(?1)",
        "DELETE FROM item_same WHERE post = ANY(?1)",
        prose,
    ] {
        tx.execute(sql, params![posts])?;
    }
    Ok(())
}
