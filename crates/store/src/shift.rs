//! Shifts: since when somebody looks after things.

use crate::error::Result;
use crate::sql::params;
use crate::{Store, account, now};

impl Store {
    /// When an account's shift began, in microseconds since the epoch; nothing before the first.
    pub async fn shift(&self, account: i64) -> Result<Option<i64>> {
        self.read(move |conn| {
            let sql = "SELECT since FROM shift WHERE account = ?1";
            conn.query_opt(sql, params![account], |row| row.int(0))
        })
        .await
    }

    /// Begins an account's shift now; what was before is handed over.
    pub async fn begin_shift(&self, account: i64) -> Result<i64> {
        self.write(move |tx| {
            account::by_id(tx, account)?;
            let sql = "INSERT INTO shift (account, since) VALUES (?1, ?2)
                ON CONFLICT (account) DO UPDATE SET since = excluded.since RETURNING since";
            tx.query_one(sql, params![account, now()], |row| row.int(0))
        })
        .await
    }
}
