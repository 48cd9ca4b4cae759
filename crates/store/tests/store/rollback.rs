//! Rollback: the state before a batch comes back, exactly.

use noroshi_store::{BatchState, Listing, Mode, Reader};
use proptest::prelude::*;

use crate::hub::{self, domain, import, new_source, row};
use crate::imports::{listings, rows, runner, some};

#[test]
fn any_batch_of_any_sequence_can_be_undone() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let mut runner = runner();
        for case in 0..20 {
            let mode = if case % 2 == 0 {
                Mode::Snapshot
            } else {
                Mode::Increment
            };
            let source = store
                .ensure_source(new_source(&format!("feed-{case}"), mode))
                .await
                .unwrap();
            let neighbour = store
                .ensure_source(new_source(&format!("other-{case}"), mode))
                .await
                .unwrap();
            // The state before each batch, and the source's validity times then.
            let mut before: Vec<(i64, Vec<Listing>, Option<i64>)> = Vec::new();
            for _ in 0..5 {
                let state = listings(&store, &source).await;
                let good = store
                    .source(&Reader::operator(), &source.name)
                    .await
                    .unwrap()
                    .last_good;
                let body = some(prop::collection::vec(rows(), 0..20), &mut runner);
                let sizes = some(prop::collection::vec(0..9usize, 0..4), &mut runner);
                let batch = import(&store, &source, body, Vec::new(), &sizes).await;
                before.push((batch.id, state, good));
                let body = some(prop::collection::vec(rows(), 0..5), &mut runner);
                import(&store, &neighbour, body, Vec::new(), &[]).await;
            }
            let others = listings(&store, &neighbour).await;
            // Twice: a rollback after a rollback goes further back.
            let at = some(0..before.len(), &mut runner);
            for at in [at, some(0..=at, &mut runner)] {
                let (batch, state, good) = &before[at];
                let undone = store.roll_back(&Reader::operator(), *batch).await;
                if let Ok(undone) = &undone {
                    assert!(
                        undone
                            .iter()
                            .all(|batch| batch.state == BatchState::RolledBack)
                    );
                }
                assert_eq!(listings(&store, &source).await, *state, "case {case}");
                let now = store
                    .source(&Reader::operator(), &source.name)
                    .await
                    .unwrap();
                assert_eq!((now.last_good, now.etag), (*good, None));
            }
            assert_eq!(listings(&store, &neighbour).await, others, "case {case}");
        }
    });
}

#[test]
fn what_was_undone_comes_again() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Snapshot))
            .await
            .unwrap();
        let body = vec![row(domain("evil.example"))];
        let batch = import(&store, &source, body.clone(), Vec::new(), &[]).await;
        let seq = *store.latest_change().borrow();
        store
            .roll_back(&Reader::operator(), batch.id)
            .await
            .unwrap();
        let (changes, _) = store.changes(&Reader::operator(), seq, 10).await.unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(
            (changes[0].kind.name(), changes[0].batch),
            ("rolled_back", Some(batch.id))
        );
        let again = store.roll_back(&Reader::operator(), batch.id).await;
        assert!(matches!(again, Err(noroshi_store::Error::Conflict(_))));
        let batch = import(&store, &source, body, Vec::new(), &[]).await;
        assert_eq!(batch.counts.new, 1);
    });
}
