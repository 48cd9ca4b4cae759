//! What people do about hits: acknowledge, assign, close, call false, mute; and the record of it.

use super::hit::{HitState, some};
use super::write::changeable;
use super::{Eyes, KNOWN, READABLE};
use crate::error::{Error, Result};
use crate::sql::{Param, Tx, params};
use crate::{Account, Reader, Role, Store, account, now};

/// Hits that one call changes.
const MOST: usize = 1_000;

/// Something to do about a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HitAction {
    /// Say that somebody is at it.
    Acknowledge,
    /// Say that it is done.
    Close,
    /// Say that it is nothing.
    FalsePositive,
    /// Take any of these back.
    Reopen,
    /// Give it to an account, by name, which must see it; or to nobody.
    Assign(Option<String>),
    /// Let its hunt be quiet about its value until a time (in microseconds since the epoch), or for good.
    Mute(Option<i64>),
}

impl HitAction {
    /// As the record has it.
    pub fn name(&self) -> &'static str {
        match self {
            HitAction::Acknowledge => "acknowledge",
            HitAction::Close => "close",
            HitAction::FalsePositive => "false_positive",
            HitAction::Reopen => "reopen",
            HitAction::Assign(_) => "assign",
            HitAction::Mute(_) => "mute",
        }
    }

    fn state(&self) -> Option<HitState> {
        match self {
            HitAction::Acknowledge => Some(HitState::Acknowledged),
            HitAction::Close | HitAction::Mute(_) => Some(HitState::Closed),
            HitAction::FalsePositive => Some(HitState::FalsePositive),
            HitAction::Reopen => Some(HitState::Open),
            HitAction::Assign(_) => None,
        }
    }
}

/// Something that was done about a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Its number.
    pub id: i64,
    /// The hit.
    pub hit: i64,
    /// Who did it, by name.
    pub by: String,
    /// In microseconds since the epoch.
    pub at: i64,
    /// As [`HitAction::name`] has it.
    pub action: String,
    /// To whom it was given, until when it is quiet.
    pub detail: Option<String>,
}

impl Store {
    /// Does something about those of these hits that the account may see, and tells how many that changed.
    /// A mute is for whoever may change the hunt.
    pub async fn act_on_hits(
        &self,
        account: i64,
        ids: Vec<i64>,
        action: HitAction,
    ) -> Result<usize> {
        if ids.len() > MOST {
            let text = format!("at most {MOST} hits are changed at once");
            return Err(Error::Invalid(text));
        }
        self.write(move |tx| act(tx, account, &ids, &action)).await
    }

    /// What was done about those of these hits that the reader may see, the oldest first.
    pub async fn deeds(&self, reader: &Reader, hits: Vec<i64>) -> Result<Vec<Deed>> {
        let reader = reader.clone();
        self.read(move |conn| {
            let eyes = Eyes::of(conn, &reader)?;
            let sql = format!(
                "SELECT x.id, x.hit, a.name, x.at, x.action, x.detail FROM hit_action x
                JOIN account a ON a.id = x.account JOIN hit h ON h.id = x.hit
                JOIN hunt u ON u.id = h.hunt
                WHERE x.hit = ANY(?4) AND {KNOWN} AND {READABLE} ORDER BY x.id LIMIT 10000"
            );
            conn.query(&sql, &eyes.on_hits(&[(&hits).into()]), |row| {
                Ok(Deed {
                    id: row.int(0)?,
                    hit: row.int(1)?,
                    by: row.text(2)?,
                    at: row.int(3)?,
                    action: row.text(4)?,
                    detail: row.opt_text(5)?,
                })
            })
        })
        .await
    }
}

fn act(tx: &Tx, account: i64, ids: &[i64], action: &HitAction) -> Result<usize> {
    let reader = Reader::account(account);
    let seen = some(tx, &Eyes::of(tx, &reader)?, ids)?;
    let mut changed = 0;
    let assignee = match action {
        HitAction::Assign(Some(name)) => Some(assignee(tx, name, &seen_ids(&seen))?),
        _ => None,
    };
    for hit in &seen {
        let detail = match action {
            HitAction::Assign(name) => name.clone(),
            HitAction::Mute(until) => until.map(|until| until.to_string()),
            _ => None,
        };
        if let HitAction::Mute(until) = action {
            changeable(tx, &reader, hit.hunt)?;
            mute(tx, account, hit.hunt, (hit.observable, hit.post), *until)?;
        }
        let rows = match action.state() {
            Some(state) => {
                let sql = "UPDATE hit SET state = ?2, changed = ?3 WHERE id = ?1 AND state <> ?2";
                tx.execute(sql, params![hit.id, state.code(), now()])?
            }
            None => {
                let sql = "UPDATE hit SET assignee = ?2, changed = ?3 WHERE id = ?1
                    AND coalesce(assignee, 0) <> coalesce(?2, 0)";
                let id = assignee.as_ref().map(|account| account.id);
                tx.execute(sql, params![hit.id, id, now()])?
            }
        };
        if rows > 0 {
            changed += 1;
            let sql = "INSERT INTO hit_action (hit, account, at, action, detail)
                VALUES (?1, ?2, ?3, ?4, ?5)";
            let row = params![hit.id, account, now(), action.name(), detail.as_deref()];
            tx.execute(sql, row)?;
        }
    }
    Ok(changed)
}

fn seen_ids(seen: &[super::hit::Held]) -> Vec<i64> {
    seen.iter().map(|hit| hit.id).collect()
}

/// Whom hits are given to: somebody who works here and sees all of them.
fn assignee(tx: &Tx, name: &str, hits: &[i64]) -> Result<Account> {
    let account = account::by_name(tx, name)?;
    let works = account.disabled.is_none() && account.role != Role::Reader;
    let seen = some(tx, &Eyes::of(tx, &Reader::account(account.id))?, hits)?;
    match works && seen.len() == hits.len() {
        true => Ok(account),
        false => Err(Error::Invalid(format!(
            "{name} may not see this, or see to it"
        ))),
    }
}

/// What the hit is about, or all that its post names.
fn mute(
    tx: &Tx,
    account: i64,
    hunt: i64,
    (observable, post): (Option<i64>, Option<i64>),
    until: Option<i64>,
) -> Result<()> {
    let of_post = "SELECT observable FROM mention WHERE kind = 1 AND statement = ?1";
    let observables = match (observable, post) {
        (Some(observable), _) => vec![observable],
        (None, Some(post)) => tx.query(of_post, params![post], |row| row.int(0))?,
        (None, None) => Vec::new(),
    };
    if observables.is_empty() {
        let text = "this names no value that could be muted";
        return Err(Error::Invalid(text.to_owned()));
    }
    for observable in observables {
        let sql = "INSERT INTO hunt_mute (hunt, observable, account, at, muted_until)
            VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hunt, observable)
            DO UPDATE SET account = excluded.account, at = excluded.at, muted_until = excluded.muted_until";
        let row: [Param; 5] = [
            hunt.into(),
            observable.into(),
            account.into(),
            now().into(),
            until.into(),
        ];
        tx.execute(sql, &row)?;
    }
    Ok(())
}
