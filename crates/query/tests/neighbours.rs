//! Which observables are neighbours: a table to read, and a model in terms of hosts, parents
//! and networks.

use noroshi_indicator::{Kind, Observable};
use noroshi_query::neighbours::{Tie, related};
use proptest::prelude::*;

fn observable(text: &str) -> Observable {
    let detected = Observable::detect(text).map(|found| found.observable);
    detected
        .or_else(|_| Observable::parse(Kind::Filename, text))
        .expect(text)
}

#[test]
fn ties_as_documented() {
    use Tie::*;
    for (asked, seen, tie) in [
        ("evil.example", "evil.example", Some(Same)),
        ("evil.example", "www.evil.example", Some(Subdomain)),
        ("evil.example", "notevil.example", None),
        ("evil.example", "evil.example.com", None),
        ("a.b.evil.co.jp", "b.evil.co.jp", Some(Parent)),
        ("a.b.evil.co.jp", "evil.co.jp", Some(Parent)),
        ("a.b.evil.co.jp", "c.evil.co.jp", None),
        ("evil.example", "http://evil.example/", Some(UrlOn)),
        (
            "evil.example",
            "http://www.evil.example:8080/a",
            Some(UrlOn),
        ),
        ("evil.example", "http://good.example/?u=evil.example", None),
        ("www.evil.example", "http://evil.example/", None),
        ("evil.example", "user@evil.example", None),
        ("192.0.2.1", "192.0.2.1", Some(Same)),
        ("192.0.2.1", "192.0.2.0/24", Some(Network)),
        ("192.0.2.1", "192.0.2.128/25", None),
        ("192.0.2.1", "http://192.0.2.1:8080/", Some(UrlOn)),
        ("192.0.2.1", "http://192.0.2.10/", None),
        ("192.0.2.1", "http://evil.example/192.0.2.1", None),
        ("192.0.2.0/24", "192.0.2.77", Some(Inside)),
        ("192.0.2.0/24", "192.0.2.64/26", Some(Inside)),
        ("192.0.2.0/24", "192.0.0.0/16", Some(Network)),
        ("192.0.2.0/24", "http://192.0.2.9/a", Some(UrlOn)),
        ("192.0.2.0/24", "198.51.100.1", None),
        ("2001:db8::/32", "2001:db8::1", Some(Inside)),
        ("2001:db8::1", "http://[2001:db8::1]/", Some(UrlOn)),
        ("::/0", "192.0.2.1", None),
        ("192.0.2.1", "::/0", None),
        ("0.0.0.0/0", "2001:db8::1", None),
        (
            "http://evil.example/a",
            "http://evil.example/a/b",
            Some(UrlBelow),
        ),
        (
            "http://evil.example/a",
            "http://evil.example/a?b",
            Some(UrlBelow),
        ),
        (
            "http://evil.example/a/",
            "http://evil.example/a/b",
            Some(UrlBelow),
        ),
        (
            "http://evil.example/",
            "http://evil.example/a",
            Some(UrlBelow),
        ),
        ("http://evil.example/a", "http://evil.example/ab", None),
        ("http://evil.example/a", "https://evil.example/a", None),
        (
            "http://evil.example/a?b=1",
            "http://evil.example/a?b=1&c=2",
            Some(UrlBelow),
        ),
        (
            "http://evil.example/a?b=1",
            "http://evil.example/a?b=12",
            None,
        ),
        (
            "http://evil.example/a?b=1",
            "http://evil.example/a?b=1/c",
            None,
        ),
        ("http://evil.example/a#b", "http://evil.example/a#b/c", None),
        ("http://evil.example/a/b", "http://evil.example/a", None),
        ("http://www.evil.example/a", "www.evil.example", Some(Host)),
        ("http://www.evil.example/a", "evil.example", Some(Parent)),
        ("http://www.evil.example/a", "a.www.evil.example", None),
        ("http://192.0.2.1/a", "192.0.2.1", Some(Host)),
        ("http://192.0.2.1/a", "192.0.2.0/24", Some(Network)),
        ("http://192.0.2.1/a", "192.0.2.2", None),
        ("user@evil.example", "evil.example", None),
        ("setup.exe", "setup.exe", Some(Same)),
    ] {
        let found = related(&observable(asked), &observable(seen));
        assert_eq!(found, tie, "{asked} and {seen}");
    }
}

fn below(name: &Observable, above: &Observable) -> bool {
    name.kind() == Kind::Domain
        && above.kind() == Kind::Domain
        && name.value().ends_with(&format!(".{}", above.value()))
}

/// The ties again, from the relatives that observables name themselves.
fn model(asked: &Observable, seen: &Observable) -> Option<Tie> {
    let host = |url: &Observable| (url.kind() == Kind::Url).then(|| url.host()).flatten();
    let network = |kind: Kind| kind == Kind::Cidr || kind.is_address();
    let place = host(asked).unwrap_or_else(|| asked.clone());
    if asked == seen {
        return Some(Tie::Same);
    }
    if asked.kind() == Kind::Url && place == *seen {
        return Some(Tie::Host);
    }
    if place.parents().contains(seen) {
        return Some(Tie::Parent);
    }
    if seen.kind() == Kind::Cidr && place.networks().contains(seen) {
        return Some(Tie::Network);
    }
    if asked.kind() == Kind::Url {
        let (longer, shorter) = (seen.value(), asked.value());
        let tail = longer.strip_prefix(shorter)?;
        let whole = match (shorter.contains('#'), shorter.contains('?')) {
            (true, _) => false,
            (_, true) => shorter.ends_with(['?', '&']) || tail.starts_with(['&', '#']),
            _ => shorter.ends_with('/') || tail.starts_with(['/', '?', '#']),
        };
        return (seen.kind() == Kind::Url && whole).then_some(Tie::UrlBelow);
    }
    if below(seen, asked) {
        return Some(Tie::Subdomain);
    }
    if asked.kind() == Kind::Cidr && network(seen.kind()) && seen.networks().contains(asked) {
        return Some(Tie::Inside);
    }
    let host = host(seen)?;
    let on = host == *asked || below(&host, asked);
    let within = asked.kind() == Kind::Cidr && host.networks().contains(asked);
    (on || within).then_some(Tie::UrlOn)
}

fn any_observable() -> impl Strategy<Value = Observable> {
    prop_oneof![
        "([ab]\\.){0,2}[xy]\\.(co\\.jp|example)",
        "192\\.0\\.2\\.[0-7]",
        "192\\.0\\.2\\.[0-7]/(0|24|29|3[01])",
        "2001:db8::[0-7]",
        "2001:db8::[0-7]/(0|32|12[5-7])",
        "http://([ab]\\.)?[xy]\\.(co\\.jp|example)/(a(/b?)?)?(\\?(a=1)?(&b=2)?)?(#c)?",
        "http://(192\\.0\\.2\\.[0-7]|\\[2001:db8::[0-7]\\])/(a/?)?",
        "[ab]@[xy]\\.example",
        "AS6450[0-2]",
    ]
    .prop_map(|text| observable(&text))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn ties_follow_from_hosts_parents_and_networks(
        asked in any_observable(),
        all in prop::collection::vec(any_observable(), 1..12),
    ) {
        for seen in &all {
            prop_assert_eq!(related(&asked, seen), model(&asked, seen), "{:?} and {:?}", asked, seen);
        }
    }
}
