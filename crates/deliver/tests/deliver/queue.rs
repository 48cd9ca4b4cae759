//! The queue: every notice once, whatever happens; storms; order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use noroshi_indicator::Tlp;
use noroshi_store::{ChannelKind, DeliveryState, NewChannel, now};
use serde_json::Value;

use crate::far::{Far, answer};
use crate::place::{Place, url};

fn hits(body: &Value) -> Vec<i64> {
    let hits = body["data"]["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_thousand_hits_at_once_are_twenty_messages_and_a_digest() {
    let place = Place::new().await;
    let far = Far::saying(answer("200 OK", "", "")).await;
    let channel = place.channel(ChannelKind::Webhook, url(far.url("/"))).await;
    let hunt = place.hunt("phishing", &channel).await;
    for n in 0..1_000 {
        place
            .post(&format!("evil {n}"), "everyone", Tlp::Green)
            .await;
    }
    assert_eq!(place.hit(hunt).await, 1_000);
    let courier = place.courier(&[far.address.to_string()], None);
    let log = place.settled(&courier, &channel).await;
    assert_eq!(far.came().len(), 20);
    let digest = log.iter().find(|one| one.gathers).unwrap();
    assert_eq!((digest.hits, digest.state), (980, DeliveryState::Waiting));
    // Its time comes.
    let reader = noroshi_store::Reader::account(place.aiko);
    place
        .store
        .retry_delivery(&reader, digest.id)
        .await
        .unwrap();
    let begun = place.store.due_deliveries(now(), 9).await.unwrap();
    assert_eq!(begun.len(), 1);
    tokio::time::timeout(
        Duration::from_secs(30),
        courier.clone().run(async {
            while far.came().len() < 21 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }),
    )
    .await
    .unwrap();
    let last = far.came().pop().unwrap().json();
    assert_eq!(last["data"]["total"], 980);
    assert_eq!(last["data"]["heading"], "980 hits of phishing");
    assert_eq!(hits(&last).len(), 100);
    let told: BTreeSet<i64> = far
        .came()
        .iter()
        .flat_map(|came| hits(&came.json()))
        .collect();
    assert_eq!(told.len(), 120);
}

#[tokio::test]
async fn whoever_is_killed_while_sending_sends_the_same_again() {
    let place = Place::new().await;
    // A receiver that is slow, and sometimes fails.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let far = Far::start(move |_| {
        std::thread::sleep(Duration::from_millis(3));
        match count.fetch_add(1, std::sync::atomic::Ordering::SeqCst) % 7 {
            3 => answer("503 Service Unavailable", "", ""),
            _ => answer("200 OK", "", ""),
        }
    })
    .await;
    let many = |new| NewChannel {
        per_hour: 1_000,
        ..new
    };
    let channel = place
        .channel_with(ChannelKind::Webhook, url(far.url("/")), many)
        .await;
    let mut hunts = Vec::new();
    for n in 0..5 {
        hunts.push(place.hunt(&format!("hunt-{n}"), &channel).await);
    }
    let mut expected = 0;
    for hunt in &hunts {
        for n in 0..15 {
            place
                .post(&format!("evil {hunt} {n}"), "everyone", Tlp::Green)
                .await;
        }
        expected += place.hit(*hunt).await;
    }
    let reader = noroshi_store::Reader::account(place.aiko);
    let places = [far.address.to_string()];
    let mut deaths = 0;
    for round in 0..2_000_u64 {
        let courier = place.courier(&places, None);
        let run = tokio::spawn(courier.run(std::future::pending()));
        tokio::time::sleep(Duration::from_millis(20 + round * 7 % 60)).await;
        // Nothing is finished, nothing is noted.
        run.abort();
        let _ = run.await;
        deaths += 1;
        let log = place
            .store
            .deliveries(&reader, channel.id, None, 500)
            .await
            .unwrap();
        if log.len() == expected && log.iter().all(|one| one.state == DeliveryState::Sent) {
            break;
        }
        // What waits for another try need not wait here.
        for one in log
            .iter()
            .filter(|one| one.state == DeliveryState::Waiting && one.attempts > 0)
        {
            place.store.retry_delivery(&reader, one.id).await.unwrap();
        }
    }
    assert!(deaths > 3, "{deaths}");
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    for came in far.came() {
        let id = came.header("webhook-id").to_owned();
        let known = told.entry(id).or_insert_with(|| came.body.clone());
        assert_eq!(known, &came.body, "the same key, another message");
    }
    let mut once: Vec<i64> = told
        .values()
        .flat_map(|body| hits(&serde_json::from_str(body).unwrap()))
        .collect();
    once.sort_unstable();
    let all: Vec<i64> = (1..=expected as i64).collect();
    assert_eq!(once, all, "after {deaths} deaths");
}

#[tokio::test]
async fn one_channel_that_hangs_keeps_no_other_waiting() {
    let place = Place::new().await;
    let slow = Far::saying(crate::far::Reply::Hang(String::new())).await;
    let quick = Far::saying(answer("200 OK", "", "")).await;
    let hanging = place
        .channel(ChannelKind::Webhook, url(slow.url("/")))
        .await;
    let fine = |new| NewChannel {
        name: "fine".to_owned(),
        ..new
    };
    let fine = place
        .channel_with(ChannelKind::Webhook, url(quick.url("/")), fine)
        .await;
    let hunts = [
        place.hunt("a", &hanging).await,
        place.hunt("b", &fine).await,
    ];
    for hunt in hunts {
        for n in 0..10 {
            place
                .post(&format!("evil {n}"), "everyone", Tlp::Green)
                .await;
        }
        place.hit(hunt).await;
    }
    let courier = place.courier(&[slow.address.to_string(), quick.address.to_string()], None);
    tokio::time::timeout(
        Duration::from_secs(30),
        courier.run(async {
            while quick.came().len() < 10 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }),
    )
    .await
    .unwrap();
    // In order, and the one that hangs was asked once and left alone.
    let order: Vec<i64> = quick
        .came()
        .iter()
        .flat_map(|came| hits(&came.json()))
        .collect();
    assert_eq!(order, (11..=20).collect::<Vec<_>>());
    assert_eq!(slow.came().len(), 1);
}
