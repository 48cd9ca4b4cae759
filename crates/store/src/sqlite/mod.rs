//! SQLite: one file in the data directory, many readers, one writer with group commit.

mod engine;
mod writer;

pub(crate) use engine::Sqlite;

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::error::Result;
use crate::sql::{Param, Row, Table};

/// The pointer type by which `rarray()` knows its argument.
const ARRAY: &std::ffi::CStr = c"rarray";

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Param::Int(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            Param::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Param::Bytes(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Param::Ints(values) => {
                let values: Vec<Value> =
                    values.iter().map(|value| Value::Integer(*value)).collect();
                ToSqlOutput::from_rc(std::rc::Rc::new(values), ARRAY)
            }
        })
    }
}

/// `= ANY(?1)` is PostgreSQL's way to pass a list; here it is a table-valued function.
fn dialect(sql: &str) -> std::borrow::Cow<'_, str> {
    const ANY: &str = "= ANY(";
    if sql.contains(ANY) {
        sql.replace(ANY, "IN rarray(").into()
    } else {
        sql.into()
    }
}

pub(crate) fn execute(conn: &Connection, sql: &str, params: &[Param]) -> Result<u64> {
    let mut statement = conn.prepare_cached(&dialect(sql))?;
    let rows = statement.execute(rusqlite::params_from_iter(params))?;
    Ok(rows as u64)
}

pub(crate) fn query<T>(
    conn: &Connection,
    sql: &str,
    params: &[Param],
    mut map: impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = conn.prepare_cached(&dialect(sql))?;
    let mut rows = statement.query(rusqlite::params_from_iter(params))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(map(&Row::Sqlite(row))?);
    }
    Ok(found)
}

/// Rows that one statement inserts: most of what a row costs is the statement.
const TOGETHER: usize = 64;

pub(crate) fn bulk<'p, const N: usize>(
    conn: &Connection,
    table: &Table,
    mut rows: impl Iterator<Item = [Param<'p>; N]>,
) -> Result<()> {
    let mut many = conn.prepare_cached(&insert(table, TOGETHER))?;
    loop {
        let some: Vec<[Param; N]> = rows.by_ref().take(TOGETHER).collect();
        if some.len() == TOGETHER {
            many.execute(rusqlite::params_from_iter(some.as_flattened()))?;
            continue;
        }
        let mut one = conn.prepare_cached(&insert(table, 1))?;
        for row in &some {
            one.execute(rusqlite::params_from_iter(row))?;
        }
        return Ok(());
    }
}

/// `FAIL` spares SQLite the journal by which it would take back a statement's first rows; here a row
/// that fails takes back the whole transaction.
fn insert(table: &Table, rows: usize) -> String {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let (name, columns, rows) = (table.name, columns.join(", "), vec![row; rows].join(", "));
    format!("INSERT OR FAIL INTO {name} ({columns}) VALUES {rows}")
}
