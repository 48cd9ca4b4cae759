//! Bluesky: <https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed>,
//! <https://docs.bsky.app/docs/api/app-bsky-feed-search-posts>, <https://docs.bsky.app/docs/api/com-atproto-server-create-session>.

use std::sync::atomic::{AtomicUsize, Ordering};

use noroshi_indicator::{Kind, Observable};
use noroshi_testkit::{Engine, Target, each_engine_async};
use serde_json::json;

use crate::fixture::{Hub, sample, service};
use crate::server::{Asked, Server, answer, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_of_an_author_field_by_field() {
    each_engine_async(async |target| {
        let server = Server::start(|asked| match asked.parameter("cursor") {
            None => json(sample("bluesky-author.json")),
            Some(_) => json(json!({ "feed": [] })),
        });
        let recipe = service(
            &server,
            "bluesky-author",
            &[("account", "alice.bsky.example")],
        );
        let hub = Hub::new(&target, &[&server]).await;
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new, receipt.bad), (2, 2, 0));
        let asked = server.asked();
        assert_eq!(asked[0].path(), "/xrpc/app.bsky.feed.getAuthorFeed");
        assert_eq!(
            asked[0].parameter("actor").as_deref(),
            Some("alice.bsky.example")
        );
        assert_eq!(
            asked[1].parameter("cursor").as_deref(),
            Some("2026-11-27T08:00:00Z")
        );

        let posts = hub.items("bluesky-author").await;
        assert_eq!(
            posts[0].text,
            "Fresh C2: evil.example/gate... #c2\n\nA report"
        );
        assert_eq!(posts[1].text, "日本語の投稿 CVE-2026-0002\n\n画面の写真");
        let item = posts[0].item.as_deref().unwrap();
        assert_eq!(
            item.url.as_deref(),
            Some("https://bsky.app/profile/alice.bsky.example/post/3m6aaaaaaaa2a")
        );
        let author = item.author.as_ref().unwrap();
        assert_eq!(
            (author.name.as_str(), author.handle.as_deref()),
            ("Alice Example", Some("alice.bsky.example"))
        );
        assert_eq!(posts[0].tags, ["c2"]);
        // The text shows a shortened link; the facet and the card say where they lead.
        for url in [
            "https://evil.example/gate.php",
            "https://blog.example/report",
        ] {
            let url = Observable::parse(Kind::Url, url).unwrap();
            assert!(
                posts[0].observables.contains(&url),
                "{:?}",
                posts[0].observables
            );
        }
        assert_eq!(
            posts[1].item.as_ref().unwrap().language.as_deref(),
            Some("ja")
        );

        // Everything is known: the first page is the last.
        hub.collect(&recipe).await.unwrap();
        assert_eq!(server.asked().len(), 1);
    })
    .await;
}

const SESSION: &str = r#"{"accessJwt":"S3cretAccess1","refreshJwt":"S3cretRefresh1","handle":"hub.bsky.example","did":"did:plc:hhhhhhhhhhhhhhhhhhhhhhhh","active":true}"#;

fn search(token: &'static str) -> impl Fn(&Asked) -> Vec<u8> {
    move |asked| match asked.path() {
        "/xrpc/com.atproto.server.createSession" => json(SESSION),
        "/xrpc/com.atproto.server.refreshSession" => {
            let is_refresh = asked.header("authorization") == Some("Bearer S3cretRefresh1");
            match is_refresh && asked.body.is_empty() {
                true => json(SESSION.replace('1', "2")),
                false => answer(
                    "400 Bad Request",
                    &[],
                    r#"{"error":"InvalidToken","message":"no"}"#,
                ),
            }
        }
        _ if asked.header("authorization") == Some(token) => {
            json(sample("bluesky.json").replace("\"cursor\": \"2\",", ""))
        }
        _ => answer(
            "400 Bad Request",
            &[],
            r#"{"error":"ExpiredToken","message":"Token has expired"}"#,
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_has_a_session_that_is_renewed() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(search("Bearer S3cretAccess1"));
    let recipe = service(&server, "bluesky-search", &[("query", "phishing lang:ja")]);
    let hub = Hub::new(&target, &[&server])
        .await
        .with_key("hub.bsky.example:abcd-efgh-ijkl-mnop");
    assert_eq!(hub.collect(&recipe).await.unwrap().new, 2);
    let asked = server.asked();
    assert_eq!(asked[0].method, "POST");
    assert_eq!(
        asked[0].json(),
        json!({ "identifier": "hub.bsky.example", "password": "abcd-efgh-ijkl-mnop" })
    );
    assert_eq!(asked[1].parameter("q").as_deref(), Some("phishing lang:ja"));
    assert_eq!(asked[1].parameter("sort").as_deref(), Some("latest"));

    // The session outlives the run; once its token has expired, it is refreshed.
    hub.collect(&recipe).await.unwrap();
    assert_eq!(server.asked().len(), 1);
    server.answer(search("Bearer S3cretAccess2"));
    hub.collect(&recipe).await.unwrap();
    let asked = server.asked();
    let paths: Vec<_> = asked.iter().map(Asked::path).collect();
    let (refresh, search) = (
        "/xrpc/com.atproto.server.refreshSession",
        "/xrpc/app.bsky.feed.searchPosts",
    );
    assert_eq!(paths, [search, refresh, search]);
    assert_eq!(asked[1].method, "POST");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_not_shown() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|_| {
        let said = r#"{"error":"AuthenticationRequired","message":"Invalid identifier or password: wrong-wrong"}"#;
        answer("401 Unauthorized", &["ratelimit-remaining: 9"], said)
    });
    let recipe = service(&server, "bluesky-search", &[("query", "x")]);
    let hub = Hub::new(&target, &[&server])
        .await
        .with_key("hub.bsky.example:wrong-wrong");
    let failure = hub.collect(&recipe).await.unwrap_err().to_string();
    assert!(
        failure.contains("Invalid identifier or password: ***"),
        "{failure}"
    );
    // It is not tried again and again: a service locks accounts for that.
    assert_eq!(server.asked().len(), 1);
    let hub = Hub::new(&target, &[&server]).await.with_key("no-colon");
    let failure = hub.collect(&recipe).await.unwrap_err().to_string();
    assert!(failure.contains("account:app-password"), "{failure}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hunts_drive_the_search_wish_by_wish() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let count = AtomicUsize::new(0);
    let server = Server::start(move |asked| match asked.path() {
        "/xrpc/com.atproto.server.createSession" => json(SESSION),
        _ if count.fetch_add(1, Ordering::SeqCst) == 0 => {
            json(sample("bluesky.json").replace("\"cursor\": \"2\",", ""))
        }
        _ => json(json!({ "posts": [] })),
    });
    let recipe = service(&server, "bluesky-hunts", &[]);
    let hub = Hub::new(&target, &[&server])
        .await
        .with_key("hub.bsky.example:abcd");
    hub.hunt(&recipe, "\"fake login\" OR tag:c2").await;
    assert_eq!(hub.collect(&recipe).await.unwrap().new, 2);
    let asked = server.asked();
    let asked: Vec<_> = asked
        .iter()
        .filter_map(|asked| asked.parameter("q"))
        .collect();
    assert_eq!(asked, ["\"fake login\"", "#c2"]);
}
