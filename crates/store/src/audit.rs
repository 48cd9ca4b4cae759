//! The audit log: who changed what. Append only.

use crate::error::Result;
use crate::sql::{Conn, params};
use crate::{Reader, Store, now};

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number: later entries have higher ones.
    pub id: i64,
    /// Microseconds since the epoch.
    pub at: i64,
    /// The account's name; nobody's at the command line, and of a stranger.
    pub account: Option<String>,
    /// `key.add`, `source.enable`, `batch.rollback`, …
    pub action: String,
    /// What it was done to.
    pub object: String,
    /// More about it; never a secret.
    pub detail: Option<String>,
}

/// Which entries; what is not said does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this account's name.
    pub account: Option<String>,
    /// Just this action.
    pub action: Option<String>,
    /// Done to just this.
    pub object: Option<String>,
    /// Only below this number: the last of the page before.
    pub before: Option<i64>,
}

/// Notes that somebody did something, in the transaction in which it is done.
pub(crate) fn note(
    tx: &Conn,
    who: &Reader,
    action: &str,
    object: &str,
    detail: Option<&str>,
) -> Result<()> {
    let sql = "INSERT INTO audit (at, account, action, object, detail)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![now(), who.account_id(), action, object, detail];
    tx.execute(sql, row)?;
    Ok(())
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
        let (who, object) = (who.clone(), object.to_owned());
        let detail = detail.map(str::to_owned);
        self.write(move |tx| note(tx, &who, action, &object, detail.as_deref()))
            .await
    }

    /// Notes that somebody was refused who tried to sign in as `name`. A name that no account has is
    /// not kept: people type passwords into the wrong field.
    pub async fn audit_refusal(&self, name: &str, detail: &str) -> Result<()> {
        let (name, detail) = (name.to_owned(), detail.to_owned());
        self.write(move |tx| {
            let sql = "SELECT 1 FROM account WHERE name = ?1";
            let known = tx.query_opt(sql, params![&name], |row| row.int(0))?;
            let object = known.map_or("?", |_| name.as_str());
            let stranger = Reader::operator();
            note(tx, &stranger, "session.refuse", object, Some(&detail))
        })
        .await
    }

    /// The newest entries first.
    pub async fn audit_log(&self, filter: &AuditFilter, limit: usize) -> Result<Vec<AuditEntry>> {
        let filter = filter.clone();
        self.read(move |conn| {
            let mut sql = "SELECT l.at, a.name, l.action, l.object, l.detail, l.id FROM audit l
                LEFT JOIN account a ON a.id = l.account WHERE l.id < ?1"
                .to_owned();
            let mut values = vec![filter.before.unwrap_or(i64::MAX).into()];
            let wanted = [
                (
                    "l.account = (SELECT id FROM account WHERE name = ",
                    &filter.account,
                ),
                ("l.action = (", &filter.action),
                ("l.object = (", &filter.object),
            ];
            for (condition, value) in wanted {
                if let Some(value) = value {
                    values.push(value.into());
                    sql.push_str(&format!(" AND {condition}?{})", values.len()));
                }
            }
            values.push((limit as i64).into());
            sql.push_str(&format!(" ORDER BY l.id DESC LIMIT ?{}", values.len()));
            conn.query(&sql, &values, |row| {
                Ok(AuditEntry {
                    id: row.int(5)?,
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

    /// The actions that were ever noted, by name.
    pub async fn audit_actions(&self) -> Result<Vec<String>> {
        // From one name to the next along the index, however long the log is.
        let sql = "WITH RECURSIVE step (action) AS (
                SELECT min(action) FROM audit
                UNION ALL
                SELECT (SELECT min(l.action) FROM audit l WHERE l.action > step.action)
                FROM step WHERE step.action IS NOT NULL
            ) SELECT action FROM step WHERE action IS NOT NULL";
        self.read(move |conn| conn.query(sql, params![], |row| row.text(0)))
            .await
    }
}
