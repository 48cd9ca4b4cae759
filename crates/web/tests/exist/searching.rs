//! Searches by regexes, and pages of what has to be looked through; and what must not cost much.

use noroshi_store::{Form, NewItem};
use noroshi_testkit::each_engine_async;
use serde_json::Value;

use crate::common::{Client, Hub, encoded, import, row};
use crate::rows::{AT, collect, item, open};

/// All rows of a question, page by page, and the count of the first.
async fn read(client: &Client<'_>, path: &str) -> (Vec<Value>, u64) {
    let mut next = Some(format!("{}{path}", client.hub.base));
    let (mut rows, mut count) = (Vec::new(), None);
    while let Some(url) = next {
        let page = client
            .json(url.strip_prefix(&client.hub.base).unwrap())
            .await;
        rows.extend(page["results"].as_array().unwrap().clone());
        count = count.or(page["count"].as_u64());
        next = page["next"].as_str().map(str::to_owned);
        assert!(rows.len() < 10_000);
    }
    (rows, count.unwrap())
}

#[tokio::test]
async fn words_are_regexes_of_which_each_is_somewhere() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        open(&hub).await;
        let feed = hub.source("feed").await;
        let rows = (0..1_200).map(|n| row(&format!("host{n}.evil.example")));
        import(&hub.store, &feed, rows.collect()).await;
        let client = hub.stranger();
        for (search, expected) in [
            ("^HOST7[0-9]\\.", 10),
            ("host1,evil", 311),
            ("host1 nothing", 0),
            ("[0-9]{4}", 200),
            (",", 1_200),
        ] {
            let path = format!("/api/reputation?limit=7&search={}", encoded(search));
            let (rows, count) = read(&client, &path).await;
            assert_eq!((rows.len(), count), (expected, expected as u64), "{search}");
            let mut ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), expected, "no row twice: {search}");
            let skipped = client.json(&format!("{path}&offset=3")).await["results"].clone();
            assert_eq!(skipped.as_array().unwrap().first(), rows.get(3), "{search}");
        }
        // What would never end elsewhere.
        let evil = format!("/api/reputation?search={}", encoded("(.*a){30}x"));
        assert_eq!(client.json(&evil).await["count"], 0);
        for bad in ["(", "a{3,2}", "(?=a)", "\\w{1000}{1000}"] {
            let answer = client
                .get(&format!("/api/news?search={}", encoded(bad)))
                .await;
            assert_eq!(answer.status, 400, "{bad}");
            let told = answer.json()["search"][0].as_str().unwrap().to_owned();
            assert!(!told.is_empty() && told.contains("regular"), "{told}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_page_deep_down_is_reached_by_next_and_not_by_offset() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        open(&hub).await;
        let paper = hub.source("paper").await;
        // Many of one time: the order is whole all the same.
        let items: Vec<NewItem> = (0..230)
            .map(|n| NewItem {
                published: Some(AT + i64::from(n % 3)),
                ..item(Form::News, &format!("{n}"), &format!("Headline {n}"), "x")
            })
            .collect();
        collect(&hub, &paper, items).await;
        let client = hub.stranger();
        let (rows, count) = read(&client, "/api/news?limit=9").await;
        assert_eq!((rows.len(), count), (230, 230));
        let all = client.json("/api/news?limit=1000").await["results"].clone();
        assert_eq!(Value::from(rows), all);
        let refused = client.get("/api/news?offset=100001").await;
        assert_eq!(refused.status, 400);
        assert!(
            refused.json()["offset"][0]
                .as_str()
                .unwrap()
                .contains("follow next")
        );
        assert_eq!(
            client.json("/api/news?offset=100000").await["results"],
            serde_json::json!([])
        );
        for bad in ["x", "1.2.3", "-1.2.3.4", "1.2.3.99999999999999999999"] {
            assert_eq!(
                client.get(&format!("/api/news?cursor={bad}")).await.status,
                400,
                "{bad}"
            );
        }
        let previous = client.json("/api/news?limit=9&offset=9").await;
        let link = previous["previous"].as_str().unwrap();
        assert_eq!(link, format!("{}/api/news?limit=9", hub.base));
    })
    .await;
}
