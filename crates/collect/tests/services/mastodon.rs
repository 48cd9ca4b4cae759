//! Mastodon: <https://docs.joinmastodon.org/methods/timelines/#tag>, <https://docs.joinmastodon.org/methods/accounts/#lookup>,
//! <https://docs.joinmastodon.org/methods/accounts/#statuses>, <https://docs.joinmastodon.org/entities/Status/>.

use noroshi_indicator::{Kind, Observable};
use noroshi_testkit::{Engine, Target, each_engine_async};
use serde_json::{Value, json};

use crate::fixture::{Hub, sample, service};
use crate::server::{Asked, Server, answer, json};

/// The statuses of the sample, without that which says nothing.
fn statuses() -> Value {
    let mut statuses: Vec<Value> = serde_json::from_str(&sample("mastodon.json")).unwrap();
    statuses.pop();
    Value::from(statuses)
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_of_a_tag_field_by_field() {
    each_engine_async(async |target| {
        let server = Server::start(|asked| match asked.parameter("max_id") {
            None => json(statuses()),
            Some(_) => json("[]"),
        });
        let values = [("instance", server.address.as_str()), ("tag", "脅威情報")];
        let recipe = service(&server, "mastodon-tag", &values);
        let hub = Hub::new(&target, &[&server]).await;
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new, receipt.bad), (3, 3, 0));
        let asked = server.asked();
        assert_eq!(
            asked[0].target,
            "/api/v1/timelines/tag/%E8%84%85%E5%A8%81%E6%83%85%E5%A0%B1?limit=40"
        );
        assert_eq!(asked[0].header("authorization"), None);

        let posts = hub.items("mastodon-tag").await;
        let texts: Vec<_> = posts.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "198.51.100.9 sends mail",
                "Malware <sample>\n\n検体のハッシュは d41d8cd98f00b204e9800998ecf8427e です",
                "New loader at https://evil.example/a?b=1&c=2\nseen with #emotet\n\nSecond paragraph\n\nPacket capture",
            ]
        );
        // What was boosted belongs to who wrote it.
        let author = posts[0].item.as_ref().unwrap().author.clone().unwrap();
        assert_eq!((author.name.as_str(), author.handle.as_deref()), ("bob", Some("bob@social.example")));
        let item = posts[2].item.as_deref().unwrap();
        assert_eq!(item.url.as_deref(), Some("https://mastodon.example/@alice/115600000000000004"));
        assert_eq!(item.author.as_ref().unwrap().name, "Alice Example");
        assert!(item.updated.is_some());
        assert_eq!(posts[2].tags, ["emotet"]);
        let url = Observable::parse(Kind::Url, "https://evil.example/a?b=1&c=2").unwrap();
        assert!(posts[2].observables.contains(&url), "{:?}", posts[2].observables);

        hub.collect(&recipe).await.unwrap();
        assert_eq!(server.asked()[0].parameter("since_id").as_deref(), Some("115600000000000004"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_looked_up_first() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|asked| match asked.path() {
        "/api/v1/accounts/lookup" => json(json!({ "id": "42", "acct": "alice@mastodon.example" })),
        "/api/v1/accounts/42/statuses" => json(statuses()),
        _ => answer("404 Not Found", &[], r#"{"error":"Record not found"}"#),
    });
    let values = [
        ("instance", server.address.as_str()),
        ("account", "alice@mastodon.example"),
    ];
    let recipe = service(&server, "mastodon-account", &values);
    let hub = Hub::new(&target, &[&server]).await.with_key("S3cretToken");
    assert_eq!(hub.collect(&recipe).await.unwrap().new, 3);
    let asked = server.asked();
    assert_eq!(
        asked[0].parameter("acct").as_deref(),
        Some("alice@mastodon.example")
    );
    assert!(
        asked
            .iter()
            .all(|asked| asked.header("authorization") == Some("Bearer S3cretToken"))
    );

    server.answer(|_| answer("404 Not Found", &[], r#"{"error":"Record not found"}"#));
    let failure = hub.collect(&recipe).await.unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("404 Not Found: Record not found"),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_shows_nothing_to_strangers_says_so() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|_| {
        let said = r#"{"error":"This method requires an authenticated user"}"#;
        answer("422 Unprocessable Content", &[], said)
    });
    let values = [("instance", server.address.as_str()), ("tag", "x")];
    let hub = Hub::new(&target, &[&server]).await;
    let failure = hub
        .collect(&service(&server, "mastodon-tag", &values))
        .await
        .unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("requires an authenticated user"),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_of_hunts_are_asked_one_by_one() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|asked: &Asked| match asked.path() {
        "/api/v1/timelines/tag/infosec" => json(statuses()),
        _ => json("[]"),
    });
    let recipe = service(&server, "mastodon-hunts", &[("instance", &server.address)]);
    let hub = Hub::new(&target, &[&server]).await;
    hub.hunt(&recipe, "tag:infosec").await;
    hub.hunt(&recipe, "lockbit").await;
    assert_eq!(hub.collect(&recipe).await.unwrap().new, 3);
    let asked = server.asked();
    let paths: Vec<_> = asked.iter().map(Asked::path).collect();
    assert_eq!(
        paths,
        [
            "/api/v1/timelines/tag/lockbit",
            "/api/v1/timelines/tag/infosec"
        ]
    );
    // Each question is remembered by itself.
    hub.hunt(&recipe, "tag:apt").await;
    hub.collect(&recipe).await.unwrap();
    let since: Vec<_> = server
        .asked()
        .iter()
        .map(|asked| asked.parameter("since_id"))
        .collect();
    assert_eq!(since, [None, None, Some("115600000000000004".to_owned())]);
}
