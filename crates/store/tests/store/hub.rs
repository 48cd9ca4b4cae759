//! A store to test on, with sources and rows in few words.

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{
    BadRow, Batch, EVERYONE, ImportMode, Mode, NewListing, NewSource, Source, Store, Target,
};

/// Opens a store on what the test kit made.
pub(crate) async fn open(target: &noroshi_testkit::Target) -> Store {
    Store::open(&place(target)).await.unwrap()
}

pub(crate) fn place(target: &noroshi_testkit::Target) -> Target {
    match target.url() {
        None => Target::Directory(target.data().to_owned()),
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory: target.data().to_owned(),
        },
    }
}

/// Tells a story on each engine.
pub(crate) fn on_each_engine<F>(story: impl Fn(noroshi_testkit::Target) -> F)
where
    F: Future<Output = ()>,
{
    noroshi_testkit::each_engine(|target| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(story(target));
        // A server's connections that are being closed must not keep the test.
        runtime.shutdown_timeout(std::time::Duration::from_millis(100));
    });
}

pub(crate) fn new_source(name: &str, mode: Mode) -> NewSource {
    NewSource {
        name: name.to_owned(),
        mode,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: true,
        owner: None,
    }
}

pub(crate) fn domain(name: &str) -> Observable {
    Observable::parse(Kind::Domain, name).unwrap()
}

pub(crate) fn row(observable: Observable) -> NewListing {
    NewListing {
        observable,
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

/// Imports rows in chunks of the given sizes, the last one as large as it takes.
pub(crate) async fn import(
    store: &Store,
    source: &Source,
    rows: Vec<NewListing>,
    bad: Vec<BadRow>,
    sizes: &[usize],
) -> Batch {
    let mut import = store
        .begin_import(source, ImportMode::Serving, "test", None)
        .await
        .unwrap();
    let mut rows = rows.into_iter();
    let mut bad = Some(bad);
    for size in sizes {
        let chunk: Vec<NewListing> = rows.by_ref().take(*size).collect();
        import
            .chunk(chunk, bad.take().unwrap_or_default())
            .await
            .unwrap();
    }
    import
        .chunk(rows.collect(), bad.take().unwrap_or_default())
        .await
        .unwrap();
    import.finish().await.unwrap()
}
