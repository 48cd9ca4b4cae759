//! What a body held that was already there, just so.
//!
//! Rows that a batch writes carry its chunks; those it leaves alone carry nothing, and are noted here,
//! to fold their repetitions and to know what a snapshot still holds. A private database in a
//! temporary file: exact, and bounded in memory however long the body.

use rusqlite::{Connection, params};

use crate::error::Result;

/// Pairs of observable and item.
pub(super) struct Seen {
    conn: Connection,
    any: bool,
}

impl Seen {
    pub(super) fn new() -> Result<Seen> {
        // An empty name is a temporary file that SQLite removes by itself.
        let conn = Connection::open("")?;
        conn.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;
             CREATE TABLE seen (observable INTEGER, item INTEGER, PRIMARY KEY (observable, item))
             WITHOUT ROWID;",
        )?;
        Ok(Seen { conn, any: false })
    }

    /// Notes sorted pairs.
    pub(super) fn add(&mut self, pairs: &[(i64, i64)]) -> Result<()> {
        if pairs.is_empty() {
            return Ok(());
        }
        self.any = true;
        let tx = self.conn.transaction()?;
        {
            let mut insert = tx.prepare_cached("INSERT OR IGNORE INTO seen VALUES (?1, ?2)")?;
            for (observable, item) in pairs {
                insert.execute(params![observable, item])?;
            }
        }
        tx.commit()?;
        Ok(())
    }

    pub(super) fn contains(&self, observable: i64, item: i64) -> Result<bool> {
        if !self.any {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM seen WHERE observable = ?1 AND item = ?2";
        Ok(self
            .conn
            .prepare_cached(sql)?
            .exists(params![observable, item])?)
    }
}
