//! Warninglists as a whole: each type of list, URLs through their hosts, and the
//! index against a scan of every entry.

use noroshi_exchange::warninglist::{KindSet, Matching, Through, Warninglist, Warninglists};
use noroshi_indicator::{Kind, Observable};
use proptest::prelude::*;

fn list(name: &str, matching: Matching, kinds: KindSet, entries: &[&str]) -> Warninglist {
    Warninglist {
        name: name.to_owned(),
        description: format!("{name}, described"),
        version: 1,
        matching,
        kinds,
        entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    }
}

fn observable(kind: Kind, value: &str) -> Observable {
    Observable::parse(kind, value).expect(value)
}

/// List, entry and way of each hit, sorted.
fn hits(lists: &Warninglists, kind: Kind, value: &str) -> Vec<(String, String, Through)> {
    let observable = observable(kind, value);
    let hits = lists.hits(&observable);
    let mut found: Vec<_> = hits
        .into_iter()
        .map(|hit| (hit.list.name.clone(), hit.entry.into_owned(), hit.through))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn hit(list: &str, entry: &str, through: Through) -> (String, String, Through) {
    (list.to_owned(), entry.to_owned(), through)
}

fn lists() -> Warninglists {
    let places = KindSet::from_iter([Kind::Domain, Kind::Ipv4, Kind::Cidr]);
    Warninglists::new([
        list(
            "networks",
            Matching::Cidr,
            places,
            &["203.0.113.0/24", "203.0.113.64/26", "2001:db8::/32"],
        ),
        list(
            "names",
            Matching::Hostname,
            places,
            &["evil.example", ".dyn.example", "*.CDN.example"],
        ),
        list(
            "hashes",
            Matching::String,
            KindSet::from_iter([Kind::Md5]),
            &[&"AB".repeat(16)],
        ),
        list(
            "parts",
            Matching::Substring,
            KindSet::from_iter([Kind::Url]),
            &["/Common/", "wp-"],
        ),
        list(
            "mail",
            Matching::Regex,
            KindSet::from_iter([Kind::Email]),
            &[r"/^abuse\@.*$/i", "/^(?=a)/"],
        ),
        list(
            "all",
            Matching::String,
            KindSet::ALL,
            &["203.0.113.7", "evil.example"],
        ),
    ])
}

#[test]
fn each_type_of_list_matches_in_its_way() {
    let lists = lists();
    let value = Through::Value;
    assert_eq!(
        hits(&lists, Kind::Ipv4, "203.0.113.70"),
        [hit("networks", "203.0.113.64/26", value)],
        "the narrowest network, once"
    );
    assert_eq!(
        hits(&lists, Kind::Ipv4, "203.0.113.7"),
        [
            hit("all", "203.0.113.7", value),
            hit("networks", "203.0.113.0/24", value)
        ]
    );
    assert_eq!(
        hits(&lists, Kind::Cidr, "203.0.113.0/25"),
        [hit("networks", "203.0.113.0/24", value)]
    );
    assert_eq!(hits(&lists, Kind::Cidr, "203.0.112.0/23"), []);
    assert_eq!(
        hits(&lists, Kind::Ipv6, "2001:db8::1"),
        [],
        "the list is not about version 6"
    );

    assert_eq!(
        hits(&lists, Kind::Domain, "a.b.evil.example"),
        [hit("names", "evil.example", value)]
    );
    assert_eq!(hits(&lists, Kind::Domain, "notevil.example"), []);
    assert_eq!(
        hits(&lists, Kind::Domain, "x.dyn.example"),
        [hit("names", "dyn.example", value)]
    );
    assert_eq!(
        hits(&lists, Kind::Domain, "x.cdn.example"),
        [hit("names", "cdn.example", value)]
    );
    assert_eq!(
        hits(&lists, Kind::Domain, "evil.example"),
        [
            hit("all", "evil.example", value),
            hit("names", "evil.example", value)
        ]
    );

    assert_eq!(
        hits(&lists, Kind::Md5, &"ab".repeat(16)),
        [hit("hashes", &"ab".repeat(16), value)]
    );
    assert_eq!(hits(&lists, Kind::Imphash, &"ab".repeat(16)), []);
    assert_eq!(
        hits(&lists, Kind::Url, "https://good.example/a/common/wp-x"),
        [hit("parts", "/common/", value)]
    );
    assert_eq!(
        hits(&lists, Kind::Email, "Abuse@good.example"),
        [hit("mail", r"/^abuse\@.*$/i", value)]
    );
}

#[test]
fn a_url_is_also_matched_through_its_host() {
    let lists = lists();
    assert_eq!(
        hits(&lists, Kind::Url, "http://www.evil.example:8080/x"),
        [hit("names", "evil.example", Through::Host)]
    );
    assert_eq!(
        hits(&lists, Kind::Url, "http://203.0.113.70/x"),
        [hit("networks", "203.0.113.64/26", Through::Host)]
    );
    let urls_only = list(
        "urls",
        Matching::Hostname,
        KindSet::from_iter([Kind::Url]),
        &["evil.example"],
    );
    let lists = Warninglists::new([urls_only]);
    assert_eq!(
        hits(&lists, Kind::Url, "http://evil.example/"),
        [hit("urls", "evil.example", Through::Host)]
    );
    assert_eq!(hits(&lists, Kind::Domain, "evil.example"), []);
}

#[test]
fn what_cannot_be_used_is_told_and_the_rest_is_used() {
    let entries = ["192.0.2.0/24", "192.0.2.0/99", "", "somewhere"];
    let lists = Warninglists::new([
        list("networks", Matching::Cidr, KindSet::ALL, &entries),
        list(
            "mail",
            Matching::Regex,
            KindSet::ALL,
            &["/(?=a)/", "/a/U", "/b$/"],
        ),
    ]);
    let skipped: Vec<_> = lists
        .skipped()
        .iter()
        .map(|skipped| (skipped.list.as_str(), skipped.entry.as_str()))
        .collect();
    assert_eq!(
        skipped,
        [
            ("networks", "192.0.2.0/99"),
            ("networks", ""),
            ("networks", "somewhere"),
            ("mail", "/(?=a)/"),
            ("mail", "/a/U"),
        ]
    );
    let counts: Vec<_> = lists
        .lists()
        .iter()
        .map(|list| (list.entries, list.skipped))
        .collect();
    assert_eq!(counts, [(1, 3), (1, 2)]);
    assert_eq!(hits(&lists, Kind::Ipv4, "192.0.2.1").len(), 1);
    assert_eq!(hits(&lists, Kind::Filename, "ab").len(), 1);
}

/// What one entry of a list says of an observable, in the plainest words.
fn model(list: &Warninglist, entry: &str, seen: &Observable) -> bool {
    let place = match (list.matching, seen.host()) {
        (Matching::Cidr | Matching::Hostname, Some(host)) if seen.kind() == Kind::Url => host,
        _ => seen.clone(),
    };
    if !list.kinds.contains(seen.kind()) && !list.kinds.contains(place.kind()) {
        return false;
    }
    match list.matching {
        Matching::Cidr => {
            let network = Observable::parse(Kind::Cidr, entry).expect(entry);
            place == network || place.networks().contains(&network)
        }
        Matching::Hostname => {
            place.kind() == Kind::Domain
                && format!(".{}", place.value()).ends_with(&format!(".{entry}"))
        }
        Matching::String => seen.value() == entry,
        Matching::Substring => seen.value().contains(entry),
        Matching::Regex => regex::Regex::new(entry)
            .expect(entry)
            .is_match(seen.value()),
    }
}

fn any_list() -> impl Strategy<Value = Warninglist> {
    let (matching, entry) = (
        prop::sample::select(vec![
            Matching::Cidr,
            Matching::Hostname,
            Matching::String,
            Matching::Substring,
            Matching::Regex,
        ]),
        any::<prop::sample::Index>(),
    );
    let kinds = prop::collection::vec(
        prop::sample::select(vec![Kind::Ipv4, Kind::Cidr, Kind::Domain, Kind::Url]),
        1..3,
    );
    (matching, prop::collection::vec(entry, 1..4), kinds).prop_map(|(matching, picks, kinds)| {
        let choices: &[&str] = match matching {
            Matching::Cidr => &[
                "192.0.2.0/24",
                "192.0.2.0/31",
                "192.0.2.1/32",
                "192.0.0.0/16",
            ],
            Matching::Hostname => &["example", "evil.example", "a.evil.example", "b.example"],
            Matching::String => &["192.0.2.1", "evil.example", "http://evil.example/"],
            Matching::Substring => &["evil", "example/", "2.1", "a."],
            Matching::Regex => &["^a", "[0-9]$", "example"],
        };
        let entries: Vec<&str> = picks.iter().map(|pick| *pick.get(choices)).collect();
        list("any", matching, kinds.into_iter().collect(), &entries)
    })
}

fn any_observable() -> impl Strategy<Value = Observable> {
    prop_oneof![
        "(a\\.|b\\.)?(evil|b)\\.example",
        "192\\.0\\.(2|3)\\.[0-2](/2[34])?",
        "http://((a\\.)?evil\\.example|192\\.0\\.2\\.[0-2])/a?",
    ]
    .prop_map(|text| Observable::detect(&text).expect("an observable").observable)
}

proptest! {
    #[test]
    fn the_index_finds_what_a_scan_finds(
        all in prop::collection::vec(any_list(), 0..6),
        seen in any_observable(),
    ) {
        let lists = Warninglists::new(all.clone());
        prop_assert_eq!(lists.skipped(), []);
        let found = lists.hits(&seen);
        for (list, info) in all.iter().zip(lists.lists()) {
            let wanted = list.entries.iter().any(|entry| model(list, entry, &seen));
            let hits: Vec<_> = found.iter().filter(|hit| std::ptr::eq(hit.list, info)).collect();
            prop_assert_eq!(hits.len(), usize::from(wanted), "{:?} in {:?}", seen, list);
            for hit in hits {
                prop_assert!(model(list, &hit.entry, &seen), "{:?}", hit);
            }
        }
    }
}
