//! How soon a server's change feed tells what another process committed.
//!
//! `cargo bench -p noroshi-store --bench follow`
//!
//! Two stores on one database, opened apart as two processes would: one imports chunk after chunk, the
//! other watches. A line tells the time from the return of a commit until the watcher's feed has it.
#![allow(clippy::print_stdout, reason = "what a bench is for")]

use std::time::{Duration, Instant};

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{EVERYONE, ImportMode, Mode, NewListing, NewSource, Store, Target};

const COMMITS: usize = 200;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for engine in [
        noroshi_testkit::Engine::Sqlite,
        noroshi_testkit::Engine::Postgres,
    ] {
        let mut times = runtime.block_on(follow(engine));
        times.sort();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
        let (name, p50, p99, most) = (engine.name(), at(0.5), at(0.99), at(1.0));
        println!("{name:12} p50 {p50:6.2} ms  p99 {p99:6.2} ms  most {most:6.2} ms");
    }
}

async fn follow(engine: noroshi_testkit::Engine) -> Vec<Duration> {
    let target = noroshi_testkit::Target::new(engine).expect("the engine");
    let directory = target.data().to_owned();
    let place = match target.url() {
        None => Target::Directory(directory),
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory,
        },
    };
    let server = Store::open(&place).await.expect("a store");
    server.watch_changes().expect("a watch");
    let other = Store::open(&place).await.expect("a store");
    let source = NewSource {
        name: "feed".to_owned(),
        mode: Mode::Increment,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: false,
        owner: None,
    };
    let source = other.ensure_source(source).await.expect("a source");
    let import = other
        .begin_import(&source, ImportMode::Serving, "bench", None)
        .await;
    let mut import = import.expect("an import");
    let mut latest = server.latest_change();
    let mut times = Vec::new();
    for number in 0..COMMITS {
        let seq = *latest.borrow_and_update();
        import
            .chunk(vec![row(number)], Vec::new())
            .await
            .expect("a commit");
        let committed = Instant::now();
        latest.wait_for(|now| *now > seq).await.expect("a change");
        times.push(committed.elapsed());
    }
    import.finish().await.expect("a receipt");
    times
}

fn row(number: usize) -> NewListing {
    let name = format!("h{number}.example");
    NewListing {
        observable: Observable::parse(Kind::Domain, &name).expect("a name"),
        item: 0,
        first_seen: None,
        last_seen: None,
        port: None,
        family: None,
        tags: Vec::new(),
        note: None,
        confidence: None,
        reference: None,
    }
}
