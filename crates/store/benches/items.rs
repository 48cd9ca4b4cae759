//! Items and scores: how fast a bulk of vulnerability records goes in, comes again, and is searched.
//!
//! `cargo bench -p noroshi-store --bench items -- [--items 100000] [--engine sqlite|postgres]`
//!
//! Records as the large publishers have them: a text of some hundred bytes, one CVE, facts of 1.5 kB, two
//! labels. The peer is the engine's full-text and row inserts at their barest: the same texts into `post` and the
//! word index alone, nothing extracted, numbered or compared (SQLite only).
#![allow(clippy::print_stdout, reason = "what a bench is for")]

use std::time::Instant;

use noroshi_exchange::record::{Cvss, Facts, Product, Reference};
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{TimeZone, parse};
use noroshi_store::{
    EVERYONE, Form, ImportMode, Mode, NewItem, NewScore, NewSource, PostOptions, Reader, Source,
    Store, Target,
};

const WORDS: [&str; 24] = [
    "buffer",
    "overflow",
    "in",
    "the",
    "parser",
    "of",
    "allows",
    "remote",
    "attackers",
    "to",
    "execute",
    "arbitrary",
    "code",
    "via",
    "a",
    "crafted",
    "request",
    "when",
    "authentication",
    "is",
    "disabled",
    "improper",
    "validation",
    "path",
];

fn main() {
    let mut words = std::env::args().skip(1);
    let (mut items, mut engine) = (100_000, noroshi_testkit::Engine::Sqlite);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--items" => items = words.next().and_then(|n| n.parse().ok()).unwrap_or(items),
            "--engine" if words.next().as_deref() == Some("postgres") => {
                engine = noroshi_testkit::Engine::Postgres;
            }
            _ => {}
        }
    }
    println!("{items} items, {}", engine.name());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(items, engine));
}

async fn run(items: usize, engine: noroshi_testkit::Engine) {
    let target = noroshi_testkit::Target::new(engine).expect("the engine");
    let place = match target.url() {
        None => Target::Directory(target.data().to_owned()),
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory: target.data().to_owned(),
        },
    };
    let store = Store::open(&place).await.expect("a store");
    let source = source(&store).await;
    let first = collect(&store, &source, items).await;
    println!("collect         {first:>9.0} items/s");
    let again = collect(&store, &source, items).await;
    println!("again           {again:>9.0} items/s");
    let scored = score(&store, &source, items, 1).await;
    println!("scores          {scored:>9.0} rows/s");
    let scored = score(&store, &source, items, 2).await;
    println!("scores, next day{scored:>9.0} rows/s (one in ten differs)");
    if engine == noroshi_testkit::Engine::Sqlite {
        let bare = bare(items);
        println!(
            "bare texts      {bare:>9.0} items/s; collecting is {:.2} of it",
            first / bare
        );
    }
    let reader = Reader::operator();
    for text in [
        "in:vuln",
        "vendor:vendor7",
        "product:product77 cvss:critical",
        "crafted request",
        "item4711",
        "cve:CVE-2026-4711",
        "overflow -in:vuln",
    ] {
        let query = parse(text, noroshi_store::now(), &TimeZone::UTC).expect(text);
        let mut took = Vec::new();
        for _ in 0..50 {
            let began = Instant::now();
            let page = store.search_posts(&reader, &query, PostOptions::default());
            let found = page.await.expect("a page").entries.len();
            took.push((began.elapsed(), found));
        }
        took.sort();
        let (p50, found) = took[25];
        println!(
            "{text:32} p50 {:>7.2} ms, worst {:>7.2} ms, {found} found",
            p50.as_secs_f64() * 1e3,
            took[49].0.as_secs_f64() * 1e3
        );
    }
}

async fn source(store: &Store) -> Source {
    let source = NewSource {
        name: "synthetic".to_owned(),
        mode: Mode::Increment,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: false,
        owner: None,
    };
    store.ensure_source(source).await.expect("a source")
}

fn text(number: usize) -> String {
    let words = (0..60).map(|at| WORDS[(number * 7 + at * (number % 11 + 1)) % WORDS.len()]);
    format!("item{number} {}", words.collect::<Vec<_>>().join(" "))
}

fn cve(number: usize) -> Observable {
    Observable::parse(Kind::Cve, &format!("CVE-2026-{number:04}")).expect("a CVE")
}

fn item(number: usize) -> NewItem {
    let cve = cve(number);
    let facts = Facts {
        id: cve.value().to_owned(),
        cves: vec![cve.value().to_owned()],
        cvss: vec![Cvss {
            version: "3.1".to_owned(),
            vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
            score: (number % 101) as u8,
            ..Cvss::default()
        }],
        products: vec![Product {
            vendor: format!("vendor{}", number % 500),
            product: format!("product{}", number % 3_000),
            cpe: Some("cpe:2.3:a:vendor:product:*:*:*:*:*:*:*:*".repeat(3)),
            versions: None,
        }],
        references: (0..8)
            .map(|at| Reference {
                url: format!("https://advisories.example/{number}/{at}"),
                ..Reference::default()
            })
            .collect(),
        ..Facts::default()
    };
    NewItem {
        form: Form::Vulnerability,
        key: cve.value().to_owned(),
        title: Some(cve.value().to_owned()),
        text: text(number),
        url: None,
        author: None,
        language: Some("en".to_owned()),
        published: Some(number as i64),
        updated: None,
        tags: Vec::new(),
        observables: vec![cve],
        facts: Some(facts),
    }
}

async fn collect(store: &Store, source: &Source, items: usize) -> f64 {
    let began = Instant::now();
    let mut import = store
        .begin_import(source, ImportMode::Serving, "bench", None)
        .await
        .expect("an import");
    let mut from = 0;
    while from < items {
        let to = items.min(from + import.chunk_rows());
        let chunk = (from..to).map(item).collect();
        import.items(chunk, Vec::new()).await.expect("a chunk");
        from = to;
    }
    import.finish().await.expect("a receipt");
    items as f64 / began.elapsed().as_secs_f64()
}

async fn score(store: &Store, source: &Source, items: usize, day: i64) -> f64 {
    let began = Instant::now();
    let mut import = store
        .begin_import(source, ImportMode::Serving, "bench", None)
        .await
        .expect("an import");
    let mut from = 0;
    while from < items {
        let to = items.min(from + import.chunk_rows());
        let row = |number: usize| NewScore {
            cve: cve(number),
            day,
            score: (number % 1_000) as u32 + u32::from(day > 1 && number.is_multiple_of(10)),
            percentile: (number % 100_000) as u32,
        };
        import
            .scores((from..to).map(row).collect(), Vec::new())
            .await
            .expect("a chunk");
        from = to;
    }
    import.finish().await.expect("a receipt");
    items as f64 / began.elapsed().as_secs_f64()
}

/// Texts into a table and a word index, in transactions of 2,000.
fn bare(items: usize) -> f64 {
    let directory = tempfile::tempdir().expect("a directory");
    let mut conn = rusqlite::Connection::open(directory.path().join("bare.db")).expect("a file");
    conn.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = full;
        CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT NOT NULL, facts TEXT);
        CREATE VIRTUAL TABLE prose USING fts5 (tokens, content = '', contentless_delete = 1, detail = none);",
    )
    .expect("tables");
    let rows: Vec<(String, String)> = (0..items)
        .map(|number| {
            (
                text(number),
                serde_json::to_string(&item(number).facts).expect("JSON"),
            )
        })
        .collect();
    let began = Instant::now();
    for (block, chunk) in rows.chunks(2_000).enumerate() {
        let tx = conn.transaction().expect("a transaction");
        {
            let mut post = tx
                .prepare_cached("INSERT INTO post VALUES (?1, ?2, ?3)")
                .expect("SQL");
            let mut prose = tx
                .prepare_cached("INSERT INTO prose (rowid, tokens) VALUES (?1, ?2)")
                .expect("SQL");
            for (at, (text, facts)) in chunk.iter().enumerate() {
                let id = (block * 2_000 + at + 1) as i64;
                post.execute((id, text, facts)).expect("a row");
                prose.execute((id, text)).expect("a row");
            }
        }
        tx.commit().expect("a commit");
    }
    items as f64 / began.elapsed().as_secs_f64()
}
