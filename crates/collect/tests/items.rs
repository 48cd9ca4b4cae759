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
        let files = endings
            .iter()
            .map(|ending| sample(&format!("{}.{ending}", recipe.name)));
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
