//! Stories, which were called NECOMAtome.

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::{Person, ids, refused};

#[tokio::test]
async fn a_story_is_made_of_posts_and_read_from_its_end() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let (one, two, three) = (
            ann.post("1").await,
            ben.post("2").await,
            ann.post("3").await,
        );
        let body = json!({"description": "a <title>",
            "tweet_id_list": [two, one.to_string(), 999, two, three]});
        let made = ann.done("POST", "/matome.json", &body).await;
        let id = made["matome_id"].as_i64().unwrap();
        assert_eq!(made, json!({"result": "ok", "matome_id": id}));
        let path = format!("/matome/{id}.json");
        assert_eq!(ids(&ben.get(&path).await), [three, one, two]);
        assert_eq!(ben.get(&path).await[0]["retweet_time"], Value::Null);
        assert_eq!(ids(&ben.get(&format!("{path}?limit=1")).await), [three]);
        assert_eq!(
            ids(&ben.with_key(&path, json!({})).await.json()),
            [three, one, two]
        );
        assert_eq!(ben.get("/matome/999.json").await, json!([]));
        let body = json!({"description": "later", "tweet_id_list": [one]});
        let later = ben.with_key("/matome.json", body).await.json()["matome_id"].clone();
        let told = ann.get("/matome.json").await;
        let lines = json!([
            {"description": "later", "owner_node_name": "ben", "mew_count": 1, "matome_id": later},
            {"description": "a &lt;title&gt;", "owner_node_name": "ann", "mew_count": 3,
                "matome_id": id},
        ]);
        assert_eq!(told, json!({"result": "ok", "NEOCMAtome_list": lines}));
        let below = ann
            .get(&format!("/matome.json?since_id={later}&limit=5"))
            .await;
        assert_eq!(below["NEOCMAtome_list"], json!([lines[1]]));
        let newest = ann.get("/matome.json?limit=1").await;
        assert_eq!(newest["NEOCMAtome_list"], json!([lines[0]]));
    })
    .await;
}

#[tokio::test]
async fn a_story_without_title_or_posts_is_refused() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let post = ann.post("1").await;
        for body in [
            json!({"description": "", "tweet_id_list": [post]}),
            json!({"description": "a", "tweet_id_list": []}),
            json!({"tweet_id_list": [post]}),
            json!({"description": "a"}),
            json!({"description": "a", "tweet_id_list": "1"}),
            json!({"description": "a", "tweet_id_list": [[1]]}),
            json!({"description": "a", "tweet_id_list": [null]}),
            json!({"description": 7, "tweet_id_list": [post]}),
            json!({"description": "a", "tweet_id_list": (0..2_000).collect::<Vec<i32>>()}),
        ] {
            refused(&ann.ask("POST", "/matome.json", &body).await, 400);
        }
        assert_eq!(ann.get("/matome.json").await["NEOCMAtome_list"], json!([]));
        refused(&ann.ask("GET", "/matome/x.json", &Value::Null).await, 404);
    })
    .await;
}
