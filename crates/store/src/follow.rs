//! Following accounts and tags, and muting accounts.

use noroshi_indicator::fold;

use crate::account::{self, Account};
use crate::error::{Error, Result};
use crate::notification::{self, NotificationKind};
use crate::sql::{Conn, params};
use crate::{Store, now};

/// The most accounts, or tags, that one account follows or mutes.
const MOST: i64 = 2_000;
/// The longest tag, in characters.
const LONGEST_TAG: usize = 100;

pub(crate) fn followed(conn: &Conn, account: i64) -> Result<Vec<i64>> {
    let sql = "SELECT followed FROM follow_account WHERE account = ?1 ORDER BY followed";
    conn.query(sql, params![account], |row| row.int(0))
}

/// Folded.
pub(crate) fn followed_tags(conn: &Conn, account: i64) -> Result<Vec<String>> {
    let sql = "SELECT tag FROM follow_tag WHERE account = ?1 ORDER BY tag";
    conn.query(sql, params![account], |row| row.text(0))
}

pub(crate) fn muted(conn: &Conn, account: i64) -> Result<Vec<i64>> {
    let sql = "SELECT muted FROM mute WHERE account = ?1 ORDER BY muted";
    conn.query(sql, params![account], |row| row.int(0))
}

fn room(conn: &Conn, sql: &str, account: i64) -> Result<()> {
    match conn.query_one(sql, params![account], |row| row.int(0))? < MOST {
        true => Ok(()),
        false => Err(Error::Conflict(format!(
            "{MOST} are the most; let one go first"
        ))),
    }
}

impl Store {
    /// Follows an account, by name, or no longer. Tells whether that changed anything.
    pub async fn follow_account(&self, account: i64, name: &str, on: bool) -> Result<bool> {
        let name = name.to_owned();
        self.write(move |tx| {
            let followed = account::by_name(tx, &name)?.id;
            if !on {
                let sql = "DELETE FROM follow_account WHERE account = ?1 AND followed = ?2";
                return Ok(tx.execute(sql, params![account, followed])? > 0);
            }
            room(
                tx,
                "SELECT count(*) FROM follow_account WHERE account = ?1",
                account,
            )?;
            let sql = "INSERT INTO follow_account (account, followed, at) VALUES (?1, ?2, ?3)
                ON CONFLICT DO NOTHING";
            let new = tx.execute(sql, params![account, followed, now()])? > 0;
            if new {
                notification::tell(tx, NotificationKind::Follow, account, None, &[followed])?;
            }
            Ok(new)
        })
        .await
    }

    /// Follows a tag, or no longer. Tells whether that changed anything.
    pub async fn follow_tag(&self, account: i64, tag: &str, on: bool) -> Result<bool> {
        let label = tag.trim_start_matches(['#', '＃']).to_owned();
        if label.is_empty()
            || label.chars().count() > LONGEST_TAG
            || label.contains(char::is_whitespace)
        {
            return Err(Error::Invalid(format!("{label:?} is no tag")));
        }
        self.write(move |tx| {
            let tag = fold(&label);
            if !on {
                let sql = "DELETE FROM follow_tag WHERE account = ?1 AND tag = ?2";
                return Ok(tx.execute(sql, params![account, &tag])? > 0);
            }
            room(
                tx,
                "SELECT count(*) FROM follow_tag WHERE account = ?1",
                account,
            )?;
            let sql = "INSERT INTO follow_tag (account, tag, label, at) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT DO NOTHING";
            Ok(tx.execute(sql, params![account, &tag, &label, now()])? > 0)
        })
        .await
    }

    /// Mutes an account, by name, or no longer. Tells whether that changed anything.
    pub async fn mute_account(&self, account: i64, name: &str, on: bool) -> Result<bool> {
        let name = name.to_owned();
        self.write(move |tx| {
            let muted = account::by_name(tx, &name)?.id;
            if muted == account {
                return Err(Error::Invalid("nobody mutes themselves".to_owned()));
            }
            if !on {
                let sql = "DELETE FROM mute WHERE account = ?1 AND muted = ?2";
                return Ok(tx.execute(sql, params![account, muted])? > 0);
            }
            room(tx, "SELECT count(*) FROM mute WHERE account = ?1", account)?;
            let sql =
                "INSERT INTO mute (account, muted, at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            Ok(tx.execute(sql, params![account, muted, now()])? > 0)
        })
        .await
    }

    /// The accounts that an account follows, by name.
    pub async fn following(&self, account: i64) -> Result<Vec<Account>> {
        self.among(
            account,
            "SELECT followed FROM follow_account WHERE account = ?1",
        )
        .await
    }

    /// The accounts that follow an account, by name.
    pub async fn followers(&self, account: i64) -> Result<Vec<Account>> {
        self.among(
            account,
            "SELECT account FROM follow_account WHERE followed = ?1",
        )
        .await
    }

    /// The accounts that an account muted, by name.
    pub async fn muted(&self, account: i64) -> Result<Vec<Account>> {
        self.among(account, "SELECT muted FROM mute WHERE account = ?1")
            .await
    }

    /// The tags that an account follows, as it wrote them, in order.
    pub async fn following_tags(&self, account: i64) -> Result<Vec<String>> {
        self.read(move |conn| {
            let sql = "SELECT label FROM follow_tag WHERE account = ?1 ORDER BY tag";
            conn.query(sql, params![account], |row| row.text(0))
        })
        .await
    }

    async fn among(&self, account: i64, of: &'static str) -> Result<Vec<Account>> {
        self.read(move |conn| account::among(conn, of, account))
            .await
    }
}
