//! Misskey: <https://misskey-hub.net/docs/for-developers/api/>, `notes/search-by-tag`, `users/show`, `users/notes`.

use noroshi_testkit::{Engine, Target};
use serde_json::json;

use crate::fixture::{Hub, sample, service};
use crate::server::{Server, answer, json};

#[tokio::test(flavor = "multi_thread")]
async fn notes_of_a_tag_page_by_page() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|asked| match asked.json().get("untilId") {
        None => json(sample("misskey.json")),
        Some(_) => json("[]"),
    });
    let values = [
        ("instance", server.address.as_str()),
        ("tag", "フィッシング"),
    ];
    let recipe = service(&server, "misskey-tag", &values);
    let hub = Hub::new(&target, &[&server]).await.with_key("S3cretToken");
    let receipt = hub.collect(&recipe).await.unwrap();
    assert_eq!((receipt.rows, receipt.new, receipt.bad), (3, 3, 0));
    let asked = server.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].target.as_str()),
        ("POST", "/api/notes/search-by-tag")
    );
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert_eq!(
        asked[0].json(),
        json!({ "tag": "フィッシング", "limit": 100, "i": "S3cretToken" })
    );
    assert_eq!(
        asked[1].json(),
        json!({ "tag": "フィッシング", "limit": 100, "i": "S3cretToken", "untilId": "a1xxxxxxxx" })
    );
    let posts = hub.items("misskey-tag").await;
    let texts: Vec<_> = posts.iter().map(|post| post.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "192.0.2.9 を観測",
            "note with file\n\nalt text",
            "注意\n\nフィッシング http://login.evil.example/ #phishing"
        ]
    );
    let item = posts[2].item.as_deref().unwrap();
    assert!(item.url.as_deref().unwrap().ends_with("/notes/a1zzzzzzzz"));
    assert_eq!(item.author.as_ref().unwrap().name, "アリス");
    hub.collect(&recipe).await.unwrap();
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_looked_up_first() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|asked| match asked.path() {
        "/api/users/show" => json(json!({ "id": "9aaaaaaaaa", "username": "alice" })),
        _ if asked.json().get("untilId").is_none() => json(sample("misskey.json")),
        _ => json("[]"),
    });
    let values = [("instance", server.address.as_str()), ("account", "alice")];
    let recipe = service(&server, "misskey-account", &values);
    let hub = Hub::new(&target, &[&server]).await;
    assert_eq!(hub.collect(&recipe).await.unwrap().new, 3);
    let asked = server.asked();
    assert_eq!(asked[0].json(), json!({ "username": "alice" }));
    assert_eq!(
        asked[1].json(),
        json!({ "userId": "9aaaaaaaaa", "limit": 100, "withReplies": true })
    );

    server.answer(|_| {
        let said = r#"{"error":{"message":"No such user.","code":"NO_SUCH_USER","id":"x","kind":"client"}}"#;
        answer("404 Not Found", &[], said)
    });
    let failure = hub.collect(&recipe).await.unwrap_err();
    assert!(failure.to_string().contains("No such user."), "{failure}");
}
