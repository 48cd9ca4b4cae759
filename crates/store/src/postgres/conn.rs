//! A PostgreSQL connection that looks synchronous, for use on a blocking thread.

use bytes::BytesMut;
use tokio::runtime::Handle;
use tokio_postgres::types::{IsNull, ToSql, Type as PgType, to_sql_checked};

use crate::error::{Error, Result};
use crate::sql::{Param, Row, Table};

type Boxed = Box<dyn std::error::Error + Sync + Send>;

/// Borrowed from the pool for one closure of work.
pub(crate) struct Conn<'a> {
    pub(super) client: &'a deadpool_postgres::ClientWrapper,
    pub(super) runtime: Handle,
}

impl Conn<'_> {
    pub(crate) fn execute(&self, sql: &str, params: &[Param]) -> Result<u64> {
        self.runtime.block_on(async {
            let statement = self.client.prepare_cached(&dialect(sql)).await?;
            Ok(self.client.execute(&statement, &as_sql(params)).await?)
        })
    }

    pub(crate) fn query<T>(
        &self,
        sql: &str,
        params: &[Param],
        mut map: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.runtime.block_on(async {
            let statement = self.client.prepare_cached(&dialect(sql)).await?;
            self.client.query(&statement, &as_sql(params)).await
        })?;
        rows.iter().map(|row| map(&Row::Postgres(row))).collect()
    }

    pub(crate) fn batch(&self, sql: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.batch_execute(sql))?)
    }

    pub(crate) fn bulk<'p, const N: usize>(
        &self,
        table: &Table,
        rows: impl Iterator<Item = [Param<'p>; N]>,
    ) -> Result<()> {
        self.runtime
            .block_on(super::copy::copy_in(self.client, table, rows))
    }
}

fn as_sql<'a>(params: &'a [Param<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params
        .iter()
        .map(|param| param as &(dyn ToSql + Sync))
        .collect()
}

/// `?1` here, `$1` there. No statement has a question mark in a literal.
fn dialect(sql: &str) -> String {
    sql.replace('?', "$")
}

/// An integer of any width.
pub(crate) fn int(row: &tokio_postgres::Row, column: usize) -> Result<Option<i64>> {
    let kind = row
        .columns()
        .get(column)
        .map(|column| column.type_().clone());
    Ok(match kind {
        Some(PgType::INT2) => row.try_get::<_, Option<i16>>(column)?.map(i64::from),
        Some(PgType::INT4) => row.try_get::<_, Option<i32>>(column)?.map(i64::from),
        Some(PgType::INT8) => row.try_get(column)?,
        Some(PgType::BOOL) => row.try_get::<_, Option<bool>>(column)?.map(i64::from),
        other => {
            return Err(Error::Corrupt(format!(
                "column {column} is {other:?}, not a number"
            )));
        }
    })
}

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &PgType, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        match self {
            Param::Null => Ok(IsNull::Yes),
            Param::Int(value) => match *kind {
                PgType::INT2 => i16::try_from(*value)?.to_sql(kind, out),
                PgType::INT4 => i32::try_from(*value)?.to_sql(kind, out),
                _ => value.to_sql(kind, out),
            },
            Param::Text(value) => value.to_sql(kind, out),
            Param::Bytes(value) => value.to_sql(kind, out),
            Param::Ints(values) if *kind == PgType::INT2_ARRAY => {
                let small: Vec<i16> = values
                    .iter()
                    .map(|value| i16::try_from(*value))
                    .collect::<Result<_, _>>()?;
                small.to_sql(kind, out)
            }
            Param::Ints(values) => values.to_sql(kind, out),
        }
    }

    fn accepts(_: &PgType) -> bool {
        true
    }

    to_sql_checked!();
}
