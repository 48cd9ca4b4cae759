//! Posts found by queries: page by page, against the evaluator over every post, on random data; and
//! timelines against a walk over everything.

use std::time::Duration;

use noroshi_query::{Query, TimeZone, parse};
use noroshi_store::{
    AccountKind, AudienceKind, Entry, NewAccount, NewPost, PostOptions, Reader, Role,
    SearchOptions, Store, Timeline,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use crate::hub;

const NAMES: [&str; 4] = ["aiko", "ben", "chie", "dan"];
const AUDIENCES: [&str; 3] = ["everyone", "ab", "bcd"];

/// A piece of a post's text.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("loader".to_owned()),
        Just("標的型攻撃メール".to_owned()),
        Just("hxxp://evil[.]example/login".to_owned()),
        Just("www.evil.example".to_owned()),
        Just("192.0.2.7".to_owned()),
        Just("198.51.100.0/24".to_owned()),
        Just("CVE-2026-0001".to_owned()),
        Just("#Phishing".to_owned()),
        Just("#標的型".to_owned()),
        Just("@ben".to_owned()),
        Just("@chie".to_owned()),
        Just("Ｌｏａｄｅｒ".to_owned()),
    ]
}

#[derive(Clone, Debug)]
enum Deed {
    Post(usize, Vec<String>, usize),
    Reply(usize, usize, Vec<String>),
    Repost(usize, usize),
    Edit(usize, Vec<String>),
    Delete(usize),
    Mute(usize, usize),
    Follow(usize, usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let words = || prop::collection::vec(piece(), 1..4);
    let who = || 0..NAMES.len();
    prop_oneof![
        6 => (who(), words(), 0..AUDIENCES.len()).prop_map(|(who, words, to)| Deed::Post(who, words, to)),
        3 => (who(), 0..40_usize, words()).prop_map(|(who, to, words)| Deed::Reply(who, to, words)),
        2 => (who(), 0..40_usize).prop_map(|(who, what)| Deed::Repost(who, what)),
        2 => (0..40_usize, words()).prop_map(|(what, words)| Deed::Edit(what, words)),
        1 => (0..40_usize).prop_map(Deed::Delete),
        1 => (who(), who()).prop_map(|(who, whom)| Deed::Mute(who, whom)),
        2 => (who(), who()).prop_map(|(who, whom)| Deed::Follow(who, whom)),
    ]
}

fn term() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "loader",
        "攻撃",
        "\"loader\"",
        "/[Ll]oader/",
        "/evil/",
        "evil[.]example",
        "domain:evil.example",
        "192.0.2.7",
        "cidr:192.0.2.0/24",
        "kind:url",
        "kind:cve",
        "cve:CVE-2026-0001",
        "tag:phishing",
        "tag:標的型",
        "from:aiko",
        "from:ben",
        "to:ben",
        "to:chie",
        "in:post",
        "in:listing",
        "is:reply",
        "is:repost",
        "has:file",
        "tlp:green",
        "tlp:amber",
        "family:x",
        "source:aiko",
        "vil.exam",
        "since:1h",
        "until:1h",
    ])
    .prop_map(str::to_owned)
}

fn query() -> impl Strategy<Value = String> {
    let signed = (any::<bool>(), term()).prop_map(|(not, term)| match not {
        true => format!("-{term}"),
        false => term,
    });
    let part = prop_oneof![4 => term(), 1 => signed];
    prop::collection::vec((part, any::<bool>()), 1..4).prop_map(|parts| {
        let mut text = String::new();
        for (part, or) in parts {
            if !text.is_empty() {
                text.push_str(if or { " OR " } else { " " });
            }
            text.push_str(&part);
        }
        text
    })
}

struct World {
    store: Store,
    accounts: Vec<i64>,
}

impl World {
    async fn new(store: Store) -> World {
        let mut accounts = Vec::new();
        for name in NAMES {
            let new = NewAccount {
                name: name.to_owned(),
                kind: AccountKind::Person,
                role: Role::Analyst,
                organisation: None,
            };
            accounts.push(store.add_account(new).await.unwrap().id);
        }
        for (name, members) in [
            ("ab", &["aiko", "ben"][..]),
            ("bcd", &["ben", "chie", "dan"][..]),
        ] {
            store
                .add_audience(name, AudienceKind::Accounts, members)
                .await
                .unwrap();
        }
        World { store, accounts }
    }

    /// Does what can be done; what the account may not do is refused, and that is tested elsewhere.
    async fn act(&self, deed: &Deed, made: &mut Vec<(i64, i64)>) {
        let store = &self.store;
        let some = |at: &usize, made: &[(i64, i64)]| made.get(at % made.len().max(1)).copied();
        match deed {
            Deed::Post(who, words, to) => {
                let new = NewPost {
                    text: words.join(" "),
                    audience: Some(AUDIENCES[*to].to_owned()),
                    ..NewPost::default()
                };
                let who = self.accounts[*who];
                if let Ok(post) = store.add_post(who, new).await {
                    made.push((post.id, who));
                }
            }
            Deed::Reply(who, to, words) => {
                let Some((to, _)) = some(to, made) else {
                    return;
                };
                let new = NewPost {
                    text: words.join(" "),
                    reply_to: Some(to),
                    ..NewPost::default()
                };
                let who = self.accounts[*who];
                if let Ok(post) = store.add_post(who, new).await {
                    made.push((post.id, who));
                }
            }
            Deed::Repost(who, what) => {
                if let Some((what, _)) = some(what, made) {
                    let _ = store.repost_post(self.accounts[*who], what, true).await;
                }
            }
            Deed::Edit(what, words) => {
                if let Some((what, author)) = some(what, made) {
                    let _ = store.edit_post(author, what, &words.join(" ")).await;
                }
            }
            Deed::Delete(what) => {
                if let Some((what, author)) = some(what, made) {
                    let _ = store.delete_post(author, what).await;
                }
            }
            Deed::Mute(who, whom) if who != whom => {
                store
                    .mute_account(self.accounts[*who], NAMES[*whom], true)
                    .await
                    .unwrap();
            }
            Deed::Mute(..) => {}
            Deed::Follow(who, whom) => {
                store
                    .follow_account(self.accounts[*who], NAMES[*whom], true)
                    .await
                    .unwrap();
            }
        }
    }

    /// Everything that one reader may see, found the slow way: each number by itself.
    async fn all(&self, reader: &Reader) -> Vec<Entry> {
        let page = self
            .store
            .timeline(reader, &Timeline::Account(NAMES[0].to_owned()), None, 1_000)
            .await
            .unwrap();
        let mut all = page.entries;
        for name in &NAMES[1..] {
            let of = Timeline::Account((*name).to_owned());
            all.extend(
                self.store
                    .timeline(reader, &of, None, 1_000)
                    .await
                    .unwrap()
                    .entries,
            );
        }
        all.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        all
    }
}

fn parsed(text: &str) -> Query {
    parse(text, noroshi_store::now(), &TimeZone::UTC).unwrap()
}

async fn searched(store: &Store, reader: &Reader, query: &Query, limit: usize) -> Vec<i64> {
    let (mut found, mut below) = (Vec::new(), None);
    loop {
        let options = PostOptions {
            limit,
            below,
            budget: Duration::from_secs(60),
        };
        let page = store.search_posts(reader, query, options).await.unwrap();
        assert!(page.complete);
        found.extend(page.entries.iter().map(|entry| entry.id));
        below = page.next;
        if below.is_none() {
            return found;
        }
    }
}

/// The values in posts that match, each with its posts, from the search among values.
async fn values(store: &Store, reader: &Reader, query: &Query) -> Vec<(String, Vec<i64>)> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let options = SearchOptions {
            limit: 3,
            cursor,
            budget: Duration::from_secs(60),
            ..SearchOptions::default()
        };
        let page = store.search(reader, query, options).await.unwrap();
        assert!(page.complete);
        found.extend(page.found.iter().map(|one| {
            let posts = one.posts.iter().map(|post| post.id).collect();
            (one.observable.value().to_owned(), posts)
        }));
        cursor = page.next;
        if cursor.is_none() {
            found.sort();
            return found;
        }
    }
}

#[test]
fn queries_and_timelines_agree_with_a_walk_over_everything() {
    hub::on_each_engine(async |target| {
        let world = World::new(hub::open(&target).await).await;
        let mut runner = TestRunner::new_with_rng(
            Config::default(),
            proptest::test_runner::TestRng::deterministic_rng(
                proptest::test_runner::RngAlgorithm::ChaCha,
            ),
        );
        let draw = |runner: &mut TestRunner, strategy: BoxedStrategy<Deed>| {
            strategy.new_tree(runner).unwrap().current()
        };
        let mut made = Vec::new();
        for _ in 0..120 {
            let deed = draw(&mut runner, deed().boxed());
            world.act(&deed, &mut made).await;
        }
        assert!(made.len() > 30, "{}", made.len());
        for (at, account) in world.accounts.iter().enumerate() {
            let reader = Reader::account(*account);
            let all = world.all(&reader).await;
            assert!(all.len() > 10);
            let everyone = world
                .store
                .timeline(&reader, &Timeline::Everyone, None, 1_000)
                .await
                .unwrap();
            let muted: Vec<i64> = world
                .store
                .muted(*account)
                .await
                .unwrap()
                .iter()
                .map(|one| one.id)
                .collect();
            let spoken = |entry: &Entry| {
                entry
                    .repost
                    .as_ref()
                    .map_or(entry.post.from.id, |repost| repost.by.id)
            };
            let expected: Vec<&Entry> = all
                .iter()
                .filter(|entry| !muted.contains(&spoken(entry)))
                .collect();
            assert_eq!(everyone.entries.iter().collect::<Vec<_>>(), expected);
            let followed: Vec<i64> = world
                .store
                .following(*account)
                .await
                .unwrap()
                .iter()
                .map(|one| one.id)
                .collect();
            let home = world
                .store
                .timeline(&reader, &Timeline::Home(*account), None, 1_000)
                .await
                .unwrap();
            let expected: Vec<&Entry> = expected
                .into_iter()
                .filter(|entry| followed.contains(&spoken(entry)) || spoken(entry) == *account)
                .collect();
            assert_eq!(home.entries.iter().collect::<Vec<_>>(), expected);
            for case in 0..40 {
                let text = query().new_tree(&mut runner).unwrap().current();
                let query = parsed(&text);
                let expected: Vec<i64> = all
                    .iter()
                    .filter(|entry| query.matches(&entry.statement()))
                    .map(|entry| entry.id)
                    .collect();
                let found = searched(&world.store, &reader, &query, 1 + case % 7).await;
                assert_eq!(found, expected, "{text:?} for {}", NAMES[at]);
                let mut expected: std::collections::BTreeMap<String, Vec<i64>> = Default::default();
                for entry in all.iter().filter(|entry| entry.repost.is_none()) {
                    for observable in &entry.post.observables {
                        let mut statement = entry.statement();
                        statement.observables = std::slice::from_ref(observable);
                        if query.matches(&statement) {
                            expected
                                .entry(observable.value().to_owned())
                                .or_default()
                                .push(entry.id);
                        }
                    }
                }
                let expected: Vec<_> = expected.into_iter().collect();
                assert_eq!(
                    values(&world.store, &reader, &query).await,
                    expected,
                    "{text:?}"
                );
            }
        }
    });
}
