//! One attempt: from a delivery that was begun to the note of how it ended.

use std::time::Duration;

use noroshi_egress::{EgressError, MailError, Purpose, Request};
use noroshi_store::{
    Channel, ChannelKind, Delivery, DeliveryKind, Error, Outcome, Reader, Result, now,
};

use crate::address::{Address, address};
use crate::backoff;
use crate::courier::Courier;
use crate::kind::{self, Answer, Verdict, discord, email, slack, teams, webhook};
use crate::message::Message;
use crate::sign;

/// As much of an answer is read.
const ANSWER: u64 = 64 * 1024;
/// A channel rests so long after a message was given up, in microseconds.
const REST: i64 = 600_000_000;

/// How an attempt ended.
struct End {
    status: Option<i64>,
    answer: Option<String>,
    verdict: Verdict,
}

impl End {
    fn of(verdict: Verdict) -> End {
        End {
            status: None,
            answer: None,
            verdict,
        }
    }
}

impl Courier {
    /// Sends a delivery that was begun, and notes how that ended.
    pub(crate) async fn carry_out(&self, delivery: Delivery) -> Result<Delivery> {
        let end = match self.channel_of(&delivery).await? {
            None => End::of(Verdict::never("the channel was deleted")),
            Some((channel, address)) => match self.body(&channel, &address, &delivery).await? {
                None => End::of(Verdict::never(self.lack(channel.kind))),
                Some(body) if channel.kind == ChannelKind::Timeline => {
                    return self.post(&delivery, &body).await;
                }
                Some(body) => self.send(&channel, &address, &delivery, &body).await,
            },
        };
        self.note(&delivery, end).await
    }

    /// The channel, and where it leads.
    async fn channel_of(&self, delivery: &Delivery) -> Result<Option<(Channel, Option<Address>)>> {
        let operator = Reader::operator();
        let channel = match self.store.channel(&operator, delivery.channel).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            channel => channel?,
        };
        let secret = self.store.channel_secret(channel.id).await?;
        let leads = address(channel.kind, &channel.config, secret.as_deref());
        Ok(Some((channel, leads)))
    }

    /// What is sent: what was kept, or else made now and kept.
    async fn body(
        &self,
        channel: &Channel,
        address: &Option<Address>,
        delivery: &Delivery,
    ) -> Result<Option<String>> {
        if let Some(body) = &delivery.body {
            return Ok(Some(body.clone()).filter(|body| !body.is_empty()));
        }
        let Some(address) = address else {
            return Ok(None);
        };
        let (kind, key) = (delivery.kind, delivery.key.as_str());
        let message = Message::new(channel, &self.hub, kind, key, delivery.created);
        let message = match kind {
            DeliveryKind::Test => message.test(channel),
            DeliveryKind::Sheet => return Ok(None),
            DeliveryKind::Hits => {
                let hunts = self.store.delivery_hunts(delivery.id).await?;
                let notices = self.notices(channel, delivery, message.language).await?;
                message.hits(notices, &hunts)
            }
        };
        match kind::body(channel, address, self.mail.as_deref(), &message) {
            None => Ok(None),
            Some(body) => Ok(Some(self.store.keep_body(delivery.id, &body).await?)),
        }
    }

    fn lack(&self, kind: ChannelKind) -> &'static str {
        match kind {
            ChannelKind::Email if self.mail.is_none() => {
                "no mail server is named: the administrator does that under [mail]"
            }
            _ => "the channel's address is missing: edit it",
        }
    }

    async fn post(&self, delivery: &Delivery, body: &str) -> Result<Delivery> {
        match self.store.post_delivery(delivery.id, body).await {
            Err(error) if error.is_unavailable() => Err(error),
            Err(error) => {
                let end = End::of(Verdict::never(format!("it cannot be posted: {error}")));
                self.note(delivery, end).await
            }
            posted => posted,
        }
    }

    async fn send(
        &self,
        channel: &Channel,
        address: &Option<Address>,
        delivery: &Delivery,
        body: &str,
    ) -> End {
        let json = "application/json; charset=utf-8";
        let request = match address {
            Some(Address::Mail { .. }) => return self.mail(body).await,
            Some(Address::Webhook { url }) if channel.kind == ChannelKind::Discord => {
                Request::post(waiting(url), json, body.to_owned())
            }
            Some(Address::Webhook { url }) => Request::post(url, json, body.to_owned()),
            Some(Address::Bot { api, token, .. }) => {
                Request::post(format!("{api}{}", slack::POST), json, body.to_owned())
                    .secret_header("Authorization", &format!("Bearer {token}"))
                    .secret(token)
            }
            Some(Address::Signed { url, key }) => {
                let at = now() / 1_000_000;
                let Some(signature) = sign::signature(key, &delivery.key, at, body) else {
                    return End::of(Verdict::never(self.lack(channel.kind)));
                };
                Request::post(url, json, body.to_owned())
                    .header("Webhook-Id", &delivery.key)
                    .header("Webhook-Timestamp", &at.to_string())
                    .header("Webhook-Signature", &signature)
                    .header("Noroshi-Delivery", &delivery.key)
            }
            _ => return End::of(Verdict::never(self.lack(channel.kind))),
        };
        match self.ask(request).await {
            Err(error) => End::of(of_error(&error)),
            Ok(answer) => End {
                status: Some(i64::from(answer.status)),
                answer: Some(answer.said()),
                verdict: match channel.kind {
                    ChannelKind::SlackWebhook => slack::webhook_verdict(&answer),
                    ChannelKind::SlackBot => slack::bot_verdict(&answer),
                    ChannelKind::Discord => discord::verdict(&answer),
                    ChannelKind::Teams => teams::verdict(&answer),
                    ChannelKind::Webhook => webhook::verdict(&answer),
                    _ => answer.usual(),
                },
            },
        }
    }

    async fn ask(&self, request: Request) -> std::result::Result<Answer, EgressError> {
        let response = self.egress.send(Purpose::Notice, request).await?;
        let status = response.status().as_u16();
        let asked = response.retry_after().map(|after| after.wait(now()));
        // What an answer says beyond its status may be missing; what it means is for each kind to say.
        let body = response.bytes(ANSWER).await.ok();
        Ok(Answer {
            status,
            asked,
            body: body.map(|body| String::from_utf8_lossy(&body).into_owned()),
        })
    }

    async fn mail(&self, body: &str) -> End {
        let (Some(settings), Some(mail)) = (self.mail.as_deref(), email::mail(body)) else {
            return End::of(Verdict::never(self.lack(ChannelKind::Email)));
        };
        match self.egress.mail(&settings.server, &mail).await {
            Ok(taken) => End {
                status: Some(i64::from(taken.status)),
                answer: Some(format!("{} {}", taken.status, taken.text)),
                verdict: Verdict::Taken,
            },
            Err(error) => End {
                status: match &error {
                    MailError::Refused { status, .. } => Some(i64::from(*status)),
                    _ => None,
                },
                answer: None,
                verdict: match error.is_passing() {
                    true => Verdict::later(error.to_string()),
                    false => Verdict::never(error.to_string()),
                },
            },
        }
    }

    async fn note(&self, delivery: &Delivery, end: End) -> Result<Delivery> {
        let status = end.status;
        let given_up = |error: String| Outcome::Failed {
            status,
            error,
            rest: now() + REST,
        };
        let outcome = match end.verdict {
            Verdict::Taken => Outcome::Sent {
                status,
                answer: end.answer,
            },
            Verdict::Never(error) => given_up(error),
            Verdict::Later(_, error) if delivery.kind == DeliveryKind::Test => given_up(error),
            Verdict::Later(_, error) if delivery.attempts >= backoff::MOST => given_up(format!(
                "given up after {} attempts: {error}",
                delivery.attempts
            )),
            Verdict::Later(asked, error) => {
                let wait = backoff::wait(delivery.attempts, asked, backoff::dice());
                let wait = i64::try_from(wait.as_micros()).unwrap_or(i64::MAX / 2);
                Outcome::Again {
                    status,
                    error,
                    at: now().saturating_add(wait),
                }
            }
        };
        let (id, kind) = (delivery.id, delivery.kind.name());
        match &outcome {
            Outcome::Sent { .. } => tracing::debug!(id, kind, "delivered"),
            Outcome::Again { error, .. } | Outcome::Failed { error, .. } => {
                tracing::info!(id, kind, error, "not delivered");
            }
        }
        self.store.end_delivery(id, outcome).await
    }
}

fn of_error(error: &EgressError) -> Verdict {
    match error.is_passing() {
        true => Verdict::later(error.to_string()),
        false => Verdict::never(error.to_string()),
    }
}

/// Discord tells whether the message stands only where it is asked to wait for that.
fn waiting(url: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}wait=true")
}

/// How long a message that is being sent when the program is to end is waited for.
pub(crate) const GRACE: Duration = Duration::from_secs(20);
