//! How busy sources were, day by day.

use noroshi_store::{AudienceKind, Mode, NewSource, Reader, now};

use crate::hub::{self, domain, import, new_source, row};

const DAY: i64 = 86_400_000_000;

#[test]
fn what_came_is_told_by_the_day() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let operator = Reader::operator();
        let source = store
            .ensure_source(new_source("feed", Mode::Increment))
            .await
            .unwrap();
        store
            .ensure_source(new_source("idle", Mode::Increment))
            .await
            .unwrap();
        let began = now();
        let rows = ["a.example", "b.example", "c.example"].map(|name| row(domain(name)));
        import(&store, &source, rows.to_vec(), Vec::new(), &[1]).await;
        let of = async |days, now, offset| {
            let mut activity = store.activity(&operator, days, now, offset).await.unwrap();
            assert!(activity.len() <= 1, "the idle one is left out");
            activity.remove(&source.id)
        };

        // The import may have gone over midnight, so that two days share it.
        let today = of(2, now(), 0).await.unwrap();
        assert_eq!((today.len(), today.iter().sum::<u64>()), (2, 3));
        let later = of(30, began + 3 * DAY, 0).await.unwrap();
        assert_eq!(later[26] + later[27], 3, "{later:?}");
        assert_eq!(of(3, began + 9 * DAY, 0).await, None);

        // On a clock that is a day ahead, it was a day later of its own days all the same.
        let ahead = of(30, began + 3 * DAY, 86_400).await.unwrap();
        assert_eq!(ahead, later);
        // Half a day ahead, midnight lies elsewhere: all of it is within a day of before.
        let half = of(30, began + 3 * DAY, 43_200).await.unwrap();
        assert_eq!(half[25..29].iter().sum::<u64>(), 3, "{half:?}");
        for (now, offset) in [(i64::MAX, i32::MAX), (i64::MIN, i32::MIN)] {
            drop(store.activity(&operator, usize::MAX, now, offset).await);
        }
    });
}

#[test]
fn what_is_undone_or_hidden_does_not_count() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        store.ensure_organisation("red").await.unwrap();
        store
            .add_audience("red", AudienceKind::Organisations, &["red"])
            .await
            .unwrap();
        let hidden = NewSource {
            audience: "red".to_owned(),
            ..new_source("hidden", Mode::Increment)
        };
        let hidden = store.ensure_source(hidden).await.unwrap();
        let source = new_source("feed", Mode::Increment);
        let source = store.ensure_source(source).await.unwrap();
        let rows = vec![row(domain("a.example"))];
        import(&store, &hidden, rows.clone(), Vec::new(), &[]).await;
        let batch = import(&store, &source, rows, Vec::new(), &[]).await;

        let stranger = Reader::account(i64::MAX);
        let activity = store.activity(&stranger, 2, now(), 0).await.unwrap();
        assert!(activity.contains_key(&source.id) && !activity.contains_key(&hidden.id));
        store
            .roll_back(&Reader::operator(), batch.id)
            .await
            .unwrap();
        let activity = store.activity(&stranger, 2, now(), 0).await.unwrap();
        assert!(activity.is_empty(), "{activity:?}");
    });
}
