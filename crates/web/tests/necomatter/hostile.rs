//! What nobody means well with.

use std::collections::BTreeSet;

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Answer, Hub, encoded};
use crate::person::{Person, refused};

#[tokio::test]
async fn a_text_that_is_too_long_is_refused() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let megabyte = "a".repeat(1 << 20);
        let answer = ann.with_key("/post.json", json!({"text": megabyte})).await;
        assert!(refused(&answer, 400).contains("bytes"), "{}", answer.text);
        let answer = ann
            .with_key("/post.json", json!({"text": "a".repeat(3 << 20)}))
            .await;
        refused(&answer, 413);
        for body in [
            json!({"text": "a", "reply_to": megabyte}),
            json!({"text": "a", "target_list": megabyte}),
            json!({"text": "a\u{0}b"}),
        ] {
            let answer = ann.with_key("/post.json", body).await;
            assert!(answer.status.is_client_error(), "{}", answer.status);
        }
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let request = hub.stranger().request("POST", "/post.json");
        let request = request
            .header("content-type", "application/json")
            .body(deep);
        refused(&Answer::of(request.send().await.unwrap()).await, 400);
        assert_eq!(ann.get("/alluser/timeline.json").await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn ten_thousand_tags_are_some_tags() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let tags: Vec<String> = (0..10_000).map(|n| format!("#t{n}")).collect();
        let answer = ann
            .with_key("/post.json", json!({"text": tags.join(" ")}))
            .await;
        assert!(!answer.status.is_server_error(), "{}", answer.text);
    })
    .await;
}

#[tokio::test]
async fn names_that_would_be_paths_or_markup_stay_names() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        for name in [
            "../../etc/passwd",
            "');alert(1);('",
            "<script>",
            "a\u{202e}b",
            "' or ''='",
        ] {
            let name = encoded(name);
            for path in [
                format!("/user/{name}.json"),
                format!("/timeline/{name}.json"),
                format!("/tag/{name}.json"),
                format!("/user/{name}/followed_user_name_list.json"),
                format!("/list_timeline/{name}/{name}.json"),
            ] {
                assert_eq!(ann.get(&path).await, json!([]), "{path}");
            }
            for path in [
                format!("/user/{name}"),
                format!("/timeline/{name}"),
                format!("/list/{name}"),
            ] {
                let answer = ann.ask("GET", &path, &Value::Null).await;
                assert_eq!(answer.status, 302, "{path}");
                assert_eq!(answer.header("location"), format!("/account/{name}"));
            }
            let path = format!("/user_setting/key/{name}.json");
            assert_eq!(
                ann.done("DELETE", &path, &Value::Null).await["result"],
                "ok"
            );
        }
    })
    .await;
}

/// A thing that a request tells about a post one may not see must not differ from one that is not there.
#[tokio::test]
async fn what_one_may_not_see_is_answered_as_what_is_not_there() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, eve) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "eve").await,
        );
        ann.done(
            "POST",
            "/list/ann.json",
            &json!({"list_name": "few", "description": "", "hidden": true}),
        )
        .await;
        let secret = ann
            .post_with(json!({"text": "secret", "target_list": "few"}))
            .await;
        let absent = 987_654;
        let replaced = |answer: &Answer| {
            answer
                .text
                .replace(&secret.to_string(), &absent.to_string())
        };
        let mut seen = BTreeSet::new();
        for (method, path, body) in [
            ("POST", "/post.json", r#"{"text": "a", "reply_to": ID}"#),
            ("POST", "/post.json", r#"{"text": "a", "reply_to": "ID"}"#),
            ("POST", "/tweet/ID/add_star.json", ""),
            ("POST", "/tweet/ID/delete_star.json", ""),
            ("POST", "/tweet/ID/retweet.json", ""),
            ("POST", "/tweet/ID/retweet_cancel.json", ""),
            ("DELETE", "/tweet/ID", ""),
            ("GET", "/tweet/ID.json", ""),
            ("GET", "/tweet/ID_parent.json", ""),
            ("GET", "/tweet/ID_child.json", ""),
            ("GET", "/tweet/ID_tree.json", ""),
            ("GET", "/tweet/ID/retweet_user_list.json", ""),
            ("POST", "/open_to_public.json", r#"{"id": ID}"#),
        ] {
            let ask = async |id: i64| {
                let (path, body) = (
                    path.replace("ID", &id.to_string()),
                    body.replace("ID", &id.to_string()),
                );
                let body: Value = serde_json::from_str(&body).unwrap_or_default();
                eve.ask(method, &path, &body).await
            };
            let (hidden, missing) = (ask(secret).await, ask(absent).await);
            assert_eq!(hidden.status, missing.status, "{method} {path}");
            assert_eq!(replaced(&hidden), missing.text, "{method} {path}");
            seen.insert(hidden.status.as_u16());
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [200, 400, 401, 422]);
        // The same for a list: hidden, or not there.
        let to = async |list: &str| {
            let body = json!({"text": "a", "target_list": list, "list_owner_name": "ann"});
            eve.with_key("/post.json", body).await
        };
        let (hidden, missing) = (to("few").await, to("fex").await);
        assert_eq!(hidden.status, missing.status);
        assert_eq!(hidden.text.replace("few", "fex"), missing.text);
    })
    .await;
}
