//! From a post to the streams: how soon it is heard and what that costs, with many who listen.
//!
//! `cargo bench -p noroshi-web --bench stream [-- --seconds 10]`
//!
//! Each line is a run of so many seconds on a new SQLite database: posts come at a rate, whether or not the last one
//! was heard, and one listener hears them all. Its latency is from the call that writes the post to having the
//! event, so the commit with its fsync is in it. The work is of the whole process: writing, matching, telling. Before
//! that, what somebody who listens costs in memory while nothing happens, over HTTP and in the hub; after it, the
//! matching alone, of all watchers at once and of each regex in turn, which is how NECOMAtter does it.
#![allow(clippy::print_stdout, reason = "what a bench is for")]

#[path = "../../watch/benches/watchers/watched.rs"]
mod watched;

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use noroshi_exchange::warninglist::{Warninglists, builtin};
use noroshi_indicator::Tlp;
use noroshi_query::{TimeZone, parse};
use noroshi_store::{
    AccountKind, NewAccount, NewKey, NewPost, Reader, Role, Scope, Store, Target, now,
};
use noroshi_watch::{Hub, Listen, Next, Pattern, Said, Test, Watchers};
use noroshi_web::{AppState, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use watched::{Watched, as_regex, watched};

const WATCHERS: [usize; 3] = [1, 1_000, 10_000];
const RATES: [u32; 3] = [1, 50, 200];
/// Watchers, or streams, of one account.
const OF_ACCOUNT: usize = 100;
/// Idle streams over HTTP.
const STREAMS: usize = 1_000;

fn main() {
    let mut words = std::env::args().skip_while(|word| word != "--seconds");
    let seconds = words.nth(1).and_then(|text| text.parse().ok()).unwrap_or(5);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    // First, while no freed memory of other runs is at hand.
    runtime.block_on(idle_over_http());
    runtime.block_on(idle_in_the_hub());
    for watchers in WATCHERS {
        for rate in RATES {
            // So that there are posts enough to speak of.
            let seconds = if rate == 1 { seconds * 2 } else { seconds };
            runtime.block_on(latency(watchers, rate, seconds));
        }
    }
    for watchers in WATCHERS {
        matching(watchers);
    }
}

/// The nth post, of 200 bytes; every fourth has what some watcher is after.
fn text(n: usize) -> String {
    let word = match n % 4 {
        0 => format!("loader{}", n / 4 % 1_250 * 8),
        _ => format!("sample{n}"),
    };
    let mut text = format!(
        "{n}: {word} is fetched from hxxps://cdn{n}.evil.example/update/{word}.bin by a document sent to \
         accountants. 取引先を装ったメールに注意。 #malspam #case{n} details follow, "
    );
    while text.len() < 200 {
        text.push('x');
    }
    text
}

fn test(n: usize) -> Test {
    match watched(n) {
        Watched::Query(query) => query_test(&query),
        Watched::Python(pattern) => {
            Test::Pattern(Pattern::python(&pattern).expect("as written there"))
        }
    }
}

fn query_test(query: &str) -> Test {
    Test::Query(parse(query, now(), &TimeZone::UTC).expect("as written there"))
}

fn listen(account: i64, test: Test) -> Listen {
    Listen {
        reader: Reader::account(account),
        name: "bench".to_owned(),
        test,
        description: String::new(),
        after: None,
    }
}

struct Place {
    store: Store,
    accounts: Vec<String>,
    ids: Vec<i64>,
    _directory: tempfile::TempDir,
}

impl Place {
    async fn new(accounts: usize) -> Place {
        let directory = tempfile::tempdir().expect("a directory");
        let target = Target::Directory(directory.path().to_owned());
        let store = Store::open(&target).await.expect("a store");
        let (mut names, mut ids) = (Vec::new(), Vec::new());
        for n in 0..accounts {
            let new = NewAccount {
                name: format!("account{n}"),
                kind: AccountKind::Bot,
                role: Role::Analyst,
                organisation: None,
            };
            let account = store.add_account(new).await.expect("an account");
            names.push(account.name);
            ids.push(account.id);
        }
        Place {
            store,
            accounts: names,
            ids,
            _directory: directory,
        }
    }

    fn account(&self, n: usize) -> i64 {
        self.ids[n / OF_ACCOUNT % self.ids.len()]
    }

    /// Everybody who listens, each in a task that waits for what comes.
    fn crowd(&self, hub: &Hub, watchers: usize) -> JoinSet<()> {
        let mut crowd = JoinSet::new();
        for n in 0..watchers {
            let listener = hub.listen(listen(self.account(n), test(n)));
            let mut listener = listener.expect("room for one more");
            crowd.spawn(async move {
                while let Ok(Next::Event(event)) = listener.next().await {
                    black_box(event);
                }
            });
        }
        crowd
    }
}

async fn latency(watchers: usize, rate: u32, seconds: u32) {
    let place = Place::new(watchers / OF_ACCOUNT + 1).await;
    let hub = Hub::start(place.store.clone());
    let _crowd = place.crowd(&hub, watchers);
    let all = hub.listen(listen(place.ids[0], query_test("in:post")));
    let mut all = all.expect("room for one more");
    let posts = (rate * seconds) as usize;
    let sent: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let hearing = {
        let sent = Arc::clone(&sent);
        tokio::spawn(async move {
            let mut times = Vec::with_capacity(posts);
            while times.len() < posts {
                let Ok(Next::Event(event)) = all.next().await else {
                    break;
                };
                let Said::Entry(entry) = &event.said else {
                    continue;
                };
                let began = sent.lock().expect("whole").remove(&entry.post.text);
                times.extend(began.map(|began| began.elapsed()));
            }
            times
        })
    };
    let (worked, began) = (cpu_time(), Instant::now());
    let mut pace = tokio::time::interval(Duration::from_secs(1) / rate);
    let mut writing = JoinSet::new();
    for n in 0..posts {
        pace.tick().await;
        let (store, account, text) = (place.store.clone(), place.ids[0], text(n));
        sent.lock()
            .expect("whole")
            .insert(text.clone(), Instant::now());
        writing.spawn(async move {
            let new = NewPost {
                text,
                ..NewPost::default()
            };
            store.add_post(account, new).await.expect("a post");
        });
    }
    writing.join_all().await;
    let mut times = hearing.await.expect("all heard");
    let busy = (cpu_time() - worked).as_secs_f64() / began.elapsed().as_secs_f64() * 100.0;
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    let (p50, p99, most, heard) = (at(0.5), at(0.99), at(1.0), times.len());
    println!(
        "{watchers:6} watchers, {rate:3} posts/s: heard {heard:5}/{posts:<5} p50 {p50:6.2} ms  p99 {p99:7.2} ms  most {most:7.2} ms  {busy:5.1} % of a core"
    );
}

/// A post's matching alone, all watchers at once and each regex in turn.
fn matching(count: usize) {
    use noroshi_indicator::extract::finder;
    use noroshi_query::{Statement, StatementKind};
    let mut watchers = Watchers::new();
    for n in 0..count {
        match test(n) {
            Test::Query(query) => watchers.add(&query).expect("a query"),
            Test::Pattern(pattern) => watchers.add_pattern(pattern),
        };
    }
    let regexes: Vec<regex::Regex> = (0..count).map(as_regex).collect();
    let texts: Vec<String> = (0..64).map(text).collect();
    let marks: Vec<_> = texts
        .iter()
        .map(|text| {
            let found = finder(text).map(|found| found.observable);
            let tags = noroshi_exchange::post::marks(text).tags;
            (found.collect::<Vec<_>>(), tags)
        })
        .collect();
    let at_once = per_post(&texts, |n| {
        let (observables, tags) = &marks[n];
        let statement = Statement {
            kind: StatementKind::Post,
            observables,
            from: "aiko",
            by_source: false,
            to: &[],
            family: None,
            tags,
            text: Some(&texts[n]),
            vendors: &[],
            products: &[],
            cvss: None,
            tlp: Tlp::Green,
            received: 0,
            first_seen: 0,
            last_seen: 0,
            reply: false,
            repost: false,
            file: false,
        };
        watchers.matching(&statement).len()
    });
    // As there: all that matches, of every pattern.
    let in_turn = per_post(&texts, |n| {
        let found = regexes
            .iter()
            .map(|regex| regex.find_iter(&texts[n]).count());
        found.sum()
    });
    let load = |micros: f64| micros * 200.0 / 1e6 * 100.0;
    println!(
        "{count:6} watchers, matching a post: at once {at_once:8.1} µs, each in turn {in_turn:8.1} µs; at 200 posts/s {:6.2} and {:6.2} % of a core",
        load(at_once),
        load(in_turn)
    );
}

/// Microseconds of a post: the median of rounds over all texts, for a second or ten rounds at least.
fn per_post(texts: &[String], mut work: impl FnMut(usize) -> usize) -> f64 {
    let (began, mut rounds) = (Instant::now(), Vec::new());
    while rounds.len() < 10 || began.elapsed() < Duration::from_secs(1) {
        let round = Instant::now();
        for n in 0..texts.len() {
            black_box(work(n));
        }
        rounds.push(round.elapsed().as_secs_f64() * 1e6 / texts.len() as f64);
    }
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

async fn idle_in_the_hub() {
    let watchers = 10_000;
    let place = Place::new(watchers / OF_ACCOUNT).await;
    let hub = Hub::start(place.store.clone());
    let before = resident();
    let crowd = place.crowd(&hub, watchers);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let each = (resident() - before) / watchers as f64;
    let (worked, watched) = (cpu_time(), Duration::from_secs(5));
    tokio::time::sleep(watched).await;
    let busy = (cpu_time() - worked).as_secs_f64() / watched.as_secs_f64() * 100.0;
    println!(
        "{} idle watchers in the hub: {each:.1} kB each, {busy:.1} % of a core for all",
        crowd.len()
    );
}

async fn idle_over_http() {
    let place = Place::new(STREAMS / OF_ACCOUNT).await;
    let mut keys = Vec::new();
    for account in &place.accounts {
        let key = NewKey {
            account: account.clone(),
            name: "bench".to_owned(),
            scopes: vec![Scope::Read],
            tlp: Tlp::Clear,
            expires: None,
        };
        keys.push(place.store.add_key(key).await.expect("a key").1);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let lists = Arc::new(Warninglists::new(builtin()));
    let state = AppState::new(place.store.clone(), lists, Settings::default());
    let server = noroshi_web::serve(vec![listener], state, std::future::pending());
    tokio::spawn(server);
    let before = resident();
    let mut open = Vec::new();
    for n in 0..STREAMS {
        let connection = tokio::net::TcpStream::connect(address).await;
        let mut connection = connection.expect("a connection");
        let request = format!(
            "GET /api/v1/stream?q=in:post%20tag:loader{n} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
            keys[n / OF_ACCOUNT]
        );
        connection
            .write_all(request.as_bytes())
            .await
            .expect("a request");
        let mut head = [0; 15];
        connection.read_exact(&mut head).await.expect("an answer");
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        open.push(connection);
    }
    let each = (resident() - before) / open.len() as f64;
    println!(
        "{} idle streams over HTTP: {each:.1} kB each, both ends",
        open.len()
    );
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
    let ticks = ticks.filter_map(|text| text.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
