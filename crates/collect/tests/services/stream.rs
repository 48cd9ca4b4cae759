//! Streams, under the schedule: Mastodon's server-sent events
//! (<https://docs.joinmastodon.org/methods/streaming/>) and Bluesky's Jetstream
//! (<https://github.com/bluesky-social/jetstream#consuming-jetstream>).

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use noroshi_collect::recipe::{Recipe, load};
use noroshi_collect::{Keys, MAX_BODY, Schedule, Secret, Sessions, Stopper, ensure_source, stop};
use noroshi_store::{Post, Reader};
use noroshi_testkit::{Target, each_engine_async};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket};

use crate::fixture::{Hub, sample, service};
use crate::server::{Asked, Server, answer};

/// Far longer than it ever takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the schedule over one source.
async fn schedule(hub: &Hub, target: &Target, recipe: &Recipe) -> (Stopper, JoinHandle<()>) {
    let folder = target.data().join("sources");
    std::fs::create_dir_all(&folder).unwrap();
    let text = recipe.text.replace("enabled = false", "enabled = true");
    std::fs::write(folder.join(format!("{}.toml", recipe.name)), text).unwrap();
    let recipes = load(Some(target.data())).unwrap();
    let recipe = recipes.get(&recipe.name).unwrap();
    ensure_source(&hub.store, recipe).await.unwrap();
    let operator = Reader::operator();
    hub.store
        .enable_source(&operator, &recipe.name, true)
        .await
        .unwrap();
    let keys: Keys = [(recipe.name.clone(), Secret::new("S3cretToken"))]
        .into_iter()
        .collect();
    let schedule = Schedule {
        store: hub.store.clone(),
        egress: hub.egress.clone(),
        recipes: Arc::new(recipes),
        keys,
        concurrency: 1,
        max_body: MAX_BODY,
        sessions: Sessions::default(),
    };
    let (stopper, stop) = stop();
    (stopper, tokio::spawn(schedule.run(stop)))
}

/// Waits until the source has so many items.
async fn wait_for(hub: &Hub, source: &str, items: usize) -> Vec<Post> {
    let there = async {
        loop {
            let posts = hub.items(source).await;
            if posts.len() >= items {
                return posts;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, there).await.unwrap()
}

async fn end(stopper: Stopper, running: JoinHandle<()>) {
    stopper.ask();
    tokio::time::timeout(PATIENCE, running)
        .await
        .unwrap()
        .unwrap();
}

/// A status like the first of the sample.
fn status(id: &str, text: &str) -> Value {
    let statuses: Vec<Value> = serde_json::from_str(&sample("mastodon.json")).unwrap();
    let mut status = statuses[0].clone();
    status["id"] = id.into();
    status["uri"] = format!("https://mastodon.example/users/alice/statuses/{id}").into();
    status["content"] = format!("<p>{text}</p>").into();
    status["media_attachments"] = json!([]);
    status
}

fn event(name: &str, data: impl ToString) -> String {
    format!("event: {name}\ndata: {}\n\n", data.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn statuses_come_as_they_are_written_and_none_is_missed() {
    each_engine_async(async |target| {
        let connections = AtomicUsize::new(0);
        let server = Server::open(move |asked: &Asked, mut stream: &TcpStream| {
            if asked.path() != "/api/v1/streaming/hashtag" {
                // What was written while nobody listened.
                let missed = match asked.parameter("since_id").as_deref() {
                    None => json!([status("100", "before")]),
                    Some("102") => json!([status("103", "missed"), status("102", "changed")]),
                    Some(_) => json!([]),
                };
                let page = if asked.parameter("max_id").is_some() { json!([]) } else { missed };
                stream.write_all(&answer("200 OK", &[], &page.to_string())).unwrap();
                return;
            }
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n:)\n";
            stream.write_all(head.as_bytes()).unwrap();
            if connections.fetch_add(1, Ordering::SeqCst) == 0 {
                let first = [
                    event("update", status("101", "live")),
                    event("update", status("102", "wrong")),
                    event("delete", "101"),
                    event("status.update", status("102", "changed")),
                    event("filters_changed", "undefined"),
                    event("update", "no JSON"),
                ];
                stream.write_all(first.concat().as_bytes()).unwrap();
                // And the connection breaks.
                return;
            }
            stream.write_all(event("update", status("104", "after")).as_bytes()).unwrap();
            while stream.write_all(b":thump\n").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let values = [("instance", server.address.as_str()), ("tag", "threatintel")];
        let recipe = service(&server, "mastodon-stream", &values);
        let hub = Hub::new(&target, &[&server]).await;
        let (stopper, running) = schedule(&hub, &target, &recipe).await;
        let posts = wait_for(&hub, "mastodon-stream", 5).await;
        let texts: Vec<_> = posts.iter().map(|post| post.text.as_str()).collect();
        // What was deleted there was said.
        assert_eq!(texts, ["after", "before", "changed", "live", "missed"]);
        end(stopper, running).await;

        let source = hub.source("mastodon-stream").await;
        assert!(source.progress.unwrap().contains("104"));
        assert_eq!(source.failures, 0);
        let asked = server.asked();
        let streams = asked.iter().filter(|asked| asked.path() == "/api/v1/streaming/hashtag");
        for stream in streams {
            assert_eq!(stream.parameter("tag").as_deref(), Some("threatintel"));
            assert_eq!(stream.header("accept"), Some("text/event-stream"));
            assert_eq!(stream.header("authorization"), Some("Bearer S3cretToken"));
        }
        let operator = Reader::operator();
        let batches = hub.store.batches(&operator, None, None, 99).await.unwrap();
        let states: Vec<_> = batches.iter().map(|batch| batch.state).collect();
        assert!(states.iter().all(|state| *state == noroshi_store::BatchState::Complete), "{states:?}");
    })
    .await;
}

/// Answers the handshake of a WebSocket.
fn socket<'s>(asked: &Asked, mut stream: &'s TcpStream) -> WebSocket<&'s TcpStream> {
    assert_eq!(asked.header("upgrade"), Some("websocket"));
    let accept = derive_accept_key(asked.header("sec-websocket-key").unwrap().as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    WebSocket::from_raw_socket(stream, Role::Server, None)
}

fn post(rkey: &str, time: u64, operation: &str, text: &str) -> String {
    json!({
        "did": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "time_us": time, "kind": "commit",
        "commit": { "rev": "3m6rev", "operation": operation, "collection": "app.bsky.feed.post", "rkey": rkey,
            "record": { "$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-11-27T09:00:00Z", "langs": ["en"] },
            "cid": "bafyrei" },
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_all_posts_those_come_that_hunts_want() {
    each_engine_async(async |target| {
        let connections = AtomicUsize::new(0);
        let server = Server::open(move |asked: &Asked, stream: &TcpStream| {
            let mut socket = socket(asked, stream);
            let deleted = json!({ "did": "did:plc:x", "time_us": 1_795_770_000_000_003_u64, "kind": "commit",
                "commit": { "rev": "r", "operation": "delete", "collection": "app.bsky.feed.post", "rkey": "a" } });
            let account = json!({ "did": "did:plc:x", "time_us": 1_795_770_000_000_004_u64, "kind": "account",
                "account": { "active": true, "did": "did:plc:x", "seq": 1, "time": "2026-11-27T09:00:00Z" } });
            let messages = match connections.fetch_add(1, Ordering::SeqCst) {
                0 => vec![
                    post("a", 1_795_770_000_000_001, "create", "A LockBit leak in Japan"),
                    post("b", 1_795_770_000_000_002, "create", "my cat"),
                    deleted.to_string(),
                    account.to_string(),
                    "no JSON".to_owned(),
                    post("c", 1_795_770_000_000_009, "update", "LOCKBIT again"),
                ],
                _ => vec![post("d", 1_795_770_000_000_010, "create", "lockbit, the third")],
            };
            for message in messages {
                socket.send(message.into()).unwrap();
            }
            let first = connections.load(Ordering::SeqCst) == 1;
            match first {
                true => socket.close(None).unwrap(),
                false => while socket.send(tokio_tungstenite::tungstenite::Message::Ping(Vec::new().into())).is_ok() {
                    std::thread::sleep(Duration::from_millis(100));
                },
            }
            let _ = socket.flush();
        });
        let recipe = service(&server, "bluesky-jetstream", &[]);
        let hub = Hub::new(&target, &[&server]).await;
        hub.hunt(&recipe, "lockbit").await;
        let (stopper, running) = schedule(&hub, &target, &recipe).await;
        let posts = wait_for(&hub, "bluesky-jetstream", 3).await;
        let texts: Vec<_> = posts.iter().map(|post| post.text.as_str()).collect();
        assert_eq!(texts, ["A LockBit leak in Japan", "LOCKBIT again", "lockbit, the third"]);
        // A source that is switched off is followed no longer.
        hub.store.enable_source(&Reader::operator(), "bluesky-jetstream", false).await.unwrap();
        let ended = async {
            while hub.store.batches(&Reader::operator(), None, None, 1).await.unwrap()[0].finished.is_none() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.unwrap();
        assert!(hub.source("bluesky-jetstream").await.progress.unwrap().contains("1795770000000010"));
        end(stopper, running).await;
        let asked = server.asked();
        assert_eq!(asked[0].parameter("wantedCollections").as_deref(), Some("app.bsky.feed.post"));
        assert_eq!(asked[0].parameter("cursor"), None);
        // Five seconds back, for what came at the same time.
        assert_eq!(asked[1].parameter("cursor").as_deref(), Some("1795769995000009"));
    })
    .await;
}
