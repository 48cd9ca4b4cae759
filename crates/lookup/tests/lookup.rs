//! Lookup over a store on both engines: what is itself, what is around it, and in bulk.
#![expect(clippy::unwrap_used, reason = "all of it is tests")]

use std::sync::Arc;

use noroshi_exchange::warninglist::{self, Warninglists};
use noroshi_indicator::{Observable, Tlp};
use noroshi_lookup::{LookupError, State, Tie, bulk, lookup};
use noroshi_store::{
    AudienceKind, EVERYONE, ImportMode, Mode, NewAccount, NewListing, NewSource, Reader, Role,
    Store, Target,
};

fn target(place: &noroshi_testkit::Target) -> Target {
    match place.url() {
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory: place.data().to_owned(),
        },
        None => Target::Directory(place.data().to_owned()),
    }
}

fn lists() -> Arc<Warninglists> {
    let json = br#"{"name": "Documentation", "description": "Never routed", "type": "cidr",
        "matching_attributes": ["ip-src"], "list": ["192.0.2.0/24"]}"#;
    Arc::new(Warninglists::new([warninglist::parse(json).unwrap()]))
}

fn row(value: &str) -> NewListing {
    NewListing {
        observable: Observable::detect(value).unwrap().observable,
        item: 0,
        first_seen: Some(1_000_000),
        last_seen: Some(2_000_000),
        port: None,
        family: None,
        tags: Vec::new(),
        note: None,
        confidence: None,
        reference: None,
    }
}

async fn import(store: &Store, source: &str, audience: &str, rows: Vec<NewListing>) {
    let new = NewSource {
        name: source.to_owned(),
        mode: Mode::Snapshot,
        expiry: None,
        audience: audience.to_owned(),
        tlp: Tlp::Green,
        enabled: true,
        owner: None,
    };
    let source = store.ensure_source(new).await.unwrap();
    let begun = store.begin_import(&source, ImportMode::Serving, "test", None);
    let mut import = begun.await.unwrap();
    import.chunk(rows, Vec::new()).await.unwrap();
    import.finish().await.unwrap();
}

#[tokio::test]
async fn a_value_is_told_from_what_is_around_it() {
    noroshi_testkit::each_engine_async(async |place| {
        let store = Store::open(&target(&place)).await.unwrap();
        let told = NewListing {
            family: Some("Emotet".to_owned()),
            tags: vec!["c2".to_owned()],
            confidence: Some(80),
            port: Some(8080),
            ..row("192.0.2.7")
        };
        let rows = vec![
            told,
            row("192.0.2.0/28"),
            row("http://192.0.2.7/a"),
            row("login.evil.example"),
            row("other.evil.example"),
            row("https://login.evil.example/x"),
        ];
        import(&store, "feed", EVERYONE, rows).await;
        let (lists, reader) = (lists(), Reader::operator());

        // Defanged, full width, with a port: one and the same.
        for text in [
            "192.0.2.7",
            "192[.]0[.]2[.]7",
            "１９２．０．２．７",
            "192.0.2.7:8080",
        ] {
            let answer = lookup(&store, &lists, &reader, text).await.unwrap();
            assert_eq!(answer.observable.value, "192.0.2.7", "{text}");
            assert_eq!(answer.observable.defanged, "192[.]0[.]2[.]7");
            assert_eq!(answer.port, text.ends_with(":8080").then_some(8080));
            assert_eq!(answer.warninglists[0].name, "Documentation");
            let verdict = &answer.verdict;
            assert_eq!(
                verdict.to_string(),
                "listed by 1 source (feed): Emotet; tags: c2"
            );
            assert_eq!(
                (verdict.state, verdict.confidence),
                (Some(State::Listed), Some(80))
            );
            assert_eq!(answer.listings.len(), 1);
            assert_eq!(answer.listings[0].port, Some(8080));
            let mut ties: Vec<_> = answer
                .related
                .iter()
                .map(|r| (r.tie.name(), r.count))
                .collect();
            ties.sort_unstable();
            assert_eq!(
                ties,
                [("containing_network", 1), ("url_on_host", 1)],
                "{text}"
            );
            assert!(answer.complete);
        }

        // A listing below, above or beside a name is not one of the name.
        for (text, expected) in [
            (
                "evil.example",
                vec![(Tie::Subdomain, 2), (Tie::UrlOnHost, 1)],
            ),
            (
                "a.login.evil.example",
                vec![(Tie::Parent, 1), (Tie::SameRegisteredDomain, 2)],
            ),
            (
                "https://login.evil.example/y",
                vec![(Tie::Host, 1), (Tie::SameRegisteredDomain, 2)],
            ),
        ] {
            let answer = lookup(&store, &lists, &reader, text).await.unwrap();
            assert!(!answer.verdict.known, "{text}");
            assert_eq!(answer.verdict.to_string(), "not listed");
            assert!(answer.listings.is_empty());
            let mut ties: Vec<_> = answer.related.iter().map(|r| (r.tie, r.count)).collect();
            ties.sort_by_key(|(tie, _)| tie.name());
            let mut expected = expected;
            expected.sort_by_key(|(tie, _)| tie.name());
            assert_eq!(ties, expected, "{text}");
        }

        let refused = lookup(&store, &lists, &reader, "no value at all").await;
        assert!(matches!(refused, Err(LookupError::NotAValue(_))));
    })
    .await;
}

#[tokio::test]
async fn a_text_is_sorted_into_known_and_unknown() {
    noroshi_testkit::each_engine_async(async |place| {
        let store = Store::open(&target(&place)).await.unwrap();
        let name = |name: &str| NewAccount {
            name: name.to_owned(),
            kind: noroshi_store::AccountKind::Person,
            role: Role::Reader,
            organisation: None,
        };
        let inside = store.add_account(name("inside")).await.unwrap();
        let outside = store.add_account(name("outside")).await.unwrap();
        let few = store.add_audience("few", AudienceKind::Accounts, &["inside"]);
        few.await.unwrap();
        import(&store, "feed", EVERYONE, vec![row("evil.example")]).await;
        import(
            &store,
            "secret",
            "few",
            vec![row("evil.example"), row("192.0.2.9")],
        )
        .await;
        let text = "Seen: 192[.]0[.]2[.]9 then evil[.]example, 192.0.2.9 and 198.51.100.1";

        let ask = async |account: i64| {
            let reader = Reader::account(account);
            bulk(&store, &lists(), &reader, text).await.unwrap()
        };
        let answer = ask(inside.id).await;
        let known: Vec<_> = answer
            .known
            .iter()
            .map(|one| (one.observable.value.as_str(), one.verdict.source_count))
            .collect();
        assert_eq!(known, [("192.0.2.9", 1), ("evil.example", 2)]);
        assert_eq!(answer.known[0].warninglists, ["Documentation"]);
        assert_eq!(answer.unknown.len(), 1);
        assert_eq!(answer.unknown[0].observable.value, "198.51.100.1");
        assert!(answer.complete);

        let answer = ask(outside.id).await;
        assert_eq!(answer.known.len(), 1);
        assert_eq!(answer.known[0].verdict.sources, ["feed"]);
        assert_eq!(answer.unknown.len(), 2);

        let long = "x".repeat(noroshi_lookup::MOST_BYTES + 1);
        let refused = bulk(&store, &lists(), &Reader::operator(), &long).await;
        assert!(matches!(refused, Err(LookupError::TooLong(_))));
    })
    .await;
}
