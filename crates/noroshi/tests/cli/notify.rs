//! Notices, from the hit to a webhook: at the command line, and through servers that are killed with SIGKILL at random
//! moments while posts arrive and notices go out. Every hit is there once, and is told once to whoever minds the id.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use noroshi_store::{Delivery, HitFilter, NewHunt, NewPost, Reader, Store};
use noroshi_testkit::{Target, each_engine};
use serde_json::Value;

use crate::faults::{Random, place};
use crate::fixture::file;
use crate::hub::Hub;

const PATIENCE: Duration = Duration::from_secs(120);
/// Of a hunt, fewer than are told singly.
const POSTS: usize = 12;

/// A receiver on loopback: ids and bodies, in the order in which they came. It is slow, and fails at times.
struct Receiver {
    address: String,
    came: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Receiver {
    fn start(trouble: bool) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let receiver = Receiver {
            address: listener.local_addr().unwrap().to_string(),
            came: Arc::default(),
        };
        let came = Arc::clone(&receiver.came);
        std::thread::spawn(move || {
            for (n, stream) in listener.incoming().flatten().enumerate() {
                let Some(request) = request(&stream) else {
                    continue;
                };
                let refuses = trouble && n % 9 == 4;
                if !refuses {
                    came.lock().unwrap().push(request);
                }
                std::thread::sleep(Duration::from_millis(if trouble { 25 } else { 0 }));
                let status = if refuses { "503 Busy" } else { "200 OK" };
                let answer =
                    format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        receiver
    }

    fn came(&self) -> Vec<(String, Value)> {
        self.came.lock().unwrap().clone()
    }
}

/// A whole request: its id and its body. Nothing where the client was killed meanwhile.
fn request(mut stream: &TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65_536];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let header = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.map(|value| value.trim().to_owned())
            };
            let length: usize = header("content-length:")?.parse().ok()?;
            if body.len() >= length {
                return Some((header("webhook-id:")?, serde_json::from_str(body).ok()?));
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

/// A channel of aiko to the receiver.
fn channel(hub: &mut Hub, receiver: &Receiver) -> i64 {
    hub.env
        .push(("NOROSHI_EGRESS_NOTICE".to_owned(), receiver.address.clone()));
    let url = format!("http://{}/S3cret", receiver.address);
    let path = file(&hub.data(), "url", &url);
    let made = hub.ok(&[
        "channel",
        "add",
        "--owner",
        "aiko",
        "--name",
        "soc",
        "--kind",
        "webhook",
        "--url-file",
        path.to_str().unwrap(),
        "--audience",
        "everyone",
        "--per-hour",
        "1000",
        "--json",
    ]);
    let made: Value = serde_json::from_str(made.lines().next().unwrap()).unwrap();
    made["id"].as_i64().unwrap()
}

#[test]
fn a_channel_is_made_tested_and_listed() {
    each_engine(|target| {
        let receiver = Receiver::start(false);
        let mut hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko", "--role", "analyst"]);
        let id = channel(&mut hub, &receiver).to_string();
        let listed = hub.ok(&["channel", "list"]);
        assert!(
            listed.contains("aiko") && listed.contains("webhook") && listed.contains("good"),
            "{listed}"
        );
        let test = hub.ok(&["channel", "test", &id]);
        assert_eq!(test, "sent: HTTP 200\n");
        assert_eq!(receiver.came()[0].1["type"], "channel.test");
        let log = hub.ok(&["channel", "log", &id]);
        assert!(log.contains("test") && log.contains("sent"), "{log}");
        assert!(!format!("{listed}{log}").contains("S3cret"));
        // Where it may not go.
        hub.env.clear();
        let refused = hub.run(&["channel", "test", &id]);
        assert_eq!(refused.code, Some(1));
        assert!(
            refused.stderr.contains("[egress] notice"),
            "{}",
            refused.stderr
        );
        for wrong in [
            &[
                "channel", "add", "--owner", "aiko", "--name", "a", "--kind", "pigeon",
            ][..],
            &[
                "channel", "add", "--owner", "aiko", "--name", "a", "--kind", "email", "--to",
                "nobody",
            ],
        ] {
            assert_eq!(hub.run(wrong).code, Some(2), "{wrong:?}");
        }
        assert_eq!(hub.run(&["channel", "log", "99"]).code, Some(1));
    });
}

#[test]
fn every_hit_is_told_once_though_servers_are_killed() {
    each_engine(|target| story(&target, 6));
}

#[test]
#[ignore = "long"]
fn every_hit_is_told_once_though_many_servers_are_killed() {
    each_engine(|target| story(&target, 40));
}

/// What was refused need not be waited for here.
async fn try_now(store: &Store, owner: i64, channel: i64) {
    let reader = Reader::account(owner);
    let log = store.deliveries(&reader, channel, None, 1_000).await;
    let refused = |one: &&Delivery| one.attempts > 0 && one.next_try.is_some();
    for one in log.unwrap().iter().filter(refused) {
        // It may be on its way meanwhile.
        let _ = store.retry_delivery(&reader, one.id).await;
    }
}

fn story(target: &Target, kills: usize) {
    let receiver = Receiver::start(true);
    let mut hub = Hub::new(target);
    hub.ok(&["account", "add", "aiko", "--role", "analyst"]);
    let channel = channel(&mut hub, &receiver);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(&place(target))).unwrap();
    let aiko = runtime.block_on(store.account("aiko")).unwrap().id;
    let hunts = 4;
    for hunt in 0..hunts {
        let new = NewHunt {
            name: format!("hunt-{hunt}"),
            words: format!("evil{hunt}"),
            enabled: true,
            channels: vec![channel],
            ..NewHunt::default()
        };
        runtime.block_on(store.add_hunt(aiko, new)).unwrap();
    }
    let mut random = Random::new();
    let total = hunts * POSTS;
    let mut posted = 0;
    for round in 0..kills {
        let server = hub.serve(&[]);
        let until = total * (round + 1) / kills;
        while posted < until {
            let new = NewPost {
                text: format!("evil{} number {posted}", posted % hunts),
                ..NewPost::default()
            };
            runtime.block_on(store.add_post(aiko, new)).unwrap();
            posted += 1;
        }
        runtime.block_on(try_now(&store, aiko, channel));
        std::thread::sleep(random.below(Duration::from_millis(400)));
        server.program.kill();
    }
    let killed = receiver.came().len();
    println!("{killed} messages came while {kills} servers were killed");
    assert!(killed > 0, "no server told anything before it was killed");
    let reader = Reader::account(aiko);
    let _last = hub.serve(&[]);
    let began = Instant::now();
    loop {
        let hits = runtime.block_on(store.hit_page(&reader, HitFilter::default(), None, 1_000));
        let log = runtime
            .block_on(store.deliveries(&reader, channel, None, 1_000))
            .unwrap();
        let sent = log.iter().filter(|one| one.sent.is_some()).count();
        let hits = hits.unwrap().hits.len();
        if hits == total && sent == total {
            break;
        }
        runtime.block_on(try_now(&store, aiko, channel));
        assert!(
            began.elapsed() < PATIENCE,
            "{hits} hits, {sent} sent of {total}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    let came = receiver.came().len();
    println!("{came} messages for {total} notices");
    let mut told: BTreeMap<String, Value> = BTreeMap::new();
    for (id, body) in receiver.came() {
        let known = told.entry(id).or_insert_with(|| body.clone());
        assert_eq!(*known, body, "the same id, another message");
    }
    let hits = |body: &Value| -> Vec<i64> {
        let hits = body["data"]["hits"].as_array().unwrap();
        hits.iter().map(|hit| hit["id"].as_i64().unwrap()).collect()
    };
    let mut once: Vec<i64> = told.values().flat_map(hits).collect();
    once.sort_unstable();
    let mut different = once.clone();
    different.dedup();
    assert_eq!(once, different, "a hit was told twice");
    assert_eq!(once.len(), total);
}
