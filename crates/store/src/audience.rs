//! Audiences: who may read. And which TLP fits which audience.

use noroshi_indicator::Tlp;

use crate::error::{Error, Result};
use crate::sql::{Conn, params};
use crate::{Reader, Store, account, audit, list, now, organisation, source};

/// The audience "everyone here", which is always there.
pub const EVERYONE: &str = "everyone";

/// Whom an audience is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudienceKind {
    /// Every account of this hub.
    Everyone,
    /// The accounts of some organisations.
    Organisations,
    /// Named accounts.
    Accounts,
}

/// Who may read a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// Its number.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// Whom it is made of.
    pub kind: AudienceKind,
    /// Names of its organisations or accounts.
    pub members: Vec<String>,
}

fn kind_of(code: i64) -> AudienceKind {
    match code {
        1 => AudienceKind::Everyone,
        2 => AudienceKind::Organisations,
        _ => AudienceKind::Accounts,
    }
}

pub(crate) fn by_name(conn: &Conn, name: &str) -> Result<Audience> {
    let sql = "SELECT id, kind FROM audience WHERE name = ?1";
    let (id, kind) = conn
        .query_opt(sql, params![name], |row| Ok((row.int(0)?, row.int(1)?)))?
        .ok_or_else(|| Error::not_found("audience", name))?;
    let kind = kind_of(kind);
    let members = match kind {
        AudienceKind::Everyone => None,
        AudienceKind::Organisations => Some(
            "SELECT o.name FROM audience_organisation m
                JOIN organisation o ON o.id = m.organisation WHERE m.audience = ?1 ORDER BY o.name",
        ),
        AudienceKind::Accounts => Some(
            "SELECT a.name FROM audience_account m
                JOIN account a ON a.id = m.account WHERE m.audience = ?1 ORDER BY a.name",
        ),
    };
    let members = match members {
        Some(sql) => conn.query(sql, params![id], |row| row.text(0))?,
        None => Vec::new(),
    };
    Ok(Audience {
        id,
        name: name.to_owned(),
        kind,
        members,
    })
}

impl Audience {
    /// Whether a statement with this marking may go to the audience: none may be wider than its TLP.
    pub fn fits(&self, tlp: Tlp) -> bool {
        match (tlp, self.kind) {
            (Tlp::Clear | Tlp::Green, _) | (_, AudienceKind::Accounts) => true,
            (Tlp::Amber, AudienceKind::Organisations) => true,
            (Tlp::AmberStrict, AudienceKind::Organisations) => self.members.len() == 1,
            _ => false,
        }
    }
}

/// Refuses a TLP that is narrower than the audience.
pub(crate) fn check_tlp(tlp: Tlp, audience: &Audience) -> Result<()> {
    if audience.fits(tlp) {
        return Ok(());
    }
    let allowed = match tlp {
        Tlp::Red => "named accounts",
        Tlp::AmberStrict => "one organisation, or named accounts",
        _ => "organisations, or named accounts",
    };
    Err(Error::Invalid(format!(
        "TLP:{tlp} may reach {allowed} only, and the audience {:?} is wider",
        audience.name
    )))
}

impl Store {
    /// Makes an audience of organisations or accounts, by name.
    pub async fn add_audience(
        &self,
        name: &str,
        kind: AudienceKind,
        members: &[&str],
    ) -> Result<Audience> {
        if kind == AudienceKind::Everyone {
            return Err(Error::Invalid(
                "there is one audience of everyone already".to_owned(),
            ));
        }
        let name = name.to_owned();
        let members: Vec<String> = members.iter().map(|member| (*member).to_owned()).collect();
        self.write(move |tx| {
            let sql = "INSERT INTO audience (name, kind, created) VALUES (?1, ?2, ?3) RETURNING id";
            let row = params![&name, kind as i64 + 1, now()];
            let id = tx.query_one(sql, row, |row| row.int(0)).map_err(|error| {
                match error.is_duplicate() {
                    true => Error::Conflict(format!("there is an audience {name} already")),
                    false => error,
                }
            })?;
            for member in &members {
                add_member(tx, id, kind, member)?;
            }
            by_name(tx, &name)
        })
        .await
    }

    /// All audiences but lists, which are their owners' business; by name, everyone first.
    pub async fn audiences(&self) -> Result<Vec<Audience>> {
        self.read(|conn| {
            let sql = "SELECT a.id, a.name, a.kind, coalesce(o.name, c.name) FROM audience a
                LEFT JOIN audience_organisation ao ON ao.audience = a.id
                LEFT JOIN organisation o ON o.id = ao.organisation
                LEFT JOIN audience_account ac ON ac.audience = a.id
                LEFT JOIN account c ON c.id = ac.account
                WHERE NOT EXISTS (SELECT 1 FROM list l WHERE l.audience = a.id)
                ORDER BY a.kind, a.name, coalesce(o.name, c.name)";
            let rows = conn.query(sql, params![], |row| {
                Ok((row.int(0)?, row.text(1)?, row.int(2)?, row.opt_text(3)?))
            })?;
            let mut audiences: Vec<Audience> = Vec::new();
            for (id, name, kind, member) in rows {
                match audiences.last_mut().filter(|last| last.id == id) {
                    Some(last) => last.members.extend(member),
                    None => audiences.push(Audience {
                        id,
                        name,
                        kind: kind_of(kind),
                        members: member.into_iter().collect(),
                    }),
                }
            }
            Ok(audiences)
        })
        .await
    }

    /// Gives an audience other members, by name. Refused where a source, post or story that it reaches is
    /// marked too narrowly for them. A list is changed by its owner.
    pub async fn set_audience(
        &self,
        who: &Reader,
        name: &str,
        members: &[&str],
    ) -> Result<Audience> {
        let (who, name) = (who.clone(), name.to_owned());
        let members: Vec<String> = members.iter().map(|member| (*member).to_owned()).collect();
        self.write(move |tx| {
            let audience = by_name(tx, &name)?;
            if list::is_one(tx, audience.id)? {
                return Err(Error::not_found("audience", &name));
            }
            let table = match audience.kind {
                AudienceKind::Everyone => {
                    let text = "everyone here is everyone: there are no members to choose";
                    return Err(Error::Invalid(text.to_owned()));
                }
                AudienceKind::Organisations => "audience_organisation",
                AudienceKind::Accounts => "audience_account",
            };
            let sql = format!("DELETE FROM {table} WHERE audience = ?1");
            tx.execute(&sql, params![audience.id])?;
            for member in &members {
                add_member(tx, audience.id, audience.kind, member)?;
            }
            let audience = by_name(tx, &name)?;
            let sql = "SELECT tlp FROM source WHERE audience = ?1
                UNION SELECT tlp FROM post WHERE audience = ?1
                UNION SELECT tlp FROM story WHERE audience = ?1";
            for tlp in tx.query(sql, params![audience.id], |row| source::tlp(row.int(0)?))? {
                check_tlp(tlp, &audience)?;
            }
            let told = audience.members.join(", ");
            audit::note(tx, &who, "audience.change", &name, Some(&told))?;
            Ok(audience)
        })
        .await
    }

    /// The audience of that name.
    pub async fn audience(&self, name: &str) -> Result<Audience> {
        let name = name.to_owned();
        self.read(move |conn| by_name(conn, &name)).await
    }
}

fn add_member(conn: &Conn, audience: i64, kind: AudienceKind, member: &str) -> Result<()> {
    let (sql, member) = match kind {
        AudienceKind::Organisations => (
            "INSERT INTO audience_organisation (audience, organisation) VALUES (?1, ?2)
                ON CONFLICT DO NOTHING",
            organisation::by_name(conn, member)?.id,
        ),
        _ => (
            "INSERT INTO audience_account (audience, account) VALUES (?1, ?2)
                ON CONFLICT DO NOTHING",
            account::by_name(conn, member)?.id,
        ),
    };
    conn.execute(sql, params![audience, member])?;
    Ok(())
}
