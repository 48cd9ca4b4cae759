//! One way to say SQL to either engine.
//!
//! Statements are written once, in the subset that both engines share, with `?1` for parameters and
//! `= ANY(?1)` for a list of integers. What only one engine can do stands in its own folder.

use crate::error::{Error, Result};
use crate::{postgres, sqlite};

/// A value on its way into a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Param<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// For `= ANY(?n)`.
    Ints(&'a [i64]),
}

impl From<i64> for Param<'_> {
    fn from(value: i64) -> Self {
        Param::Int(value)
    }
}

impl From<Option<i64>> for Param<'_> {
    fn from(value: Option<i64>) -> Self {
        value.map_or(Param::Null, Param::Int)
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(value: &'a str) -> Self {
        Param::Text(value)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(value: &'a String) -> Self {
        Param::Text(value)
    }
}

impl<'a> From<Option<&'a str>> for Param<'a> {
    fn from(value: Option<&'a str>) -> Self {
        value.map_or(Param::Null, Param::Text)
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(value: &'a [u8]) -> Self {
        Param::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Param::Bytes(value)
    }
}

impl<'a> From<&'a [i64]> for Param<'a> {
    fn from(value: &'a [i64]) -> Self {
        Param::Ints(value)
    }
}

impl<'a> From<&'a Vec<i64>> for Param<'a> {
    fn from(value: &'a Vec<i64>) -> Self {
        Param::Ints(value)
    }
}

/// `params![1, "a", None::<i64>]`
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Param::from($value)),*] };
}
pub(crate) use params;

/// A row on its way out.
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl Row<'_> {
    pub(crate) fn int(&self, column: usize) -> Result<i64> {
        self.opt_int(column)?.ok_or_else(|| null(column))
    }

    pub(crate) fn opt_int(&self, column: usize) -> Result<Option<i64>> {
        match self {
            Row::Sqlite(row) => Ok(row.get(column)?),
            Row::Postgres(row) => postgres::int(row, column),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<String> {
        self.opt_text(column)?.ok_or_else(|| null(column))
    }

    pub(crate) fn opt_text(&self, column: usize) -> Result<Option<String>> {
        match self {
            Row::Sqlite(row) => Ok(row.get(column)?),
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(crate) fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>> {
        match self {
            Row::Sqlite(row) => Ok(row.get(column)?),
            Row::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>> {
        self.opt_bytes(column)?.ok_or_else(|| null(column))
    }
}

fn null(column: usize) -> Error {
    Error::Corrupt(format!("column {column} is null"))
}

/// A connection of either engine, used from a thread that may block.
pub(crate) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(postgres::Conn<'a>),
}

impl Conn<'_> {
    /// Runs a statement and tells how many rows it touched.
    pub(crate) fn execute(&self, sql: &str, params: &[Param]) -> Result<u64> {
        match self {
            Conn::Sqlite(conn) => sqlite::execute(conn, sql, params),
            Conn::Postgres(conn) => conn.execute(sql, params),
        }
    }

    /// All rows of an answer. The caller's SQL bounds how many.
    pub(crate) fn query<T>(
        &self,
        sql: &str,
        params: &[Param],
        map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        match self {
            Conn::Sqlite(conn) => sqlite::query(conn, sql, params, map),
            Conn::Postgres(conn) => conn.query(sql, params, map),
        }
    }

    /// The first row, if any.
    pub(crate) fn query_opt<T>(
        &self,
        sql: &str,
        params: &[Param],
        map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        Ok(self.query(sql, params, map)?.into_iter().next())
    }

    /// The one row that must be there.
    pub(crate) fn query_one<T>(
        &self,
        sql: &str,
        params: &[Param],
        map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<T> {
        self.query_opt(sql, params, map)?
            .ok_or_else(|| Error::Corrupt("a row is missing".to_owned()))
    }

    /// Several statements without parameters.
    pub(crate) fn batch(&self, sql: &str) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => Ok(conn.execute_batch(sql)?),
            Conn::Postgres(conn) => conn.batch(sql),
        }
    }

    /// Many rows into one table, in the order given: prepared inserts on SQLite, binary COPY on
    /// PostgreSQL. A duplicate key fails the whole call.
    pub(crate) fn bulk<'p, const N: usize>(
        &self,
        table: &Table,
        rows: impl Iterator<Item = [Param<'p>; N]>,
    ) -> Result<()> {
        match self {
            Conn::Sqlite(conn) => sqlite::bulk(conn, table, rows),
            Conn::Postgres(conn) => conn.bulk(table, rows),
        }
    }
}

/// A table as the bulk path needs to know it.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Type)],
}

/// Column types of the bulk path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Small,
    Integer,
    Big,
    Text,
    Bytes,
}

/// A transaction that writes. What it announces becomes rows of the change feed when it commits.
pub(crate) struct Tx<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) announced: std::cell::RefCell<Vec<crate::change::Announced>>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: Conn<'a>) -> Tx<'a> {
        Tx {
            conn,
            announced: std::cell::RefCell::default(),
        }
    }

    /// Puts a row into the change feed, at the moment of the commit.
    pub(crate) fn announce(&self, change: crate::change::Announced) {
        self.announced.borrow_mut().push(change);
    }
}

impl<'a> std::ops::Deref for Tx<'a> {
    type Target = Conn<'a>;

    fn deref(&self) -> &Conn<'a> {
        &self.conn
    }
}
