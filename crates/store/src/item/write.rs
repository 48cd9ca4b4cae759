//! A chunk of items, in one transaction.

use std::collections::{HashMap, HashSet};

use noroshi_indicator::Observable;

use super::Prepared;
use super::same::{self, DAYS, Told};
use super::undo;
use crate::batch::Counts;
use crate::change::ChangeKind;
use crate::error::Result;
use crate::import::{begin_chunk, end_chunk};
use crate::post::{self, Index};
use crate::sql::{Conn, Param, Table, Tx, Type, params};
use crate::{now, observable};

/// A chunk of items, ready to be written (and, on PostgreSQL, written again after a lost race).
pub(crate) struct Work {
    pub(crate) source: i64,
    pub(crate) batch: i64,
    pub(crate) first_chunk: i64,
    pub(crate) at: Option<i64>,
    pub(crate) items: Vec<Prepared>,
}

/// How a source's posts go out.
struct Voice {
    account: i64,
    audience: i64,
    tlp: i64,
}

/// An item that is there.
#[derive(Clone)]
struct Known {
    post: i64,
    content: Vec<u8>,
    chunk: i64,
    /// Somebody deleted it, and that stands.
    deleted: bool,
}

const POSTS: Table = Table {
    name: "post",
    columns: &[
        ("id", Type::Big),
        ("account", Type::Big),
        ("author", Type::Big),
        ("audience", Type::Big),
        ("tlp", Type::Small),
        ("text", Type::Text),
        ("revision", Type::Big),
        ("published", Type::Big),
        ("received", Type::Big),
        ("form", Type::Small),
    ],
};

const ITEMS: Table = Table {
    name: "item",
    columns: &[
        ("post", Type::Big),
        ("source", Type::Big),
        ("key", Type::Big),
        ("content", Type::Bytes),
        ("chunk", Type::Big),
        ("title", Type::Text),
        ("url", Type::Text),
        ("author", Type::Text),
        ("handle", Type::Text),
        ("profile", Type::Text),
        ("language", Type::Text),
        ("updated", Type::Big),
        ("cvss", Type::Small),
        ("facts", Type::Text),
        ("cluster", Type::Big),
    ],
};

impl Work {
    /// Cost: some index inserts a thing that a new item names, one look-up a known one.
    pub(crate) fn write(&self, tx: &Tx) -> Result<Counts> {
        observable::lock(tx)?;
        let mut counts = Counts {
            rows: self.items.len() as i64,
            ..Counts::default()
        };
        let at = self.at.unwrap_or_else(now);
        let rows = self.folded(&mut counts);
        let told = told(tx, &rows, at - DAYS)?;
        let known = self.known(tx, &rows, &told)?;
        let (mut new, mut changed): (Vec<&Prepared>, Vec<(&Prepared, i64)>) = Default::default();
        let mut met = HashSet::new();
        for row in rows {
            match known.get(&row.key) {
                None => new.push(row),
                Some(known) if known.chunk >= self.first_chunk => counts.folded += 1,
                // Under another identifier it stood in this chunk already.
                Some(known) if !met.insert(known.post) => counts.folded += 1,
                Some(known) if known.deleted || known.content == row.content => {
                    counts.unchanged += 1
                }
                Some(known) => changed.push((row, known.post)),
            }
        }
        (counts.new, counts.changed) = (new.len() as i64, changed.len() as i64);
        let chunk = begin_chunk(tx, self.batch, self.at)?;
        // Feeds tell the newest first; timelines go by number.
        new.sort_by_key(|row| row.item.published.unwrap_or(at));
        let ids = post::reserve(tx, new.len())?;
        let numbers = numbers(
            tx,
            new.iter()
                .copied()
                .chain(changed.iter().map(|(row, _)| *row)),
        )?;
        self.insert(tx, &new, &ids, chunk, at, &told)?;
        self.change(tx, &changed, chunk, at)?;
        let of_new = new
            .iter()
            .zip(&ids)
            .map(|(row, id)| (*id, index(row, &numbers)));
        let of_changed = changed.iter().map(|(row, id)| (*id, index(row, &numbers)));
        post::index_many(tx, &of_new.chain(of_changed).collect::<Vec<_>>())?;
        end_chunk(tx, ChangeKind::Items, self.source, chunk, &counts)?;
        Ok(counts)
    }

    /// Each item once: the first of a body counts.
    fn folded(&self, counts: &mut Counts) -> Vec<&Prepared> {
        let mut met = HashSet::with_capacity(self.items.len());
        let rows: Vec<&Prepared> = self
            .items
            .iter()
            .filter(|row| met.insert(row.key))
            .collect();
        counts.folded += (self.items.len() - rows.len()) as i64;
        rows
    }

    /// Items that are there, by the key of the row that brings them again: those of the same identifier, or of
    /// another identifier with the same address and headline, since some publishers make identifiers anew.
    fn known(
        &self,
        tx: &Tx,
        rows: &[&Prepared],
        told: &HashMap<i64, Vec<Told>>,
    ) -> Result<HashMap<i64, Known>> {
        let keys: Vec<i64> = rows.iter().map(|row| row.key).collect();
        let sql = "SELECT i.key, i.post, i.content, i.chunk, p.deleted FROM item i JOIN post p ON p.id = i.post
            WHERE i.source = ?1 AND i.key = ANY(?2)";
        let mut known: HashMap<i64, Known> = of(tx, sql, self.source, &keys)?.into_iter().collect();
        let again: Vec<(i64, i64)> = rows
            .iter()
            .filter(|row| !known.contains_key(&row.key))
            .filter_map(|row| Some((row.key, told_here(row, self.source, told)?)))
            .collect();
        let posts: Vec<i64> = again.iter().map(|(_, post)| *post).collect();
        if posts.is_empty() {
            return Ok(known);
        }
        // Without the sign SQLite might go through all items of the source.
        let sql = "SELECT i.post, i.post, i.content, i.chunk, p.deleted FROM item i JOIN post p ON p.id = i.post
            WHERE +i.source = ?1 AND i.post = ANY(?2)";
        let there: HashMap<i64, Known> = of(tx, sql, self.source, &posts)?.into_iter().collect();
        for (key, post) in again {
            if let Some(one) = there.get(&post) {
                known.insert(key, one.clone());
            }
        }
        Ok(known)
    }

    fn insert(
        &self,
        tx: &Tx,
        rows: &[&Prepared],
        ids: &[i64],
        chunk: i64,
        at: i64,
        told: &HashMap<i64, Vec<Told>>,
    ) -> Result<()> {
        let voice = voice(tx, self.source)?;
        let posts = rows.iter().zip(ids).map(|(row, id)| {
            [
                (*id).into(),
                voice.account.into(),
                voice.account.into(),
                voice.audience.into(),
                voice.tlp.into(),
                (&row.reading.text).into(),
                0.into(),
                published(row, at).into(),
                at.into(),
                row.item.form.code().into(),
            ]
        });
        tx.bulk(&POSTS, posts)?;
        let clusters: Vec<Option<i64>> = rows
            .iter()
            .map(|row| told_elsewhere(row, self.source, told))
            .collect();
        let items = rows
            .iter()
            .zip(ids)
            .zip(&clusters)
            .map(|((row, id), cluster)| {
                let author = row.item.author.as_ref();
                [
                    (*id).into(),
                    self.source.into(),
                    row.key.into(),
                    Param::Bytes(&row.content),
                    chunk.into(),
                    row.item.title.as_deref().into(),
                    row.item.url.as_deref().into(),
                    author.map(|author| author.name.as_str()).into(),
                    author.and_then(|author| author.handle.as_deref()).into(),
                    author.and_then(|author| author.url.as_deref()).into(),
                    row.item.language.as_deref().into(),
                    row.item.updated.into(),
                    row.cvss.into(),
                    row.facts.as_deref().into(),
                    (*cluster).into(),
                ]
            });
        tx.bulk(&ITEMS, items)
    }

    /// Writes items over their former images, which are kept with the batch.
    fn change(&self, tx: &Tx, rows: &[(&Prepared, i64)], chunk: i64, at: i64) -> Result<()> {
        let ids: Vec<i64> = rows.iter().map(|(_, id)| *id).collect();
        undo::keep(tx, self.batch, &ids, at)?;
        post::forget_many(tx, &ids)?;
        for (row, id) in rows {
            let sql = "UPDATE post SET text = ?2, revision = revision + 1, edited = ?3, published = ?4, form = ?5
                WHERE id = ?1";
            let form = row.item.form.code();
            tx.execute(
                sql,
                params![*id, &row.reading.text, at, published(row, at), form],
            )?;
            let author = row.item.author.as_ref();
            let sql = "UPDATE item SET key = ?2, content = ?3, chunk = ?4, title = ?5, url = ?6, author = ?7,
                handle = ?8, profile = ?9, language = ?10, updated = ?11, cvss = ?12, facts = ?13 WHERE post = ?1";
            let row = params![
                *id,
                row.key,
                &row.content,
                chunk,
                row.item.title.as_deref(),
                row.item.url.as_deref(),
                author.map(|author| author.name.as_str()),
                author.and_then(|author| author.handle.as_deref()),
                author.and_then(|author| author.url.as_deref()),
                row.item.language.as_deref(),
                row.item.updated,
                row.cvss,
                row.facts.as_deref()
            ];
            tx.execute(sql, row)?;
        }
        Ok(())
    }
}

fn of(conn: &Conn, sql: &str, source: i64, asked: &[i64]) -> Result<Vec<(i64, Known)>> {
    conn.query(sql, params![source, asked], |row| {
        let known = Known {
            post: row.int(1)?,
            content: row.bytes(2)?,
            chunk: row.int(3)?,
            deleted: row.opt_int(4)?.is_some(),
        };
        Ok((row.int(0)?, known))
    })
}

fn voice(conn: &Conn, source: i64) -> Result<Voice> {
    let sql = "SELECT account, audience, tlp FROM source WHERE id = ?1";
    conn.query_one(sql, params![source], |row| {
        Ok(Voice {
            account: row.int(0)?,
            audience: row.int(1)?,
            tlp: row.int(2)?,
        })
    })
}

/// A date in the future is a slip, or an embargo that is over here.
fn published(row: &Prepared, at: i64) -> i64 {
    row.item.published.map_or(at, |published| published.min(at))
}

fn told(conn: &Conn, rows: &[&Prepared], since: i64) -> Result<HashMap<i64, Vec<Told>>> {
    let mut keys: Vec<i64> = rows
        .iter()
        .flat_map(|row| row.same.iter().copied())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    same::told(conn, &keys, since)
}

/// The newest item of the same source with both the address and the headline.
fn told_here(row: &Prepared, source: i64, told: &HashMap<i64, Vec<Told>>) -> Option<i64> {
    let [url, title] = row.same.as_slice() else {
        return None;
    };
    let with = |key: &i64| told.get(key).map(Vec::as_slice).unwrap_or_default();
    let of_title = with(title);
    let here = with(url).iter().filter(|one| one.source == source);
    here.rev()
        .map(|one| one.post)
        .find(|post| of_title.iter().any(|one| one.post == *post))
}

/// The cluster of another source's item with the address or the headline.
fn told_elsewhere(row: &Prepared, source: i64, told: &HashMap<i64, Vec<Told>>) -> Option<i64> {
    let with = row.same.iter().filter_map(|key| told.get(key)).flatten();
    with.filter(|one| one.source != source)
        .map(|one| one.cluster)
        .min()
}

/// Numbers of everything that the rows name.
fn numbers<'a>(
    tx: &Tx,
    rows: impl Iterator<Item = &'a Prepared>,
) -> Result<HashMap<&'a Observable, i64>> {
    let mut named: Vec<&Observable> = rows.flat_map(|row| &row.reading.observables).collect();
    named.sort_unstable();
    named.dedup();
    let ids = observable::find_or_insert(tx, &named)?.ids;
    Ok(named.into_iter().zip(ids).collect())
}

fn index<'a>(row: &'a Prepared, numbers: &HashMap<&Observable, i64>) -> Index<'a> {
    let named = row.reading.observables.iter();
    Index {
        words: &row.reading.words,
        tags: &row.reading.tags,
        observables: named
            .filter_map(|named| numbers.get(named).copied())
            .collect(),
        labels: &row.labels,
        same: &row.same,
    }
}
