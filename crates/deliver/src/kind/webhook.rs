//! A webhook of anybody's, signed as Standard Webhooks has it. The body is JSON: `type`, `timestamp`, `data`.

use noroshi_store::{Channel, DeliveryKind};
use serde_json::{Value, json};

use super::{Answer, Verdict};
use crate::message::Message;
use crate::notice::Notice;

/// Hits that are told.
const MOST: usize = 100;

pub(crate) fn body(message: &Message, channel: &Channel) -> String {
    let name = match message.kind {
        DeliveryKind::Hits => "hunt.hits",
        DeliveryKind::Test => "channel.test",
        DeliveryKind::Sheet => "shift.sheet",
    };
    let hits: Vec<Value> = message
        .notices
        .iter()
        .take(MOST)
        .map(|one| hit(message, one))
        .collect();
    json!({
        "type": name,
        "timestamp": stamp(message.at),
        "data": {
            "heading": message.heading,
            "channel": { "id": channel.id, "name": channel.name },
            "total": message.total,
            "hits": hits,
            "lines": message.lines,
            "url": message.link,
        },
    })
    .to_string()
}

fn hit(message: &Message, notice: &Notice) -> Value {
    json!({
        "id": notice.hit,
        "hunt": { "id": notice.hunt_id, "name": notice.hunt },
        "at": stamp(notice.at),
        "title": notice.title,
        "lines": notice.lines,
        "tlp": notice.tlp.map(|tlp| tlp.to_string()),
        "carried": notice.carried,
        "url": message.address(&notice.path),
    })
}

fn stamp(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// 410 means that nobody listens any more; what else is no success may be one later.
pub(crate) fn verdict(answer: &Answer) -> Verdict {
    match answer.status {
        400 | 410 | 413 | 422 | 200..=299 | 300..=399 | 429 | 500..=599 => answer.usual(),
        _ => Verdict::Later(answer.asked, format!("it was refused ({})", answer.said())),
    }
}
