//! Hunting through the past: how long the job of one hunt takes over many listings and posts, by what it asks.
//!
//! `cargo bench -p noroshi-watch --bench past`; `PAST_LISTINGS` (10,000,000) and `PAST_POSTS` (1,000,000) make it
//! smaller. Posts go in as items, by the chunk: as rows of the store they are posts like any other. The last question has
//! no index to go by and looks at everything, which is what the others are to be compared with.

use std::time::{Duration, Instant};

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{
    AccountKind, EVERYONE, Form, ImportMode, JobState, Mode, NewAccount, NewHunt, NewItem,
    NewListing, NewSource, Reader, Role, Source, Store, Target,
};

type Failure = Box<dyn std::error::Error>;

/// What is hunted for: a value, a word of few and of many, a tag, a regex without a literal.
const ASKED: [&str; 6] = [
    "domain:host4711.evil.example",
    "sample4711",
    "tag:rare",
    "in:post loader77",
    "like:evilcorp.example",
    "/^host[0-9]77\\./ in:listing",
];

fn number(name: &str, usual: usize) -> usize {
    let set = std::env::var(name).ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let (listings, posts) = (
        number("PAST_LISTINGS", 10_000_000),
        number("PAST_POSTS", 1_000_000),
    );
    runtime.block_on(run(listings, posts))
}

async fn run(listings: usize, posts: usize) -> Result<(), Failure> {
    let directory = tempfile::tempdir()?;
    let store = Store::open(&Target::Directory(directory.path().to_owned())).await?;
    let owner = NewAccount {
        name: "owner".to_owned(),
        kind: AccountKind::Person,
        role: Role::Analyst,
        organisation: None,
    };
    let owner = store.add_account(owner).await?.id;
    let source = source(&store).await?;
    let began = Instant::now();
    import(&store, &source, listings, posts).await?;
    tell(&format!(
        "{listings} listings and {posts} posts in {:.0?}",
        began.elapsed()
    ));
    tokio::spawn(noroshi_watch::hunt(store.clone()));
    for (number, asked) in ASKED.into_iter().enumerate() {
        let new = NewHunt {
            name: format!("hunt {number}"),
            words: asked.to_owned(),
            enabled: true,
            ..NewHunt::default()
        };
        let hunt = store.add_hunt(owner, new).await?;
        let reader = Reader::account(owner);
        let began = Instant::now();
        let job = store.hunt_past(&reader, hunt.id, 0).await?.id;
        let done = loop {
            let jobs = store.jobs(&reader, hunt.id).await?;
            let job = jobs
                .into_iter()
                .find(|one| one.id == job)
                .ok_or("the job is gone")?;
            if !matches!(job.state, JobState::Waiting | JobState::Running) {
                break job;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        tell(&format!(
            "{asked:32} {:>8.2?}, {} hits, {} pages, {:?} {}",
            began.elapsed(),
            done.found,
            done.looked,
            done.state,
            done.error.unwrap_or_default()
        ));
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "what a bench is for")]
fn tell(line: &str) {
    println!("{line}");
}

async fn source(store: &Store) -> Result<Source, Failure> {
    let source = NewSource {
        name: "feed".to_owned(),
        mode: Mode::Increment,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: false,
        owner: None,
    };
    Ok(store.ensure_source(source).await?)
}

async fn import(
    store: &Store,
    source: &Source,
    listings: usize,
    posts: usize,
) -> Result<(), Failure> {
    let mut import = store
        .begin_import(source, ImportMode::Offline, "bench", None)
        .await?;
    let mut from = 0;
    while from < listings {
        let to = listings.min(from + import.chunk_rows());
        let rows = (from..to).map(row).collect::<Result<Vec<_>, _>>()?;
        import.chunk(rows, Vec::new()).await?;
        from = to;
    }
    for from in (0..posts).step_by(5_000) {
        let to = posts.min(from + 5_000);
        import
            .items((from..to).map(item).collect(), Vec::new())
            .await?;
    }
    import.finish().await?;
    Ok(())
}

fn row(n: usize) -> Result<NewListing, Failure> {
    let name = format!(
        "host{n}.evil{}.example",
        if n.is_multiple_of(9) { "" } else { "x" }
    );
    Ok(NewListing {
        observable: Observable::parse(Kind::Domain, &name)?,
        item: 0,
        first_seen: None,
        last_seen: None,
        port: None,
        family: Some("emotet".to_owned()),
        tags: vec![
            if n.is_multiple_of(100_000) {
                "rare"
            } else {
                "c2"
            }
            .to_owned(),
        ],
        note: None,
        confidence: None,
        reference: None,
    })
}

fn item(n: usize) -> NewItem {
    NewItem {
        form: Form::Social,
        key: n.to_string(),
        title: None,
        text: format!(
            "Seen again: sample{n} of loader{} is fetched by a document that was sent to accountants. \
             取引先を装ったメールに注意。",
            n % 1_000
        ),
        url: None,
        author: None,
        language: None,
        published: None,
        updated: None,
        tags: Vec::new(),
        observables: Vec::new(),
        facts: None,
    }
}
