//! Items: known again by identifier, found like posts, undone with their batch; and scores.

use std::collections::BTreeMap;

use noroshi_exchange::record::{Cvss, Facts, Product};
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{Query, TimeZone, parse};
use noroshi_store::{
    Author, Batch, Form, ImportMode, LabelKind, Mode, NewItem, NewScore, NewSource, Post,
    PostOptions, Reader, Source, Store, Timeline,
};
use proptest::prelude::*;

use crate::hub::{self, new_source};
use crate::imports::{runner, some};

pub(crate) fn news(key: &str, title: &str, text: &str) -> NewItem {
    NewItem {
        form: Form::News,
        key: key.to_owned(),
        title: Some(title.to_owned()),
        text: text.to_owned(),
        url: None,
        author: None,
        language: None,
        published: None,
        updated: None,
        tags: Vec::new(),
        observables: Vec::new(),
        facts: None,
    }
}

fn vulnerability(cve: &str, vendor: &str, product: &str, score: u8) -> NewItem {
    NewItem {
        form: Form::Vulnerability,
        observables: vec![Observable::parse(Kind::Cve, cve).unwrap()],
        facts: Some(Facts {
            id: cve.to_owned(),
            cves: vec![cve.to_owned()],
            cvss: vec![Cvss {
                version: "3.1".to_owned(),
                score,
                ..Cvss::default()
            }],
            products: vec![Product {
                vendor: vendor.to_owned(),
                product: product.to_owned(),
                ..Product::default()
            }],
            ..Facts::default()
        }),
        ..news(cve, cve, "A buffer overflow.")
    }
}

pub(crate) async fn collect(store: &Store, source: &Source, chunks: Vec<Vec<NewItem>>) -> Batch {
    let mut import = store
        .begin_import(source, ImportMode::Serving, "test", None)
        .await
        .unwrap();
    for chunk in chunks {
        import.items(chunk, Vec::new()).await.unwrap();
    }
    import.finish().await.unwrap()
}

fn query(text: &str) -> Query {
    parse(text, noroshi_store::now(), &TimeZone::UTC).unwrap()
}

async fn found(store: &Store, reader: &Reader, text: &str) -> Vec<Post> {
    let options = PostOptions {
        limit: 1_000,
        ..PostOptions::default()
    };
    let page = store.search_posts(reader, &query(text), options).await;
    let page = page.unwrap();
    assert!(page.complete && page.next.is_none(), "{text}");
    page.entries.into_iter().map(|entry| entry.post).collect()
}

async fn titles(store: &Store, text: &str) -> Vec<String> {
    let posts = found(store, &Reader::operator(), text).await;
    let mut titles: Vec<String> = posts
        .into_iter()
        .map(|post| post.item.and_then(|item| item.title).unwrap_or(post.text))
        .collect();
    titles.sort();
    titles
}

async fn source(store: &Store, name: &str) -> Source {
    store
        .ensure_source(new_source(name, Mode::Increment))
        .await
        .unwrap()
}

#[test]
fn items_are_found_by_what_they_are_and_say() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let feed = source(&store, "feed").await;
        let items = vec![
            NewItem {
                author: Some(Author {
                    name: "Aiko".to_owned(),
                    handle: Some("@aiko".to_owned()),
                    url: Some("javascript:alert(1)".to_owned()),
                }),
                url: Some("https://news.example/a".to_owned()),
                tags: vec!["Ransomware".to_owned()],
                ..news("1", "Loader seen", "It calls evil[.]example and @ben. #no")
            },
            news("2", "脆弱性に関する注意喚起", "更新してください。"),
            vulnerability("CVE-2026-0001", "Fortinet", "FortiOS", 98),
            vulnerability("CVE-2026-0002", "Acme", "FortiOS", 55),
            NewItem {
                form: Form::Exploit,
                ..news("EDB-1", "FortiOS exploit", "Remote. CVE-2026-0001")
            },
            NewItem {
                form: Form::Social,
                title: None,
                ..news("tweet", "", "New wave from evil.example")
            },
        ];
        let batch = collect(&store, &feed, vec![items]).await;
        assert_eq!((batch.counts.new, batch.counts.rows), (6, 6));
        for (text, expected) in [
            ("in:news", vec!["Loader seen", "脆弱性に関する注意喚起"]),
            ("in:post", vec!["New wave from evil.example"]),
            ("in:exploit", vec!["FortiOS exploit"]),
            ("vendor:fortinet", vec!["CVE-2026-0001"]),
            ("product:fortios", vec!["CVE-2026-0001", "CVE-2026-0002"]),
            ("product:fortios cvss:>=9", vec!["CVE-2026-0001"]),
            ("cvss:medium", vec!["CVE-2026-0002"]),
            (
                "cve:CVE-2026-0001",
                vec!["CVE-2026-0001", "FortiOS exploit"],
            ),
            (
                "domain:evil.example",
                vec!["Loader seen", "New wave from evil.example"],
            ),
            ("tag:ransomware", vec!["Loader seen"]),
            ("tag:no", vec![]),
            ("jp:yes", vec!["脆弱性に関する注意喚起"]),
            ("注意喚起", vec!["脆弱性に関する注意喚起"]),
            (
                "from:feed is:new in:vuln",
                vec!["CVE-2026-0001", "CVE-2026-0002"],
            ),
        ] {
            assert_eq!(titles(&store, text).await, expected, "{text}");
        }
        let loader = &found(&store, &Reader::operator(), "loader").await[0];
        let item = loader.item.as_deref().unwrap();
        assert_eq!(item.url.as_deref(), Some("https://news.example/a"));
        let author = item.author.clone().unwrap();
        assert_eq!((author.name.as_str(), author.url), ("Aiko", None));
        assert!(loader.to.is_empty(), "nobody here is called");
        let scored = found(&store, &Reader::operator(), "vendor:fortinet").await;
        let facts = store
            .facts(&Reader::operator(), vec![scored[0].id, loader.id])
            .await
            .unwrap();
        assert_eq!(facts[&scored[0].id].products[0].product, "FortiOS");
        assert_eq!(facts.len(), 1);
        let complete = async |kind, start: &str| {
            let found = store.complete(&Reader::operator(), kind, start, 10).await;
            found.unwrap()
        };
        assert_eq!(complete(LabelKind::Vendor, "").await, ["acme", "fortinet"]);
        assert_eq!(complete(LabelKind::Product, "Forti").await, ["fortios"]);
        assert_eq!(complete(LabelKind::Tag, "ran").await, ["ransomware"]);
        assert_eq!(complete(LabelKind::Vendor, "x").await, Vec::<String>::new());
        // Nothing of it is on the common timeline; all of it is on the source's.
        let timeline = async |timeline: Timeline| {
            let page = store
                .timeline(&Reader::operator(), &timeline, None, 100)
                .await;
            page.unwrap().entries.len()
        };
        assert_eq!(timeline(Timeline::Everyone).await, 0);
        assert_eq!(timeline(Timeline::Account("feed".to_owned())).await, 6);
    });
}

#[test]
fn an_item_is_known_again() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let feed = source(&store, "feed").await;
        let first = news("1", "Loader seen", "One.");
        collect(&store, &feed, vec![vec![first.clone()]]).await;
        let again = vec![vec![first.clone(), first.clone()], vec![first.clone()]];
        let counts = collect(&store, &feed, again).await.counts;
        assert_eq!(
            (counts.new, counts.changed, counts.unchanged, counts.folded),
            (0, 0, 2, 1)
        );
        let other = NewItem {
            text: "Two.".to_owned(),
            ..first.clone()
        };
        let counts = collect(&store, &feed, vec![vec![other.clone()], vec![first]])
            .await
            .counts;
        assert_eq!((counts.new, counts.changed, counts.folded), (0, 1, 1));
        let posts = found(&store, &Reader::operator(), "in:news").await;
        assert_eq!(posts.len(), 1);
        assert_eq!(
            (posts[0].text.as_str(), posts[0].revision),
            ("Loader seen\n\nTwo.", 1)
        );
        let history = store.post_history(&Reader::operator(), posts[0].id).await;
        let texts: Vec<String> = history.unwrap().into_iter().map(|one| one.text).collect();
        assert_eq!(texts, ["Loader seen\n\nTwo.", "Loader seen\n\nOne."]);
        assert_eq!(
            titles(&store, "one").await.len(),
            0,
            "found by its new text only"
        );

        // Another identifier, the same address and headline: the same item.
        let linked = |key: &str, text: &str| NewItem {
            url: Some("https://news.example/long-story?utm_source=rss".to_owned()),
            ..news(key, "A long story about a loader", text)
        };
        collect(&store, &feed, vec![vec![linked("a", "x")]]).await;
        let counts = collect(&store, &feed, vec![vec![linked("b", "x")]])
            .await
            .counts;
        assert_eq!((counts.new, counts.changed + counts.unchanged), (0, 1));
        // Under two identifiers at once it is one item, and the first counts.
        let twice = vec![linked("b", "y"), linked("c", "z")];
        let counts = collect(&store, &feed, vec![twice]).await.counts;
        assert_eq!((counts.new, counts.changed, counts.folded), (0, 1, 1));
        assert_eq!(titles(&store, "in:news y").await.len(), 1);
    });
}

#[test]
fn the_same_news_of_two_sources_are_tied_as_far_as_one_may_read_them() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let ben = store
            .add_account(noroshi_store::NewAccount {
                name: "ben".to_owned(),
                kind: noroshi_store::AccountKind::Person,
                role: noroshi_store::Role::Analyst,
                organisation: None,
            })
            .await
            .unwrap();
        store
            .add_audience("few", noroshi_store::AudienceKind::Accounts, &[])
            .await
            .unwrap();
        let open = source(&store, "open").await;
        let closed = NewSource {
            audience: "few".to_owned(),
            tlp: Tlp::Amber,
            ..new_source("closed", Mode::Increment)
        };
        let closed = store.ensure_source(closed).await.unwrap();
        let third = source(&store, "third").await;
        let told = |outlet: &str| {
            news(
                "1",
                &format!("FortiOS flaw exploited in the wild{outlet}"),
                "x",
            )
        };
        collect(&store, &closed, vec![vec![told("")]]).await;
        collect(&store, &open, vec![vec![told(" | Outlet")]]).await;
        collect(&store, &third, vec![vec![told(" - Third")]]).await;
        let same = async |reader: &Reader| {
            let mut posts = found(&store, reader, "in:news").await;
            posts.sort_by_key(|post| post.id);
            let ties = posts.into_iter().map(|post| post.item.unwrap().same.len());
            ties.collect::<Vec<_>>()
        };
        assert_eq!(same(&Reader::operator()).await, [2, 2, 2]);
        assert_eq!(same(&Reader::account(ben.id)).await, [1, 1]);
    });
}

/// What readers can tell of a source's items.
async fn state(store: &Store, source: &Source) -> BTreeMap<String, String> {
    let posts = found(store, &Reader::operator(), &format!("from:{}", source.name)).await;
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let facts = store.facts(&Reader::operator(), ids).await.unwrap();
    let shown = posts
        .into_iter()
        .filter(|post| post.batch.is_none())
        .map(|post| {
            let facts = facts.get(&post.id).cloned();
            let title = post.item.as_ref().and_then(|item| item.title.clone());
            let all = format!(
                "{} {} {:?} {:?} {:?} {facts:?} {:?}",
                post.text, post.revision, post.tags, post.observables, post.item, post.edited
            );
            (title.unwrap_or_default(), all)
        });
    shown.collect()
}

fn body() -> impl Strategy<Value = Vec<NewItem>> {
    let item = (0..6u8, 0..3u8, 0..3u8).prop_map(|(key, text, form)| match form {
        0 => vulnerability(
            &format!("CVE-2026-000{key}"),
            ["Acme", "Initech", "Acme"][usize::from(text)],
            "Thing",
            10 * text,
        ),
        _ => NewItem {
            tags: vec![format!("t{text}")],
            ..news(
                &key.to_string(),
                &format!("Item number {key}"),
                &format!("text {text} on e{text}.example"),
            )
        },
    });
    prop::collection::vec(item, 0..6)
}

#[test]
fn any_batch_of_items_can_be_undone() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let mut runner = runner();
        for case in 0..12 {
            let feed = source(&store, &format!("feed-{case}")).await;
            let mut before = Vec::new();
            for _ in 0..5 {
                let was = state(&store, &feed).await;
                let chunks = some(prop::collection::vec(body(), 1..3), &mut runner);
                let batch = collect(&store, &feed, chunks).await;
                before.push((batch.id, was));
            }
            let at = some(0..before.len(), &mut runner);
            for at in [at, some(0..=at, &mut runner)] {
                let (batch, was) = &before[at];
                let _ = store.roll_back(&Reader::operator(), *batch).await;
                assert_eq!(state(&store, &feed).await, *was, "case {case}");
                // What is found by its words is what stands.
                for word in ["t0", "t1", "e2.example", "vendor:acme"] {
                    let asked = format!("from:feed-{case} {word}");
                    let found = found(&store, &Reader::operator(), &asked).await;
                    let query = query(&asked);
                    assert!(found.iter().all(|post| query.matches(&post.statement())));
                    let all =
                        self::found(&store, &Reader::operator(), &format!("from:feed-{case}"))
                            .await;
                    let expected = all
                        .iter()
                        .filter(|post| query.matches(&post.statement()))
                        .count();
                    assert_eq!(found.len(), expected, "{asked}");
                }
            }
        }
    });
}

#[test]
fn scores_are_kept_by_change() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let epss = source(&store, "epss").await;
        let cve =
            |number: u32| Observable::parse(Kind::Cve, &format!("CVE-2026-{number:04}")).unwrap();
        let day = async |day: i64, scores: &[(u32, u32)]| {
            let mut import = store
                .begin_import(&epss, ImportMode::Serving, "test", None)
                .await
                .unwrap();
            let rows = scores.iter().map(|(number, score)| NewScore {
                cve: cve(*number),
                day,
                score: *score,
                percentile: score / 2,
            });
            import.scores(rows.collect(), Vec::new()).await.unwrap();
            import.finish().await.unwrap()
        };
        let counts = day(100, &[(1, 10), (2, 20), (2, 30)]).await.counts;
        assert_eq!((counts.new, counts.folded), (2, 1));
        let counts = day(101, &[(1, 10), (2, 21)]).await.counts;
        assert_eq!((counts.new, counts.changed, counts.unchanged), (0, 1, 1));
        let third = day(102, &[(1, 90), (2, 21)]).await;
        let history = async |number| {
            let scores = store
                .scores(&Reader::operator(), &cve(number), 10)
                .await
                .unwrap();
            scores
                .iter()
                .map(|score| (score.day, score.score))
                .collect::<Vec<_>>()
        };
        assert_eq!(history(1).await, [(102, 90), (100, 10)]);
        assert_eq!(history(2).await, [(101, 21), (100, 20)]);
        let newest = store
            .newest_scores(&Reader::operator(), &[cve(1), cve(2), cve(3)])
            .await
            .unwrap();
        assert_eq!(
            (newest.len(), newest[&cve(1)].score, newest[&cve(2)].score),
            (2, 90, 21)
        );
        store
            .roll_back(&Reader::operator(), third.id)
            .await
            .unwrap();
        assert_eq!(history(1).await, [(100, 10)]);
        assert_eq!(history(2).await, [(101, 21), (100, 20)]);
    });
}

#[test]
fn a_source_speaks_of_its_items_and_takes_them_along() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let feed = source(&store, "feed").await;
        let items =
            (0..5).map(|number| news(&number.to_string(), &format!("[Title] {number}"), "x"));
        collect(&store, &feed, vec![items.collect()]).await;
        let digest = store.post_digest(feed.id).await.unwrap().unwrap();
        assert!(digest.text.starts_with("**5 new**"), "{}", digest.text);
        assert_eq!(digest.text.matches("](/post/").count(), 3);
        assert!(digest.text.contains("[ Title  4]"), "{}", digest.text);
        let told = digest.digest.unwrap();
        assert_eq!(told.items[0].1, "[Title] 4");

        store
            .add_audience("few", noroshi_store::AudienceKind::Accounts, &[])
            .await
            .unwrap();
        store
            .restrict_source("feed", "few", Tlp::Red)
            .await
            .unwrap();
        let posts = found(&store, &Reader::operator(), "in:news").await;
        assert!(
            posts
                .iter()
                .all(|post| (post.audience.as_str(), post.tlp) == ("few", Tlp::Red))
        );
    });
}
