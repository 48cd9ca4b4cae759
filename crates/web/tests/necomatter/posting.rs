//! Posting: what bots and pages send, and what comes back.

use noroshi_store::{NewList, Reader};
use noroshi_testkit::each_engine_async;
use serde_json::json;

use crate::common::Hub;
use crate::person::{Person, refused};

#[tokio::test]
async fn a_bot_posts_and_is_told_what_became_of_it() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let text = "hi <b> \"q\" & #tag 日本語\u{2028}'\u{1f600}\n";
        let answer = ann.with_key("/post.json", json!({"text": text})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(
            answer.text.is_ascii() && !answer.text.contains('\n'),
            "{}",
            answer.text
        );
        let told = answer.json();
        let id = told["id"].as_i64().unwrap();
        let kept = hub.store.post(&Reader::account(ann.id), id).await.unwrap();
        assert_eq!(kept.text, text, "what was written is kept as it was");
        let seconds = kept.received as f64 / 1e6;
        let time = jiff::Timestamp::from_microsecond(kept.received).unwrap();
        assert_eq!(
            told,
            json!({
                "result": "ok", "id": id, "user_name": "ann",
                "text": "hi &lt;b&gt; &quot;q&quot; &amp; #tag 日本語\u{2028}'\u{1f600}\n",
                "time": time.strftime("%Y/%m/%d %H:%M:%S").to_string(), "unix_time": seconds,
                "icon_url": "/avatar/ann.svg", "own_stard": false, "own_retweeted": false,
                "is_retweet": false, "retweet_user_name": null, "retweet_time": null,
                "retweet_unix_time": null,
            })
        );
        assert!(told["unix_time"].is_f64());
        // A page does it with its session.
        let told = ann.done("POST", "/post.json", &json!({"text": "a"})).await;
        assert_eq!(
            (&told["result"], &told["text"]),
            (&json!("ok"), &json!("a"))
        );
    })
    .await;
}

#[tokio::test]
async fn an_answer_names_its_post_by_a_number_or_by_digits() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let first = ann.post("first").await;
        for reply_to in [json!(first), json!(first.to_string())] {
            let id = ben
                .post_with(json!({"text": "re", "reply_to": reply_to}))
                .await;
            let post = hub.store.post(&Reader::account(ben.id), id).await.unwrap();
            assert_eq!(post.reply_to, Some(first));
        }
    })
    .await;
}

#[tokio::test]
async fn a_post_goes_to_a_list_and_says_so() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let few = NewList {
            name: "few".to_owned(),
            ..NewList::default()
        };
        hub.store.add_list(ann.id, few).await.unwrap();
        let body = json!({"text": "a", "target_list": "few"});
        let own = ann.with_key("/post.json", body).await.json();
        assert_eq!(
            (&own["list_name"], &own["list_owner_name"]),
            (&json!("few"), &json!("ann"))
        );
        // Anybody may address anybody's list.
        let body = json!({"text": "b", "target_list": "few", "list_owner_name": "ann"});
        let others = ben.with_key("/post.json", body).await.json();
        assert_eq!(others["list_owner_name"], "ann");
        // The author always sees it; of the list nobody is a member.
        assert_eq!(
            ben.get("/alluser/timeline.json")
                .await
                .as_array()
                .unwrap()
                .len(),
            1
        );
        // Without a list its owner's name means nothing.
        let body = json!({"text": "c", "list_owner_name": "ann"});
        assert!(ben.with_key("/post.json", body).await.json()["list_name"].is_null());
    })
    .await;
}

#[tokio::test]
async fn what_fails_says_so_and_leaves_nothing() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        for (body, status, says) in [
            (json!({}), 400, "text is missing"),
            (json!({"text": null}), 400, "text must be a string"),
            (json!({"text": 7}), 400, "text must be a string"),
            (json!({"text": ""}), 400, "empty"),
            (json!({"text": ["a"]}), 400, "text must be a string"),
            (json!({"text": "a", "reply_to": 999}), 422, "999"),
            (json!({"text": "a", "reply_to": "999"}), 422, "999"),
            (json!({"text": "a", "reply_to": "x"}), 400, "reply_to"),
            (json!({"text": "a", "reply_to": 1.5}), 400, "reply_to"),
            (json!({"text": "a", "reply_to": null}), 400, "reply_to"),
            (json!({"text": "a", "target_list": "none"}), 422, "ann/none"),
            (json!({"text": "a", "target_list": 1}), 400, "target_list"),
            (
                json!({"text": "a", "target_list": "l", "list_owner_name": "nobody"}),
                422,
                "nobody/l",
            ),
        ] {
            let what = body.to_string();
            let answer = ann.with_key("/post.json", body.clone()).await;
            assert!(
                refused(&answer, status).contains(says),
                "{what}: {}",
                answer.text
            );
            let answer = ann.ask("POST", "/post.json", &body).await;
            assert!(
                refused(&answer, status).contains(says),
                "{what}: {}",
                answer.text
            );
        }
        let answer = ann.ask("GET", "/post.json", &json!(null)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (405, "POST")
        );
        let nothing = ann.get("/alluser/timeline.json").await;
        assert_eq!(nothing, json!([]));
    })
    .await;
}
