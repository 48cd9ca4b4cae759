//! Parts of values over many blocks of the index, against looking at every value.

use std::collections::BTreeSet;
use std::time::Duration;

use noroshi_indicator::{Observable, fold};
use noroshi_query::{Expr, Query, Term};
use noroshi_store::{Mode, Reader, SearchOptions, Store};

use crate::hub::{self, domain, import, new_source, row};

/// Enough for one large block, small ones behind it, and some numbers behind these.
const VALUES: usize = 32_768 + 2 * 4_096 + 100;

/// Names of which some share much and some share little; every fourth a URL with a Japanese path.
fn value(number: usize) -> Observable {
    let mixed = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    let name = match number % 3 {
        0 => format!("login-{number}.evil.example"),
        1 => format!("{mixed:x}.example"),
        _ => format!("{mixed:x}-{number}.org"),
    };
    match number % 4 {
        0 => {
            Observable::detect(&format!("http://{name}/標的-{number}"))
                .unwrap()
                .observable
        }
        _ => domain(&name),
    }
}

async fn found(store: &Store, text: &str) -> Vec<Observable> {
    let mut options = SearchOptions {
        limit: 1_000,
        budget: Duration::from_secs(120),
        counting: Duration::ZERO,
        ..SearchOptions::default()
    };
    let query = Query::from(Expr::from(Term::Word(text.to_owned())));
    let mut found = Vec::new();
    loop {
        let page = store
            .search(&Reader::operator(), &query, options.clone())
            .await
            .unwrap();
        assert!(page.complete, "{text}");
        found.extend(page.found.into_iter().map(|found| found.observable));
        match page.next {
            Some(next) => options.cursor = Some(next),
            None => return found,
        }
    }
}

#[test]
fn every_value_with_a_text_is_found_once() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Increment))
            .await
            .unwrap();
        let values: Vec<Observable> = (0..VALUES).map(value).collect();
        let rows = values.iter().cloned().map(row).collect();
        // Small blocks first, then enough at once for the large one, then what fills none.
        let sizes = [3_000, 3_000, 5_000, 25_000, 4_000];
        import(&store, &source, rows, Vec::new(), &sizes).await;
        for text in [
            "login-3",
            "login-30000",
            "evil.example",
            "標的-12",
            "xyzzy",
            "http",
            "a1b",
            "-40999",
            "0.org",
        ] {
            let expected: BTreeSet<&Observable> = values
                .iter()
                .filter(|value| fold(value.value()).contains(&fold(text)))
                .collect();
            let found = found(&store, text).await;
            let once: BTreeSet<&Observable> = found.iter().collect();
            assert_eq!(found.len(), once.len(), "{text}: an observable came twice");
            assert_eq!(once, expected, "{text}");
        }
    });
}

/// An observable with more listings than are read at once is told in part, and the answer says so;
/// those beside it are whole.
#[test]
fn an_answer_that_was_cut_says_so() {
    hub::on_each_engine(async |target| {
        let store = hub::open(&target).await;
        let source = store
            .ensure_source(new_source("feed", Mode::Increment))
            .await
            .unwrap();
        let much = (0..20_001).map(|item| noroshi_store::NewListing {
            item,
            ..row(domain("much.example"))
        });
        let rows = much.chain([row(domain("little.example"))]).collect();
        import(&store, &source, rows, Vec::new(), &[]).await;
        let reader = Reader::operator();
        let query = Query::from(Expr::from(Term::Source("feed".to_owned())));
        let options = SearchOptions {
            budget: Duration::from_secs(120),
            ..SearchOptions::default()
        };
        let page = store.search(&reader, &query, options).await.unwrap();
        assert!(!page.complete);
        let counts: BTreeSet<usize> = page
            .found
            .iter()
            .map(|found| found.listings.len())
            .collect();
        assert_eq!(counts, BTreeSet::from([1, 20_000]));
        let lookup = store
            .lookup(&reader, &domain("much.example"))
            .await
            .unwrap();
        assert_eq!((lookup.listings.len(), lookup.complete), (20_000, false));
    });
}
