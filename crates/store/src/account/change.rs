//! Changing an account, and forgetting one that never did anything.

use super::{Account, AccountKind, Role, by_id, by_name};
use crate::error::{Error, Result};
use crate::sql::{Tx, params};
use crate::{Reader, Store, audit, now, organisation};

/// The longest description, in characters.
const LONGEST: usize = 500;

/// What to change of an account; what is not said stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// What it may do.
    pub role: Option<Role>,
    /// The organisation that it belongs to, which must exist; or none.
    pub organisation: Option<Option<String>>,
    /// What it is, in a few words; or nothing.
    pub description: Option<Option<String>>,
    /// Who answers for it, by name; or nobody but itself.
    pub owner: Option<Option<String>>,
    /// Whether it may sign in and its keys are good. Ends its sessions when it may not.
    pub enabled: Option<bool>,
}

impl Store {
    /// Changes a person or a bot. The last enabled administrator stays one.
    pub async fn change_account(
        &self,
        who: &Reader,
        name: &str,
        change: AccountChange,
    ) -> Result<Account> {
        let (who, name) = (who.clone(), name.to_owned());
        if let Some(Some(text)) = &change.description
            && (text.chars().count() > LONGEST || text.contains(char::is_control))
        {
            return Err(Error::Invalid(format!(
                "a description has at most {LONGEST} characters, and no control characters"
            )));
        }
        self.write(move |tx| {
            hold_administrators(tx)?;
            let account = own(by_name(tx, &name)?)?;
            let mut told = Vec::new();
            if let Some(role) = change.role {
                let sql = "UPDATE account SET role = ?2 WHERE id = ?1";
                tx.execute(sql, params![account.id, role as i64 + 1])?;
                told.push(format!("role {role}"));
            }
            if let Some(organisation) = &change.organisation {
                let id = match organisation {
                    Some(name) => Some(organisation::by_name(tx, name)?.id),
                    None => None,
                };
                let sql = "UPDATE account SET organisation = ?2 WHERE id = ?1";
                tx.execute(sql, params![account.id, id])?;
                let name = organisation.as_deref().unwrap_or("-");
                told.push(format!("organisation {name}"));
            }
            if let Some(description) = &change.description {
                let sql = "UPDATE account SET description = ?2 WHERE id = ?1";
                tx.execute(sql, params![account.id, description.as_deref()])?;
                told.push("description".to_owned());
            }
            if let Some(owner) = &change.owner {
                let id = match owner {
                    Some(name) => Some(own(by_name(tx, name)?)?.id),
                    None => None,
                };
                let sql = "UPDATE account SET owner = ?2 WHERE id = ?1";
                tx.execute(sql, params![account.id, id])?;
                told.push(format!("owner {}", owner.as_deref().unwrap_or("-")));
            }
            if let Some(enabled) = change.enabled {
                enable(tx, account.id, enabled)?;
                told.push(if enabled { "enabled" } else { "disabled" }.to_owned());
            }
            keep_an_administrator(tx, &account)?;
            let told = told.join(", ");
            audit::note(tx, &who, "account.change", &name, Some(&told))?;
            by_id(tx, account.id)
        })
        .await
    }

    /// Forgets a person or a bot that never changed anything and owns nothing. Others are disabled
    /// instead, so that the past keeps its names.
    pub async fn delete_account(&self, who: &Reader, name: &str) -> Result<()> {
        let (who, name) = (who.clone(), name.to_owned());
        self.write(move |tx| {
            hold_administrators(tx)?;
            let account = own(by_name(tx, &name)?)?;
            let past = "SELECT 1 FROM audit WHERE account = ?1
                UNION SELECT 1 FROM source WHERE owner = ?1
                UNION SELECT 1 FROM account WHERE owner = ?1
                UNION SELECT 1 FROM post WHERE account = ?1
                UNION SELECT 1 FROM story WHERE account = ?1
                UNION SELECT 1 FROM exist_access WHERE account = ?1
                UNION SELECT 1 FROM annotation WHERE account = ?1
                UNION SELECT 1 FROM annotation_target WHERE account = ?1
                UNION SELECT 1 FROM list WHERE owner = ?1 LIMIT 1";
            if tx
                .query_opt(past, params![account.id], |row| row.int(0))?
                .is_some()
            {
                let text = format!("{name} has a past here: disable the account instead");
                return Err(Error::Conflict(text));
            }
            for (table, column) in [
                ("session", "account"),
                ("api_key", "account"),
                ("link", "account"),
                ("preference", "account"),
                ("audience_account", "account"),
                ("attachment", "account"),
                ("follow_account", "account"),
                ("follow_account", "followed"),
                ("follow_tag", "account"),
                ("mute", "account"),
                ("mute", "muted"),
                ("notification", "account"),
                ("notification", "actor"),
                ("post_to", "account"),
                ("star", "account"),
            ] {
                let sql = format!("DELETE FROM {table} WHERE {column} = ?1");
                tx.execute(&sql, params![account.id])?;
            }
            tx.execute("DELETE FROM account WHERE id = ?1", params![account.id])?;
            keep_an_administrator(tx, &account)?;
            audit::note(tx, &who, "account.delete", &name, None)
        })
        .await
    }
}

/// A source's account is the source's.
pub(crate) fn own(account: Account) -> Result<Account> {
    match account.kind {
        AccountKind::Source => Err(Error::not_found("account", account.name)),
        _ => Ok(account),
    }
}

/// Two administrators who disable each other at the same time must take turns.
fn hold_administrators(tx: &Tx) -> Result<()> {
    tx.execute("UPDATE account SET role = role WHERE role = 1", params![])?;
    Ok(())
}

fn keep_an_administrator(tx: &Tx, before: &Account) -> Result<()> {
    let one = before.role == Role::Admin
        && before.kind == AccountKind::Person
        && before.disabled.is_none();
    if one && super::administrators(tx)? == 0 {
        return Err(Error::Conflict(format!(
            "{} is the last administrator who can sign in: make another one first",
            before.name
        )));
    }
    Ok(())
}

fn enable(tx: &Tx, account: i64, enabled: bool) -> Result<()> {
    if enabled {
        let sql = "UPDATE account SET disabled = NULL WHERE id = ?1";
        tx.execute(sql, params![account])?;
        return Ok(());
    }
    let sql = "UPDATE account SET disabled = coalesce(disabled, ?2) WHERE id = ?1";
    tx.execute(sql, params![account, now()])?;
    for table in ["session", "link"] {
        let sql = format!("DELETE FROM {table} WHERE account = ?1");
        tx.execute(&sql, params![account])?;
    }
    Ok(())
}
