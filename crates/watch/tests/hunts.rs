//! The hunter over a store: what hunts find on arrival, once, whoever else hunts; and that it is what a search
//! finds afterwards.
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

use std::collections::BTreeSet;
use std::time::Duration;

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{Query, TimeZone, parse};
use noroshi_store::{
    AccountKind, AudienceKind, Form, HitFilter, Hunt, ImportMode, JobState, Mode, NewAccount,
    NewHunt, NewItem, NewListing, NewPost, NewSource, PostOptions, Reader, Role, Said,
    SearchOptions, Store, Target,
};
use noroshi_watch::{Hunter, preview};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn on_each_engine<F: Future<Output = ()>>(story: impl Fn(Target) -> F) {
    noroshi_testkit::each_engine(|target| {
        let directory = target.data().to_owned();
        let place = match target.url() {
            None => Target::Directory(directory),
            Some(url) => Target::Postgres {
                url: url.to_owned(),
                directory,
            },
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(story(place));
        runtime.shutdown_timeout(Duration::from_millis(100));
    });
}

async fn open(target: &Target) -> Store {
    let store = Store::open(target).await.unwrap();
    store.watch_changes().unwrap();
    store
}

async fn person(store: &Store, name: &str) -> i64 {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    store.add_account(new).await.unwrap().id
}

async fn hunt(store: &Store, owner: i64, name: &str, words: &str) -> Hunt {
    let new = NewHunt {
        name: name.to_owned(),
        words: words.to_owned(),
        enabled: true,
        ..NewHunt::default()
    };
    store.add_hunt(owner, new).await.unwrap()
}

async fn post(
    store: &Store,
    account: i64,
    text: &str,
    audience: &str,
    reply_to: Option<i64>,
) -> i64 {
    let new = NewPost {
        text: text.to_owned(),
        audience: Some(audience.to_owned()),
        reply_to,
        ..NewPost::default()
    };
    store.add_post(account, new).await.unwrap().id
}

async fn source(store: &Store, name: &str, audience: &str) -> noroshi_store::Source {
    let new = NewSource {
        name: name.to_owned(),
        mode: Mode::Increment,
        expiry: None,
        audience: audience.to_owned(),
        tlp: Tlp::Amber,
        enabled: true,
        owner: None,
    };
    let new = match audience {
        "everyone" => NewSource {
            tlp: Tlp::Clear,
            ..new
        },
        _ => new,
    };
    store.ensure_source(new).await.unwrap()
}

fn row(kind: Kind, value: &str, tag: Option<&str>) -> NewListing {
    NewListing {
        observable: Observable::parse(kind, value).unwrap(),
        item: 0,
        first_seen: None,
        last_seen: None,
        port: None,
        family: None,
        tags: tag.map(str::to_owned).into_iter().collect(),
        note: None,
        confidence: None,
        reference: None,
    }
}

async fn import(store: &Store, source: &noroshi_store::Source, rows: Vec<NewListing>) {
    let mut import = store
        .begin_import(source, ImportMode::Serving, "test", None)
        .await
        .unwrap();
    import.chunk(rows, Vec::new()).await.unwrap();
    import.finish().await.unwrap();
}

async fn to_the_end(hunter: &mut Hunter) {
    while hunter.advance().await.unwrap() {}
}

/// What a hunt found: numbers of posts, and values with their sources.
type Answer = (BTreeSet<String>, BTreeSet<String>);

async fn hits(store: &Store, owner: i64, hunt: i64) -> Answer {
    let (mut answer, mut below) = (Answer::default(), None);
    loop {
        let filter = HitFilter {
            hunt: Some(hunt),
            ..HitFilter::default()
        };
        let reader = Reader::account(owner);
        let page = store.hit_page(&reader, filter, below, 1_000).await.unwrap();
        for hit in page.hits {
            let new = match hit.said.unwrap() {
                Said::Post(post) => answer.0.insert(post.text.clone()),
                Said::Listing(listing) => answer.1.insert(key(&listing)),
            };
            assert!(new, "a hit twice");
        }
        match page.next {
            Some(next) => below = Some(next),
            None => return answer,
        }
    }
}

fn key(listing: &noroshi_store::Listing) -> String {
    format!("{} by {}", listing.observable.value(), listing.source)
}

async fn searched(store: &Store, owner: i64, query: &Query) -> Answer {
    let reader = Reader::account(owner);
    let long = Duration::from_secs(60);
    let options = PostOptions {
        limit: 1_000,
        below: None,
        budget: long,
    };
    let posts = store.search_posts(&reader, query, options).await.unwrap();
    let options = SearchOptions {
        limit: 1_000,
        cursor: None,
        budget: long,
        counting: Duration::ZERO,
    };
    let page = store.search(&reader, query, options).await.unwrap();
    assert!(posts.complete && page.complete && page.next.is_none());
    let texts = posts
        .entries
        .into_iter()
        .filter(|entry| entry.repost.is_none());
    let listings = page.found.iter().flat_map(|found| &found.listings);
    (
        texts.map(|entry| entry.post.text).collect(),
        listings.map(key).collect(),
    )
}

#[test]
fn a_hunt_finds_what_its_owner_may_read_from_when_it_was_made() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("one", AudienceKind::Accounts, &["aiko"])
            .await
            .unwrap();
        post(&store, aiko, "evil before", "everyone", None).await;
        let mut hunter = Hunter::start(store.clone()).await.unwrap();
        let of_aiko = hunt(&store, aiko, "a", "evil OR tag:c2").await;
        let of_ben = hunt(&store, ben, "b", "evil OR tag:c2").await;
        let answers = hunt(&store, ben, "answers", "is:reply").await;
        let secret = post(&store, aiko, "evil for one", "one", None).await;
        post(&store, aiko, "evil for all", "everyone", Some(secret)).await;
        let open = source(&store, "open", "everyone").await;
        let hidden = source(&store, "hidden", "one").await;
        for from in [&open, &hidden] {
            let rows = vec![
                row(Kind::Domain, "c2.example", Some("c2")),
                row(Kind::Domain, "good.example", None),
            ];
            import(&store, from, rows).await;
        }
        to_the_end(&mut hunter).await;
        let set = |all: &[&str]| {
            all.iter()
                .map(|one| (*one).to_owned())
                .collect::<BTreeSet<_>>()
        };
        assert_eq!(
            hits(&store, aiko, of_aiko.id).await,
            (
                set(&["evil for one", "evil for all"]),
                set(&["c2.example by open", "c2.example by hidden"])
            )
        );
        let seen_by_ben = (set(&["evil for all"]), set(&["c2.example by open"]));
        assert_eq!(hits(&store, ben, of_ben.id).await, seen_by_ben);
        assert_eq!(
            hits(&store, ben, answers.id).await,
            Answer::default(),
            "it answers nothing that ben sees"
        );
        // Another text is found again; a hunt that is off finds nothing.
        let reader = Reader::account(ben);
        store.switch_hunt(&reader, of_ben.id, false).await.unwrap();
        post(&store, aiko, "evil while off", "everyone", None).await;
        to_the_end(&mut hunter).await;
        store.switch_hunt(&reader, of_ben.id, true).await.unwrap();
        to_the_end(&mut hunter).await;
        assert_eq!(hits(&store, ben, of_ben.id).await, seen_by_ben);
        post(&store, aiko, "evil again", "everyone", None).await;
        to_the_end(&mut hunter).await;
        assert_eq!(
            hits(&store, ben, of_ben.id).await.0,
            set(&["evil for all", "evil again"])
        );
    });
}

#[test]
fn several_hunters_that_know_nothing_of_each_other_find_everything_once() {
    on_each_engine(async |target| {
        let stores = [open(&target).await, open(&target).await];
        let aiko = person(&stores[0], "aiko").await;
        let first = hunt(&stores[0], aiko, "first", "evil").await;
        let from = source(&stores[0], "s", "everyone").await;
        let hunting = stores.iter().map(|store| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut hunter = Hunter::start(store.clone()).await.unwrap();
                for _ in 0..2_000 {
                    if !hunter.advance().await.unwrap() {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                    if store
                        .posts(&Reader::operator(), vec![60])
                        .await
                        .unwrap()
                        .len()
                        == 1
                    {
                        break;
                    }
                }
                to_the_end(&mut hunter).await;
            })
        });
        let hunting: Vec<_> = hunting.collect();
        let mut later = Vec::new();
        for n in 0..60 {
            post(&stores[n % 2], aiko, &format!("evil {n}"), "everyone", None).await;
            if n % 20 == 10 {
                later.push((
                    n,
                    hunt(&stores[0], aiko, &format!("later {n}"), "evil").await,
                ));
                let rows =
                    (0..2_500).map(|m| row(Kind::Domain, &format!("evil{n}-{m}.example"), None));
                import(&stores[1], &from, rows.take(700).collect()).await;
            }
        }
        for one in hunting {
            one.await.unwrap();
        }
        let mut hunter = Hunter::start(stores[0].clone()).await.unwrap();
        to_the_end(&mut hunter).await;
        assert_eq!(hits(&stores[0], aiko, first.id).await.0.len(), 60);
        for (n, hunt) in later {
            assert_eq!(
                hits(&stores[0], aiko, hunt.id).await.0.len(),
                59 - n,
                "made at {n}"
            );
        }
        let reader = Reader::account(aiko);
        let seen = stores[0].hunt(&reader, first.id).await.unwrap();
        assert_eq!(seen.open, 60 + 3 * 700);
    });
}

/// Terms of random queries.
const TERMS: &[&str] = &[
    "evil",
    "\"evil gate\"",
    "/gate[0-9]/",
    "tag:c2",
    "tag:Phishing",
    "kind:domain",
    "kind:url",
    "domain:evil.example",
    "evil.example",
    "192.0.2.0/24",
    "ip:192.0.2.7",
    "in:post",
    "in:listing",
    "in:news",
    "from:ben",
    "source:open",
    "is:reply",
    "to:aiko",
    "since:7d",
    "tlp:<=green",
    "like:example.com",
    "like:evil.example+typo",
    "like:gate+word",
    "hunt:nothing",
    "攻撃",
    "xam",
];

/// Words of random texts and values.
const WORDS: &[&str] = &[
    "evil",
    "gate",
    "gate7",
    "#c2",
    "#phishing",
    "@aiko",
    "evil[.]example",
    "www.evil.example",
    "http://evil.example/gate",
    "192.0.2.7",
    "198.51.100.9",
    "標的型攻撃",
    "exampel[.]com",
    "evi1.example",
    "example-login.net",
    "xn--exmple-4nf.com",
    "calm",
    "my-gate.test",
];

fn queries() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(TERMS).prop_map(str::to_owned);
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" "))),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.prop_map(|part| format!("-({part})")),
        ]
    })
}

fn sample<T>(strategy: impl Strategy<Value = T>, count: usize, seed: u8) -> Vec<T> {
    use proptest::strategy::ValueTree;
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

#[test]
fn what_hunts_find_on_arrival_is_what_searches_find_afterwards() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("two", AudienceKind::Accounts, &["aiko", "ben"])
            .await
            .unwrap();
        store
            .add_audience("one", AudienceKind::Accounts, &["ben"])
            .await
            .unwrap();
        let mut hunts = Vec::new();
        // `hunt:` is for searching alone.
        let texts = sample(queries(), 300, 7)
            .into_iter()
            .filter(|text| !text.contains("hunt:"));
        for (n, text) in texts.enumerate() {
            hunts.push(hunt(&store, aiko, &format!("h{n}"), &text).await);
        }
        let mut hunter = Hunter::start(store.clone()).await.unwrap();
        let sources = [
            source(&store, "open", "everyone").await,
            source(&store, "one-s", "one").await,
        ];
        let said = prop::collection::vec(prop::sample::select(WORDS), 1..5);
        let mut last = None;
        for (n, words) in sample(said, 120, 9).into_iter().enumerate() {
            let audience = ["everyone", "two", "one"][n % 3];
            let text = format!("{n}: {}", words.join(" "));
            let by = [aiko, ben][usize::from(audience == "one" || n % 2 == 1)];
            let answered = if n % 5 == 0 && by == ben { last } else { None };
            last = Some(post(&store, by, &text, audience, answered).await);
            if n % 4 == 0 {
                let rows = words.iter().filter_map(|word| {
                    let found = noroshi_indicator::extract::finder(word).next()?;
                    Some(NewListing {
                        tags: vec!["c2".to_owned()],
                        // Always the same, so that it comes in one state.
                        note: Some(format!("a gate of {word}")),
                        ..row(found.observable.kind(), found.observable.value(), None)
                    })
                });
                import(&store, &sources[n / 4 % 2], rows.collect()).await;
            }
            if n % 5 == 2 {
                let item = NewItem {
                    form: [Form::News, Form::Social][n % 2],
                    key: format!("item {n}"),
                    title: None,
                    text: format!("{n} told: {}", words.join(" ")),
                    url: None,
                    author: None,
                    language: None,
                    published: None,
                    updated: None,
                    tags: vec!["phishing".to_owned()],
                    observables: Vec::new(),
                    facts: None,
                };
                let from = &sources[n / 5 % 2];
                let import = store.begin_import(from, ImportMode::Serving, "test", None);
                let mut import = import.await.unwrap();
                import.items(vec![item], Vec::new()).await.unwrap();
                import.finish().await.unwrap();
            }
            if n % 17 == 0 {
                to_the_end(&mut hunter).await;
            }
        }
        to_the_end(&mut hunter).await;
        let mut found = 0;
        for hunt in hunts {
            let query = parse(&hunt.queries[0], noroshi_store::now(), &TimeZone::UTC).unwrap();
            let on_arrival = hits(&store, aiko, hunt.id).await;
            found += on_arrival.0.len() + on_arrival.1.len();
            assert_eq!(on_arrival, searched(&store, aiko, &query).await, "{query}");
        }
        assert!(found > 2_000, "{found}");
    });
}

#[test]
fn a_thousand_hunts_of_one_account_watch() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let aiko = person(&store, "aiko").await;
        let mut last = None;
        for n in 0..1_000 {
            last = Some(hunt(&store, aiko, &format!("h{n}"), &format!("word{n}x")).await);
        }
        let mut hunter = Hunter::start(store.clone()).await.unwrap();
        post(
            &store,
            aiko,
            "word999x and word7x and word12345x",
            "everyone",
            None,
        )
        .await;
        to_the_end(&mut hunter).await;
        assert_eq!(store.open_hits(aiko).await.unwrap(), 2);
        assert_eq!(hits(&store, aiko, last.unwrap().id).await.0.len(), 1);
    });
}

#[test]
fn the_past_is_previewed_and_hunted() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        store
            .add_audience("one", AudienceKind::Accounts, &["ben"])
            .await
            .unwrap();
        for n in 0..30 {
            post(
                &store,
                ben,
                &format!("evil {n}"),
                if n % 3 == 0 { "one" } else { "everyone" },
                None,
            )
            .await;
        }
        let from = source(&store, "s", "everyone").await;
        let rows = (0..40).map(|n| row(Kind::Domain, &format!("evil{n}.example"), None));
        import(&store, &from, rows.collect()).await;
        let query = parse("evil", 0, &TimeZone::UTC).unwrap();
        let reader = Reader::account(aiko);
        let seen = preview(
            &store,
            &reader,
            std::slice::from_ref(&query),
            Duration::from_secs(60),
        )
        .await
        .unwrap();
        assert_eq!((seen.hits, seen.days.len(), seen.complete), (60, 30, true));
        assert_eq!(
            (seen.days[29] + seen.days[28], seen.samples.len()),
            (60, 10)
        );
        assert!(!seen.cost.asks_all && seen.cost.of_ten_thousand > 0);
        let all = preview(
            &store,
            &reader,
            &[Query::default()],
            Duration::from_secs(60),
        )
        .await
        .unwrap();
        assert!(all.cost.asks_all && all.hits >= 60);

        let hunt = hunt(&store, aiko, "late", "evil").await;
        store.hunt_past(&reader, hunt.id, 0).await.unwrap();
        let task = tokio::spawn(noroshi_watch::hunt(store.clone()));
        let done = async {
            loop {
                let jobs = store.jobs(&reader, hunt.id).await.unwrap();
                if jobs[0].state == JobState::Done {
                    break jobs[0].found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(60), done)
            .await
            .unwrap();
        task.abort();
        assert_eq!(found, 60);
        let (posts, listings) = hits(&store, aiko, hunt.id).await;
        assert_eq!((posts.len(), listings.len()), (20, 40));
    });
}
