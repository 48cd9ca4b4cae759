//! What a person may know, worked out the slow and obvious way.

use std::collections::{BTreeMap, BTreeSet};

use noroshi_indicator::{Kind, Observable};
use noroshi_query::neighbours::{Tie, related};
use noroshi_query::{Expr, Matcher, Query, Statement, StatementKind, Term, TimeZone};
use noroshi_store::now;
use serde_json::{Value, json};

use crate::world::{Feed, Kept, Person, World};

/// A statement with the source that made it.
pub(crate) type Said<'a> = (&'a Feed, &'a Kept);

/// What a person may know.
pub(crate) struct Model<'a> {
    pub(crate) seen: Vec<&'a Feed>,
    pub(crate) hidden: Vec<&'a Feed>,
}

impl<'a> Model<'a> {
    pub(crate) fn of(world: &'a World, person: &Person) -> Model<'a> {
        let (seen, hidden) = world
            .feeds
            .iter()
            .partition(|feed| world.may_read(person, feed));
        Model { seen, hidden }
    }

    /// By observable, what is said about it.
    pub(crate) fn said(&self) -> BTreeMap<&'a Observable, Vec<Said<'a>>> {
        let mut said: BTreeMap<&Observable, Vec<Said>> = BTreeMap::new();
        for feed in &self.seen {
            for (observable, kept) in &feed.listings {
                said.entry(observable).or_default().push((feed, kept));
            }
        }
        said
    }

    pub(crate) fn find(&self, text: &str) -> BTreeMap<&'a Observable, Vec<Said<'a>>> {
        let query = noroshi_query::parse(text, now(), &TimeZone::UTC).unwrap();
        self.matching(&query)
    }

    fn matching(&self, query: &Query) -> BTreeMap<&'a Observable, Vec<Said<'a>>> {
        let matcher = Matcher::new(query).unwrap();
        let mut found = self.said();
        for said in found.values_mut() {
            said.retain(|said| matcher.matches(&statement(said)));
        }
        found.retain(|_, said| !said.is_empty());
        found
    }

    /// By tie, the observables around one.
    pub(crate) fn around(
        &self,
        asked: &Observable,
    ) -> BTreeMap<&'static str, BTreeSet<&'a Observable>> {
        let mut around: BTreeMap<&str, BTreeSet<&Observable>> = BTreeMap::new();
        let site = asked.registered_domain().filter(|site| site != asked);
        let site = site.map(|site| self.matching(&Query::from(Expr::from(Term::Domain(site)))));
        for observable in self.said().into_keys() {
            let beside = site
                .as_ref()
                .is_some_and(|site| site.contains_key(observable));
            let tie = match related(asked, observable) {
                Some(Tie::Same) => continue,
                Some(Tie::Subdomain) => "subdomain",
                Some(Tie::Parent) => "parent",
                Some(Tie::Host) => "host",
                Some(Tie::UrlOn) => "url_on_host",
                Some(Tie::UrlBelow) => "url_below",
                Some(Tie::Inside) => "inside_network",
                Some(Tie::Network) => "containing_network",
                None if beside => "same_registered_domain",
                None => continue,
            };
            around.entry(tie).or_default().insert(observable);
        }
        around
    }
}

fn statement<'a>((feed, kept): &Said<'a>) -> Statement<'a> {
    let listing = &kept.listing;
    Statement {
        kind: StatementKind::Listing,
        observables: std::slice::from_ref(&listing.observable),
        from: &feed.kept.name,
        by_source: true,
        to: &[],
        family: listing.family.as_deref(),
        tags: &listing.tags,
        text: listing.note.as_deref(),
        vendors: &[],
        products: &[],
        cvss: None,
        tlp: feed.tlp,
        // Just now, which is all that the queries of this test ask for.
        received: now(),
        first_seen: listing.first_seen.unwrap(),
        last_seen: listing.last_seen.unwrap(),
        reply: false,
        repost: false,
        file: false,
    }
}

/// A listing as the API tells it, but for the time it was received.
pub(crate) fn listing((feed, kept): &Said<'_>) -> Value {
    let listing = &kept.listing;
    json!({
        "source": feed.kept.name, "state": if kept.listed { "listed" } else { "delisted" },
        "tlp": feed.tlp, "first_seen": "2023-11-14T22:13:20Z", "last_seen": "2024-03-09T16:00:00Z",
        "port": listing.port, "family": listing.family, "tags": listing.tags, "note": listing.note,
        "confidence": listing.confidence, "reference": listing.reference, "batch": kept.batch,
    })
}

pub(crate) fn listings(said: &[Said<'_>]) -> Vec<Value> {
    let mut all: Vec<Value> = said.iter().map(listing).collect();
    all.sort_by_key(Value::to_string);
    all
}

/// What the listings of one value come to.
pub(crate) fn verdict(said: &[Said<'_>]) -> Value {
    let names: BTreeSet<&str> = said
        .iter()
        .map(|(feed, _)| feed.kept.name.as_str())
        .collect();
    let families: BTreeSet<_> = said
        .iter()
        .filter_map(|(_, kept)| kept.listing.family.as_ref())
        .collect();
    let tags: BTreeSet<_> = said
        .iter()
        .flat_map(|(_, kept)| &kept.listing.tags)
        .collect();
    let any = said.iter().any(|(_, kept)| kept.listed);
    let state = (!said.is_empty()).then_some(if any { "listed" } else { "delisted" });
    json!({
        "known": !said.is_empty(), "state": state, "source_count": names.len(), "sources": names,
        "families": families, "tags": tags,
        "confidence": said.iter().filter_map(|(_, kept)| kept.listing.confidence).max(),
        "tlp": said.iter().map(|(feed, _)| feed.tlp).max(),
        "first_seen": (!said.is_empty()).then_some("2023-11-14T22:13:20Z"),
        "last_seen": (!said.is_empty()).then_some("2024-03-09T16:00:00Z"),
        "posts": 0,
    })
}

/// How many observables of an answer each name is of, most first, the first 20.
pub(crate) fn group<'a>(names: impl Iterator<Item = BTreeSet<&'a str>>) -> Vec<Value> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names.flatten() {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    counts
        .into_iter()
        .take(20)
        .map(|(name, count)| json!({"name": name, "count": count}))
        .collect()
}

pub(crate) fn observable(value: &str) -> Observable {
    Observable::detect(value).unwrap().observable
}

pub(crate) fn kind_name(observable: &Observable) -> &'static str {
    Kind::name(observable.kind())
}
