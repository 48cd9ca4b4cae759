//! Somebody with a session and a key, as NECOMAtter's people and bots had them.

use noroshi_store::{Role, Scope, now};
use serde_json::{Value, json};

use crate::common::{Answer, Hub};

pub(crate) struct Person<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) name: String,
    pub(crate) id: i64,
    pub(crate) cookie: String,
    pub(crate) key: String,
}

impl<'a> Person<'a> {
    pub(crate) async fn new(hub: &'a Hub, name: &str) -> Person<'a> {
        Person::with(hub, name, Role::Analyst).await
    }

    pub(crate) async fn with(hub: &'a Hub, name: &str, role: Role) -> Person<'a> {
        let account = hub.account(name, role).await;
        let until = now() + 3_600_000_000;
        let token = hub.store.begin_session(name, None, until).await.unwrap();
        Person {
            hub,
            name: name.to_owned(),
            id: account.id,
            cookie: format!("noroshi={token}"),
            key: hub.key(name, &[Scope::Read, Scope::Write]).await,
        }
    }

    /// With the session.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = self.hub.stranger().request(method, path);
        let request = request
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin");
        let request = match body {
            Value::Null => request,
            body => request
                .header("content-type", "application/json")
                .body(body.to_string()),
        };
        Answer::of(request.send().await.unwrap()).await
    }

    /// A GET with the session that must go well.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.ask("GET", path, &Value::Null).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        assert!(answer.text.is_ascii(), "{path}: {}", answer.text);
        answer.json()
    }

    /// Something with the session that must go well.
    pub(crate) async fn done(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.ask(method, path, body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json", "{path}");
        answer.json()
    }

    /// Posts JSON with name and key in the body, as bots do.
    pub(crate) async fn with_key(&self, path: &str, body: Value) -> Answer {
        let mut body = body;
        body["user_name"] = json!(self.name);
        body["api_key"] = json!(self.key);
        self.hub.stranger().send("POST", path, &body).await
    }

    /// A form with the session.
    pub(crate) async fn form(&self, path: &str, form: &str) -> Answer {
        let request = self.hub.stranger().request("POST", path);
        let request = request
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        Answer::of(request.send().await.unwrap()).await
    }

    /// Posts a text with the key; its number.
    pub(crate) async fn post(&self, text: &str) -> i64 {
        self.post_with(json!({"text": text})).await
    }

    pub(crate) async fn post_with(&self, body: Value) -> i64 {
        let answer = self.with_key("/post.json", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["id"].as_i64().unwrap()
    }
}

/// An error as the face tells it: JSON, with this status. What it says.
#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/json");
    let told = answer.json();
    assert_eq!(told["result"], "error");
    let description = told["description"].as_str().unwrap();
    assert!(!description.is_empty());
    description.to_owned()
}

/// The numbers of rows, in order.
pub(crate) fn ids(rows: &Value) -> Vec<i64> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["id"].as_i64().unwrap()).collect()
}

/// The texts of rows, in order.
pub(crate) fn texts(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().unwrap().iter();
    rows.map(|row| row["text"].as_str().unwrap()).collect()
}
