//! Pages of timelines, and searches in posts, among very many.
//!
//! `cargo bench -p noroshi-store --bench timeline [-- --posts 1000000] [--engine postgres]`
//!
//! The posts go in as they always do, many writers at once, which is timed too: extraction, tags, mentions, words and
//! the group commit are in it. Then each line asks for pages of 50, every one elsewhere or for something else.
#![allow(clippy::print_stdout, reason = "what a bench is for")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use noroshi_query::{TimeZone, parse};
use noroshi_store::{
    AccountKind, NewAccount, NewPost, PostOptions, Reader, Role, Store, Target, Timeline, now,
};
use noroshi_testkit::Engine;
use tokio::task::JoinSet;

/// Who writes, and how many of them the reader follows.
const ACCOUNTS: usize = 2_000;
const FOLLOWED: usize = 200;
/// Writers at once.
const WRITERS: usize = 256;
/// Pages of each line.
const PAGES: usize = 200;
/// Posts of a page.
const PAGE: usize = 50;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let behind = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).cloned()
    };
    let posts = behind("--posts").and_then(|text| text.parse().ok());
    let engine = match behind("--engine").as_deref() {
        Some("postgres") => Engine::Postgres,
        _ => Engine::Sqlite,
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(engine, posts.unwrap_or(1_000_000)));
}

async fn run(engine: Engine, posts: usize) {
    let target = noroshi_testkit::Target::new(engine).expect("the engine");
    let directory = target.data().to_owned();
    let place = match target.url() {
        None => Target::Directory(directory),
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory,
        },
    };
    let store = Store::open(&place).await.expect("a store");
    let ids = accounts(&store).await;
    let began = Instant::now();
    fill(&store, &ids, posts).await;
    let rate = posts as f64 / began.elapsed().as_secs_f64();
    println!(
        "{}: {posts} posts, {rate:.0} written a second",
        engine.name()
    );
    let me = ids[0];
    for n in 0..FOLLOWED {
        let name = format!("account{}", n * 7 % ACCOUNTS);
        store
            .follow_account(me, &name, true)
            .await
            .expect("to follow");
    }
    for tag in ["case17", "case18", "dga"] {
        store.follow_tag(me, tag, true).await.expect("to follow");
    }
    let asker = Asker {
        store,
        reader: Reader::account(me),
        posts,
    };
    asker
        .pages("everyone, newest", |_| Timeline::Everyone, false)
        .await;
    asker
        .pages("everyone, anywhere", |_| Timeline::Everyone, true)
        .await;
    asker
        .pages("home, newest", move |_| Timeline::Home(me), false)
        .await;
    asker
        .pages("home, anywhere", move |_| Timeline::Home(me), true)
        .await;
    asker
        .pages("mentions", move |_| Timeline::To(me), false)
        .await;
    let tag = |n: usize| Timeline::Tag(format!("case{n}"));
    asker.pages("tag, rare", tag, false).await;
    let common = |_| Timeline::Tag("malspam".to_owned());
    asker.pages("tag, every fifth post", common, true).await;
    let account = |n: usize| Timeline::Account(format!("account{}", n * 7 % ACCOUNTS));
    asker.pages("account", account, false).await;
    asker
        .search("word, rare", |n| format!("unique{}", n * 1_009))
        .await;
    asker
        .search("word, in every post", |_| "document".to_owned())
        .await;
    asker
        .search("word, Japanese, every fourth", |_| "請求書".to_owned())
        .await;
    asker
        .search("two words, common and rare", |n| {
            format!("document unique{}", n * 1_009)
        })
        .await;
    asker
        .search("from and tag", |n| {
            format!("from:account{} tag:malspam", n % ACCOUNTS)
        })
        .await;
    let value = |n: usize| format!("host{}.evil.example in:post", n * 1_009 % 50_000);
    asker.search("value that some name", value).await;
    asker
        .search("regex, once in a thousand", |n| {
            format!("/unique{}[0-9]*77 is/", n % 10)
        })
        .await;
}

async fn accounts(store: &Store) -> Vec<i64> {
    let mut ids = Vec::new();
    for n in 0..ACCOUNTS {
        let new = NewAccount {
            name: format!("account{n}"),
            kind: AccountKind::Person,
            role: Role::Analyst,
            organisation: None,
        };
        ids.push(store.add_account(new).await.expect("an account").id);
    }
    ids
}

/// The nth post: every fifth is tagged, every fourth Japanese, every third names a value, every five-hundredth mentions
/// whoever will ask.
fn text(n: usize) -> String {
    let mut text = format!("unique{n} is fetched by a document that was sent to accountants.");
    if n.is_multiple_of(4) {
        text.push_str(" 請求書を装ったメールに注意してください。");
    }
    if n.is_multiple_of(3) {
        text.push_str(&format!(
            " hxxp://host{}[.]evil[.]example/update",
            n % 50_000
        ));
    }
    if n.is_multiple_of(5) {
        text.push_str(&format!(" #malspam #case{}", n / 5 % 5_000));
    }
    if n.is_multiple_of(500) {
        text.push_str(" @account0");
    }
    text
}

async fn fill(store: &Store, ids: &[i64], posts: usize) {
    let next = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let (store, ids, next) = (store.clone(), ids.to_vec(), Arc::clone(&next));
        writers.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= posts {
                    return;
                }
                let new = NewPost {
                    text: text(n),
                    ..NewPost::default()
                };
                let account = ids[n * 31 % ids.len()];
                store.add_post(account, new).await.expect("a post");
            }
        });
    }
    writers.join_all().await;
}

struct Asker {
    store: Store,
    reader: Reader,
    posts: usize,
}

impl Asker {
    async fn pages(&self, what: &str, timeline: impl Fn(usize) -> Timeline, anywhere: bool) {
        let (mut times, mut found) = (Vec::new(), 0);
        for n in 0..PAGES {
            let below = anywhere.then(|| (n * 7_919 * 131 % self.posts) as i64 + 1);
            let timeline = timeline(n);
            let began = Instant::now();
            let page = self.store.timeline(&self.reader, &timeline, below, PAGE);
            found += page.await.expect("a page").entries.len();
            times.push(began.elapsed());
        }
        line(what, times, found);
    }

    async fn search(&self, what: &str, query: impl Fn(usize) -> String) {
        let (mut times, mut found, mut cut) = (Vec::new(), 0, 0);
        for n in 0..PAGES {
            let query = parse(&query(n), now(), &TimeZone::UTC).expect("as written above");
            let began = Instant::now();
            let page = self
                .store
                .search_posts(&self.reader, &query, PostOptions::default());
            let page = page.await.expect("a page");
            times.push(began.elapsed());
            found += page.entries.len();
            cut += usize::from(!page.complete);
        }
        line(&format!("search, {what}"), times, found);
        if cut > 0 {
            println!("    {cut} of {PAGES} were cut by their budget");
        }
    }
}

fn line(what: &str, mut times: Vec<Duration>, found: usize) {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    let (p50, p99, rows) = (at(0.5), at(0.99), found as f64 / times.len() as f64);
    println!("{what:36} p50 {p50:7.2} ms  p99 {p99:7.2} ms  {rows:5.1} rows");
}
