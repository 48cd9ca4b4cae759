//! Errors: problem details, places in queries, limits, headers.

use noroshi_store::Role;
use noroshi_testkit::{Postgres, each_engine_async};
use serde_json::json;

use crate::common::{Answer, Hub, encoded, import, row};
use crate::reader::Browser;

#[tokio::test]
async fn what_is_wrong_is_told_in_one_form() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        for (path, status) in [
            ("/nowhere", 404),
            ("/api/v1/nowhere", 404),
            ("/api/v1/batches/1", 404),
            ("/api/v1/batches/one", 404),
            ("/api/v1/batches/99999999999999999999", 404),
            ("/api/v1/sources/none", 404),
            ("/api/v1/batches?source=none", 404),
            ("/api/v1/lookup/no%20value%20at%20all", 400),
            ("/api/v1/lookup/%FF", 404),
            ("/api/v1/search?limit=0", 400),
            ("/api/v1/search?limit=1001", 400),
            ("/api/v1/search?limit=many", 400),
            ("/api/v1/search?wibble=1", 400),
            ("/api/v1/search?q=a&cursor=b", 400),
            ("/api/v1/search?q=a&cursor=1.b", 400),
            ("/api/v1/changes?wait=31", 400),
            ("/api/v1/changes?after=x", 400),
        ] {
            let problem = root.get(path).await.problem(status);
            assert!(problem.get("operation").is_none(), "{path}");
        }
        let deleted = root.send("DELETE", "/api/v1/sources", &json!({})).await;
        deleted.problem(405);
        assert!(deleted.header("allow").contains("GET"));

        for (path, body, status) in [
            (
                "/api/v1/accounts",
                json!({"name": "a b", "role": "reader"}),
                400,
            ),
            (
                "/api/v1/accounts",
                json!({"name": "a", "role": "king"}),
                400,
            ),
            (
                "/api/v1/accounts",
                json!({"name": "root", "role": "reader"}),
                409,
            ),
            (
                "/api/v1/accounts",
                json!({"name": "a", "role": "reader", "organisation": "none"}),
                422,
            ),
            ("/api/v1/accounts", json!({"name": "a"}), 422),
            (
                "/api/v1/audiences",
                json!({"name": "a", "kind": "accounts", "members": ["none"]}),
                422,
            ),
            (
                "/api/v1/audiences",
                json!({"name": "a", "kind": "everyone", "members": []}),
                422,
            ),
            ("/api/v1/lookup", json!({}), 400),
            ("/api/v1/lookup", json!({"values": [], "text": ""}), 400),
            ("/api/v1/lookup", json!([]), 400),
        ] {
            root.send("POST", path, &body).await.problem(status);
        }
        let xml = root
            .request("POST", "/api/v1/lookup")
            .header("content-type", "text/xml");
        Answer::of(xml.body("<a/>").send().await.unwrap())
            .await
            .problem(415);
        let plain = root.request("POST", "/api/v1/accounts").body("{}");
        Answer::of(plain.send().await.unwrap()).await.problem(415);
    })
    .await;
}

#[tokio::test]
async fn a_bad_query_is_shown_its_place() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        for (query, column) in [
            ("tag:a kind:nonsense", 12),
            ("日本 kind:nonsense", 9),
            ("a (b", 3),
            ("/[/", 1),
            ("event:1", 1),
        ] {
            let answer = client
                .get(&format!("/api/v1/search?q={}", encoded(query)))
                .await;
            let problem = answer.problem(400);
            assert_eq!(problem["type"], "urn:noroshi:problem:bad-query");
            let told = problem["column"].as_u64().unwrap();
            assert!(told.abs_diff(column) <= 5, "{query}: {problem}");
            assert!(problem["length"].as_u64().unwrap() >= 1);
        }
    })
    .await;
}

#[tokio::test]
async fn hostile_questions_are_answered() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        let source = hub.source("feed").await;
        import(
            &hub.store,
            &source,
            vec![row("evil.example"), row("192.0.2.1")],
        )
        .await;
        let deep = format!("{}a{}", "(".repeat(2_000), ")".repeat(2_000));
        let many = "a OR ".repeat(1_500) + "a";
        for query in [
            deep.as_str(),
            many.as_str(),
            "/(a*)*(a*)*(a*)*b/",
            "/((((a{1000}){1000}){1000}))/",
            "\0",
            "'; DROP TABLE observable; --",
            "%",
            "_",
            "\"",
            "\\",
            "tag:' tag:%",
            "\u{202e}example",
            "-",
            "since:99999999d",
            "first:..",
            "ip:0.0.0.0/0",
            "cidr:::/0",
        ] {
            let answer = client
                .get(&format!("/api/v1/search?q={}", encoded(query)))
                .await;
            let status = answer.status.as_u16();
            assert!(
                status == 200 || status == 400,
                "{query:.40}: {}",
                answer.text
            );
        }
        for value in [
            "\0",
            "%2e%2e",
            "http://192.0.2.1/?a=b&c=d#e",
            "'",
            "a".repeat(4_000).as_str(),
        ] {
            let answer = client
                .get(&format!("/api/v1/lookup/{}", encoded(value)))
                .await;
            let status = answer.status.as_u16();
            assert!(
                status == 200 || status == 400,
                "{value:.40}: {}",
                answer.text
            );
        }
        assert_eq!(client.get("/healthz").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn bodies_have_an_end() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        let post = async |path: &str, kind: &str, size: usize| {
            let request = root.request("POST", path).header("content-type", kind);
            // Hung up on in the middle of a large body, a client may not get to read the answer.
            let sent = request.body("x".repeat(size)).send().await;
            match sent {
                Ok(response) => Some(Answer::of(response).await),
                Err(_) => None,
            }
        };
        let mega = 1024 * 1024;
        let answer = post("/api/v1/lookup", "text/plain", 5 * mega)
            .await
            .unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text);
        if let Some(answer) = post("/api/v1/lookup", "text/plain", 6 * mega).await {
            answer.problem(413);
        }
        if let Some(answer) = post("/api/v1/accounts", "application/json", 3 * mega).await {
            answer.problem(413);
        }
        // Without a key, nobody reads it.
        let request = hub.stranger().request("POST", "/api/v1/lookup");
        Answer::of(request.body("x").send().await.unwrap())
            .await
            .problem(401);
    })
    .await;
}

#[tokio::test]
async fn every_answer_has_its_headers_and_is_compressed() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        for path in [
            "/",
            "/healthz",
            "/nowhere",
            "/api/v1/me",
            "/api/v1/openapi.json",
        ] {
            let answer = client.get(path).await;
            let policy = answer.header("content-security-policy");
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'")
            );
            assert!(
                !policy.contains("unsafe") && !policy.contains("http"),
                "{policy}"
            );
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        let document = client.json("/api/v1/openapi.json").await;
        assert!(document["openapi"].as_str().unwrap().starts_with("3."));

        // By a client that does not unpack it and take the header away.
        let http = reqwest::Client::builder()
            .no_gzip()
            .no_proxy()
            .build()
            .unwrap();
        let request = http.get(format!("{}/api/v1/openapi.json", hub.base));
        let response = request
            .header("accept-encoding", "gzip")
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["content-encoding"], "gzip");
        assert!(response.bytes().await.unwrap().starts_with(&[0x1f, 0x8b]));
    })
    .await;
}

#[tokio::test]
async fn a_server_without_its_database_says_so() {
    if Postgres::shared().is_none() {
        return;
    }
    let server = Postgres::start().unwrap();
    let place = noroshi_testkit::Target::Postgres(server.database(), tempfile::tempdir().unwrap());
    let hub = Hub::on(&place).await;
    let client = hub.client("ann", Role::Reader).await;
    let browser = Browser::new(&hub, "bea").await;
    assert_eq!(client.get("/healthz").await.status, 200);
    assert_eq!(browser.get("/").await.status, 200);
    drop(server);
    // A page says so in words, and asks again by itself.
    for path in ["/", "/search?q=a"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 503, "{path}: {}", page.text);
        assert!(!page.header("retry-after").is_empty());
        assert!(page.text.contains("http-equiv=\"refresh\""));
        assert!(page.text.contains("Nothing is lost"), "{}", page.text);
        assert!(page.text.contains(&format!("href=\"{path}\"")));
    }
    let answer = client.get("/healthz").await;
    let problem = answer.problem(503);
    assert_eq!(problem["detail"], "The database does not answer.");
    assert!(problem["operation"].is_string());
    assert!(!answer.header("retry-after").is_empty());
    let answer = client.get("/api/v1/search?q=a").await;
    assert!(answer.status.is_server_error());
    let problem = answer.problem(answer.status.as_u16());
    assert!(problem["operation"].is_string());
    // What the database said stays in the log.
    for inside in ["postgres", "connect", "refused", "sql", "/tmp"] {
        assert!(
            !answer.text.to_lowercase().contains(inside),
            "{}",
            answer.text
        );
    }
}
