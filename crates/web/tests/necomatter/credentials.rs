//! Who may: a session, or a name and a key in a body of JSON that was posted.

use noroshi_store::{Role, Scope};
use noroshi_testkit::each_engine_async;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::common::{Answer, Hub};
use crate::person::{Person, refused};

async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_key_counts_in_a_body_of_json_and_nowhere_else() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let stranger = hub.stranger();
        let body = json!({"user_name": "ann", "api_key": ann.key, "text": "a"}).to_string();
        let path = "/post.json";
        for (header, kind, status) in [
            ("content-type", "application/json", 200),
            ("Content-Type", "application/json; charset=utf-8", 200),
            ("CONTENT-TYPE", "Application/JSON;charset=UTF-8", 200),
            ("content-type", "text/plain", 401),
            ("content-type", "application/vnd.x+json", 401),
            ("content-type", "application/x-www-form-urlencoded", 401),
        ] {
            let request = stranger.request("POST", path).header(header, kind);
            let answer = send(request.body(body.clone())).await;
            assert_eq!(answer.status, status, "{kind}: {}", answer.text);
        }
        let query = format!("?user_name=ann&api_key={}", ann.key);
        let read = "/timeline/ann.json";
        let form = format!("user_name=ann&api_key={}", ann.key);
        let json = "application/json";
        for request in [
            stranger.request("GET", &format!("{read}{query}")),
            stranger.request("POST", &format!("{read}{query}")),
            stranger
                .request("POST", read)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form),
            stranger
                .request("GET", read)
                .header("content-type", json)
                .body(body.clone()),
            stranger
                .request("PUT", "/tweet/1/add_star.json")
                .header("content-type", json)
                .body(body.clone()),
            hub.with_key(&ann.key).request("GET", read),
            stranger.request("POST", read),
        ] {
            refused(&send(request).await, 401);
        }
        let posted = stranger.request("POST", read).header("content-type", json);
        assert_eq!(send(posted.body(body)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_bad_key_is_refused_and_too_many_are_slowed_down() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let post = async |name: Value, key: Value| {
            let body = json!({"user_name": name, "api_key": key, "text": "a"});
            hub.stranger().send("POST", "/post.json", &body).await
        };
        let unknown = format!("noroshi_{}", "0".repeat(64));
        for (name, key) in [
            (json!("ann"), json!(unknown)),
            (json!("ann"), json!("' or 1=1")),
            (json!("ann"), json!(ben.key)),
            (json!("nobody"), json!(ann.key)),
            (json!("ANN"), json!(ann.key)),
        ] {
            refused(&post(name, key).await, 401);
        }
        for (name, key) in [
            (json!("ann"), json!(7)),
            (json!("ann"), json!(["a"])),
            (json!("ann"), json!({"$gt": ""})),
            (json!("ann"), Value::Null),
            (json!(["ann"]), json!(ann.key)),
        ] {
            refused(&post(name, key).await, 400);
        }
        for body in ["[1, 2]", "7", "\"a\"", "null", "{}", ""] {
            let request = hub.stranger().request("POST", "/post.json");
            let request = request
                .header("content-type", "application/json")
                .body(body);
            refused(&send(request).await, 401);
        }
        for body in ["{", "{\"a\": \"\\ud800\"}", "\u{0}"] {
            let request = hub.stranger().request("POST", "/post.json");
            let request = request
                .header("content-type", "application/json")
                .body(body);
            refused(&send(request).await, 400);
        }
        let mut waits = None;
        for _ in 0..30 {
            let answer = post(json!("ann"), json!(unknown)).await;
            if answer.status == 429 {
                refused(&answer, 429);
                waits = Some(answer.header("retry-after").parse::<u64>().unwrap());
                break;
            }
        }
        assert!(waits.is_some(), "whoever tries keys is not slowed down");
    })
    .await;
}

#[tokio::test]
async fn a_key_does_what_its_scopes_allow() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let mut ann = Person::new(&hub, "ann").await;
        ann.key = hub.key("ann", &[Scope::Read]).await;
        let refusal = ann.with_key("/post.json", json!({"text": "a"})).await;
        assert!(refused(&refusal, 403).contains("write"));
        assert_eq!(
            ann.with_key("/timeline/ann.json", json!({})).await.status,
            200
        );
        ann.key = hub.key("ann", &[Scope::Write]).await;
        assert_eq!(
            ann.with_key("/post.json", json!({"text": "a"}))
                .await
                .status,
            200
        );
        refused(&ann.with_key("/timeline/ann.json", json!({})).await, 403);
        // Who may only read posts nothing with a session either.
        let rea = Person::with(&hub, "rea", Role::Reader).await;
        refused(
            &rea.ask("POST", "/post.json", &json!({"text": "a"})).await,
            403,
        );
        assert_eq!(
            rea.get("/alluser/timeline.json")
                .await
                .as_array()
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_does_nothing_with_its_readers_session() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let post = ann.post("a").await;
        let path = format!("/tweet/{post}/add_star.json");
        let request = |site: &str| {
            let request = hub.stranger().request("POST", &path);
            request
                .header("cookie", &ann.cookie)
                .header("sec-fetch-site", site)
        };
        for site in ["cross-site", "same-site"] {
            refused(&send(request(site)).await, 403);
        }
        let origin = hub
            .stranger()
            .request("POST", &path)
            .header("cookie", &ann.cookie);
        refused(
            &send(origin.header("origin", "https://evil.example")).await,
            403,
        );
        // A key does not come by itself: who sends it knows it.
        let body = json!({"user_name": "ann", "api_key": ann.key}).to_string();
        let keyed = request("cross-site").header("content-type", "application/json");
        assert_eq!(send(keyed.body(body)).await.status, 200);
        assert_eq!(
            send(request("same-origin")).await.status,
            400,
            "it has the star"
        );
    })
    .await;
}
