//! Lists of accounts: a timeline of what its members write, and an audience to write to.

use crate::account::{self, Account};
use crate::audience::{self, AudienceKind};
use crate::error::{Error, Result};
use crate::sql::{Conn, Row, Tx, params};
use crate::{Reader, Store, now};

/// The longest name and description, in characters.
const LONGEST_NAME: usize = 64;
const LONGEST: usize = 500;
/// The most lists of an account, and members of a list.
const MOST: i64 = 200;
const MOST_MEMBERS: i64 = 2_000;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Its number.
    pub id: i64,
    /// Whose it is, by name.
    pub owner: String,
    /// Unique among the owner's.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether only its owner and its members know of it.
    pub hidden: bool,
    /// The name of the audience that it is: `owner/name`.
    pub audience_name: String,
    /// In microseconds since the epoch.
    pub created: i64,
    pub(crate) audience: i64,
}

/// A list to make.
#[derive(Clone, Debug, Default)]
pub struct NewList {
    /// 1 to 64 characters, no control characters and no slash.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether only its owner and its members may know of it.
    pub hidden: bool,
}

const SELECT: &str =
    "SELECT l.id, o.name, l.name, l.description, l.hidden, d.name, l.created, l.audience
    FROM list l JOIN account o ON o.id = l.owner JOIN audience d ON d.id = l.audience";

fn from_row(row: &Row) -> Result<List> {
    Ok(List {
        id: row.int(0)?,
        owner: row.text(1)?,
        name: row.text(2)?,
        description: row.text(3)?,
        hidden: row.int(4)? != 0,
        audience_name: row.text(5)?,
        created: row.int(6)?,
        audience: row.int(7)?,
    })
}

/// The reader `?3` may know of the list: it is open, or the reader owns it or is on it. The operator, with
/// `?4` = 1, knows of all.
const KNOWN: &str =
    "(l.hidden = 0 OR l.owner = ?3 OR ?4 = 1 OR EXISTS (SELECT 1 FROM audience_account m
    WHERE m.audience = l.audience AND m.account = ?3))";

fn eyes(reader: &Reader) -> (i64, i64) {
    let me = reader.account_id();
    (me.unwrap_or(0), i64::from(me.is_none()))
}

/// The list, if the reader may know of it.
pub(crate) fn by_name(conn: &Conn, reader: &Reader, owner: &str, name: &str) -> Result<List> {
    let sql = format!("{SELECT} WHERE o.name = ?1 AND l.name = ?2 AND {KNOWN}");
    let (me, all) = eyes(reader);
    conn.query_opt(&sql, params![owner, name, me, all], from_row)?
        .ok_or_else(|| Error::not_found("list", format!("{owner}/{name}")))
}

/// Numbers of the members of a list.
pub(crate) fn members(conn: &Conn, audience: i64) -> Result<Vec<i64>> {
    let sql = "SELECT account FROM audience_account WHERE audience = ?1 ORDER BY account";
    conn.query(sql, params![audience], |row| row.int(0))
}

/// Whether an audience is a list.
pub(crate) fn is_one(conn: &Conn, audience: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM list WHERE audience = ?1";
    Ok(conn
        .query_opt(sql, params![audience], |_| Ok(()))?
        .is_some())
}

/// Whether an audience is a list that an account may write to: its own, or one that is not hidden.
pub(crate) fn is_open(conn: &Conn, audience: i64, account: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM list WHERE audience = ?1 AND (owner = ?2 OR hidden = 0)";
    Ok(conn
        .query_opt(sql, params![audience, account], |_| Ok(()))?
        .is_some())
}

/// The list of one's own.
fn own(conn: &Conn, owner: i64, name: &str) -> Result<List> {
    let sql = format!("{SELECT} WHERE l.owner = ?1 AND l.name = ?2");
    conn.query_opt(&sql, params![owner, name], from_row)?
        .ok_or_else(|| Error::not_found("list", name))
}

fn check(new: &NewList) -> Result<()> {
    let length = new.name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length)
        || new.name.contains(|c: char| c.is_control() || c == '/')
    {
        return Err(Error::Invalid(format!(
            "a list's name has 1 to {LONGEST_NAME} characters, no slash and no control characters"
        )));
    }
    if new.description.chars().count() > LONGEST || new.description.contains(char::is_control) {
        return Err(Error::Invalid(format!(
            "a description has at most {LONGEST} characters, and no control characters"
        )));
    }
    Ok(())
}

fn insert(tx: &Tx, owner: i64, new: &NewList) -> Result<()> {
    let sql = "SELECT count(*) FROM list WHERE owner = ?1";
    if tx.query_one(sql, params![owner], |row| row.int(0))? >= MOST {
        return Err(Error::Conflict(format!(
            "an account has at most {MOST} lists"
        )));
    }
    let taken = |error: Error| match error.is_duplicate() {
        true => Error::Conflict(format!("there is a list {} already", new.name)),
        false => error,
    };
    let audience = format!("{}/{}", account::by_id(tx, owner)?.name, new.name);
    let sql = "INSERT INTO audience (name, kind, created) VALUES (?1, ?2, ?3) RETURNING id";
    let row = params![&audience, AudienceKind::Accounts as i64 + 1, now()];
    let audience = tx.query_one(sql, row, |row| row.int(0)).map_err(taken)?;
    let sql = "INSERT INTO list (owner, name, description, hidden, audience, created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let hidden = i64::from(new.hidden);
    tx.execute(
        sql,
        params![owner, &new.name, &new.description, hidden, audience, now()],
    )?;
    Ok(())
}

impl Store {
    /// Makes a list; [`Error::Conflict`] if there is one of that name.
    pub async fn add_list(&self, owner: i64, new: NewList) -> Result<List> {
        check(&new)?;
        self.write(move |tx| {
            insert(tx, owner, &new)?;
            own(tx, owner, &new.name)
        })
        .await
    }

    /// Gives a list another description, and hides it or not.
    pub async fn change_list(&self, owner: i64, new: NewList) -> Result<List> {
        check(&new)?;
        self.write(move |tx| {
            let list = own(tx, owner, &new.name)?;
            let sql = "UPDATE list SET description = ?2, hidden = ?3 WHERE id = ?1";
            tx.execute(
                sql,
                params![list.id, &new.description, i64::from(new.hidden)],
            )?;
            own(tx, owner, &new.name)
        })
        .await
    }

    /// Deletes a list to which nothing was posted; others are emptied instead, since who may read those
    /// posts is decided by it.
    pub async fn delete_list(&self, owner: i64, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.write(move |tx| {
            let list = own(tx, owner, &name)?;
            let sql = "SELECT 1 FROM post WHERE audience = ?1
                UNION SELECT 1 FROM story WHERE audience = ?1
                UNION SELECT 1 FROM source WHERE audience = ?1 LIMIT 1";
            if tx
                .query_opt(sql, params![list.audience], |_| Ok(()))?
                .is_some()
            {
                let text = format!("something was posted to {name}: take its members out instead");
                return Err(Error::Conflict(text));
            }
            tx.execute("DELETE FROM list WHERE id = ?1", params![list.id])?;
            let sql = "DELETE FROM audience_account WHERE audience = ?1";
            tx.execute(sql, params![list.audience])?;
            tx.execute("DELETE FROM audience WHERE id = ?1", params![list.audience])?;
            Ok(())
        })
        .await
    }

    /// Puts an account, by name, into a list or takes it out. Tells whether that changed anything.
    pub async fn set_list_member(
        &self,
        owner: i64,
        name: &str,
        member: &str,
        on: bool,
    ) -> Result<bool> {
        let (name, member) = (name.to_owned(), member.to_owned());
        self.write(move |tx| {
            let list = own(tx, owner, &name)?;
            let member = account::by_name(tx, &member)?.id;
            if !on {
                let sql = "DELETE FROM audience_account WHERE audience = ?1 AND account = ?2";
                return Ok(tx.execute(sql, params![list.audience, member])? > 0);
            }
            let sql = "SELECT count(*) FROM audience_account WHERE audience = ?1";
            if tx.query_one(sql, params![list.audience], |row| row.int(0))? >= MOST_MEMBERS {
                return Err(Error::Conflict(format!(
                    "a list has at most {MOST_MEMBERS} members"
                )));
            }
            let sql = "INSERT INTO audience_account (audience, account, at) VALUES (?1, ?2, ?3)
                ON CONFLICT DO NOTHING";
            Ok(tx.execute(sql, params![list.audience, member, now()])? > 0)
        })
        .await
    }

    /// An account's lists that the reader may know of, by age.
    pub async fn lists(&self, reader: &Reader, owner: &str) -> Result<Vec<List>> {
        let (reader, owner) = (reader.clone(), owner.to_owned());
        self.read(move |conn| {
            account::by_name(conn, &owner)?;
            let sql = format!("{SELECT} WHERE o.name = ?1 AND l.id > ?2 AND {KNOWN} ORDER BY l.id");
            let (me, all) = eyes(&reader);
            conn.query(&sql, params![&owner, 0, me, all], from_row)
        })
        .await
    }

    /// A list that the reader may know of.
    pub async fn list(&self, reader: &Reader, owner: &str, name: &str) -> Result<List> {
        let (reader, owner, name) = (reader.clone(), owner.to_owned(), name.to_owned());
        self.read(move |conn| by_name(conn, &reader, &owner, &name))
            .await
    }

    /// Its members, in the order in which they came.
    pub async fn list_members(&self, list: &List) -> Result<Vec<Account>> {
        let audience = list.audience;
        self.read(move |conn| {
            let of = "SELECT account FROM audience_account WHERE audience = ?1";
            let mut accounts = account::among(conn, of, audience)?;
            let sql =
                "SELECT account FROM audience_account WHERE audience = ?1 ORDER BY at, account";
            let order = conn.query(sql, params![audience], |row| row.int(0))?;
            accounts.sort_by_key(|one| order.iter().position(|id| *id == one.id));
            Ok(accounts)
        })
        .await
    }

    /// The audiences that an account may speak to, everyone first.
    pub async fn audiences_of(&self, account: i64) -> Result<Vec<audience::Audience>> {
        self.read(move |conn| {
            let reached = Reader::account(account).sight(conn)?;
            let sql = "SELECT name FROM audience WHERE id = ANY(?1)
                UNION SELECT d.name FROM list l JOIN audience d ON d.id = l.audience
                    WHERE l.owner = ?2
                ORDER BY 1";
            let names = conn.query(sql, params![reached.audiences(), account], |row| {
                row.text(0)
            })?;
            let all = names.iter().map(|name| audience::by_name(conn, name));
            let mut all: Vec<_> = all.collect::<Result<_>>()?;
            all.sort_by_key(|audience| audience.kind != AudienceKind::Everyone);
            Ok(all)
        })
        .await
    }
}
