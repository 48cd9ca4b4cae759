//! Organisations: whom accounts belong to, and whom audiences name.

use crate::error::{Error, Result};
use crate::sql::{Conn, params};
use crate::{Store, account, now};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its number.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// How many accounts belong to it.
    pub accounts: i64,
}

const SELECT: &str = "SELECT o.id, o.name,
    (SELECT count(*) FROM account a WHERE a.organisation = o.id) FROM organisation o";

fn from_row(row: &crate::sql::Row) -> Result<Organisation> {
    Ok(Organisation {
        id: row.int(0)?,
        name: row.text(1)?,
        accounts: row.int(2)?,
    })
}

pub(crate) fn by_name(conn: &Conn, name: &str) -> Result<Organisation> {
    let sql = format!("{SELECT} WHERE o.name = ?1");
    conn.query_opt(&sql, params![name], from_row)?
        .ok_or_else(|| Error::not_found("organisation", name))
}

impl Store {
    /// Makes an organisation, or finds the one of that name.
    pub async fn ensure_organisation(&self, name: &str) -> Result<Organisation> {
        account::check_name(name)?;
        let name = name.to_owned();
        self.write(move |tx| {
            let sql = "INSERT INTO organisation (name, created) VALUES (?1, ?2)
                ON CONFLICT (name) DO NOTHING";
            tx.execute(sql, params![&name, now()])?;
            by_name(tx, &name)
        })
        .await
    }

    /// All organisations, by name.
    pub async fn organisations(&self) -> Result<Vec<Organisation>> {
        self.read(|conn| {
            let sql = format!("{SELECT} ORDER BY o.name");
            conn.query(&sql, params![], from_row)
        })
        .await
    }
}
