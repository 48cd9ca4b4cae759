//! Whom the Web API of EXIST answers: an address or a key is mapped to an account, and reads as that one.

use std::net::IpAddr;

use ipnet::IpNet;
use noroshi_indicator::Tlp;

use crate::error::{Error, Result};
use crate::sql::{Conn, Row, params};
use crate::{Reader, Role, Store, account, audit, now, source};

/// The most that there can be.
const MOST: i64 = 100;

/// Whoever comes so reads as this account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistAccess {
    /// Its number.
    pub id: i64,
    /// The network that they ask from; nothing where they show a key of the account.
    pub network: Option<String>,
    /// The account's name.
    pub account: String,
    /// The account's number.
    pub account_id: i64,
    /// Nothing of a higher marking is told.
    pub tlp: Tlp,
    /// Whether the account may be used now.
    pub enabled: bool,
    /// When this was allowed, in microseconds since the epoch.
    pub created: i64,
}

/// An access to allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExistAccess {
    /// An address or a network; nothing for keys of the account.
    pub network: Option<String>,
    /// The account's name; its role must be `reader`.
    pub account: String,
    /// Nothing of a higher marking is told.
    pub tlp: Tlp,
}

impl ExistAccess {
    /// How much of an address must be that of the network, if it is in there.
    pub fn covers(&self, address: IpAddr) -> Option<u8> {
        let network: IpNet = self.network.as_deref()?.parse().ok()?;
        let inside = network.contains(&address.to_canonical());
        inside.then(|| network.prefix_len())
    }
}

fn from_row(row: &Row) -> Result<ExistAccess> {
    Ok(ExistAccess {
        id: row.int(0)?,
        network: row.opt_text(1)?,
        account: row.text(2)?,
        account_id: row.int(3)?,
        tlp: source::tlp(row.int(4)?)?,
        enabled: row.opt_int(5)?.is_none(),
        created: row.int(6)?,
    })
}

fn all(conn: &Conn) -> Result<Vec<ExistAccess>> {
    let sql = "SELECT e.id, e.network, a.name, a.id, e.tlp, a.disabled, e.created
        FROM exist_access e JOIN account a ON a.id = e.account ORDER BY e.id";
    conn.query(sql, params![], from_row)
}

/// A network in canonical form; an address is the network of itself.
fn network(text: &str) -> Result<String> {
    let address: Option<IpAddr> = text.parse().ok();
    let network = match address {
        Some(address) => Some(IpNet::from(address.to_canonical())),
        None => text.parse().ok().map(|network: IpNet| network.trunc()),
    };
    let wrong = || Error::Invalid(format!("{text:?} is neither an address nor a network"));
    network.map(|network| network.to_string()).ok_or_else(wrong)
}

impl Store {
    /// Whom the Web API of EXIST answers; where that is nobody, it is off.
    pub async fn exist_access(&self) -> Result<Vec<ExistAccess>> {
        self.read(all).await
    }

    /// Lets somebody in.
    pub async fn add_exist_access(&self, who: &Reader, new: NewExistAccess) -> Result<ExistAccess> {
        let network = new.network.as_deref().map(network).transpose()?;
        let who = who.clone();
        self.write(move |tx| {
            let account = account::by_name(tx, &new.account)?;
            if account.role != Role::Reader {
                let text = format!("{} is no reader: the API reads as one", account.name);
                return Err(Error::Invalid(text));
            }
            let there = all(tx)?;
            if there.len() as i64 >= MOST {
                let text = format!("there are at most {MOST} ways in");
                return Err(Error::Conflict(text));
            }
            // A network reads as one account; an account has its keys once.
            let taken = |one: &ExistAccess| {
                one.network == network && (network.is_some() || one.account_id == account.id)
            };
            if there.iter().any(taken) {
                return Err(Error::Conflict("this is there already".to_owned()));
            }
            let sql = "INSERT INTO exist_access (network, account, tlp, created)
                VALUES (?1, ?2, ?3, ?4) RETURNING id";
            let tlp = i64::from(new.tlp.code());
            let row = params![network.as_deref(), account.id, tlp, now()];
            let id = tx.query_one(sql, row, |row| row.int(0))?;
            let object = network.as_deref().unwrap_or("keys");
            let detail = format!("{} {}", account.name, new.tlp.name());
            audit::note(tx, &who, "exist.allow", object, Some(&detail))?;
            let made = all(tx)?.into_iter().find(|one| one.id == id);
            made.ok_or_else(|| Error::Corrupt("a row is missing".to_owned()))
        })
        .await
    }

    /// Lets somebody in no longer, from the next question on.
    pub async fn delete_exist_access(&self, who: &Reader, id: i64) -> Result<()> {
        let who = who.clone();
        self.write(move |tx| {
            let there = all(tx)?.into_iter().find(|one| one.id == id);
            let there = there.ok_or_else(|| Error::not_found("access", id.to_string()))?;
            tx.execute("DELETE FROM exist_access WHERE id = ?1", params![id])?;
            let object = there.network.as_deref().unwrap_or("keys");
            audit::note(tx, &who, "exist.forbid", object, Some(&there.account))
        })
        .await
    }
}
