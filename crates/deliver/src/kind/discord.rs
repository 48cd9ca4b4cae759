//! Discord, by a webhook.
//!
//! - <https://discord.com/developers/docs/resources/webhook#execute-webhook>: `content`, `embeds` and
//!   `allowed_mentions`; 204, or with `wait=true` 200 once the message stands.
//! - <https://discord.com/developers/docs/resources/message#embed-object-embed-limits>: a title has 256 characters, a
//!   description 4,096, all of a message 6,000.
//! - <https://discord.com/developers/docs/topics/rate-limits>: 429, with `retry_after` in seconds in the body.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::mattermost::told;
use super::{Answer, Verdict};
use crate::message::Message;
use crate::text::cut;

const TITLE: usize = 256;
const DESCRIPTION: usize = 4_096;
const MOST: usize = 20;
/// The longest that we take a wait for meant.
const LONGEST_WAIT: f64 = 86_400.0;

pub(crate) fn body(message: &Message) -> String {
    json!({
        "embeds": [{
            "title": cut(&message.heading, TITLE),
            "url": message.link,
            "description": told(message, MOST, DESCRIPTION),
        }],
        "allowed_mentions": { "parse": [] },
    })
    .to_string()
}

#[derive(Deserialize)]
struct Refused {
    #[serde(default)]
    retry_after: Option<f64>,
    #[serde(default)]
    code: Option<i64>,
}

pub(crate) fn verdict(answer: &Answer) -> Verdict {
    let refused = answer
        .body
        .as_deref()
        .and_then(|body| serde_json::from_str::<Refused>(body).ok());
    let (wait, code) = refused.map_or((None, None), |refused| (refused.retry_after, refused.code));
    match (answer.status, code) {
        (429, _) => {
            let wait = wait.filter(|wait| wait.is_finite() && *wait >= 0.0);
            let wait = wait.map(|wait| Duration::from_secs_f64(wait.min(LONGEST_WAIT)));
            let reason = format!("Discord takes no more for now ({})", answer.said());
            Verdict::Later(wait.or(answer.asked), reason)
        }
        (_, Some(10015)) => {
            Verdict::never("this webhook was deleted in Discord: make a new one (10015)")
        }
        (_, Some(50027)) => Verdict::never(
            "Discord does not know this webhook's token: copy its address again (50027)",
        ),
        _ => answer.usual(),
    }
}
