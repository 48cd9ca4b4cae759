//! Response heads: the ordinary answers of feeds, and heads that never end.

use std::time::Duration;

use noroshi_egress::{EgressError, Phase, Purpose, Request, RetryAfter};

use crate::fake::{Reply, Script, Server, egress_to, egress_with, response};

async fn error_of(server: &Server) -> EgressError {
    let egress = egress_with(
        &[&server.address.to_string()],
        &Script::default(),
        |policy| {
            policy.connect_timeout = Duration::from_secs(5);
            policy.idle_timeout = Duration::from_secs(5);
        },
    );
    egress
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn not_modified() {
    let server = Server::start(|_| {
        Reply::Bytes(b"HTTP/1.1 304 Not Modified\r\nETag: \"v2\"\r\nContent-Length: 99999999999\r\nContent-Encoding: gzip\r\n\r\n".to_vec())
    })
    .await;
    let request = Request::get(server.url("/"))
        .if_none_match("\"v1\"")
        .if_modified_since("Sun, 06 Nov 1994 08:49:37 GMT");
    let answer = egress_to(&server)
        .send(Purpose::Feed, request)
        .await
        .unwrap();
    assert!(answer.is_not_modified());
    assert_eq!(answer.etag(), Some("\"v2\""));
    assert_eq!(answer.bytes(0).await.unwrap(), "");
    let sent = &server.requests()[0];
    assert!(sent.contains("if-none-match: \"v1\"\r\n"));
    assert!(sent.contains("if-modified-since: sun, 06 nov 1994 08:49:37 gmt\r\n"));
    assert!(sent.contains("user-agent: noroshi-test\r\n"));
}

#[tokio::test]
async fn too_many_requests() {
    let server =
        Server::start(|_| response("429 Too Many Requests", "Retry-After: 120\r\n", "slow down"))
            .await;
    let answer = egress_to(&server)
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(
        answer.retry_after(),
        Some(RetryAfter::After(Duration::from_secs(120)))
    );
    assert_eq!(answer.bytes(100).await.unwrap(), "slow down");
}

#[tokio::test]
async fn headers_of_a_feed() {
    let headers = "ETag: W/\"x\"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/csv; charset=utf-8\r\nRetry-After: soon\r\n";
    let server = Server::start(move |_| response("200 OK", headers, "")).await;
    let answer = egress_to(&server)
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.etag(), Some("W/\"x\""));
    assert_eq!(
        answer.last_modified(),
        Some("Sun, 06 Nov 1994 08:49:37 GMT")
    );
    assert_eq!(answer.content_type(), Some("text/csv; charset=utf-8"));
    assert_eq!(answer.retry_after(), None);
}

#[tokio::test]
async fn a_request_may_name_its_own_agent() {
    let server = Server::start(|_| response("200 OK", "", "")).await;
    let request = Request::get(server.url("/"))
        .header("User-Agent", "Mozilla/5.0")
        .accept("text/csv");
    egress_to(&server)
        .send(Purpose::Feed, request)
        .await
        .unwrap();
    let sent = &server.requests()[0];
    assert!(sent.contains("user-agent: mozilla/5.0\r\n") && !sent.contains("noroshi-test"));
    assert!(sent.contains("accept: text/csv\r\n") && !sent.contains("*/*"));
}

#[tokio::test]
async fn too_many_headers() {
    let many = |count: usize| {
        let lines: String = (0..count).map(|n| format!("X-{n}: 1\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{lines}\r\n").into_bytes()
    };
    let bytes = many(100);
    let server = Server::start(move |_| Reply::Bytes(bytes.clone())).await;
    assert!(matches!(
        error_of(&server).await,
        EgressError::ResponseHeaders {
            max_headers: 100,
            ..
        }
    ));
    let bytes = many(99);
    let server = Server::start(move |_| Reply::Bytes(bytes.clone())).await;
    let answer = egress_to(&server)
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.headers().len(), 100);
}

#[tokio::test]
async fn too_large_headers() {
    let line = format!("X-Long: {}\r\n", "x".repeat(70_000));
    let server = Server::start(move |_| response("200 OK", &line, "")).await;
    assert!(matches!(
        error_of(&server).await,
        EgressError::ResponseHeaders {
            max_bytes: 65_536,
            ..
        }
    ));
}

#[tokio::test]
async fn endless_heads() {
    for (head, again) in [
        ("HTTP/1.1 200 OK\r\n", "X-Again: 1\r\n"),
        ("HTTP/1.1 200 OK\r\nX-Long: ", "xxxxxxxxxxxxxxxx"),
        ("HTTP/1.1 200 ", "very fine "),
        ("HTTP/1.1 200 OK\r\nX-Folded: 1\r\n", " and more\r\n"),
    ] {
        let server = Server::start(move |_| {
            Reply::Forever(head.into(), again.repeat(99).into(), Duration::ZERO)
        })
        .await;
        let error = error_of(&server).await;
        assert!(
            matches!(
                error,
                EgressError::ResponseHeaders { .. } | EgressError::Broken { .. }
            ),
            "{head:?}: {error}"
        );
    }
}

#[tokio::test]
async fn endless_interim_responses() {
    let server = Server::start(|_| {
        Reply::Forever(
            Vec::new(),
            b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(),
            Duration::from_millis(2),
        )
    })
    .await;
    let egress = egress_with(
        &[&server.address.to_string()],
        &Script::default(),
        |policy| {
            policy.connect_timeout = Duration::from_secs(2);
            policy.idle_timeout = Duration::from_millis(100);
        },
    );
    let error = egress
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            EgressError::Timeout {
                phase: Phase::Head,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn heads_that_are_none() {
    for bytes in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "",
        "HTTP/9.9 200 OK\r\n\r\n",
        "hello",
        "220 mail.example ESMTP\r\n",
    ] {
        let server = Server::start(move |_| Reply::Bytes(bytes.into())).await;
        let error = error_of(&server).await;
        assert!(
            matches!(error, EgressError::Broken { .. }),
            "{bytes:?}: {error:?}"
        );
    }
}
