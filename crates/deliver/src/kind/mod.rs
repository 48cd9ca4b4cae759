//! The services: what body each takes, and what its answers mean.

pub(crate) mod discord;
pub(crate) mod email;
pub(crate) mod mattermost;
pub(crate) mod slack;
pub(crate) mod teams;
pub(crate) mod timeline;
pub(crate) mod webhook;

use std::time::Duration;

use noroshi_store::{Channel, ChannelKind};

use crate::address::Address;
use crate::courier::MailSettings;
use crate::message::Message;

/// What came back: a status, and the body as far as it was read. A body that broke off is none.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `Retry-After`.
    pub(crate) asked: Option<Duration>,
    pub(crate) body: Option<String>,
}

/// What an answer means.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It was taken.
    Taken,
    /// It may be taken later, but not before this time.
    Later(Option<Duration>, String),
    /// It is never taken.
    Never(String),
}

impl Verdict {
    pub(crate) fn later(reason: impl Into<String>) -> Verdict {
        Verdict::Later(None, reason.into())
    }

    pub(crate) fn never(reason: impl Into<String>) -> Verdict {
        Verdict::Never(reason.into())
    }
}

impl Answer {
    /// The body, shortened, with what a person would want to see of it.
    pub(crate) fn said(&self) -> String {
        let body = self.body.as_deref().unwrap_or("an answer that broke off");
        let shown = crate::text::line(body, 200);
        match shown.is_empty() {
            true => format!("HTTP {}", self.status),
            false => format!("HTTP {}: {shown}", self.status),
        }
    }

    /// What holds for every service that speaks HTTP, where it has nothing of its own to say.
    pub(crate) fn usual(&self) -> Verdict {
        match self.status {
            200..=299 => Verdict::Taken,
            429 => Verdict::Later(
                self.asked,
                format!("it takes no more for now ({})", self.said()),
            ),
            408 | 425 | 500..=599 => {
                Verdict::Later(self.asked, format!("it is in trouble ({})", self.said()))
            }
            401 | 403 => Verdict::never(format!("it does not let us in ({})", self.said())),
            404 | 410 => Verdict::never(format!("there is no such webhook ({})", self.said())),
            413 => Verdict::never(format!("the message is too long for it ({})", self.said())),
            _ => Verdict::never(format!("it refused the message ({})", self.said())),
        }
    }
}

/// The body of a message as the service takes it; nothing where the channel lacks what is needed.
pub(crate) fn body(
    channel: &Channel,
    address: &Address,
    mail: Option<&MailSettings>,
    message: &Message,
) -> Option<String> {
    Some(match (channel.kind, address) {
        (ChannelKind::SlackWebhook, _) => slack::body(message, None),
        (ChannelKind::SlackBot, Address::Bot { channel, .. }) => {
            slack::body(message, Some(channel))
        }
        (ChannelKind::Email, Address::Mail { to }) => email::body(message, to, mail?),
        (ChannelKind::Webhook, _) => webhook::body(message, channel),
        (ChannelKind::Teams, _) => teams::body(message),
        (ChannelKind::Discord, _) => discord::body(message),
        (ChannelKind::Mattermost, _) => mattermost::body(message),
        (ChannelKind::Timeline, _) => timeline::body(message),
        _ => return None,
    })
}
