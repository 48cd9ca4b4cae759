//! Annotations: spans of a text that somebody labelled.
//!
//! A set is what one account labelled in one post: offsets in code points of the text at a revision. When the post is
//! edited, the set stays as one of a former text, because nobody can say where its spans went. Whoever may read a post
//! may read what was labelled in it.

mod label;
mod list;

pub use label::{COLOURS, KEYS, Label, NewLabel};
pub use list::{Annotated, AnnotationOptions, AnnotationPage, AnnotationState};

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::reader::SEEN;
use crate::sql::{Conn, Table, Tx, Type, params};
use crate::{Post, Reader, Store, now, post};

/// The most spans of a set.
pub const MOST_SPANS: usize = 5_000;

/// A labelled part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first code point, from 0.
    pub start: u32,
    /// The code point behind it.
    pub end: u32,
    /// The label's name.
    pub label: String,
}

/// What one account labelled in one post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// The post.
    pub post: i64,
    /// Who labelled, by name.
    pub by: String,
    /// The number of that account.
    pub account: i64,
    /// The revision of the text that the offsets go by.
    pub revision: i64,
    /// When, in microseconds since the epoch.
    pub at: i64,
    /// In the order of the text, none over another.
    pub spans: Vec<Span>,
}

impl Store {
    /// Keeps what an account labelled in a post, in the place of what it labelled there before. Spans that overlap or
    /// reach beyond the text are refused; so is a text that was edited meanwhile.
    pub async fn annotate(
        &self,
        account: i64,
        post: i64,
        revision: i64,
        spans: Vec<Span>,
    ) -> Result<Annotation> {
        if spans.len() > MOST_SPANS {
            let text = format!("a text has at most {MOST_SPANS} spans of one account");
            return Err(Error::Invalid(text));
        }
        let mut spans = spans;
        spans.sort_unstable_by_key(|span| (span.start, span.end));
        self.write(move |tx| {
            let post = post::standing(tx, &Reader::account(account), post)?;
            if post.revision != revision {
                let text = "the text was edited meanwhile: its labels would be in the wrong places";
                return Err(Error::Conflict(text.to_owned()));
            }
            check(&spans, &post)?;
            keep(tx, account, &post, &spans)?;
            let sets = of_posts(tx, &[post.id])?;
            let own = sets.into_iter().find(|set| set.account == account);
            own.ok_or_else(|| Error::Corrupt("an annotation is missing".to_owned()))
        })
        .await
    }

    /// Forgets what an account labelled in a post. Tells whether there was anything.
    pub async fn unannotate(&self, account: i64, post: i64) -> Result<bool> {
        self.write(move |tx| {
            let post = post::standing(tx, &Reader::account(account), post)?;
            let sql = "DELETE FROM annotation_span WHERE post = ?1 AND account = ?2";
            tx.execute(sql, params![post.id, account])?;
            let sql = "DELETE FROM annotation WHERE post = ?1 AND account = ?2";
            Ok(tx.execute(sql, params![post.id, account])? > 0)
        })
        .await
    }

    /// All that was labelled in a post that the reader may see, by when it was.
    pub async fn annotations(&self, reader: &Reader, id: i64) -> Result<Vec<Annotation>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let post = post::standing(conn, &reader, id)?;
            of_posts(conn, &[post.id])
        })
        .await
    }

    /// Marks a post to be labelled, or takes the mark back. Tells whether that changed anything.
    pub async fn set_annotation_target(&self, account: i64, post: i64, on: bool) -> Result<bool> {
        self.write(move |tx| {
            let post = post::standing(tx, &Reader::account(account), post)?;
            if !on {
                let sql = "DELETE FROM annotation_target WHERE post = ?1";
                return Ok(tx.execute(sql, params![post.id])? > 0);
            }
            let sql = "INSERT INTO annotation_target (post, account, at) VALUES (?1, ?2, ?3)
                ON CONFLICT DO NOTHING";
            Ok(tx.execute(sql, params![post.id, account, now()])? > 0)
        })
        .await
    }

    /// Those of these posts that are marked to be labelled, as far as the reader may see them.
    pub async fn annotation_targets(&self, reader: &Reader, posts: Vec<i64>) -> Result<Vec<i64>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sight = reader.sight(conn)?;
            let sql = format!(
                "SELECT t.post FROM annotation_target t JOIN post p ON p.id = t.post
                WHERE t.post = ANY(?3) AND {SEEN} ORDER BY t.post"
            );
            let row = params![sight.me(), sight.audiences(), &posts];
            conn.query(&sql, row, |row| row.int(0))
        })
        .await
    }
}

/// Spans in order: within the text, not empty, none over another.
fn check(spans: &[Span], post: &Post) -> Result<()> {
    let length = post.text.chars().count() as u64;
    let mut behind = 0;
    for span in spans {
        let place = format!("{}–{}", span.start, span.end);
        if span.start >= span.end || u64::from(span.end) > length {
            let text = format!("the span {place} is not within the text's {length} characters");
            return Err(Error::Invalid(text));
        }
        if span.start < behind {
            let text = format!("the span {place} overlaps the one before it");
            return Err(Error::Invalid(text));
        }
        behind = span.end;
    }
    Ok(())
}

const SPANS: Table = Table {
    name: "annotation_span",
    columns: &[
        ("post", Type::Big),
        ("account", Type::Big),
        ("first", Type::Big),
        ("behind", Type::Big),
        ("label", Type::Big),
    ],
};

fn keep(tx: &Tx, account: i64, post: &Post, spans: &[Span]) -> Result<()> {
    let labels: HashMap<String, i64> = label::all(tx)?
        .into_iter()
        .map(|label| (label.name, label.id))
        .collect();
    let mut rows = Vec::with_capacity(spans.len());
    for span in spans {
        let label = labels.get(&span.label);
        let label = label.ok_or_else(|| Error::not_found("label", span.label.as_str()))?;
        rows.push((i64::from(span.start), i64::from(span.end), *label));
    }
    let sql = "DELETE FROM annotation_span WHERE post = ?1 AND account = ?2";
    tx.execute(sql, params![post.id, account])?;
    let sql = "INSERT INTO annotation (post, account, revision, at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (post, account) DO UPDATE SET revision = excluded.revision, at = excluded.at";
    tx.execute(sql, params![post.id, account, post.revision, now()])?;
    let rows = rows.iter().map(|(start, end, label)| {
        [
            post.id.into(),
            account.into(),
            (*start).into(),
            (*end).into(),
            (*label).into(),
        ]
    });
    tx.bulk(&SPANS, rows)
}

/// What was labelled in posts, by post and by time.
fn of_posts(conn: &Conn, posts: &[i64]) -> Result<Vec<Annotation>> {
    let sql = "SELECT n.post, n.account, a.name, n.revision, n.at FROM annotation n
        JOIN account a ON a.id = n.account WHERE n.post = ANY(?1)
        ORDER BY n.post, n.at, n.account";
    let mut sets = conn.query(sql, params![posts], |row| {
        Ok(Annotation {
            post: row.int(0)?,
            account: row.int(1)?,
            by: row.text(2)?,
            revision: row.int(3)?,
            at: row.int(4)?,
            spans: Vec::new(),
        })
    })?;
    let sql = "SELECT s.post, s.account, s.first, s.behind, l.name FROM annotation_span s
        JOIN annotation_label l ON l.id = s.label WHERE s.post = ANY(?1)
        ORDER BY s.post, s.account, s.first";
    let spans = conn.query(sql, params![posts], |row| {
        let span = Span {
            start: offset(row.int(2)?)?,
            end: offset(row.int(3)?)?,
            label: row.text(4)?,
        };
        Ok(((row.int(0)?, row.int(1)?), span))
    })?;
    let mut by_set: HashMap<(i64, i64), Vec<Span>> = HashMap::new();
    for (set, span) in spans {
        by_set.entry(set).or_default().push(span);
    }
    for set in &mut sets {
        set.spans = by_set.remove(&(set.post, set.account)).unwrap_or_default();
    }
    Ok(sets)
}

fn offset(value: i64) -> Result<u32> {
    u32::try_from(value).map_err(|_| Error::Corrupt(format!("offset {value}")))
}

/// Forgets all that was labelled in posts whose text is gone.
pub(crate) fn forget(tx: &Tx, posts: &[i64]) -> Result<()> {
    for sql in [
        "DELETE FROM annotation_span WHERE post = ANY(?1)",
        "DELETE FROM annotation WHERE post = ANY(?1)",
        "DELETE FROM annotation_target WHERE post = ANY(?1)",
    ] {
        tx.execute(sql, params![posts])?;
    }
    Ok(())
}
