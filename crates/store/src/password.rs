//! Passwords: argon2id, worked out off the async threads, a few at a time.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::sql::{Conn, params};
use crate::{Reader, Store, account, audit};

/// Each hash takes 19 MiB and a core for as long as it takes, so few are worked out at once.
static TURNS: Semaphore = Semaphore::const_new(4);

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 12;
/// The most bytes: a hash of a novel is no safer, only slower.
const LONGEST: usize = 1_024;

/// A hash of nothing anybody knows, so that absent accounts take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9yb3NoaW5vcm9zaGk$\
    Vf3WbTQvwx4nCTJxPjTeqLBNBlmTkKyUmlZK5SuBBeU";

/// Refuses what is too short or too long to be a password.
pub(crate) fn check(password: &str) -> Result<()> {
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Error::Invalid(format!(
            "a password has at least {SHORTEST_PASSWORD} characters"
        )));
    }
    if password.len() > LONGEST {
        return Err(Error::Invalid(format!(
            "a password has at most {LONGEST} bytes"
        )));
    }
    Ok(())
}

/// The hash to keep, as a PHC string.
pub(crate) async fn hash(password: &str) -> Result<String> {
    check(password)?;
    let password = password.to_owned();
    in_turn(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        Ok(hash
            .map_err(|error| Error::Invalid(error.to_string()))?
            .to_string())
    })
    .await
}

/// Keeps the hash for an account and ends its sessions, but for the one of `token`.
pub(crate) fn keep(conn: &Conn, account: i64, hash: &str, token: Option<&str>) -> Result<()> {
    let sql = "UPDATE account SET password = ?2 WHERE id = ?1";
    conn.execute(sql, params![account, hash])?;
    let kept = token.map(crate::key::hash).unwrap_or_default();
    let sql = "DELETE FROM session WHERE account = ?1 AND hash <> ?2";
    conn.execute(sql, params![account, &kept])?;
    Ok(())
}

impl Store {
    /// Sets the password of an account. Ends its sessions.
    pub async fn set_password(&self, account: &str, password: &str) -> Result<()> {
        let (name, hash) = (account.to_owned(), hash(password).await?);
        self.write(move |tx| {
            let account = account::by_name(tx, &name)?;
            keep(tx, account.id, &hash, None)
        })
        .await
    }

    /// Sets one's own password. Ends one's other sessions: all but that of `token`.
    pub async fn change_password(
        &self,
        who: &Reader,
        account: &str,
        password: &str,
        token: &str,
    ) -> Result<()> {
        let (who, name, token) = (who.clone(), account.to_owned(), token.to_owned());
        let hash = hash(password).await?;
        self.write(move |tx| {
            let account = account::by_name(tx, &name)?;
            keep(tx, account.id, &hash, Some(&token))?;
            audit::note(tx, &who, "account.password", &name, None)
        })
        .await
    }

    /// Whether that is the account's password. An account without one, or that does not exist,
    /// costs the same time.
    pub async fn check_password(&self, account: &str, password: &str) -> Result<bool> {
        let name = account.to_owned();
        let kept = self
            .read(move |conn| {
                let sql = "SELECT password FROM account WHERE name = ?1 AND disabled IS NULL";
                Ok(conn
                    .query_opt(sql, params![&name], |row| row.opt_text(0))?
                    .flatten())
            })
            .await?;
        if password.len() > LONGEST {
            return Ok(false);
        }
        let password = password.to_owned();
        in_turn(move || {
            let known = kept.is_some();
            let hash = kept.unwrap_or_else(|| NOBODY.to_owned());
            let hash = PasswordHash::new(&hash).map_err(|e| Error::Corrupt(e.to_string()))?;
            let right = Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok();
            Ok(right && known)
        })
        .await
    }

    /// Whether the account has a password at all.
    pub async fn has_password(&self, account: &str) -> Result<bool> {
        let name = account.to_owned();
        self.read(move |conn| {
            let sql = "SELECT 1 FROM account WHERE name = ?1 AND password IS NOT NULL";
            let found = conn.query_opt(sql, params![&name], |row| row.int(0))?;
            Ok(found.is_some())
        })
        .await
    }
}

async fn in_turn<T, F>(work: F) -> Result<T>
where
    F: FnOnce() -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    let _turn = TURNS.acquire().await.map_err(|_| Error::Closed)?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Pool(error.to_string()))?
}
