//! The checks themselves: what a route answers against what the model expects.

use std::collections::{BTreeMap, BTreeSet};

use noroshi_store::Role;
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::common::{Answer, encoded};
use crate::model::{group, kind_name, listings, observable, verdict};
use crate::world::{Receipt, VALUES};

/// Values that nobody lists, around some that are listed.
const UNLISTED: [&str; 4] = [
    "b.www.evil.example",
    "https://www.evil.example/zzz",
    "192.0.2.9",
    "203.0.113.5",
];

/// How often an answer that ran out of time is asked for again.
const PATIENCE: usize = 50;

/// Without the one member that the model cannot know.
fn told(listings_of: &Value) -> Vec<Value> {
    let mut all = listings_of.as_array().unwrap().clone();
    for one in &mut all {
        let received = one.as_object_mut().unwrap().remove("received");
        assert!(received.is_some_and(|received| received.is_string()));
    }
    all.sort_by_key(Value::to_string);
    all
}

fn value(of: &Value) -> String {
    of["observable"]["value"].as_str().unwrap().to_owned()
}

impl Asker<'_> {
    pub(crate) async fn search(&self) {
        let mut queries: Vec<String> = [
            "",
            "shared",
            "emotet",
            "tag:shared",
            "family:emotet",
            "tlp:red",
            "tlp:<=green",
            "kind:url",
            "domain:evil.example",
            "evil[.]example",
            "192.0.2.0/24",
            "ip:192.0.2.7",
            "way2",
            "evil",
            "/mark/",
            "since:1d",
            "-tag:shared",
            "value:192.0.2.7 OR cve:CVE-2026-0001",
        ]
        .map(str::to_owned)
        .to_vec();
        for feed in &self.world.feeds {
            queries.push(format!("source:{}", feed.kept.name));
            queries.push(format!("tag:{}-0 OR tag:{}-1", feed.mark, feed.mark));
            queries.push(feed.mark.clone());
        }
        for query in queries {
            let expected = self.model.find(&query);
            let path = format!("/api/v1/search?q={}&limit=9", encoded(&query));
            let found = self.pages(&path, "cursor", "found").await;
            let what = format!("{} searches {query:?}", self.person.name);
            let values: Vec<String> = found.iter().map(value).collect();
            let once: BTreeSet<&String> = values.iter().collect();
            assert_eq!(once.len(), values.len(), "{what}: something comes twice");
            let named: BTreeSet<String> =
                expected.keys().map(|one| one.value().to_owned()).collect();
            assert_eq!(
                values.iter().cloned().collect::<BTreeSet<_>>(),
                named,
                "{what}"
            );
            for one in &found {
                let said = &expected[&observable(&value(one))];
                assert_eq!(told(&one["listings"]), listings(said), "{what}");
            }

            let mut groups = Value::Null;
            for _ in 0..PATIENCE {
                groups = self.json(&path).await["groups"].clone();
                if groups["complete"] == true {
                    break;
                }
            }
            let lists = |of: fn(&crate::world::Kept) -> Vec<&str>| {
                let names = |said: &Vec<crate::model::Said<'_>>| {
                    let kept = said.iter().map(|(_, kept)| *kept);
                    kept.flat_map(of)
                        .map(str::to_owned)
                        .collect::<BTreeSet<String>>()
                };
                let all: Vec<BTreeSet<String>> = expected.values().map(names).collect();
                group(
                    all.iter()
                        .map(|names| names.iter().map(String::as_str).collect()),
                )
            };
            let sources = expected.values().map(|said| {
                said.iter()
                    .map(|(feed, _)| feed.kept.name.as_str())
                    .collect::<BTreeSet<_>>()
            });
            let expected = json!({
                "total": expected.len(), "complete": true,
                "kinds": group(expected.keys().map(|one| BTreeSet::from([kind_name(one)]))),
                "sources": group(sources),
                "families": lists(|kept| kept.listing.family.as_deref().into_iter().collect()),
                "tags": lists(|kept| kept.listing.tags.iter().map(String::as_str).collect()),
            });
            assert_eq!(groups, expected, "{what}");
        }
    }

    pub(crate) async fn lookup(&self) {
        let said = self.model.said();
        for text in VALUES.iter().chain(&UNLISTED) {
            let asked = observable(text);
            let path = format!("/api/v1/lookup/{}", encoded(text));
            let mut answer = Value::Null;
            for _ in 0..PATIENCE {
                answer = self.json(&path).await;
                if answer["complete"] == true {
                    break;
                }
            }
            let what = format!("{} looks up {text}: {answer}", self.person.name);
            let own = said.get(&asked).map_or(&[][..], Vec::as_slice);
            assert_eq!(answer["verdict"], verdict(own), "{what}");
            assert_eq!(told(&answer["listings"]), listings(own), "{what}");
            assert_eq!(answer["warninglists"], json!([]));
            assert_eq!(answer["complete"], true, "{what}");
            let around = self.model.around(&asked);
            let related = answer["related"].as_array().unwrap();
            assert_eq!(related.len(), around.len(), "{what}");
            for group in related {
                let expected = &around[group["tie"].as_str().unwrap()];
                assert_eq!(group["count"], expected.len(), "{what}");
                let values: BTreeMap<String, &Value> = group["values"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| (value(one), one))
                    .collect();
                let names: BTreeSet<&str> = values.keys().map(String::as_str).collect();
                assert_eq!(
                    names,
                    expected.iter().map(|one| one.value()).collect(),
                    "{what}"
                );
                for one in expected {
                    assert_eq!(
                        values[one.value()]["verdict"],
                        verdict(&said[one]),
                        "{what}"
                    );
                }
            }
        }
    }

    pub(crate) async fn bulk(&self) {
        let said = self.model.said();
        let all: Vec<&str> = VALUES.iter().chain(&UNLISTED).copied().collect();
        let answer = self
            .ask("POST", "/api/v1/lookup", &json!({"values": all}))
            .await;
        let answer = answer.json();
        let (known, unknown): (Vec<&str>, Vec<&str>) = all
            .iter()
            .partition(|text| said.contains_key(&observable(text)));
        let texts = |member: &str| {
            let values = answer[member].as_array().unwrap().iter();
            values.map(value).collect::<Vec<String>>()
        };
        let canonical = |of: Vec<&str>| {
            of.into_iter()
                .map(|text| observable(text).value().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts("known"), canonical(known), "{}", self.person.name);
        assert_eq!(texts("unknown"), canonical(unknown), "{}", self.person.name);
        for one in answer["known"].as_array().unwrap() {
            assert_eq!(one["verdict"], verdict(&said[&observable(&value(one))]));
        }
    }

    pub(crate) async fn sources(&self) {
        let answer = self.json("/api/v1/sources").await;
        let told = answer["sources"].as_array().unwrap();
        let mut expected: Vec<_> = self
            .model
            .seen
            .iter()
            .map(|feed| feed.kept.name.as_str())
            .collect();
        expected.sort_unstable();
        let names: Vec<&str> = told
            .iter()
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{}", self.person.name);
    }

    pub(crate) async fn source(&self) {
        for feed in &self.model.seen {
            let answer = self
                .json(&format!("/api/v1/sources/{}", feed.kept.name))
                .await;
            assert_eq!(answer["tlp"], json!(feed.tlp));
            assert_eq!(answer["audience"], self.world.audiences[feed.audience].name);
        }
        for feed in &self.model.hidden {
            let path = format!("/api/v1/sources/{}", feed.kept.name);
            self.as_if_absent("GET", &path, "/api/v1/sources/no-such", &Value::Null)
                .await;
        }
    }

    pub(crate) async fn change_source(&self) {
        let admin = self.person.role == Role::Admin;
        for feed in &self.model.seen {
            let path = format!("/api/v1/sources/{}", feed.kept.name);
            let answer = self.ask("PATCH", &path, &json!({"enabled": true})).await;
            assert_eq!(answer.status, if admin { 200 } else { 403 });
        }
        for feed in &self.model.hidden {
            let path = format!("/api/v1/sources/{}", feed.kept.name);
            let body = json!({"audience": "everyone", "tlp": "clear", "enabled": false});
            self.as_if_absent("PATCH", &path, "/api/v1/sources/no-such", &body)
                .await;
        }
    }

    pub(crate) async fn batches(&self) {
        let ids = |batches: Vec<Value>| {
            batches
                .iter()
                .map(|one| one["id"].as_i64().unwrap())
                .collect::<Vec<i64>>()
        };
        let told = ids(self
            .pages("/api/v1/batches?limit=3", "before", "batches")
            .await);
        let mut expected: Vec<i64> = Vec::new();
        for feed in &self.model.seen {
            let mut own: Vec<i64> = feed.receipts.iter().map(|receipt| receipt.id).collect();
            own.reverse();
            let path = format!("/api/v1/batches?limit=3&source={}", feed.kept.name);
            assert_eq!(ids(self.pages(&path, "before", "batches").await), own);
            expected.extend(own);
        }
        expected.sort_unstable_by(|a, b| b.cmp(a));
        assert_eq!(told, expected, "{}", self.person.name);
        for feed in &self.model.hidden {
            let path = format!("/api/v1/batches?source={}", feed.kept.name);
            self.as_if_absent("GET", &path, "/api/v1/batches?source=no-such", &Value::Null)
                .await;
        }
    }

    pub(crate) async fn batch(&self) {
        for feed in &self.model.seen {
            for receipt in &feed.receipts {
                let answer = self.json(&format!("/api/v1/batches/{}", receipt.id)).await;
                let Receipt {
                    rows,
                    new,
                    changed,
                    unchanged,
                    folded,
                    delisted,
                    ..
                } = receipt;
                let counts = json!({
                    "rows": rows, "new": new, "changed": changed, "unchanged": unchanged,
                    "folded": folded, "delisted": delisted, "bad": receipt.bad.len(),
                });
                assert_eq!(answer["counts"], counts, "batch {}", receipt.id);
                assert_eq!(answer["source"], feed.kept.name);
                let state = if receipt.rolled_back {
                    "rolled_back"
                } else {
                    "complete"
                };
                assert_eq!(answer["state"], state);
            }
        }
        for id in self.hidden_batches() {
            let path = format!("/api/v1/batches/{id}");
            self.as_if_absent("GET", &path, "/api/v1/batches/999999", &Value::Null)
                .await;
        }
    }

    fn hidden_batches(&self) -> Vec<i64> {
        let receipts = self.model.hidden.iter().flat_map(|feed| &feed.receipts);
        receipts.map(|receipt| receipt.id).collect()
    }

    pub(crate) async fn bad_rows(&self) {
        for feed in &self.model.seen {
            for receipt in &feed.receipts {
                let path = format!("/api/v1/batches/{}/bad?limit=2", receipt.id);
                let rows = self.pages(&path, "after", "rows").await;
                let expected = receipt
                    .bad
                    .iter()
                    .map(|bad| json!({"line": bad.line, "reason": bad.reason, "text": bad.text}));
                assert_eq!(rows, expected.collect::<Vec<Value>>());
            }
        }
        for id in self.hidden_batches() {
            let path = format!("/api/v1/batches/{id}/bad");
            self.as_if_absent("GET", &path, "/api/v1/batches/999999/bad", &Value::Null)
                .await;
        }
    }

    /// Only what has no effect: what the model sees later tells whether it had one.
    pub(crate) async fn roll_back(&self) {
        let may = matches!(self.person.role, Role::Admin | Role::Analyst);
        if !may {
            for receipt in self.model.seen.iter().flat_map(|feed| &feed.receipts) {
                let path = format!("/api/v1/batches/{}/rollback", receipt.id);
                self.ask("POST", &path, &Value::Null).await.problem(403);
            }
        }
        for id in self.hidden_batches() {
            let path = format!("/api/v1/batches/{id}/rollback");
            let absent = "/api/v1/batches/999999/rollback";
            self.as_if_absent("POST", &path, absent, &Value::Null).await;
        }
    }

    pub(crate) async fn changes(&self) {
        let (mut after, mut told) = (0, Vec::new());
        loop {
            let page = self
                .json(&format!("/api/v1/changes?limit=4&after={after}"))
                .await;
            let changes = page["changes"].as_array().unwrap();
            let last = changes
                .last()
                .map_or(after, |change| change["seq"].as_i64().unwrap());
            assert_eq!(
                page["next"], last,
                "where to go on tells of nothing but what was seen"
            );
            if changes.is_empty() {
                break;
            }
            after = last;
            told.extend(changes.iter().cloned());
        }
        let seqs: Vec<i64> = told
            .iter()
            .map(|change| change["seq"].as_i64().unwrap())
            .collect();
        assert!(seqs.is_sorted_by(|a, b| a < b), "{seqs:?}");
        let mut sums: BTreeMap<(String, i64, String), (i64, i64, i64)> = BTreeMap::new();
        // Posts are held against a model of their own.
        for change in told.iter().filter(|change| change["post"].is_null()) {
            let text = |member: &str| change[member].as_str().unwrap().to_owned();
            let number = |member: &str| change[member].as_i64().unwrap();
            let sum = sums
                .entry((text("source"), number("batch"), text("kind")))
                .or_default();
            *sum = (
                sum.0 + number("new"),
                sum.1 + number("changed"),
                sum.2 + number("delisted"),
            );
        }
        let mut expected = BTreeMap::new();
        for feed in &self.model.seen {
            let name = &feed.kept.name;
            for receipt in &feed.receipts {
                let sum = (receipt.new, receipt.changed, receipt.delisted);
                if sum != (0, 0, 0) {
                    expected.insert((name.clone(), receipt.id, "listings".to_owned()), sum);
                }
            }
            for (_, batch) in self
                .world
                .rollbacks
                .iter()
                .filter(|(source, _)| source == name)
            {
                expected.insert((name.clone(), *batch, "rolled_back".to_owned()), (0, 0, 0));
            }
        }
        assert_eq!(sums, expected, "{}", self.person.name);
    }

    pub(crate) async fn me(&self) {
        let answer = self.json("/api/v1/me").await;
        assert_eq!(answer["account"]["name"], self.person.name);
        assert_eq!(
            answer["account"]["organisation"],
            json!(self.person.organisation)
        );
    }

    /// Nothing of statements is in it, and only administrators get it.
    pub(crate) async fn managing(&self, method: &str, path: &str) {
        let number = noroshi_store::now();
        let name = format!("made-{number}");
        let body = match path {
            "/api/v1/accounts" => json!({"name": name, "role": "reader"}),
            "/api/v1/organisations" => json!({"name": name}),
            _ => json!({"name": name, "kind": "accounts", "members": [self.person.name]}),
        };
        let answer = self.ask(method, path, &body).await;
        match (self.person.role, method) {
            (Role::Admin, "GET") => assert_eq!(answer.status, 200, "{}", answer.text),
            (Role::Admin, _) => assert_eq!(answer.status, 201, "{}", answer.text),
            _ => drop(answer.problem(403)),
        }
    }

    /// Only administrators come so far that they are told what is wrong.
    pub(crate) async fn add_source(&self) {
        let body = json!({"template": "no-such", "values": {}});
        let answer = self.ask("POST", "/api/v1/sources", &body).await;
        let expected = match self.person.role {
            Role::Admin => 400,
            _ => 403,
        };
        answer.problem(expected);
    }

    /// What only administrators do with an account; a source's is nobody's business.
    pub(crate) async fn account(&self, method: &str, rest: &str) {
        let name = format!("made-{}", noroshi_store::now());
        self.hub.account(&name, Role::Reader).await;
        let path = format!("/api/v1/accounts/{name}{rest}");
        let body = match method {
            "PATCH" => json!({"description": "changed"}),
            _ => Value::Null,
        };
        let answer = self.ask(method, &path, &body).await;
        match self.person.role {
            Role::Admin => assert!(answer.status.is_success(), "{}", answer.text),
            _ => drop(answer.problem(403)),
        }
        for feed in &self.model.hidden {
            let path = format!("/api/v1/accounts/{}{rest}", feed.kept.name);
            let absent = format!("/api/v1/accounts/no-such{rest}");
            self.as_if_absent(method, &path, &absent, &body).await;
        }
    }

    pub(crate) async fn change_audience(&self) {
        let name = format!("made-{}", noroshi_store::now());
        let kind = noroshi_store::AudienceKind::Accounts;
        let made = self.hub.store.add_audience(&name, kind, &[]).await;
        made.unwrap();
        let path = format!("/api/v1/audiences/{name}");
        let body = json!({"members": [self.person.name]});
        let answer = self.ask("PATCH", &path, &body).await;
        match self.person.role {
            Role::Admin => assert_eq!(answer.status, 200, "{}", answer.text),
            _ => drop(answer.problem(403)),
        }
    }

    /// Only one's own.
    pub(crate) async fn sessions(&self) {
        let store = &self.hub.store;
        let until = noroshi_store::now() + 60_000_000;
        for person in &self.world.people {
            store
                .begin_session(&person.name, None, until)
                .await
                .unwrap();
        }
        for person in &self.world.people {
            let sessions = store.sessions(&person.name, None).await.unwrap();
            let path = format!("/api/v1/sessions/{}", sessions[0].id);
            if person.name == self.person.name {
                let told = self.json("/api/v1/sessions").await;
                assert_eq!(told["sessions"].as_array().unwrap().len(), sessions.len());
                let answer = self.ask("DELETE", &path, &Value::Null).await;
                assert_eq!(answer.status, 204, "{}", answer.text);
            } else {
                let absent = "/api/v1/sessions/999999";
                self.as_if_absent("DELETE", &path, absent, &Value::Null)
                    .await;
            }
        }
    }

    pub(crate) async fn keys(&self) {
        let order = json!({"name": "more", "scopes": ["read"]});
        let made = self.ask("POST", "/api/v1/keys", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let answer = self.json("/api/v1/keys").await;
        for key in answer["keys"].as_array().unwrap() {
            assert_eq!(key["account"], self.person.name);
        }
    }

    pub(crate) async fn revoke_key(&self) {
        let all = self.hub.store.keys(None).await.unwrap();
        for key in all.iter().filter(|key| key.account != self.person.name) {
            let path = format!("/api/v1/keys/{}", key.id);
            if self.person.role != Role::Admin {
                self.as_if_absent("DELETE", &path, "/api/v1/keys/999999", &Value::Null)
                    .await;
            }
        }
    }

    pub(crate) async fn public(&self) {
        let page = self.hub.stranger().get("/sign-in").await.text;
        let style = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
        let style = style.split('"').next().unwrap();
        for path in ["/healthz", "/api/v1/openapi.json", "/sign-in", style] {
            let own = self.ask("GET", path, &Value::Null).await;
            let strangers = self.hub.stranger().get(path).await;
            assert_eq!((own.status, own.text), (strangers.status, strangers.text));
        }
    }

    /// Signs in, out, and in again; the cookie.
    pub(crate) async fn session(&self) -> String {
        let stranger = self.hub.stranger();
        let sign_in = async || {
            let request = stranger.request("POST", "/sign-in");
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            let request = request.body(format!("key={}", self.person.key));
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (303, ""));
            answer
                .header("set-cookie")
                .split(';')
                .next()
                .unwrap()
                .to_owned()
        };
        let cookie = sign_in().await;
        let request = stranger
            .request("POST", "/sign-out")
            .header("cookie", &cookie);
        let out = Answer::of(request.send().await.unwrap()).await;
        assert_eq!((out.status.as_u16(), out.text.as_str()), (303, ""));
        let page = self.page("/", &cookie).await;
        assert_eq!(page.status, 303, "the session has ended");
        sign_in().await
    }
}
