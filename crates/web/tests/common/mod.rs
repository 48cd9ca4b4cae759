//! A hub to talk to: a store on one engine, served on a port of this machine, and clients of it.
#![allow(dead_code, reason = "every test program uses its part of it")]

use std::sync::Arc;

use noroshi_exchange::warninglist::Warninglists;
use noroshi_indicator::{Observable, Tlp};
use noroshi_store::{
    Account, AccountKind, Batch, EVERYONE, ImportMode, Mode, NewAccount, NewKey, NewListing,
    NewSource, Role, Scope, Source, Store, Target,
};
use noroshi_web::{AppState, Settings};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use tokio::sync::oneshot;

pub(crate) const ALL_SCOPES: [Scope; 3] = [Scope::Read, Scope::Write, Scope::Admin];

/// Where the testkit's place is, as the store says it.
pub(crate) fn target(place: &noroshi_testkit::Target) -> Target {
    let directory = place.data().to_owned();
    match place.url() {
        Some(url) => Target::Postgres {
            url: url.to_owned(),
            directory,
        },
        None => Target::Directory(directory),
    }
}

/// A hub that is being served. It ends with this value.
pub(crate) struct Hub {
    pub(crate) store: Store,
    pub(crate) base: String,
    http: reqwest::Client,
    stop: Option<oneshot::Sender<()>>,
}

impl Hub {
    pub(crate) async fn on(place: &noroshi_testkit::Target) -> Hub {
        Hub::with(place, Settings::default()).await
    }

    pub(crate) async fn with(place: &noroshi_testkit::Target, settings: Settings) -> Hub {
        Hub::made(place, settings, |state| state).await
    }

    /// One that sends on channels, to a service on loopback.
    pub(crate) async fn sending(place: &noroshi_testkit::Target, service: &str) -> Hub {
        let mut config = noroshi_egress::EgressConfig::new("noroshi-test");
        config.allow(noroshi_egress::Purpose::Notice, service.parse().unwrap());
        let egress = noroshi_egress::Egress::new(config).unwrap();
        let store = Store::open(&target(place)).await.unwrap();
        let courier = noroshi_deliver::Courier::new(store, egress, None, "https://hub.example");
        let with = |state: AppState| state.delivering(courier);
        Hub::made(place, Settings::default(), with).await
    }

    async fn made(
        place: &noroshi_testkit::Target,
        settings: Settings,
        with: impl FnOnce(AppState) -> AppState,
    ) -> Hub {
        let store = Store::open(&target(place)).await.unwrap();
        let lists = Arc::new(Warninglists::new([]));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let state = with(AppState::new(store.clone(), lists, settings));
        tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            noroshi_web::serve(vec![listener], state, stopped)
                .await
                .unwrap();
        });
        Hub {
            store,
            base,
            http: http(),
            stop: Some(stop),
        }
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    pub(crate) async fn account(&self, name: &str, role: Role) -> Account {
        let new = NewAccount {
            name: name.to_owned(),
            kind: AccountKind::Person,
            role,
            organisation: None,
        };
        self.store.add_account(new).await.unwrap()
    }

    pub(crate) async fn key(&self, account: &str, scopes: &[Scope]) -> String {
        let new = NewKey {
            account: account.to_owned(),
            name: "test".to_owned(),
            scopes: scopes.to_vec(),
            tlp: Tlp::Red,
            expires: None,
        };
        self.store.add_key(new).await.unwrap().1
    }

    /// A client with a new account of that role and a key for everything.
    pub(crate) async fn client(&self, name: &str, role: Role) -> Client<'_> {
        self.account(name, role).await;
        let key = self.key(name, &ALL_SCOPES).await;
        self.with_key(&key)
    }

    pub(crate) fn with_key(&self, key: &str) -> Client<'_> {
        Client {
            hub: self,
            key: Some(key.to_owned()),
        }
    }

    pub(crate) fn stranger(&self) -> Client<'_> {
        Client {
            hub: self,
            key: None,
        }
    }

    pub(crate) async fn source(&self, name: &str) -> Source {
        self.source_for(name, EVERYONE).await
    }

    pub(crate) async fn source_for(&self, name: &str, audience: &str) -> Source {
        let new = NewSource {
            name: name.to_owned(),
            mode: Mode::Snapshot,
            expiry: None,
            audience: audience.to_owned(),
            tlp: Tlp::Green,
            enabled: true,
            owner: None,
        };
        self.store.ensure_source(new).await.unwrap()
    }
}

/// Of reqwest, which asks for a TLS provider even where there is no TLS.
fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().build().unwrap()
}

/// Somebody who talks to a hub.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) key: Option<String>,
}

impl Client<'_> {
    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self
            .hub
            .http
            .request(method, format!("{}{path}", self.hub.base));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request("GET", path).send().await.unwrap()).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self
            .request(method, path)
            .header("content-type", "application/json");
        Answer::of(request.body(body.to_string()).send().await.unwrap()).await
    }

    /// A GET that must go well.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    /// One page after another, until there is no next; `more` tells how to ask for it.
    pub(crate) async fn pages(&self, path: &str, parameter: &str) -> Vec<Value> {
        let mut pages = Vec::new();
        let mut next = None;
        loop {
            let path = match &next {
                Some(next) => format!("{path}&{parameter}={next}"),
                None => path.to_owned(),
            };
            let page = self.json(&path).await;
            next = match &page["next"] {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            pages.push(page);
            assert!(pages.len() < 10_000, "{path} never ends");
            if next.is_none() {
                return pages;
            }
        }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Answer {
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The problem that it is, which must say its own status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(
                problem[member]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{member}"
            );
        }
        problem
    }
}

pub(crate) fn row(value: &str) -> NewListing {
    NewListing {
        observable: Observable::detect(value).unwrap().observable,
        item: 0,
        first_seen: Some(1_700_000_000_000_000),
        last_seen: Some(1_710_000_000_000_000),
        port: None,
        family: None,
        tags: Vec::new(),
        note: None,
        confidence: None,
        reference: None,
    }
}

pub(crate) async fn import(store: &Store, source: &Source, rows: Vec<NewListing>) -> Batch {
    let begun = store.begin_import(source, ImportMode::Serving, "test", None);
    let mut import = begun.await.unwrap();
    import.chunk(rows, Vec::new()).await.unwrap();
    import.finish().await.unwrap()
}

/// Percent-encoded, every sign that is not a plain letter or digit.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// With one whole word (of letters, digits, `-` and `_`) in the place of another.
pub(crate) fn replaced(text: &str, word: &str, by: &str) -> String {
    let in_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find(word) {
        let end = at + word.len();
        let alone = !rest[..at].ends_with(in_word) && !rest[end..].starts_with(in_word);
        out.push_str(&rest[..at]);
        out.push_str(if alone { by } else { word });
        rest = &rest[end..];
    }
    out + rest
}
