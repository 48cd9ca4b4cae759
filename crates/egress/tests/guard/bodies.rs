//! Bodies that are too long, grow too much, come too slowly, or break off.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use futures::StreamExt;
use noroshi_egress::{Egress, EgressError, Phase, Policy, Purpose, Request, Response};

use crate::fake::{Reply, Script, Server, egress_to, egress_with, response};

const MIB: usize = 1 << 20;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

async fn get(egress: &Egress, server: &Server) -> Result<Response, EgressError> {
    egress
        .send(Purpose::Feed, Request::get(server.url("/")))
        .await
}

fn with(server: &Server, change: impl Fn(&mut Policy)) -> Egress {
    egress_with(&[&server.address.to_string()], &Script::default(), change)
}

/// Reads to the end; how many bytes came out before the error, and the error.
async fn read_until_error(mut answer: Response) -> (usize, EgressError) {
    let mut passed = 0;
    loop {
        match answer.chunk().await {
            Ok(Some(part)) => passed += part.len(),
            Ok(None) => panic!("the body ended well after {passed} bytes"),
            Err(error) => {
                // Once failed, never whole.
                assert!(answer.chunk().await.is_err());
                return (passed, error);
            }
        }
    }
}

#[tokio::test]
async fn every_way_of_reading_gives_the_same() {
    let body: Vec<u8> = (0..300_000_u32).flat_map(|n| n.to_le_bytes()).collect();
    let sent = body.clone();
    let server = Server::start(move |_| response("200 OK", "", &sent)).await;
    let egress = egress_to(&server);
    assert_eq!(
        get(&egress, &server)
            .await
            .unwrap()
            .bytes(2 << 20)
            .await
            .unwrap(),
        body
    );
    let mut written = Vec::new();
    let copied = get(&egress, &server)
        .await
        .unwrap()
        .copy_to(&mut written)
        .await
        .unwrap();
    assert_eq!((copied, &written), (body.len() as u64, &body));
    let parts: Vec<_> = get(&egress, &server)
        .await
        .unwrap()
        .into_stream()
        .collect()
        .await;
    let streamed: Vec<u8> = parts.into_iter().flat_map(Result::unwrap).collect();
    assert_eq!(streamed, body);
}

#[tokio::test]
async fn codings_are_taken_off() {
    let text = "192.0.2.1\n".repeat(20);
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(text.as_bytes()).unwrap();
    let zlib = zlib.finish().unwrap();
    let two_members = [gzip(&text.as_bytes()[..77]), gzip(&text.as_bytes()[77..])].concat();
    // The same text, from another implementation of RFC 7932.
    let brotli = [
        0x1b, 0xc7, 0, 0xf8, 5, 0x3c, 0x64, 0x5d, 0x0b, 0x9f, 0x6b, 0x42, 0xc0, 0x50, 0, 0xdc,
        0x8f, 0x32, 0x0c,
    ];
    for (coding, bytes) in [
        ("gzip", gzip(text.as_bytes())),
        ("X-Gzip", gzip(text.as_bytes())),
        ("gzip", two_members),
        ("deflate", zlib),
        ("br", brotli.to_vec()),
        ("identity", text.clone().into_bytes()),
    ] {
        let line = format!("Content-Encoding: {coding}\r\n");
        let server = Server::start(move |_| response("200 OK", &line, &bytes)).await;
        let answer = get(&egress_to(&server), &server).await.unwrap();
        assert!(
            !answer.headers().contains_key("content-encoding"),
            "{coding}"
        );
        assert_eq!(answer.bytes(1000).await.unwrap(), text, "{coding}");
        assert!(server.requests()[0].contains("accept-encoding: gzip, br\r\n"));
    }
}

#[tokio::test]
async fn codings_nobody_asked_for_are_refused() {
    for coding in ["zstd", "compress", "gzip, gzip", "gzip, br, gzip"] {
        let line = format!("Content-Encoding: {coding}\r\n");
        let server = Server::start(move |_| response("200 OK", &line, gzip(b"x"))).await;
        let error = get(&egress_to(&server), &server).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Encoding { .. }),
            "{coding}: {error}"
        );
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_stopped_early() {
    let bomb = gzip(&vec![0; 256 * MIB]);
    assert!(bomb.len() < MIB);
    let server =
        Server::start(move |_| response("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await;
    let answer = get(&egress_to(&server), &server).await.unwrap();
    let (passed, error) = read_until_error(answer).await;
    assert!(
        matches!(error, EgressError::Ratio { limit: 200, .. }),
        "{error}"
    );
    assert!(passed < 2 * MIB, "{passed}");
}

#[tokio::test]
async fn a_brotli_bomb_is_stopped_early() {
    // 64 MiB of zeros in 53 bytes, from another implementation of RFC 7932.
    const BOMB: [u8; 53] = [
        0xcf, 0xff, 0xff, 0x7f, 0xf8, 0x27, 0x00, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x9f, 0xff,
        0xff, 0xff, 0xf0, 0x4f, 0x00, 0xc4, 0x61, 0x01, 0x80, 0xee, 0xfd, 0x3f, 0xff, 0xff, 0xff,
        0xe1, 0x9f, 0x00, 0x88, 0xc3, 0x22, 0x00, 0xdd, 0xfb, 0xff, 0xfc, 0xff, 0xff, 0xc7, 0x3f,
        0x01, 0x10, 0x87, 0x05, 0x00, 0xba, 0xf7, 0xff,
    ];
    let server = Server::start(|_| response("200 OK", "Content-Encoding: br\r\n", BOMB)).await;
    let answer = get(&egress_to(&server), &server).await.unwrap();
    let (passed, error) = read_until_error(answer).await;
    assert!(
        matches!(error, EgressError::Ratio { limit: 200, .. }),
        "{error}"
    );
    assert!(passed < 2 * MIB, "{passed}");
}

#[tokio::test]
async fn a_bomb_within_the_ratio_is_stopped_by_size() {
    let bomb = gzip(&vec![0; 64 * MIB]);
    let server =
        Server::start(move |_| response("200 OK", "Content-Encoding: gzip\r\n", &bomb)).await;
    let egress = with(&server, |policy| {
        policy.max_ratio = 2000;
        policy.max_body = 3 * MIB as u64;
    });
    let (passed, error) = read_until_error(get(&egress, &server).await.unwrap()).await;
    assert!(matches!(error, EgressError::BodyTooLarge { .. }), "{error}");
    assert!(passed <= 3 * MIB);
}

#[tokio::test]
async fn short_texts_may_compress_well() {
    // One byte again and again goes over the ratio with whatever compressor is linked.
    let text = "0".repeat(800_000);
    let bytes = gzip(text.as_bytes());
    assert!(bytes.len() * 200 < text.len());
    let server =
        Server::start(move |_| response("200 OK", "Content-Encoding: gzip\r\n", &bytes)).await;
    let answer = get(&egress_to(&server), &server).await.unwrap();
    assert_eq!(answer.bytes(MIB as u64).await.unwrap(), text);
}

#[tokio::test]
async fn an_endless_body_is_stopped() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for (head, again) in [
        (head, vec![b'x'; 9999]),
        (chunked, b"5\r\nhello\r\n".repeat(999)),
    ] {
        let server =
            Server::start(move |_| Reply::Forever(head.clone(), again.clone(), Duration::ZERO))
                .await;
        let egress = with(&server, |policy| policy.max_body = MIB as u64);
        let (passed, error) = read_until_error(get(&egress, &server).await.unwrap()).await;
        assert!(
            matches!(
                error,
                EgressError::BodyTooLarge {
                    limit: 0x10_0000,
                    ..
                }
            ),
            "{error}"
        );
        assert!(passed <= MIB);
    }
}

#[tokio::test]
async fn a_body_announced_too_long_is_not_begun() {
    let server = Server::start(|_| {
        Reply::Stall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_vec())
    })
    .await;
    let error = get(&egress_to(&server), &server).await.unwrap_err();
    assert!(matches!(error, EgressError::BodyTooLarge { .. }), "{error}");
    assert!(!error.is_passing());
}

#[tokio::test]
async fn caps_of_a_request_only_lower() {
    let server = Server::start(|_| response("200 OK", "", vec![b'x'; 5000])).await;
    let egress = with(&server, |policy| policy.max_body = 4000);
    for (cap, limit) in [(100, 100), (1 << 40, 4000)] {
        let request = Request::get(server.url("/")).max_body(cap);
        let error = egress.send(Purpose::Feed, request).await.unwrap_err();
        assert!(
            matches!(error, EgressError::BodyTooLarge { limit: l, .. } if l == limit),
            "{error}"
        );
    }
    let whole = with(&server, |policy| policy.max_body = 5000);
    assert_eq!(
        get(&whole, &server)
            .await
            .unwrap()
            .bytes(5000)
            .await
            .unwrap()
            .len(),
        5000
    );
    let error = get(&whole, &server)
        .await
        .unwrap()
        .bytes(4999)
        .await
        .unwrap_err();
    assert!(
        matches!(error, EgressError::BodyTooLarge { limit: 4999, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_body_shorter_than_announced_is_not_whole() {
    let short = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".to_vec();
    let unfinished =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".to_vec();
    let cut_gzip = {
        let whole = gzip("192.0.2.1\n".repeat(999).as_bytes());
        let Reply::Bytes(bytes) = response(
            "200 OK",
            "Content-Encoding: gzip\r\n",
            &whole[..whole.len() - 4],
        ) else {
            panic!("no bytes")
        };
        bytes
    };
    let bare_deflate = {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(b"hello hello hello").unwrap();
        let Reply::Bytes(bytes) = response(
            "200 OK",
            "Content-Encoding: deflate\r\n",
            encoder.finish().unwrap(),
        ) else {
            panic!("no bytes")
        };
        bytes
    };
    for bytes in [short, unfinished, cut_gzip, bare_deflate] {
        let server = Server::start(move |_| Reply::Bytes(bytes.clone())).await;
        let answer = get(&egress_to(&server), &server).await.unwrap();
        let (_, error) = read_until_error(answer).await;
        assert!(matches!(error, EgressError::Broken { .. }), "{error}");
        assert!(error.is_passing());
    }
}

#[tokio::test]
async fn what_comes_after_the_announced_length_is_not_read() {
    let long = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil".to_vec();
    let server = Server::start(move |_| Reply::Bytes(long.clone())).await;
    let egress = egress_to(&server);
    for _ in 0..3 {
        assert_eq!(
            get(&egress, &server)
                .await
                .unwrap()
                .bytes(100)
                .await
                .unwrap(),
            "hello"
        );
    }
}

#[tokio::test]
async fn lengths_that_contradict_each_other_are_refused() {
    for lines in [
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 6\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +5\r\n",
    ] {
        let server = Server::start(move |_| {
            Reply::Bytes(format!("HTTP/1.1 200 OK\r\n{lines}\r\nhello!").into_bytes())
        })
        .await;
        let error = get(&egress_to(&server), &server).await.unwrap_err();
        assert!(
            matches!(error, EgressError::Broken { .. }),
            "{lines:?}: {error}"
        );
    }
}

#[tokio::test]
async fn a_silent_body_is_given_up() {
    for coding in ["", "Content-Encoding: gzip\r\n"] {
        let head = format!("HTTP/1.1 200 OK\r\n{coding}Content-Length: 100\r\n\r\n");
        let server = Server::start(move |_| Reply::Stall(head.clone().into_bytes())).await;
        let egress = with(&server, |policy| {
            policy.idle_timeout = Duration::from_millis(200)
        });
        let (_, error) = read_until_error(get(&egress, &server).await.unwrap()).await;
        assert!(
            matches!(
                error,
                EgressError::Timeout {
                    phase: Phase::Idle,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_dripping_body_is_given_up() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".to_vec();
    let server = Server::start(move |_| {
        Reply::Forever(head.clone(), b"x".to_vec(), Duration::from_millis(5))
    })
    .await;
    let egress = with(&server, |policy| {
        policy.total_timeout = Duration::from_secs(1)
    });
    let (passed, error) = read_until_error(get(&egress, &server).await.unwrap()).await;
    assert!(
        matches!(
            error,
            EgressError::Timeout {
                phase: Phase::Total,
                ..
            }
        ),
        "{error}"
    );
    assert!(passed > 0);
}

#[tokio::test]
async fn a_writer_that_fails_is_said_to() {
    struct Full;
    impl tokio::io::AsyncWrite for Full {
        fn poll_write(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &[u8],
        ) -> std::task::Poll<std::io::Result<usize>> {
            std::task::Poll::Ready(Err(std::io::ErrorKind::StorageFull.into()))
        }
        fn poll_flush(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            std::task::Poll::Ready(Ok(()))
        }
        fn poll_shutdown(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            std::task::Poll::Ready(Ok(()))
        }
    }
    let server = Server::start(|_| response("200 OK", "", "hello")).await;
    let error = get(&egress_to(&server), &server)
        .await
        .unwrap()
        .copy_to(&mut Full)
        .await
        .unwrap_err();
    let EgressError::Store(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
}
