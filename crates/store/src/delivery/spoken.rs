//! A delivery to the timeline: the post and the note that it was sent are one transaction.

use super::{Delivery, DeliveryState, by_id, send};
use crate::account::{self, NewAccount};
use crate::error::{Error, Result};
use crate::notice::HUNTS_BOT;
use crate::post;
use crate::sql::{Tx, params};
use crate::{AccountKind, Role, Store, channel};

impl Store {
    /// Posts a delivery to its channel's audience, in the name of the hunts' bot. Its owner must still be allowed
    /// to speak there.
    pub async fn post_delivery(&self, id: i64, text: &str) -> Result<Delivery> {
        let text = text.to_owned();
        self.write(move |tx| {
            let delivery = by_id(tx, id)?;
            if delivery.state == DeliveryState::Sent {
                return Ok(delivery);
            }
            let channel = channel::by_id(tx, delivery.channel)?;
            let owner = account::by_id(tx, channel.owner_id)?;
            let name = channel.audience.as_deref().unwrap_or_default();
            let audience = post::open_to(tx, &owner, name)?;
            let bot = bot(tx)?;
            let post = post::speak(tx, bot, &audience, &text)?;
            let answer = format!("post {post}");
            send::sent(tx, &delivery, None, Some(&answer))?;
            by_id(tx, id)
        })
        .await
    }
}

/// The bot's account, which is made when it speaks first.
fn bot(tx: &Tx) -> Result<i64> {
    let sql = "SELECT id, kind FROM account WHERE name = ?1";
    let known = tx.query_opt(sql, params![HUNTS_BOT], |row| {
        Ok((row.int(0)?, row.int(1)?))
    })?;
    match known {
        Some((id, kind)) if AccountKind::from_code(kind)? == AccountKind::Bot => Ok(id),
        Some(_) => Err(Error::Conflict(format!(
            "the account {HUNTS_BOT} is no bot: give that account another name"
        ))),
        None => {
            let new = NewAccount {
                name: HUNTS_BOT.to_owned(),
                kind: AccountKind::Bot,
                role: Role::Bot,
                organisation: None,
            };
            account::insert(tx, &new)
        }
    }
}
