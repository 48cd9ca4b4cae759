//! URLs that try to get where they should not. Each is refused before any
//! connection: a listener on loopback, whose port is open to every host, must
//! see nobody.

use noroshi_egress::Class::{
    Benchmarking, Broadcast, Documentation, LinkLocal, Loopback, Metadata, Multicast, Private,
    Protocol, Reserved, SharedNat, SiteLocal, Tunnelled, UniqueLocal, Unspecified,
};
use noroshi_egress::{Class, EgressError, Purpose, Request};

use crate::fake::{Script, Server, egress, egress_with, response};

#[derive(Debug, PartialEq)]
enum Refused {
    Url,
    Scheme,
    Port,
    Name,
    At(Class),
}
use Refused::{At, Name, Port, Scheme, Url};

/// `PORT` is the listener's port. What stands here is refused without asking
/// DNS.
const URLS: &[(&str, Refused)] = &[
    // Schemes.
    ("file:///etc/passwd", Scheme),
    ("file://127.0.0.1/etc/passwd", Scheme),
    ("file://127.0.0.1:PORT/", Url),
    ("FILE:///etc/passwd", Scheme),
    ("gopher://127.0.0.1:PORT/_GET", Scheme),
    ("ftp://127.0.0.1:PORT/", Scheme),
    ("dict://127.0.0.1:PORT/", Scheme),
    ("ldap://127.0.0.1:PORT/", Scheme),
    ("ws://127.0.0.1:PORT/", Scheme),
    ("data:text/plain,hello", Scheme),
    ("javascript:alert(1)", Scheme),
    ("jar:http://127.0.0.1:PORT/!/", Scheme),
    ("view-source:http://127.0.0.1:PORT/", Scheme),
    ("unix:/var/run/docker.sock", Scheme),
    ("feeds.example:PORT/x", Scheme),
    // No URL, no host.
    ("", Url),
    ("//127.0.0.1:PORT/", Url),
    ("/etc/passwd", Url),
    ("http://", Url),
    ("http:///", Url),
    ("http://:PORT/", Url),
    ("http://?x", Url),
    ("http://#x", Url),
    ("http://./", Url),
    ("http://../", Url),
    ("http://feeds..example/", Url),
    ("http://.feeds.example/", Url),
    ("http://feeds.example../", Url),
    // Userinfo and what looks like it.
    ("http://user@127.0.0.1:PORT/", Url),
    ("http://user:pass@127.0.0.1:PORT/", Url),
    ("http://:pass@127.0.0.1:PORT/", Url),
    ("http://feeds.example@127.0.0.1:PORT/", Url),
    ("http://feeds.example:80@127.0.0.1:PORT/", Url),
    ("http://127.0.0.1:PORT@feeds.example/", Url),
    ("http://feeds.example%40127.0.0.1:PORT/", Url),
    ("http://a@b@127.0.0.1:PORT/", Url),
    ("http://@127.0.0.1:PORT/", At(Loopback)),
    // Separators that parsers read differently.
    ("http://feeds.example\\@127.0.0.1:PORT/", Url),
    ("http:\\\\127.0.0.1:PORT\\", Url),
    ("http:/\\127.0.0.1:PORT/", Url),
    ("http://127.0.0.1:PORT\\.feeds.example/", Url),
    ("http://127.0.0.1\t:PORT/", Url),
    ("ht\ntp://127.0.0.1:PORT/", Url),
    ("http://127.0.\r\n0.1:PORT/", Url),
    ("http://127.0.0.1:PORT/\r\nHost: other.example", Url),
    ("\u{0}http://127.0.0.1:PORT/", Url),
    ("http://feeds.example\u{7f}/", Url),
    ("http://feeds.example\u{85}/", Url),
    ("http://feeds .example/", Url),
    ("http://feeds.example%00.other.example/", Url),
    ("http://feeds.example%0d%0a/", Url),
    ("http://feeds.example%2f@127.0.0.1:PORT/", Url),
    ("http://feeds%23.example/", Url),
    ("http://feeds`.example/", Url),
    ("http://$feeds.example/", Url),
    ("http://feeds.example;127.0.0.1/", Url),
    ("http://feeds.example,127.0.0.1:PORT/", Url),
    ("http://(127.0.0.1):PORT/", Url),
    ("http:127.0.0.1:PORT/", At(Loopback)),
    ("http:/127.0.0.1:PORT/", At(Loopback)),
    ("http:////127.0.0.1:PORT/", At(Loopback)),
    // Loopback, spelled.
    ("http://127.0.0.1:PORT/", At(Loopback)),
    ("http://127.255.255.254:PORT/", At(Loopback)),
    ("http://127.1:PORT/", At(Loopback)),
    ("http://127.0.1:PORT/", At(Loopback)),
    ("http://2130706433:PORT/", At(Loopback)),
    ("http://017700000001:PORT/", At(Loopback)),
    ("http://0x7f000001:PORT/", At(Loopback)),
    ("http://0x7F.1:PORT/", At(Loopback)),
    ("http://0177.0.0.1:PORT/", At(Loopback)),
    ("http://0177.0x0.0.0x1:PORT/", At(Loopback)),
    ("http://127.0.0.1.:PORT/", At(Loopback)),
    ("http://%31%32%37.0.0.1:PORT/", At(Loopback)),
    ("http://127%2e0%2e0%2e1:PORT/", At(Loopback)),
    ("http://１２７.０.０.１:PORT/", At(Loopback)),
    ("http://127。0。0。1:PORT/", At(Loopback)),
    ("http://127．0．0．1:PORT/", At(Loopback)),
    ("http://①②⑦.⓪.⓪.①:PORT/", At(Loopback)),
    ("http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:PORT/", At(Loopback)),
    ("http://0x⑦f.1:PORT/", At(Loopback)),
    ("http://[::1]:PORT/", At(Loopback)),
    ("http://[0:0:0:0:0:0:0:1]:PORT/", At(Loopback)),
    ("http://[::ffff:127.0.0.1]:PORT/", At(Loopback)),
    ("http://[::ffff:7f00:1]:PORT/", At(Loopback)),
    ("http://[::127.0.0.1]:PORT/", At(Loopback)),
    ("http://[64:ff9b::127.0.0.1]:PORT/", At(Loopback)),
    ("http://[64:ff9b:1::127.0.0.1]:PORT/", At(Loopback)),
    ("http://[2002:7f00:1::]:PORT/", At(Loopback)),
    (
        "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:PORT/",
        At(Loopback),
    ),
    ("http://0.0.0.0:PORT/", At(Unspecified)),
    ("http://0:PORT/", At(Unspecified)),
    ("http://0x0:PORT/", At(Unspecified)),
    ("http://[::]:PORT/", At(Unspecified)),
    ("http://[::ffff:0.0.0.0]:PORT/", At(Unspecified)),
    // Numbers that are no address.
    ("http://256.0.0.1/", Url),
    ("http://4294967296/", Url),
    ("http://127.0.0.1.1/", Url),
    ("http://0x100000000/", Url),
    ("http://09.0.0.1/", Url),
    ("http://[::1/", Url),
    ("http://[::1]a/", Url),
    ("http://[127.0.0.1]/", Url),
    ("http://[fe80::1%25eth0]/", Url),
    ("http://[fe80::1%eth0]/", Url),
    ("http://[::ffff:127.1]/", Url),
    ("http://[v1.fe80]/", Url),
    // Names of this host.
    ("http://localhost:PORT/", Name),
    ("http://LOCALHOST:PORT/", Name),
    ("http://localhost.:PORT/", Name),
    ("http://a.b.localhost:PORT/", Name),
    ("http://ｌｏｃａｌｈｏｓｔ:PORT/", Name),
    ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/", Name),
    ("http://local\u{ad}host:PORT/", Name),
    ("http://loc%61lhost:PORT/", Name),
    ("http://abcdefghij.onion/", Name),
    // Metadata services, spelled.
    ("http://169.254.169.254/latest/meta-data/", At(Metadata)),
    ("http://2852039166/", At(Metadata)),
    ("http://0xa9fea9fe/", At(Metadata)),
    ("http://0251.0376.0251.0376/", At(Metadata)),
    ("http://169.254.43518/", At(Metadata)),
    ("http://169.16689662/", At(Metadata)),
    ("http://[::ffff:169.254.169.254]/", At(Metadata)),
    ("http://[::a9fe:a9fe]/", At(Metadata)),
    ("http://[64:ff9b::a9fe:a9fe]/", At(Metadata)),
    ("http://[2002:a9fe:a9fe::]/", At(Metadata)),
    ("http://[fd00:ec2::254]/", At(Metadata)),
    ("http://169.254.170.2/v2/credentials", At(Metadata)),
    ("http://100.100.100.200/", At(Metadata)),
    ("http://168.63.129.16/", At(Metadata)),
    // Everything else that is not public.
    ("http://10.0.0.5/", At(Private)),
    ("http://172.31.255.255/", At(Private)),
    ("http://192.168.1.1/", At(Private)),
    ("http://[::ffff:10.0.0.5]/", At(Private)),
    ("http://100.64.0.1/", At(SharedNat)),
    ("http://169.254.1.1/", At(LinkLocal)),
    ("http://[fe80::1]/", At(LinkLocal)),
    ("http://[fd12:3456::1]/", At(UniqueLocal)),
    ("http://[fec0::1]/", At(SiteLocal)),
    ("http://192.0.2.1/", At(Documentation)),
    ("http://[2001:db8::1]/", At(Documentation)),
    ("http://198.18.0.1/", At(Benchmarking)),
    ("http://192.0.0.8/", At(Protocol)),
    ("http://224.0.0.251/", At(Multicast)),
    ("http://[ff02::1]/", At(Multicast)),
    ("http://255.255.255.255/", At(Broadcast)),
    ("http://240.0.0.1/", At(Reserved)),
    ("http://[4000::1]/", At(Reserved)),
    ("http://[::ffff:1.1.1.1]/", At(Tunnelled)),
    ("http://[2002:101:101::]/", At(Tunnelled)),
    // Ports.
    ("http://feeds.example:22/", Port),
    ("http://feeds.example:25/", Port),
    ("https://feeds.example:6379/", Port),
    ("http://feeds.example:0/", Port),
    ("http://1.1.1.1:22/", Port),
    ("http://feeds.example:65536/", Url),
    ("http://feeds.example:-1/", Url),
    ("http://feeds.example:80a/", Url),
    ("http://feeds.example:８０/", Url),
    ("http://feeds.example:80:80/", Url),
];

fn refused(error: EgressError) -> Refused {
    match error {
        EgressError::Url { .. } => Url,
        EgressError::Scheme { .. } => Scheme,
        EgressError::Port { .. } => Port,
        EgressError::Name { .. } => Name,
        EgressError::Address { class, .. } => At(class),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn no_hostile_url_connects() {
    let canary = Server::start(|_| response("200 OK", "", "alive")).await;
    let port = canary.port();
    // Names would lead to the listener, if anybody asked.
    let script = Script::new(&[&["127.0.0.1"]]);
    let open_port = egress_with(&[], &script, |policy| policy.ports.push(port));
    for (template, expected) in URLS {
        let url = template.replace("PORT", &port.to_string());
        for purpose in [
            Purpose::Feed,
            Purpose::Notice,
            Purpose::Lookup,
            Purpose::Capture,
        ] {
            let error = open_port
                .send(purpose, Request::get(&url))
                .await
                .unwrap_err();
            assert!(error.is_refusal(), "{url}: {error}");
            assert_eq!(refused(error), *expected, "{url}");
        }
    }
    assert_eq!(script.asked(), Vec::<String>::new());
    assert_eq!(canary.connections(), 0);

    // The listener was there all the time.
    let allowed = egress(&[&canary.address.to_string()], &script);
    let answer = allowed
        .send(Purpose::Feed, Request::get(canary.url("/")))
        .await
        .unwrap();
    assert_eq!(answer.bytes(100).await.unwrap(), "alive");
    assert_eq!(canary.connections(), 1);
}

#[test]
fn the_table_is_long_and_says_nothing_twice() {
    let mut urls: Vec<_> = URLS.iter().map(|(url, _)| url).collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), URLS.len());
    assert!(URLS.len() >= 60);
}

#[tokio::test]
async fn long_urls_and_names_are_refused() {
    let script = Script::new(&[&["127.0.0.1"]]);
    let egress = egress(&[], &script);
    for url in [
        format!("http://{}.example/", "a".repeat(64)),
        format!("http://{}example/", "a.".repeat(130)),
        format!("http://feeds.example/{}", "a".repeat(9000)),
        format!("http://feeds.example/{}", "\"".repeat(4000)),
        format!("http://{}/", "a".repeat(10 << 20)),
    ] {
        let error = egress
            .send(Purpose::Feed, Request::get(url))
            .await
            .unwrap_err();
        assert_eq!(refused(error), Url);
    }
    assert!(script.asked().is_empty());
}

#[tokio::test]
async fn plain_http_is_closed_for_sign_in() {
    let script = Script::new(&[&["127.0.0.1"]]);
    let egress = egress(&[], &script);
    let request = Request::get("http://login.example/");
    let error = egress.send(Purpose::SignIn, request).await.unwrap_err();
    assert_eq!(refused(error), Scheme);
    assert!(script.asked().is_empty());
}
