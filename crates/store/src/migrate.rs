//! The schema, version by version. A database is upgraded when it is opened, in one transaction a
//! version; SQLite keeps a copy of the file first.

use std::path::Path;

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::sql::{Conn, params};
use crate::{part, secret};

/// Append only: a published migration never changes.
const MIGRATIONS: &[Migration] = &[
    Migration {
        sqlite: include_str!("../migrations/sqlite/0001_core.sql"),
        postgres: include_str!("../migrations/postgres/0001_core.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0002_people.sql"),
        postgres: include_str!("../migrations/postgres/0002_people.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0003_parts.sql"),
        postgres: include_str!("../migrations/postgres/0003_parts.sql"),
        then: Some(part::index),
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0004_posts.sql"),
        postgres: include_str!("../migrations/postgres/0004_posts.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0005_items.sql"),
        postgres: include_str!("../migrations/postgres/0005_items.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0006_hunts.sql"),
        postgres: include_str!("../migrations/postgres/0006_hunts.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0007_deliveries.sql"),
        postgres: include_str!("../migrations/postgres/0007_deliveries.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0008_annotations.sql"),
        postgres: include_str!("../migrations/postgres/0008_annotations.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0009_exist.sql"),
        postgres: include_str!("../migrations/postgres/0009_exist.sql"),
        then: None,
    },
    Migration {
        sqlite: include_str!("../migrations/sqlite/0010_progress.sql"),
        postgres: include_str!("../migrations/postgres/0010_progress.sql"),
        then: None,
    },
];

struct Migration {
    sqlite: &'static str,
    postgres: &'static str,
    /// What SQL alone cannot do.
    then: Option<fn(&Conn) -> Result<()>>,
}

impl Migration {
    /// What comes behind the statements, in the same transaction.
    fn complete(&self, conn: &Conn, number: i64) -> Result<()> {
        if let Some(then) = self.then {
            then(conn)?;
        }
        record(conn, number)?;
        secret::make(conn)
    }
}

const VERSION_TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)";

/// Upgrades a SQLite file.
pub(crate) fn sqlite(conn: &mut Connection, path: &Path) -> Result<()> {
    let version = {
        conn.execute_batch(VERSION_TABLE)?;
        current(&Conn::Sqlite(conn))?
    };
    let pending = pending(version)?;
    if pending.is_empty() {
        return Ok(());
    }
    if version > 0 {
        keep_copy(conn, path, version)?;
    }
    for (number, migration) in pending {
        let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        // Another process may have been faster.
        if current(&Conn::Sqlite(&tx))? < number {
            tx.execute_batch(migration.sqlite)?;
            migration.complete(&Conn::Sqlite(&tx), number)?;
        }
        tx.commit()?;
    }
    Ok(())
}

/// Upgrades a PostgreSQL schema; servers that start together wait for each other.
pub(crate) fn postgres(conn: &Conn) -> Result<()> {
    conn.batch("BEGIN")?;
    let result = postgres_in_transaction(conn);
    conn.batch(if result.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    result
}

fn postgres_in_transaction(conn: &Conn) -> Result<()> {
    let lock = crate::postgres::lock::MIGRATE;
    conn.query(
        "SELECT 1 FROM pg_advisory_xact_lock(?1)",
        params![lock],
        |_| Ok(()),
    )?;
    conn.batch(VERSION_TABLE)?;
    let pending = pending(current(conn)?)?;
    for (number, migration) in pending {
        conn.batch(migration.postgres)?;
        migration.complete(conn, number)?;
    }
    Ok(())
}

fn current(conn: &Conn) -> Result<i64> {
    let sql = "SELECT coalesce(max(version), 0) FROM schema_version";
    conn.query_one(sql, params![], |row| row.int(0))
}

fn record(conn: &Conn, version: i64) -> Result<()> {
    conn.execute(
        "INSERT INTO schema_version (version) VALUES (?1)",
        params![version],
    )?;
    Ok(())
}

fn pending(version: i64) -> Result<Vec<(i64, &'static Migration)>> {
    let known = MIGRATIONS.len() as i64;
    if version > known {
        return Err(Error::Invalid(format!(
            "the database has schema {version}, this program knows up to {known}: use a newer Noroshi"
        )));
    }
    Ok((1..)
        .zip(MIGRATIONS)
        .filter(|(number, _)| *number > version)
        .collect())
}

fn keep_copy(conn: &Connection, path: &Path, version: i64) -> Result<()> {
    let copy = path.with_extension(format!("schema-{version}.backup"));
    let mut target = Connection::open(&copy)?;
    let backup = rusqlite::backup::Backup::new(conn, &mut target)?;
    backup.run_to_completion(1_000, std::time::Duration::ZERO, None)?;
    tracing::info!(copy = %copy.display(), "kept a copy before upgrading the database");
    Ok(())
}
