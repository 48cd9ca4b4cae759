//! The change feed: nothing is skipped, whoever commits, in whatever order.

use std::time::Duration;

use noroshi_store::{ImportMode, Mode, Reader, Store};

use crate::hub::{self, domain, import, new_source, row};

async fn wait_beyond(store: &Store, seq: i64) {
    let mut latest = store.latest_change();
    let waited = latest.wait_for(|now| *now > seq);
    tokio::time::timeout(Duration::from_secs(10), waited)
        .await
        .unwrap()
        .unwrap();
}

#[test]
fn another_process_is_noticed() {
    hub::on_each_engine(async |target| {
        let server = hub::open(&target).await;
        server.watch_changes().unwrap();
        // Opened apart, it shares nothing with the server but the database.
        let other = hub::open(&target).await;
        let source = other
            .ensure_source(new_source("feed", Mode::Snapshot))
            .await
            .unwrap();
        for n in 0..5 {
            let seq = *server.latest_change().borrow();
            import(
                &other,
                &source,
                vec![row(domain(&format!("h{n}.example")))],
                Vec::new(),
                &[],
            )
            .await;
            wait_beyond(&server, seq).await;
            let (changes, next) = server.changes(&Reader::operator(), seq, 100).await.unwrap();
            assert!(!changes.is_empty());
            assert_eq!(changes.last().unwrap().seq, next);
        }
    });
}

/// Many importers at once, and a reader who follows by number: it sees every chunk once.
#[test]
fn a_reader_that_follows_by_number_misses_nothing() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        store.watch_changes().unwrap();
        const WRITERS: i64 = 6;
        const CHUNKS: i64 = 15;
        let mut writers = Vec::new();
        for writer in 0..WRITERS {
            let store = hub::open(&target).await;
            let source = new_source(&format!("feed-{writer}"), Mode::Increment);
            let source = store.ensure_source(source).await.unwrap();
            writers.push(tokio::spawn(async move {
                let mut import = store
                    .begin_import(&source, ImportMode::Serving, "test", None)
                    .await
                    .unwrap();
                for chunk in 0..CHUNKS {
                    // Chunks of very different length, so that commits overtake each other; all name
                    // the same new observables, so that the writers race for them.
                    let rows = (0..=(writer * 7 + chunk * 13) % 40)
                        .map(|n| row(domain(&format!("c{chunk}-{n}.evil.example"))));
                    let own = row(domain(&format!("w{writer}-c{chunk}.example")));
                    import
                        .chunk(rows.chain([own]).collect(), Vec::new())
                        .await
                        .unwrap();
                }
                import.finish().await.unwrap()
            }));
        }
        let mut seen: Vec<(String, i64)> = Vec::new();
        let mut seq = 0;
        while (seen.len() as i64) < WRITERS * CHUNKS {
            wait_beyond(&store, seq).await;
            let (changes, next) = store.changes(&Reader::operator(), seq, 7).await.unwrap();
            assert!(next >= seq);
            seen.extend(
                changes
                    .iter()
                    .map(|change| (change.from.clone(), change.seq)),
            );
            seq = next;
        }
        for writer in writers {
            assert_eq!(writer.await.unwrap().counts.bad, 0);
        }
        let numbers: Vec<i64> = seen.iter().map(|(_, seq)| *seq).collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
        for writer in 0..WRITERS {
            let name = format!("feed-{writer}");
            assert_eq!(
                seen.iter().filter(|(source, _)| *source == name).count() as i64,
                CHUNKS
            );
        }
    });
}
