//! Hunts while servers are killed: two of them over one place, each killed again and again while posts and listings
//! arrive. In the end every hit is there, once.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{
    EVERYONE, HitFilter, ImportMode, Mode, NewListing, NewPost, NewSource, Reader, Said, Store,
    Target as Place,
};
use noroshi_testkit::{Target, each_engine};

use crate::hub::Hub;

/// Far longer than hunting takes.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_hunt_is_made_and_read_at_the_command_line() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko", "--role", "analyst"]);
        let id = hub.ok(&["hunt", "add", "aiko", "mine", "evil, c2", "--form", "words"]);
        let id = id.trim();
        let shown = hub.json(&["hunt", "show", id, "--json"]);
        assert_eq!(shown["queries"][0], "/(?i)evil/ OR /(?i)c2/");
        assert!(hub.ok(&["hunt", "list", "aiko"]).contains("mine"));
        assert_eq!(hub.ok(&["hunt", "hits", id]), "");
        let preview = hub.json(&["hunt", "preview", "tag:c2", "--json"]);
        assert_eq!(
            (&preview["hits"], &preview["asks_all"]),
            (&0.into(), &false.into())
        );
        let list = "example.co.jp # ours\nNoroshi\n";
        let args = [
            "hunt",
            "add",
            "aiko",
            "list",
            "-",
            "--form",
            "watchlist",
            "--json",
        ];
        let made = hub.run_with(&args, list);
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        assert!(
            made.stdout.contains("like:example.co.jp"),
            "{}",
            made.stdout
        );
        let bad = hub.run(&["hunt", "add", "aiko", "bad", "tag:"]);
        assert_eq!(bad.code, Some(2), "{}", bad.stderr);
        hub.ok(&["hunt", "rm", id]);
        assert_eq!(hub.run(&["hunt", "show", id]).code, Some(1));
    });
}

#[test]
fn every_hit_is_there_once_whoever_was_killed() {
    each_engine(|target| story(&target, 12));
}

fn story(target: &Target, kills: usize) {
    let hub = Hub::new(target);
    hub.ok(&["account", "add", "aiko", "--role", "analyst"]);
    let hunts = ["all", "some"].map(|name| {
        let words = if name == "all" { "evil" } else { "evil /7/" };
        hub.ok(&["hunt", "add", "aiko", name, words])
            .trim()
            .parse::<i64>()
            .unwrap()
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = runtime.block_on(Store::open(&place(target))).unwrap();
    let aiko = runtime.block_on(store.account("aiko")).unwrap().id;
    let source = NewSource {
        name: "feed".to_owned(),
        mode: Mode::Increment,
        expiry: None,
        audience: EVERYONE.to_owned(),
        tlp: Tlp::Clear,
        enabled: true,
        owner: None,
    };
    let source = runtime.block_on(store.ensure_source(source)).unwrap();
    let mut servers = vec![hub.serve(&[]), hub.serve(&[])];
    let mut said = 0;
    for round in 0..kills {
        for n in 0..8 {
            let new = NewPost {
                text: format!("evil {round}-{n}"),
                ..NewPost::default()
            };
            runtime.block_on(store.add_post(aiko, new)).unwrap();
            said += 1;
        }
        let rows = (0..1_500).map(|n| row(&format!("evil{round}-{n}.example")));
        runtime.block_on(async {
            let mut import = store
                .begin_import(&source, ImportMode::Serving, "test", None)
                .await
                .unwrap();
            import
                .chunk(rows.take(200).collect(), Vec::new())
                .await
                .unwrap();
            import.finish().await.unwrap();
        });
        said += 200;
        // At some other moment of the hunt each time.
        std::thread::sleep(Duration::from_millis(7 * round as u64));
        servers.remove(0).program.kill();
        servers.push(hub.serve(&[]));
    }
    let until = Instant::now() + PATIENCE;
    loop {
        let newest = runtime
            .block_on(store.changes(&Reader::operator(), 0, 100_000))
            .unwrap()
            .1;
        if runtime.block_on(store.hunt_place()).unwrap().seq >= newest {
            break;
        }
        assert!(Instant::now() < until, "the hunt does not come to its end");
        std::thread::sleep(Duration::from_millis(50));
    }
    let all = runtime.block_on(found(&store, hunts[0]));
    assert_eq!(all.len(), said);
    assert!(all.values().all(|times| *times == 1), "{all:?}");
    let some = runtime.block_on(found(&store, hunts[1]));
    assert_eq!(
        some.len(),
        all.keys().filter(|text| text.contains('7')).count()
    );
    assert!(some.values().all(|times| *times == 1), "{some:?}");
}

/// What was found, and how often.
async fn found(store: &Store, hunt: i64) -> BTreeMap<String, usize> {
    let (mut found, mut below) = (BTreeMap::new(), None);
    loop {
        let filter = HitFilter {
            hunt: Some(hunt),
            ..HitFilter::default()
        };
        let page = store
            .hit_page(&Reader::operator(), filter, below, 1_000)
            .await
            .unwrap();
        for hit in page.hits {
            let text = match hit.said.unwrap() {
                Said::Post(post) => post.text.clone(),
                Said::Listing(listing) => listing.observable.value().to_owned(),
            };
            *found.entry(text).or_insert(0) += 1;
        }
        match page.next {
            Some(next) => below = Some(next),
            None => return found,
        }
    }
}

fn row(value: &str) -> NewListing {
    NewListing {
        observable: Observable::parse(Kind::Domain, value).unwrap(),
        item: 0,
        first_seen: None,
        last_seen: None,
        port: None,
        family: None,
        tags: Vec::new(),
        note: None,
        confidence: None,
        reference: None,
    }
}

fn place(target: &Target) -> Place {
    let directory = target.data().to_owned();
    match target.url() {
        None => Place::Directory(directory),
        Some(url) => Place::Postgres {
            url: url.to_owned(),
            directory,
        },
    }
}
