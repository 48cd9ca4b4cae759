//! Making and changing hunts.

use noroshi_query::{Expr, Query, Rules, Term, TimeZone, parse, shorthand, watchlist};

use super::{Eyes, Hunt, HuntForm, find, own};
use crate::change;
use crate::error::{Error, Result};
use crate::post::open_to;
use crate::sql::{Conn, Tx, params};
use crate::{Account, Reader, Role, Store, account, audit, key, now, source};

/// The longest name, in characters.
const LONGEST_NAME: usize = 100;
/// The most of what is typed, in bytes.
const LONGEST: usize = 256 * 1024;
/// The most hunts of an account, and channels and sources of a hunt.
const MOST: i64 = 2_000;
const MOST_CHANNELS: usize = 50;

/// A hunt to make, or how one is to be.
#[derive(Clone, Debug, Default)]
pub struct NewHunt {
    /// 1 to 100 characters, unique among the owner's; no slash, no control characters.
    pub name: String,
    /// How it is written.
    pub form: HuntForm,
    /// A query, words with commas, or a list with an entry a line.
    pub words: String,
    /// Which look-alikes a watch-list looks for.
    pub rules: Rules,
    /// Name of the audience that it is shared with.
    pub audience: Option<String>,
    /// Whether it watches.
    pub enabled: bool,
    /// Numbers of the channels that its notices go to.
    pub channels: Vec<i64>,
    /// Names of the sources whose search or subscription its words are.
    pub drives: Vec<String>,
}

impl NewHunt {
    /// The queries that it stands for.
    ///
    /// # Errors
    ///
    /// What is wrong with the words, with its column or line.
    pub fn queries(&self, zone: &TimeZone) -> Result<Vec<Query>> {
        let invalid = |text: String| Error::Invalid(text);
        if self.words.len() > LONGEST {
            return Err(invalid(format!(
                "a hunt has at most {LONGEST} bytes of words"
            )));
        }
        let queries = match self.form {
            HuntForm::Query => {
                let query = parse(&one_line(&self.words), now(), zone);
                vec![query.map_err(|error| invalid(error.to_string()))?]
            }
            HuntForm::Words => {
                shorthand(&one_line(&self.words)).map_err(|error| invalid(error.to_string()))?
            }
            HuntForm::Watchlist => {
                let list = watchlist(&self.words, self.rules, now(), zone);
                list.map_err(|errors| {
                    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                    invalid(lines.join("\n"))
                })?
            }
        };
        if queries
            .iter()
            .any(|query| query.expr.as_ref().is_some_and(asks_for_hits))
        {
            return Err(invalid(
                "a hunt cannot look for the hits of hunts: `hunt:` is for searching".to_owned(),
            ));
        }
        Ok(queries)
    }

    fn check(&self) -> Result<()> {
        let length = self.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length)
            || self.name.trim() != self.name
            || self.name.contains(|c: char| c.is_control() || c == '/')
        {
            return Err(Error::Invalid(format!(
                "a hunt's name has 1 to {LONGEST_NAME} characters, no slash, no control characters, \
                 and no white space at its ends"
            )));
        }
        if self.channels.len().max(self.drives.len()) > MOST_CHANNELS {
            return Err(Error::Invalid(format!(
                "a hunt has at most {MOST_CHANNELS} channels and sources"
            )));
        }
        Ok(())
    }

    /// What is kept to be parsed: a query a line. A query stays as it was typed, since `last:7d` is to go on
    /// meaning the last seven days.
    fn lines(&self, zone: &TimeZone) -> Result<String> {
        let queries = self.queries(zone)?;
        if self.form == HuntForm::Query {
            return Ok(one_line(&self.words));
        }
        let lines: Vec<String> = queries.iter().map(Query::to_string).collect();
        Ok(lines.join("\n"))
    }
}

fn one_line(text: &str) -> String {
    text.trim().replace(['\r', '\n'], " ")
}

fn asks_for_hits(expr: &Expr) -> bool {
    match expr {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(asks_for_hits),
        Expr::Not(inner) => asks_for_hits(inner),
        Expr::Term(term) => matches!(term, Term::Hunt(_)),
    }
}

/// The zone in which an account reads dates.
pub(super) fn zone_of(conn: &Conn, account: i64) -> Result<TimeZone> {
    let sql = "SELECT zone FROM preference WHERE account = ?1";
    let zone = conn.query_opt(sql, params![account], |row| row.opt_text(0))?;
    let named = zone.flatten().and_then(|name| TimeZone::get(&name).ok());
    Ok(named.unwrap_or(TimeZone::UTC))
}

/// Raises the version of all hunts and takes its lock, under which the newest change is asked for: what is
/// committed later counts, what was held against the hunts before does not.
pub(super) fn raise(tx: &Tx) -> Result<i64> {
    let sql = "UPDATE hunt_place SET version = version + 1 WHERE id = 1 RETURNING version";
    tx.query_one(sql, params![], |row| row.int(0))
}

/// The hunt, if the account may change it: its owner, or an administrator who may see it. The operator may
/// change any.
pub(super) fn changeable(tx: &Tx, reader: &Reader, id: i64) -> Result<Hunt> {
    let hunt = find::one(tx, &Eyes::of(tx, reader)?, id)?;
    let Some(me) = reader.account_id() else {
        return Ok(hunt);
    };
    if hunt.owner_id == me || account::by_id(tx, me)?.role == Role::Admin {
        return Ok(hunt);
    }
    let text = "only its owner or an administrator changes a hunt";
    Err(Error::Forbidden(text.to_owned()))
}

fn audience_of(tx: &Tx, owner: &Account, new: &NewHunt) -> Result<Option<i64>> {
    let named = new.audience.as_deref().map(|name| open_to(tx, owner, name));
    Ok(named.transpose()?.map(|audience| audience.id))
}

fn taken(name: &str) -> impl Fn(Error) -> Error {
    move |error| match error.is_duplicate() {
        true => Error::Conflict(format!("there is a hunt {name:?} already")),
        false => error,
    }
}

fn insert(tx: &Tx, owner: i64, new: &NewHunt) -> Result<i64> {
    let owner = account::by_id(tx, owner)?;
    let sql = "SELECT count(*) FROM hunt WHERE owner = ?1 AND deleted IS NULL";
    if tx.query_one(sql, params![owner.id], |row| row.int(0))? >= MOST {
        return Err(Error::Conflict(format!(
            "an account has at most {MOST} hunts"
        )));
    }
    let lines = new.lines(&zone_of(tx, owner.id)?)?;
    let audience = audience_of(tx, &owner, new)?;
    let version = raise(tx)?;
    let sql = "INSERT INTO hunt (owner, name, form, words, rules, query, audience, enabled, since, version,
            created, edited)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)
        ON CONFLICT DO NOTHING RETURNING id";
    let row = params![
        owner.id,
        &new.name,
        new.form.code(),
        &new.words,
        new.rules.code(),
        &lines,
        audience,
        i64::from(new.enabled),
        change::newest(tx)?,
        version,
        now()
    ];
    let id = tx.query_opt(sql, row, |row| row.int(0))?;
    let text = format!("there is a hunt {:?} already", new.name);
    let id = id.ok_or(Error::Conflict(text))?;
    set_outlets(tx, owner.id, id, new)?;
    Ok(id)
}

fn set_outlets(tx: &Tx, owner: i64, id: i64, new: &NewHunt) -> Result<()> {
    let reader = &Reader::account(owner);
    tx.execute("DELETE FROM hunt_channel WHERE hunt = ?1", params![id])?;
    for channel in &new.channels {
        let sql = "INSERT INTO hunt_channel (hunt, channel)
            SELECT u.id, c.id FROM hunt u JOIN channel c ON c.owner = u.owner
            WHERE u.id = ?1 AND c.id = ?2 AND c.deleted IS NULL
            ON CONFLICT (hunt, channel) DO UPDATE SET channel = excluded.channel";
        if tx.execute(sql, params![id, *channel])? == 0 {
            return Err(Error::not_found("channel", channel.to_string()));
        }
    }
    own::keep(tx, id, new.form, &new.words)?;
    tx.execute("DELETE FROM hunt_drive WHERE hunt = ?1", params![id])?;
    for name in &new.drives {
        let source = source::by_name(tx, reader, name)?;
        let sql = "INSERT INTO hunt_drive (hunt, source) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        tx.execute(sql, params![id, source.id])?;
    }
    Ok(())
}

/// An edit counts from now on, and so does a hunt that is switched on.
fn update(tx: &Tx, hunt: &Hunt, new: &NewHunt) -> Result<()> {
    let owner = account::by_id(tx, hunt.owner_id)?;
    let lines = new.lines(&zone_of(tx, owner.id)?)?;
    let audience = match new.audience == hunt.audience {
        // One that the owner could not choose any more stays.
        true => tx.query_one(
            "SELECT audience FROM hunt WHERE id = ?1",
            params![hunt.id],
            |row| row.opt_int(0),
        )?,
        false => audience_of(tx, &owner, new)?,
    };
    let version = raise(tx)?;
    let sql =
        "UPDATE hunt SET name = ?2, form = ?3, words = ?4, rules = ?5, query = ?6, audience = ?7,
            version = ?8, edited = ?9 WHERE id = ?1";
    let row = params![
        hunt.id,
        &new.name,
        new.form.code(),
        &new.words,
        new.rules.code(),
        &lines,
        audience,
        version,
        now()
    ];
    tx.execute(sql, row).map_err(taken(&new.name))?;
    if lines != hunt.queries.join("\n") || new.enabled != hunt.enabled {
        switch(tx, hunt.id, new.enabled, version)?;
    }
    set_outlets(tx, owner.id, hunt.id, new)
}

fn switch(tx: &Tx, id: i64, on: bool, version: i64) -> Result<()> {
    let sql = "UPDATE hunt SET enabled = ?2, paused = NULL, since = ?3, version = ?4 WHERE id = ?1";
    let row = params![id, i64::from(on), change::newest(tx)?, version];
    tx.execute(sql, row)?;
    Ok(())
}

impl Store {
    /// Makes a hunt, which looks at what comes from now on; [`Error::Conflict`] if there is one of that name.
    pub async fn add_hunt(&self, owner: i64, new: NewHunt) -> Result<Hunt> {
        new.check()?;
        self.write(move |tx| {
            let id = insert(tx, owner, &new)?;
            find::one(tx, &Eyes::of(tx, &Reader::account(owner))?, id)
        })
        .await
    }

    /// Gives a hunt everything anew. What it found stays; other words look at what comes from now on.
    pub async fn change_hunt(&self, reader: &Reader, id: i64, new: NewHunt) -> Result<Hunt> {
        new.check()?;
        let reader = reader.clone();
        self.write(move |tx| {
            let hunt = changeable(tx, &reader, id)?;
            update(tx, &hunt, &new)?;
            find::one(tx, &Eyes::of(tx, &reader)?, id)
        })
        .await
    }

    /// Switches a hunt on, from now on, or off.
    pub async fn switch_hunt(&self, reader: &Reader, id: i64, on: bool) -> Result<Hunt> {
        let reader = reader.clone();
        self.write(move |tx| {
            let hunt = changeable(tx, &reader, id)?;
            if hunt.enabled != on {
                let version = raise(tx)?;
                switch(tx, id, on, version)?;
            }
            find::one(tx, &Eyes::of(tx, &reader)?, id)
        })
        .await
    }

    /// Lets a hunt send no notices until then (in microseconds since the epoch), or again.
    pub async fn mute_hunt(&self, reader: &Reader, id: i64, until: Option<i64>) -> Result<Hunt> {
        let reader = reader.clone();
        self.write(move |tx| {
            changeable(tx, &reader, id)?;
            let sql = "UPDATE hunt SET muted_until = ?2 WHERE id = ?1";
            tx.execute(sql, params![id, until])?;
            find::one(tx, &Eyes::of(tx, &reader)?, id)
        })
        .await
    }

    /// Deletes a hunt, and with it what it found.
    pub async fn delete_hunt(&self, reader: &Reader, id: i64) -> Result<()> {
        let reader = reader.clone();
        self.write(move |tx| {
            let hunt = changeable(tx, &reader, id)?;
            let version = raise(tx)?;
            let sql = "UPDATE hunt SET deleted = ?2, enabled = 0, version = ?3, token = NULL WHERE id = ?1";
            tx.execute(sql, params![id, now(), version])?;
            for table in ["hunt_channel", "hunt_drive", "hunt_mute", "watched_domain"] {
                tx.execute(&format!("DELETE FROM {table} WHERE hunt = ?1"), params![id])?;
            }
            let sql = "UPDATE hunt_job SET state = 4, finished = ?2 WHERE hunt = ?1 AND state IN (1, 2)";
            tx.execute(sql, params![id, now()])?;
            if reader.account_id() != Some(hunt.owner_id) {
                audit::note(tx, &reader, "hunt.delete", &id.to_string(), Some(&hunt.owner))?;
            }
            Ok(())
        })
        .await
    }

    /// Gives a hunt a new secret address of its feed, which is told this once; the former one is no longer
    /// good. Nothing takes it away.
    pub async fn set_hunt_feed(
        &self,
        reader: &Reader,
        id: i64,
        on: bool,
    ) -> Result<Option<String>> {
        let reader = reader.clone();
        let secret = match on {
            true => Some(key::random_token()?),
            false => None,
        };
        self.write(move |tx| {
            let hunt = changeable(tx, &reader, id)?;
            // A feed is read with the owner's eyes, so nobody else hands out its address.
            if reader.account_id().is_some_and(|me| me != hunt.owner_id) {
                let text = "only its owner gives a hunt's feed an address";
                return Err(Error::Forbidden(text.to_owned()));
            }
            let hash = secret.as_deref().map(key::hash);
            let sql = "UPDATE hunt SET token = ?2 WHERE id = ?1";
            let token = hash
                .as_ref()
                .map_or(crate::sql::Param::Null, |hash| hash.into());
            tx.execute(sql, &[id.into(), token])?;
            Ok(secret.clone())
        })
        .await
    }
}
