//! Own names of watch-lists whose registration is watched: how each stood when last asked about, and what is told
//! when that changes.

use noroshi_query::own_domains;

use super::lines;
use crate::account::{self, NewAccount};
use crate::audience::{self, AudienceKind};
use crate::error::{Error, Result};
use crate::sql::{Conn, Row, Tx, params};
use crate::{AccountKind, HuntForm, Role, Store, now, post};

/// The account that tells of own names.
pub const DOMAINS_BOT: &str = "domain-watch";

/// Names of one list that are watched.
const MOST: usize = 500;

/// How a name is registered, as its registry says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// Whether it is registered at all.
    pub registered: bool,
    /// Who registered it.
    pub registrar: Option<String>,
    /// Its name servers, sorted, in lower case.
    pub servers: Vec<String>,
    /// States of EPP, sorted, as RDAP writes them: `active`, `pending delete`.
    pub status: Vec<String>,
    /// When that ends, in microseconds since the epoch.
    pub expires: Option<i64>,
}

/// An own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnDomain {
    /// Its number.
    pub id: i64,
    /// The watch-list.
    pub hunt: i64,
    /// A registered domain, canonical.
    pub domain: String,
    /// How it stood when last asked about.
    pub known: Option<Registration>,
    /// The fewest days before the end of which was told.
    pub warned: Option<i64>,
}

/// What asking about an own name brought.
#[derive(Clone, Debug)]
pub struct Asked {
    /// How it stands; nothing where that could not be learnt.
    pub registration: Option<Registration>,
    /// The fewest days before the end of which is told.
    pub warned: Option<i64>,
    /// Why it could not be learnt.
    pub error: Option<String>,
    /// When to ask again, in microseconds since the epoch.
    pub next: i64,
    /// What is told, a post each.
    pub news: Vec<String>,
}

/// Makes the watched names those of a watch-list.
pub(super) fn keep(tx: &Tx, hunt: i64, form: HuntForm, words: &str) -> Result<()> {
    let mut names = match form {
        HuntForm::Watchlist => own_domains(words),
        HuntForm::Query | HuntForm::Words => Vec::new(),
    };
    names.truncate(MOST);
    let sql = "SELECT id, domain FROM watched_domain WHERE hunt = ?1";
    let known = tx.query(sql, params![hunt], |row| Ok((row.int(0)?, row.text(1)?)))?;
    for (id, _) in known.iter().filter(|(_, name)| !names.contains(name)) {
        tx.execute("DELETE FROM watched_domain WHERE id = ?1", params![*id])?;
    }
    for name in names
        .iter()
        .filter(|name| known.iter().all(|(_, one)| one != *name))
    {
        let sql =
            "INSERT INTO watched_domain (hunt, domain, state, next_check) VALUES (?1, ?2, 0, ?3)";
        tx.execute(sql, params![hunt, name, now()])?;
    }
    Ok(())
}

fn from_row(row: &Row) -> Result<OwnDomain> {
    let state = row.int(3)?;
    let list = |text: Option<String>| text.map(|text| lines(&text)).unwrap_or_default();
    Ok(OwnDomain {
        id: row.int(0)?,
        hunt: row.int(1)?,
        domain: row.text(2)?,
        known: match state {
            1 | 2 => Some(Registration {
                registered: state == 1,
                registrar: row.opt_text(4)?,
                servers: list(row.opt_text(5)?),
                status: list(row.opt_text(6)?),
                expires: row.opt_int(7)?,
            }),
            _ => None,
        },
        warned: row.opt_int(8)?,
    })
}

const COLUMNS: &str =
    "w.id, w.hunt, w.domain, w.state, w.registrar, w.servers, w.status, w.expires, w.warned";

impl Store {
    /// Own names that are to be asked about by a time, of watch-lists that watch; the longest due first.
    pub async fn due_domains(&self, at: i64, limit: usize) -> Result<Vec<OwnDomain>> {
        self.read(move |conn| {
            let sql = format!(
                "SELECT {COLUMNS} FROM watched_domain w JOIN hunt u ON u.id = w.hunt
                JOIN account o ON o.id = u.owner
                WHERE w.next_check <= ?1 AND u.enabled = 1 AND u.deleted IS NULL AND o.disabled IS NULL
                ORDER BY w.next_check, w.id LIMIT ?2"
            );
            conn.query(&sql, params![at, limit as i64], from_row)
        })
        .await
    }

    /// The own names of a watch-list, for whoever may see that.
    pub async fn own_domains(&self, reader: &crate::Reader, hunt: i64) -> Result<Vec<OwnDomain>> {
        let reader = reader.clone();
        self.read(move |conn| {
            super::find::one(conn, &super::Eyes::of(conn, &reader)?, hunt)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM watched_domain w WHERE w.hunt = ?1 ORDER BY w.domain"
            );
            conn.query(&sql, params![hunt], from_row)
        })
        .await
    }

    /// Keeps what asking about an own name brought, and tells those who see the watch-list what is new: one
    /// transaction, so that nothing is told twice.
    pub async fn keep_registration(&self, own: &OwnDomain, asked: Asked) -> Result<()> {
        let own = own.clone();
        self.write(move |tx| {
            let sql = "UPDATE watched_domain SET state = ?2, registrar = ?3, servers = ?4, status = ?5,
                    expires = ?6, warned = ?7, checked = ?8, next_check = ?9, error = NULL WHERE id = ?1";
            let rows = match &asked.registration {
                Some(now_so) => {
                    let servers = now_so.servers.join("\n");
                    let status = now_so.status.join("\n");
                    let row = params![
                        own.id,
                        if now_so.registered { 1 } else { 2 },
                        now_so.registrar.as_deref(),
                        &servers,
                        &status,
                        now_so.expires,
                        asked.warned,
                        now(),
                        asked.next
                    ];
                    tx.execute(sql, row)?
                }
                None => {
                    let sql = "UPDATE watched_domain SET checked = ?2, next_check = ?3, error = ?4,
                            state = CASE WHEN state = 0 THEN 3 ELSE state END WHERE id = ?1";
                    tx.execute(sql, params![own.id, now(), asked.next, asked.error.as_deref()])?
                }
            };
            // It may have been taken off the list meanwhile.
            if rows > 0 && !asked.news.is_empty() {
                let (bot, audience) = (bot(tx)?, audience_of(tx, own.hunt)?);
                for text in &asked.news {
                    post::speak(tx, bot, &audience, text)?;
                }
            }
            Ok(())
        })
        .await
    }
}

/// The bot's account, which is made when it speaks first.
fn bot(tx: &Tx) -> Result<i64> {
    let sql = "SELECT id, kind FROM account WHERE name = ?1";
    let known = tx.query_opt(sql, params![DOMAINS_BOT], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?;
    match known {
        Some((id, kind)) if AccountKind::from_code(kind)? == AccountKind::Bot => Ok(id),
        Some(_) => Err(Error::Conflict(format!(
            "the account {DOMAINS_BOT} is no bot: give that account another name"
        ))),
        None => {
            let new = NewAccount {
                name: DOMAINS_BOT.to_owned(),
                kind: AccountKind::Bot,
                role: Role::Bot,
                organisation: None,
            };
            account::insert(tx, &new)
        }
    }
}

/// Those with whom the watch-list is shared, or its owner alone: an audience that is made for that.
fn audience_of(tx: &Tx, hunt: i64) -> Result<audience::Audience> {
    let sql = "SELECT d.name, o.name, o.id FROM hunt u JOIN account o ON o.id = u.owner
        LEFT JOIN audience d ON d.id = u.audience WHERE u.id = ?1";
    let (shared, owner, id) = tx.query_one(sql, params![hunt], |row| {
        Ok((row.opt_text(0)?, row.text(1)?, row.int(2)?))
    })?;
    let name = shared.unwrap_or_else(|| format!("{DOMAINS_BOT}: {owner}"));
    match by_name(tx, &name)? {
        Some(audience) => Ok(audience),
        None => {
            let sql = "INSERT INTO audience (name, kind, created) VALUES (?1, ?2, ?3) RETURNING id";
            let row = params![&name, AudienceKind::Accounts as i64 + 1, now()];
            let audience = tx.query_one(sql, row, |row| row.int(0))?;
            let sql = "INSERT INTO audience_account (audience, account, at) VALUES (?1, ?2, ?3)";
            tx.execute(sql, params![audience, id, now()])?;
            audience::by_name(tx, &name)
        }
    }
}

fn by_name(conn: &Conn, name: &str) -> Result<Option<audience::Audience>> {
    match audience::by_name(conn, name) {
        Ok(audience) => Ok(Some(audience)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
