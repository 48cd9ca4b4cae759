//! Hunts over HTTP: made, previewed, found by, seen to; by programs, and on pages without script.

use std::time::Duration;

use noroshi_store::{NewPost, Role};
use noroshi_testkit::each_engine_async;
use noroshi_watch::Hunter;
use serde_json::{Value, json};

use crate::common::{Answer, Client, Hub, import, row};

async fn post(hub: &Hub, account: i64, text: &str) -> i64 {
    let new = NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    };
    hub.store.add_post(account, new).await.unwrap().id
}

async fn hunted(hub: &Hub) {
    let mut hunter = Hunter::start(hub.store.clone()).await.unwrap();
    while hunter.advance().await.unwrap() {}
}

async fn hits(client: &Client<'_>, query: &str) -> Vec<Value> {
    let answer = client.json(&format!("/api/v1/hits?{query}")).await;
    answer["hits"].as_array().unwrap().clone()
}

async fn session(hub: &Hub, name: &str) -> String {
    let until = noroshi_store::now() + 3_600_000_000;
    let token = hub.store.begin_session(name, None, until).await.unwrap();
    format!("noroshi={token}")
}

async fn page(hub: &Hub, cookie: &str, path: &str) -> Answer {
    let request = hub.stranger().request("GET", path).header("cookie", cookie);
    Answer::of(request.send().await.unwrap()).await
}

async fn form(hub: &Hub, cookie: &str, path: &str, form: &str) -> Answer {
    let request = hub.stranger().request("POST", path);
    let request = request
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_program_hunts() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let account = hub.store.account("aiko").await.unwrap().id;
        post(&hub, account, "evil before").await;
        let order = json!({"words": "evil, c2", "form": "words"});
        let preview = aiko
            .send("POST", "/api/v1/hunts/preview", &order)
            .await
            .json();
        assert_eq!(
            (&preview["hits"], &preview["complete"]),
            (&json!(1), &json!(true))
        );
        assert_eq!(preview["days"].as_array().unwrap().len(), 30);
        assert_eq!(preview["samples"][0]["post"]["text"], "evil before");
        let order = json!({"name": "mine", "words": "evil OR tag:c2", "audience": "everyone"});
        let made = aiko.send("POST", "/api/v1/hunts", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.json()["id"].as_i64().unwrap();
        let again = aiko.send("POST", "/api/v1/hunts", &order).await;
        again.problem(409);
        let bad = json!({"name": "bad", "words": "ok\nx", "form": "watchlist"});
        let bad = aiko.send("POST", "/api/v1/hunts", &bad).await.problem(400);
        assert!(bad["detail"].as_str().unwrap().contains("line 2"), "{bad}");

        let source = hub.source("feed").await;
        import(&hub.store, &source, vec![row("evil.example")]).await;
        post(&hub, account, "=evil() now").await;
        hunted(&hub).await;
        let found = hits(&aiko, &format!("hunt={id}")).await;
        assert_eq!(found.len(), 2);
        assert_eq!(found[1]["observable"]["value"], "evil.example");
        assert_eq!(
            (&found[0]["state"], &found[0]["hunt_name"]),
            (&json!("open"), &json!("mine"))
        );
        let first = found[0]["id"].as_i64().unwrap();

        let ben = hub.client("ben", Role::Analyst).await;
        let act = json!({"hits": [first], "action": "acknowledge"});
        let acted = ben.send("POST", "/api/v1/hits/act", &act).await.json();
        assert_eq!(acted["changed"], 1);
        let act = json!({"hits": [first], "action": "assign", "to": "ben"});
        ben.send("POST", "/api/v1/hits/act", &act).await;
        assert_eq!(hits(&ben, "mine=true").await.len(), 1);
        assert_eq!(hits(&ben, &format!("hunt={id}&state=open")).await.len(), 1);
        let one = ben.json(&format!("/api/v1/hits/{first}")).await;
        assert_eq!(one["deeds"].as_array().unwrap().len(), 2, "{one}");
        assert_eq!(one["deeds"][1]["detail"], "ben");

        let sheet = aiko.get(&format!("/hunt/{id}/hits.csv")).await;
        assert!(sheet.text.contains("'=evil() now"), "{}", sheet.text);
        assert_eq!(sheet.text.lines().count(), 3);
        let all = aiko.get(&format!("/hunt/{id}/hits.json")).await.json();
        assert_eq!(all.as_array().unwrap().len(), 2);

        let change = json!({"enabled": false, "name": "renamed"});
        let path = format!("/api/v1/hunts/{id}");
        ben.send("PATCH", &path, &change).await.problem(403);
        let changed = aiko.send("PATCH", &path, &change).await.json();
        assert_eq!(
            (&changed["enabled"], &changed["name"]),
            (&json!(false), &json!("renamed"))
        );
        let job = aiko
            .send("POST", &format!("{path}/jobs"), &json!({"since": null}))
            .await
            .json();
        assert_eq!(job["state"], "waiting");
        let ended = aiko
            .send(
                "DELETE",
                &format!("/api/v1/jobs/{}", job["id"]),
                &Value::Null,
            )
            .await;
        assert_eq!(ended.json()["state"], "cancelled");
        assert_eq!(aiko.send("DELETE", &path, &Value::Null).await.status, 204);
        aiko.get(&path).await.problem(404);
    })
    .await;
}

#[tokio::test]
async fn a_hunt_is_made_and_seen_to_without_script() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let account = hub.account("aiko", Role::Analyst).await.id;
        let cookie = session(&hub, "aiko").await;
        let blank = page(&hub, &cookie, "/hunt/new?words=tag%3Ac2").await;
        assert!(blank.text.contains("tag:c2</textarea>"), "{}", blank.text);
        post(&hub, account, "evil before & after").await;
        let words = "name=Mine&form=query&words=evil&audience=&days=0&enabled=1&rule%3Atypo=1";
        let shown = form(&hub, &cookie, "/hunt/new", &format!("{words}&do=preview")).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        assert!(
            shown.text.contains("1 hits in the last 30 days"),
            "{}",
            shown.text
        );
        assert!(
            shown.text.contains("evil before &#38; after"),
            "{}",
            shown.text
        );
        let wrong = form(
            &hub,
            &cookie,
            "/hunt/new",
            &format!("{}&do=save", words.replace("evil", "tag%3A")),
        )
        .await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("column 1"), "{}", wrong.text);
        let made = form(&hub, &cookie, "/hunt/new", &format!("{words}&do=save")).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let path = made.header("location").to_owned();
        post(&hub, account, "evil now").await;
        post(&hub, account, "evil later").await;
        hunted(&hub).await;
        let shown = page(&hub, &cookie, &path).await;
        assert!(shown.text.contains("evil now"), "{}", shown.text);
        let rows: Vec<&str> = shown.text.split("data-row=\"").skip(1).collect();
        let ids: Vec<&str> = rows
            .iter()
            .map(|row| row.split('"').next().unwrap())
            .collect();
        assert_eq!(ids.len(), 2);
        let one = format!(
            "one=acknowledge%3A{}&next={}",
            ids[0],
            path.replace('/', "%2F")
        );
        let done = form(&hub, &cookie, &format!("{path}/hits"), &one).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(done.header("location"), path);
        let all = format!("all=false_positive&hit%3A{}=1", ids[1]);
        assert_eq!(
            form(&hub, &cookie, &format!("{path}/hits"), &all)
                .await
                .status,
            303
        );
        let open = page(&hub, &cookie, &path).await;
        assert!(!open.text.contains("data-row="), "{}", open.text);
        let noticed = page(&hub, &cookie, &format!("{path}?show=false_positive")).await;
        assert!(noticed.text.contains("evil now"), "{}", noticed.text);
        let change = async |what: &str| {
            let path = format!("{path}/change");
            form(&hub, &cookie, &path, what).await
        };
        for what in [
            "do=off",
            "do=on",
            "do=mute",
            "do=unmute",
            "do=past&since=2026-11-01",
        ] {
            assert_eq!(change(what).await.status, 303, "{what}");
        }
        assert_eq!(change("do=past&since=x").await.status, 400);
        assert!(page(&hub, &cookie, "/hunts").await.text.contains("Mine"));

        let feed = change("do=feed").await;
        assert_eq!(feed.status, 200);
        let secret = feed.text.split("/feed/hunt/").nth(1).unwrap();
        let secret = &secret[..64];
        let feed_path = format!("/feed/hunt/{secret}");
        let read = hub.stranger().get(&feed_path).await;
        assert!(
            read.header("content-type")
                .starts_with("application/rss+xml")
        );
        assert_eq!(read.text.matches("<item>").count(), 2, "{}", read.text);
        assert_eq!(change("do=unfeed").await.status, 303);
        hub.stranger().get(&feed_path).await.problem(404);

        let edit = page(&hub, &cookie, &format!("{path}/edit")).await;
        assert!(edit.text.contains("value=\"Mine\""));
        assert_eq!(change("do=delete").await.header("location"), "/hunts");
        assert_eq!(page(&hub, &cookie, &path).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_open_page_is_told_of_new_hits() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let account = hub.store.account("aiko").await.unwrap().id;
        let order = json!({"name": "mine", "words": "evil"});
        let id = aiko.send("POST", "/api/v1/hunts", &order).await.json()["id"].clone();
        let cookie = session(&hub, "aiko").await;
        let hunting = tokio::spawn(noroshi_watch::hunt(hub.store.clone()));
        let request = hub
            .stranger()
            .request("GET", &format!("/live?timeline=hunt%3A{id}"))
            .header("cookie", &cookie);
        let mut stream = request.send().await.unwrap();
        let mut told = String::new();
        let mut posted = false;
        let read = async {
            while let Some(bytes) = stream.chunk().await.unwrap() {
                told += &String::from_utf8_lossy(&bytes);
                if told.contains("\"rows\":[]") && !posted {
                    posted = true;
                    post(&hub, account, "evil now").await;
                }
                let hit = hits(&aiko, &format!("hunt={id}")).await;
                if let Some(hit) = hit.first()
                    && told.contains(&format!("\"rows\":[{}]", hit["id"]))
                {
                    return;
                }
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(60), read).await;
        hunting.abort();
        assert!(ended.is_ok(), "{told}");
    })
    .await;
}
