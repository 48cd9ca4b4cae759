//! From a post to the notice that it was found: how soon a webhook has it, with many hunts.
//!
//! `cargo bench -p noroshi-web --bench notice [-- --posts 100]`
//!
//! Each line is a run on a new SQLite database: posts come five a second, each is found by one of so many hunts, and
//! goes out singly on one signed webhook on loopback. The time is from the call that writes the post to the request's
//! arrival, so the commits of post, hit and delivery are in it, and the evaluator of hunts.
#![allow(clippy::print_stdout, reason = "what a bench is for")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use noroshi_deliver::{Courier, Fields, settle};
use noroshi_egress::{Egress, EgressConfig, Purpose};
use noroshi_store::{
    AccountKind, Cadence, ChannelKind, NewAccount, NewChannel, NewHunt, NewPost, Role, Store,
    Target,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const HUNTS: [usize; 2] = [100, 1_000];
const PACE: Duration = Duration::from_millis(200);

/// When each post was written, by its text.
type Written = Arc<Mutex<HashMap<String, Instant>>>;

fn main() {
    let mut words = std::env::args().skip_while(|word| word != "--posts");
    let posts = words
        .nth(1)
        .and_then(|text| text.parse().ok())
        .unwrap_or(100);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for hunts in HUNTS {
        runtime.block_on(told(hunts, posts));
    }
}

async fn told(hunts: usize, posts: usize) {
    let directory = tempfile::tempdir().expect("a directory");
    let target = Target::Directory(directory.path().to_owned());
    let store = Store::open(&target).await.expect("a store");
    let new = NewAccount {
        name: "aiko".to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    let aiko = store.add_account(new).await.expect("an account").id;
    let written = Written::default();
    let times: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let address = receive(Arc::clone(&written), Arc::clone(&times)).await;
    let channel = channel(&store, aiko, &address).await;
    for hunt in 0..hunts {
        let new = NewHunt {
            name: format!("hunt{hunt}"),
            words: format!("loader{hunt}"),
            enabled: true,
            channels: vec![channel],
            ..NewHunt::default()
        };
        store.add_hunt(aiko, new).await.expect("a hunt");
    }
    let mut config = EgressConfig::new("noroshi-bench");
    config.allow(Purpose::Notice, address.parse().expect("a place"));
    let egress = Egress::new(config).expect("a way out");
    let courier = Courier::new(store.clone(), egress, None, "https://hub.example");
    let delivering = tokio::spawn(courier.run(std::future::pending()));
    let hunting = tokio::spawn(noroshi_watch::hunt(store.clone()));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut pace = tokio::time::interval(PACE);
    for n in 0..posts {
        pace.tick().await;
        let text = format!("post{n}-mark: loader{} is fetched", n % hunts);
        let key = format!("post{n}-mark");
        written.lock().expect("whole").insert(key, Instant::now());
        let new = NewPost {
            text,
            ..NewPost::default()
        };
        store.add_post(aiko, new).await.expect("a post");
    }
    for _ in 0..600 {
        if times.lock().expect("whole").len() >= posts {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    delivering.abort();
    hunting.abort();
    let mut times = times.lock().expect("whole").clone();
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    let (p50, p99, most, heard) = (at(0.5), at(0.99), at(1.0), times.len());
    println!(
        "{hunts:6} hunts: {heard:4}/{posts:<4} notices  p50 {p50:7.1} ms  p99 {p99:7.1} ms  most {most:7.1} ms"
    );
}

async fn channel(store: &Store, owner: i64, address: &str) -> i64 {
    let fields = Fields {
        url: Some(format!("http://{address}/")),
        ..Fields::default()
    };
    let kept = settle(ChannelKind::Webhook, &fields, None, None).expect("a channel");
    let new = NewChannel {
        name: "bench".to_owned(),
        kind: ChannelKind::Webhook,
        config: kept.config,
        secret: kept.secret,
        language: "en".to_owned(),
        zone: "UTC".to_owned(),
        cadence: Cadence::Each,
        per_hour: 1_000,
        audience: Some("everyone".to_owned()),
        enabled: true,
    };
    store.add_channel(owner, new).await.expect("a channel").id
}

/// Notes how old each post is whose mark comes in.
async fn receive(written: Written, times: Arc<Mutex<Vec<Duration>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("a port").to_string();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (written, times) = (Arc::clone(&written), Arc::clone(&times));
            tokio::spawn(async move { serve(stream, &written, &times).await });
        }
    });
    address
}

async fn serve(mut stream: TcpStream, written: &Written, times: &Mutex<Vec<Duration>>) {
    let mut bytes = Vec::new();
    loop {
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // The body is JSON, whose fields are in order: these are its last signs.
        let Some((_, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        if !body.ends_with("\"hunt.hits\"}") {
            continue;
        }
        let mark = body
            .find("-mark")
            .and_then(|end| body[..end].rfind("post").map(|at| &body[at..end + 5]));
        let began = mark.and_then(|mark| written.lock().expect("whole").remove(mark));
        times
            .lock()
            .expect("whole")
            .extend(began.map(|began| began.elapsed()));
        bytes.clear();
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
