//! Hunts and hits: a hunt that is shared with everybody and has hit everything there is, and one of nobody's but its
//! owner's. Of the first everybody is told the hits that they may read, to the last one; the other is not there.

use std::collections::BTreeSet;

use noroshi_store::{Brought, NewHit, NewHunt, Role, now};
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::model::Said;

/// The routes of hunts.
pub(crate) const OF_HUNTS: &[(&str, &str)] = &[
    ("GET", "/api/v1/hits"),
    ("POST", "/api/v1/hits/act"),
    ("GET", "/api/v1/hits/{id}"),
    ("GET", "/api/v1/hunts"),
    ("POST", "/api/v1/hunts"),
    ("POST", "/api/v1/hunts/preview"),
    ("DELETE", "/api/v1/hunts/{id}"),
    ("GET", "/api/v1/hunts/{id}"),
    ("PATCH", "/api/v1/hunts/{id}"),
    ("DELETE", "/api/v1/hunts/{id}/feed"),
    ("PUT", "/api/v1/hunts/{id}/feed"),
    ("GET", "/api/v1/hunts/{id}/jobs"),
    ("POST", "/api/v1/hunts/{id}/jobs"),
    ("PUT", "/api/v1/hunts/{id}/mute"),
    ("DELETE", "/api/v1/jobs/{id}"),
    ("GET", "/feed/hunt/{secret}"),
    ("GET", "/hunt/new"),
    ("POST", "/hunt/new"),
    ("GET", "/hunt/{id}"),
    ("POST", "/hunt/{id}/change"),
    ("GET", "/hunt/{id}/edit"),
    ("POST", "/hunt/{id}/edit"),
    ("POST", "/hunt/{id}/hits"),
    ("GET", "/hunt/{id}/{file}"),
    ("GET", "/hunts"),
];

/// A number that nothing has.
const ABSENT: &str = "999999999";

impl Asker<'_> {
    /// All that there is to know of hunts.
    pub(crate) async fn hunts(&self) {
        let (open, hidden) = self.hunted().await;
        self.hits(open).await;
        self.hunt_pages(open).await;
        self.hidden_hunt(hidden).await;
        self.previews().await;
    }

    /// A hunt for everybody and one for its owner alone, which have hit every listing there is.
    async fn hunted(&self) -> (i64, i64) {
        let store = &self.hub.store;
        let name = format!("hunter-{}", now());
        let hunter = self.hub.account(&name, Role::Analyst).await;
        let mut ids = Vec::new();
        for (name, audience) in [("openhunt", Some("everyone")), ("hiddenhunt", None)] {
            let new = NewHunt {
                name: name.to_owned(),
                words: "hiddenwords".replace("hidden", &name[..4]),
                audience: audience.map(str::to_owned),
                enabled: true,
                ..NewHunt::default()
            };
            ids.push(store.add_hunt(hunter.id, new).await.unwrap().id);
        }
        let mut found = Vec::new();
        let (news, _) = store.news(0, 10_000).await.unwrap();
        for one in &news {
            let Brought::Chunk(chunk) = one.brought else {
                continue;
            };
            let (listings, more) = store.chunk_listings(chunk, 0).await.unwrap();
            assert_eq!(more, None);
            for (observable, listing) in &listings {
                let hit = |hunt: &i64| NewHit::listing(*hunt, chunk, *observable, listing);
                found.extend(ids.iter().map(hit));
            }
        }
        let place = store.hunt_place().await.unwrap();
        let to = (place.seq, place.observable);
        store.record_hits(place, to, found).await.unwrap().unwrap();
        (ids[0], ids[1])
    }

    /// Every listing that the person may read is a hit, and nothing else; so say the counts.
    async fn hits(&self, open: i64) {
        let said = self.model.said();
        let expected: BTreeSet<(String, String)> = said
            .iter()
            .flat_map(|(observable, said)| {
                let of =
                    |(feed, _): &Said<'_>| (observable.value().to_owned(), feed.kept.name.clone());
                said.iter().map(of).collect::<Vec<_>>()
            })
            .collect();
        let hits = self
            .pages(
                &format!("/api/v1/hits?hunt={open}&limit=100"),
                "below",
                "hits",
            )
            .await;
        let told: BTreeSet<(String, String)> = hits
            .iter()
            .map(|hit| {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                (
                    text(&hit["observable"]["value"]),
                    text(&hit["listing"]["source"]),
                )
            })
            .collect();
        assert_eq!(told, expected, "{}", self.person.name);
        let hunt = self.json(&format!("/api/v1/hunts/{open}")).await;
        assert_eq!(hunt["open"], hits.len(), "{}", self.person.name);
        let all = self.json("/api/v1/hunts").await;
        let listed = all["hunts"].as_array().unwrap();
        assert!(
            listed.iter().all(|hunt| hunt["name"] != "hiddenhunt"),
            "{all}"
        );
        if let Some(hit) = hits.first() {
            let one = self.json(&format!("/api/v1/hits/{}", hit["id"])).await;
            assert_eq!(one["hit"], *hit);
        }
    }

    async fn hunt_pages(&self, open: i64) {
        let cookie = self.session().await;
        for path in [
            "/hunts".to_owned(),
            format!("/hunt/{open}"),
            format!("/hunt/{open}?show=all"),
        ] {
            let page = self.page(&path, &cookie).await;
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            assert!(!page.text.contains("hiddenhunt"), "{path}");
        }
        for file in ["hits.csv", "hits.json", "hits.rss"] {
            let answer = self.page(&format!("/hunt/{open}/{file}"), &cookie).await;
            assert_eq!(answer.status, 200, "{file}");
        }
        let writes = self.person.role != Role::Reader;
        let form = self.page("/hunt/new", &cookie).await;
        assert_eq!(form.status, if writes { 200 } else { 403 });
        // Others' hunts are not changed, but by an administrator.
        let edit = self.page(&format!("/hunt/{open}/edit"), &cookie).await;
        assert_eq!(
            edit.status,
            if self.person.role == Role::Admin {
                200
            } else {
                403
            }
        );
    }

    /// Every route answers for a hidden hunt as for none.
    async fn hidden_hunt(&self, hidden: i64) {
        let cookie = self.session().await;
        for (method, path) in OF_HUNTS {
            let named = path.replace("{file}", "hits.csv");
            let of = |id: &str| named.replace("{id}", id);
            let hidden = hidden.to_string();
            if !path.contains("{id}") || path.contains("/jobs/") || path.contains("/hits/{id}") {
                continue;
            }
            if path.starts_with("/api/") {
                let body = match (*method, path.rsplit('/').next()) {
                    ("PUT", Some("mute")) => json!({"seconds": 60}),
                    ("POST", Some("jobs")) => json!({"since": null}),
                    _ => json!({}),
                };
                self.as_if_absent(method, &of(&hidden), &of(ABSENT), &body)
                    .await;
            } else {
                let words = [hidden.as_str(), ABSENT];
                self.hidden_as_absent(method, [&of(&hidden), &of(ABSENT)], words, &cookie)
                    .await;
            }
        }
        let hits = self
            .ask("GET", &format!("/api/v1/hits?hunt={hidden}"), &Value::Null)
            .await;
        assert_eq!(hits.status, 404);
        for path in [
            "/api/v1/hits/999999999",
            "/api/v1/jobs/999999999",
            "/feed/hunt/none",
        ] {
            let method = if path.contains("/jobs/") {
                "DELETE"
            } else {
                "GET"
            };
            let answer = self.ask(method, path, &Value::Null).await;
            let refused = method == "DELETE" && self.person.role == Role::Reader;
            assert_eq!(answer.status, if refused { 403 } else { 404 }, "{path}");
        }
        let body = json!({"hits": [999_999_999], "action": "close"});
        let acted = self.ask("POST", "/api/v1/hits/act", &body).await;
        match self.person.role == Role::Reader {
            true => assert_eq!(acted.status, 403),
            false => assert_eq!(acted.json()["changed"], 0),
        }
    }

    /// A preview counts what the person may read.
    async fn previews(&self) {
        let body = json!({"words": "in:listing"});
        let answer = self.ask("POST", "/api/v1/hunts/preview", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let preview = answer.json();
        let said: usize = self.model.said().values().map(Vec::len).sum();
        assert_eq!(preview["hits"], said, "{}: {preview}", self.person.name);
        let bad = self
            .ask(
                "POST",
                "/api/v1/hunts",
                &json!({"name": "x", "words": "tag:"}),
            )
            .await;
        let expected = if self.person.role == Role::Reader {
            403
        } else {
            400
        };
        assert_eq!(bad.status, expected, "{}", bad.text);
    }
}
