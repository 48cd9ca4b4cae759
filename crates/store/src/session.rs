//! Sessions of people who signed in: kept here, so that they can be listed and ended.

use crate::error::{Error, Result};
use crate::sql::params;
use crate::{Account, Reader, Store, account, audit, key, now};

/// How stale `seen` may be, in microseconds.
const SEEN_EVERY: i64 = 60_000_000;

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// The browser's own description of itself.
    pub agent: Option<String>,
    /// All in microseconds since the epoch.
    pub created: i64,
    /// Last use, to the minute.
    pub seen: i64,
    /// When it ends by itself.
    pub expires: i64,
    /// It is the one that asks.
    pub current: bool,
}

impl Store {
    /// Begins a session and gives the cookie's token, which is kept as a hash only.
    pub async fn begin_session(
        &self,
        account: &str,
        agent: Option<&str>,
        expires: i64,
    ) -> Result<String> {
        let token = key::random_token()?;
        let hash = key::hash(&token);
        let (name, agent) = (account.to_owned(), agent.map(str::to_owned));
        self.write(move |tx| {
            let account = account::by_name(tx, &name)?;
            let over = "DELETE FROM session WHERE account = ?1 AND expires <= ?2";
            tx.execute(over, params![account.id, now()])?;
            let sql = "INSERT INTO session (hash, account, agent, created, seen, expires)
                VALUES (?1, ?2, ?3, ?4, ?4, ?5)";
            tx.execute(
                sql,
                params![&hash, account.id, agent.as_deref(), now(), expires],
            )
        })
        .await?;
        Ok(token)
    }

    /// Whose session a token is, if it is good now.
    pub async fn session(&self, token: &str) -> Result<Option<Account>> {
        let hash = key::hash(token);
        let found = self
            .read(move |conn| {
                let sql =
                    "SELECT s.account, s.seen FROM session s JOIN account a ON a.id = s.account
                    WHERE s.hash = ?1 AND s.expires > ?2 AND a.disabled IS NULL";
                let row = params![&hash, now()];
                let found = conn.query_opt(sql, row, |row| Ok((row.int(0)?, row.int(1)?)))?;
                let Some((account, seen)) = found else {
                    return Ok(None);
                };
                Ok(Some((account::by_id(conn, account)?, seen)))
            })
            .await?;
        let Some((account, seen)) = found else {
            return Ok(None);
        };
        if seen < now() - SEEN_EVERY {
            let sql = "UPDATE session SET seen = ?2 WHERE hash = ?1";
            self.note(move |tx| tx.execute(sql, params![&hash, now()]))
                .await?;
        }
        Ok(Some(account))
    }

    /// The sessions of an account, newest use first; that of `token` is the current one.
    pub async fn sessions(&self, account: &str, token: Option<&str>) -> Result<Vec<Session>> {
        let name = account.to_owned();
        let current = token.map(key::hash);
        self.read(move |conn| {
            let account = account::by_name(conn, &name)?;
            let sql = "SELECT id, agent, created, seen, expires, hash FROM session
                WHERE account = ?1 AND expires > ?2 ORDER BY seen DESC, id DESC";
            conn.query(sql, params![account.id, now()], |row| {
                let hash = row.bytes(5)?;
                Ok(Session {
                    id: row.int(0)?,
                    agent: row.opt_text(1)?,
                    created: row.int(2)?,
                    seen: row.int(3)?,
                    expires: row.int(4)?,
                    current: current.is_some_and(|current| hash == current),
                })
            })
        })
        .await
    }

    /// Ends the session of a token.
    pub async fn end_session(&self, token: &str) -> Result<()> {
        let hash = key::hash(token);
        let sql = "DELETE FROM session WHERE hash = ?1";
        self.write(move |tx| tx.execute(sql, params![&hash]))
            .await?;
        Ok(())
    }

    /// Ends a session of an account by its number, at once.
    pub async fn revoke_session(&self, who: &Reader, account: &str, id: i64) -> Result<()> {
        let (who, name) = (who.clone(), account.to_owned());
        self.write(move |tx| {
            let account = account::by_name(tx, &name)?;
            let sql = "DELETE FROM session WHERE account = ?1 AND id = ?2";
            if tx.execute(sql, params![account.id, id])? == 0 {
                return Err(Error::not_found("session", id.to_string()));
            }
            audit::note(tx, &who, "session.revoke", &name, Some(&id.to_string()))
        })
        .await
    }
}
