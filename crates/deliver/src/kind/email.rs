//! Mail: text and HTML that say the same.

use noroshi_egress::Mail;
use serde::{Deserialize, Serialize};

use crate::courier::MailSettings;
use crate::message::Message;
use crate::text::html;

/// Hits that are told.
const MOST: usize = 50;

/// A mail as it is kept until it was taken.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Letter {
    from: String,
    from_name: Option<String>,
    to: Vec<String>,
    subject: String,
    text: String,
    html: String,
    id: String,
    at: i64,
    list_id: Option<String>,
}

pub(crate) fn body(message: &Message, to: &[String], settings: &MailSettings) -> String {
    let domain = settings.domain();
    let letter = Letter {
        from: settings.from.clone(),
        from_name: settings.from_name.clone(),
        to: to.to_vec(),
        subject: format!("[Noroshi] {}", message.heading),
        text: text(message),
        html: page(message),
        id: format!("{}@{domain}", message.key),
        at: message.at,
        list_id: message.hunt.map(|hunt| format!("hunt-{hunt}.{domain}")),
    };
    serde_json::to_string(&letter).unwrap_or_default()
}

/// The mail that a kept body is.
pub(crate) fn mail(body: &str) -> Option<Mail> {
    let letter: Letter = serde_json::from_str(body).ok()?;
    Some(Mail {
        from: letter.from,
        from_name: letter.from_name,
        to: letter.to,
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        id: letter.id,
        at: letter.at,
        list_id: letter.list_id,
    })
}

fn text(message: &Message) -> String {
    let mut text = format!("{}\n", message.heading);
    for notice in message.notices.iter().take(MOST) {
        text.push_str(&format!("\n* {}\n", notice.title));
        for line in &notice.lines {
            text.push_str(&format!("  {line}\n"));
        }
        let link = message.address(&notice.path);
        text.push_str(&format!("  {}\n  {link}\n", message.about(notice)));
    }
    for line in &message.lines {
        text.push_str(&format!("\n{line}"));
    }
    text.push('\n');
    if let Some(more) = message.more(message.notices.len().min(MOST)) {
        text.push_str(&format!("{more}\n"));
    }
    let (language, link) = (message.language, &message.link);
    text.push_str(&format!(
        "{}: {link}\n\n-- \n{}\n",
        language.open(),
        language.why()
    ));
    text
}

fn page(message: &Message) -> String {
    let language = message.language;
    let mut page = format!(
        "<!doctype html><html lang=\"{}\"><body><h1 style=\"font-size:1.2em\">{}</h1>",
        language.tag(),
        html(&message.heading)
    );
    if !message.notices.is_empty() {
        page.push_str("<ul>");
        for notice in message.notices.iter().take(MOST) {
            let link = html(&message.address(&notice.path));
            page.push_str(&format!(
                "<li><a href=\"{link}\">{}</a>",
                html(&notice.title)
            ));
            for line in &notice.lines {
                page.push_str(&format!("<br>{}", html(line)));
            }
            page.push_str(&format!(
                "<br><small>{}</small></li>",
                html(&message.about(notice))
            ));
        }
        page.push_str("</ul>");
    }
    for line in &message.lines {
        page.push_str(&format!("<p>{}</p>", html(line)));
    }
    if let Some(more) = message.more(message.notices.len().min(MOST)) {
        page.push_str(&format!("<p>{more}</p>"));
    }
    page.push_str(&format!(
        "<p><a href=\"{}\">{}</a></p><p><small>{}</small></p></body></html>",
        html(&message.link),
        language.open(),
        language.why()
    ));
    page
}
