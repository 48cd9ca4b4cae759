//! Accounts: people, bots, sources.

mod change;

use std::fmt;
use std::str::FromStr;

pub use change::AccountChange;
pub(crate) use change::own;

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{Store, now, organisation};

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

    pub(crate) fn from_code(code: i64) -> Result<AccountKind> {
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
    /// What it is, in a few words.
    pub description: Option<String>,
    /// Who answers for it, where that is not itself.
    pub owner: Option<String>,
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

const COLUMNS: &str = "a.id, a.name, a.kind, a.role, o.name, a.created, a.disabled,
    a.description, w.name";
const FROM: &str = "account a LEFT JOIN organisation o ON o.id = a.organisation
    LEFT JOIN account w ON w.id = a.owner";

fn from_row(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.int(0)?,
        name: row.text(1)?,
        kind: AccountKind::from_code(row.int(2)?)?,
        role: Role::from_code(row.int(3)?)?,
        organisation: row.opt_text(4)?,
        created: row.int(5)?,
        disabled: row.opt_int(6)?,
        description: row.opt_text(7)?,
        owner: row.opt_text(8)?,
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

/// The accounts whose numbers a statement about `?1` gives, by name.
pub(crate) fn among(conn: &Conn, of: &str, about: i64) -> Result<Vec<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE a.id IN ({of}) ORDER BY a.name");
    conn.query(&sql, params![about], from_row)
}

/// People who manage and may sign in.
pub(crate) fn administrators(conn: &Conn) -> Result<i64> {
    let sql = "SELECT count(*) FROM account WHERE role = 1 AND kind = 1 AND disabled IS NULL";
    conn.query_one(sql, params![], |row| row.int(0))
}

pub(crate) fn insert(conn: &Conn, new: &NewAccount) -> Result<i64> {
    check_name(&new.name)?;
    let organisation = match &new.organisation {
        Some(name) => Some(organisation::by_name(conn, name)?.id),
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

pub(crate) fn check_name(name: &str) -> Result<()> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&name.len()) && name.chars().all(legal) {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "{:?} cannot be a name: use 1 to 64 letters, digits, '-', '_' or '.'",
        name.chars().take(80).collect::<String>()
    )))
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

    /// The person or bot of that name.
    pub async fn person(&self, name: &str) -> Result<Account> {
        own(self.account(name).await?)
    }

    /// People and bots, by name. Sources are listed by [`Store::sources`].
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        self.read(|conn| {
            let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE a.kind <> 3 ORDER BY a.name");
            conn.query(&sql, params![], from_row)
        })
        .await
    }
}
