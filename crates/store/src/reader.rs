//! Who asks, and what that one may see: the visibility rule, in one place.
//!
//! Who may read a statement is its audience, nothing else. An audience is everyone here, a list of
//! organisations, or a list of accounts; the owner of a source always may. [`AUDIENCES`] is the rule
//! as SQL, [`Reader::sources`] applies it; every path that reads statements goes through the latter.

use crate::error::Result;
use crate::sql::{Conn, params};

/// Somebody (or the operator at the command line) who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    account: Option<i64>,
}

/// The audiences that reach account `?1`.
pub(crate) const AUDIENCES: &str = "SELECT id FROM audience WHERE kind = 1
    UNION SELECT o.audience FROM audience_organisation o
        JOIN account a ON a.organisation = o.organisation WHERE a.id = ?1
    UNION SELECT audience FROM audience_account WHERE account = ?1";

impl Reader {
    /// An account.
    pub fn account(id: i64) -> Reader {
        Reader { account: Some(id) }
    }

    /// Whoever holds the database in hand: the command line, the schedule. Sees everything.
    pub fn operator() -> Reader {
        Reader { account: None }
    }

    /// The account, unless it is the operator.
    pub fn account_id(&self) -> Option<i64> {
        self.account
    }

    /// The sources whose statements this reader may see. Asked once a read; sources are few.
    pub(crate) fn sources(&self, conn: &Conn) -> Result<Sources> {
        let ids = match self.account {
            None => conn.query("SELECT id FROM source ORDER BY id", params![], |row| {
                row.int(0)
            })?,
            Some(account) => {
                let sql = format!(
                    "SELECT id FROM source WHERE owner = ?1 OR audience IN ({AUDIENCES}) ORDER BY id"
                );
                conn.query(&sql, params![account], |row| row.int(0))?
            }
        };
        Ok(Sources { ids })
    }

    /// Which posts (and stories) this reader may see. Asked once a read; audiences are few.
    pub(crate) fn sight(&self, conn: &Conn) -> Result<Sight> {
        let audiences = match self.account {
            None => conn.query("SELECT id FROM audience ORDER BY id", params![], |row| {
                row.int(0)
            })?,
            Some(account) => {
                let sql = format!("SELECT id FROM audience WHERE id IN ({AUDIENCES}) ORDER BY id");
                conn.query(&sql, params![account], |row| row.int(0))?
            }
        };
        Ok(Sight {
            me: self.account.unwrap_or(0),
            audiences,
        })
    }
}

/// What decides which posts a reader may see. Every statement about posts `p` has [`SEEN`] among its
/// conditions, with [`Sight::me`] as `?1` and [`Sight::audiences`] as `?2`.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    me: i64,
    audiences: Vec<i64>,
}

/// Who wrote it may always read it; a repost is read by whoever may read what it repeats.
pub(crate) const SEEN: &str = "(p.author = ?1 OR p.audience = ANY(?2))";

impl Sight {
    /// The reader's account; 0 for the operator.
    pub(crate) fn me(&self) -> i64 {
        self.me
    }

    /// The audiences that reach the reader.
    pub(crate) fn audiences(&self) -> &[i64] {
        &self.audiences
    }
}

/// The sources a reader may see, for `source = ANY(?n)`.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    ids: Vec<i64>,
}

impl Sources {
    /// One source, whoever may see it.
    pub(crate) fn one(id: i64) -> Sources {
        Sources { ids: vec![id] }
    }

    /// Some of those that the reader may see, in ascending order.
    pub(crate) fn some(ids: Vec<i64>) -> Sources {
        Sources { ids }
    }

    pub(crate) fn ids(&self) -> &[i64] {
        &self.ids
    }

    pub(crate) fn contains(&self, source: &i64) -> bool {
        self.ids.binary_search(source).is_ok()
    }
}
