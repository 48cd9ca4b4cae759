//! Names: mixed answers, changing answers, and that what was checked is what
//! is dialled.

use std::sync::Arc;

use noroshi_egress::{Class, Egress, EgressConfig, EgressError, Purpose, Request};

use crate::fake::{Reply, Script, Server, egress, redirect, response};

fn class_of(error: EgressError) -> Class {
    match error {
        EgressError::Address { class, .. } => class,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mixed_answer_is_dialled_where_it_is_open() {
    let server = Server::start_at("127.0.0.2:0", |_| response("200 OK", "", "here")).await;
    let canary = Server::start_at(&format!("127.0.0.3:{}", server.port()), |_| {
        response("200 OK", "", "")
    })
    .await;
    let script = Script::new(&[&[
        "127.0.0.3",
        "::1",
        "10.0.0.5",
        "127.0.0.2",
        "169.254.169.254",
    ]]);
    let egress = egress(&[&server.address.to_string()], &script);
    let url = format!("http://feeds.example:{}/", server.port());
    let answer = egress.send(Purpose::Feed, Request::get(url)).await.unwrap();
    assert_eq!(answer.peer(), Some(server.address));
    assert_eq!(answer.bytes(100).await.unwrap(), "here");
    assert_eq!(canary.connections(), 0);
    assert!(server.requests()[0].contains(&format!("host: feeds.example:{}\r\n", server.port())));
}

#[tokio::test]
async fn an_answer_without_open_addresses_is_refused_by_class() {
    let canary = Server::start(|_| response("200 OK", "", "")).await;
    for (answer, class) in [
        (&["127.0.0.1"][..], Class::Loopback),
        (&["10.0.0.5", "127.0.0.1"], Class::Private),
        (&["169.254.169.254"], Class::Metadata),
        (&["::ffff:127.0.0.1"], Class::Loopback),
        (&["64:ff9b::7f00:1"], Class::Loopback),
        (&["2002:7f00:1::"], Class::Loopback),
        (&["0.0.0.0"], Class::Unspecified),
        (&["::"], Class::Unspecified),
        (&["::ffff:1.1.1.1"], Class::Tunnelled),
        (&["fd00:ec2::254"], Class::Metadata),
    ] {
        let script = Script::new(&[answer]);
        // A network on the listener's port is open, so that the port is none of
        // the reasons; the addresses answered are outside that network.
        let egress = egress(&[&format!("192.168.77.0/24:{}", canary.port())], &script);
        let url = format!("http://feeds.example:{}/", canary.port());
        let error = egress
            .send(Purpose::Feed, Request::get(url))
            .await
            .unwrap_err();
        assert_eq!(script.asked(), ["feeds.example"]);
        assert_eq!(class_of(error), class, "{answer:?}");
    }
    assert_eq!(canary.connections(), 0);
}

#[tokio::test]
async fn the_message_says_what_to_allow() {
    let script = Script::new(&[&["10.0.0.5"]]);
    let egress = egress(&[], &script);
    let request = Request::get("https://feeds.example/list?key=S3cret");
    let error = egress.send(Purpose::SignIn, request).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the address 10.0.0.5 of feeds.example is private; \
         allow `feeds.example:443` under [egress] sign_in if that is meant"
    );
}

#[tokio::test]
async fn an_answer_that_changes_between_check_and_use_changes_nothing() {
    let good = Server::start_at("127.0.0.2:0", |_| response("200 OK", "", "good")).await;
    let bad = Server::start_at(&format!("127.0.0.3:{}", good.port()), |_| {
        response("200 OK", "", "bad")
    })
    .await;
    let script = Script::new(&[&["127.0.0.2"], &["127.0.0.3"]]);
    let egress = egress(&[&good.address.to_string()], &script);
    let url = format!("http://feeds.example:{}/", good.port());

    // One connection asks once, and dials what it was told then.
    let answer = egress
        .send(Purpose::Feed, Request::get(&url))
        .await
        .unwrap();
    assert_eq!(script.asked().len(), 1);
    assert_eq!(answer.peer(), Some(good.address));
    assert_eq!(answer.bytes(100).await.unwrap(), "good");

    // The next asks again, and the new answer is checked like the old.
    let error = egress
        .send(Purpose::Feed, Request::get(&url))
        .await
        .unwrap_err();
    assert_eq!(script.asked().len(), 2);
    assert_eq!(class_of(error), Class::Loopback);
    assert_eq!((good.connections(), bad.connections()), (1, 0));
}

#[tokio::test]
async fn an_answer_that_changes_between_redirects_is_checked_again() {
    let good = Server::start_at("127.0.0.2:0", |_| redirect("/next")).await;
    let bad = Server::start_at(&format!("127.0.0.3:{}", good.port()), |_| {
        response("200 OK", "", "bad")
    })
    .await;
    let script = Script::new(&[&["127.0.0.2"], &["127.0.0.3"]]);
    let egress = egress(&[&good.address.to_string()], &script);
    let url = format!("http://feeds.example:{}/", good.port());
    let error = egress
        .send(Purpose::Feed, Request::get(&url))
        .await
        .unwrap_err();
    assert_eq!(class_of(error), Class::Loopback);
    assert_eq!((good.connections(), bad.connections()), (1, 0));
}

#[tokio::test]
async fn a_listed_name_may_be_private_and_only_for_its_purpose() {
    let server = Server::start(|_| response("200 OK", "", "misp")).await;
    let script = Script::new(&[&["127.0.0.1"]]);
    let mut config = EgressConfig::new("noroshi-test");
    config.resolver = Arc::new(script.clone());
    let place = format!("misp.example:{}", server.port());
    config.allow(Purpose::Feed, place.parse().unwrap());
    let egress = Egress::new(config).unwrap();
    let request = || Request::get(format!("http://MISP.example.:{}/", server.port()));
    let answer = egress.send(Purpose::Feed, request()).await.unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "misp");
    assert_eq!(script.asked(), ["misp.example"]);
    for purpose in [Purpose::Notice, Purpose::Lookup, Purpose::Capture] {
        let error = egress.send(purpose, request()).await.unwrap_err();
        assert!(matches!(error, EgressError::Port { .. }), "{error}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn what_one_purpose_opened_serves_no_other() {
    let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmisp".to_vec();
    // The connection is kept open for more.
    let server = Server::start(move |_| Reply::Stall(whole.clone())).await;
    let script = Script::new(&[&["127.0.0.1"]]);
    let mut config = EgressConfig::new("noroshi-test");
    config.resolver = Arc::new(script.clone());
    let name = format!("misp.example:{}", server.port());
    config.allow(Purpose::Feed, name.parse().unwrap());
    // The port is open to lookups, but not this address.
    let elsewhere = format!("192.168.77.0/24:{}", server.port());
    config.allow(Purpose::Lookup, elsewhere.parse().unwrap());
    let egress = Egress::new(config).unwrap();
    let request = || Request::get(format!("http://{name}/"));
    let answer = egress.send(Purpose::Feed, request()).await.unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "misp");
    let error = egress.send(Purpose::Lookup, request()).await.unwrap_err();
    assert_eq!(class_of(error), Class::Loopback);
    assert_eq!((script.asked().len(), server.requests().len()), (2, 1));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_said_to() {
    let egress = egress(&[], &Script::default());
    let error = egress
        .send(Purpose::Feed, Request::get("https://gone.example/"))
        .await
        .unwrap_err();
    assert!(error.is_passing() && !error.is_refusal());
    assert_eq!(
        error.to_string(),
        "gone.example did not resolve: no such name; check the name and this machine's DNS"
    );
    let nothing = Script::new(&[&[]]);
    let egress = crate::fake::egress(&[], &nothing);
    let error = egress
        .send(Purpose::Feed, Request::get("https://gone.example/"))
        .await
        .unwrap_err();
    assert!(matches!(error, EgressError::Resolve { .. }), "{error}");
}

#[tokio::test]
async fn a_refused_connection_is_said_to() {
    let server = Server::start(|_| response("200 OK", "", "")).await;
    let (address, script) = (server.address, Script::default());
    drop(server);
    // The listener lives on in its task; a port nobody listens on is next door.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert_ne!(address, closed);
    let egress = egress(&[&closed.to_string()], &script);
    let request = Request::get(format!("http://{closed}/"));
    let error = egress.send(Purpose::Feed, request).await.unwrap_err();
    assert!(error.is_passing());
    assert!(matches!(error, EgressError::Connect { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("no connection to 127.0.0.1: "),
        "{error}"
    );
}

#[tokio::test]
async fn the_system_resolver_reads_the_hosts_file() {
    // `localhost` is the one name every machine has; it stays on this machine.
    use noroshi_egress::{Resolve, SystemResolver};
    let found = SystemResolver.resolve("localhost").await.unwrap();
    assert!(!found.is_empty());
    assert!(found.iter().all(std::net::IpAddr::is_loopback), "{found:?}");
}

/// Proxies are not taken from the environment: one there would do the
/// resolving itself, past every check. Environment variables cannot be set
/// safely in a running process, so the test runs another test in a child.
#[tokio::test]
async fn the_environment_sets_no_proxy() {
    let canary = Server::start(|_| response("200 OK", "", "proxied")).await;
    let proxy = canary.url("");
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTPS_PROXY",
    ] {
        child.env(name, &proxy);
    }
    let output = child
        .args([
            "--exact",
            "resolving::a_mixed_answer_is_dialled_where_it_is_open",
        ])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    assert_eq!(canary.connections(), 0);
}
