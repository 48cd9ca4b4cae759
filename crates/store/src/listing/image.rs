//! The write side of a listing: the columns that may change, and how they are replaced in bulk.

use crate::error::Result;
use crate::sql::{Conn, Param, Row, Table, Type, params};

pub(crate) const LISTED: i64 = 1;
pub(crate) const DELISTED: i64 = 2;

/// The columns of a listing that may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) state: i64,
    pub(crate) first_seen: i64,
    pub(crate) last_seen: Option<i64>,
    pub(crate) port: Option<i64>,
    pub(crate) context: i64,
    pub(crate) confidence: Option<i64>,
    pub(crate) reference: Option<String>,
    pub(crate) chunk: i64,
}

pub(crate) const TABLE: Table = Table {
    name: "listing",
    columns: &[
        ("observable", Type::Big),
        ("source", Type::Big),
        ("item", Type::Big),
        ("state", Type::Small),
        ("first_seen", Type::Big),
        ("last_seen", Type::Big),
        ("port", Type::Integer),
        ("context", Type::Big),
        ("confidence", Type::Small),
        ("reference", Type::Text),
        ("chunk", Type::Big),
    ],
};

/// As [`Image::from_row`] reads them.
pub(crate) const IMAGE_COLUMNS: &str =
    "state, first_seen, last_seen, port, context, confidence, reference, chunk";

impl Image {
    /// Reads [`IMAGE_COLUMNS`] from column `at` on.
    pub(crate) fn from_row(row: &Row, at: usize) -> Result<Image> {
        Ok(Image {
            state: row.int(at)?,
            first_seen: row.int(at + 1)?,
            last_seen: row.opt_int(at + 2)?,
            port: row.opt_int(at + 3)?,
            context: row.int(at + 4)?,
            confidence: row.opt_int(at + 5)?,
            reference: row.opt_text(at + 6)?,
            chunk: row.int(at + 7)?,
        })
    }

    /// A row of a table that has three key columns and then these.
    pub(crate) fn row(&self, first: i64, second: i64, third: i64) -> [Param<'_>; 11] {
        [
            first.into(),
            second.into(),
            third.into(),
            self.state.into(),
            self.first_seen.into(),
            self.last_seen.into(),
            self.port.into(),
            self.context.into(),
            self.confidence.into(),
            self.reference.as_deref().into(),
            self.chunk.into(),
        ]
    }

    /// Equal but for the stamp, and for a day of `last_seen` that the row itself does not give.
    pub(crate) fn says_the_same(&self, former: &Image, dated: bool) -> bool {
        let last_seen = if dated {
            self.last_seen
        } else {
            former.last_seen
        };
        Image {
            chunk: former.chunk,
            last_seen,
            ..self.clone()
        } == *former
    }
}

/// What a source says about some observables, by observable and item.
pub(crate) fn images(
    conn: &Conn,
    source: i64,
    observables: &[i64],
) -> Result<Vec<((i64, i64), Image)>> {
    let sql = format!(
        "SELECT observable, item, {IMAGE_COLUMNS} FROM listing
        WHERE observable = ANY(?2) AND source = ?1"
    );
    conn.query(&sql, params![source, observables], |row| {
        Ok(((row.int(0)?, row.int(1)?), Image::from_row(row, 2)?))
    })
}

/// Writes new images over rows that are there. No round trip a row: SQLite has none, PostgreSQL
/// deletes and copies.
pub(crate) fn replace(conn: &Conn, source: i64, rows: &[((i64, i64), &Image)]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Sqlite(_) => {
            let sql = "UPDATE listing SET state = ?4, first_seen = ?5, last_seen = ?6, port = ?7,
                context = ?8, confidence = ?9, reference = ?10, chunk = ?11
                WHERE observable = ?1 AND source = ?2 AND item = ?3";
            for ((observable, item), image) in rows {
                conn.execute(sql, &image.row(*observable, source, *item))?;
            }
            Ok(())
        }
        Conn::Postgres(_) => {
            delete(conn, source, rows.iter().map(|(key, _)| *key))?;
            let images = rows
                .iter()
                .map(|((observable, item), image)| image.row(*observable, source, *item));
            conn.bulk(&TABLE, images)
        }
    }
}

/// Deletes rows of a source by observable and item.
pub(crate) fn delete(
    conn: &Conn,
    source: i64,
    keys: impl Iterator<Item = (i64, i64)>,
) -> Result<()> {
    match conn {
        Conn::Sqlite(_) => {
            let sql = "DELETE FROM listing WHERE observable = ?2 AND source = ?1 AND item = ?3";
            for (observable, item) in keys {
                conn.execute(sql, params![source, observable, item])?;
            }
        }
        Conn::Postgres(_) => {
            let (observables, items): (Vec<i64>, Vec<i64>) = keys.unzip();
            let sql = "DELETE FROM listing l USING unnest(?2::bigint[], ?3::bigint[]) AS k(o, i)
                WHERE l.observable = k.o AND l.source = ?1 AND l.item = k.i";
            conn.execute(sql, params![source, &observables, &items])?;
        }
    }
    Ok(())
}
