//! WebSockets: through the same checks, and only as long as the far side keeps to the protocol.

use std::time::Duration;

use noroshi_egress::{EgressError, Purpose, Request};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::fake::{Reply, Script, Server, egress, egress_to, egress_with, redirect, response};

/// The answer to a handshake, and frames behind it.
fn accepted(request: &str, frames: &[u8]) -> Vec<u8> {
    let lines = request.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("sec-websocket-key")
            .then_some(value)
    });
    let accept = derive_accept_key(lines.unwrap().as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    [head.as_bytes(), frames].concat()
}

fn text(text: &str) -> Vec<u8> {
    [&[0x81, text.len() as u8], text.as_bytes()].concat()
}

async fn open(server: &Server) -> Result<noroshi_egress::WebSocket, EgressError> {
    let url = server.url("/subscribe").replace("http://", "ws://");
    egress_to(server)
        .websocket(Purpose::Feed, Request::get(url))
        .await
}

#[tokio::test]
async fn texts_come_until_the_far_side_closes() {
    let server = Server::start(|request| {
        let frames = [text("one"), vec![0x89, 0], text("two"), vec![0x88, 0]];
        Reply::Bytes(accepted(request, &frames.concat()))
    })
    .await;
    let mut socket = open(&server).await.unwrap();
    assert_eq!(socket.text().await.unwrap().unwrap().as_str(), "one");
    assert_eq!(socket.text().await.unwrap().unwrap().as_str(), "two");
    assert!(socket.text().await.unwrap().is_none());
    let asked = server.requests().concat();
    assert!(asked.contains("upgrade: websocket") && asked.contains("user-agent: noroshi-test"));
}

#[tokio::test]
async fn to_where_no_request_may_go() {
    let egress = egress(&[], &Script::new(&[&["10.0.0.5"]]));
    for (url, why) in [
        ("ws://127.0.0.1/", "loopback"),
        ("wss://[::1]/", "loopback"),
        ("wss://169.254.169.254/", "a cloud metadata service"),
        ("wss://stream.example/", "private"),
        ("wss://stream.example:22/", "port 22"),
        ("ftp://stream.example/", "only http and https"),
        ("wsx://stream.example/", "only http and https"),
    ] {
        let error = egress.websocket(Purpose::Feed, Request::get(url)).await;
        let error = error.err().unwrap().to_string();
        assert!(error.contains(why), "{url}: {error}");
    }
}

#[tokio::test]
async fn what_is_no_handshake_opens_nothing() {
    let other = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    for (reply, why) in [
        (
            response("403 Forbidden", "", "no"),
            "answered 403 Forbidden",
        ),
        (response("200 OK", "", "yes"), "answered 200 OK"),
        (redirect("ws://127.0.0.4/"), "answered 302 Found"),
        (Reply::Bytes(other.into()), "another handshake"),
    ] {
        let server = Server::start(move |_| reply.clone()).await;
        let error = open(&server).await.err().unwrap().to_string();
        assert!(error.contains(why), "{why}: {error}");
    }
}

#[tokio::test]
async fn what_breaks_the_protocol_or_is_silent_ends_it() {
    let huge = [&[0x81, 127][..], &(1_u64 << 40).to_be_bytes()].concat();
    for frames in [vec![0xff, 0xff, 0xff], huge, vec![0x81, 2, 0xff, 0xfe]] {
        let server = Server::start(move |request| Reply::Bytes(accepted(request, &frames))).await;
        let error = open(&server).await.unwrap().text().await.unwrap_err();
        assert!(matches!(error, EgressError::Broken { .. }), "{error}");
    }
    let server = Server::start(|request| Reply::Stall(accepted(request, &[]))).await;
    let place = server.address.to_string();
    let egress = egress_with(&[&place], &Script::default(), |policy| {
        policy.idle_timeout = Duration::from_millis(50);
    });
    let request = Request::get(server.url("/"));
    let mut socket = egress.websocket(Purpose::Feed, request).await.unwrap();
    let error = socket.text().await.unwrap_err();
    assert!(matches!(error, EgressError::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn a_body_without_end_outlives_the_time_of_others() {
    let head = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
    let again = Reply::Forever(head, b":thump\n".to_vec(), Duration::from_millis(20));
    let server = Server::start(move |_| again.clone()).await;
    let place = server.address.to_string();
    let egress = egress_with(&[&place], &Script::default(), |policy| {
        policy.total_timeout = Duration::from_millis(200);
        policy.max_body = 20;
    });
    let request = Request::get(server.url("/")).endless();
    let mut response = egress.send(Purpose::Feed, request).await.unwrap();
    let began = tokio::time::Instant::now();
    while began.elapsed() < Duration::from_millis(600) {
        assert!(response.chunk().await.unwrap().is_some());
    }
}
