//! One post, its thread, and who passed it on.

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::{Person, ids, refused};

#[tokio::test]
async fn a_thread_is_read_from_any_of_its_posts() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let reply = async |to: i64| ann.post_with(json!({"text": "re", "reply_to": to})).await;
        let root = ann.post("root").await;
        let (left, right) = (reply(root).await, reply(root).await);
        let below = reply(left).await;
        let deepest = reply(below).await;
        let get = async |end: &str| ann.get(&format!("/tweet/{end}")).await;
        let one = get(&format!("{left}.json")).await;
        assert_eq!(ids(&one), [left]);
        assert_eq!(one[0]["retweet_unix_time"], Value::Null);
        assert_eq!(
            ids(&get(&format!("{below}_parent.json")).await),
            [root, left]
        );
        assert_eq!(
            ids(&get(&format!("{below}_parent.json?limit=1")).await),
            [left]
        );
        assert_eq!(
            ids(&get(&format!("{root}_child.json")).await),
            [left, right, below, deepest]
        );
        assert_eq!(
            ids(&get(&format!("{root}_child.json?limit=2")).await),
            [below, deepest]
        );
        let time = get(&format!("{below}.json")).await[0]["unix_time"].clone();
        let path = format!("{root}_child.json?since_time={time}");
        assert_eq!(ids(&get(&path).await), [left, right]);
        assert_eq!(
            ids(&get(&format!("{left}_tree.json")).await),
            [root, left, below, deepest]
        );
        for end in [".json", "_parent.json", "_child.json", "_tree.json"] {
            assert_eq!(get(&format!("999{end}")).await, json!([]));
        }
        // What is deleted is gone; the thread keeps its shape.
        ann.done("DELETE", &format!("/tweet/{left}"), &Value::Null)
            .await;
        assert_eq!(get(&format!("{left}.json")).await, json!([]));
        assert_eq!(
            ids(&get(&format!("{below}_tree.json")).await),
            [root, below, deepest]
        );
        for path in ["/tweet/x.json", "/tweet/1_other.json", "/tweet/-1.json"] {
            refused(&ann.ask("GET", path, &Value::Null).await, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn who_passed_a_post_on_is_told_but_its_author() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let post = ann.post("a").await;
        let path = format!("/tweet/{post}/retweet_user_list.json");
        let nobody = json!({"result": "ok", "retweet_user_list":
            [{"id": 0, "name": null, "icon_url": "/avatar/-.svg"}]});
        assert_eq!(ann.get(&path).await, nobody);
        for person in [&ann, &ben] {
            person
                .done("POST", &format!("/tweet/{post}/retweet.json"), &Value::Null)
                .await;
        }
        let told = ann.get(&path).await;
        let ben_row = json!([{"id": ben.id, "name": "ben", "icon_url": "/avatar/ben.svg"}]);
        assert_eq!(told["retweet_user_list"], ben_row);
        assert_eq!(ann.get("/tweet/999/retweet_user_list.json").await, nobody);
    })
    .await;
}
