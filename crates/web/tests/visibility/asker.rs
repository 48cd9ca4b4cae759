//! One person asking. Every answer is searched for what that person must not see, whatever else is checked.

use serde_json::Value;

use crate::common::{Answer, Client, Hub, replaced};
use crate::model::Model;
use crate::world::{Person, World};

pub(crate) struct Asker<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) world: &'a World,
    pub(crate) person: &'a Person,
    pub(crate) model: Model<'a>,
    client: Client<'a>,
}

impl<'a> Asker<'a> {
    pub(crate) fn new(hub: &'a Hub, world: &'a World, who: usize) -> Asker<'a> {
        let person = &world.people[who];
        Asker {
            hub,
            world,
            person,
            model: Model::of(world, person),
            client: hub.with_key(&person.key),
        }
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let answer = match method {
            "GET" => self.client.get(path).await,
            _ => self.client.send(method, path, body).await,
        };
        self.search_through(&answer, &format!("{method} {path} {body}"));
        answer
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    /// A page as it comes to a browser with a session.
    pub(crate) async fn page(&self, path: &str, cookie: &str) -> Answer {
        let request = self
            .hub
            .stranger()
            .request("GET", path)
            .header("cookie", cookie);
        let answer = Answer::of(request.send().await.unwrap()).await;
        self.search_through(&answer, path);
        answer
    }

    /// All pages of an answer, one member of them put together.
    pub(crate) async fn pages(&self, path: &str, parameter: &str, member: &str) -> Vec<Value> {
        let pages = self.client.pages(path, parameter).await;
        for page in &pages {
            self.search_text(&page.to_string(), path);
        }
        pages
            .iter()
            .flat_map(|page| page[member].as_array().unwrap().clone())
            .collect()
    }

    /// What is hidden is answered just as what does not exist.
    pub(crate) async fn as_if_absent(
        &self,
        method: &str,
        hidden: &str,
        absent: &str,
        body: &Value,
    ) {
        let (hidden_name, absent_name) = difference(hidden, absent);
        let one = self.ask(method, hidden, body).await;
        let other = self.ask(method, absent, body).await;
        assert_eq!(
            one.status, other.status,
            "{} {method} {hidden}",
            self.person.name
        );
        // A number that is asked for may be that of the status.
        let said = |text: &str| text.replace(&format!("\"status\":{},", one.status.as_u16()), "");
        let (one, other_said) = (said(&one.text), said(&other.text));
        assert_eq!(replaced(&one, hidden_name, absent_name), other_said);
        assert!(
            other.status == 404 || other.status == 403,
            "{method} {absent}: {}",
            other.status
        );
    }

    pub(crate) fn search_through(&self, answer: &Answer, question: &str) {
        self.search_text(&answer.text, question);
        self.search_text(&format!("{:?}", answer.headers), question);
    }

    fn search_text(&self, text: &str, question: &str) {
        for feed in &self.model.hidden {
            // The audit log names what was administered, to administrators; what a source said it never tells.
            let named = (!question.contains("/audit")).then_some(&feed.name_mark);
            for mark in named.into_iter().chain([&feed.mark]) {
                let leaked = text.contains(mark.as_str()) && !question.contains(mark.as_str());
                assert!(
                    !leaked,
                    "{} asked {question} and was told of {mark}: {text}",
                    self.person.name
                );
            }
        }
    }
}

/// The parts in which two paths differ.
fn difference<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let same = one
        .bytes()
        .zip(other.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let end = |text: &'a str| {
        text[same..]
            .find(['/', '?'])
            .map_or(text.len(), |at| same + at)
    };
    let start = one[..same].rfind(['/', '=']).map_or(0, |at| at + 1);
    (&one[start..end(one)], &other[start..end(other)])
}
