//! What is asked for of a channel, by a program or by a form; and the one way to make, change and test one.

use noroshi_deliver::{Courier, Fields, SetupError, settle};
use noroshi_store::{Account, Cadence, Channel, ChannelKind, Delivery, NewChannel, Reader};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::AppState;

/// Messages an hour where nothing else is said.
const PER_HOUR: i64 = 60;

/// A channel to make, or what is to change of one: what is not said stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ChannelOrder {
    /// 1 to 64 characters.
    pub(crate) name: Option<String>,
    /// `slack_webhook`, `slack_bot`, `email`, `webhook`, `teams`, `discord`, `mattermost` or `timeline`; never
    /// changes.
    pub(crate) kind: Option<String>,
    /// The webhook's address; of a bot of Slack, the address of Slack if it is not `https://slack.com`. Never told
    /// again.
    pub(crate) url: Option<String>,
    /// The bot's token. Never told again.
    pub(crate) token: Option<String>,
    /// The channel to which the bot posts, by id.
    pub(crate) channel: Option<String>,
    /// Mail addresses.
    pub(crate) to: Option<Vec<String>>,
    /// The key to sign with, `whsec_…`; one is made where none is given. Never told again.
    pub(crate) key: Option<String>,
    /// `en` or `ja`.
    pub(crate) language: Option<String>,
    /// IANA name of a time zone.
    pub(crate) zone: Option<String>,
    /// `each`, `hourly` or `daily`.
    pub(crate) cadence: Option<String>,
    /// The most messages an hour, 1 to 1,000.
    pub(crate) per_hour: Option<i64>,
    /// Name of the audience that it reaches; empty: its owner alone.
    pub(crate) audience: Option<String>,
    /// Whether hits are told on it.
    pub(crate) enabled: Option<bool>,
}

impl ChannelOrder {
    fn fields(&self) -> Fields {
        Fields {
            url: self.url.clone(),
            token: self.token.clone(),
            channel: self.channel.clone(),
            to: self.to.clone().unwrap_or_default(),
            key: self.key.clone(),
        }
    }

    fn cadence(&self) -> Result<Option<Cadence>, Problem> {
        let Some(name) = &self.cadence else {
            return Ok(None);
        };
        match Cadence::of(name) {
            Some(cadence) => Ok(Some(cadence)),
            None => Err(Problem::bad_request(format!(
                "{name:?} is no cadence: use each, hourly or daily"
            ))),
        }
    }

    fn kind(&self) -> Result<Option<ChannelKind>, Problem> {
        let Some(name) = &self.kind else {
            return Ok(None);
        };
        match ChannelKind::of(name) {
            Some(kind) => Ok(Some(kind)),
            None => Err(Problem::bad_request(format!(
                "{name:?} is no kind of channel"
            ))),
        }
    }
}

impl From<SetupError> for Problem {
    fn from(error: SetupError) -> Problem {
        Problem::bad_request(error.to_string())
    }
}

/// Makes a channel, and tells the key that was made for it.
pub(crate) async fn make(
    state: &AppState,
    owner: &Account,
    order: ChannelOrder,
) -> Result<(Channel, Option<String>), Problem> {
    let Some(kind) = order.kind()? else {
        return Err(Problem::bad_request("the kind of the channel is missing"));
    };
    let set = state.store.preferences(owner.id).await?;
    let kept = settle(kind, &order.fields(), None, None)?;
    let new = NewChannel {
        kind,
        config: kept.config,
        secret: kept.secret,
        language: order
            .language
            .clone()
            .or(set.language)
            .unwrap_or_else(|| "en".to_owned()),
        zone: order
            .zone
            .clone()
            .or(set.zone)
            .unwrap_or_else(|| "UTC".to_owned()),
        cadence: order.cadence()?.unwrap_or(Cadence::Each),
        per_hour: order.per_hour.unwrap_or(PER_HOUR),
        audience: order.audience.clone().filter(|name| !name.is_empty()),
        enabled: order.enabled.unwrap_or(true),
        name: order.name.clone().unwrap_or_default().trim().to_owned(),
    };
    let made = state.store.add_channel(owner.id, new).await?;
    Ok((made, kept.fresh_key))
}

/// Changes a channel.
pub(crate) async fn change(
    state: &AppState,
    reader: &Reader,
    id: i64,
    order: ChannelOrder,
) -> Result<Channel, Problem> {
    let old = state.store.channel(reader, id).await?;
    let secret = state.store.channel_secret(id).await?;
    let kind = order.kind()?.unwrap_or(old.kind);
    let kept = settle(
        old.kind,
        &order.fields(),
        Some(&old.config),
        secret.as_deref(),
    )?;
    let audience = match &order.audience {
        Some(name) => Some(name.clone()).filter(|name| !name.is_empty()),
        None => old.audience.clone(),
    };
    let new = NewChannel {
        name: order.name.clone().unwrap_or(old.name).trim().to_owned(),
        kind,
        config: kept.config,
        secret: kept.secret,
        language: order.language.clone().unwrap_or(old.language),
        zone: order.zone.clone().unwrap_or(old.zone),
        cadence: order.cadence()?.unwrap_or(old.cadence),
        per_hour: order.per_hour.unwrap_or(old.per_hour),
        audience,
        enabled: order.enabled.unwrap_or(old.enabled),
    };
    Ok(state.store.change_channel(reader, id, new).await?)
}

/// Who sends, if this server does.
pub(crate) fn courier(state: &AppState) -> Result<&Courier, Problem> {
    state
        .courier
        .as_ref()
        .ok_or_else(|| Problem::forbidden("This server sends nothing: it shows invented data."))
}

/// Sends a test, and tells how that ended.
pub(crate) async fn test(state: &AppState, reader: &Reader, id: i64) -> Result<Delivery, Problem> {
    state.store.channel(reader, id).await?;
    Ok(courier(state)?.test(reader, id).await?)
}
