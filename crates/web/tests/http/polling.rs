//! The change feed: in pages, and waited for.

use std::time::Duration;

use noroshi_store::{AudienceKind, Role, Store};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::common::{Hub, import, row, target};

/// Far more than a moment, far less than the poll would wait.
const SOON: Duration = Duration::from_secs(20);

#[tokio::test]
async fn changes_come_in_order_and_in_pages() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        let source = hub.source("feed").await;
        for n in 0..7 {
            import(&hub.store, &source, vec![row(&format!("192.0.2.{n}"))]).await;
        }
        let whole = client.json("/api/v1/changes?limit=1000").await;
        let whole = whole["changes"].as_array().unwrap().clone();
        // Each but the first also delists what the one before had.
        assert_eq!(whole.len(), 13);
        let (mut after, mut pages) = (0, Vec::new());
        loop {
            let page = client
                .json(&format!("/api/v1/changes?limit=3&after={after}"))
                .await;
            let changes = page["changes"].as_array().unwrap().clone();
            if changes.is_empty() {
                assert_eq!(page["next"], after);
                break;
            }
            after = page["next"].as_i64().unwrap();
            pages.extend(changes);
        }
        assert_eq!(pages, whole);
        assert_eq!(whole[0]["kind"], "listings");
        assert_eq!(
            (&whole[0]["new"], &whole[0]["source"]),
            (&json!(1), &json!("feed"))
        );
    })
    .await;
}

#[tokio::test]
async fn a_poll_is_woken_by_another_process() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        // As the command line would: its own handle on the same data.
        let other = Store::open(&target(&place)).await.unwrap();
        let source = hub.source("feed").await;
        for n in 0..3 {
            let after = client.json("/api/v1/changes").await["next"].clone();
            let path = format!("/api/v1/changes?wait=30&after={after}");
            let poll = async {
                let answer: Value = client.json(&path).await;
                answer
            };
            let change = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                import(
                    &other,
                    &source,
                    vec![row("192.0.2.1"), row(&format!("192.0.2.1{n}"))],
                )
                .await
            };
            let both = async { tokio::join!(poll, change) };
            let (answer, batch) = timeout(SOON, both).await.unwrap();
            assert_eq!(answer["changes"][0]["batch"], batch.id, "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_one_may_not_see_wakes_nobody() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let inside = hub.client("inside", Role::Reader).await;
        let outside = hub.client("outside", Role::Reader).await;
        let few = hub
            .store
            .add_audience("few", AudienceKind::Accounts, &["inside"]);
        few.await.unwrap();
        let secret = hub.source_for("secret", "few").await;
        let change = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            import(&hub.store, &secret, vec![row("192.0.2.1")]).await;
            tokio::time::Instant::now()
        };
        let waiting = async {
            let answer = outside.json("/api/v1/changes?wait=2").await;
            (answer, tokio::time::Instant::now())
        };
        let woken = inside.json("/api/v1/changes?wait=30");
        let both = async { tokio::join!(change, waiting, woken) };
        let (changed, (answer, answered), woken) = timeout(SOON, both).await.unwrap();
        assert_eq!(answer, json!({"changes": [], "next": 0}));
        assert!(answered > changed);
        assert_eq!(woken["changes"][0]["source"], "secret");
    })
    .await;
}

#[tokio::test]
async fn who_waits_is_sent_home_when_the_server_ends() {
    each_engine_async(async |place| {
        let mut hub = Hub::on(&place).await;
        hub.account("ann", Role::Reader).await;
        let key = hub.key("ann", &[noroshi_store::Scope::Read]).await;
        let request = hub.with_key(&key).request("GET", "/api/v1/changes?wait=30");
        let waiting = tokio::spawn(request.send());
        tokio::time::sleep(Duration::from_millis(300)).await;
        hub.stop();
        let answer = timeout(SOON, waiting).await.unwrap().unwrap().unwrap();
        assert_eq!(answer.status(), 200);
    })
    .await;
}
