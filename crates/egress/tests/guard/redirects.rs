//! Redirects: every hop is checked like the first, and secrets stay home.

use noroshi_egress::{EgressError, Purpose, Request};

use crate::fake::{
    Reply, Script, Server, egress, egress_to, egress_with, path, redirect, response,
};

async fn refusal(server: &Server, path: &str) -> EgressError {
    let request = Request::get(server.url(path));
    egress_to(server)
        .send(Purpose::Feed, request)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn to_where_no_request_may_go() {
    let canary = Server::start_at("127.0.0.4:0", |_| response("200 OK", "", "")).await;
    let canary_url = canary.url("/");
    let server = Server::start(|request| redirect(&path(request)[1..])).await;
    for (to, message) in [
        (canary_url.as_str(), "loopback"),
        ("http://10.0.0.5/", "private"),
        ("http://169.254.169.254/latest/", "a cloud metadata service"),
        (
            "http://[::ffff:169.254.169.254]/",
            "a cloud metadata service",
        ),
        ("http://2852039166/", "a cloud metadata service"),
        ("//127.0.0.5/", "loopback"),
        ("http://localhost/", "does not lead to a public host"),
        ("file:///etc/passwd", "the scheme `file` is not open"),
        ("gopher://127.0.0.1/", "the scheme `gopher` is not open"),
        ("javascript:alert(1)", "the scheme `javascript` is not open"),
        ("data:text/plain,x", "the scheme `data` is not open"),
        ("http://user:pw@feeds.example/", "user name or password"),
        (
            "http://feeds.example:22/",
            "port 22 of feeds.example is not open",
        ),
        ("/\\10.0.0.5/", "backslash"),
        ("http://", "the URL is refused"),
    ] {
        let error = refusal(&server, &format!("/{to}")).await;
        assert!(error.is_refusal(), "{to}: {error}");
        assert!(error.to_string().contains(message), "{to}: {error}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn to_a_name_that_is_private() {
    let server = Server::start(|_| redirect("https://intranet.example/")).await;
    let script = Script::new(&[&["10.0.0.5"]]);
    let egress = egress(&[&server.address.to_string()], &script);
    let error = egress
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the address 10.0.0.5 of intranet.example is private")
    );
    assert_eq!(script.asked(), ["intranet.example"]);
}

#[tokio::test]
async fn to_something_that_is_not_text() {
    let server = Server::start(|_| {
        Reply::Bytes(
            b"HTTP/1.1 302 Found\r\nLocation: /\xff\xfe\r\nContent-Length: 0\r\n\r\n".to_vec(),
        )
    })
    .await;
    let error = refusal(&server, "/").await;
    assert!(error.to_string().contains("not text"), "{error}");
}

#[tokio::test]
async fn relative_and_absolute_ones_are_followed() {
    let server = Server::start(|request| match path(request) {
        "/a/start" => redirect("../b/next?x=1#part"),
        "/b/next?x=1" => redirect("/c"),
        "/c" => redirect("?d"),
        "/c?d" => response("200 OK", "ETag: \"e\"\r\n", "end"),
        other => panic!("{other}"),
    })
    .await;
    let request = Request::get(server.url("/a/start"));
    let answer = egress_to(&server)
        .send(Purpose::Feed, request)
        .await
        .unwrap();
    assert_eq!(answer.final_url().as_str(), server.url("/c?d"));
    assert_eq!(answer.etag(), Some("\"e\""));
    assert_eq!(answer.bytes(100).await.unwrap(), "end");
}

#[tokio::test]
async fn loops_and_long_chains_end() {
    let server = Server::start(|request| match path(request) {
        "/here" => redirect("/here"),
        "/ping" => redirect("/pong"),
        "/pong" => redirect("/ping#again"),
        longer => redirect(&format!("{longer}x")),
    })
    .await;
    for start in ["/here", "/ping"] {
        let error = refusal(&server, start).await;
        assert!(
            error.to_string().ends_with("it turns in a circle"),
            "{error}"
        );
    }
    let before = server.connections();
    let error = refusal(&server, "/x").await;
    assert!(
        matches!(error, EgressError::TooManyRedirects { limit: 5, .. }),
        "{error}"
    );
    assert_eq!(server.connections() - before, 6);
}

#[tokio::test]
async fn purposes_without_redirects_follow_none() {
    let server = Server::start(|_| redirect("/next")).await;
    for purpose in [Purpose::Notice, Purpose::SignIn] {
        let error = egress_to(&server)
            .send(purpose, Request::get(server.url("/")))
            .await
            .unwrap_err();
        assert!(
            matches!(error, EgressError::TooManyRedirects { limit: 0, .. }),
            "{error}"
        );
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn only_redirects_redirect() {
    for status in [
        "200 OK",
        "201 Created",
        "300 Multiple Choices",
        "304 Not Modified",
        "305 Use Proxy",
        "404 Not Found",
    ] {
        let line = "Location: /next\r\n";
        let server = Server::start(move |_| response(status, line, "")).await;
        let answer = egress_to(&server)
            .send(Purpose::Feed, Request::get(server.url("/")))
            .await
            .unwrap();
        assert!(status.starts_with(answer.status().as_str()));
        assert_eq!(server.connections(), 1);
    }
    let server = Server::start(|_| response("302 Found", "", "nowhere")).await;
    let answer = egress_to(&server)
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 302);
}

#[tokio::test]
async fn secrets_are_not_sent_to_another_origin_nor_back() {
    let home = Server::start_at("127.0.0.2:0", |request| match path(request) {
        "/same" => redirect("/away"),
        "/away" => redirect("http://other.example:PORT/").into_port(request),
        "/back" => response("200 OK", "", "end"),
        other => panic!("{other}"),
    })
    .await;
    let back = home.url("/back");
    let away = Server::start_at(&format!("127.0.0.3:{}", home.port()), move |_| {
        redirect(&back)
    })
    .await;
    let script = Script::new(&[&["127.0.0.3"]]);
    let egress = egress(
        &[&home.address.to_string(), &away.address.to_string()],
        &script,
    );
    let request = Request::get(home.url("/same"))
        .header("Authorization", "Bearer one")
        .secret_header("Auth-Key", "two")
        .header("X-Plain", "three")
        .if_none_match("\"four\"");
    let answer = egress.send(Purpose::Feed, request).await.unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "end");

    let [same, to_away, to_back] = home.requests().try_into().unwrap();
    for request in [&same, &to_away] {
        assert!(request.contains("authorization: bearer one") && request.contains("auth-key: two"));
    }
    let [at_away] = away.requests().try_into().unwrap();
    for request in [&at_away, &to_back] {
        assert!(
            !request.contains("authorization") && !request.contains("auth-key"),
            "{request}"
        );
        assert!(request.contains("x-plain: three") && request.contains("if-none-match: \"four\""));
        assert!(!request.contains("referer"));
    }
}

impl Reply {
    /// Puts the port the request came to where `PORT` stands.
    fn into_port(self, request: &str) -> Reply {
        let Reply::Bytes(bytes) = self else {
            panic!("no bytes")
        };
        let host = request
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .unwrap();
        let (_, port) = host.rsplit_once(':').unwrap();
        Reply::Bytes(
            String::from_utf8(bytes)
                .unwrap()
                .replace("PORT", port)
                .into_bytes(),
        )
    }
}

#[tokio::test]
async fn what_is_posted_goes_nowhere_else() {
    let other = Server::start_at("127.0.0.4:0", |_| response("200 OK", "", "")).await;
    let elsewhere = other.url("/");
    let server = Server::start(move |request| match path(request) {
        "/moved" => response("301 Moved Permanently", "Location: /end\r\n", ""),
        "/see" => response("303 See Other", "Location: /end\r\n", ""),
        "/same" => response("307 Temporary Redirect", "Location: /end\r\n", ""),
        "/away" => response(
            "308 Permanent Redirect",
            &format!("Location: {elsewhere}\r\n"),
            "",
        ),
        "/end" => response("200 OK", "", "end"),
        other => panic!("{other}"),
    })
    .await;
    let places = [server.address.to_string(), other.address.to_string()];
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let egress = egress(&places, &Script::default());
    let post = |path: &str| Request::post(server.url(path), "text/plain", "hello");
    for path in ["/moved", "/see", "/away"] {
        let error = egress.send(Purpose::Lookup, post(path)).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Redirect { .. }),
            "{path}: {error}"
        );
    }
    assert_eq!(other.connections(), 0);
    let answer = egress.send(Purpose::Lookup, post("/same")).await.unwrap();
    assert_eq!(answer.status(), 200);
    let last = server.requests().pop().unwrap();
    assert!(
        last.starts_with("post /end http/1.1\r\n") && last.ends_with("\r\n\r\nhello"),
        "{last}"
    );
}

#[tokio::test]
async fn the_time_for_all_hops_is_one() {
    let server = Server::start(|request| match path(request) {
        "/stall" => Reply::Stall(b"HTTP/1.1 200 OK\r\n".to_vec()),
        _ => redirect("/stall"),
    })
    .await;
    let egress = egress_with(
        &[&server.address.to_string()],
        &Script::default(),
        |policy| {
            policy.total_timeout = std::time::Duration::from_millis(300);
        },
    );
    let error = egress
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap_err();
    let EgressError::Timeout { phase, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(phase, noroshi_egress::Phase::Total);
}
