//! Batches: one run of a collection or import each, with its receipt.

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{Reader, Store};

/// Bad rows that are kept of one batch; all are counted.
pub(crate) const BAD_KEPT: i64 = 10_000;

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// Rows are coming in.
    Running,
    /// All went in.
    Complete,
    /// Its process died; what had been committed stands, and another run finishes it.
    Interrupted,
    /// It ended with an error; what had been committed stands.
    Failed,
    /// It is being undone.
    RollingBack,
    /// It was undone.
    RolledBack,
}

impl BatchState {
    const ALL: [BatchState; 6] = [
        BatchState::Running,
        BatchState::Complete,
        BatchState::Interrupted,
        BatchState::Failed,
        BatchState::RollingBack,
        BatchState::RolledBack,
    ];

    /// `running`, `complete`, `interrupted`, `failed`, `rolling_back` or `rolled_back`.
    pub fn name(self) -> &'static str {
        [
            "running",
            "complete",
            "interrupted",
            "failed",
            "rolling_back",
            "rolled_back",
        ][self as usize]
    }

    pub(crate) fn code(self) -> i64 {
        self as i64 + 1
    }

    fn from_code(code: i64) -> Result<BatchState> {
        let found = BatchState::ALL
            .into_iter()
            .find(|state| state.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("batch state {code}")))
    }
}

/// What became of the rows of a batch: `rows = new + changed + unchanged + folded + bad`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows read.
    pub rows: i64,
    /// Listings that were not there.
    pub new: i64,
    /// Listings that became different, or returned.
    pub changed: i64,
    /// Listings that were there, just so.
    pub unchanged: i64,
    /// Rows that say what an earlier row of the same body said.
    pub folded: i64,
    /// Listings that a snapshot no longer has. Not rows.
    pub delisted: i64,
    /// Rows that could not be read.
    pub bad: i64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.rows += other.rows;
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.folded += other.folded;
        self.delisted += other.delisted;
        self.bad += other.bad;
    }
}

/// A batch's receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub id: i64,
    /// The source's name.
    pub source: String,
    /// How far it is.
    pub state: BatchState,
    /// Who started it.
    pub actor: String,
    /// SHA-256 of the body, hexadecimal.
    pub body: Option<String>,
    /// Microseconds since the epoch.
    pub started: i64,
    /// Microseconds since the epoch.
    pub finished: Option<i64>,
    /// What became of the rows, as far as it came.
    pub counts: Counts,
    /// Why it failed.
    pub error: Option<String>,
}

/// A row that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// 1-based line of the body.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// How the row begins.
    pub text: String,
}

const COLUMNS: &str = "b.id, s.name, b.state, b.actor, b.body, b.started, b.finished, b.row_count,
    b.new, b.changed, b.unchanged, b.folded, b.delisted, b.bad, b.error, b.source";

fn from_row(row: &Row) -> Result<(Batch, i64)> {
    let batch = Batch {
        id: row.int(0)?,
        source: row.text(1)?,
        state: BatchState::from_code(row.int(2)?)?,
        actor: row.text(3)?,
        body: row.opt_bytes(4)?.map(hex::encode),
        started: row.int(5)?,
        finished: row.opt_int(6)?,
        counts: Counts {
            rows: row.int(7)?,
            new: row.int(8)?,
            changed: row.int(9)?,
            unchanged: row.int(10)?,
            folded: row.int(11)?,
            delisted: row.int(12)?,
            bad: row.int(13)?,
        },
        error: row.opt_text(14)?,
    };
    Ok((batch, row.int(15)?))
}

pub(crate) fn by_id(conn: &Conn, reader: &Reader, id: i64) -> Result<(Batch, i64)> {
    let sql =
        format!("SELECT {COLUMNS} FROM batch b JOIN source s ON s.id = b.source WHERE b.id = ?1");
    let found = conn.query_opt(&sql, params![id], from_row)?;
    let seen = reader.sources(conn)?;
    found
        .filter(|(_, source)| seen.contains(source))
        .ok_or_else(|| Error::not_found("batch", id.to_string()))
}

pub(crate) fn set_state(conn: &Conn, batch: i64, state: BatchState) -> Result<()> {
    conn.execute(
        "UPDATE batch SET state = ?2 WHERE id = ?1",
        params![batch, state.code()],
    )?;
    Ok(())
}

impl Store {
    /// The receipt of a batch, if the reader may see its source.
    pub async fn batch(&self, reader: &Reader, id: i64) -> Result<Batch> {
        let reader = reader.clone();
        self.read(move |conn| Ok(by_id(conn, &reader, id)?.0)).await
    }

    /// Receipts of the sources the reader may see, newest first, of one source or all, below the
    /// number `before`.
    pub async fn batches(
        &self,
        reader: &Reader,
        source: Option<&str>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Batch>> {
        let (reader, source) = (reader.clone(), source.map(str::to_owned));
        self.read(move |conn| {
            let seen = match &source {
                Some(name) => vec![crate::source::by_name(conn, &reader, name)?.id],
                None => reader.sources(conn)?.ids().to_vec(),
            };
            let sql = format!(
                "SELECT {COLUMNS} FROM batch b JOIN source s ON s.id = b.source
                WHERE b.source = ANY(?1) AND b.id < ?2 ORDER BY b.id DESC LIMIT ?3"
            );
            let row = params![&seen, before.unwrap_or(i64::MAX), limit as i64];
            Ok(conn
                .query(&sql, row, from_row)?
                .into_iter()
                .map(|(batch, _)| batch)
                .collect())
        })
        .await
    }

    /// The newest receipt of each source that the reader may see.
    pub async fn last_batches(&self, reader: &Reader) -> Result<Vec<Batch>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let seen = reader.sources(conn)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM batch b JOIN source s ON s.id = b.source
                WHERE b.id IN (SELECT (SELECT max(n.id) FROM batch n WHERE n.source = o.id)
                    FROM source o WHERE o.id = ANY(?1))"
            );
            let found = conn.query(&sql, params![seen.ids()], from_row)?;
            Ok(found.into_iter().map(|(batch, _)| batch).collect())
        })
        .await
    }

    /// The bad rows of a batch after the `after`th, in the order of the body.
    pub async fn bad_rows(
        &self,
        reader: &Reader,
        batch: i64,
        after: i64,
        limit: usize,
    ) -> Result<Vec<BadRow>> {
        let reader = reader.clone();
        self.read(move |conn| {
            by_id(conn, &reader, batch)?;
            let sql = "SELECT line, reason, text FROM bad_row
                WHERE batch = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
            conn.query(sql, params![batch, after, limit as i64], |row| {
                Ok(BadRow {
                    line: row.int(0)? as u64,
                    reason: row.text(1)?,
                    text: row.text(2)?,
                })
            })
        })
        .await
    }
}
