//! Import of synthetic indicators against the engine's own bulk load into the same tables.
//!
//! `cargo bench -p noroshi-store --bench import -- [--rows 1000000] [--engine sqlite|postgres]
//! [--serving] [--keep DIR]`
//!
//! One run on one machine: the rows through `Store::begin_import`, the same again, when nothing is new,
//! and then a bare load of what is in the store by now into the same tables (rows and their derived
//! values worked out beforehand, nothing looked up or folded, one transaction a million rows). Ratios
//! to the latter are what `docs/performance.md` tells; the figures themselves vary with the machine.
#![allow(clippy::print_stdout, reason = "what a bench is for")]

#[path = "import/bare.rs"]
mod bare;
#[path = "import/synthetic.rs"]
mod synthetic;
#[path = "import/values.rs"]
mod values;

use std::path::{Path, PathBuf};
use std::time::Instant;

use noroshi_store::{EVERYONE, ImportMode, Mode, NewSource, Store, Target};

struct Options {
    rows: usize,
    engine: noroshi_testkit::Engine,
    mode: ImportMode,
    keep: Option<PathBuf>,
}

fn options() -> Options {
    let mut options = Options {
        rows: 1_000_000,
        engine: noroshi_testkit::Engine::Sqlite,
        mode: ImportMode::Offline,
        keep: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rows" => {
                options.rows = words
                    .next()
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(1_000_000)
            }
            "--engine" if words.next().as_deref() == Some("postgres") => {
                options.engine = noroshi_testkit::Engine::Postgres;
            }
            "--serving" => options.mode = ImportMode::Serving,
            "--keep" => options.keep = words.next().map(PathBuf::from),
            _ => {}
        }
    }
    options
}

fn main() {
    let options = options();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!(
        "{} rows, {}, {:?}",
        options.rows,
        options.engine.name(),
        options.mode
    );
    runtime.block_on(async {
        let target = noroshi_testkit::Target::new(options.engine).expect("the engine");
        let place = place(&target, options.keep.as_deref().unwrap_or(target.data()));
        let store = Store::open(&place).await.expect("a store");
        let first = import(&store, &options).await;
        println!("import          {first:>9.0} rows/s");
        let disk = disk(&place).await / options.rows as f64;
        println!("disk            {disk:>9.1} MB per million");
        println!("resident (peak) {:>9} MB", resident("VmHWM"));
        let again = import(&store, &options).await;
        println!("again           {again:>9.0} rows/s");
        println!("resident (peak) {:>9} MB", resident("VmHWM"));
        drop(store);
        let bare = bare(&place, &options).await;
        println!("bare load       {bare:>9.0} rows/s");
        println!(
            "import is {:.2} of bare, again {:.2}",
            first / bare,
            again / bare
        );
    });
}

/// The same rows, with the index pages of the filled store, into an empty one.
async fn bare(full: &Target, options: &Options) -> f64 {
    let pages = bare::pages(full).await;
    let target = noroshi_testkit::Target::new(options.engine).expect("the engine");
    let place = place(&target, target.data());
    drop(Store::open(&place).await.expect("a store"));
    bare::load(&place, options.rows, &pages).await
}

fn place(target: &noroshi_testkit::Target, directory: &Path) -> Target {
    match target.url() {
        None => Target::Directory(directory.to_owned()),
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory: directory.to_owned(),
        },
    }
}

/// Rows a second.
async fn import(store: &Store, options: &Options) -> f64 {
    let source = NewSource {
        name: "synthetic".to_owned(),
        mode: Mode::Snapshot,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: noroshi_indicator::Tlp::Clear,
        enabled: false,
        owner: None,
    };
    let source = store.ensure_source(source).await.expect("a source");
    let began = Instant::now();
    let mut import = store
        .begin_import(&source, options.mode, "bench", None)
        .await
        .expect("an import");
    // Reading and normalising go on while the engine writes, as when a feed is read.
    let (sender, mut chunks) = tokio::sync::mpsc::channel(1);
    let (rows, size) = (options.rows, import.chunk_rows());
    let reader = std::thread::spawn(move || {
        let mut rows = synthetic::rows(rows);
        loop {
            let chunk: Vec<_> = rows.by_ref().take(size).collect();
            if chunk.is_empty() || sender.blocking_send(chunk).is_err() {
                break;
            }
        }
    });
    while let Some(chunk) = chunks.recv().await {
        import.chunk(chunk, Vec::new()).await.expect("a chunk");
    }
    reader.join().expect("the reader");
    let batch = import.finish().await.expect("a receipt");
    assert_eq!(batch.counts.rows, options.rows as i64);
    options.rows as f64 / began.elapsed().as_secs_f64()
}

async fn disk(place: &Target) -> f64 {
    match place {
        Target::Directory(directory) => {
            let sizes = ["noroshi.db", "noroshi.db-wal"]
                .map(|name| std::fs::metadata(directory.join(name)).map_or(0, |file| file.len()));
            sizes.iter().sum::<u64>() as f64
        }
        Target::Postgres { url, .. } => bare::database_size(url).await,
    }
}

/// A line of `/proc/self/status`, in MB.
fn resident(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|text| text.strip_prefix(line));
    let kilobytes = found.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
