//! Making, changing and deleting channels.

use jiff::tz::TimeZone;

use super::{Channel, ChannelKind, KNOWN, NewChannel, SELECT, by_id, from_row, known, me};
use crate::error::{Error, Result};
use crate::sql::{Conn, Tx, params};
use crate::{Reader, Store, account, audience, audit, now, post};

/// The longest name, in characters, and the longest configuration and secret, in bytes.
const LONGEST_NAME: usize = 64;
const LONGEST: usize = 16_384;
/// The most channels of an account, and messages an hour of a channel.
const MOST: i64 = 100;
const MOST_PER_HOUR: i64 = 1_000;

fn check(new: &NewChannel) -> Result<()> {
    let invalid = |text: String| Err(Error::Invalid(text));
    let length = new.name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length) || new.name.contains(char::is_control) {
        return invalid(format!(
            "a channel's name has 1 to {LONGEST_NAME} characters, and no control characters"
        ));
    }
    if new.config.len() > LONGEST || new.secret.as_ref().is_some_and(|s| s.len() > LONGEST) {
        return invalid(format!("a channel's address has at most {LONGEST} bytes"));
    }
    if !matches!(new.language.as_str(), "en" | "ja") {
        return invalid(format!(
            "{:?} is not a language here: use en or ja",
            new.language
        ));
    }
    if new.zone.len() > 64 || TimeZone::get(&new.zone).is_err() {
        return invalid(format!("there is no time zone {:?}", new.zone));
    }
    if !(1..=MOST_PER_HOUR).contains(&new.per_hour) {
        return invalid(format!(
            "a channel takes 1 to {MOST_PER_HOUR} messages an hour"
        ));
    }
    if new.kind == ChannelKind::Timeline && new.audience.is_none() {
        return invalid("a channel to the timeline needs an audience".to_owned());
    }
    Ok(())
}

/// The audience's number, if the owner may speak to it.
fn reached(conn: &Conn, owner: i64, name: Option<&str>) -> Result<Option<i64>> {
    let Some(name) = name else { return Ok(None) };
    let owner = account::by_id(conn, owner)?;
    Ok(Some(post::open_to(conn, &owner, name)?.id))
}

fn taken(name: &str) -> impl Fn(Error) -> Error {
    move |error| match error.is_duplicate() {
        true => Error::Conflict(format!("there is a channel {name} already")),
        false => error,
    }
}

fn insert(tx: &Tx, owner: i64, new: &NewChannel) -> Result<i64> {
    let sql = "SELECT count(*) FROM channel WHERE owner = ?1 AND deleted IS NULL";
    if tx.query_one(sql, params![owner], |row| row.int(0))? >= MOST {
        return Err(Error::Conflict(format!(
            "an account has at most {MOST} channels"
        )));
    }
    let audience = reached(tx, owner, new.audience.as_deref())?;
    let sql = "INSERT INTO channel (owner, name, kind, config, secret, language, zone, cadence,
            per_hour, audience, enabled, failures, created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, ?12) RETURNING id";
    let row = params![
        owner,
        &new.name,
        new.kind as i64 + 1,
        &new.config,
        new.secret.as_deref(),
        &new.language,
        &new.zone,
        new.cadence as i64 + 1,
        new.per_hour,
        audience,
        i64::from(new.enabled),
        now()
    ];
    tx.query_one(sql, row, |row| row.int(0))
        .map_err(taken(&new.name))
}

fn update(tx: &Tx, old: &Channel, new: &NewChannel) -> Result<()> {
    let audience = match new.audience == old.audience {
        // Who changes the rest need not speak to it.
        true => match &new.audience {
            Some(name) => Some(audience::by_name(tx, name)?.id),
            None => None,
        },
        false => reached(tx, old.owner_id, new.audience.as_deref())?,
    };
    let sql = "UPDATE channel SET name = ?2, config = ?3, secret = coalesce(?4, secret),
            language = ?5, zone = ?6, cadence = ?7, per_hour = ?8, audience = ?9, enabled = ?10,
            failures = 0, paused_until = NULL
        WHERE id = ?1";
    let row = params![
        old.id,
        &new.name,
        &new.config,
        new.secret.as_deref(),
        &new.language,
        &new.zone,
        new.cadence as i64 + 1,
        new.per_hour,
        audience,
        i64::from(new.enabled)
    ];
    tx.execute(sql, row).map_err(taken(&new.name))?;
    if (new.cadence, &new.zone) != (old.cadence, &old.zone) {
        let sql =
            "UPDATE delivery SET next_try = ?2 WHERE channel = ?1 AND gathers = 1 AND hunt = 0";
        tx.execute(sql, params![old.id, new.cadence.due(&new.zone, now())])?;
    }
    Ok(())
}

impl Store {
    /// Makes a channel of an account. Its audience is one to which the account may speak.
    pub async fn add_channel(&self, owner: i64, new: NewChannel) -> Result<Channel> {
        check(&new)?;
        self.write(move |tx| {
            let id = insert(tx, owner, &new)?;
            let who = Reader::account(owner);
            audit::note(tx, &who, "channel.add", &new.name, Some(new.kind.name()))?;
            by_id(tx, id)
        })
        .await
    }

    /// Changes a channel. What is not said of its secret stays; its kind stays in any case.
    pub async fn change_channel(
        &self,
        reader: &Reader,
        id: i64,
        new: NewChannel,
    ) -> Result<Channel> {
        check(&new)?;
        let reader = reader.clone();
        self.write(move |tx| {
            let old = known(tx, &reader, id)?;
            if old.kind != new.kind {
                return Err(Error::Invalid("a channel's kind never changes".to_owned()));
            }
            update(tx, &old, &new)?;
            audit::note(tx, &reader, "channel.change", &new.name, Some(&old.owner))?;
            by_id(tx, id)
        })
        .await
    }

    /// Deletes a channel, with what was still to be told on it and with its secret; its log stays.
    pub async fn delete_channel(&self, reader: &Reader, id: i64) -> Result<()> {
        let reader = reader.clone();
        self.write(move |tx| {
            let channel = known(tx, &reader, id)?;
            let sql = "UPDATE channel SET deleted = ?2, secret = NULL, enabled = 0 WHERE id = ?1";
            tx.execute(sql, params![id, now()])?;
            tx.execute("DELETE FROM notice WHERE channel = ?1", params![id])?;
            tx.execute("DELETE FROM hunt_channel WHERE channel = ?1", params![id])?;
            let sql = "DELETE FROM delivery WHERE channel = ?1 AND state = 1";
            tx.execute(sql, params![id])?;
            audit::note(
                tx,
                &reader,
                "channel.delete",
                &channel.name,
                Some(&channel.owner),
            )
        })
        .await
    }

    /// The reader's channels, or all of an administrator's hub; by owner and name.
    pub async fn channels(&self, reader: &Reader) -> Result<Vec<Channel>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let sql = format!("{SELECT} AND {KNOWN} ORDER BY o.name, c.name, c.id");
            conn.query(&sql, params![me(&reader)], from_row)
        })
        .await
    }

    /// A channel that the reader may know of.
    pub async fn channel(&self, reader: &Reader, id: i64) -> Result<Channel> {
        let reader = reader.clone();
        self.read(move |conn| known(conn, &reader, id)).await
    }

    /// What sending needs and nobody may see.
    pub async fn channel_secret(&self, id: i64) -> Result<Option<String>> {
        self.read(move |conn| {
            let sql = "SELECT secret FROM channel WHERE id = ?1 AND deleted IS NULL";
            conn.query_one(sql, params![id], |row| row.opt_text(0))
        })
        .await
    }
}
