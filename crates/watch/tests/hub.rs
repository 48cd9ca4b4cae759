//! The hub over a store: what each listener hears, in order, once, whoever else writes and however often
//! it comes back.
#![allow(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

use std::time::Duration;

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{TimeZone, parse};
use noroshi_store::{
    AccountKind, AudienceKind, Form, ImportMode, Mode, NewAccount, NewItem, NewListing, NewPost,
    NewSource, Reader, Role, Store, Target,
};
use noroshi_watch::{Event, Hub, Listen, Listener, Next, Pattern, Place, Said, Test};

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

fn query(text: &str) -> Test {
    Test::Query(parse(text, noroshi_store::now(), &TimeZone::UTC).unwrap())
}

fn listen(account: i64, test: Test, after: Option<Place>) -> Listen {
    Listen {
        reader: Reader::account(account),
        name: format!("account {account}"),
        test,
        description: "a test".to_owned(),
        after,
    }
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

/// The next event, which must come.
async fn heard(listener: &mut Listener) -> std::sync::Arc<Event> {
    let next = tokio::time::timeout(Duration::from_secs(30), listener.next())
        .await
        .unwrap();
    match next.unwrap() {
        Next::Event(event) => event,
        Next::Behind(place) => panic!("behind {place}"),
    }
}

fn words(event: impl std::ops::Deref<Target = Event>) -> String {
    match &event.said {
        Said::Entry(entry) => entry.post.text.clone(),
        Said::Listing(listing) => listing.observable.value().to_owned(),
    }
}

#[test]
fn each_hears_what_it_asked_for_and_may_read() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let (aiko, ben, chie) = (
            person(&store, "aiko").await,
            person(&store, "ben").await,
            person(&store, "chie").await,
        );
        store
            .add_audience("two", AudienceKind::Accounts, &["aiko", "ben"])
            .await
            .unwrap();
        let hub = Hub::start(store.clone());
        let mut all_of_ben = hub.listen(listen(ben, query("in:post"), None)).unwrap();
        let mut all_of_chie = hub.listen(listen(chie, query("in:post"), None)).unwrap();
        let mut answers_of_chie = hub.listen(listen(chie, query("is:reply"), None)).unwrap();
        let mut pattern = hub
            .listen(listen(
                chie,
                Test::Pattern(Pattern::python(r"(\d+)x").unwrap()),
                None,
            ))
            .unwrap();
        let mut own = hub
            .listen(listen(aiko, query("from:aiko tag:red"), None))
            .unwrap();
        assert_eq!(hub.listening().len(), 5);
        let secret = post(&store, aiko, "secret 1x", "two", None).await;
        let open = post(&store, ben, "open answer 2x", "everyone", Some(secret)).await;
        post(&store, chie, "an answer #red", "everyone", Some(open)).await;
        post(&store, aiko, "#red 3x", "everyone", None).await;
        assert_eq!(words(heard(&mut all_of_ben).await), "secret 1x");
        let first = heard(&mut all_of_chie).await;
        assert_eq!(words(first.clone()), "open answer 2x");
        let Said::Entry(entry) = &first.said else {
            panic!("a post")
        };
        assert_eq!(
            (entry.post.reply_to, entry.post.thread),
            (None, open),
            "what it answers is not told"
        );
        // To those eyes the open answer answers nothing.
        assert_eq!(words(heard(&mut answers_of_chie).await), "an answer #red");
        assert_eq!(words(heard(&mut pattern).await), "open answer 2x");
        assert_eq!(words(heard(&mut pattern).await), "#red 3x");
        assert_eq!(words(heard(&mut own).await), "#red 3x");
        drop((all_of_ben, all_of_chie, answers_of_chie, pattern));
        let left = hub.listening();
        assert_eq!(left.len(), 1);
        assert_eq!(
            (left[0].test.as_str(), left[0].sent),
            ("from:aiko tag:red", 1)
        );
    });
}

#[test]
fn who_comes_back_misses_nothing_and_hears_nothing_twice() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let other = open(&target).await;
        let (aiko, ben) = (person(&store, "aiko").await, person(&store, "ben").await);
        let source = NewSource {
            name: "feed".to_owned(),
            mode: Mode::Increment,
            expiry: None,
            audience: "everyone".to_owned(),
            tlp: Tlp::Clear,
            enabled: true,
            owner: None,
        };
        let source = store.ensure_source(source).await.unwrap();
        let hub = Hub::start(store.clone());
        let writers = [(store.clone(), aiko), (other, ben)].map(|(store, account)| {
            let source = source.clone();
            tokio::spawn(async move {
                for number in 0..60 {
                    post(
                        &store,
                        account,
                        &format!("post {account}-{number}"),
                        "everyone",
                        None,
                    )
                    .await;
                    if number % 20 == 7 && account == aiko {
                        let mut import = store
                            .begin_import(&source, ImportMode::Serving, "test", None)
                            .await
                            .unwrap();
                        let row = |at: usize| NewListing {
                            observable: Observable::parse(
                                Kind::Domain,
                                &format!("d{number}-{at}.example"),
                            )
                            .unwrap(),
                            item: 0,
                            first_seen: None,
                            last_seen: None,
                            port: None,
                            family: None,
                            tags: Vec::new(),
                            note: None,
                            confidence: None,
                            reference: None,
                        };
                        import
                            .chunk((0..50).map(row).collect(), Vec::new())
                            .await
                            .unwrap();
                        let item = |at: usize| NewItem {
                            form: Form::News,
                            key: format!("{number}-{at}"),
                            title: None,
                            text: format!("news {number}-{at}"),
                            url: None,
                            author: None,
                            language: None,
                            published: None,
                            updated: None,
                            tags: Vec::new(),
                            observables: Vec::new(),
                            facts: None,
                        };
                        import
                            .items((0..30).map(item).collect(), Vec::new())
                            .await
                            .unwrap();
                        import.finish().await.unwrap();
                    }
                }
            })
        });
        // Comes and goes while they write, and hears 120 posts, 150 listings and 90 news items.
        let (mut told, mut place) = (Vec::new(), Place::behind(0));
        for patience in (1..=7).cycle() {
            let mut listener = hub
                .listen(listen(
                    ben,
                    query("post OR in:listing OR in:news"),
                    Some(place),
                ))
                .unwrap();
            for _ in 0..patience {
                let event = heard(&mut listener).await;
                assert!(event.place > place, "{} behind {place}", event.place);
                place = event.place;
                told.push(words(event));
                if told.len() == 360 {
                    break;
                }
            }
            if told.len() == 360 {
                break;
            }
        }
        for writer in writers {
            writer.await.unwrap();
        }
        let mut once = told.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 360, "each once");
        for account in [aiko, ben] {
            let own: Vec<&String> = told
                .iter()
                .filter(|text| text.starts_with(&format!("post {account}-")))
                .collect();
            let expected: Vec<String> = (0..60)
                .map(|number| format!("post {account}-{number}"))
                .collect();
            assert_eq!(own, expected.iter().collect::<Vec<_>>(), "in order");
        }
    });
}

#[test]
fn who_does_not_read_is_dropped_and_told_where_to_go_on() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let aiko = person(&store, "aiko").await;
        let hub = Hub::start(store.clone());
        let mut slow = hub.listen(listen(aiko, query("in:post"), None)).unwrap();
        for number in 0..300 {
            post(&store, aiko, &format!("{number}"), "everyone", None).await;
        }
        while !hub.listening().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut told = Vec::new();
        let place = loop {
            match slow.next().await.unwrap() {
                Next::Event(event) => told.push(words(event)),
                Next::Behind(place) => break place,
            }
        };
        assert!((1..300).contains(&told.len()), "{}", told.len());
        let mut again = hub
            .listen(listen(aiko, query("in:post"), Some(place)))
            .unwrap();
        while told.len() < 300 {
            told.push(words(heard(&mut again).await));
        }
        let expected: Vec<String> = (0..300).map(|number| number.to_string()).collect();
        assert_eq!(told, expected);
    });
}

#[test]
fn nobody_listens_without_end() {
    on_each_engine(async |target| {
        let store = open(&target).await;
        let aiko = person(&store, "aiko").await;
        let hub = Hub::start(store);
        let mut ears = Vec::new();
        let refused = loop {
            match hub.listen(listen(aiko, query("evil"), None)) {
                Ok(ear) => ears.push(ear),
                Err(refused) => break refused,
            }
            assert!(ears.len() < 1_000);
        };
        assert!(refused.to_string().contains("200"), "{refused}");
        ears.pop();
        assert!(hub.listen(listen(aiko, query("evil"), None)).is_ok());
    });
}

#[test]
fn places_are_written_and_read() {
    for (text, place) in [
        ("17", Place::behind(17)),
        (
            "17-4",
            Place {
                seq: 17,
                number: Some(4),
            },
        ),
    ] {
        assert_eq!(text.parse(), Ok(place));
        assert_eq!(place.to_string(), text);
    }
    for text in ["", "-", "a", "-1", "1-", "1--2", "99999999999999999999"] {
        assert!(text.parse::<Place>().is_err(), "{text:?}");
    }
    let part = |seq: i64, observable: i64| Place {
        seq,
        number: Some(observable),
    };
    let order = [
        Place::behind(16),
        part(17, 4),
        part(17, 5),
        Place::behind(17),
        part(18, 1),
    ];
    assert!(
        order.windows(2).all(|pair| pair[0] < pair[1]),
        "all of a change is behind its parts"
    );
}
