//! Slack, by an incoming webhook or by a bot's token.
//!
//! - <https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>: the body, `ok`, the errors.
//! - <https://docs.slack.dev/reference/methods/chat.postMessage>: the same body with `channel`; `ok` and `error` of
//!   the answer, whose status is 200 also for errors.
//! - <https://docs.slack.dev/reference/block-kit/blocks>: at most 50 blocks, 3,000 characters in a section, 150 in a
//!   header.
//! - <https://docs.slack.dev/apis/web-api/rate-limits>: 429 with `Retry-After`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Verdict};
use crate::message::Message;
use crate::notice::Notice;
use crate::text::{cut, slack};

/// Where a bot posts, at Slack.
pub(crate) const POST: &str = "/api/chat.postMessage";

/// Characters of a section, of a header, and of the text for notifications.
const SECTION: usize = 3_000;
const HEADER: usize = 150;
const FALLBACK: usize = 3_000;
/// Hits that are told; each is a block, of which there may be 50.
const MOST: usize = 20;

/// `channel` is where a bot posts; a webhook has its own.
pub(crate) fn body(message: &Message, channel: Option<&str>) -> String {
    let mut blocks = vec![json!({
        "type": "header",
        "text": { "type": "plain_text", "text": cut(&message.heading, HEADER), "emoji": false },
    })];
    let told = message.notices.iter().take(MOST);
    blocks.extend(told.map(|notice| section(&hit(message, notice))));
    if !message.lines.is_empty() {
        let lines: Vec<String> = message.lines.iter().map(|line| slack(line)).collect();
        blocks.extend(sections(&lines));
    }
    let mut end = format!("<{}|{}>", slack(&message.link), message.language.open());
    if let Some(more) = message.more(message.notices.len().min(MOST)) {
        end = format!("{more} · {end}");
    }
    blocks.push(json!({ "type": "context", "elements": [{ "type": "mrkdwn", "text": end }] }));
    let mut body = json!({
        "text": cut(&slack(&message.heading), FALLBACK),
        "blocks": blocks,
        "unfurl_links": false,
        "unfurl_media": false,
    });
    if let Some(channel) = channel {
        body["channel"] = Value::from(channel);
        body["parse"] = Value::from("none");
    }
    body.to_string()
}

fn hit(message: &Message, notice: &Notice) -> String {
    let link = slack(&message.address(&notice.path));
    let mut text = format!("*<{link}|{}>*", slack(&notice.title).replace('|', "¦"));
    for line in &notice.lines {
        text.push_str(&format!("\n{}", slack(line)));
    }
    text.push_str(&format!("\n{}", slack(&message.about(notice))));
    text
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(text, SECTION) } })
}

/// Lines in as few sections as they fit in; what no longer fits is left out.
fn sections(lines: &[String]) -> Vec<Value> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        let line = cut(line, SECTION);
        match texts.last_mut() {
            Some(last) if last.chars().count() + line.chars().count() < SECTION => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    texts.iter().take(MOST).map(|text| section(text)).collect()
}

/// What a webhook's answer means.
pub(crate) fn webhook_verdict(answer: &Answer) -> Verdict {
    let said = answer.body.as_deref().map(str::trim);
    match (answer.status, said) {
        (200, Some("ok")) => Verdict::Taken,
        (200, _) => Verdict::later(format!("Slack did not say ok ({})", answer.said())),
        (429 | 500..=599, _) => answer.usual(),
        (_, Some(code)) => match in_words(code) {
            Some(words) => Verdict::never(format!("{words} ({code})")),
            None => answer.usual(),
        },
        (_, None) => answer.usual(),
    }
}

#[derive(Deserialize)]
struct Posted {
    ok: bool,
    #[serde(default)]
    error: Option<String>,
}

/// What `chat.postMessage` answered.
pub(crate) fn bot_verdict(answer: &Answer) -> Verdict {
    if answer.status != 200 {
        return answer.usual();
    }
    let read = answer.body.as_deref().map(serde_json::from_str::<Posted>);
    let Some(Ok(posted)) = read else {
        return Verdict::later(format!("Slack's answer cannot be read ({})", answer.said()));
    };
    if posted.ok {
        return Verdict::Taken;
    }
    let code = posted.error.unwrap_or_default();
    let code = crate::text::line(&code, 60);
    match code.as_str() {
        "ratelimited" | "rate_limited" => Verdict::Later(
            answer.asked,
            format!("Slack takes no more for now ({code})"),
        ),
        "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => Verdict::later(format!("Slack is in trouble ({code})")),
        _ => {
            let words = in_words(&code).unwrap_or("Slack refused the message");
            Verdict::never(format!("{words} ({code})"))
        }
    }
}

/// What an error of Slack means, and what helps.
fn in_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "no_service" | "no_service_id" | "no_active_hooks" => {
            "this webhook was removed or switched off in Slack: make a new one"
        }
        "no_team" | "team_disabled" | "account_inactive" => {
            "the workspace, or the bot in it, is not active any more"
        }
        "invalid_payload"
        | "invalid_blocks"
        | "invalid_blocks_format"
        | "no_text"
        | "msg_too_long"
        | "too_many_attachments" => "Slack cannot read the message",
        "invalid_token" | "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" => {
            "Slack does not know this token: copy the bot's token again"
        }
        "channel_not_found" => {
            "Slack has no such channel, or the bot may not see it: give its id, and invite the bot"
        }
        "not_in_channel" => "the bot is not in that channel: invite it there",
        "is_archived" | "channel_is_archived" => "that channel is archived",
        "missing_scope" => "the bot lacks the scope chat:write",
        "restricted_action" | "action_prohibited" | "posting_to_general_channel_denied" => {
            "the workspace does not let the app post there"
        }
        "user_not_found" => "the user whom the webhook writes to is gone",
        _ => return None,
    })
}
