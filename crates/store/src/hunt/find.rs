//! Reading hunts.

use std::collections::HashMap;

use noroshi_query::Rules;

use super::{Eyes, Hunt, HuntForm, KNOWN, MOST_COUNTED, READABLE, lines};
use crate::error::{Error, Result};
use crate::sql::{Conn, Param, Row, params};
use crate::{Reader, Store, key};

/// Hunts that one page has at most.
const PAGE: usize = 500;

const COLUMNS: &str = "u.id, o.name, u.owner, u.name, u.form, u.words, u.rules, u.query, d.name,
    u.enabled, u.paused, u.muted_until, u.created, u.edited,
    CASE WHEN u.token IS NULL THEN 0 ELSE 1 END";
const FROM: &str =
    "hunt u JOIN account o ON o.id = u.owner LEFT JOIN audience d ON d.id = u.audience";

fn from_row(row: &Row) -> Result<Hunt> {
    Ok(Hunt {
        id: row.int(0)?,
        owner: row.text(1)?,
        owner_id: row.int(2)?,
        name: row.text(3)?,
        form: HuntForm::from_code(row.int(4)?)?,
        words: row.text(5)?,
        rules: Rules::from_code(row.int(6)?),
        queries: lines(&row.text(7)?),
        audience: row.opt_text(8)?,
        enabled: row.int(9)? != 0,
        paused: row.opt_int(10)?,
        muted_until: row.opt_int(11)?,
        created: row.int(12)?,
        edited: row.int(13)?,
        channels: Vec::new(),
        drives: Vec::new(),
        open: 0,
        last_hit: None,
        feed: row.int(14)? != 0,
    })
}

/// The hunt, if it may be seen.
pub(super) fn one(conn: &Conn, eyes: &Eyes, id: i64) -> Result<Hunt> {
    let sql = format!("SELECT {COLUMNS} FROM {FROM} WHERE {KNOWN} AND u.id = ?3");
    let mut hunts = conn.query(&sql, &eyes.on_hunts(&[id.into()]), from_row)?;
    complete(conn, eyes, &mut hunts)?;
    let hunt = hunts.pop();
    hunt.ok_or_else(|| Error::not_found("hunt", id.to_string()))
}

/// Fills in what stands in other tables; a few statements a hunt for what is counted.
fn complete(conn: &Conn, eyes: &Eyes, hunts: &mut [Hunt]) -> Result<()> {
    let ids: Vec<i64> = hunts.iter().map(|hunt| hunt.id).collect();
    let sql = "SELECT hunt, channel FROM hunt_channel WHERE hunt = ANY(?1) ORDER BY hunt, channel";
    let mut channels: HashMap<i64, Vec<i64>> = HashMap::new();
    for (hunt, channel) in conn.query(sql, params![&ids], |row| Ok((row.int(0)?, row.int(1)?)))? {
        channels.entry(hunt).or_default().push(channel);
    }
    let sql = "SELECT m.hunt, s.name FROM hunt_drive m JOIN source s ON s.id = m.source
        WHERE m.hunt = ANY(?1) ORDER BY m.hunt, s.name";
    let mut drives: HashMap<i64, Vec<String>> = HashMap::new();
    for (hunt, name) in conn.query(sql, params![&ids], |row| Ok((row.int(0)?, row.text(1)?)))? {
        drives.entry(hunt).or_default().push(name);
    }
    for hunt in hunts {
        hunt.channels = channels.remove(&hunt.id).unwrap_or_default();
        hunt.drives = drives.remove(&hunt.id).unwrap_or_default();
        hunt.open = open(conn, eyes, hunt.id)?;
        let sql = format!(
            "SELECT h.at FROM hit h WHERE h.hunt = ?4 AND {READABLE} ORDER BY h.id DESC LIMIT 1"
        );
        let row = eyes.on_hits(&[hunt.id.into()]);
        hunt.last_hit = conn.query_opt(&sql, &row, |row| row.int(0))?;
    }
    Ok(())
}

fn open(conn: &Conn, eyes: &Eyes, hunt: i64) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM hit h WHERE h.hunt = ?4 AND h.state = 1 AND {READABLE}
            LIMIT ?5) counted"
    );
    let more: [Param; 2] = [hunt.into(), MOST_COUNTED.into()];
    conn.query_one(&sql, &eyes.on_hits(&more), |row| row.int(0))
}

impl Store {
    /// A hunt that the reader may see.
    pub async fn hunt(&self, reader: &Reader, id: i64) -> Result<Hunt> {
        let reader = reader.clone();
        self.read(move |conn| one(conn, &Eyes::of(conn, &reader)?, id))
            .await
    }

    /// The hunts that the reader may see below a number, newest first; an account's alone, if one is given.
    pub async fn hunts(
        &self,
        reader: &Reader,
        owner: Option<i64>,
        below: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Hunt>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM {FROM} WHERE {KNOWN} AND u.id < ?3
                    AND (?4 = 0 OR u.owner = ?4) ORDER BY u.id DESC LIMIT ?5"
            );
            let more: [Param; 3] = [
                below.unwrap_or(i64::MAX).into(),
                owner.unwrap_or(0).into(),
                (limit.clamp(1, PAGE) as i64).into(),
            ];
            let mut hunts = conn.query(&sql, &eyes.on_hunts(&more), from_row)?;
            complete(conn, &eyes, &mut hunts)?;
            Ok(hunts)
        })
        .await
    }

    /// The hunt whose feed has this secret, and its owner, with whose eyes it is read.
    pub async fn hunt_by_feed(&self, secret: &str) -> Result<Option<(Hunt, Reader)>> {
        let hash = key::hash(secret);
        self.read(move |conn| {
            let sql = "SELECT u.id, u.owner FROM hunt u JOIN account o ON o.id = u.owner
                WHERE u.token = ?1 AND u.deleted IS NULL AND o.disabled IS NULL";
            let known =
                conn.query_opt(sql, params![&hash], |row| Ok((row.int(0)?, row.int(1)?)))?;
            let Some((id, owner)) = known else {
                return Ok(None);
            };
            let reader = Reader::account(owner);
            let hunt = one(conn, &Eyes::of(conn, &reader)?, id)?;
            Ok(Some((hunt, reader)))
        })
        .await
    }

    /// Open hits of an account's own hunts, counted up to a hundred.
    pub async fn open_hits(&self, account: i64) -> Result<i64> {
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &Reader::account(account))?;
            let sql = format!(
                "SELECT count(*) FROM (SELECT 1 FROM hunt u JOIN hit h ON h.hunt = u.id AND h.state = 1
                    WHERE u.owner = ?1 AND u.deleted IS NULL AND {READABLE} LIMIT 100) counted"
            );
            conn.query_one(&sql, &eyes.on_hits(&[]), |row| row.int(0))
        })
        .await
    }

    /// The canonical queries of the hunts that drive a source, each once: those that watch, of accounts that
    /// are not disabled.
    pub async fn driving(&self, source: i64) -> Result<Vec<String>> {
        self.read(move |conn| {
            let sql = "SELECT u.query FROM hunt_drive m JOIN hunt u ON u.id = m.hunt
                JOIN account o ON o.id = u.owner
                WHERE m.source = ?1 AND u.deleted IS NULL AND u.enabled = 1 AND o.disabled IS NULL
                ORDER BY u.id";
            let texts = conn.query(sql, params![source], |row| row.text(0))?;
            let mut all: Vec<String> = texts.iter().flat_map(|text| lines(text)).collect();
            all.sort();
            all.dedup();
            Ok(all)
        })
        .await
    }
}
