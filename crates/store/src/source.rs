//! Sources: who collects, how it went, who may read.

use noroshi_indicator::Tlp;

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{AccountKind, DigestRule, NewAccount, Reader, Role, Store, account, audience, now};

/// What a body means for the rows that are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A body is the whole list: what is missing was delisted.
    Snapshot,
    /// A body adds to the list.
    Increment,
}

impl Mode {
    /// `snapshot` or `increment`.
    pub fn name(self) -> &'static str {
        ["snapshot", "increment"][self as usize]
    }
}

/// A source to keep, as its recipe describes it.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// Also the name of its account.
    pub name: String,
    /// Whole lists or additions.
    pub mode: Mode,
    /// A listing expires so many microseconds after it was last seen.
    pub expiry: Option<i64>,
    /// Name of the audience. Taken when the source is new; later the administrator's word counts.
    pub audience: String,
    /// The marking. Taken when the source is new.
    pub tlp: Tlp,
    /// Whether the schedule collects it. Taken when the source is new.
    pub enabled: bool,
    /// The account that owns it and may always read it.
    pub owner: Option<String>,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its number.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// Whether the schedule collects it.
    pub enabled: bool,
    /// Whole lists or additions.
    pub mode: Mode,
    /// Name of the audience.
    pub audience: String,
    /// The marking.
    pub tlp: Tlp,
    /// A listing expires so many microseconds after it was last seen.
    pub expiry: Option<i64>,
    /// Validator of the last good body.
    pub etag: Option<String>,
    /// Validator of the last good body.
    pub last_modified: Option<String>,
    /// End of the last complete run; this and the next two in microseconds since the epoch.
    pub last_good: Option<i64>,
    /// Last try.
    pub last_run: Option<i64>,
    /// When the schedule collects it next.
    pub next_run: Option<i64>,
    /// Failed tries since the last good one.
    pub failures: i64,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it speaks on the timeline.
    pub digest: DigestRule,
    /// How far the last complete run came, in the words of whoever collects.
    pub progress: Option<String>,
}

/// How a try to collect ended, for the schedule.
#[derive(Clone, Debug)]
pub struct RunOutcome {
    /// Why it failed; nothing when it went well.
    pub error: Option<String>,
    /// When to try again, in microseconds since the epoch.
    pub next_run: i64,
    /// Validators of a body that went in whole.
    pub validators: Option<(Option<String>, Option<String>)>,
}

const COLUMNS: &str = "s.id, s.name, s.enabled, s.mode, a.name, s.tlp, s.expiry, s.etag,
    s.last_modified, s.last_good, s.last_run, s.next_run, s.failures, s.last_error,
    s.digest, s.digest_least, s.digest_pause, s.progress";
const FROM: &str = "source s JOIN audience a ON a.id = s.audience";

fn from_row(row: &Row) -> Result<Source> {
    Ok(Source {
        id: row.int(0)?,
        name: row.text(1)?,
        enabled: row.int(2)? != 0,
        mode: if row.int(3)? == 1 {
            Mode::Snapshot
        } else {
            Mode::Increment
        },
        audience: row.text(4)?,
        tlp: tlp(row.int(5)?)?,
        expiry: row.opt_int(6)?,
        etag: row.opt_text(7)?,
        last_modified: row.opt_text(8)?,
        last_good: row.opt_int(9)?,
        last_run: row.opt_int(10)?,
        next_run: row.opt_int(11)?,
        failures: row.int(12)?,
        last_error: row.opt_text(13)?,
        digest: DigestRule {
            on: row.int(14)? != 0,
            least: row.int(15)?,
            pause: row.int(16)?,
        },
        progress: row.opt_text(17)?,
    })
}

pub(crate) fn tlp(code: i64) -> Result<Tlp> {
    Tlp::from_code(code as i16).ok_or_else(|| Error::Corrupt(format!("TLP {code}")))
}

/// The source of that name, if the reader may see it.
pub(crate) fn by_name(conn: &Conn, reader: &Reader, name: &str) -> Result<Source> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE s.name = ?1");
    let source = conn.query_opt(&sql, params![name], from_row)?;
    let seen = reader.sources(conn)?;
    source
        .filter(|source| seen.contains(&source.id))
        .ok_or_else(|| Error::not_found("source", name))
}

pub(crate) fn by_id(conn: &Conn, id: i64) -> Result<Source> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE s.id = ?1");
    conn.query_opt(&sql, params![id], from_row)?
        .ok_or_else(|| Error::not_found("source", id.to_string()))
}

impl Store {
    /// Keeps what a recipe says about a source; makes it, with its account, when it is new. A TLP
    /// that is narrower than the audience is refused.
    pub async fn ensure_source(&self, new: NewSource) -> Result<Source> {
        self.write(move |tx| {
            let known = "SELECT id FROM source WHERE name = ?1";
            let id = match tx.query_opt(known, params![&new.name], |row| row.int(0))? {
                Some(id) => {
                    let sql = "UPDATE source SET mode = ?2, expiry = ?3 WHERE id = ?1";
                    tx.execute(sql, params![id, new.mode as i64 + 1, new.expiry])?;
                    id
                }
                None => insert(tx, &new)?,
            };
            by_id(tx, id)
        })
        .await
    }

    /// The source of that name, if the reader may see it.
    pub async fn source(&self, reader: &Reader, name: &str) -> Result<Source> {
        let (reader, name) = (reader.clone(), name.to_owned());
        self.read(move |conn| by_name(conn, &reader, &name)).await
    }

    /// The sources the reader may see, by name.
    pub async fn sources(&self, reader: &Reader) -> Result<Vec<Source>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let seen = reader.sources(conn)?;
            let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE s.id = ANY(?1) ORDER BY s.name");
            conn.query(&sql, params![seen.ids()], from_row)
        })
        .await
    }

    /// Switches the schedule of a source on or off.
    pub async fn enable_source(
        &self,
        reader: &Reader,
        name: &str,
        enabled: bool,
    ) -> Result<Source> {
        let (reader, name) = (reader.clone(), name.to_owned());
        self.write(move |tx| {
            let source = by_name(tx, &reader, &name)?;
            let sql = "UPDATE source SET enabled = ?2, next_run = NULL WHERE id = ?1";
            tx.execute(sql, params![source.id, i64::from(enabled)])?;
            by_id(tx, source.id)
        })
        .await
    }

    /// Gives a source another audience and TLP; a contradiction is refused. Cost: one write an item that it has.
    pub async fn restrict_source(&self, name: &str, audience: &str, tlp: Tlp) -> Result<Source> {
        let (name, audience) = (name.to_owned(), audience.to_owned());
        self.write(move |tx| {
            let source = by_name(tx, &Reader::operator(), &name)?;
            let audience = audience::by_name(tx, &audience)?;
            audience::check_tlp(tlp, &audience)?;
            let sql = "UPDATE source SET audience = ?2, tlp = ?3 WHERE id = ?1";
            tx.execute(sql, params![source.id, audience.id, i64::from(tlp.code())])?;
            // Items go with their source, as listings do; what it said in its own words stays as it was said.
            let sql = "UPDATE post SET audience = ?2, tlp = ?3
                WHERE form > 0 AND id IN (SELECT post FROM item WHERE source = ?1)";
            tx.execute(sql, params![source.id, audience.id, i64::from(tlp.code())])?;
            by_id(tx, source.id)
        })
        .await
    }

    /// Notes how a try to collect ended.
    pub async fn note_run(&self, source: i64, outcome: RunOutcome) -> Result<()> {
        self.write(move |tx| {
            let sql = "UPDATE source SET last_run = ?2, next_run = ?3, last_error = ?4,
                failures = CASE WHEN ?5 = 1 THEN failures + 1 ELSE 0 END WHERE id = ?1";
            let failed = i64::from(outcome.error.is_some());
            let row = params![
                source,
                now(),
                outcome.next_run,
                outcome.error.as_deref(),
                failed
            ];
            tx.execute(sql, row)?;
            if let Some((etag, modified)) = &outcome.validators {
                let sql = "UPDATE source SET etag = ?2, last_modified = ?3 WHERE id = ?1";
                tx.execute(sql, params![source, etag.as_deref(), modified.as_deref()])?;
            }
            Ok(())
        })
        .await
    }

    /// Notes that the publisher said nothing has changed: what a snapshot listed is listed still.
    pub async fn confirm_source(&self, source: i64) -> Result<()> {
        self.write(move |tx| {
            let sql = "UPDATE source SET last_good = ?2 WHERE id = ?1";
            tx.execute(sql, params![source, now()])
        })
        .await?;
        Ok(())
    }

    /// Notes how far a run came that brought nothing new. A run that brings rows does so with
    /// [`Import::come_to`](crate::Import::come_to).
    pub async fn note_progress(&self, source: i64, progress: &str) -> Result<()> {
        let progress = progress.to_owned();
        self.write(move |tx| {
            let sql = "UPDATE source SET progress = ?2, last_good = ?3 WHERE id = ?1";
            tx.execute(sql, params![source, &progress, now()])
        })
        .await?;
        Ok(())
    }

    /// The enabled sources whose time has come, longest waiting first.
    pub async fn due_sources(&self, limit: usize) -> Result<Vec<Source>> {
        self.read(move |conn| {
            let sql = format!(
                "SELECT {COLUMNS} FROM {FROM}
                WHERE s.enabled = 1 AND (s.next_run IS NULL OR s.next_run <= ?1)
                ORDER BY coalesce(s.next_run, 0), s.id LIMIT ?2"
            );
            conn.query(&sql, params![now(), limit as i64], from_row)
        })
        .await
    }
}

fn insert(conn: &Conn, new: &NewSource) -> Result<i64> {
    let audience = audience::by_name(conn, &new.audience)?;
    audience::check_tlp(new.tlp, &audience)?;
    let owner = match &new.owner {
        Some(name) => Some(account::by_name(conn, name)?.id),
        None => None,
    };
    let account = NewAccount {
        name: new.name.clone(),
        kind: AccountKind::Source,
        role: Role::Bot,
        organisation: None,
    };
    let account = account::insert(conn, &account)?;
    let sql =
        "INSERT INTO source (account, name, owner, enabled, mode, audience, tlp, expiry, created)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id";
    let (enabled, mode) = (i64::from(new.enabled), new.mode as i64 + 1);
    let tlp = i64::from(new.tlp.code());
    let row = params![
        account,
        &new.name,
        owner,
        enabled,
        mode,
        audience.id,
        tlp,
        new.expiry,
        now()
    ];
    conn.query_one(sql, row, |row| row.int(0))
}
