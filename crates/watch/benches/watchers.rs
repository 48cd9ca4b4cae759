//! What a post of 200 bytes costs with many watchers: all at once, and each regex in turn, which is
//! how NECOMAtter does it. Also what it costs to come and go.
//!
//! `cargo bench -p noroshi-watch --bench watchers`

#[path = "watchers/watched.rs"]
mod watched;

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{Statement, StatementKind, TimeZone, parse};
use noroshi_watch::{Pattern, Watchers};
use regex::Regex;
use watched::{Watched, as_regex, watched};

fn main() {
    divan::main();
}

const COUNTS: [usize; 4] = [1, 10, 1_000, 10_000];

struct Post {
    text: String,
    tags: Vec<String>,
    observables: Vec<Observable>,
}

/// Posts of 200 bytes, of which every fourth has what some watcher is after.
fn posts() -> Vec<Post> {
    let post = |n: usize| {
        let word = if n.is_multiple_of(4) {
            format!("loader{}", n * 8)
        } else {
            format!("sample{n}")
        };
        let url = format!("https://cdn{n}.evil.example/update/{word}.bin");
        let mut text = format!(
            "Seen again: {word} is fetched from {url} by a document that was sent to accountants. \
             取引先を装ったメールに注意。 #malspam #case{n} details follow, "
        );
        while text.len() < 200 {
            text.push('x');
        }
        text.truncate(text.floor_char_boundary(200));
        Post {
            text,
            tags: vec!["malspam".to_owned(), format!("case{n}")],
            observables: vec![Observable::parse(Kind::Url, &url).expect("as written above")],
        }
    };
    (0..64).map(post).collect()
}

fn statement(post: &Post) -> Statement<'_> {
    Statement {
        kind: StatementKind::Post,
        observables: &post.observables,
        from: "aiko",
        by_source: false,
        to: &[],
        family: None,
        tags: &post.tags,
        text: Some(&post.text),
        vendors: &[],
        products: &[],
        cvss: None,
        tlp: Tlp::Green,
        received: 0,
        first_seen: 0,
        last_seen: 0,
        reply: false,
        repost: false,
        file: false,
    }
}

fn add(watchers: &mut Watchers, n: usize) -> noroshi_watch::Id {
    match watched(n) {
        Watched::Query(query) => {
            let query = parse(&query, 0, &TimeZone::UTC).expect("as written above");
            watchers.add(&query).expect("as written above")
        }
        Watched::Python(pattern) => {
            watchers.add_pattern(Pattern::python(&pattern).expect("as written above"))
        }
    }
}

fn crowd(count: usize) -> Watchers {
    let mut watchers = Watchers::new();
    for n in 0..count {
        add(&mut watchers, n);
    }
    watchers
}

/// Time is for 64 posts; items are posts.
#[divan::bench(args = COUNTS)]
fn all_at_once(bencher: Bencher<'_, '_>, count: usize) {
    let (watchers, posts) = (crowd(count), posts());
    bencher
        .counter(ItemsCount::new(posts.len()))
        .bench_local(|| {
            let found = posts
                .iter()
                .map(|post| watchers.matching(&statement(post)).len());
            black_box(found.sum::<usize>())
        });
}

/// Time is for 64 posts; items are posts.
#[divan::bench(args = COUNTS, sample_count = 10)]
fn each_in_turn(bencher: Bencher<'_, '_>, count: usize) {
    let regexes: Vec<Regex> = (0..count).map(as_regex).collect();
    let posts = posts();
    bencher
        .counter(ItemsCount::new(posts.len()))
        .bench_local(|| {
            let found = posts.iter().map(|post| {
                regexes
                    .iter()
                    .filter(|regex| regex.is_match(&post.text))
                    .count()
            });
            black_box(found.sum::<usize>())
        });
}

/// One more watcher, and one less, among so many.
#[divan::bench(args = COUNTS, sample_count = 1000)]
fn come_and_go(bencher: Bencher<'_, '_>, count: usize) {
    let mut watchers = crowd(count);
    let mut n = count;
    let mut last = None;
    bencher.bench_local(|| {
        n += 1;
        let new = add(&mut watchers, n);
        if let Some(old) = last.replace(new) {
            watchers.remove(old);
        }
    });
}
