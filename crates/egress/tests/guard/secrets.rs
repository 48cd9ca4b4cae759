//! What is secret in a request is in no message about it.

use std::error::Error;

use noroshi_egress::{EgressError, Purpose, Request};

use crate::fake::{Reply, Script, Server, egress, egress_to, path, redirect, response};

/// Everything an error would print, one way or another.
fn said(error: &EgressError) -> String {
    let mut text = format!("{error}\n{error:?}\n");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("{cause}\n{cause:?}\n"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn failures_do_not_tell_the_key() {
    let server = Server::start(|request| match path(request).rsplit('/').next().unwrap() {
        "broken?k=S3cret" => Reply::Bytes(b"nonsense S3cret".to_vec()),
        "coded?k=S3cret" => response("200 OK", "Content-Encoding: S3cret\r\n", ""),
        "long?k=S3cret" => response("200 OK", "", vec![b'x'; 2 << 20]),
        "circle?k=S3cret" => redirect("/S3cret/circle?k=S3cret"),
        "private?k=S3cret" => redirect("http://S3cret.zone.example:22/S3cret?S3cret"),
        "scheme?k=S3cret" => redirect("ftp://S3cret@zone.example/S3cret?S3cret"),
        other => panic!("{other}"),
    })
    .await;
    let egress = egress_to(&server);
    for what in ["broken", "coded", "long", "circle", "private", "scheme"] {
        let url = server.url(&format!("/S3cret/{what}?k=S3cret"));
        let request = Request::get(url)
            .secret("S3cret")
            .secret_header("Auth-Key", "hunter2")
            .max_body(1 << 20);
        let error = egress.send(Purpose::Lookup, request).await.unwrap_err();
        let said = said(&error).to_lowercase();
        assert!(
            !said.contains("s3cret") && !said.contains("hunter2"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn refusals_do_not_tell_userinfo_nor_query() {
    let egress = egress(&[], &Script::new(&[&["10.0.0.5"]]));
    for url in [
        "http://bob:hunter2@feeds.example/",
        "ftp://bob:hunter2@feeds.example/",
        "http://10.0.0.5/?key=hunter2",
        "http://feeds.example/?key=hunter2#hunter2",
        "http://feeds.example:22/?key=hunter2",
        "http://[hunter2]/",
    ] {
        let error = egress
            .send(Purpose::Feed, Request::get(url))
            .await
            .unwrap_err();
        assert!(!said(&error).contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_webhook_is_told_by_its_host_only() {
    let server = Server::start(|_| redirect("/services/other")).await;
    let request = Request::post(server.url("/services/T0/hunter2"), "application/json", "{}");
    let error = egress_to(&server)
        .send(Purpose::Notice, request)
        .await
        .unwrap_err();
    let said = said(&error);
    assert!(
        said.contains("/***") && !said.contains("services") && !said.contains("hunter2"),
        "{said}"
    );
}
