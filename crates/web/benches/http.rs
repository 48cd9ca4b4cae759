//! Questions through the HTTP API of a database that the import bench has filled.
//!
//! `cargo bench -p noroshi-store --bench import -- --rows 10000000 --keep DIR`, then
//! `cargo bench -p noroshi-web --bench http -- --rows 10000000 --data DIR [--database URL]`
//!
//! One client on one kept connection, on the same machine as the server: each line is the time from
//! sending a request to having read the whole answer. For scale, the first line is `/healthz`, which
//! asks the database for nothing but a sign of life. Pages are asked for as a browser does that is
//! signed in; their size is that of the HTML before compression. At the end, so many pages are open and
//! live while nothing happens.
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

/// Live pages that are open at once, and for how long.
const TABS: usize = 1_000;
const WATCHED: Duration = Duration::from_secs(20);

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
    let (key, session) = way_in(&store).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let url = format!("http://{address}");
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
        cookie: format!("noroshi={session}"),
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
    pages(&asker, options.rows).await;
    tabs(address, &asker.cookie).await;
}

async fn pages(asker: &Asker, rows: usize) {
    let some = || (0..).map(move |n| values::value(values::mix(n) as usize % rows));
    let same = |path: &'static str| (0..REQUESTS).map(move |_| path.to_owned());
    asker.line("page /", same("/")).await;
    asker.line("page /sources", same("/sources")).await;
    asker
        .line("page /source/synthetic", same("/source/synthetic"))
        .await;
    asker.line("page /check", same("/check")).await;
    asker.line("page /help", same("/help")).await;
    asker.line("page /settings", same("/settings")).await;
    asker.line("page /about", same("/about")).await;
    let families = (0..REQUESTS).map(|n| format!("/search?q=family:family-{}", n % 200));
    asker.line("page /search, a family", families).await;
    let parts = some()
        .filter(|(kind, _)| *kind == Kind::Domain)
        .take(REQUESTS);
    let parts = parts.map(|(_, value)| value.chars().skip(2).take(12).collect::<String>());
    let parts = parts.map(|part| format!("/search?q={}", encoded(&part)));
    asker.line("page /search, part of a value", parts).await;
    let values = some().take(REQUESTS);
    let values = values.map(|(kind, value)| {
        let value = Observable::parse(kind, &value).expect("a value");
        format!("/observable/{}/{}", kind.name(), encoded(value.value()))
    });
    asker.line("page /observable", values).await;
}

/// What a page that is open and live costs while there is nothing new. The clients are bare sockets of
/// this process, so nearly all of it is the server's.
async fn tabs(address: std::net::SocketAddr, cookie: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let before = resident();
    let mut open = Vec::new();
    for _ in 0..TABS {
        let mut tab = tokio::net::TcpStream::connect(address)
            .await
            .expect("a connection");
        let request = format!("GET /live HTTP/1.1\r\nHost: {address}\r\nCookie: {cookie}\r\n\r\n");
        tab.write_all(request.as_bytes()).await.expect("a request");
        let mut head = [0; 15];
        tab.read_exact(&mut head).await.expect("an answer");
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        open.push(tab);
    }
    let memory = (resident() - before) / TABS as f64;
    let worked = cpu_time();
    tokio::time::sleep(WATCHED).await;
    let busy = (cpu_time() - worked).as_secs_f64() / WATCHED.as_secs_f64() * 100.0;
    println!("{TABS} live pages, idle: {memory:.1} kB each, {busy:.2} % of a core for all");
}

/// Memory of this process, in kB.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = found.and_then(|text| text.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or_default()
}

/// What this process has worked so far; the kernel counts in hundredths of a second.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let ticks = behind.split_whitespace().skip(11).take(2);
    Duration::from_millis(
        ticks
            .filter_map(|text| text.parse::<u64>().ok())
            .sum::<u64>()
            * 10,
    )
}

/// A key, and a session as of somebody signed in.
async fn way_in(store: &Store) -> (String, String) {
    let name = format!("bench-{}", now());
    let account = NewAccount {
        name: name.clone(),
        kind: AccountKind::Bot,
        role: Role::Analyst,
        organisation: None,
    };
    store.add_account(account).await.expect("an account");
    let session = store
        .begin_session(&name, None, now() + 3_600_000_000)
        .await
        .expect("a session");
    let key = NewKey {
        account: name,
        name: "bench".to_owned(),
        scopes: vec![Scope::Read],
        tlp: Tlp::Clear,
        expires: None,
    };
    (store.add_key(key).await.expect("a key").1, session)
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

struct Asker {
    client: reqwest::Client,
    url: String,
    key: String,
    cookie: String,
}

impl Asker {
    /// How long an answer takes, and its size in bytes.
    async fn ask(&self, path: &str) -> (Duration, usize) {
        let began = Instant::now();
        let request = self
            .client
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.key)
            .header("cookie", &self.cookie)
            .header("accept", "text/html, application/json");
        let answer = request.send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        assert!(
            status.is_success(),
            "{path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
        (began.elapsed(), body.len())
    }

    async fn line(&self, what: &str, paths: impl Iterator<Item = String>) {
        let (mut times, mut sizes) = (Vec::new(), Vec::new());
        for path in paths {
            let (time, size) = self.ask(&path).await;
            times.push(time);
            sizes.push(size);
        }
        times.sort();
        sizes.sort();
        let at =
            |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
        let (p50, p99, most) = (at(0.5), at(0.99), at(1.0));
        let size = sizes[sizes.len() / 2] as f64 / 1000.0;
        println!("{what:36} p50 {p50:7.2} ms  p99 {p99:7.2} ms  most {most:7.2} ms  {size:6.1} kB");
    }
}
