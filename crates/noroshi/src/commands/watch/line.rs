//! An event as one line for people.

use noroshi_store::{ListingState, now};
use noroshi_watch::{Event, Said};

use crate::print::safe;
use crate::when;

/// Characters of a text that are shown.
const SHOWN: usize = 300;

/// `2026-11-22 03:00 UTC (now)  aiko #17: the text`
pub(super) fn of(event: &Event) -> String {
    match &event.said {
        Said::Entry(entry) => {
            let post = &entry.post;
            let (from, id) = (&post.from.name, post.id);
            let (at, who) = match &entry.repost {
                Some(repost) => (
                    repost.at,
                    format!("{} reposts {from} #{id}", repost.by.name),
                ),
                None => match post.reply_to {
                    Some(to) => (post.received, format!("{from} #{id} to #{to}")),
                    None => (post.received, format!("{from} #{id}")),
                },
            };
            line(at, &who, &post.text)
        }
        Said::Listing(listing) => {
            let does = match listing.state {
                ListingState::Delisted => "no longer lists",
                _ => "lists",
            };
            let (source, value) = (&listing.source, listing.observable.defanged());
            let labels = listing.family.iter().chain(&listing.tags);
            let labels: Vec<&str> = labels.map(String::as_str).collect();
            line(
                now(),
                &format!("{source} {does} {value}"),
                &labels.join(" "),
            )
        }
    }
}

fn line(at: i64, who: &str, text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text: String = words.join(" ").chars().take(SHOWN).collect();
    let colon = if text.is_empty() { "" } else { ": " };
    safe(&format!("{}  {who}{colon}{text}", when::shown(at, now())))
}
