//! A place to collect into, and the recipes of the services with the service on loopback in their URLs.

use noroshi_collect::recipe::{Recipe, shipped};
use noroshi_collect::{Failure, Options, Origin, Receipt, Secret, collect, ensure_source};
use noroshi_egress::{Egress, EgressConfig, Purpose};
use noroshi_query::{Expr, Query, Term};
use noroshi_store::{
    AccountKind, ImportMode, NewAccount, NewHunt, Post, PostOptions, Reader, Role, SearchOptions,
    Source, Store, Target as Place,
};
use noroshi_testkit::Target;

use crate::server::Server;

pub(crate) const HEAD: &str = r#"
name = "fixture"
title = { en = "Fixture", ja = "試験用" }
description = { en = "Invented.", ja = "架空。" }
homepage = "https://fixture.example/"
licence = "CC0-1.0"
data = "reputation"
enabled = true
interval = "1h"
mode = "increment"
"#;

/// A recipe whose `{server}` is the service.
pub(crate) fn recipe(server: &Server, rest: &str) -> Recipe {
    let text = format!("{HEAD}{rest}").replace("{server}", &format!("http://{}", server.address));
    Recipe::parse("fixture.toml", &text).unwrap()
}

/// A shipped recipe whose hosts are the service, with these parameters, as a source of that name.
pub(crate) fn service(server: &Server, name: &str, values: &[(&str, &str)]) -> Recipe {
    let shipped = shipped();
    let recipe = shipped.iter().find(|recipe| recipe.name == name).unwrap();
    let mut text = recipe.text.to_string();
    for host in [
        "api.x.com",
        "public.api.bsky.app",
        "bsky.social",
        "jvndb.jvn.jp",
        "services.nvd.nist.gov",
        "euvdservices.enisa.europa.eu",
        "api.github.com",
        "{instance}",
    ] {
        let there = format!("http://{}", server.address);
        text = text.replace(&format!("https://{host}"), &there);
    }
    text = text.replace(
        "wss://jetstream2.us-west.bsky.network",
        &format!("ws://{}", server.address),
    );
    // Nobody is asked to wait here.
    let quick = text.lines().filter(|line| !line.starts_with("pause = "));
    let text = quick.collect::<Vec<_>>().join("\n");
    let file = format!("{name}.toml");
    let recipe = Recipe::parse(&file, &text).unwrap();
    if values.is_empty() {
        return recipe;
    }
    let values = values
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let text = recipe.filled(name, &values.collect()).unwrap();
    Recipe::parse(&file, &text).unwrap()
}

/// A sample that lies beside the recipes.
pub(crate) fn sample(file: &str) -> String {
    let path = format!(
        "{}/../../sources/samples/{file}",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).unwrap()
}

/// Somewhere to collect into.
pub(crate) struct Hub {
    pub(crate) store: Store,
    pub(crate) egress: Egress,
    pub(crate) options: Options,
}

impl Hub {
    pub(crate) async fn new(target: &Target, servers: &[&Server]) -> Hub {
        let mut egress = EgressConfig::new("noroshi-test");
        for server in servers {
            egress.allow(Purpose::Feed, server.address.parse().unwrap());
        }
        Hub {
            store: open(target).await,
            egress: Egress::new(egress).unwrap(),
            options: Options::new(ImportMode::Serving, "test"),
        }
    }

    pub(crate) fn with_key(mut self, key: &str) -> Hub {
        self.options.key = Some(Secret::new(key));
        self
    }

    pub(crate) async fn collect(&self, recipe: &Recipe) -> Result<Receipt, Failure> {
        let (store, egress) = (&self.store, &self.egress);
        collect(store, egress, recipe, Origin::Network, &self.options).await
    }

    pub(crate) async fn source(&self, name: &str) -> Source {
        self.store.source(&Reader::operator(), name).await.unwrap()
    }

    /// The values that a source lists.
    pub(crate) async fn values(&self, source: &str) -> Vec<String> {
        let query = Query::from(Expr::from(Term::Source(source.to_owned())));
        let (operator, options) = (Reader::operator(), SearchOptions::default());
        let found = self
            .store
            .search(&operator, &query, options)
            .await
            .unwrap()
            .found;
        let mut values: Vec<String> = found
            .iter()
            .map(|found| found.observable.value().to_owned())
            .collect();
        values.sort();
        values
    }
}

impl Hub {
    /// A hunt for these words drives a source from now on.
    pub(crate) async fn hunt(&self, recipe: &Recipe, words: &str) {
        ensure_source(&self.store, recipe).await.unwrap();
        let hunts = self
            .store
            .hunts(&Reader::operator(), None, None, 99)
            .await
            .unwrap();
        let name = format!("hunter-{}", hunts.len());
        let hunter = NewAccount {
            name: name.clone(),
            kind: AccountKind::Person,
            role: Role::Analyst,
            organisation: None,
        };
        let hunter = self.store.add_account(hunter).await.unwrap();
        let hunt = NewHunt {
            name,
            words: words.to_owned(),
            enabled: true,
            drives: vec![recipe.name.clone()],
            ..NewHunt::default()
        };
        self.store.add_hunt(hunter.id, hunt).await.unwrap();
    }

    /// The items of a source, by text.
    pub(crate) async fn items(&self, source: &str) -> Vec<Post> {
        let query = Query::from(Expr::from(Term::Source(source.to_owned())));
        let options = PostOptions::default();
        let page = self
            .store
            .search_posts(&Reader::operator(), &query, options)
            .await
            .unwrap();
        let mut posts: Vec<Post> = page.entries.into_iter().map(|entry| entry.post).collect();
        posts.retain(|post| post.item.is_some());
        posts.sort_by(|a, b| a.text.cmp(&b.text));
        posts
    }
}

pub(crate) async fn open(target: &Target) -> Store {
    let directory = target.data().to_owned();
    let place = match target.url() {
        None => Place::Directory(directory),
        Some(url) => Place::Postgres {
            url: url.to_owned(),
            directory,
        },
    };
    Store::open(&place).await.unwrap()
}
