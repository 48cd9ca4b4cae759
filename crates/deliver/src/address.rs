//! Where a channel leads: what is typed, what is kept of it to be shown, and what is kept to be used only.

use noroshi_store::ChannelKind;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::sign;

/// The most recipients of a mail.
const MOST: usize = 50;
/// Slack, unless said otherwise (GovSlack is at another address).
const SLACK: &str = "https://slack.com";

/// What somebody types to say where a channel leads. What is not said stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The webhook's address; for a bot of Slack, the address of Slack itself if it is not `https://slack.com`.
    pub url: Option<String>,
    /// A bot's token.
    pub token: Option<String>,
    /// The channel that a bot posts to, by id.
    pub channel: Option<String>,
    /// Mail addresses.
    pub to: Vec<String>,
    /// The key to sign with; one is made where there is none.
    pub key: Option<String>,
}

/// What is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// JSON, fit to be shown.
    pub config: String,
    /// JSON, never shown.
    pub secret: Option<String>,
    /// A key that was made now, to be shown this once.
    pub fresh_key: Option<String>,
}

/// What is wrong with what was typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(String);

/// What may be shown.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Config {
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to: Vec<String>,
}

/// What may not.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Secret {
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Where a channel leads.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A webhook whose address is all that it takes.
    Webhook { url: String },
    /// A webhook that is signed.
    Signed { url: String, key: String },
    /// A bot of Slack.
    Bot {
        api: String,
        token: String,
        channel: String,
    },
    /// Mail.
    Mail { to: Vec<String> },
    /// Here.
    Timeline,
}

fn wrong<T>(reason: impl Into<String>) -> Result<T, SetupError> {
    Err(SetupError(reason.into()))
}

/// What is kept of what was typed, beside what was kept before.
///
/// # Errors
/// [`SetupError`] where something is missing or is none.
pub fn settle(
    kind: ChannelKind,
    typed: &Fields,
    config: Option<&str>,
    secret: Option<&str>,
) -> Result<Settled, SetupError> {
    let mut config: Config = read(config);
    let mut secret: Secret = read(secret);
    let mut fresh_key = None;
    match kind {
        ChannelKind::Timeline => {}
        ChannelKind::Email => {
            if !typed.to.is_empty() {
                config.to.clone_from(&typed.to);
            }
            recipients(&config.to)?;
        }
        ChannelKind::SlackBot => {
            replace(&mut config.channel, typed.channel.as_deref());
            replace(&mut secret.token, typed.token.as_deref());
            let url = typed.url.as_deref().filter(|url| !url.trim().is_empty());
            if let Some(url) = url {
                config.host = Some(host_of(url)?);
                secret.url = Some(url.trim().trim_end_matches('/').to_owned());
            }
            bot(config.channel.as_deref(), secret.token.as_deref())?;
        }
        _ => {
            replace(&mut secret.url, typed.url.as_deref());
            let Some(url) = &secret.url else {
                return wrong("the address of the webhook is missing");
            };
            config.host = Some(host_of(url)?);
            if kind == ChannelKind::Webhook {
                replace(&mut secret.key, typed.key.as_deref());
                if secret.key.is_none() {
                    fresh_key = sign::fresh();
                    secret.key.clone_from(&fresh_key);
                }
                if !secret.key.as_deref().is_some_and(sign::is_secret) {
                    return wrong("the key is whsec_ and 24 to 64 bytes in Base64");
                }
            }
        }
    }
    Ok(Settled {
        config: written(&config),
        secret: (kind != ChannelKind::Email && kind != ChannelKind::Timeline)
            .then(|| written(&secret)),
        fresh_key,
    })
}

/// Where a channel leads, of what is kept; nothing where that does not suffice.
pub(crate) fn address(kind: ChannelKind, config: &str, secret: Option<&str>) -> Option<Address> {
    let config: Config = read(Some(config));
    let secret: Secret = read(secret);
    Some(match kind {
        ChannelKind::Timeline => Address::Timeline,
        ChannelKind::Email => Address::Mail { to: config.to },
        ChannelKind::Webhook => Address::Signed {
            url: secret.url?,
            key: secret.key?,
        },
        ChannelKind::SlackBot => Address::Bot {
            api: secret.url.unwrap_or_else(|| SLACK.to_owned()),
            token: secret.token?,
            channel: config.channel?,
        },
        _ => Address::Webhook { url: secret.url? },
    })
}

fn read<T: Default + for<'de> Deserialize<'de>>(text: Option<&str>) -> T {
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn replace(kept: &mut Option<String>, typed: Option<&str>) {
    let typed = typed.map(str::trim).filter(|typed| !typed.is_empty());
    if let Some(typed) = typed {
        *kept = Some(typed.to_owned());
    }
}

/// The host, which is all that is shown of an address.
fn host_of(url: &str) -> Result<String, SetupError> {
    let Ok(url) = Url::parse(url.trim()) else {
        return wrong("that is no address: it begins with https://");
    };
    if !matches!(url.scheme(), "http" | "https") {
        return wrong("the address begins with https:// or http://");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("the address holds a user name or password");
    }
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => Ok(format!("{host}:{port}")),
        (Some(host), None) => Ok(host.to_owned()),
        (None, _) => wrong("the address has no host"),
    }
}

fn bot(channel: Option<&str>, token: Option<&str>) -> Result<(), SetupError> {
    let visible =
        |text: &str| text.len() <= 300 && text.bytes().all(|byte| byte.is_ascii_graphic());
    match (channel, token) {
        (None, _) => wrong("the channel is missing: its id, as C0123ABCD"),
        (_, None) => wrong("the bot's token is missing: it begins with xoxb-"),
        (Some(channel), Some(token)) if visible(channel) && visible(token) => Ok(()),
        _ => wrong("a channel's id and a token have no spaces"),
    }
}

fn recipients(to: &[String]) -> Result<(), SetupError> {
    if !(1..=MOST).contains(&to.len()) {
        return wrong(format!("a mail goes to 1 to {MOST} addresses"));
    }
    for one in to {
        let parts = one.rsplit_once('@');
        let good = |(local, domain): (&str, &str)| {
            let part = |text: &str| {
                !text.is_empty() && !text.contains(['<', '>', ',', ';', '"', '(', ')'])
            };
            part(local)
                && part(domain)
                && !one.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if one.len() > 254 || !parts.is_some_and(good) {
            return wrong(format!(
                "{:?} is no mail address",
                one.chars().take(80).collect::<String>()
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
