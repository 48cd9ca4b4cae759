//! Stars, reposts, deletion, approval.

use noroshi_store::{NewList, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::{Person, ids, refused};

/// Something is done once and taken back once, by either method.
async fn once(ann: &Person<'_>, on: [&str; 2], off: [&str; 2], flag: &str) {
    let post = ann.post("a").await;
    let (add, take) = (
        format!("/tweet/{post}/{}", on[0]),
        format!("/tweet/{post}/{}", off[0]),
    );
    for method in ["POST", "PUT"] {
        let told = ann.done(method, &add, &Value::Null).await;
        let description = on[1].replace("ID 8", &format!("ID {post}"));
        assert_eq!(told, json!({"result": "ok", "description": description}));
        refused(&ann.ask(method, &add, &Value::Null).await, 400);
        assert_eq!(ann.get(&format!("/tweet/{post}.json")).await[0][flag], true);
        let told = ann.done(method, &take, &Value::Null).await;
        let description = off[1].replace("ID 8", &format!("ID {post}"));
        assert_eq!(told, json!({"result": "ok", "description": description}));
        refused(&ann.ask(method, &take, &Value::Null).await, 400);
        assert_eq!(
            ann.get(&format!("/tweet/{post}.json")).await[0][flag],
            false
        );
    }
    for path in [on[0], off[0]] {
        let missing = format!("/tweet/999/{path}");
        refused(&ann.ask("POST", &missing, &Value::Null).await, 400);
    }
    assert_eq!(ann.with_key(&add, json!({})).await.status, 200);
    assert_eq!(ann.with_key(&take, json!({})).await.status, 200);
}

#[tokio::test]
async fn a_star_is_given_once_and_taken_back() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let on = ["add_star.json", "add star to tweetID 8"];
        let off = ["delete_star.json", "delete star to tweetID 8"];
        once(&ann, on, off, "own_stard").await;
    })
    .await;
}

#[tokio::test]
async fn a_post_is_passed_on_once_and_that_taken_back() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let on = ["retweet.json", "retweet tweetID 8 success."];
        let off = ["retweet_cancel.json", "retweet cancel tweetID 8 success."];
        once(&ann, on, off, "own_retweeted").await;
    })
    .await;
}

#[tokio::test]
async fn one_deletes_what_is_ones_own() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let root = Person::with(&hub, "root", Role::Admin).await;
        let post = ann.post("a").await;
        let path = format!("/tweet/{post}");
        let description = format!("tweet {post} deleted.");
        let ok = json!({"result": "ok", "description": description});
        for other in [&ben, &root] {
            assert_eq!(other.done("DELETE", &path, &Value::Null).await, ok);
            assert_eq!(ids(&ann.get("/user/ann.json").await), [post], "it is ann's");
        }
        assert_eq!(ann.done("DELETE", &path, &Value::Null).await, ok);
        assert_eq!(ann.get("/user/ann.json").await, json!([]));
        assert_eq!(ann.done("DELETE", &path, &Value::Null).await, ok);
        refused(&ann.ask("DELETE", "/tweet/x", &Value::Null).await, 404);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_deleted_by_a_get() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let post = ann.post("a").await;
        let path = format!("/tweet/{post}_delete.json");
        let answer = ann.ask("GET", &path, &Value::Null).await;
        assert!(refused(&answer, 405).contains("DELETE"));
        assert_eq!(answer.header("allow"), "DELETE");
        assert_eq!(ids(&ann.get("/user/ann.json").await), [post]);
        ann.done("DELETE", &path, &Value::Null).await;
        assert_eq!(ann.get("/user/ann.json").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn approval_is_for_administrators_and_widens_nothing() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let root = Person::with(&hub, "root", Role::Admin).await;
        let few = NewList {
            name: "few".to_owned(),
            ..NewList::default()
        };
        hub.store.add_list(ann.id, few).await.unwrap();
        hub.store
            .set_list_member(ann.id, "few", "root", true)
            .await
            .unwrap();
        let public = ann.post("a").await;
        let private = ann
            .post_with(json!({"text": "b", "target_list": "few"}))
            .await;
        let path = "/open_to_public.json";
        let answer = ann.ask("POST", path, &json!({"id": private})).await;
        assert_eq!(refused(&answer, 401), "unautholized");
        refused(&ann.with_key(path, json!({"id": public})).await, 401);
        assert_eq!(
            root.done("POST", path, &json!({"id": public})).await,
            json!({"result": "ok"})
        );
        for body in [
            json!({"id": private}),
            json!({"id": 999}),
            json!({}),
            json!({"id": "x"}),
        ] {
            refused(&root.ask("POST", path, &body).await, 400);
        }
        let row = root.get(&format!("/tweet/{private}.json")).await;
        assert_eq!(row[0]["list_name"], "few");
    })
    .await;
}
