//! Runs over many pages that are killed with SIGKILL at random moments: what goes in is what an undisturbed run brings,
//! nothing is there twice, and the next run asks from where the last complete one had come to.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use noroshi_query::{Expr, Query, Term};
use noroshi_store::{PostOptions, Reader, Store};
use noroshi_testkit::{Program, Target, each_engine, targets};
use serde_json::{Value, json};

use crate::faults::{PATIENCE, Random, place};
use crate::hub::Hub;
use crate::publisher::{Asked, Publisher, ok};

/// Rows of a page.
const PAGE: u64 = 50;

#[test]
fn a_killed_run_over_pages_is_made_again() {
    each_engine(|target| story(&target, 500, 4));
}

#[test]
#[ignore = "long"]
fn runs_over_pages_survive_many_kills() {
    each_engine(|target| story(&target, 2_000, 20));
}

fn story(target: &Target, rows: u64, kills: usize) {
    let calm = targets()
        .into_iter()
        .find(|other| other.engine() == target.engine())
        .unwrap();
    let publisher = Publisher::start();
    let mut hubs = [Hub::new(&calm), Hub::new(target)];
    for hub in &mut hubs {
        let place = publisher.address.clone();
        hub.env.push(("NOROSHI_EGRESS_FEED".to_owned(), place));
        recipe(hub, &publisher.url("/posts"));
    }
    let [calm, hub] = hubs;
    let (mut took, mut random) = (Duration::ZERO, Random::new());
    // First everything; then more, and half of what was there in other words.
    for (newest, revision) in [(rows, 1), (rows + rows / 2, 2)] {
        publisher.answer(move |asked| page(asked, newest, rows / 2, revision));
        let began = Instant::now();
        calm.ok(&["collect", "paged"]);
        took = took.max(began.elapsed());
        for _ in 0..kills {
            let mut command = hub.command(&["collect", "paged"]);
            let command = command.stdin(Stdio::null()).stdout(Stdio::null());
            let program = Program::start(command.stderr(Stdio::null()));
            std::thread::sleep(random.below(took));
            program.kill();
        }
        finish(&hub);
        assert_eq!(state(target), state(calm.target()));
        assert_eq!(state(target).len() as u64, newest);
    }
    publisher.asked();
    hub.ok(&["collect", "paged"]);
    let asked = publisher.asked();
    let since = format!("since={}", rows + rows / 2);
    assert!(asked[0].path.contains(&since), "{asked:?}");
    assert_eq!(asked.len(), 1);
}

/// Runs until it goes through: PostgreSQL may need a moment to see that a killed client is gone.
fn finish(hub: &Hub) {
    let until = Instant::now() + PATIENCE;
    loop {
        let ended = hub.run(&["collect", "paged"]);
        if ended.code == Some(0) {
            return;
        }
        assert!(
            ended.stderr.contains("being collected already"),
            "{}",
            ended.stderr
        );
        assert!(Instant::now() < until, "{}", ended.stderr);
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Texts and how often they were edited.
fn state(target: &Target) -> BTreeMap<String, i64> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(&place(target)).await.unwrap();
        let query = Query::from(Expr::from(Term::Source("paged".to_owned())));
        let mut found = BTreeMap::new();
        let mut below = None;
        loop {
            let options = PostOptions {
                below,
                ..PostOptions::default()
            };
            let reader = Reader::operator();
            let page = store.search_posts(&reader, &query, options).await.unwrap();
            for entry in page.entries {
                let post = entry.post;
                if post.item.is_some() {
                    let twice = found.insert(post.text, post.revision);
                    assert_eq!(twice, None);
                }
            }
            below = page.next;
            if below.is_none() {
                return found;
            }
        }
    })
}

/// Posts newest first, above `since` and below the cursor; those up to `changed` are in the words of the revision.
fn page(asked: &Asked, newest: u64, changed: u64, revision: u64) -> Vec<u8> {
    let number = |name: &str| {
        let (_, rest) = asked.path.split_once(&format!("{name}="))?;
        rest.split('&').next()?.parse::<u64>().ok()
    };
    // What was changed comes again, whatever is asked for.
    let since = number("since").unwrap_or(0);
    let ids = (1..=newest)
        .rev()
        .filter(|id| *id > since || *id <= changed);
    let ids: Vec<u64> = ids
        .filter(|id| number("cursor").is_none_or(|cursor| *id < cursor))
        .take(PAGE as usize)
        .collect();
    let rows: Vec<Value> = ids
        .iter()
        .map(|id| {
            let revision = if *id <= changed { revision } else { 1 };
            json!({ "id": id, "text": format!("post {id} names 192.0.2.{} ({revision})", id % 250) })
        })
        .collect();
    let next = ids.last().filter(|last| **last > 1);
    ok(
        &[],
        json!({ "rows": rows, "next": next }).to_string().as_bytes(),
    )
}

fn recipe(hub: &Hub, url: &str) {
    let text = format!(
        r#"
name = "paged"
title = {{ en = "Pages", ja = "ページ" }}
description = {{ en = "Invented posts.", ja = "架空の投稿。" }}
homepage = "https://fixture.example/"
licence = "CC0-1.0"
url = "{url}"
auth = "none"
data = "social"
enabled = true
interval = "1h"
mode = "increment"

[request]
query = {{ since = "{{since}}" }}

[pages]
by = "cursor"
parameter = "cursor"
next = "next"
most = 1000

[since]
of = "id"

[format]
type = "json"
path = "rows"

[item]
key = "id"
text = "text"
"#
    );
    let folder = hub.data().join("sources");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("paged.toml"), text).unwrap();
}
