//! Questions through the HTTP API of a database that the import bench has filled.
//!
//! `cargo bench -p noroshi-store --bench import -- --rows 10000000 --keep DIR`, then
//! `cargo bench -p noroshi-web --bench http -- --rows 10000000 --data DIR [--database URL]`
//!
//! One client on one kept connection, on the same machine as the server: each line is the time from
//! sending a request to having read the whole answer. For scale, the first line is `/healthz`, which
//! asks the database for nothing but a sign of life.
#![allow(clippy::print_stdout, reason = "what a bench is for")]

#[path = "../../store/benches/import/values.rs"]
mod values;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use noroshi_exchange::warninglist::Warninglists;
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{AccountKind, NewAccount, NewKey, Role, Scope, Store, Target, now};
use noroshi_web::{AppState, Settings};

/// Requests of each kind.
const REQUESTS: usize = 300;

struct Options {
    rows: usize,
    place: Target,
}

fn options() -> Options {
    let (mut rows, mut directory, mut url) = (1_000_000, PathBuf::from("noroshi-bench"), None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rows" => rows = words.next().and_then(|n| n.parse().ok()).unwrap_or(rows),
            "--data" => directory = words.next().map(PathBuf::from).unwrap_or(directory),
            "--database" => url = words.next(),
            _ => {}
        }
    }
    let place = match url {
        None => Target::Directory(directory),
        Some(url) => Target::Postgres { url, directory },
    };
    Options { rows, place }
}

#[tokio::main]
async fn main() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = options();
    let opening = Instant::now();
    let store = Store::open(&options.place).await.expect("the store");
    let key = key(&store).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let lists = Arc::new(Warninglists::new(noroshi_exchange::warninglist::builtin()));
    let state = AppState::new(store, lists, Settings::default());
    tokio::spawn(noroshi_web::serve(
        vec![listener],
        state,
        std::future::pending(),
    ));
    let asker = Asker {
        client: reqwest::Client::new(),
        url,
        key,
    };
    asker.ask("/healthz").await;
    println!("first answer after {:?}", opening.elapsed());

    let picked = |kind: fn(&Kind) -> bool| {
        let values = (0..)
            .map(|n| values::mix(n) as usize % options.rows)
            .map(values::value);
        values
            .filter(move |(found, _)| kind(found))
            .map(|(_, value)| value)
            .take(REQUESTS)
    };
    let names = || picked(|kind| *kind == Kind::Domain);
    let addresses = || picked(|kind| *kind == Kind::Ipv4);
    let search = |query: String| format!("/api/v1/search?q={}", encoded(&query));
    asker
        .line("/healthz", (0..REQUESTS).map(|_| "/healthz".to_owned()))
        .await;
    let any = picked(|_| true).map(|value| format!("/api/v1/lookup/{}", encoded(&value)));
    asker.line("lookup, exact, known", any).await;
    let absent = names().map(|value| format!("/api/v1/lookup/absent-{}", encoded(&value)));
    asker.line("lookup, exact, unknown", absent).await;
    asker
        .line(
            "search, exact",
            picked(|_| true).map(|value| search(format!("value:\"{value}\""))),
        )
        .await;
    let below = names().map(|value| {
        let name = Observable::parse(Kind::Domain, &value).expect("a name");
        search(format!(
            "domain:{}",
            name.registered_domain().unwrap_or(name).value()
        ))
    });
    asker.line("search, names below a name", below).await;
    let network =
        |bits: u8| addresses().map(move |address| search(format!("cidr:{address}/{bits}")));
    asker.line("search, addresses in a /24", network(24)).await;
    asker.line("search, addresses in a /12", network(12)).await;
    let rare = names().map(|value| search(value.chars().skip(2).take(12).collect()));
    asker.line("search, part of a value, rare", rare).await;
    let common = (0..REQUESTS as u64).map(|n| {
        let value = values::value(values::mix(n) as usize / 20 * 20 % options.rows + 5).1;
        search(value.trim_start_matches("www.").chars().take(4).collect())
    });
    asker.line("search, part of a value, common", common).await;
    let words = ["phishing", "loader", "botnet"];
    let word = (0..REQUESTS).map(|n| search(words[n % words.len()].to_owned()));
    asker.line("search, word of a third of a fifth", word).await;
    let family = (0..REQUESTS).map(|n| search(format!("family:family-{}", n % 200)));
    asker.line("search, family", family).await;
    let both = (0..REQUESTS).map(|n| search(format!("tag:c2 kind:url family:family-{}", n % 200)));
    asker.line("search, family, tag and kind", both).await;
}

async fn key(store: &Store) -> String {
    let name = format!("bench-{}", now());
    let account = NewAccount {
        name: name.clone(),
        kind: AccountKind::Bot,
        role: Role::Analyst,
        organisation: None,
    };
    store.add_account(account).await.expect("an account");
    let key = NewKey {
        account: name,
        name: "bench".to_owned(),
        scopes: vec![Scope::Read],
        tlp: Tlp::Clear,
        expires: None,
    };
    store.add_key(key).await.expect("a key").1
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

struct Asker {
    client: reqwest::Client,
    url: String,
    key: String,
}

impl Asker {
    async fn ask(&self, path: &str) -> Duration {
        let began = Instant::now();
        let request = self
            .client
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.key);
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        assert!(
            status.is_success(),
            "{path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        began.elapsed()
    }

    async fn line(&self, what: &str, paths: impl Iterator<Item = String>) {
        let mut times = Vec::new();
        for path in paths {
            times.push(self.ask(&path).await);
        }
        times.sort();
        let at =
            |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
        let (p50, p99, most) = (at(0.5), at(0.99), at(1.0));
        println!("{what:36} p50 {p50:7.2} ms  p99 {p99:7.2} ms  most {most:7.2} ms");
    }
}
