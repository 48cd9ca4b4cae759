//! API keys: 256 random bits, shown once, kept as a hash, with scopes and expiry.

use std::str::FromStr;

use noroshi_indicator::Tlp;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::sql::{Conn, params};
use crate::{Account, Store, account, now, source};

/// The start of every key, so that a leaked one is recognised for what it is.
const PREFIX: &str = "noroshi_";

/// How stale `last_used` may be, in microseconds: a read need not cost a write each time.
const USED_EVERY: i64 = 60_000_000;

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Searching and looking up.
    Read,
    /// Collecting, importing, rolling back, posting.
    Write,
    /// Managing accounts, keys and sources.
    Admin,
}

impl Scope {
    const ALL: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

    /// `read`, `write` or `admin`.
    pub fn name(self) -> &'static str {
        ["read", "write", "admin"][self as usize]
    }
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(name: &str) -> Result<Scope> {
        let found = Scope::ALL.into_iter().find(|scope| scope.name() == name);
        found.ok_or_else(|| {
            Error::Invalid(format!("{name:?} is not a scope: use read, write or admin"))
        })
    }
}

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Whose it is.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The highest TLP that exports and feeds may give out through it.
    pub tlp: Tlp,
    /// Microseconds since the epoch.
    pub expires: Option<i64>,
}

/// A key as it can be shown later: without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub account: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// The highest TLP that may leave through it.
    pub tlp: Tlp,
    /// All in microseconds since the epoch.
    pub created: i64,
    /// When it ends by itself.
    pub expires: Option<i64>,
    /// When it was taken back.
    pub revoked: Option<i64>,
    /// Last use, to the minute.
    pub last_used: Option<i64>,
}

/// Who came with a key.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// Whose key it is.
    pub account: Account,
    /// What the key may be used for.
    pub scopes: Vec<Scope>,
    /// The highest TLP that may leave through it.
    pub tlp: Tlp,
    /// When the key ends by itself, in microseconds since the epoch.
    pub expires: Option<i64>,
}

/// 256 random bits as 64 hexadecimal digits.
pub(crate) fn random_token() -> Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::Invalid(format!("no randomness: {error}")))?;
    Ok(hex::encode(bytes))
}

pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn scopes_text(scopes: &[Scope]) -> String {
    let names: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
    names.join(" ")
}

fn scopes_from(text: &str) -> Vec<Scope> {
    text.split(' ')
        .filter_map(|name| name.parse().ok())
        .collect()
}

impl Store {
    /// Makes a key. The secret is in the answer and nowhere else.
    pub async fn add_key(&self, new: NewKey) -> Result<(ApiKey, String)> {
        let secret = format!("{PREFIX}{}", random_token()?);
        let kept = secret.clone();
        let key = self
            .write(move |tx| {
                let account = account::by_name(tx, &new.account)?;
                let sql = "INSERT INTO api_key (account, name, hash, scopes, tlp, created, expires)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
                let (hash, scopes) = (hash(&kept), scopes_text(&new.scopes));
                let tlp = i64::from(new.tlp.code());
                let row = params![
                    account.id,
                    &new.name,
                    &hash,
                    &scopes,
                    tlp,
                    now(),
                    new.expires
                ];
                let id = tx.query_one(sql, row, |row| row.int(0))?;
                by_id(tx, id)
            })
            .await?;
        Ok((key, secret))
    }

    /// All keys, or those of one account, without their secrets.
    pub async fn keys(&self, account: Option<&str>) -> Result<Vec<ApiKey>> {
        let account = account.map(str::to_owned);
        self.read(move |conn| {
            let only = match &account {
                Some(name) => Some(account::by_name(conn, name)?.id),
                None => None,
            };
            let keys = select(conn, "ORDER BY a.name, k.id", params![])?;
            let of_account = |owner: i64| only.is_none_or(|id| id == owner);
            Ok(keys
                .into_iter()
                .filter(|(owner, _)| of_account(*owner))
                .map(|(_, key)| key)
                .collect())
        })
        .await
    }

    /// The key of a secret, whether it is good or not.
    pub async fn key_of(&self, secret: &str) -> Result<Option<ApiKey>> {
        let hash = hash(secret);
        self.read(move |conn| {
            let mut keys = select(conn, "WHERE k.hash = ?1", params![&hash])?;
            Ok(keys.pop().map(|(_, key)| key))
        })
        .await
    }

    /// Takes a key back, at once.
    pub async fn revoke_key(&self, id: i64) -> Result<ApiKey> {
        self.write(move |tx| {
            let sql = "UPDATE api_key SET revoked = coalesce(revoked, ?2) WHERE id = ?1";
            tx.execute(sql, params![id, now()])?;
            by_id(tx, id)
        })
        .await
    }

    /// Who a secret belongs to, if it is good now.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Authenticated>> {
        if !secret.starts_with(PREFIX) {
            return Ok(None);
        }
        let hash = hash(secret);
        let found = self
            .read(move |conn| {
                let sql = "SELECT k.id, k.account, k.scopes, k.tlp, k.last_used, k.expires
                    FROM api_key k JOIN account a ON a.id = k.account
                    WHERE k.hash = ?1 AND k.revoked IS NULL AND a.disabled IS NULL
                        AND (k.expires IS NULL OR k.expires > ?2)";
                let key = conn.query_opt(sql, params![&hash, now()], |row| {
                    let scopes = scopes_from(&row.text(2)?);
                    let tlp = source::tlp(row.int(3)?)?;
                    let known = (row.int(0)?, row.int(1)?, row.opt_int(4)?);
                    Ok((known, scopes, tlp, row.opt_int(5)?))
                })?;
                let Some(((id, account, used), scopes, tlp, expires)) = key else {
                    return Ok(None);
                };
                let account = account::by_id(conn, account)?;
                Ok(Some((
                    id,
                    used,
                    Authenticated {
                        account,
                        scopes,
                        tlp,
                        expires,
                    },
                )))
            })
            .await?;
        let Some((id, used, who)) = found else {
            return Ok(None);
        };
        if used.is_none_or(|used| used < now() - USED_EVERY) {
            self.note(move |tx| {
                let sql = "UPDATE api_key SET last_used = ?2 WHERE id = ?1";
                tx.execute(sql, params![id, now()])
            })
            .await?;
        }
        Ok(Some(who))
    }
}

fn by_id(conn: &Conn, id: i64) -> Result<ApiKey> {
    let found = select(conn, "WHERE k.id = ?1", params![id])?
        .into_iter()
        .next();
    found
        .map(|(_, key)| key)
        .ok_or_else(|| Error::not_found("key", id.to_string()))
}

fn select(conn: &Conn, rest: &str, params: &[crate::sql::Param]) -> Result<Vec<(i64, ApiKey)>> {
    let sql = format!(
        "SELECT k.account, k.id, a.name, k.name, k.scopes, k.tlp, k.created, k.expires, k.revoked,
            k.last_used FROM api_key k JOIN account a ON a.id = k.account {rest}"
    );
    conn.query(&sql, params, |row| {
        let key = ApiKey {
            id: row.int(1)?,
            account: row.text(2)?,
            name: row.text(3)?,
            scopes: scopes_from(&row.text(4)?),
            tlp: source::tlp(row.int(5)?)?,
            created: row.int(6)?,
            expires: row.opt_int(7)?,
            revoked: row.opt_int(8)?,
            last_used: row.opt_int(9)?,
        };
        Ok((row.int(0)?, key))
    })
}
