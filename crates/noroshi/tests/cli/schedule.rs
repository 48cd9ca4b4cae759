//! The schedule, over a store that knows one source: no shipped feed is ever asked by a test.

use std::sync::Arc;
use std::time::Duration;

use noroshi_collect::recipe::load;
use noroshi_collect::{Keys, MAX_BODY, Schedule, Sessions, ensure_source, stop};
use noroshi_egress::{Egress, EgressConfig, Purpose};
use noroshi_store::{Reader, Source, Store, Target as Place};
use noroshi_testkit::{Target, each_engine_async};

use crate::fixture::{body, recipe};
use crate::publisher::{Publisher, ok, status};

/// Far longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(60);

async fn open(target: &Target) -> Store {
    let directory = target.data().to_owned();
    let place = match target.url() {
        None => Place::Directory(directory),
        Some(url) => Place::Postgres {
            url: url.to_owned(),
            directory,
        },
    };
    Store::open(&place).await.unwrap()
}

async fn schedule(target: &Target, publisher: &Publisher) -> Schedule {
    let store = open(target).await;
    let recipes = load(Some(target.data())).unwrap();
    for name in ["fixture", "other"] {
        ensure_source(&store, recipes.get(name).unwrap())
            .await
            .unwrap();
    }
    assert_eq!(store.sources(&Reader::operator()).await.unwrap().len(), 2);
    let mut egress = EgressConfig::new("test");
    egress.allow(Purpose::Feed, publisher.address.parse().unwrap());
    Schedule {
        store,
        egress: Egress::new(egress).unwrap(),
        recipes: Arc::new(recipes),
        keys: Keys::default(),
        concurrency: 2,
        max_body: MAX_BODY,
        sessions: Sessions::default(),
    }
}

/// Waits until both sources were tried.
async fn tried(store: &Store) -> Vec<Source> {
    let all = async {
        loop {
            let sources = store.sources(&Reader::operator()).await.unwrap();
            if sources.iter().all(|source| source.last_run.is_some()) {
                return sources;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, all).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_collected_and_what_fails_waits() {
    each_engine_async(async |target| {
        let publisher = Publisher::start();
        publisher.answer(|asked| match asked.path.as_str() {
            "/good.csv" => ok(&[], body(&["evil.example,,,,,"]).as_bytes()),
            _ => status("500 Internal Server Error", &[], b""),
        });
        recipe(
            target.data(),
            "fixture",
            "snapshot",
            &publisher.url("/good.csv"),
        );
        recipe(
            target.data(),
            "other",
            "snapshot",
            &publisher.url("/broken.csv"),
        );
        let schedule = schedule(&target, &publisher).await;
        let store = schedule.store.clone();
        let (stopper, stop) = stop();
        let running = tokio::spawn(schedule.run(stop));
        let sources = tried(&store).await;
        stopper.ask();
        tokio::time::timeout(PATIENCE, running)
            .await
            .unwrap()
            .unwrap();

        let (good, broken) = (&sources[0], &sources[1]);
        assert_eq!((good.name.as_str(), good.failures), ("fixture", 0));
        assert_eq!((broken.name.as_str(), broken.failures), ("other", 1));
        assert!(broken.last_error.as_deref().unwrap().contains("500"));
        // An hour, a tenth more or less; five minutes after a failure.
        let wait =
            |source: &Source| (source.next_run.unwrap() - source.last_run.unwrap()) / 1_000_000;
        assert!((3_180..=4_020).contains(&wait(good)), "{good:?}");
        assert!((210..=390).contains(&wait(broken)), "{broken:?}");
        let batches = store
            .batches(&Reader::operator(), Some("fixture"), None, 9)
            .await
            .unwrap();
        assert_eq!(batches.len(), 1);
        assert_eq!(
            (batches[0].actor.as_str(), batches[0].counts.new),
            ("schedule", 1)
        );
        assert_eq!(publisher.asked().len(), 2);
    })
    .await;
}
