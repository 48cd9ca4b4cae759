//! X API v2: <https://docs.x.com/x-api/users/user-lookup-by-username>, <https://docs.x.com/x-api/posts/user-posts-timeline-by-user-id>,
//! <https://docs.x.com/x-api/posts/search-recent-posts>, <https://docs.x.com/x-api/fundamentals/response-codes-and-errors>.

use noroshi_indicator::{Kind, Observable};
use noroshi_testkit::{Engine, Target, each_engine_async};
use serde_json::json;

use crate::fixture::{Hub, sample, service};
use crate::server::{Asked, Server, answer, json};

const NONE: &str = r#"{"meta":{"result_count":0}}"#;

fn timeline(asked: &Asked) -> Vec<u8> {
    match (asked.path(), asked.parameter("pagination_token")) {
        ("/2/users/by/username/jpcert", _) => json(
            json!({ "data": { "id": "2244990001", "name": "Alice Example", "username": "jpcert" } }),
        ),
        ("/2/users/2244990001/tweets", None) if asked.parameter("since_id").is_none() => {
            json(sample("x.json"))
        }
        _ => json(NONE),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn posts_of_a_user_field_by_field() {
    each_engine_async(async |target| {
        let server = Server::start(timeline);
        let recipe = service(&server, "x-user", &[("account", "jpcert")]);
        let hub = Hub::new(&target, &[&server]).await.with_key("S3cretBearer");
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new, receipt.bad), (4, 4, 0));

        let asked = server.asked();
        let paths: Vec<_> = asked.iter().map(Asked::path).collect();
        let tweets = "/2/users/2244990001/tweets";
        assert_eq!(paths, ["/2/users/by/username/jpcert", tweets, tweets]);
        let parameter = |name: &str| asked[1].parameter(name).unwrap_or_default();
        assert_eq!(parameter("max_results"), "100");
        assert_eq!(parameter("expansions"), "author_id,referenced_tweets.id,attachments.media_keys");
        assert!(parameter("tweet.fields").contains("note_tweet"));
        assert_eq!(parameter("user.fields"), "name,username");
        assert_eq!(asked[2].parameter("pagination_token").as_deref(), Some("b26v89c19zqg8o3fpzbg"));
        assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer S3cretBearer")));

        let posts = hub.items("x-user").await;
        let texts: Vec<_> = posts.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "New #phishing kit on http://login.evil.example/kit drops CVE-2026-0001 exploit\n\nScreenshot of the login page",
                "RT @bob_example: 203.0.113.7 is scanning for the new b…\n\n> 203.0.113.7 is scanning for the new bug, and 203.0.113.8 too",
                "author unknown",
                "長い投稿の全文。通信先は https://c2.example/gate.php です。",
            ]
        );
        let first = posts[0].item.as_deref().unwrap();
        let author = first.author.as_ref().unwrap();
        assert_eq!((author.name.as_str(), author.handle.as_deref()), ("Alice Example", Some("@alice_example")));
        assert_eq!(first.url.as_deref(), Some("https://x.com/alice_example/status/1990000000000000009"));
        assert_eq!(first.language.as_deref(), Some("en"));
        assert_eq!(posts[0].tags, ["phishing"]);
        let time = jiff::Timestamp::from_microsecond(posts[0].published).unwrap();
        assert_eq!(time.to_string(), "2026-11-27T23:10:05Z");
        let named = |kind, value: &str| {
            let observable = Observable::parse(kind, value).unwrap();
            posts.iter().any(|post| post.observables.contains(&observable))
        };
        assert!(named(Kind::Url, "http://login.evil.example/kit"));
        assert!(named(Kind::Cve, "CVE-2026-0001"));
        assert!(named(Kind::Url, "https://c2.example/gate.php"));
        assert!(named(Kind::Ipv4, "203.0.113.8"));
        assert!(!posts.iter().any(|post| post.text.contains("t.co")));

        // The next run asks for what is newer.
        assert!(hub.collect(&recipe).await.unwrap().not_modified);
        let asked = server.asked();
        assert_eq!(asked[1].parameter("since_id").as_deref(), Some("1990000000000000009"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_has_become_too_old_is_given_up() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|_| json(sample("x.json").replace("b26v89c19zqg8o3fpzbg", "")));
    let recipe = service(
        &server,
        "x-search",
        &[("query", "(#phishing OR \"fake login\") -is:retweet")],
    );
    let hub = Hub::new(&target, &[&server]).await.with_key("S3cretBearer");
    hub.collect(&recipe).await.unwrap();
    assert_eq!(
        server.asked()[0].parameter("query").as_deref(),
        Some("(#phishing OR \"fake login\") -is:retweet")
    );
    server.answer(|asked| match asked.parameter("since_id") {
        None => json(sample("x.json").replace("b26v89c19zqg8o3fpzbg", "")),
        Some(_) => answer(
            "400 Bad Request",
            &["Content-Type: application/problem+json"],
            r#"{"errors":[{"parameters":{"since_id":["1990000000000000009"]},"message":"Invalid 'since_id'. 'since_id' must be a tweet id created after 2026-11-20T00:00Z."}],"title":"Invalid Request","detail":"One or more parameters to your request was invalid.","type":"https://api.x.com/2/problems/invalid-request"}"#,
        ),
    });
    let receipt = hub.collect(&recipe).await.unwrap();
    assert_eq!((receipt.rows, receipt.unchanged), (4, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn hunts_drive_the_search() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|_| json(NONE));
    let recipe = service(&server, "x-hunts", &[]);
    let hub = Hub::new(&target, &[&server]).await.with_key("S3cretBearer");
    // No hunt, no question.
    assert!(hub.collect(&recipe).await.unwrap().not_modified);
    assert!(server.asked().is_empty());
    hub.hunt(&recipe, "lockbit 日本").await;
    hub.hunt(&recipe, "tag:opendir").await;
    hub.collect(&recipe).await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].parameter("query").as_deref(),
        Some("((lockbit 日本) OR #opendir) -is:retweet")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_x_says_is_wrong_is_told() {
    for (status, body, why) in [
        (
            "401 Unauthorized",
            r#"{"title":"Unauthorized","type":"about:blank","status":401,"detail":"Unauthorized"}"#,
            "401 Unauthorized: Unauthorized",
        ),
        (
            "403 Forbidden",
            r#"{"title":"Client Forbidden","detail":"This request must be made using an approved developer account.","required_enrollment":"Appropriate Level of API Access","reason":"client-not-enrolled","type":"https://api.twitter.com/2/problems/client-forbidden"}"#,
            "approved developer account",
        ),
        (
            "200 OK",
            r#"{"errors":[{"value":"nobody","detail":"Could not find user with username: [nobody].","title":"Not Found Error","resource_type":"user","parameter":"username","type":"https://api.twitter.com/2/problems/resource-not-found"}]}"#,
            "Could not find user with username: [nobody].",
        ),
    ] {
        let target = Target::new(Engine::Sqlite).unwrap();
        let server = Server::start(move |_| answer(status, &[], body));
        let recipe = service(&server, "x-user", &[("account", "nobody")]);
        let hub = Hub::new(&target, &[&server]).await.with_key("S3cretBearer");
        let failure = hub.collect(&recipe).await.unwrap_err();
        assert!(failure.to_string().contains(why), "{failure}");
        let source = hub.source("x-user").await;
        assert!(source.last_error.unwrap().contains(why));
    }
}
