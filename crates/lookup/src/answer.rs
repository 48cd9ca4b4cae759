//! What a lookup of one value answers.

use noroshi_exchange::warninglist::{Through, Warninglists};
use noroshi_indicator::{Detected, Observable, Tlp};
use noroshi_store::{Lookup, Post};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Listing, Time, Value, Verdict};

/// Posts that an answer shows; the verdict counts all.
const POSTS: usize = 50;
/// Characters of their text.
const SHORT: usize = 200;

/// Everything collected about one value that the reader may see.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Answer {
    /// What was asked about, as it was understood.
    pub observable: Value,
    /// The port that stood behind the value.
    pub port: Option<u16>,
    /// Whether the spelling hid what is meant (an address as one number, a name of mixed scripts).
    pub suspicious: bool,
    /// The warninglists that have the value: if there are any, a listing is probably a false alarm.
    pub warninglists: Vec<Warning>,
    /// What the listings come to.
    pub verdict: Verdict,
    /// Who lists the value itself.
    pub listings: Vec<Listing>,
    /// The posts that name the value, the newest first.
    pub posts: Vec<Mention>,
    /// What is listed around the value, by how it belongs to it.
    pub related: Vec<Related>,
    /// False when there is too much around the value to count it all; its counts are then "at least".
    pub complete: bool,
}

/// A post that names the value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Mention {
    /// The post's number.
    pub id: i64,
    /// Who wrote it, by name.
    pub from: String,
    /// When it was published.
    pub published: Time,
    /// The marking: `clear`, `green`, `amber`, `amber+strict` or `red`.
    #[schema(value_type = String, example = "green")]
    pub tlp: Tlp,
    /// Tags as written, without `#`.
    pub tags: Vec<String>,
    /// How its text begins, without Markdown.
    pub text: String,
}

/// A warninglist that has the value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Warning {
    /// What the list is called.
    pub name: String,
    /// What is in it, in a sentence.
    pub description: String,
    /// The entry that has the value.
    pub entry: String,
    /// Whether it has only the host of the URL that was asked about.
    pub through_host: bool,
}

/// How a value belongs to the one that was asked about.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    /// A name below the name.
    Subdomain,
    /// A name above the name or the URL's host, down from the registered domain.
    Parent,
    /// The host of the URL.
    Host,
    /// A URL on the host, on a name below it, or on an address in the network.
    UrlOnHost,
    /// A URL that goes on where the URL ends.
    UrlBelow,
    /// An address or network inside the network.
    InsideNetwork,
    /// A network around the address, network or URL.
    ContainingNetwork,
    /// Another name, or a URL, of the same registered domain.
    SameRegisteredDomain,
}

impl Tie {
    /// `subdomain`, `parent`, `host`, `url_on_host`, `url_below`, `inside_network`,
    /// `containing_network` or `same_registered_domain`.
    pub fn name(self) -> &'static str {
        match self {
            Tie::Subdomain => "subdomain",
            Tie::Parent => "parent",
            Tie::Host => "host",
            Tie::UrlOnHost => "url_on_host",
            Tie::UrlBelow => "url_below",
            Tie::InsideNetwork => "inside_network",
            Tie::ContainingNetwork => "containing_network",
            Tie::SameRegisteredDomain => "same_registered_domain",
        }
    }

    /// Nothing for the value itself, which is not related to itself.
    fn of(tie: Option<noroshi_query::neighbours::Tie>) -> Option<Tie> {
        use noroshi_query::neighbours::Tie as Neighbour;
        Some(match tie {
            None => Tie::SameRegisteredDomain,
            Some(Neighbour::Same) => return None,
            Some(Neighbour::Subdomain) => Tie::Subdomain,
            Some(Neighbour::Parent) => Tie::Parent,
            Some(Neighbour::Host) => Tie::Host,
            Some(Neighbour::UrlOn) => Tie::UrlOnHost,
            Some(Neighbour::UrlBelow) => Tie::UrlBelow,
            Some(Neighbour::Inside) => Tie::InsideNetwork,
            Some(Neighbour::Network) => Tie::ContainingNetwork,
        })
    }
}

/// What belongs to the value in one way.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct Related {
    /// In which way.
    pub tie: Tie,
    /// How many values; "at least" if the answer is not complete.
    pub count: u64,
    /// The first of them.
    pub values: Vec<RelatedValue>,
}

/// A value around the one that was asked about.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct RelatedValue {
    /// The value.
    pub observable: Value,
    /// What its own listings come to.
    pub verdict: Verdict,
}

impl Answer {
    pub(crate) fn new(detected: &Detected, warninglists: Vec<Warning>, kept: Lookup) -> Answer {
        let related = kept.related.into_iter().filter_map(|related| {
            Some(Related {
                tie: Tie::of(related.tie)?,
                count: related.count,
                values: related.found.iter().map(RelatedValue::from).collect(),
            })
        });
        Answer {
            observable: Value::from(&detected.observable),
            port: detected.port,
            suspicious: detected.suspicious,
            warninglists,
            verdict: Verdict {
                posts: kept.posts.len(),
                ..Verdict::of(&kept.listings)
            },
            posts: kept
                .posts
                .iter()
                .take(POSTS)
                .map(|post| Mention::from(&**post))
                .collect(),
            listings: kept.listings.iter().map(Listing::from).collect(),
            related: related.collect(),
            complete: kept.complete,
        }
    }
}

impl From<&Post> for Mention {
    fn from(post: &Post) -> Mention {
        Mention {
            id: post.id,
            from: post.from.name.clone(),
            published: Time(post.published),
            tlp: post.tlp,
            tags: post.tags.clone(),
            text: post.line(SHORT),
        }
    }
}

impl From<&noroshi_store::Found> for RelatedValue {
    fn from(found: &noroshi_store::Found) -> RelatedValue {
        RelatedValue {
            observable: Value::from(&found.observable),
            verdict: Verdict::about(found),
        }
    }
}

pub(crate) fn warnings(warninglists: &Warninglists, observable: &Observable) -> Vec<Warning> {
    let hits = warninglists.hits(observable).into_iter();
    hits.map(|hit| Warning {
        name: hit.list.name.clone(),
        description: hit.list.description.clone(),
        entry: hit.entry.into_owned(),
        through_host: hit.through == Through::Host,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_written_as_they_are_named() {
        for tie in [
            Tie::Subdomain,
            Tie::Parent,
            Tie::Host,
            Tie::UrlOnHost,
            Tie::UrlBelow,
            Tie::InsideNetwork,
            Tie::ContainingNetwork,
            Tie::SameRegisteredDomain,
        ] {
            assert_eq!(serde_json::to_value(tie).unwrap(), tie.name());
        }
    }
}
