//! Stories: made, changed, collected, read and deleted, by programs and by people; and who sees what of them.

use noroshi_store::{AudienceKind, NewPost, Post, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Client, Hub, import, row};
use crate::people::Visitor;
use crate::reader::assert_harmless;

/// A post of somebody who is there already.
pub(crate) async fn post(hub: &Hub, from: &str, text: &str) -> Post {
    answer(hub, from, text, None).await
}

async fn answer(hub: &Hub, from: &str, text: &str, to: Option<i64>) -> Post {
    let new = NewPost {
        text: text.to_owned(),
        reply_to: to,
        ..NewPost::default()
    };
    let account = hub.store.account(from).await.unwrap();
    hub.store.add_post(account.id, new).await.unwrap()
}

/// An audience of one account.
pub(crate) async fn only(hub: &Hub, audience: &str, member: &str) {
    let members = [member];
    let made = hub
        .store
        .add_audience(audience, AudienceKind::Accounts, &members);
    made.await.unwrap();
}

/// A post for the accounts of an audience, which is made.
pub(crate) async fn secret(hub: &Hub, from: &str, text: &str) -> Post {
    let audience = format!("only-{from}");
    only(hub, &audience, from).await;
    let new = NewPost {
        text: text.to_owned(),
        audience: Some(audience),
        ..NewPost::default()
    };
    let account = hub.store.account(from).await.unwrap();
    hub.store.add_post(account.id, new).await.unwrap()
}

/// A story that must be made.
pub(crate) async fn make(client: &Client<'_>, order: &Value) -> i64 {
    let made = client.send("POST", "/api/v1/stories", order).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["id"].as_i64().unwrap()
}

/// What a story's parts are, shortly.
fn outline(story: &Value) -> Vec<String> {
    let parts = story["parts"].as_array().unwrap().iter();
    let short = parts.map(|part| match &part["post"]["id"] {
        Value::Null => part.to_string(),
        id => id.to_string(),
    });
    short.collect()
}

fn values(story: &Value) -> Vec<&str> {
    let all = story["observables"].as_array().unwrap().iter();
    all.map(|one| one["observable"]["value"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_program_makes_and_changes_a_story() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Analyst).await;
        let feed = hub.source("feed").await;
        import(&hub.store, &feed, vec![row("evil.example")]).await;
        let first = post(&hub, "ann", "C2 at evil[.]example, from 192.0.2.7").await;
        let second = post(&hub, "ann", "and evil.example again").await;
        let parts = json!([
            {"heading": "The beginning"},
            {"post": first.id},
            {"note": "then `other.example`"},
            {"post": second.id},
        ]);
        let id = make(&client, &json!({"title": "A case", "parts": parts})).await;

        let path = format!("/api/v1/stories/{id}");
        let story = client.json(&path).await;
        assert_eq!(
            (&story["title"], &story["version"]),
            (&json!("A case"), &json!(1))
        );
        assert_eq!(
            (&story["audience"], &story["tlp"]),
            (&json!("everyone"), &json!("green"))
        );
        assert_eq!(story["parts"][1]["post"]["text"], first.text);
        assert_eq!(story["parts"][2], json!({"note": "then `other.example`"}));
        assert_eq!(
            values(&story),
            ["192.0.2.7", "evil.example", "other.example"]
        );
        let evil = &story["observables"][1];
        assert_eq!(evil["posts"], json!([first.id, second.id]));
        assert_eq!(
            (&evil["noted"], &evil["verdict"]["sources"]),
            (&json!(false), &json!(["feed"]))
        );
        let other = &story["observables"][2];
        assert_eq!(
            (&other["posts"], &other["noted"]),
            (&json!([]), &json!(true))
        );
        assert_eq!(other["verdict"]["known"], false);

        // Saved over the version that was read, and over no other.
        let change = |version: i64| {
            let parts = json!([{"post": second.id}]);
            json!({"version": version, "title": "Shorter", "parts": parts})
        };
        let saved = client.send("PUT", &path, &change(1)).await.json();
        assert_eq!(
            (&saved["version"], outline(&saved)),
            (&json!(2), vec![second.id.to_string()])
        );
        client.send("PUT", &path, &change(1)).await.problem(409);
        client
            .send("PUT", &path, &json!({"title": "x", "parts": []}))
            .await
            .problem(422);

        let versions = client.json(&format!("{path}/versions")).await;
        let numbers: Vec<_> = versions["versions"].as_array().unwrap().iter().collect();
        assert_eq!(numbers.len(), 2);
        assert_eq!(
            (&numbers[0]["version"], &numbers[1]["title"]),
            (&json!(2), &json!("A case"))
        );
        let old = client.json(&format!("{path}/versions/1")).await;
        assert_eq!(
            (old["parts"].as_array().unwrap().len(), &old["title"]),
            (4, &json!("A case"))
        );
        client.get(&format!("{path}/versions/3")).await.problem(404);

        for (method, body, status) in [
            (
                "PUT",
                json!({"version": 2, "title": "x", "parts": [{"post": 999}]}),
                422,
            ),
            ("PUT", json!({"version": 2, "title": "", "parts": []}), 400),
            (
                "PUT",
                json!({"version": 2, "title": "x", "audience": "nobody", "parts": []}),
                422,
            ),
            (
                "PUT",
                json!({"version": 2, "title": "x", "tlp": "red", "parts": []}),
                400,
            ),
        ] {
            client.send(method, &path, &body).await.problem(status);
        }
        for method in ["GET", "PUT", "DELETE"] {
            let missing = client.send(method, "/api/v1/stories/999", &change(1)).await;
            missing.problem(404);
        }
        let reader = hub.client("ron", Role::Reader).await;
        for (method, path) in [
            ("POST", "/api/v1/stories"),
            ("PUT", &path),
            ("DELETE", &path),
        ] {
            reader.send(method, path, &change(2)).await.problem(403);
        }
        let other = hub.client("ben", Role::Analyst).await;
        other.send("PUT", &path, &change(2)).await.problem(403);
        other.send("DELETE", &path, &json!(null)).await.problem(403);
        assert_eq!(client.send("DELETE", &path, &json!(null)).await.status, 204);
        client.get(&path).await.problem(404);
        client.get(&format!("{path}/versions/1")).await.problem(404);
    })
    .await;
}

#[tokio::test]
async fn stories_come_page_by_page() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Analyst).await;
        let mut made = Vec::new();
        for n in 0..5 {
            made.push(make(&client, &json!({"title": format!("story {n}")})).await);
        }
        made.reverse();
        let pages = client.pages("/api/v1/stories?limit=2", "below").await;
        let ids = pages
            .iter()
            .flat_map(|page| page["stories"].as_array().unwrap());
        let ids: Vec<i64> = ids.map(|one| one["id"].as_i64().unwrap()).collect();
        assert_eq!((pages.len(), ids), (3, made));
        client.get("/api/v1/stories?limit=201").await.problem(400);
    })
    .await;
}

/// What a reader may not see of a story is nowhere, and what was deleted is gone for everybody.
#[tokio::test]
async fn a_reader_learns_nothing_of_hidden_posts() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = hub.client("ann", Role::Analyst).await;
        let ben = Visitor::new(&hub, "ben", Role::Analyst).await;
        let key = hub.key("ben", &crate::common::ALL_SCOPES).await;
        let key = hub.with_key(&key);
        let open = post(&hub, "ann", "open about seen.example").await;
        let hidden = secret(&hub, "ann", "hiddenmark about hidden.example").await;
        let gone = post(&hub, "ann", "gonemark about gone.example").await;
        let later = answer(&hub, "ben", "later on", Some(open.id)).await;
        let deeper = answer(&hub, "ann", "hiddenmark too", Some(hidden.id)).await;
        let parts = json!([{"post": open.id}, {"post": hidden.id}, {"post": gone.id}]);
        let id = make(&ann, &json!({"title": "A case", "parts": parts})).await;
        hub.store.delete_post(gone.from.id, gone.id).await.unwrap();

        let api = format!("/api/v1/stories/{id}");
        let own = ann.json(&api).await;
        assert_eq!(outline(&own), [open.id.to_string(), hidden.id.to_string()]);
        assert_eq!(values(&own), ["seen.example", "hidden.example"]);
        let offered = ann.json(&format!("{api}/candidates")).await;
        let offered: Vec<&Value> = offered["posts"].as_array().unwrap().iter().collect();
        let ids: Vec<&Value> = offered.iter().map(|post| &post["id"]).collect();
        assert_eq!(ids, [&json!(deeper.id), &json!(later.id)]);

        let story = key.json(&api).await;
        assert_eq!(outline(&story), [open.id.to_string()]);
        assert_eq!(values(&story), ["seen.example"]);
        let line = &key.json("/api/v1/stories").await["stories"][0];
        assert_eq!((&line["id"], &line["posts"]), (&json!(id), &json!(1)));
        let mut answers = vec![ben.get("/stories").await];
        for path in [
            "",
            "/version/1",
            "/export?format=markdown",
            "/export?format=html",
            "/export?format=csv",
            "/export?format=json",
        ] {
            answers.push(ben.get(&format!("/story/{id}{path}")).await);
        }
        for path in [
            "",
            "/versions",
            "/versions/1",
            "/candidates",
            "/export?format=markdown",
            "/export?format=html",
            "/export?format=csv",
            "/export?format=json",
        ] {
            answers.push(key.get(&format!("{api}{path}")).await);
        }
        for answer in answers {
            assert_eq!(answer.status, 200, "{}", answer.text);
            for mark in [
                "hiddenmark",
                "hidden.example",
                "hidden[.]",
                "gonemark",
                "gone.example",
                &format!("#{}<", hidden.id),
                "left out",
            ] {
                assert!(!answer.text.contains(mark), "{mark}: {}", answer.text);
            }
        }
        let page = ben.get(&format!("/story/{id}")).await.text;
        assert!(
            page.contains("later on") && !page.contains("/story/collect"),
            "{page}"
        );
        // A story for others is not there.
        let moved = json!({"version": 1, "title": "A case", "audience": "only-ann",
            "tlp": "red", "parts": [{"post": open.id}]});
        assert_eq!(ann.send("PUT", &api, &moved).await.status, 200);
        for path in [
            "",
            "/versions/1",
            "/versions",
            "/candidates",
            "/export?format=csv",
        ] {
            key.get(&format!("{api}{path}")).await.problem(404);
        }
        assert_eq!(ben.get(&format!("/story/{id}/edit")).await.status, 404);
        assert_eq!(key.json("/api/v1/stories").await["stories"], json!([]));
    })
    .await;
}

/// Without script: every button sends the form, and only one of them saves.
#[tokio::test]
async fn a_person_writes_a_story() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Visitor::new(&hub, "ann", Role::Analyst).await;
        let empty = ann.get("/stories").await;
        assert_harmless(&empty, "/stories");
        assert!(empty.text.contains("No story yet") && empty.text.contains("/story/new"));
        let first = post(&hub, "ann", "first **post** about evil.example").await;
        let second = post(&hub, "ann", "second post").await;

        let link = format!(
            "{} https://hub.example/post/{} nonsense 999",
            first.id, second.id
        );
        let form = [
            ("title", "A case"),
            ("audience", "everyone"),
            ("tlp", ""),
            ("heading", "The end"),
            ("add_post", &link),
            ("add_note", "a *note*"),
            ("do", "add"),
        ];
        let shown = ann.post("/story/new", &form).await;
        assert_eq!(shown.status, 400);
        for text in [
            "“nonsense” is no post",
            "no post 999",
            "first post about",
            "a *note*",
        ] {
            assert!(shown.text.contains(text), "{text}: {}", shown.text);
        }
        assert_harmless(&shown, "/story/new");
        assert_eq!(
            hub.store
                .stories(&noroshi_store::Reader::operator(), None, 9)
                .await
                .unwrap(),
            []
        );

        let (one, two) = (first.id.to_string(), second.id.to_string());
        let parts = [
            ("title", "A case"),
            ("audience", "everyone"),
            ("tlp", "clear"),
            ("heading", "The end"),
            ("post", one.as_str()),
            ("post", two.as_str()),
            ("note", "a *note*"),
        ];
        let with = |version: &'static str, button: &'static str| {
            let mut form = parts.to_vec();
            form.extend([("version", version), ("do", button)]);
            form
        };
        let moved = ann.post("/story/new", &with("", "down-0")).await;
        assert_eq!(moved.status, 200);
        let place = |text: &str| moved.text.find(text).unwrap();
        assert!(place("first post about") < place("value=\"The end\""));
        let saved = ann.post("/story/new", &with("", "save")).await;
        assert_eq!(
            (saved.status.as_u16(), saved.header("location")),
            (303, "/story/1")
        );
        let page = ann.get("/story/1").await;
        assert_harmless(&page, "/story/1");
        for text in [
            "A case",
            "TLP:CLEAR",
            "The end",
            "<em>note</em>",
            "<strong>post</strong>",
            "data-value=\"evil.example\"",
            "Version 1",
        ] {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }

        // Saved over what was read; who was late is told, and may then overwrite it.
        let edit = ann.get("/story/1/edit").await;
        assert!(
            edit.text.contains("name=\"version\" value=\"1\""),
            "{}",
            edit.text
        );
        assert_eq!(
            ann.post("/story/1/edit", &with("1", "save")).await.status,
            303
        );
        let late = ann.post("/story/1/edit", &with("1", "save")).await;
        assert_eq!(late.status, 400);
        assert!(
            late.text.contains("Version 2 was saved meanwhile"),
            "{}",
            late.text
        );
        assert!(late.text.contains("name=\"version\" value=\"2\""));
        assert_eq!(
            ann.post("/story/1/edit", &with("2", "save")).await.status,
            303
        );
        let old = ann.get("/story/1/version/1").await;
        assert!(
            old.text.contains("This is version 1") && old.text.contains("/story/1/edit?from=1")
        );
        let from = ann.get("/story/1/edit?from=1").await;
        assert!(from.text.contains("Not saved yet."));

        let ron = Visitor::new(&hub, "ron", Role::Reader).await;
        for path in ["/story/new", "/story/1/edit"] {
            assert_eq!(ron.get(path).await.status, 403, "{path}");
            assert_eq!(
                ron.post(path, &with("3", "save")).await.status,
                403,
                "{path}"
            );
        }
        let ben = Visitor::new(&hub, "ben", Role::Analyst).await;
        assert_eq!(
            ben.post("/story/1/edit", &with("3", "save")).await.status,
            403
        );
        assert_eq!(ben.post("/story/1/delete", &[]).await.status, 403);
        assert!(!ben.get("/story/1").await.text.contains("id=\"delete\""));
        let gone = ann.post("/story/1/delete", &[]).await;
        assert_eq!(
            (gone.status.as_u16(), gone.header("location")),
            (303, "/stories")
        );
        assert_eq!(ann.get("/story/1").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_post_is_collected_while_reading() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Visitor::new(&hub, "ann", Role::Analyst).await;
        let first = post(&hub, "ann", "first").await;
        let reply = answer(&hub, "ann", "its answer", Some(first.id)).await;
        let (one, two) = (first.id.to_string(), format!("/post/{}", reply.id));
        let collected = ann.post("/story/collect", &[("post", &one)]).await;
        assert_eq!(
            (collected.status.as_u16(), collected.header("location")),
            (303, "/story/1")
        );
        let page = ann.get("/story/1").await.text;
        assert!(
            page.contains("Untitled") && page.contains("Later answers"),
            "{page}"
        );
        for (next, expected) in [("/?below=9", "/?below=9"), ("//evil.example", "/")] {
            let form = [("post", two.as_str()), ("story", "1"), ("next", next)];
            let back = ann.post("/story/collect", &form).await;
            assert_eq!(
                (back.status.as_u16(), back.header("location")),
                (303, expected)
            );
        }
        let page = ann.get("/story/1").await.text;
        assert!(
            page.contains("Version 2") && !page.contains("Later answers"),
            "{page}"
        );

        let hidden = secret(&hub, "ann", "hidden").await;
        let ben = Visitor::new(&hub, "ben", Role::Analyst).await;
        let unseen = ben
            .post("/story/collect", &[("post", &hidden.id.to_string())])
            .await;
        let absent = ben.post("/story/collect", &[("post", "999")]).await;
        assert_eq!(
            (unseen.status, absent.status.as_u16()),
            (absent.status, 404)
        );
        assert_eq!(
            ben.post("/story/collect", &[("post", "x")]).await.status,
            400
        );
        let others = [("post", one.as_str()), ("story", "1")];
        assert_eq!(ben.post("/story/collect", &others).await.status, 403);
        let ron = Visitor::new(&hub, "ron", Role::Reader).await;
        assert_eq!(
            ron.post("/story/collect", &[("post", &one)]).await.status,
            403
        );
    })
    .await;
}
