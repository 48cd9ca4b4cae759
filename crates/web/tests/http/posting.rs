//! Posts, timelines, files, notifications and the stream over the API.

use std::time::Duration;

use noroshi_store::{AudienceKind, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Client, Hub};

async fn post(client: &Client<'_>, body: Value) -> Value {
    let answer = client.send("POST", "/api/v1/posts", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()
}

fn ids(page: &Value) -> Vec<i64> {
    let entries = page["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn people_talk() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (aiko, ben) = (
            hub.client("aiko", Role::Analyst).await,
            hub.client("ben", Role::Analyst).await,
        );
        let first = post(
            &aiko,
            json!({"text": "hxxp://evil[.]example/a #Phishing @ben"}),
        )
        .await;
        assert_eq!(first["tags"], json!(["Phishing"]));
        assert_eq!(first["observables"][0]["value"], "http://evil.example/a");
        assert_eq!(
            (&first["tlp"], &first["audience"]),
            (&json!("green"), &json!("everyone"))
        );
        let id = first["id"].as_i64().unwrap();
        let told = ben.json("/api/v1/notifications").await;
        assert_eq!(
            (&told["fresh"], &told["notifications"][0]["kind"]),
            (&json!(1), &json!("mention"))
        );
        let seen = json!({"up_to": told["notifications"][0]["id"]});
        assert_eq!(
            ben.send("POST", "/api/v1/notifications/seen", &seen)
                .await
                .status,
            204
        );
        assert_eq!(ben.json("/api/v1/notifications").await["fresh"], 0);

        let answer = post(&ben, json!({"text": "blocked", "reply_to": id})).await;
        assert_eq!(
            (&answer["reply_to"], &answer["thread"]),
            (&json!(id), &json!(id))
        );
        for (method, what) in [("PUT", "star"), ("PUT", "repost"), ("PUT", "star")] {
            let path = format!("/api/v1/posts/{id}/{what}");
            assert_eq!(ben.send(method, &path, &Value::Null).await.status, 204);
            assert_eq!(aiko.json(&path).await["accounts"], json!(["ben"]));
        }
        let shown = ben.json(&format!("/api/v1/posts/{id}")).await;
        assert_eq!(
            (&shown["stars"], &shown["reposts"], &shown["replies"]),
            (&json!(1), &json!(1), &json!(1))
        );
        let everyone = aiko.json("/api/v1/timeline?of=everyone").await;
        assert_eq!(everyone["entries"][0]["reposted_by"], "ben");
        assert_eq!(ids(&everyone).len(), 3);
        assert_eq!(
            ids(&aiko.json("/api/v1/timeline?of=everyone&limit=1").await).len(),
            1
        );
        assert_eq!(ids(&aiko.json("/api/v1/timeline?tag=phishing").await), [id]);
        assert_eq!(ids(&aiko.json("/api/v1/posts?q=evil.example").await), [id]);
        assert_eq!(
            ids(&aiko.json("/api/v1/posts?q=is:reply%20from:ben").await),
            [answer["id"].as_i64().unwrap()]
        );
        assert_eq!(
            aiko.json("/api/v1/search?q=evil.example").await["found"][0]["observable"]["value"],
            "http://evil.example/a"
        );

        let edit = json!({"text": "corrected"});
        assert_eq!(
            ben.send("PATCH", &format!("/api/v1/posts/{id}"), &edit)
                .await
                .status,
            403
        );
        assert_eq!(
            aiko.send("PATCH", &format!("/api/v1/posts/{id}"), &edit)
                .await
                .json()["revision"],
            1
        );
        let history = ben.json(&format!("/api/v1/posts/{id}/history")).await;
        assert_eq!(
            history["revisions"][1]["text"],
            "hxxp://evil[.]example/a #Phishing @ben"
        );
        assert_eq!(
            aiko.send("DELETE", &format!("/api/v1/posts/{id}"), &Value::Null)
                .await
                .status,
            204
        );
        let thread = ben.json(&format!("/api/v1/posts/{id}/thread")).await;
        assert_eq!(thread["posts"][0]["text"], "");
        assert_eq!(thread["posts"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_posted_is_refused_with_a_reason() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let reader = hub.client("rei", Role::Reader).await;
        hub.store
            .add_audience("two", AudienceKind::Accounts, &["rei"])
            .await
            .unwrap();
        let tags: String = (0..9_000).map(|n| format!("#t{n} ")).collect();
        let mentions: String = (0..60).map(|n| format!("@p{n} ")).collect();
        for (body, status, why) in [
            (json!({"text": ""}), 400, "empty"),
            (json!({"text": " \n\t "}), 400, "empty"),
            (json!({"text": "a".repeat(1_000_000)}), 400, "65536"),
            (json!({"text": "a\u{0}b"}), 400, "column"),
            (json!({"text": "a\u{7}b"}), 400, "column"),
            (json!({"text": tags}), 400, "100"),
            (json!({"text": mentions}), 400, "50"),
            (json!({"text": 7}), 422, "string"),
            (json!({"words": "a"}), 422, "unknown field"),
            (
                json!({"text": "a", "reply_to": 999_999}),
                422,
                "there is no post 999999",
            ),
            (
                json!({"text": "a", "audience": "nobody"}),
                422,
                "there is no audience nobody",
            ),
            (
                json!({"text": "a", "audience": "two"}),
                422,
                "there is no audience two",
            ),
            (json!({"text": "a", "tlp": "red"}), 400, "TLP:red"),
            (json!({"text": "a", "tlp": "purple"}), 422, "purple"),
            (json!({"text": "a", "attachments": [1]}), 422, "file"),
            (
                json!({"text": "a", "attachments": (0..17).collect::<Vec<_>>()}),
                400,
                "16",
            ),
        ] {
            let answer = aiko.send("POST", "/api/v1/posts", &body).await;
            let problem = answer.problem(status);
            assert!(
                problem["detail"].as_str().unwrap().contains(why),
                "{why}: {problem}"
            );
        }
        reader
            .send("POST", "/api/v1/posts", &json!({"text": "a"}))
            .await
            .problem(403);
        hub.stranger()
            .send("POST", "/api/v1/posts", &json!({"text": "a"}))
            .await
            .problem(401);
        // Nothing of that is there.
        assert!(ids(&aiko.json("/api/v1/timeline?of=everyone").await).is_empty());
        for bad in ["of=all", "list=x", "of=home&tag=a", "limit=0", "below=x"] {
            aiko.get(&format!("/api/v1/timeline?{bad}"))
                .await
                .problem(400);
        }
        // Bidi overrides and invisible characters are kept as written, and shown as what they are.
        let odd = post(&aiko, json!({"text": "a\u{202e}b\u{200b}c"})).await;
        assert_eq!(odd["text"], "a\u{202e}b\u{200b}c");
    })
    .await;
}

#[tokio::test]
async fn a_flood_is_slowed_down() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (bot, other) = (
            hub.client("bot", Role::Bot).await,
            hub.client("ben", Role::Analyst).await,
        );
        let mut posted = 0;
        let refused = loop {
            let answer = bot
                .send(
                    "POST",
                    "/api/v1/posts",
                    &json!({"text": format!("flood {posted}")}),
                )
                .await;
            if answer.status != 201 {
                break answer;
            }
            posted += 1;
            assert!(posted < 2_000, "nothing slows it down");
        };
        refused.problem(429);
        assert!(posted >= 100, "{posted}");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait));
        post(&other, json!({"text": "others are not kept waiting"})).await;
        tokio::time::sleep(Duration::from_secs(wait)).await;
        post(&bot, json!({"text": "and it goes on"})).await;
    })
    .await;
}

#[tokio::test]
async fn files_come_with_posts_and_run_nothing() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (aiko, ben) = (
            hub.client("aiko", Role::Analyst).await,
            hub.client("ben", Role::Analyst).await,
        );
        let send = async |name: &str, bytes: Vec<u8>| {
            let path = format!("/api/v1/attachments?name={}", crate::common::encoded(name));
            let request = aiko.request("POST", &path).body(bytes);
            crate::common::Answer::of(request.send().await.unwrap()).await
        };
        let page = send("証拠 <b>.html", b"<script>alert(1)</script>".to_vec()).await;
        assert_eq!(page.status, 201, "{}", page.text);
        assert_eq!(page.json()["media"], "text/plain");
        let picture = send("a.png", b"\x89PNG\r\n\x1a\n and so on".to_vec())
            .await
            .json();
        assert_eq!(picture["media"], "image/png");
        send("empty", Vec::new()).await.problem(400);
        send("large", vec![b'a'; 10 * 1024 * 1024 + 1])
            .await
            .problem(413);
        let own = format!("/api/v1/attachments/{}", page.json()["id"]);
        ben.get(&own).await.problem(404);
        let files = json!([page.json()["id"], picture["id"]]);
        post(&aiko, json!({"text": "evidence", "attachments": files})).await;
        let given = ben.get(&own).await;
        assert_eq!(given.text, "<script>alert(1)</script>");
        assert_eq!(given.header("content-type"), "application/octet-stream");
        assert!(
            given
                .header("content-disposition")
                .starts_with("attachment; filename=")
        );
        assert!(given.header("content-security-policy").contains("sandbox"));
        assert_eq!(given.header("x-content-type-options"), "nosniff");
        let shown = ben
            .get(&format!("/api/v1/attachments/{}", picture["id"]))
            .await;
        assert_eq!(shown.header("content-type"), "image/png");
        assert_eq!(ids(&ben.json("/api/v1/posts?q=has:file").await).len(), 1);
    })
    .await;
}

#[tokio::test]
async fn lists_follows_and_mutes_are_ones_own() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (aiko, ben) = (
            hub.client("aiko", Role::Analyst).await,
            hub.client("ben", Role::Analyst).await,
        );
        let put = async |client: &Client<'_>, path: &str| {
            client.send("PUT", path, &Value::Null).await.status.as_u16()
        };
        assert_eq!(put(&aiko, "/api/v1/following/accounts/ben").await, 204);
        assert_eq!(put(&aiko, "/api/v1/following/accounts/nobody").await, 404);
        assert_eq!(
            put(&aiko, "/api/v1/following/tags/%E6%A8%99%E7%9A%84%E5%9E%8B").await,
            204
        );
        let follows = aiko.json("/api/v1/following").await;
        assert_eq!(
            follows,
            json!({"accounts": ["ben"], "tags": ["標的型"], "muted": []})
        );
        let made = aiko
            .send(
                "POST",
                "/api/v1/lists",
                &json!({"name": "soc", "hidden": true}),
            )
            .await;
        assert_eq!(made.json()["audience"], "aiko/soc");
        aiko.send("POST", "/api/v1/lists", &json!({"name": "soc"}))
            .await
            .problem(409);
        aiko.send("POST", "/api/v1/lists", &json!({"name": "a/b"}))
            .await
            .problem(400);
        ben.get("/api/v1/lists/aiko/soc").await.problem(404);
        assert_eq!(put(&ben, "/api/v1/lists/aiko/soc/members/ben").await, 404);
        assert_eq!(put(&aiko, "/api/v1/lists/aiko/soc/members/ben").await, 204);
        assert_eq!(put(&ben, "/api/v1/lists/aiko/soc/members/aiko").await, 403);
        let told = post(
            &ben,
            json!({"text": "for the list", "audience": "aiko/soc"}),
        )
        .await;
        assert_eq!(told["tlp"], "amber");
        assert_eq!(put(&ben, "/api/v1/muted/aiko").await, 204);
        post(&aiko, json!({"text": "@ben hello?"})).await;
        assert_eq!(
            ben.json("/api/v1/notifications").await["fresh"],
            1,
            "only that one is followed"
        );
        assert_eq!(
            ids(&ben.json("/api/v1/timeline?of=everyone").await),
            [told["id"].as_i64().unwrap()]
        );
        assert_eq!(put(&ben, "/api/v1/muted/ben").await, 400);
    })
    .await;
}

/// Lines of a stream, as they come.
struct Lines {
    response: reqwest::Response,
    text: String,
}

impl Lines {
    async fn open(client: &Client<'_>, path: &str, accept: &str, last: Option<&str>) -> Lines {
        let mut request = client.request("GET", path).header("accept", accept);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Lines {
            response,
            text: String::new(),
        }
    }

    /// The next line that is not empty.
    async fn next(&mut self) -> String {
        loop {
            if let Some(end) = self.text.find('\n') {
                let line: String = self.text.drain(..=end).collect();
                if !line.trim().is_empty() {
                    return line.trim_end().to_owned();
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(20), self.response.chunk()).await;
            let chunk = chunk.unwrap().unwrap().unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[tokio::test]
async fn a_stream_tells_what_is_new_and_goes_on_where_it_ended() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (aiko, ben) = (
            hub.client("aiko", Role::Analyst).await,
            hub.client("ben", Role::Analyst).await,
        );
        let path = "/api/v1/stream?q=in:post%20%2Fe(vi)l%2F&description=a%20test";
        let mut lines = Lines::open(&ben, path, "application/x-ndjson", None).await;
        let listeners = aiko.json("/api/v1/listeners").await;
        assert_eq!(listeners["listeners"][0]["description"], "a test");
        assert_eq!(
            listeners["listeners"][0]["test"],
            Value::Null,
            "the query is its owner's business"
        );
        assert!(ben.json("/api/v1/listeners").await["listeners"][0]["test"].is_string());
        post(&aiko, json!({"text": "nothing"})).await;
        let one = post(&aiko, json!({"text": "evil 1"})).await;
        let event: Value = serde_json::from_str(&lines.next().await).unwrap();
        assert_eq!(
            (&event["type"], &event["post"]["id"]),
            (&json!("posted"), &one["id"])
        );
        drop(lines);
        let two = post(&aiko, json!({"text": "evil 2"})).await;
        let edit = json!({"text": "evil 1, edited"});
        aiko.send("PATCH", &format!("/api/v1/posts/{}", one["id"]), &edit)
            .await;
        let mut events = Lines::open(&ben, path, "text/event-stream", event["id"].as_str()).await;
        let mut told = Vec::new();
        while told.len() < 2 {
            if let Some(data) = events.next().await.strip_prefix("data: ") {
                let event: Value = serde_json::from_str(data).unwrap();
                told.push((event["type"].clone(), event["post"]["id"].clone()));
            }
        }
        assert_eq!(
            told,
            [
                (json!("posted"), two["id"].clone()),
                (json!("edited"), one["id"].clone())
            ]
        );
        for bad in [
            "q=(",
            "q=%2F(%2F",
            "after=x",
            "after=-1",
            "description=a%0Ab",
        ] {
            ben.get(&format!("/api/v1/stream?{bad}")).await.problem(400);
        }
        hub.stranger().get("/api/v1/stream").await.problem(401);
    })
    .await;
}

#[tokio::test]
async fn listings_are_told_too() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let source = hub.source("feed").await;
        let mut lines = Lines::open(
            &aiko,
            "/api/v1/stream?q=domain:evil.example",
            "application/x-ndjson",
            None,
        )
        .await;
        let rows = ["other.example", "www.evil.example"]
            .map(crate::common::row)
            .to_vec();
        crate::common::import(&hub.store, &source, rows).await;
        let event: Value = serde_json::from_str(&lines.next().await).unwrap();
        assert_eq!(event["type"], "listed");
        assert_eq!(event["listing"]["observable"]["value"], "www.evil.example");
        assert_eq!(event["listing"]["source"], "feed");
    })
    .await;
}
