//! Completion: which families, tags, vendors and products begin with what has been typed.

use std::time::{Duration, Instant};

use noroshi_indicator::fold;

use crate::context::{FAMILY, TAG};
use crate::error::Result;
use crate::item::{PRODUCT, VENDOR};
use crate::observable::prefix_end;
use crate::reader::{SEEN, Sight};
use crate::sql::{Conn, params};
use crate::{Reader, Store};

/// Whoever types does not wait longer.
const BUDGET: Duration = Duration::from_millis(50);

/// What a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    /// A malware family or the like.
    Family,
    /// A tag.
    Tag,
    /// Who makes what a record says is affected.
    Vendor,
    /// What that is called.
    Product,
}

impl Store {
    /// Labels that begin with `start`, in lower case and in their order, of statements that the reader may
    /// see. Cost: a range of the index of labels, and one look-up for each; past its budget there are none.
    pub async fn complete(
        &self,
        reader: &Reader,
        kind: LabelKind,
        start: &str,
        limit: i64,
    ) -> Result<Vec<String>> {
        let (reader, from) = (reader.clone(), fold(start));
        let found = self
            .read_until(Some(Instant::now() + BUDGET), move |conn| {
                let sight = reader.sight(conn)?;
                let mut labels = match kind {
                    LabelKind::Family => of_listings(conn, &reader, FAMILY, &from, limit)?,
                    LabelKind::Tag => of_listings(conn, &reader, TAG, &from, limit)?,
                    LabelKind::Vendor | LabelKind::Product => Vec::new(),
                };
                let of_posts = match kind {
                    LabelKind::Family => None,
                    LabelKind::Tag => Some(
                        "SELECT t.tag FROM post_tag t JOIN post p ON p.id = t.post
                        WHERE t.tag >= ?3 AND t.tag < ?4"
                            .to_owned(),
                    ),
                    LabelKind::Vendor => Some(of_items(VENDOR)),
                    LabelKind::Product => Some(of_items(PRODUCT)),
                };
                if let Some(sql) = of_posts {
                    labels.extend(one_by_one(conn, &sight, &sql, &from, limit)?);
                }
                labels.sort_unstable();
                labels.dedup();
                labels.truncate(usize::try_from(limit).unwrap_or_default());
                Ok(labels)
            })
            .await;
        match found {
            Err(error) if error.is_interrupted() => Ok(Vec::new()),
            found => found,
        }
    }
}

fn of_listings(
    conn: &Conn,
    reader: &Reader,
    kind: i64,
    from: &str,
    limit: i64,
) -> Result<Vec<String>> {
    let sources = reader.sources(conn)?;
    let sql = "SELECT DISTINCT c.label FROM context_label c
        WHERE c.kind = ?1 AND c.label >= ?2 AND c.label < ?3 AND EXISTS (
            SELECT 1 FROM listing l
            WHERE l.context = c.context AND l.context <> 0 AND l.source = ANY(?4))
        ORDER BY c.label LIMIT ?5";
    let to = prefix_end(from);
    conn.query(sql, params![kind, from, &to, sources.ids(), limit], |row| {
        row.text(0)
    })
}

fn of_items(kind: i64) -> String {
    format!(
        "SELECT t.label FROM item_label t JOIN post p ON p.id = t.post
        WHERE t.kind = {kind} AND t.label >= ?3 AND t.label < ?4"
    )
}

/// The next label behind the one before, again and again: one that many posts have costs no more than another.
fn one_by_one(
    conn: &Conn,
    sight: &Sight,
    sql: &str,
    from: &str,
    limit: i64,
) -> Result<Vec<String>> {
    let sql = format!("{sql} AND p.deleted IS NULL AND {SEEN} ORDER BY 1 LIMIT 1");
    let (mut labels, mut from, to) = (Vec::new(), from.to_owned(), prefix_end(from));
    while (labels.len() as i64) < limit {
        let row = params![sight.me(), sight.audiences(), &from, &to];
        let Some(label) = conn.query_opt(&sql, row, |row| row.text(0))? else {
            break;
        };
        // The least text behind it.
        from = format!("{label}\u{1}");
        labels.push(label);
    }
    Ok(labels)
}
