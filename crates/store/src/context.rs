//! Contexts: what a source says about an observable besides listing it — family, tags and note.
//!
//! A feed of millions of rows has some hundreds of them, so each is kept once and listings name it by
//! number. That keeps listings small, makes "did it change?" one comparison, and lets a tag, a family
//! or a word of a note lead to its listings by `listing_context` without an index entry per tag.

use std::collections::{HashMap, HashSet};

use noroshi_indicator::{fold, tokens};
use sha2::{Digest, Sha256};

use crate::NewListing;
use crate::error::{Error, Result};
use crate::sql::{Conn, Row, Table, Type, params};

/// Contexts that an import remembers.
const REMEMBERED: usize = 100_000;

/// Contexts asked about or written in one statement.
const BLOCK: usize = 5_000;

/// No family, no tags, no note.
pub(crate) const NONE: i64 = 0;

pub(crate) const FAMILY: i64 = 1;
pub(crate) const TAG: i64 = 2;

/// The text of a context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Context {
    pub(crate) family: Option<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) note: Option<String>,
}

impl Context {
    pub(crate) fn of(listing: &NewListing) -> Context {
        Context {
            family: listing.family.as_deref().map(clean),
            tags: listing.tags.iter().map(|tag| clean(tag)).collect(),
            note: listing.note.as_deref().map(clean),
        }
    }

    fn tags_text(&self) -> String {
        serde_json::Value::from(self.tags.clone()).to_string()
    }

    fn is_none(&self) -> bool {
        self.family.is_none() && self.tags.is_empty() && self.note.is_none()
    }

    /// Collisions must not be makeable by a hostile feed: one would put its words on others' rows.
    fn key(&self) -> [u8; 16] {
        let mut digest = Sha256::new();
        for part in [&self.family, &self.note] {
            digest.update([u8::from(part.is_some())]);
            let text = part.as_deref().unwrap_or_default();
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        for tag in &self.tags {
            digest.update((tag.len() as u64).to_le_bytes());
            digest.update(tag);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&digest.finalize()[..16]);
        key
    }

    fn labels(&self) -> Vec<(i64, String)> {
        let family = self.family.iter().map(|family| (FAMILY, fold(family)));
        let mut labels: Vec<_> = family
            .chain(self.tags.iter().map(|tag| (TAG, fold(tag))))
            .collect();
        labels.sort();
        labels.dedup();
        labels
    }

    /// The words by which a bare word of a query finds it.
    fn tokens(&self) -> Vec<String> {
        let texts = self.family.iter().chain(&self.tags).chain(&self.note);
        let mut words: Vec<String> = texts.flat_map(|text| tokens(text)).collect();
        words.sort();
        words.dedup();
        words
    }
}

/// PostgreSQL keeps no NUL in text.
fn clean(text: &str) -> String {
    text.replace('\0', "")
}

/// Numbers of contexts seen lately. Filled only with what is committed.
#[derive(Default)]
pub(crate) struct Remembered {
    known: HashMap<Context, i64>,
}

impl Remembered {
    pub(crate) fn add(&mut self, fresh: HashMap<Context, i64>) {
        if self.known.len() + fresh.len() > REMEMBERED {
            self.known.clear();
        }
        self.known.extend(fresh);
    }

    /// The numbers of the listings' contexts. Asks about those not remembered together, and writes
    /// the new ones; `fresh` gathers what [`Remembered::add`] takes after the commit.
    pub(crate) fn numbers(
        &self,
        conn: &Conn,
        fresh: &mut HashMap<Context, i64>,
        listings: &[NewListing],
    ) -> Result<Vec<i64>> {
        let contexts: Vec<Context> = listings.iter().map(Context::of).collect();
        let unknown = |context: &&Context| !context.is_none() && !self.known.contains_key(*context);
        let asked: HashSet<&Context> = contexts.iter().filter(unknown).collect();
        let asked: Vec<&Context> = asked.into_iter().collect();
        for block in asked.chunks(BLOCK) {
            let ids = find_or_insert(conn, block)?;
            fresh.extend(block.iter().map(|context| (*context).clone()).zip(ids));
        }
        let number = |context: &Context| match context.is_none() {
            true => Ok(NONE),
            false => self
                .known
                .get(context)
                .or_else(|| fresh.get(context))
                .copied()
                .ok_or_else(|| {
                    Error::Corrupt("a context that was just written is not there".to_owned())
                }),
        };
        contexts.iter().map(number).collect()
    }
}

/// Their numbers, in order.
fn find_or_insert(conn: &Conn, contexts: &[&Context]) -> Result<Vec<i64>> {
    let keys: Vec<[u8; 16]> = contexts.iter().map(|context| context.key()).collect();
    let mut ids = match conn {
        Conn::Sqlite(_) => sqlite_find(conn, &keys)?,
        Conn::Postgres(_) => postgres_find(conn, &keys)?,
    };
    let absent: Vec<(&[u8; 16], &Context)> = keys
        .iter()
        .zip(contexts.iter().copied())
        .filter(|(key, _)| !ids.contains_key(*key))
        .collect();
    let new = match conn {
        Conn::Sqlite(_) => sqlite_insert(conn, &absent)?,
        Conn::Postgres(_) => postgres_insert(conn, &absent)?,
    };
    let mut labels: Vec<(i64, String, i64)> = Vec::new();
    for (key, context) in &absent {
        let id = new
            .get(*key)
            .copied()
            .ok_or_else(|| Error::Corrupt("no context id".to_owned()))?;
        labels.extend(
            context
                .labels()
                .into_iter()
                .map(|(kind, label)| (kind, label, id)),
        );
    }
    labels.sort();
    conn.bulk(
        &LABELS,
        labels
            .iter()
            .map(|(kind, label, id)| [(*kind).into(), label.into(), (*id).into()]),
    )?;
    ids.extend(new);
    let id = |key| {
        ids.get(key)
            .copied()
            .ok_or_else(|| Error::Corrupt("no context id".to_owned()))
    };
    keys.iter().map(id).collect()
}

const LABELS: Table = Table {
    name: "context_label",
    columns: &[
        ("kind", Type::Small),
        ("label", Type::Text),
        ("context", Type::Big),
    ],
};

type Ids = HashMap<[u8; 16], i64>;

fn sqlite_find(conn: &Conn, keys: &[[u8; 16]]) -> Result<Ids> {
    let mut ids = Ids::new();
    for key in keys {
        let sql = "SELECT id FROM context WHERE key = ?1";
        if let Some(id) = conn.query_opt(sql, params![key], |row| row.int(0))? {
            ids.insert(*key, id);
        }
    }
    Ok(ids)
}

fn sqlite_insert(conn: &Conn, contexts: &[(&[u8; 16], &Context)]) -> Result<Ids> {
    let mut ids = Ids::new();
    for (key, context) in contexts {
        let sql =
            "INSERT INTO context (key, family, tags, note) VALUES (?1, ?2, ?3, ?4) RETURNING id";
        let (family, note) = (context.family.as_deref(), context.note.as_deref());
        let tags = context.tags_text();
        let id = conn.query_one(sql, params![*key, family, &tags, note], |row| row.int(0))?;
        let sql = "INSERT INTO context_prose (rowid, tokens) VALUES (?1, ?2)";
        conn.execute(sql, params![id, &context.tokens().join(" ")])?;
        ids.insert(**key, id);
    }
    Ok(ids)
}

fn postgres_find(conn: &Conn, keys: &[[u8; 16]]) -> Result<Ids> {
    let keys: Vec<String> = keys.iter().map(hex::encode).collect();
    let sql = "SELECT c.id, c.key FROM jsonb_array_elements_text(?1::text::jsonb) AS k(hex)
        JOIN context c ON c.key = decode(k.hex, 'hex')";
    let rows = conn.query(
        sql,
        params![&serde_json::json!(keys).to_string()],
        id_and_key,
    )?;
    Ok(rows.into_iter().collect())
}

fn postgres_insert(conn: &Conn, contexts: &[(&[u8; 16], &Context)]) -> Result<Ids> {
    let rows: Vec<_> = contexts
        .iter()
        .map(|(key, context)| {
            serde_json::json!({
                "key": hex::encode(key), "family": context.family, "tags": context.tags_text(),
                "note": context.note, "words": context.tokens(),
            })
        })
        .collect();
    let sql = "INSERT INTO context (key, family, tags, note, tokens)
        SELECT decode(key, 'hex'), family, tags, note,
            array_to_tsvector(ARRAY(SELECT jsonb_array_elements_text(words)))
        FROM jsonb_to_recordset(?1::text::jsonb)
            AS r(key text, family text, tags text, note text, words jsonb)
        RETURNING id, key";
    let rows = conn.query(
        sql,
        params![&serde_json::json!(rows).to_string()],
        id_and_key,
    )?;
    Ok(rows.into_iter().collect())
}

fn id_and_key(row: &Row) -> Result<([u8; 16], i64)> {
    let key = row
        .bytes(1)?
        .try_into()
        .map_err(|_| Error::Corrupt("a context's key".to_owned()))?;
    Ok((key, row.int(0)?))
}

/// What [`Context::tags_text`] wrote.
pub(crate) fn tags_from(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}
