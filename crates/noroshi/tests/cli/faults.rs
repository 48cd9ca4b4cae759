//! Imports that are killed with SIGKILL at random moments: nothing is half-written, the receipt tells how far each came,
//! and running it again gives the state of an undisturbed run.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::{Duration, Instant};

use noroshi_store::{Store, Target as Place};
use noroshi_testkit::{Program, Target, each_engine, targets};
use serde_json::Value;

use crate::fixture::{file, many, offline};
use crate::hub::Hub;

/// Far longer than an import takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_killed_import_is_finished_by_the_next() {
    each_engine(|target| story(&target, 12_000, 5));
}

#[test]
#[ignore = "long"]
fn imports_survive_many_kills() {
    each_engine(|target| story(&target, 20_000, 20));
}

/// First a body is imported, then another one over it: rows that change, go and come.
fn story(target: &Target, rows: usize, kills: usize) {
    let calm = targets()
        .into_iter()
        .find(|other| other.engine() == target.engine())
        .unwrap();
    let (calm, hub) = (Hub::new(&calm), Hub::new(target));
    let bodies = [many(0, rows, 1), many(rows / 4, rows, 2)];
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // A server would be there: the import then goes in small chunks.
    let _serving = [target, calm.target()].map(|target| {
        let store = runtime.block_on(Store::open(&place(target))).unwrap();
        runtime.block_on(store.lease_serving()).unwrap()
    });
    let mut took = Duration::ZERO;
    for body in &bodies {
        let began = Instant::now();
        offline(&calm.data(), "fixture", "snapshot");
        let path = file(&calm.data(), "body.csv", body);
        calm.ok(&["collect", "fixture", "--from", path.to_str().unwrap()]);
        took = took.max(began.elapsed());
    }
    let mut random = Random::new();
    let (mut interrupted, mut seen) = (0, 0);
    for body in &bodies {
        offline(&hub.data(), "fixture", "snapshot");
        let path = file(&hub.data(), "body.csv", body);
        let path = path.to_str().unwrap();
        for _ in 0..kills {
            kill_after(&hub, path, random.below(took));
            let Some((batch, state)) = last_import(&hub) else {
                continue;
            };
            // Killed before it began, it left no batch of its own.
            interrupted += usize::from(batch > seen && state == "running");
            seen = batch;
        }
        finish(&hub, path);
        seen = last_import(&hub).unwrap().0;
    }
    println!(
        "{} kills met an import under way {interrupted} times",
        2 * kills
    );
    assert!(interrupted > 0, "no kill met an import under way");
    assert_eq!(state(&hub), state(&calm));
    let found = hub.search_all("source:fixture").len();
    // The second body begins a quarter later than the first.
    assert_eq!(found, rows + rows / 4);
}

pub(crate) fn place(target: &Target) -> Place {
    let directory = target.data().to_owned();
    match target.url() {
        None => Place::Directory(directory),
        Some(url) => Place::Postgres {
            url: url.to_owned(),
            directory,
        },
    }
}

fn kill_after(hub: &Hub, path: &str, wait: Duration) {
    let mut command = hub.command(&["collect", "fixture", "--from", path]);
    let program = Program::start(
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    std::thread::sleep(wait);
    program.kill();
}

/// Runs the import until it goes through. The server of PostgreSQL may need a moment to see that a killed client is
/// gone; until then its import counts as running.
fn finish(hub: &Hub, path: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let ended = hub.run(&["collect", "fixture", "--from", path, "--json"]);
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

/// The number and the state of the last import, once its receipt and what it wrote are the same. PostgreSQL may end
/// the last transaction of a killed client between our two looks; what is half-written stays different for ever.
fn last_import(hub: &Hub) -> Option<(i64, String)> {
    let until = Instant::now() + PATIENCE;
    loop {
        let shown = hub.json(&["source", "show", "fixture", "--json"]);
        let last = shown["batches"].get(0)?;
        let counts = &last["counts"];
        let count = |what: &str| counts[what].as_i64().unwrap();
        let sum: i64 = ["new", "changed", "unchanged", "folded", "bad"]
            .iter()
            .map(|what| count(what))
            .sum();
        assert_eq!(count("rows"), sum, "{last}");
        let batch = last["id"].as_i64().unwrap();
        let wrote = count("new") + count("changed") + count("delisted");
        let there = written_by(hub, batch);
        if there == wrote {
            return Some((batch, last["state"].as_str().unwrap().to_owned()));
        }
        assert!(Instant::now() < until, "{there} rows are there: {last}");
    }
}

/// Listings that carry the number of a batch.
fn written_by(hub: &Hub, batch: i64) -> i64 {
    let listings = hub.search_all("source:fixture").into_iter();
    let listings = listings.flat_map(|found| found["listings"].as_array().unwrap().clone());
    listings.filter(|listing| listing["batch"] == batch).count() as i64
}

/// Everything that is listed, without what depends on when it was imported.
fn state(hub: &Hub) -> BTreeMap<String, Vec<Value>> {
    let found = hub.search_all("").into_iter();
    let strip = |mut listing: Value| {
        let fields = listing.as_object_mut().unwrap();
        fields.remove("batch");
        fields.remove("received");
        listing
    };
    found
        .map(|found| {
            let listings = found["listings"]
                .as_array()
                .unwrap()
                .iter()
                .cloned()
                .map(strip);
            (
                found["observable"]["value"].as_str().unwrap().to_owned(),
                listings.collect(),
            )
        })
        .collect()
}

/// Random enough to hit another moment each time; the seed is in the output of a test that fails.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Random {
        let seed = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos() as u64 | 1;
        println!("seed {seed}");
        Random(seed)
    }

    /// Xorshift (Marsaglia 2003).
    pub(crate) fn below(&mut self, most: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        most.mul_f64((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}
