//! Search, and the answer in the manner of n6.

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Hub, encoded};
use crate::person::{Person, ids, refused};

#[tokio::test]
async fn every_word_is_a_regex_and_all_are_found() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let first = ann.post("Login failed\nfrom 10.0.0.1").await;
        let second = ann.post("login ok 検体 a<b").await;
        let found = async |text: &str| {
            let path = format!("/search.json?search_text={}", encoded(text));
            ids(&ann.get(&path).await)
        };
        assert_eq!(found("").await, [second, first]);
        assert_eq!(found("ogin").await, [second, first]);
        assert_eq!(found("Login").await, [first], "case counts");
        assert_eq!(
            found("10\\.\\d from").await,
            [first],
            "order does not, nor lines"
        );
        assert_eq!(found("検体").await, [second]);
        assert_eq!(found("a<b").await, [second], "as written, not as escaped");
        assert_eq!(found("login failed").await, [0; 0]);
        for bad in ["(", "[a", "a(?=b)"] {
            assert_eq!(found(bad).await, [0; 0], "{bad}");
        }
        let path = "/search.json?limit=1";
        assert_eq!(ids(&ann.get(path).await), [second]);
        let time = ann.get(path).await[0]["retweet_unix_time"].clone();
        assert_eq!(
            ids(&ann.get(&format!("/search.json?since_time={time}")).await),
            [first]
        );
        assert_eq!(
            ids(&ann.form("/search.json", "search_text=Login").await.json()),
            [first]
        );
        let keyed = ann
            .with_key("/search.json?search_text=Login", json!({}))
            .await;
        assert_eq!(ids(&keyed.json()), [first]);
        let many = "a%20".repeat(30);
        let path = format!("/search.json?search_text={many}");
        refused(&ann.ask("GET", &path, &Value::Null).await, 400);
    })
    .await;
}

#[tokio::test]
async fn n6_asks_by_tag_and_time() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let one = ann.post("#a <1>").await;
        let both = ann.post("#a #b 2").await;
        ann.done("POST", &format!("/tweet/{one}/retweet.json"), &Value::Null)
            .await;
        let rows = ann.get("/n6/query.json?tag=a").await;
        assert_eq!(ids(&rows), [both, one]);
        let time = &rows[1]["time"];
        let expected = json!({"mew": "#a &lt;1&gt;", "time": time, "user_name": "ann",
            "icon_url": "/avatar/ann.svg", "id": one});
        assert_eq!(rows[1], expected);
        assert!(time.is_f64());
        assert_eq!(ids(&ann.get("/n6/query.json?tag=a,b").await), [both]);
        assert_eq!(
            ids(&ann.get("/n6/query.json?time=2020-01-01").await),
            [both, one]
        );
        let path = "/n6/query.json?time=2020-01-01T00:00:00Z,2021-01-01T00:00:00";
        assert_eq!(ann.get(path).await, json!([]));
        assert_eq!(ids(&ann.get("/n6/query.json?limit=1").await), [both]);
        for time in ["x", "2020,2021,2022", "1606780800"] {
            let path = format!("/n6/query.json?time={time}");
            refused(&ann.ask("GET", &path, &Value::Null).await, 400);
        }
    })
    .await;
}
