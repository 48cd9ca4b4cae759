//! What hunts add to arrival: 100,000 listings and 10,000 posts with 0, 1,000 and 10,000 hunts; and the way of
//! EXIST, which asks every hunt's question again each minute, at equal data.
//!
//! `cargo bench -p noroshi-watch --bench hunts`; `HUNTS_LISTINGS` and `HUNTS_POSTS` make it smaller.

use std::hint::black_box;
use std::time::{Duration, Instant};

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_query::{TimeZone, parse};
use noroshi_store::{
    AccountKind, EVERYONE, ImportMode, Mode, NewAccount, NewHunt, NewListing, NewPost, NewSource,
    Reader, Role, SearchOptions, Store, Target, now,
};
use noroshi_watch::Hunter;

const COUNTS: [usize; 3] = [0, 1_000, 10_000];
/// Hunts of one account.
const EACH: usize = 2_000;
/// Hunts that are asked anew to tell how long all of them take.
const ASKED: usize = 100;

type Failure = Box<dyn std::error::Error>;

fn number(name: &str, usual: usize) -> usize {
    let set = std::env::var(name).ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// What the nth hunt watches for: words, fields, networks, regexes, look-alikes.
fn watched(n: usize) -> String {
    let word = format!(
        "{}{n}",
        ["loader", "botnet", "stealer", "dropper"][n / 8 % 4]
    );
    match n % 8 {
        0 => word,
        1 => format!("\"fake {word}\""),
        2 => format!("tag:{word} in:listing"),
        3 => format!("domain:{word}.example"),
        4 => format!(
            "198.51.{}.{} OR value:{word}.example",
            n / 256 % 256,
            n % 256
        ),
        5 => format!("/{word}-[0-9]+\\.example/ -is:repost"),
        6 => format!("like:{word}corp.example"),
        _ => format!("/(?i){word}/ /(?i)japan/ OR /(?i)fake{word}/"),
    }
}

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (listings, posts) = (
        number("HUNTS_LISTINGS", 100_000),
        number("HUNTS_POSTS", 10_000),
    );
    let mut out = String::new();
    for count in COUNTS {
        let told = runtime.block_on(measure(count, listings, posts))?;
        out.push_str(&told);
    }
    // The harness is off: this is all that it says.
    use std::io::Write;
    std::io::stdout().lock().write_all(out.as_bytes())?;
    Ok(())
}

async fn measure(count: usize, listings: usize, posts: usize) -> Result<String, Failure> {
    let directory = tempfile::tempdir()?;
    let store = Store::open(&Target::Directory(directory.path().to_owned())).await?;
    let mut owners = Vec::new();
    for n in 0..=count / EACH {
        owners.push(person(&store, &format!("owner{n}")).await?);
    }
    for n in 0..count {
        let new = NewHunt {
            name: format!("hunt {n}"),
            words: watched(n),
            enabled: true,
            ..NewHunt::default()
        };
        store.add_hunt(owners[n / EACH], new).await?;
    }
    let began = Instant::now();
    let mut hunter = Hunter::start(store.clone()).await?;
    let loaded = began.elapsed();
    import(&store, listings).await?;
    let of_listings = to_the_end(&mut hunter).await?;
    for n in 0..posts {
        let new = NewPost {
            text: text(n),
            ..NewPost::default()
        };
        store.add_post(owners[0], new).await?;
    }
    let of_posts = to_the_end(&mut hunter).await?;
    let mut open = 0;
    for owner in &owners {
        open += store.open_hits(*owner).await?;
    }
    let each = |took: Duration, of: usize| took.as_secs_f64() * 1e6 / of.max(1) as f64;
    let mut told = format!(
        "{count} hunts: read in {loaded:.2?}; {listings} listings {of_listings:.2?} ({:.2} µs each), \
         {posts} posts {of_posts:.2?} ({:.2} µs each), hits told of: {open}\n",
        each(of_listings, listings),
        each(of_posts, posts),
    );
    if count > 0 {
        let round = asked_anew(&store, owners[0]).await? * (count as u32) / ASKED as u32;
        told +=
            &format!("{count} hunts asked anew, as EXIST does every minute: {round:.2?} a round\n");
    }
    Ok(told)
}

async fn to_the_end(hunter: &mut Hunter) -> Result<Duration, Failure> {
    let began = Instant::now();
    while hunter.advance().await? {}
    Ok(began.elapsed())
}

/// One round over some hunts, with our indexes, which is kind.
async fn asked_anew(store: &Store, owner: i64) -> Result<Duration, Failure> {
    let reader = Reader::account(owner);
    let began = Instant::now();
    for n in 0..ASKED {
        let query = parse(&watched(n), now(), &TimeZone::UTC)?;
        let options = SearchOptions {
            budget: Duration::from_secs(60),
            counting: Duration::ZERO,
            ..SearchOptions::default()
        };
        black_box(store.search(&reader, &query, options).await?);
    }
    Ok(began.elapsed())
}

async fn person(store: &Store, name: &str) -> Result<i64, Failure> {
    let new = NewAccount {
        name: name.to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    Ok(store.add_account(new).await?.id)
}

fn text(n: usize) -> String {
    let word = match n.is_multiple_of(50) {
        true => watched(n * 8 % 10_000).replace([':', '/', '"'], " "),
        false => format!("sample{n}"),
    };
    format!(
        "Seen again: {word} is fetched from https://cdn{n}.evil.example/update/x.bin by a document that was \
         sent to accountants. 取引先を装ったメールに注意。 #malspam"
    )
}

async fn import(store: &Store, count: usize) -> Result<(), Failure> {
    let source = NewSource {
        name: "feed".to_owned(),
        mode: Mode::Increment,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: true,
        owner: None,
    };
    let source = store.ensure_source(source).await?;
    let mut import = store
        .begin_import(&source, ImportMode::Serving, "bench", None)
        .await?;
    for block in (0..count).collect::<Vec<_>>().chunks(10_000) {
        let rows = block
            .iter()
            .map(|n| row(*n))
            .collect::<Result<Vec<_>, _>>()?;
        import.chunk(rows, Vec::new()).await?;
    }
    import.finish().await?;
    Ok(())
}

fn row(n: usize) -> Result<NewListing, Failure> {
    let name = match n.is_multiple_of(500) {
        true => format!("loader{}.example", n / 500 * 8 % 10_000),
        false => format!("host{n}.evil{}.example", n % 977),
    };
    Ok(NewListing {
        observable: Observable::parse(Kind::Domain, &name)?,
        item: 0,
        first_seen: None,
        last_seen: None,
        port: Some(443),
        family: Some("emotet".to_owned()),
        tags: vec!["c2".to_owned()],
        note: Some("seen by a sensor in Japan".to_owned()),
        confidence: None,
        reference: None,
    })
}
