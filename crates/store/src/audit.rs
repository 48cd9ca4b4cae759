//! The audit log: who changed what. Append only.

use crate::error::Result;
use crate::sql::params;
use crate::{Reader, Store, now};

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Microseconds since the epoch.
    pub at: i64,
    /// The account's name; nobody's at the command line.
    pub account: Option<String>,
    /// `key.add`, `source.enable`, `batch.rollback`, …
    pub action: String,
    /// What it was done to.
    pub object: String,
    /// More about it; never a secret.
    pub detail: Option<String>,
}

impl Store {
    /// Notes that somebody did something.
    pub async fn audit(
        &self,
        who: &Reader,
        action: &'static str,
        object: &str,
        detail: Option<&str>,
    ) -> Result<()> {
        let (account, object) = (who.account_id(), object.to_owned());
        let detail = detail.map(str::to_owned);
        self.write(move |tx| {
            let sql = "INSERT INTO audit (at, account, action, object, detail)
                VALUES (?1, ?2, ?3, ?4, ?5)";
            tx.execute(
                sql,
                params![now(), account, action, &object, detail.as_deref()],
            )?;
            Ok(())
        })
        .await
    }

    /// The newest entries first.
    pub async fn audit_log(&self, limit: usize) -> Result<Vec<AuditEntry>> {
        self.read(move |conn| {
            let sql = "SELECT l.at, a.name, l.action, l.object, l.detail FROM audit l
                LEFT JOIN account a ON a.id = l.account ORDER BY l.id DESC LIMIT ?1";
            conn.query(sql, params![limit as i64], |row| {
                Ok(AuditEntry {
                    at: row.int(0)?,
                    account: row.opt_text(1)?,
                    action: row.text(2)?,
                    object: row.text(3)?,
                    detail: row.opt_text(4)?,
                })
            })
        })
        .await
    }
}
