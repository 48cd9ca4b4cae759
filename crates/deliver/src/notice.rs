//! A hit as it is told: one title, a few lines, a link; of what does not leave the hub, only that it is.

use noroshi_exchange::post::plain;
use noroshi_indicator::Tlp;
use noroshi_store::{Channel, Delivery, Hit, Listing, Post, Reader, Result, Said};

use crate::courier::Courier;
use crate::text::line;
use crate::words::Language;

/// The most hits that any service is told of in one message.
const MOST: usize = 100;
/// Characters of a title, a line, a hunt's name.
const TITLE: usize = 200;
const LINE: usize = 300;
const NAME: usize = 80;
/// The most lines, and values in one.
const LINES: usize = 4;
const VALUES: usize = 8;

/// A hit as it is told. All texts are harmless single lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Name of the hunt.
    pub hunt: String,
    /// Its number.
    pub hunt_id: i64,
    /// Number of the hit.
    pub hit: i64,
    /// When it was found, in microseconds since the epoch.
    pub at: i64,
    /// What was found.
    pub title: String,
    /// More about it.
    pub lines: Vec<String>,
    /// Its marking; nothing where it may not be told.
    pub tlp: Option<Tlp>,
    /// Whether its text may leave the hub on this channel.
    pub carried: bool,
    /// Its page in the hub.
    pub path: String,
}

impl Courier {
    /// The oldest hits of a delivery, as the channel's owner sees them.
    pub(crate) async fn notices(
        &self,
        channel: &Channel,
        delivery: &Delivery,
        language: Language,
    ) -> Result<Vec<Notice>> {
        let ids = self.store.delivery_hits(delivery.id, MOST).await?;
        let carried = self.store.may_carry(channel.id, ids.clone()).await?;
        let owner = Reader::account(channel.owner_id);
        let hits = self.store.hits(&owner, ids).await?;
        let told = |hit: &Hit| notice(hit, carried.contains(&hit.id), language);
        Ok(hits.iter().map(told).collect())
    }
}

fn notice(hit: &Hit, carried: bool, language: Language) -> Notice {
    let (title, lines, tlp) = match &hit.said {
        Some(Said::Post(post)) if carried => of_post(post),
        Some(Said::Listing(listing)) if carried => of_listing(listing),
        _ => (language.only_here().to_owned(), Vec::new(), None),
    };
    Notice {
        hunt: line(&hit.hunt.name, NAME),
        hunt_id: hit.hunt.id,
        hit: hit.id,
        at: hit.at,
        title,
        lines,
        carried: tlp.is_some(),
        tlp,
        path: path(hit.hunt.id, hit.id),
    }
}

/// The hit among all of its hunt, at the top.
fn path(hunt: i64, hit: i64) -> String {
    format!("/hunt/{hunt}?show=all&cursor={}#h-{hit}", hit + 1)
}

type Told = (String, Vec<String>, Option<Tlp>);

fn of_post(post: &Post) -> Told {
    let item = post.item.as_deref();
    let title = match item.and_then(|item| item.title.as_deref()) {
        Some(title) => line(title, TITLE),
        None => line(&plain(&post.text, TITLE), TITLE),
    };
    let author = item.and_then(|item| item.author.as_ref());
    let author = author.map(|author| format!(" · {}", author.name));
    let from = format!("{}{}", post.from.name, author.unwrap_or_default());
    let mut lines = vec![line(&from, LINE)];
    let values: Vec<&str> = post.observables.iter().map(|one| one.value()).collect();
    if !values.is_empty() {
        let some = values.get(..VALUES).unwrap_or(&values).join(", ");
        lines.push(line(&some, LINE));
    }
    lines.truncate(LINES);
    (title, lines, Some(post.tlp))
}

fn of_listing(listing: &Listing) -> Told {
    let title = line(listing.observable.value(), TITLE);
    let mut lines = vec![line(
        &format!("{} · {}", listing.source, listing.state.name()),
        LINE,
    )];
    let families = listing.family.iter().map(String::as_str);
    let words: Vec<&str> = families
        .chain(listing.tags.iter().map(String::as_str))
        .collect();
    if !words.is_empty() {
        lines.push(line(&words.join(", "), LINE));
    }
    if let Some(note) = &listing.note {
        lines.push(line(note, LINE));
    }
    (title, lines, Some(listing.tlp))
}
