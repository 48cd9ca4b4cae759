//! Search as answers show it; the command line prints the same.

pub(crate) mod api;
pub(crate) mod complete;
mod explain;
pub(crate) mod export;
mod narrow;
pub(crate) mod page;

use noroshi_lookup::{Listing, Value};
use noroshi_store::{Found, Groups, Page};
use serde::Serialize;
use utoipa::ToSchema;

/// One page of what a query finds.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct SearchAnswer {
    /// The best match first: exact values, then what lies below, then the newest.
    pub found: Vec<FoundValue>,
    /// Where the next page goes on; nothing when this is the last.
    pub next: Option<String>,
    /// False when the time ran out before the page was full: `next` then goes on searching.
    pub complete: bool,
    /// Counts over the whole answer; only with the first page.
    pub groups: Option<FoundGroups>,
}

/// A value that was found.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct FoundValue {
    /// The value.
    pub observable: Value,
    /// Its listings that match the query, by source.
    pub listings: Vec<Listing>,
}

/// Counts over an answer: the 20 most frequent of each sort.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, ToSchema)]
pub struct FoundGroups {
    /// Values found.
    pub total: u64,
    /// Whether all were counted; else every count is "at least".
    pub complete: bool,
    /// By kind, most first.
    pub kinds: Vec<FoundGroup>,
    /// By source, most first.
    pub sources: Vec<FoundGroup>,
    /// By family, most first.
    pub families: Vec<FoundGroup>,
    /// By tag, most first.
    pub tags: Vec<FoundGroup>,
}

/// How many values of an answer share something.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct FoundGroup {
    /// The kind, source, family or tag.
    pub name: String,
    /// Values that have it.
    pub count: u64,
}

impl From<Page> for SearchAnswer {
    fn from(page: Page) -> SearchAnswer {
        SearchAnswer {
            found: page.found.iter().map(FoundValue::from).collect(),
            next: page.next,
            complete: page.complete,
            groups: page.groups.map(FoundGroups::from),
        }
    }
}

impl From<&Found> for FoundValue {
    fn from(found: &Found) -> FoundValue {
        FoundValue {
            observable: Value::from(&found.observable),
            listings: found.listings.iter().map(Listing::from).collect(),
        }
    }
}

impl From<Groups> for FoundGroups {
    fn from(groups: Groups) -> FoundGroups {
        let told = |groups: Vec<noroshi_store::Group>| {
            let one = |group: noroshi_store::Group| FoundGroup {
                name: group.name,
                count: group.count,
            };
            groups.into_iter().map(one).collect()
        };
        FoundGroups {
            total: groups.total,
            complete: groups.complete,
            kinds: told(groups.kinds),
            sources: told(groups.sources),
            families: told(groups.families),
            tags: told(groups.tags),
        }
    }
}
