//! Microsoft Teams, by a workflow that takes webhooks.
//!
//! - <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>: a
//!   message with one Adaptive Card; at most 28 KB; 202 where the workflow was started.
//! - <https://adaptivecards.io/explorer/>, version 1.4.
//!
//! The connectors that workflows replace answer 200 also where Teams refused, and say so in the body.

use serde_json::{Value, json};

use super::{Answer, Verdict};
use crate::message::Message;
use crate::notice::Notice;
use crate::text::{cut, markdown};

/// Bytes of a message, with room to spare.
const LONGEST: usize = 24_000;
const MOST: usize = 20;
/// Characters of a block.
const BLOCK: usize = 1_500;

pub(crate) fn body(message: &Message) -> String {
    let mut most = MOST;
    loop {
        let body = card(message, most).to_string();
        if body.len() <= LONGEST || most == 0 {
            return body;
        }
        most /= 2;
    }
}

fn card(message: &Message, most: usize) -> Value {
    let mut blocks = vec![json!({
        "type": "TextBlock", "text": markdown(&message.heading), "size": "Medium", "weight": "Bolder", "wrap": true,
    })];
    let told = message.notices.iter().take(most);
    blocks.extend(told.map(|notice| block(&hit(message, notice))));
    let lines = message.lines.iter().take(most * 2);
    blocks.extend(lines.map(|line| block(&markdown(line))));
    if let Some(more) = message.more(message.notices.len().min(most)) {
        blocks.push(block(&more));
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": blocks,
                "actions": [{ "type": "Action.OpenUrl", "title": message.language.open(), "url": message.link }],
            },
        }],
    })
}

fn hit(message: &Message, notice: &Notice) -> String {
    let link = message.address(&notice.path);
    let mut text = format!("[{}]({link})", markdown(&notice.title));
    for line in &notice.lines {
        // Two line ends are one in a card.
        text.push_str(&format!("\n\n{}", markdown(line)));
    }
    text.push_str(&format!("\n\n{}", markdown(&message.about(notice))));
    text
}

fn block(text: &str) -> Value {
    json!({ "type": "TextBlock", "text": cut(text, BLOCK), "wrap": true })
}

pub(crate) fn verdict(answer: &Answer) -> Verdict {
    let said = answer.body.as_deref().unwrap_or_default();
    match answer.status {
        200..=299 if said.contains("HTTP error 429") => {
            Verdict::later(format!("Teams takes no more for now ({})", answer.said()))
        }
        200..=299 if said.contains("delivery failed") => {
            Verdict::never(format!("Teams refused the message ({})", answer.said()))
        }
        _ => answer.usual(),
    }
}
