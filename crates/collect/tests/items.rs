//! Texts and scores on their way from a file into the store, as a feed brings them.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

use std::path::{Path, PathBuf};

use noroshi_collect::recipe::{Recipe, shipped};
use noroshi_collect::{Options, Origin, Receipt, collect};
use noroshi_egress::{Egress, EgressConfig};
use noroshi_indicator::{Kind, Observable};
use noroshi_query::Query;
use noroshi_store::{Form, ImportMode, Post, PostOptions, Reader, Store, Target};

struct World {
    _directory: tempfile::TempDir,
    store: Store,
    egress: Egress,
}

impl World {
    async fn new() -> World {
        let directory = tempfile::tempdir().unwrap();
        let target = Target::Directory(directory.path().to_owned());
        World {
            store: Store::open(&target).await.unwrap(),
            egress: Egress::new(EgressConfig::new("test")).unwrap(),
            _directory: directory,
        }
    }

    async fn take(&self, recipe: &Recipe, file: &Path) -> Receipt {
        let options = Options::new(ImportMode::Offline, "test");
        let origin = Origin::File(file.to_owned());
        let ended = collect(&self.store, &self.egress, recipe, origin, &options).await;
        ended.map_err(|failure| failure.to_string()).unwrap()
    }

    async fn posts(&self) -> Vec<Post> {
        let options = PostOptions {
            limit: 1_000,
            budget: std::time::Duration::from_secs(60),
            ..PostOptions::default()
        };
        let (operator, query) = (Reader::operator(), Query { expr: None });
        let page = self.store.search_posts(&operator, &query, options);
        let posts = page
            .await
            .unwrap()
            .entries
            .into_iter()
            .map(|entry| entry.post);
        posts.filter(|post| post.item.is_some()).collect()
    }
}

fn sample(file: &str) -> PathBuf {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sources/samples");
    sources.join(file)
}

fn recipe(name: &str) -> Recipe {
    let mut recipes = shipped().into_iter();
    recipes.find(|recipe| recipe.name == name).unwrap()
}

#[tokio::test]
async fn a_feed_becomes_posts_once() {
    let world = World::new().await;
    let krebs = recipe("krebsonsecurity");
    let file = sample("krebsonsecurity.xml");
    let first = world.take(&krebs, &file).await;
    assert_eq!((first.rows, first.new, first.bad), (2, 2, 0));
    let again = world.take(&krebs, &file).await;
    assert_eq!((again.new, again.changed, again.unchanged), (0, 0, 2));

    let posts = world.posts().await;
    assert_eq!(posts.len(), 2);
    let post = posts
        .iter()
        .find(|post| post.text.contains("Botnet"))
        .unwrap();
    let item = post.item.as_ref().unwrap();
    assert_eq!(item.form, Form::News);
    assert_eq!(post.from.name, "krebsonsecurity");
    assert!(post.text.contains("c2.evil.example"), "{}", post.text);
    let named = Observable::parse(Kind::Domain, "c2.evil.example").unwrap();
    assert!(post.observables.contains(&named), "{:?}", post.observables);
}

#[tokio::test]
async fn an_article_that_changes_is_one_post() {
    let world = World::new().await;
    let krebs = recipe("krebsonsecurity");
    let file = sample("krebsonsecurity.xml");
    world.take(&krebs, &file).await;
    let changed = std::fs::read_to_string(&file)
        .unwrap()
        .replace("Fixes for many.", "Fixes for all.");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("changed.xml");
    std::fs::write(&path, changed).unwrap();
    let receipt = world.take(&krebs, &path).await;
    assert_eq!((receipt.new, receipt.changed, receipt.unchanged), (0, 1, 1));
    let posts = world.posts().await;
    assert_eq!(posts.len(), 2);
    assert!(
        posts
            .iter()
            .any(|post| post.text.contains("Fixes for all."))
    );
}

#[tokio::test]
async fn records_keep_their_facts_and_are_found_by_cve() {
    let world = World::new().await;
    let receipt = world.take(&recipe("nvd"), &sample("nvd.json")).await;
    assert_eq!((receipt.new, receipt.bad), (2, 1));
    let posts = world.posts().await;
    let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
    let facts = world.store.facts(&Reader::operator(), ids).await.unwrap();
    let router = facts
        .values()
        .find(|facts| facts.id == "CVE-2026-10001")
        .unwrap();
    assert_eq!(router.score(), Some(93));
    assert_eq!(router.products[0].vendor, "example");
    let cve = Observable::parse(Kind::Cve, "CVE-2026-10001").unwrap();
    assert!(posts.iter().any(|post| post.observables.contains(&cve)));
}

#[tokio::test]
async fn scores_are_kept_by_day() {
    let world = World::new().await;
    let receipt = world.take(&recipe("epss"), &sample("epss.csv")).await;
    assert_eq!((receipt.rows, receipt.bad), (5, 2));
    let cve = Observable::parse(Kind::Cve, "CVE-2026-10001").unwrap();
    let scores = world
        .store
        .scores(&Reader::operator(), &cve, 10)
        .await
        .unwrap();
    assert_eq!(scores.len(), 1);
    assert_eq!(
        (scores[0].day, scores[0].score, scores[0].percentile),
        (20_686, 94_321, 99_912)
    );
}

#[tokio::test]
async fn every_sample_of_texts_goes_in_whole() {
    let world = World::new().await;
    for recipe in shipped()
        .into_iter()
        .filter(|recipe| recipe.data.form().is_some())
    {
        let endings = ["csv", "txt", "json", "xml", "rdf", "rss", "atom"];
        // Sources of one service have one sample.
        let service = recipe.name.split('-').next().unwrap();
        let files = [recipe.name.as_str(), service]
            .into_iter()
            .flat_map(|name| {
                let file = move |ending: &&str| sample(&format!("{name}.{ending}"));
                endings.iter().map(file)
            });
        let file = files.into_iter().find(|file| file.exists()).unwrap();
        let receipt = world.take(&recipe, &file).await;
        assert!(receipt.new > 0, "{}", recipe.name);
        assert_eq!(
            receipt.rows,
            receipt.new + receipt.bad + receipt.folded,
            "{}",
            recipe.name
        );
    }
}

const MAILS: &str = "From a@list.example Sat Aug  1 00:00:00 2026
From: =?UTF-8?B?5bGx55Sw5aSq6YOO?= <taro@vendor.example>
Subject: =?ISO-2022-JP?B?GyRCQEgbKEI=?= CVE-2026-10001 in example
Date: Sat, 01 Aug 2026 09:00:00 +0900
Message-ID: <1@list.example>
Content-Type: text/plain; charset=utf-8

See c2.evil.example.

From b@list.example Sat Aug  1 00:00:00 2026
From: b@list.example
Subject: Re: example
Message-ID: <2@list.example>

fixed
";

#[tokio::test]
async fn a_program_of_the_user_tells_news() {
    let world = World::new().await;
    let directory = tempfile::tempdir().unwrap();
    let mails = directory.path().join("list.mbox");
    std::fs::write(&mails, MAILS).unwrap();
    let example =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/sources/mailing_list.py");
    let command = [
        "python3",
        example.to_str().unwrap(),
        mails.to_str().unwrap(),
        "--link",
        "https://lists.example/{id}",
    ];
    let text = format!(
        "name = 'list'\ntitle = {{ en = 'L', ja = 'L' }}\ndescription = {{ en = 'L', ja = 'L' }}\nhomepage = 'https://list.example/'
licence = 'x'\ncommand = {command:?}\ndata = 'news'\nenabled = true\ninterval = '1h'\nmode = 'increment'\n"
    );
    let recipe = Recipe::parse("list.toml", &text).unwrap();
    let options = Options::new(ImportMode::Offline, "test");
    for new in [2, 0] {
        let ended = collect(
            &world.store,
            &world.egress,
            &recipe,
            Origin::Network,
            &options,
        )
        .await;
        let receipt = ended.map_err(|failure| failure.to_string()).unwrap();
        assert_eq!((receipt.new, receipt.bad), (new, 0));
    }
    let posts = world.posts().await;
    let post = posts
        .iter()
        .find(|post| post.text.contains("CVE-2026-10001"))
        .unwrap();
    let item = post.item.as_ref().unwrap();
    assert_eq!(
        item.url.as_deref(),
        Some("https://lists.example/1@list.example")
    );
    assert_eq!(item.author.as_ref().unwrap().name, "山田太郎");
    let named: Vec<_> = post.observables.iter().map(Observable::value).collect();
    assert!(
        named.contains(&"CVE-2026-10001") && named.contains(&"c2.evil.example"),
        "{named:?}"
    );
}

#[tokio::test]
#[ignore = "needs real files"]
async fn real_files_go_in_whole() {
    let folder = PathBuf::from(std::env::var_os("NOROSHI_TEST_FEEDS").unwrap());
    // Bad rows: TweetFeed lists what is no URL, and Maltrail paths without a host, which name nothing.
    for (name, file, rows, bad) in [
        ("kev", "kev.json", 1_404, 0),
        ("kev-csv", "kev.csv", 1_404, 0),
        ("kev-records", "kev.json", 1_404, 0),
        ("tweetfeed", "tweetfeed-2026-08.csv", 7_000, 10),
        ("tweetfeed-posts", "tweetfeed-2026-08.csv", 900, 0),
        ("ipsum", "ipsum.txt", 100_000, 0),
        ("maltrail-emotet", "maltrail-emotet.txt", 8_000, 5_000),
        ("maltrail-lodeinfo", "maltrail-lodeinfo.txt", 30, 0),
        ("maltrail-plugx", "maltrail-plugx.txt", 1_000, 10),
        (
            "phishing-database-ips",
            "phishing-database-ips.txt",
            1_000,
            0,
        ),
    ] {
        let world = World::new().await;
        let receipt = world.take(&recipe(name), &folder.join(file)).await;
        assert!(
            receipt.new >= rows && receipt.bad <= bad,
            "{name}: {receipt:?}"
        );
    }
}
