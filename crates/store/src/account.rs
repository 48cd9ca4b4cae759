//! Accounts (people, bots, sources) and the organisations they belong to.

use std::fmt;
use std::str::FromStr;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{Store, now};

/// Who an account stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountKind {
    /// A human being.
    Person,
    /// A program that posts and listens.
    Bot,
    /// A feed: a bot with a recipe.
    Source,
}

impl AccountKind {
    /// `person`, `bot` or `source`.
    pub fn name(self) -> &'static str {
        ["person", "bot", "source"][self as usize]
    }

    fn from_code(code: i64) -> Result<AccountKind> {
        match code {
            1 => Ok(AccountKind::Person),
            2 => Ok(AccountKind::Bot),
            3 => Ok(AccountKind::Source),
            _ => Err(Error::Corrupt(format!("account kind {code}"))),
        }
    }
}

/// What an account may do. What it may *read* is decided by audiences alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Manages accounts and sources.
    Admin,
    /// Collects, imports, rolls back, writes.
    Analyst,
    /// Reads.
    Reader,
    /// Reads and writes through the API.
    Bot,
}

impl Role {
    const ALL: [Role; 4] = [Role::Admin, Role::Analyst, Role::Reader, Role::Bot];

    /// `admin`, `analyst`, `reader` or `bot`.
    pub fn name(self) -> &'static str {
        ["admin", "analyst", "reader", "bot"][self as usize]
    }

    fn from_code(code: i64) -> Result<Role> {
        let found = Role::ALL.into_iter().find(|role| *role as i64 + 1 == code);
        found.ok_or_else(|| Error::Corrupt(format!("role {code}")))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = Error;

    fn from_str(name: &str) -> Result<Role> {
        let found = Role::ALL.into_iter().find(|role| role.name() == name);
        found.ok_or_else(|| {
            Error::Invalid(format!(
                "{name:?} is not a role: use admin, analyst, reader or bot"
            ))
        })
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: i64,
    /// Unique; what others call it.
    pub name: String,
    /// Person, bot or source.
    pub kind: AccountKind,
    /// What it may do.
    pub role: Role,
    /// The organisation it belongs to.
    pub organisation: Option<String>,
    /// In microseconds since the epoch.
    pub created: i64,
    /// Since when it may not sign in, in microseconds since the epoch.
    pub disabled: Option<i64>,
}

/// An account to make.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// 1 to 64 letters, digits, `-`, `_` or `.`.
    pub name: String,
    /// Person or bot; sources come with [`Store::ensure_source`].
    pub kind: AccountKind,
    /// What it may do.
    pub role: Role,
    /// An organisation that exists.
    pub organisation: Option<String>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its number.
    pub id: i64,
    /// Unique.
    pub name: String,
}

const COLUMNS: &str = "a.id, a.name, a.kind, a.role, o.name, a.created, a.disabled";
const FROM: &str = "account a LEFT JOIN organisation o ON o.id = a.organisation";

fn from_row(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.int(0)?,
        name: row.text(1)?,
        kind: AccountKind::from_code(row.int(2)?)?,
        role: Role::from_code(row.int(3)?)?,
        organisation: row.opt_text(4)?,
        created: row.int(5)?,
        disabled: row.opt_int(6)?,
    })
}

pub(crate) fn by_id(conn: &Conn, id: i64) -> Result<Account> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE a.id = ?1");
    conn.query_opt(&sql, params![id], from_row)?
        .ok_or_else(|| Error::not_found("account", id.to_string()))
}

pub(crate) fn by_name(conn: &Conn, name: &str) -> Result<Account> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE a.name = ?1");
    conn.query_opt(&sql, params![name], from_row)?
        .ok_or_else(|| Error::not_found("account", name))
}

pub(crate) fn insert(conn: &Conn, new: &NewAccount) -> Result<i64> {
    check_name(&new.name)?;
    let organisation = match &new.organisation {
        Some(name) => Some(organisation_by_name(conn, name)?.id),
        None => None,
    };
    let sql = "INSERT INTO account (name, kind, role, organisation, created)
        VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
    let (kind, role) = (new.kind as i64 + 1, new.role as i64 + 1);
    conn.query_one(
        sql,
        params![&new.name, kind, role, organisation, now()],
        |row| row.int(0),
    )
    .map_err(|error| match error.is_duplicate() {
        true => Error::Conflict(format!("there is an account {} already", new.name)),
        false => error,
    })
}

fn check_name(name: &str) -> Result<()> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(legal) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{:?} cannot be a name: use 1 to 64 letters, digits, '-', '_' or '.'",
        name.chars().take(80).collect::<String>()
    )))
}

pub(crate) fn organisation_by_name(conn: &Conn, name: &str) -> Result<Organisation> {
    let sql = "SELECT id, name FROM organisation WHERE name = ?1";
    conn.query_opt(sql, params![name], |row| {
        Ok(Organisation {
            id: row.int(0)?,
            name: row.text(1)?,
        })
    })?
    .ok_or_else(|| Error::not_found("organisation", name))
}

impl Store {
    /// Makes an account. A name that is taken is a [`Error::Conflict`].
    pub async fn add_account(&self, new: NewAccount) -> Result<Account> {
        self.write(move |tx| by_id(tx, insert(tx, &new)?)).await
    }

    /// The account of that name.
    pub async fn account(&self, name: &str) -> Result<Account> {
        let name = name.to_owned();
        self.read(move |conn| by_name(conn, &name)).await
    }

    /// People and bots, by name. Sources are listed by [`Store::sources`].
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE a.kind <> 3 ORDER BY a.name");
            conn.query(&sql, params![], from_row)
        })
        .await
    }

    /// Makes an organisation, or finds the one of that name.
    pub async fn ensure_organisation(&self, name: &str) -> Result<Organisation> {
        check_name(name)?;
        let name = name.to_owned();
        self.write(move |tx| {
            let sql = "INSERT INTO organisation (name, created) VALUES (?1, ?2)
                ON CONFLICT (name) DO NOTHING";
            tx.execute(sql, params![&name, now()])?;
            organisation_by_name(tx, &name)
        })
        .await
    }

    /// Sets (argon2id) the password of an account. Ends its sessions.
    pub async fn set_password(&self, account: &str, password: &str) -> Result<()> {
        if password.chars().count() < 12 {
            return Err(Error::Invalid(
                "a password has at least 12 characters".to_owned(),
            ));
        }
        let (name, password) = (account.to_owned(), password.to_owned());
        let hash = blocking(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            Ok(hash
                .map_err(|error| Error::Invalid(error.to_string()))?
                .to_string())
        })
        .await?;
        self.write(move |tx| {
            let account = by_name(tx, &name)?;
            tx.execute(
                "UPDATE account SET password = ?2 WHERE id = ?1",
                params![account.id, &hash],
            )?;
            tx.execute(
                "DELETE FROM session WHERE account = ?1",
                params![account.id],
            )?;
            Ok(())
        })
        .await
    }

    /// Whether that is the account's password. An account without one, or that does not exist,
    /// costs the same time.
    pub async fn check_password(&self, account: &str, password: &str) -> Result<bool> {
        // A hash of nothing anybody knows, so that absent accounts take as long.
        const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9yb3NoaW5vcm9zaGk$\
            Vf3WbTQvwx4nCTJxPjTeqLBNBlmTkKyUmlZK5SuBBeU";
        let name = account.to_owned();
        let kept = self
            .read(move |conn| {
                let sql = "SELECT password FROM account WHERE name = ?1 AND disabled IS NULL";
                Ok(conn
                    .query_opt(sql, params![&name], |row| row.opt_text(0))?
                    .flatten())
            })
            .await?;
        let password = password.to_owned();
        blocking(move || {
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
}

async fn blocking<T, F>(work: F) -> Result<T>
where
    F: FnOnce() -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Pool(error.to_string()))?
}
