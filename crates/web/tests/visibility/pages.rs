//! The checks of pages: what a browser with a session is shown against what the model expects.

use std::collections::BTreeSet;

use noroshi_indicator::Tlp;
use serde_json::Value;

use crate::asker::Asker;
use crate::common::{Answer, encoded};
use crate::model::observable;
use crate::world::VALUES;

/// How often an answer that ran out of time is asked for again.
const PATIENCE: usize = 50;

const QUERIES: [&str; 5] = [
    "tag:shared",
    "domain:evil.example",
    "kind:ip",
    "tlp:red",
    "emotet",
];

/// What follows each `before` up to the next quotation mark, in order.
fn attributes(html: &str, before: &str) -> Vec<String> {
    let parts = html.split(before).skip(1);
    let texts = parts.map(|part| part.split('"').next().unwrap());
    texts
        .map(|text| text.replace("&#38;", "&").replace("&#60;", "<"))
        .collect()
}

/// The values of all chips of a page, sorted.
fn chips(html: &str) -> Vec<String> {
    let mut chips = attributes(html, "data-defanged=\"");
    chips.sort_unstable();
    chips
}

fn path_of(text: &str) -> String {
    let one = observable(text);
    format!("{}/{}", one.kind().name(), encoded(one.value()))
}

impl Asker<'_> {
    pub(crate) async fn home(&self) {
        let cookie = self.session().await;
        let page = self.page("/", &cookie).await;
        assert_eq!(page.status, 200);
        let told: BTreeSet<String> = attributes(&page.text, "href=\"/source/")
            .into_iter()
            .collect();
        let seen = self.model.seen.iter();
        let expected: BTreeSet<String> = seen.map(|feed| feed.kept.name.clone()).collect();
        assert_eq!(told, expected, "{}", self.person.name);
    }

    pub(crate) async fn search_page(&self) {
        let cookie = self.session().await;
        for query in QUERIES {
            let path = format!("/search?q={}", encoded(query));
            let mut told = Vec::new();
            let found = self.model.find(query);
            let mut expected: Vec<String> = found.keys().map(|one| one.defanged()).collect();
            expected.sort_unstable();
            for _ in 0..PATIENCE {
                told = chips(&self.page(&path, &cookie).await.text);
                if told == expected {
                    break;
                }
            }
            assert_eq!(told, expected, "{} sees {query}", self.person.name);
        }
    }

    pub(crate) async fn export(&self) {
        let cookie = self.session().await;
        for query in QUERIES {
            let path = format!("/search/export?format=json&q={}", encoded(query));
            let page = self.page(&path, &cookie).await;
            let told: Vec<Value> = serde_json::from_str(&page.text).unwrap();
            let told: BTreeSet<&str> = told
                .iter()
                .filter_map(|one| one["observable"]["value"].as_str())
                .collect();
            // The most restricted marking is for named accounts to read, and never leaves.
            let found = self.model.find(query);
            let expected: BTreeSet<&str> = found
                .iter()
                .filter(|(_, said)| said.iter().any(|(feed, _)| feed.tlp < Tlp::Red))
                .map(|(one, _)| one.value())
                .collect();
            assert_eq!(told, expected, "{} exports {query}", self.person.name);
        }
    }

    pub(crate) async fn complete(&self) {
        let cookie = self.session().await;
        for feed in &self.world.feeds {
            let mut seen = self.model.seen.iter();
            let seen = seen.any(|one| one.kept.name == feed.kept.name);
            let name = &feed.kept.name;
            // All of the name but its last letter, so that what is told was not in the question.
            let path = format!("/complete?q=source%3A{}", encoded(&name[..name.len() - 1]));
            let answer = self.page(&path, &cookie).await.json();
            let told = answer["suggestions"].as_array().unwrap().iter();
            let mut texts = told.map(|one| one["text"].as_str().unwrap());
            assert_eq!(texts.any(|text| text == format!("source:{name}")), seen);
            for field in ["tag", "family"] {
                let path = format!(
                    "/complete?q={field}%3A{}",
                    &feed.mark[..feed.mark.len() - 1]
                );
                self.page(&path, &cookie).await;
            }
        }
    }

    pub(crate) async fn observable_page(&self) {
        let cookie = self.session().await;
        let said = self.model.said();
        for text in [
            "evil.example",
            "192.0.2.7",
            "192.0.2.0/24",
            "http://192.0.2.7/p",
        ] {
            let asked = observable(text);
            let own = said.get(&asked).into_iter().flatten();
            let mut sources: Vec<String> = own.map(|(feed, _)| feed.kept.name.clone()).collect();
            sources.sort_unstable();
            let around = self.model.around(&asked);
            let around = around.values().flatten();
            let mut values: Vec<String> = around.map(|one| one.defanged()).collect();
            values.sort_unstable();
            let path = format!("/observable/{}", path_of(text));
            let mut told = (Vec::new(), Vec::new());
            for _ in 0..PATIENCE {
                let page = self.page(&path, &cookie).await;
                assert_eq!(page.status, 200, "{path}");
                let mut listed = attributes(&page.text, "<th scope=\"row\"><a href=\"/source/");
                listed.sort_unstable();
                told = (listed, chips(&page.text));
                if (&told.0, &told.1) == (&sources, &values) {
                    break;
                }
            }
            assert_eq!(told, (sources, values), "{} sees {text}", self.person.name);
        }
    }

    pub(crate) async fn card(&self) {
        let cookie = self.session().await;
        let said = self.model.said();
        for text in VALUES {
            let card = self
                .page(&format!("/card/{}", path_of(text)), &cookie)
                .await;
            assert_eq!(card.status, 200);
            let known = !card.text.contains("class=\"verdict is-unknown\"");
            assert_eq!(known, said.contains_key(&observable(text)), "{text}");
        }
    }

    pub(crate) async fn bulk_page(&self) {
        let cookie = self.session().await;
        let part = |name: &str, text: &str| {
            format!("--part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = part("text", &VALUES.join("\n")) + &part("format", "json") + "--part--\r\n";
        let stranger = self.hub.stranger();
        let request = stranger.request("POST", "/check").header("cookie", cookie);
        let request = request.header("content-type", "multipart/form-data; boundary=part");
        let answer = Answer::of(request.body(body).send().await.unwrap()).await;
        self.search_through(&answer, "POST /check");
        let said = self.model.said();
        let known = answer.json()["known"].as_array().unwrap().len();
        let expected = VALUES
            .iter()
            .filter(|text| said.contains_key(&observable(text)));
        assert_eq!(known, expected.count(), "{}", self.person.name);
    }

    /// What the stream tells is tested by itself; here, that it is for those who are signed in.
    pub(crate) async fn live(&self) {
        let cookie = self.session().await;
        let stranger = self.hub.stranger();
        let request = stranger.request("GET", "/live").header("cookie", cookie);
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let refused = stranger.get("/live").await;
        assert_eq!((refused.status.as_u16(), refused.text.as_str()), (303, ""));
    }

    pub(crate) async fn plain(&self, path: &str) {
        let cookie = self.session().await;
        assert_eq!(self.page(path, &cookie).await.status, 200, "{path}");
        assert_eq!(self.page(path, "").await.status, 303, "{path}");
    }

    pub(crate) async fn look(&self) {
        let request = self.hub.stranger().request("POST", "/look");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = Answer::of(request.body("theme=dark").send().await.unwrap()).await;
        self.search_through(&answer, "POST /look");
        assert_eq!(answer.status, 303);
    }
}
