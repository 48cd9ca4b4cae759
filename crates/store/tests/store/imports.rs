//! Imports against the model: any bodies, in any chunks, on either engine.

use noroshi_indicator::{Kind, Observable};
use noroshi_store::{
    BadRow, BatchState, ImportMode, Listing, ListingState, Mode, NewListing, Reader, Source, Store,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::hub::{self, domain, import, new_source, row};
use crate::model::{self, Known, State};

/// Few values, so that bodies meet; of every way a value is indexed.
pub(crate) fn observables() -> impl Strategy<Value = Observable> {
    const VALUES: &[(Kind, &str)] = &[
        (Kind::Domain, "evil.example"),
        (Kind::Domain, "www.evil.example"),
        (Kind::Domain, "mail.other.example"),
        (Kind::Url, "http://evil.example/a"),
        (Kind::Url, "http://evil.example/a/b?c=d"),
        (Kind::Url, "http://192.0.2.1/x"),
        (Kind::Ipv4, "192.0.2.1"),
        (Kind::Ipv4, "192.0.2.200"),
        (Kind::Ipv6, "2001:db8::7"),
        (Kind::Cidr, "192.0.2.0/24"),
        (
            Kind::Sha256,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        (Kind::Email, "someone@evil.example"),
        (Kind::Cve, "CVE-2026-0001"),
        (Kind::Filename, "invoice evil.exe"),
    ];
    prop::sample::select(VALUES).prop_map(|(kind, value)| Observable::parse(kind, value).unwrap())
}

fn text(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(words).prop_map(str::to_owned))
}

pub(crate) fn rows() -> impl Strategy<Value = NewListing> {
    let times =
        || prop::option::of((0..5i64).prop_map(|day| 1_780_000_000_000_000 + day * 86_400_000_000));
    (
        observables(),
        0..3i64,
        (times(), times()),
        prop::option::of(prop::sample::select(&[80u16, 443][..])),
        text(&["Emotet", "ロードインフォ"]),
        prop::collection::btree_set(prop::sample::select(&["phishing", "c2", "窃盗"][..]), 0..3),
        text(&["seen in a login kit", "標的型攻撃メールの添付", "a\0b"]),
        (
            prop::option::of(0..=100u8),
            text(&["https://vendor.example/1"]),
        ),
    )
        .prop_map(
            |(observable, item, (first_seen, last_seen), port, family, tags, note, more)| {
                NewListing {
                    item,
                    first_seen,
                    last_seen,
                    port,
                    family,
                    tags: tags.into_iter().map(str::to_owned).collect(),
                    note,
                    confidence: more.0,
                    reference: more.1,
                    ..row(observable)
                }
            },
        )
}

/// Some values of a strategy, the same in every run with the same seed.
pub(crate) fn some<T: std::fmt::Debug>(
    strategy: impl Strategy<Value = T>,
    runner: &mut TestRunner,
) -> T {
    strategy.new_tree(runner).unwrap().current()
}

pub(crate) fn runner() -> TestRunner {
    TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    )
}

/// All listings of a source.
pub(crate) async fn listings(store: &Store, source: &Source) -> Vec<Listing> {
    let all: Vec<Observable> = {
        let mut runner = runner();
        let mut all: Vec<_> = (0..400).map(|_| some(observables(), &mut runner)).collect();
        all.sort();
        all.dedup();
        all
    };
    let found = store.known(&Reader::operator(), all).await.unwrap();
    let mut listings: Vec<Listing> = found.into_iter().flat_map(|found| found.listings).collect();
    listings.retain(|listing| listing.source == source.name);
    listings.sort_by(|a, b| (&a.observable, a.item).cmp(&(&b.observable, b.item)));
    listings
}

/// The store's listings as the model would have them. What the model leaves to the clock is `None`.
fn as_state(listings: &[Listing], model: &State) -> State {
    let known = |listing: &Listing| {
        let key = (listing.observable.clone(), listing.item);
        let expected = model.get(&key);
        let known = Known {
            listed: listing.state == ListingState::Listed,
            family: listing.family.clone(),
            tags: listing.tags.clone(),
            note: listing.note.clone(),
            port: listing.port,
            confidence: listing.confidence,
            reference: listing.reference.clone(),
            first_seen: expected
                .and_then(|known| known.first_seen)
                .map(|_| listing.first_seen),
            last_seen: expected
                .and_then(|known| known.last_seen)
                .map(|_| listing.last_seen),
        };
        (key, known)
    };
    listings.iter().map(known).collect()
}

/// The store drops NUL, which PostgreSQL cannot hold.
fn without_nul(state: &State) -> State {
    let mut state = state.clone();
    for known in state.values_mut() {
        known.note = known.note.take().map(|note| note.replace('\0', ""));
    }
    state
}

#[test]
fn bodies_in_chunks_give_the_state_of_the_model() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let mut runner = runner();
        for case in 0..25 {
            let mode = if case % 2 == 0 {
                Mode::Snapshot
            } else {
                Mode::Increment
            };
            let source = store
                .ensure_source(new_source(&format!("feed-{case}"), mode))
                .await
                .unwrap();
            let mut expected = State::new();
            for _ in 0..4 {
                let body = some(prop::collection::vec(rows(), 0..25), &mut runner);
                let sizes = some(prop::collection::vec(0..9usize, 0..4), &mut runner);
                let counts = model::apply(&mut expected, mode, &body);
                let batch = import(&store, &source, body, Vec::new(), &sizes).await;
                assert_eq!(batch.counts, counts, "case {case}");
                assert_eq!(batch.state, BatchState::Complete);
                let now = listings(&store, &source).await;
                assert_eq!(
                    as_state(&now, &expected),
                    without_nul(&expected),
                    "case {case}"
                );
            }
        }
    });
}

#[test]
fn a_second_run_finds_nothing_new() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Snapshot))
            .await
            .unwrap();
        let body: Vec<_> = (0..3_000)
            .map(|n| row(domain(&format!("host-{n}.evil.example"))))
            .collect();
        let first = import(&store, &source, body.clone(), Vec::new(), &[1_000, 700]).await;
        assert_eq!(first.counts.new, 3_000);
        let seq = *store.latest_change().borrow();
        let second = import(&store, &source, body, Vec::new(), &[10, 2_000]).await;
        assert_eq!((second.counts.new, second.counts.unchanged), (0, 3_000));
        let (changes, _) = store.changes(&Reader::operator(), seq, 10).await.unwrap();
        assert_eq!(changes, [], "an unchanged row is no change");
    });
}

#[test]
fn bad_rows_are_kept_with_line_and_reason() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Increment))
            .await
            .unwrap();
        let bad = |line| BadRow {
            line,
            reason: "no\0value".to_owned(),
            text: "\0,,".to_owned(),
        };
        let batch = import(
            &store,
            &source,
            vec![row(domain("evil.example"))],
            vec![bad(2), bad(5)],
            &[1],
        )
        .await;
        assert_eq!(
            (batch.counts.rows, batch.counts.bad, batch.counts.new),
            (3, 2, 1)
        );
        let kept = store
            .bad_rows(&Reader::operator(), batch.id, 1, 10)
            .await
            .unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].line, kept[0].reason.as_str()), (5, "no␀value"));
    });
}

#[test]
fn one_import_of_a_source_at_a_time_and_a_dead_one_is_told() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Snapshot))
            .await
            .unwrap();
        let mut first = store
            .begin_import(&source, ImportMode::Serving, "test", None)
            .await
            .unwrap();
        first
            .chunk(vec![row(domain("evil.example"))], Vec::new())
            .await
            .unwrap();
        let other = hub::open(&target).await;
        let refused = other
            .begin_import(&source, ImportMode::Serving, "test", None)
            .await;
        assert!(matches!(refused, Err(noroshi_store::Error::Conflict(_))));

        let dead = first.batch();
        drop(first);
        // PostgreSQL frees the lock when it notices that the connection is gone.
        let mut again = other
            .begin_import(&source, ImportMode::Serving, "test", None)
            .await;
        for _ in 0..100 {
            if again.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            again = other
                .begin_import(&source, ImportMode::Serving, "test", None)
                .await;
        }
        let receipt = other.batch(&Reader::operator(), dead).await.unwrap();
        assert_eq!(
            (receipt.state, receipt.counts.new),
            (BatchState::Interrupted, 1)
        );
        let mut again = again.unwrap();
        again
            .chunk(vec![row(domain("evil.example"))], Vec::new())
            .await
            .unwrap();
        let receipt = again.finish().await.unwrap();
        assert_eq!(
            (receipt.state, receipt.counts.unchanged),
            (BatchState::Complete, 1)
        );
    });
}

#[test]
fn expiry_is_worked_out_when_read() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let expiry = Some(3_600_000_000);
        let source = noroshi_store::NewSource {
            expiry,
            ..new_source("feed", Mode::Increment)
        };
        let source = store.ensure_source(source).await.unwrap();
        let old = NewListing {
            last_seen: Some(1),
            ..row(domain("evil.example"))
        };
        import(
            &store,
            &source,
            vec![old, row(domain("www.evil.example"))],
            Vec::new(),
            &[],
        )
        .await;
        let states: Vec<ListingState> = listings(&store, &source)
            .await
            .iter()
            .map(|listing| listing.state)
            .collect();
        assert_eq!(states, [ListingState::Expired, ListingState::Listed]);
    });
}
