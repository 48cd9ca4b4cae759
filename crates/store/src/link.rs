//! Links that are good once: they let somebody in who has no password yet, or no longer.

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{Account, AccountKind, NewAccount, Reader, Role, Store};
use crate::{account, audit, key, now, password};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Somebody new chooses a first password.
    Welcome,
    /// Somebody who forgot the password chooses another.
    Reset,
}

impl LinkPurpose {
    /// `welcome` or `reset`.
    pub fn name(self) -> &'static str {
        ["welcome", "reset"][self as usize]
    }
}

/// What stands behind a link that is good now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose password it sets; nobody's: it makes the first administrator.
    pub account: Option<String>,
    /// When it ends by itself, in microseconds since the epoch.
    pub expires: i64,
}

/// The same answer for a link that was used, has expired or never was.
fn gone() -> Error {
    Error::not_found(
        "link like this",
        "any more: it was used, or has expired; ask for another",
    )
}

const SELECT: &str = "SELECT l.purpose, a.name, l.expires FROM link l
    LEFT JOIN account a ON a.id = l.account
    WHERE l.hash = ?1 AND l.used IS NULL AND l.expires > ?2 AND a.disabled IS NULL";

fn from_row(row: &Row) -> Result<Link> {
    Ok(Link {
        purpose: match row.int(0)? {
            1 => LinkPurpose::Welcome,
            _ => LinkPurpose::Reset,
        },
        account: row.opt_text(1)?,
        expires: row.int(2)?,
    })
}

fn find(conn: &Conn, token: &str) -> Result<Link> {
    let link = conn.query_opt(SELECT, params![&key::hash(token), now()], from_row)?;
    let link = link.ok_or_else(gone)?;
    if link.account.is_none() && account::administrators(conn)? > 0 {
        return Err(gone());
    }
    Ok(link)
}

fn insert(conn: &Conn, token: &str, account: Option<i64>, welcome: bool, end: i64) -> Result<()> {
    let purpose = if welcome { 1 } else { 2 };
    let sql = "INSERT INTO link (hash, account, purpose, created, expires)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    let hash = key::hash(token);
    conn.execute(sql, params![&hash, account, purpose, now(), end])?;
    Ok(())
}

impl Store {
    /// A link's token for an account: a welcome if it has no password yet. Older links of the account
    /// are good no longer.
    pub async fn make_link(
        &self,
        who: &Reader,
        account: &str,
        expires: i64,
    ) -> Result<(String, LinkPurpose)> {
        let (who, name, token) = (who.clone(), account.to_owned(), key::random_token()?);
        let kept = token.clone();
        let purpose = self
            .write(move |tx| {
                let account = account::own(account::by_name(tx, &name)?)?;
                if account.kind != AccountKind::Person {
                    let text = format!("{name} is no person: give it a key instead");
                    return Err(Error::Invalid(text));
                }
                if account.disabled.is_some() {
                    return Err(Error::Conflict(format!("{name} is disabled")));
                }
                let new = "SELECT CASE WHEN password IS NULL THEN 1 ELSE 0 END
                    FROM account WHERE id = ?1";
                let new = tx.query_one(new, params![account.id], |row| row.int(0))? == 1;
                tx.execute("DELETE FROM link WHERE account = ?1", params![account.id])?;
                insert(tx, &kept, Some(account.id), new, expires)?;
                let purpose = match new {
                    true => LinkPurpose::Welcome,
                    false => LinkPurpose::Reset,
                };
                audit::note(tx, &who, "account.link", &name, Some(purpose.name()))?;
                Ok(purpose)
            })
            .await?;
        Ok((token, purpose))
    }

    /// A link's token for the first administrator, as long as there is none. Older ones are good no
    /// longer.
    pub async fn make_first_link(&self, expires: i64) -> Result<Option<String>> {
        let token = key::random_token()?;
        let kept = token.clone();
        let made = self
            .write(move |tx| {
                tx.execute("DELETE FROM link WHERE account IS NULL", params![])?;
                let needed = account::administrators(tx)? == 0;
                if needed {
                    insert(tx, &kept, None, true, expires)?;
                }
                Ok(needed)
            })
            .await?;
        Ok(made.then_some(token))
    }

    /// What stands behind a link; not found if it is not good now.
    pub async fn link(&self, token: &str) -> Result<Link> {
        let token = token.to_owned();
        self.read(move |conn| find(conn, &token)).await
    }

    /// Follows a link, this once: sets the password of its account and ends its sessions, or makes
    /// the first administrator under `name`.
    pub async fn follow_link(&self, token: &str, name: &str, password: &str) -> Result<Account> {
        // Hashing is dear: only for a link that is good.
        self.link(token).await?;
        let hash = password::hash(password).await?;
        let (token, name) = (token.to_owned(), name.trim().to_owned());
        self.write(move |tx| {
            let link = find(tx, &token)?;
            let sql = "UPDATE link SET used = ?2 WHERE hash = ?1 AND used IS NULL";
            if tx.execute(sql, params![&key::hash(&token), now()])? == 0 {
                return Err(gone());
            }
            let account = match &link.account {
                Some(name) => account::by_name(tx, name)?.id,
                None => account::insert(tx, &first_administrator(&name))?,
            };
            password::keep(tx, account, &hash, None)?;
            let account = account::by_id(tx, account)?;
            let (who, what) = (Reader::account(account.id), link.purpose.name());
            audit::note(tx, &who, "account.follow_link", &account.name, Some(what))?;
            Ok(account)
        })
        .await
    }
}

fn first_administrator(name: &str) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Admin,
        organisation: None,
    }
}
