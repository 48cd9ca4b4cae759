//! Mattermost, by an incoming webhook.
//!
//! <https://developers.mattermost.com/integrate/webhooks/incoming/>: a body with `text` in Markdown, at most 16,383
//! characters; the answer is `ok`.

use serde_json::json;

use crate::message::Message;
use crate::notice::Notice;
use crate::text::{cut, markdown};

const LONGEST: usize = 16_383;
/// Hits that are told.
const MOST: usize = 20;
/// Room that is kept for the last line.
const END: usize = 1_000;

pub(crate) fn body(message: &Message) -> String {
    json!({ "text": told(message, MOST, LONGEST) }).to_string()
}

/// The message in Markdown, within so many characters; whole hits only.
pub(super) fn told(message: &Message, most: usize, longest: usize) -> String {
    let mut text = format!("**{}**", markdown(&message.heading));
    let mut shown = 0;
    for notice in message.notices.iter().take(most) {
        let hit = hit(message, notice);
        if text.chars().count() + hit.chars().count() + END > longest {
            break;
        }
        text.push_str(&hit);
        shown += 1;
    }
    for line in &message.lines {
        let line = format!("\n{}", markdown(line));
        if text.chars().count() + line.chars().count() + END > longest {
            break;
        }
        text.push_str(&line);
    }
    text.push_str("\n\n");
    if let Some(more) = message.more(shown) {
        text.push_str(&format!("{more} · "));
    }
    text.push_str(&format!("[{}]({})", message.language.open(), message.link));
    cut(&text, longest)
}

fn hit(message: &Message, notice: &Notice) -> String {
    let link = message.address(&notice.path);
    let mut text = format!("\n- [{}]({link})", markdown(&notice.title));
    for line in &notice.lines {
        text.push_str(&format!("\n  {}", markdown(line)));
    }
    text.push_str(&format!("\n  {}", markdown(&message.about(notice))));
    text
}
