//! The checks of stories: one for everyone that names every value, and one for nobody but its curator.

use std::collections::BTreeSet;

use noroshi_indicator::Tlp;
use noroshi_store::{AudienceKind, Part, Role, StoryDraft, now};
use serde_json::{Value, json};

use crate::asker::Asker;
use crate::model::observable;
use crate::world::VALUES;

/// A number that no story has.
const ABSENT: &str = "999999999";

impl Asker<'_> {
    /// The numbers of a story that everybody may read, and of one that the person may not.
    async fn stories(&self) -> (String, String) {
        let store = &self.hub.store;
        let name = format!("curator-{}", now());
        let curator = self.hub.account(&name, Role::Analyst).await;
        let audience = format!("only-{name}");
        let members = [name.as_str()];
        let made = store.add_audience(&audience, AudienceKind::Accounts, &members);
        made.await.unwrap();
        let mut ids = Vec::new();
        for (title, audience) in [("open", None), ("hiddenstory", Some(audience))] {
            let draft = StoryDraft {
                title: title.to_owned(),
                audience,
                parts: vec![Part::Note(VALUES.join("\n\n"))],
                tlp: None,
            };
            ids.push(
                store
                    .add_story(curator.id, draft)
                    .await
                    .unwrap()
                    .id
                    .to_string(),
            );
        }
        (ids[0].clone(), ids[1].clone())
    }

    /// What an answer says is known is what the person may know.
    fn told_of(&self, story: &Value, most: Tlp) {
        let named = story["observables"].as_array().unwrap().iter();
        let known = named.filter(|one| one["verdict"]["known"] == true);
        let told: BTreeSet<&str> = known
            .map(|one| one["observable"]["value"].as_str().unwrap())
            .collect();
        let said = self.model.said();
        let values: Vec<_> = VALUES.iter().map(|text| observable(text)).collect();
        let may = |one: &&noroshi_indicator::Observable| {
            let said = said.get(one).into_iter().flatten();
            said.into_iter().any(|(feed, _)| feed.tlp <= most)
        };
        let expected: BTreeSet<&str> = values.iter().filter(may).map(|one| one.value()).collect();
        assert_eq!(told, expected, "{}", self.person.name);
    }

    /// A path of a story, or of all: `{id}` stands for it, and its only version is the first.
    pub(crate) async fn story(&self, method: &str, path: &str) {
        let (open, hidden) = self.stories().await;
        let of = |id: &str| path.replace("{id}", id).replace("{version}", "1");
        match path.starts_with("/api/") {
            true => {
                self.story_answer(method, of(&open), of(&hidden), of(ABSENT))
                    .await
            }
            false => {
                self.story_page(method, of(&open), of(&hidden), of(ABSENT))
                    .await
            }
        }
    }

    async fn story_answer(&self, method: &str, open: String, hidden: String, absent: String) {
        let body = json!({"version": 1, "title": "x", "parts": []});
        if hidden != absent {
            self.as_if_absent(method, &hidden, &absent, &body).await;
        }
        let answer = self.ask(method, &open, &body).await;
        assert!(!answer.text.contains("hiddenstory"), "{}", answer.text);
        let writes = self.person.role != Role::Reader;
        let expected = match (method, writes) {
            ("GET", _) => 200,
            // What is made is not to be said with a version; others' stories are not changed.
            ("POST", true) => 422,
            ("DELETE", true) if self.person.role == Role::Admin => 204,
            _ => 403,
        };
        assert_eq!(answer.status, expected, "{method} {open}: {}", answer.text);
        if method == "GET" && answer.text.contains("\"observables\"") {
            let most = match open.contains("/export") {
                true => Tlp::AmberStrict,
                false => Tlp::Red,
            };
            self.told_of(&answer.json(), most);
        }
    }

    async fn story_page(&self, method: &str, open: String, hidden: String, absent: String) {
        let cookie = self.session().await;
        if hidden != absent {
            let number = |path: &str| path.split('/').nth(2).unwrap().to_owned();
            let words = [number(&hidden), number(&absent)];
            let words = [words[0].as_str(), words[1].as_str()];
            self.hidden_as_absent(method, [&hidden, &absent], words, &cookie)
                .await;
        }
        let answer = self.reach(method, &open, &cookie).await;
        assert!(!answer.text.contains("hiddenstory"), "{}", answer.text);
        let writes = self.person.role != Role::Reader;
        let expected = match (method, open.rsplit('/').next().unwrap()) {
            ("GET", "edit") => 403,
            ("GET", "new") if !writes => 403,
            ("GET", _) => 200,
            ("POST", "delete") if self.person.role == Role::Admin => 303,
            // A form without a title, or without a post.
            ("POST", "new") if writes => 400,
            ("POST", "collect") => 422,
            _ => 403,
        };
        assert_eq!(answer.status, expected, "{method} {open}: {}", answer.text);
        assert_eq!(self.reach(method, &open, "").await.status, 303);
        if method == "GET" && answer.text.contains("\"observables\"") && open.contains("json") {
            self.told_of(&answer.json(), Tlp::AmberStrict);
        }
    }
}
