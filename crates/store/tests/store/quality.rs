//! Sources against each other.

use noroshi_store::{AudienceKind, Mode, NewListing, NewSource, Reader};

use crate::hub::{self, domain, import, new_source, row};

const HOUR: i64 = 3_600_000_000;
const START: i64 = 1_700_000_000_000_000;

fn seen(name: &str, first: i64) -> NewListing {
    NewListing {
        first_seen: Some(first),
        ..row(domain(name))
    }
}

#[test]
fn a_source_is_held_against_those_that_the_reader_sees() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let one = store
            .ensure_source(new_source("one", Mode::Snapshot))
            .await
            .unwrap();
        let two = store
            .ensure_source(new_source("two", Mode::Snapshot))
            .await
            .unwrap();
        store
            .add_audience("nobody", AudienceKind::Accounts, &[])
            .await
            .unwrap();
        let secret = NewSource {
            audience: "nobody".to_owned(),
            ..new_source("secret", Mode::Snapshot)
        };
        let secret = store.ensure_source(secret).await.unwrap();
        let own = vec![
            seen("a.example", START),
            seen("b.example", START + 5 * HOUR),
            seen("c.example", START),
            seen("d.example", START),
        ];
        import(&store, &one, own, Vec::new(), &[]).await;
        let others = vec![
            seen("a.example", START + 3 * HOUR),
            seen("b.example", START),
            seen("z.example", START),
        ];
        import(&store, &two, others, Vec::new(), &[]).await;
        import(
            &store,
            &secret,
            vec![seen("c.example", START - HOUR)],
            Vec::new(),
            &[],
        )
        .await;

        let everybody = Reader::account(999_999);
        let quality = store.quality(&everybody, "one").await.unwrap();
        assert_eq!(
            (quality.sample, quality.whole, quality.unique),
            (4, true, 2)
        );
        assert_eq!((quality.first, quality.lead), (1, Some(3 * HOUR)));
        // Who may see the third source knows that c was there before.
        let quality = store.quality(&Reader::operator(), "one").await.unwrap();
        assert_eq!((quality.unique, quality.first), (1, 1));
        assert!(store.quality(&everybody, "secret").await.is_err());

        let overlap = store.overlap(&everybody).await.unwrap();
        let told: Vec<_> = overlap
            .sources
            .iter()
            .map(|s| (s.name.as_str(), s.sample, s.shared.clone()))
            .collect();
        assert_eq!(told, [("one", 4, vec![4, 2]), ("two", 3, vec![2, 3])]);
        assert!(!overlap.cut);
        assert_eq!(
            store
                .overlap(&Reader::operator())
                .await
                .unwrap()
                .sources
                .len(),
            3
        );
    });
}

#[test]
fn a_large_source_is_sampled() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let one = store
            .ensure_source(new_source("one", Mode::Snapshot))
            .await
            .unwrap();
        let two = store
            .ensure_source(new_source("two", Mode::Snapshot))
            .await
            .unwrap();
        let rows = |step: usize| {
            (0..5_000)
                .step_by(step)
                .map(|n| seen(&format!("n{n}.example"), START))
                .collect()
        };
        import(&store, &one, rows(1), Vec::new(), &[]).await;
        import(&store, &two, rows(2), Vec::new(), &[]).await;
        let quality = store.quality(&Reader::operator(), "one").await.unwrap();
        assert!(!quality.whole);
        assert!((900..=1_000).contains(&quality.sample), "{quality:?}");
        let unique = quality.unique * 100 / quality.sample;
        assert!((40..=60).contains(&unique), "{quality:?}");
        let overlap = store.overlap(&Reader::operator()).await.unwrap();
        let two = &overlap.sources[1];
        assert_eq!(two.shared[0], two.sample);
        assert!(two.sample <= 200);
    });
}
