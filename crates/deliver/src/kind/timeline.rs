//! The timeline here: a post of the hunts' bot, in Markdown.

use noroshi_exchange::post::markdown_line;

use crate::message::{Message, marking};

/// Hits that are told.
const MOST: usize = 50;

pub(crate) fn body(message: &Message) -> String {
    let mut text = format!("**{}**", markdown_line(&message.heading));
    for notice in message.notices.iter().take(MOST) {
        text.push_str(&format!(
            "\n- [{}]({})",
            markdown_line(&notice.title),
            notice.path
        ));
        if let Some(tlp) = notice.tlp {
            text.push_str(&format!(" {}", marking(tlp)));
        }
        for line in &notice.lines {
            text.push_str(&format!("\n  {}", markdown_line(line)));
        }
    }
    for line in &message.lines {
        text.push_str(&format!("\n\n{}", markdown_line(line)));
    }
    // A link within the hub needs no address of it.
    let path = message.link.strip_prefix(&message.hub).unwrap_or("/");
    text.push_str("\n\n");
    if let Some(more) = message.more(message.notices.len().min(MOST)) {
        text.push_str(&format!("{more} · "));
    }
    text.push_str(&format!("[{}]({path})", message.language.open()));
    text
}
