//! TLS: the host stays the server name, authorities are checked, and what is
//! secret does not leave TLS.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use noroshi_egress::{Egress, EgressConfig, EgressError, Purpose, Request};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::fake::{Script, Server, response};

pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/guard/tls")
        .join(name)
}

/// What a client said in its hello: server name, offered protocols.
type Hello = (Option<String>, Vec<String>);

/// A TLS server on loopback, with the certificate of `feeds.example`, that
/// answers everything with these bytes.
fn serve(answer: String) -> (SocketAddr, Arc<Mutex<Vec<Hello>>>) {
    let certificate = CertificateDer::from_pem_file(fixture("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(fixture("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let hellos: Arc<Mutex<Vec<Hello>>> = Arc::default();
    let seen = hellos.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut acceptor) = (stream.unwrap(), rustls::server::Acceptor::default());
            let accepted = loop {
                acceptor.read_tls(&mut stream).unwrap();
                if let Some(accepted) = acceptor.accept().unwrap() {
                    break accepted;
                }
            };
            let hello = accepted.client_hello();
            let name = hello.server_name().map(str::to_owned);
            let protocols = hello.alpn().into_iter().flatten();
            let protocols = protocols
                .map(|p| String::from_utf8_lossy(p).into_owned())
                .collect();
            seen.lock().unwrap().push((name, protocols));
            let connection = accepted.into_connection(config.clone()).unwrap();
            let mut tls = rustls::StreamOwned::new(connection, stream);
            // A client that does not trust the certificate hangs up.
            if tls.read(&mut [0; 4096]).is_ok() {
                let _ = tls.write_all(answer.as_bytes());
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    (address, hellos)
}

fn ok() -> String {
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nsecure".to_owned()
}

fn egress(places: &[SocketAddr], ca_files: Vec<PathBuf>) -> Result<Egress, EgressError> {
    let mut config = EgressConfig::new("noroshi-test");
    config.resolver = Arc::new(Script::new(&[&["127.0.0.1"]]));
    config.ca_files = ca_files;
    for place in places {
        config.allow(Purpose::Feed, (*place).into());
    }
    Egress::new(config)
}

#[tokio::test]
async fn the_host_is_the_server_name() {
    let (address, hellos) = serve(ok());
    let egress = egress(&[address], vec![fixture("ca.pem")]).unwrap();
    let url = format!("https://feeds.example:{}/", address.port());
    let answer = egress.send(Purpose::Feed, Request::get(url)).await.unwrap();
    assert_eq!(answer.peer(), Some(address));
    assert_eq!(answer.bytes(100).await.unwrap(), "secure");
    let protocols = vec!["h2".to_owned(), "http/1.1".to_owned()];
    assert_eq!(
        *hellos.lock().unwrap(),
        [(Some("feeds.example".to_owned()), protocols)]
    );
}

#[tokio::test]
async fn strangers_are_not_trusted() {
    let (address, _) = serve(ok());
    let trusting = egress(&[address], vec![fixture("ca.pem")]).unwrap();
    let other_name = format!("https://other.example:{}/", address.port());
    let by_address = format!("https://{address}/");
    for url in [other_name, by_address] {
        let error = trusting
            .send(Purpose::Feed, Request::get(url))
            .await
            .unwrap_err();
        assert!(matches!(error, EgressError::Tls { .. }), "{error:?}");
        assert!(!error.is_passing());
    }
}

#[tokio::test]
async fn a_downgrade_is_refused_when_there_is_a_secret() {
    let plain = Server::start(|_| response("200 OK", "", "plain")).await;
    let to = plain.url("/");
    let (address, _) = serve(format!(
        "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
    ));
    let egress = egress(&[address, plain.address], vec![fixture("ca.pem")]).unwrap();
    let request = || Request::get(format!("https://feeds.example:{}/S3cret", address.port()));
    for secret in [
        request().secret("S3cret"),
        request().secret_header("Auth-Key", "x"),
        request().header("Authorization", "Bearer x"),
    ] {
        let error = egress.send(Purpose::Feed, secret).await.unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("it leaves TLS, and the request holds a secret"),
            "{error}"
        );
    }
    assert_eq!(plain.connections(), 0);
    let answer = egress.send(Purpose::Feed, request()).await.unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "plain");
}

#[test]
fn authority_files_are_checked_at_the_start() {
    for (file, reason) in [
        ("missing.pem", "No such file"),
        ("README.md", "there is no PEM certificate in it"),
    ] {
        let error = egress(&[], vec![fixture(file)]).err().unwrap();
        assert!(matches!(error, EgressError::Setup { .. }));
        assert!(error.to_string().contains(reason), "{error}");
    }
}

/// A container without certificate authorities. The place to look for them is
/// an environment variable, which cannot be set safely in a running process,
/// so the test runs the next one in a child.
#[tokio::test]
async fn a_system_without_authorities() {
    let nowhere = fixture("README.md");
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .env("SSL_CERT_FILE", &nowhere)
        .env_remove("SSL_CERT_DIR")
        .args([
            "--ignored",
            "--exact",
            "tls::in_a_system_without_authorities",
        ])
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test]
#[ignore = "run by the test above"]
async fn in_a_system_without_authorities() {
    let (address, _) = serve(ok());
    let request = || Request::get(format!("https://feeds.example:{}/", address.port()));
    let without = egress(&[address], Vec::new()).unwrap();
    let error = without.send(Purpose::Feed, request()).await.unwrap_err();
    assert!(matches!(error, EgressError::Setup { .. }), "{error}");
    assert!(error.to_string().contains("ca-certificates"), "{error}");

    let with = egress(&[address], vec![fixture("ca.pem")]).unwrap();
    assert_eq!(
        with.send(Purpose::Feed, request()).await.unwrap().status(),
        200
    );

    // What needs no TLS works all the same.
    let plain = Server::start(|_| response("200 OK", "", "")).await;
    let without = egress(&[plain.address], Vec::new()).unwrap();
    let answer = without
        .send(Purpose::Feed, Request::get(plain.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}
