//! Channels and the hand-over sheet: made, tested, changed and deleted, by programs and by people.

use noroshi_store::{AudienceKind, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::common::Hub;
use crate::people::Visitor;
use crate::reader::assert_harmless;

/// A service on loopback that takes everything.
async fn service() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 65_536]).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                .await;
        }
    });
    address
}

#[tokio::test]
async fn a_program_makes_tests_changes_and_deletes_a_channel() {
    each_engine_async(async |place| {
        let service = service().await;
        let hub = Hub::sending(&place, &service).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let order = json!({
            "name": "soc", "kind": "webhook", "url": format!("http://{service}/S3cret"),
            "cadence": "daily", "zone": "Asia/Tokyo", "language": "ja", "per_hour": 5, "audience": "everyone",
        });
        let made = aiko.send("POST", "/api/v1/channels", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let mut channel = made.json();
        let key = channel.as_object_mut().unwrap().remove("key").unwrap();
        assert!(key.as_str().unwrap().starts_with("whsec_"));
        let id = channel["id"].as_i64().unwrap();
        let path = format!("/api/v1/channels/{id}");
        let shown = aiko.json(&path).await;
        assert_eq!(shown, channel);
        assert_eq!(shown["config"], json!({ "host": service }));
        assert_eq!(shown["cadence"], "daily");

        let test = aiko.send("POST", &format!("{path}/test"), &Value::Null).await;
        assert_eq!(test.status, 200, "{}", test.text);
        let test = test.json();
        assert_eq!((&test["state"], &test["answer"]), (&json!("sent"), &json!("HTTP 200: ok")));

        let changed = aiko.send("PATCH", &path, &json!({ "cadence": "each", "audience": "" })).await;
        let changed = changed.json();
        assert_eq!((&changed["cadence"], &changed["audience"]), (&json!("each"), &Value::Null));
        assert_eq!(changed["name"], "soc");
        // Its secret stayed.
        let test = aiko.send("POST", &format!("{path}/test"), &Value::Null).await;
        assert_eq!(test.json()["state"], "sent");
        let log = aiko.json(&format!("{path}/deliveries?limit=1")).await;
        assert_eq!(log["deliveries"].as_array().unwrap().len(), 1);
        let below = log["deliveries"][0]["id"].as_i64().unwrap();
        let rest = aiko.json(&format!("{path}/deliveries?below={below}")).await;
        assert_eq!(rest["deliveries"].as_array().unwrap().len(), 1);
        assert!(!format!("{shown} {log} {rest}").contains("S3cret"));
        // A test is not sent again by itself or by others.
        let again = aiko.send("POST", &format!("/api/v1/deliveries/{below}/retry"), &Value::Null).await;
        again.problem(409);

        for (wrong, status) in [
            (json!({ "kind": "pigeon", "name": "a" }), 400),
            (json!({ "name": "a" }), 400),
            (json!({ "kind": "email", "name": "a", "to": ["nobody"] }), 400),
            (json!({ "kind": "teams", "name": "a", "url": "ftp://a.example" }), 400),
            (json!({ "kind": "teams", "name": "", "url": "https://a.example" }), 400),
            (json!({ "kind": "teams", "name": "a", "url": "https://a.example", "cadence": "never" }), 400),
            (json!({ "kind": "teams", "name": "a", "url": "https://a.example", "audience": "nobody" }), 404),
            (json!({ "kind": "teams", "name": "soc", "url": "https://a.example" }), 409),
            (json!({ "kind": "teams", "colour": 1 }), 422),
        ] {
            aiko.send("POST", "/api/v1/channels", &wrong).await.problem(status);
        }
        aiko.send("PATCH", &path, &json!({ "kind": "teams" })).await.problem(400);
        let reader = hub.client("rei", Role::Reader).await;
        reader.send("POST", "/api/v1/channels", &order).await.problem(403);

        let gone = aiko.send("DELETE", &path, &Value::Null).await;
        assert_eq!(gone.status, 204);
        aiko.get(&path).await.problem(404);
    })
    .await;
}

#[tokio::test]
async fn a_person_makes_and_tests_a_channel() {
    each_engine_async(async |place| {
        let service = service().await;
        let hub = Hub::sending(&place, &service).await;
        let aiko = Visitor::new(&hub, "aiko", Role::Analyst).await;
        let empty = aiko.get("/channels").await;
        assert!(empty.text.contains("No channel yet"), "{}", empty.text);
        for kind in [
            "slack_webhook",
            "slack_bot",
            "email",
            "webhook",
            "teams",
            "discord",
            "mattermost",
            "timeline",
        ] {
            let form = aiko.get(&format!("/channels?kind={kind}")).await;
            assert!(form.text.contains("action=\"/channels\""), "{kind}");
            assert_eq!(
                form.text.contains("name=\"url\""),
                !["slack_bot", "email", "timeline"].contains(&kind),
                "{kind}"
            );
        }
        let url = format!("http://{service}/S3cret");
        let form = [
            ("kind", "mattermost"),
            ("name", "<b>soc</b>"),
            ("url", url.as_str()),
            ("cadence", "each"),
            ("per_hour", "60"),
            ("language", "en"),
            ("zone", "Asia/Tokyo"),
            ("audience", ""),
            ("enabled", "1"),
        ];
        let made = aiko.post("/channels", &form).await;
        assert_eq!(
            (made.status.as_u16(), made.header("location")),
            (303, "/channels/1"),
            "{}",
            made.text
        );
        let tested = aiko.post("/channels/1/test", &[]).await;
        assert_eq!(tested.header("location"), "/channels/1");
        let page = aiko.get("/channels/1").await;
        assert!(page.text.contains("HTTP 200: ok"), "{}", page.text);
        assert!(!page.text.contains("S3cret") && page.text.contains(&service));
        assert_harmless(&page, "/channels/1");
        // What is wrong is told beside what was typed.
        let wrong = aiko
            .post(
                "/channels",
                &[
                    ("kind", "email"),
                    ("name", "mail"),
                    ("to", "nobody"),
                    ("per_hour", "60"),
                    ("language", "en"),
                    ("zone", "UTC"),
                ],
            )
            .await;
        assert_eq!(wrong.status, 400);
        assert!(
            wrong.text.contains("is no mail address") && wrong.text.contains("value=\"nobody\""),
            "{}",
            wrong.text
        );
        let wrong = aiko
            .post("/channels/1", &[("name", "x"), ("per_hour", "many")])
            .await;
        assert_eq!(wrong.status, 400);
        let changed = [
            ("name", "soc"),
            ("cadence", "hourly"),
            ("per_hour", "6"),
            ("language", "ja"),
            ("zone", "UTC"),
            ("audience", "everyone"),
        ];
        let changed = aiko.post("/channels/1", &changed).await;
        assert_eq!(changed.status, 303, "{}", changed.text);
        let all = aiko.get("/channels").await;
        assert!(
            all.text.contains(">soc<") && all.text.contains(">off<"),
            "{}",
            all.text
        );
        let gone = aiko.post("/channels/1/delete", &[]).await;
        assert_eq!(gone.header("location"), "/channels");
        assert_eq!(aiko.get("/channels/1").await.status, 404);
        // A signing key is shown once.
        let form = [
            ("kind", "webhook"),
            ("name", "w"),
            ("url", url.as_str()),
            ("cadence", "each"),
            ("per_hour", "60"),
            ("language", "en"),
            ("zone", "UTC"),
        ];
        let made = aiko.post("/channels", &form).await;
        assert_eq!(made.status, 200);
        assert!(made.text.contains("whsec_"));
        assert!(!aiko.get("/channels/2").await.text.contains("whsec_A"));
        let rei = Visitor::new(&hub, "rei", Role::Reader).await;
        assert_eq!(rei.post("/channels", &form).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_shift_is_handed_over() {
    each_engine_async(async |place| {
        let service = service().await;
        let hub = Hub::sending(&place, &service).await;
        let aiko = Visitor::new(&hub, "aiko", Role::Analyst).await;
        let account = hub.store.account("aiko").await.unwrap();
        let accounts = AudienceKind::Accounts;
        hub.store
            .add_audience("mine", accounts, &["aiko"])
            .await
            .unwrap();
        let ask = |text: &str| noroshi_store::NewPost {
            text: text.to_owned(),
            ..noroshi_store::NewPost::default()
        };
        hub.store
            .add_post(account.id, ask("Who watches the proxy?"))
            .await
            .unwrap();
        let answered = hub
            .store
            .add_post(account.id, ask("And who answers?"))
            .await
            .unwrap();
        let answer = noroshi_store::NewPost {
            reply_to: Some(answered.id),
            ..ask("I do.")
        };
        hub.store.add_post(account.id, answer).await.unwrap();
        let source = hub.source("feed").await;
        let outcome = noroshi_store::RunOutcome {
            error: Some("no answer".to_owned()),
            next_run: noroshi_store::now() + 1_000_000,
            validators: None,
        };
        hub.store.note_run(source.id, outcome).await.unwrap();
        let page = aiko.get("/handover").await;
        assert_eq!(page.status, 200);
        for told in ["Who watches the proxy?", "feed", "no answer"] {
            assert!(page.text.contains(told), "{told}: {}", page.text);
        }
        assert!(!page.text.contains("And who answers?"));
        assert_harmless(&page, "/handover");
        let begun = aiko.post("/handover/begin", &[]).await;
        assert_eq!(begun.header("location"), "/handover");
        let page = aiko.get("/handover").await;
        assert!(!page.text.contains("Who watches the proxy?"));
        let page = aiko.get("/handover?since=2026-01-01T00%3A00").await;
        assert!(page.text.contains("Who watches the proxy?"));
        assert_eq!(aiko.get("/handover?since=yesterday").await.status, 400);

        let url = format!("http://{service}/");
        let form = [
            ("kind", "mattermost"),
            ("name", "m"),
            ("url", url.as_str()),
            ("cadence", "each"),
            ("per_hour", "60"),
            ("language", "en"),
            ("zone", "UTC"),
            ("enabled", "1"),
        ];
        assert_eq!(aiko.post("/channels", &form).await.status, 303);
        let sent = aiko
            .post(
                "/handover/send",
                &[("channel", "1"), ("since", "2026-01-01T00:00")],
            )
            .await;
        assert_eq!(sent.header("location"), "/channels/1", "{}", sent.text);
        let reader = noroshi_store::Reader::account(account.id);
        let log = hub.store.deliveries(&reader, 1, None, 9).await.unwrap();
        let body = log[0].body.as_deref().unwrap();
        assert!(
            body.contains("Who watches the proxy?") && body.contains("no answer"),
            "{body}"
        );

        let key = hub
            .key(
                "aiko",
                &[noroshi_store::Scope::Read, noroshi_store::Scope::Write],
            )
            .await;
        let program = hub.with_key(&key);
        let sheet = program
            .json("/api/v1/handover?since=2026-01-01T00:00:00Z")
            .await;
        assert_eq!(sheet["questions"][0]["text"], "Who watches the proxy?");
        assert_eq!(sheet["sources"][0]["state"], "failing");
        let begun = program.send("POST", "/api/v1/shift", &Value::Null).await;
        assert_eq!(begun.status, 200);
        let sheet = program.json("/api/v1/handover").await;
        assert_eq!(sheet["since"], begun.json()["since"]);
        assert_eq!(sheet["questions"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_hub_that_sends_nothing_says_so() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let order = json!({ "name": "t", "kind": "timeline", "audience": "everyone" });
        let made = aiko.send("POST", "/api/v1/channels", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let test = aiko
            .send("POST", "/api/v1/channels/1/test", &Value::Null)
            .await;
        test.problem(403);
    })
    .await;
}
