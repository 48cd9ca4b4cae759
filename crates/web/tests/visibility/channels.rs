//! Channels, their logs and hand-over sheets: one's own, and of hits only what one may read.

use noroshi_store::{AudienceKind, Brought, NewHit, NewHunt, NewPost, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Answer, Client, Hub};

/// Routes that tell of channels and of hand-over sheets. Of these, `/handover` and its API show statements.
pub(crate) const OF_CHANNELS: &[(&str, &str)] = &[
    ("GET", "/api/v1/channels"),
    ("POST", "/api/v1/channels"),
    ("GET", "/api/v1/channels/{id}"),
    ("PATCH", "/api/v1/channels/{id}"),
    ("DELETE", "/api/v1/channels/{id}"),
    ("GET", "/api/v1/channels/{id}/deliveries"),
    ("POST", "/api/v1/channels/{id}/test"),
    ("POST", "/api/v1/deliveries/{id}/retry"),
    ("GET", "/api/v1/handover"),
    ("POST", "/api/v1/shift"),
    ("GET", "/channels"),
    ("POST", "/channels"),
    ("GET", "/channels/{id}"),
    ("POST", "/channels/{id}"),
    ("POST", "/channels/{id}/delete"),
    ("POST", "/channels/{id}/retry"),
    ("POST", "/channels/{id}/test"),
    ("GET", "/handover"),
    ("POST", "/handover/begin"),
    ("POST", "/handover/send"),
];

/// What must not be told to others.
const SECRETS: [&str; 3] = ["hooks.secret.example", "S3cret", "aikos-channel"];

async fn session(hub: &Hub, name: &str) -> String {
    hub.store
        .set_password(name, "correct horse battery")
        .await
        .unwrap();
    let answer = hub
        .stranger()
        .request("POST", "/sign-in")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("name={name}&password=correct+horse+battery&next="))
        .send()
        .await
        .unwrap();
    let answer = Answer::of(answer).await;
    let cookies = answer.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let session = cookies.find(|cookie| cookie.starts_with("noroshi="));
    session.unwrap().split(';').next().unwrap().to_owned()
}

/// Asks with a key, or with a session where the route is a page.
async fn ask(client: &Client<'_>, cookie: &str, (method, path): (&str, &str)) -> Answer {
    if path.starts_with("/api/") {
        return match method {
            "GET" => client.get(path).await,
            _ => client.send(method, path, &json!({})).await,
        };
    }
    let request = client.hub.stranger().request(method, path);
    let request = request
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    let form = "delivery=1&channel=1&since=&name=x&cadence=each&language=en&zone=UTC&per_hour=9";
    let body = if method == "GET" { "" } else { form };
    Answer::of(request.body(body).send().await.unwrap()).await
}

#[tokio::test]
async fn a_channel_is_nobody_elses_business() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let ben = hub.client("ben", Role::Analyst).await;
        let root = hub.client("root", Role::Admin).await;
        let order = json!({
            "name": "aikos-channel", "kind": "slack_webhook", "url": "https://hooks.secret.example/S3cret",
        });
        let made = aiko.send("POST", "/api/v1/channels", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = made.json()["id"].as_i64().unwrap();
        let owner = hub.store.account("aiko").await.unwrap();
        let reader = noroshi_store::Reader::account(owner.id);
        let sent = hub.store.add_sheet(&reader, id, |_| "S3cret".to_owned()).await.unwrap();
        let cookie = session(&hub, "ben").await;
        for (method, path) in OF_CHANNELS {
            let path = match path.contains("deliveries/{id}") {
                true => path.replace("{id}", &sent.id.to_string()),
                false => path.replace("{id}", &id.to_string()),
            };
            let answer = ask(&ben, &cookie, (method, &path)).await;
            for secret in SECRETS {
                assert!(!answer.text.contains(secret), "{method} {path}: {}", answer.text);
            }
            let of_one = path.contains(&format!("/{id}")) || path == "/handover/send";
            if of_one {
                assert_eq!(answer.status, 404, "{method} {path}: {}", answer.text);
            }
            // Who is not signed in learns nothing at all.
            let stranger = ask(&hub.stranger(), "", (method, &path)).await;
            let refused = if path.starts_with("/api/") { 401 } else { 303 };
            assert_eq!(stranger.status, refused, "{method} {path}");
        }
        // It is still there, for its owner and for administrators; its secret for nobody.
        for who in [&aiko, &root] {
            let all = who.json("/api/v1/channels").await;
            assert_eq!(all["channels"][0]["name"], "aikos-channel");
            let log = who.json(&format!("/api/v1/channels/{id}/deliveries")).await;
            assert_eq!(log["deliveries"][0]["kind"], "sheet");
            assert!(!format!("{all} {log}").contains("S3cret"));
        }
        assert_eq!(ben.json("/api/v1/channels").await, json!({ "channels": [] }));
    })
    .await;
}

#[tokio::test]
async fn a_sheet_tells_what_its_reader_may_read() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let aiko = hub.client("aiko", Role::Analyst).await;
        let ben = hub.client("ben", Role::Analyst).await;
        let account = hub.store.account("aiko").await.unwrap();
        let accounts = AudienceKind::Accounts;
        hub.store
            .add_audience("mine", accounts, &["aiko"])
            .await
            .unwrap();
        let hunt = |name: &str, audience: Option<&str>| NewHunt {
            name: name.to_owned(),
            words: "evil".to_owned(),
            audience: audience.map(str::to_owned),
            enabled: true,
            ..NewHunt::default()
        };
        let shared = hunt("shared", Some("everyone"));
        let shared = hub.store.add_hunt(account.id, shared).await.unwrap().id;
        let own = hub
            .store
            .add_hunt(account.id, hunt("own-hunt", None))
            .await
            .unwrap()
            .id;
        for (text, audience) in [
            ("evil hidden-mark? #question", "mine"),
            ("evil open-mark? #question", "everyone"),
        ] {
            let new = NewPost {
                text: text.to_owned(),
                audience: Some(audience.to_owned()),
                ..NewPost::default()
            };
            hub.store.add_post(account.id, new).await.unwrap();
        }
        let from = hub.store.hunt_place().await.unwrap();
        let (news, next) = hub.store.news(from.seq, 100).await.unwrap();
        let mut found = Vec::new();
        for one in &news {
            if let Brought::Entry(entry, _) = &one.brought {
                found.extend([shared, own].map(|hunt| NewHit::entry(hunt, entry)));
            }
        }
        let recorded = hub.store.record_hits(from, (next, 0), found).await.unwrap();
        assert_eq!(recorded.unwrap().new, 4);
        let acknowledge = noroshi_store::HitAction::Acknowledge;
        hub.store
            .act_on_hits(account.id, vec![1, 2, 3, 4], acknowledge)
            .await
            .unwrap();

        let sheet = aiko.json("/api/v1/handover").await;
        let length = |sheet: &Value, part: &str| sheet[part].as_array().unwrap().len();
        let all = |sheet: &Value| {
            ["hunts", "hits", "decisions", "questions"].map(|part| length(sheet, part))
        };
        assert_eq!(all(&sheet), [2, 4, 4, 2]);
        let sheet = ben.json("/api/v1/handover").await;
        assert_eq!(all(&sheet), [1, 1, 1, 1]);
        assert_eq!(sheet["hunts"][0]["acknowledged"], 1);
        let cookie = session(&hub, "ben").await;
        let page = ask(&ben, &cookie, ("GET", "/handover")).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("open-mark"));
        for text in [page.text, sheet.to_string()] {
            assert!(
                !text.contains("hidden-mark") && !text.contains("own-hunt"),
                "{text}"
            );
        }
    })
    .await;
}
