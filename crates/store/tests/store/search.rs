//! Search against the slow way: every listing held against the query, one by one.

use std::collections::BTreeMap;
use std::time::Duration;

use noroshi_indicator::Observable;
use noroshi_query::{Query, Statement, StatementKind, TimeZone, parse};
use noroshi_store::{Found, Listing, Mode, Reader, SearchOptions, Store};
use proptest::prelude::*;

use crate::hub::{self, import, new_source};
use crate::imports::{listings, rows, runner, some};

/// Terms that meet the test's rows, each by another walk.
const TERMS: &[&str] = &[
    "evil.example",
    "www[.]evil[.]example",
    "other.example",
    "192.0.2.1",
    "192.0.2.0/24",
    "192.0.2.0/28",
    "2001:db8::/32",
    "http://evil.example/a",
    "http://192.0.2.1/x",
    "CVE-2026-0001",
    "evil",
    "login",
    "exe",
    "invoice",
    "Emotet",
    "emo",
    "標的型攻撃",
    "攻撃",
    "窃盗",
    "ロードインフォ",
    "phishing",
    "\"login kit\"",
    "\"evil.exe\"",
    "kind:domain",
    "kind:cve",
    "kind:url",
    "value:192.0.2.200",
    "domain:evil.example",
    "ip:192.0.2.1",
    "ip:192.0.2.0/24",
    "cidr:192.0.2.0/24",
    "hash:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cve:CVE-2026-0001",
    "source:first",
    "source:second",
    "source:third",
    "tag:phishing",
    "tag:c2",
    "tag:窃盗",
    "family:emotet",
    "tlp:clear",
    "tlp:amber",
    "since:2026-01-01",
    "until:2026-01-01",
    "since:1d",
    "first:>=2026-05-30",
    "last:<2026-05-31",
    "/ev[il]+/",
    "first:1h",
];

fn queries() -> impl Strategy<Value = String> {
    let term = prop::sample::select(TERMS).prop_map(str::to_owned);
    term.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" OR "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" "))),
            inner.prop_map(|part| format!("-({part})")),
        ]
    })
}

/// All pages of an answer.
async fn pages(store: &Store, query: &Query, limit: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut options = SearchOptions {
        limit,
        budget: Duration::from_secs(60),
        ..SearchOptions::default()
    };
    loop {
        let page = store
            .search(&Reader::operator(), query, options.clone())
            .await
            .unwrap();
        assert!(page.complete);
        assert!(page.found.len() <= limit);
        found.extend(page.found);
        match page.next {
            Some(next) => options.cursor = Some(next),
            None => return found,
        }
    }
}

fn matches(query: &Query, listing: &Listing) -> bool {
    query.matches(&Statement {
        kind: StatementKind::Listing,
        observables: std::slice::from_ref(&listing.observable),
        from: &listing.source,
        by_source: true,
        to: &[],
        family: listing.family.as_deref(),
        tags: &listing.tags,
        text: listing.note.as_deref(),
        vendors: &[],
        products: &[],
        cvss: None,
        tlp: listing.tlp,
        received: listing.received,
        first_seen: listing.first_seen,
        last_seen: listing.last_seen,
        reply: false,
        repost: false,
        file: false,
    })
}

type Answer = BTreeMap<Observable, Vec<Listing>>;

#[test]
fn pages_hold_what_the_evaluator_says() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let mut runner = runner();
        let mut all: Vec<Listing> = Vec::new();
        for name in ["first", "second", "third"] {
            let source = store
                .ensure_source(new_source(name, Mode::Snapshot))
                .await
                .unwrap();
            for _ in 0..3 {
                let body = some(prop::collection::vec(rows(), 0..20), &mut runner);
                import(&store, &source, body, Vec::new(), &[5]).await;
            }
            all.extend(listings(&store, &source).await);
        }
        let mut texts: Vec<String> = TERMS.iter().map(|term| (*term).to_owned()).collect();
        texts.extend((0..400).map(|_| some(queries(), &mut runner)));
        for text in texts {
            let query = parse(&text, noroshi_store::now(), &TimeZone::UTC).unwrap();
            let mut expected = Answer::new();
            for listing in all.iter().filter(|listing| matches(&query, listing)) {
                expected
                    .entry(listing.observable.clone())
                    .or_default()
                    .push(listing.clone());
            }
            let limit = some(1..6usize, &mut runner);
            let found = pages(&store, &query, limit).await;
            let count = found.len();
            let mut answer = Answer::new();
            for mut found in found {
                found
                    .listings
                    .sort_by(|a, b| (&a.source, a.item).cmp(&(&b.source, b.item)));
                answer.insert(found.observable, found.listings);
            }
            for listings in expected.values_mut() {
                listings.sort_by(|a, b| (&a.source, a.item).cmp(&(&b.source, b.item)));
            }
            assert_eq!(answer.len(), count, "{text}: an observable came twice");
            assert_eq!(answer, expected, "{text}");
            let page = store
                .search(
                    &Reader::operator(),
                    &query,
                    SearchOptions {
                        counting: Duration::from_secs(60),
                        ..SearchOptions::default()
                    },
                )
                .await
                .unwrap();
            let groups = page.groups.unwrap();
            assert_eq!(
                (groups.total as usize, groups.complete),
                (expected.len(), true),
                "{text}"
            );
        }
    });
}

#[test]
fn a_cursor_goes_with_its_query() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Snapshot))
            .await
            .unwrap();
        let body = (0..5)
            .map(|n| hub::row(hub::domain(&format!("h{n}.evil.example"))))
            .collect();
        import(&store, &source, body, Vec::new(), &[]).await;
        let query = parse("evil.example", 0, &TimeZone::UTC).unwrap();
        let options = SearchOptions {
            limit: 2,
            ..SearchOptions::default()
        };
        let page = store
            .search(&Reader::operator(), &query, options.clone())
            .await
            .unwrap();
        let cursor = page.next.unwrap();
        let other = parse("evil", 0, &TimeZone::UTC).unwrap();
        for (query, cursor) in [(&other, cursor.as_str()), (&query, "zz"), (&query, "7b7d")] {
            let options = SearchOptions {
                cursor: Some(cursor.to_owned()),
                ..options.clone()
            };
            let refused = store.search(&Reader::operator(), query, options).await;
            assert!(matches!(refused, Err(noroshi_store::Error::Invalid(_))));
        }
    });
}

/// When the time runs out at something hidden, the cursor must not tell what it was, and nobody can
/// make a cursor up to ask what lies between.
#[test]
fn a_cursor_tells_nothing_and_cannot_be_made_up() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Snapshot))
            .await
            .unwrap();
        let body = (0..5)
            .map(|n| hub::row(hub::domain(&format!("h{n}.evil.example"))))
            .collect();
        import(&store, &source, body, Vec::new(), &[]).await;
        let query = parse("domain:evil.example", 0, &TimeZone::UTC).unwrap();
        let options = SearchOptions {
            limit: 2,
            ..SearchOptions::default()
        };
        let search = async |cursor: Option<String>| {
            let options = SearchOptions {
                cursor,
                ..options.clone()
            };
            store.search(&Reader::operator(), &query, options).await
        };
        let cursor = search(None).await.unwrap().next.unwrap();
        assert!(search(Some(cursor.clone())).await.is_ok());
        let told: Vec<u8> = (0..cursor.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&cursor[at..at + 2], 16).unwrap())
            .collect();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert!(
            !told.contains("evil") && !told.contains("example"),
            "{told}"
        );
        // Any other digit anywhere breaks the seal.
        for at in 0..cursor.len() {
            let mut forged = cursor.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(search(Some(forged)).await.is_err(), "at {at}");
        }
    });
}
