//! What is told of posts: every route is asked by everybody for everything that there is, and no answer may
//! have the mark of what is hidden; timelines, threads, counts, searches, streams and stories are held
//! against the model exactly.

use std::collections::BTreeSet;
use std::time::Duration;

use noroshi_query::{TimeZone, parse};
use serde_json::{Value, json};

use crate::common::{Answer, Client, Hub, encoded};
use crate::necomatter;
use crate::wall::{Said, Wall};

/// Addresses of one route that one person asks for.
const SAMPLE: usize = 8;
/// A number that nothing has.
const ABSENT: &str = "999999";

pub(crate) struct Walker<'a> {
    hub: &'a Hub,
    pub(crate) wall: &'a Wall,
    pub(crate) who: usize,
    pub(crate) client: Client<'a>,
    cookie: String,
}

impl<'a> Walker<'a> {
    pub(crate) async fn new(hub: &'a Hub, wall: &'a Wall, who: usize) -> Walker<'a> {
        let person = &wall.people[who];
        let until = noroshi_store::now() + 3_600_000_000;
        let token = hub
            .store
            .begin_session(&person.name, None, until)
            .await
            .unwrap();
        Walker {
            hub,
            wall,
            who,
            client: hub.with_key(&person.key),
            cookie: format!("noroshi={token}"),
        }
    }

    pub(crate) async fn everything(&self) {
        self.crawl().await;
        self.hidden_is_absent().await;
        self.exactly().await;
    }

    /// What can be held against the model to the last row.
    pub(crate) async fn exactly(&self) {
        self.timelines().await;
        self.posts().await;
        self.searches().await;
        self.values().await;
        self.notifications().await;
        self.changes().await;
        self.stream().await;
        self.lists().await;
        self.stories().await;
        self.annotations().await;
    }

    pub(crate) async fn get(&self, path: &str, with_key: bool) -> Answer {
        let answer = match with_key {
            true => self.client.get(path).await,
            false => {
                let request = self.hub.stranger().request("GET", path);
                let request = request
                    .header("cookie", &self.cookie)
                    .header("accept", "text/html");
                Answer::of(request.send().await.unwrap()).await
            }
        };
        self.search_through(&answer.text, path);
        self.search_through(&format!("{:?}", answer.headers), path);
        answer
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path, true).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.json()
    }

    fn search_through(&self, text: &str, question: &str) {
        for mark in self.wall.hidden_marks(self.who) {
            let leaked = text.contains(mark) && !question.contains(mark);
            let name = &self.wall.people[self.who].name;
            assert!(
                !leaked,
                "{name} asked {question} and was told of {mark}: {text}"
            );
        }
    }

    /// Every route that reads, at every address that there may be.
    pub(crate) async fn crawl(&self) {
        for route in noroshi_web::routes::table() {
            // These wait for what comes; what they tell is tested below, and by the hub's own tests.
            let waits = ["/live", "/api/v1/stream"].contains(&route.path.as_str());
            if route.method != "GET" || waits {
                continue;
            }
            let addresses = self.addresses(&route.path);
            // Of many, some, others for everybody.
            let step = addresses.len().div_ceil(SAMPLE);
            for address in addresses
                .into_iter()
                .skip(self.who % step.max(1))
                .step_by(step.max(1))
            {
                let api = route.path.starts_with("/api/");
                let answer = self.get(&address, api).await;
                assert_ne!(answer.status, 500, "{address}: {}", answer.text);
            }
        }
    }

    /// The addresses of a route. A placeholder that is not known here fails the test.
    fn addresses(&self, route: &str) -> Vec<String> {
        let mut addresses = vec![route.to_owned()];
        while let Some((start, end)) = addresses[0].find('{').zip(addresses[0].find('}')) {
            let name = addresses[0][start + 1..end]
                .trim_start_matches('*')
                .to_owned();
            let values = self.values_of(route, &name);
            addresses = addresses
                .iter()
                .flat_map(|address| {
                    let (head, tail) = address.split_once('{').unwrap();
                    let tail = tail.split_once('}').unwrap().1;
                    values
                        .iter()
                        .map(move |value| format!("{head}{value}{tail}"))
                        .collect::<Vec<_>>()
                })
                .collect();
        }
        match route {
            "/api/v1/posts" | "/search" | "/search/export" | "/api/v1/search" => {
                let queries = [
                    "",
                    "said",
                    "shared",
                    "evil.example",
                    "in:post",
                    "in:news",
                    "in:vuln OR in:exploit",
                    "gathered",
                    "/mark/",
                    "has:file",
                    "is:repost",
                ];
                queries
                    .iter()
                    .map(|query| format!("{route}?q={}", encoded(query)))
                    .collect()
            }
            "/annotate/export" => ["jsonl", "conll"]
                .map(|format| format!("{route}?format={format}"))
                .to_vec(),
            "/api/v1/timeline" => {
                let mut of = vec![
                    "of=everyone".to_owned(),
                    "of=mentions".to_owned(),
                    "of=starred".to_owned(),
                    "tag=shared".to_owned(),
                ];
                of.extend(
                    self.wall
                        .people
                        .iter()
                        .map(|person| format!("account={}", person.name)),
                );
                of.extend(self.wall.shelves.iter().map(|shelf| {
                    let owner = &self.wall.people[shelf.owner].name;
                    format!("list={}", encoded(&format!("{owner}/{}", shelf.name)))
                }));
                of.iter()
                    .map(|of| format!("{route}?{of}&limit=1000"))
                    .collect()
            }
            "/api/v1/lists" => self
                .wall
                .people
                .iter()
                .map(|person| format!("{route}?account={}", person.name))
                .collect(),
            "/complete" => ["w", "tag:w", "from:w", "tag:t"]
                .iter()
                .map(|text| format!("{route}?q={}", encoded(text)))
                .collect(),
            _ => {
                let bare = addresses.clone();
                for end in necomatter::endings(route) {
                    addresses.extend(bare.iter().map(|address| format!("{address}{end}")));
                }
                addresses
            }
        }
    }

    fn values_of(&self, route: &str, placeholder: &str) -> Vec<String> {
        let wall = self.wall;
        let posts = || {
            wall.posts
                .iter()
                .map(|post| post.id.to_string())
                .collect::<Vec<_>>()
        };
        let tales = || {
            wall.tales
                .iter()
                .map(|tale| tale.id.to_string())
                .collect::<Vec<_>>()
        };
        let files = || {
            wall.posts
                .iter()
                .filter_map(|post| Some(post.file?.to_string()))
                .collect::<Vec<_>>()
        };
        let people = || {
            wall.people
                .iter()
                .map(|person| person.name.clone())
                .collect::<Vec<_>>()
        };
        match placeholder {
            "id" if route.contains("stor") || route.contains("matome") => tales(),
            "id" if route.contains("attachment") => files(),
            "id" if route.contains("post") || route.contains("tweet") => posts(),
            "post" => posts(),
            "id" => vec!["1".to_owned(), "2".to_owned()],
            "version" => vec!["1".to_owned()],
            "name" if route.contains("list") => wall
                .shelves
                .iter()
                .map(|shelf| shelf.name.clone())
                .collect(),
            "name" if route.contains("attachment") => wall
                .posts
                .iter()
                .map(|post| format!("{}.txt", post.mark))
                .collect(),
            "name" | "owner" | "member" => people(),
            "tag" => wall
                .posts
                .iter()
                .map(|post| format!("{}tag", post.mark))
                .chain(["shared".to_owned()])
                .collect(),
            "kind" => ["domain", "ipv4", "cve"].map(str::to_owned).to_vec(),
            "value" => wall
                .posts
                .iter()
                .map(|post| format!("{}.evil.example", post.mark))
                .chain(["evil.example", "192.0.2.7", "CVE-2026-0001"].map(str::to_owned))
                .collect(),
            "secret" => vec!["0123".to_owned()],
            "path" => vec!["bot_tutorial.html".to_owned()],
            "cve" => vec!["CVE-2026-0001".to_owned()],
            "tracker" => ["news", "vulnerabilities", "exploits", "social"]
                .map(str::to_owned)
                .to_vec(),
            "collection" => crate::items::COLLECTIONS
                .map(|(name, _)| name.to_owned())
                .to_vec(),
            "file" => vec!["none.css".to_owned()],
            "token" => vec!["0123".to_owned()],
            other => panic!("{route}: give the placeholder {other} values in this test"),
        }
    }

    /// What is hidden is answered just as what does not exist, whatever one wants to do with it.
    async fn hidden_is_absent(&self) {
        let hidden: Vec<&Said> = self
            .wall
            .posts
            .iter()
            .filter(|post| !self.wall.may_read(self.who, post))
            .collect();
        for post in hidden.iter().take(4) {
            let id = post.id.to_string();
            for (method, rest, body) in [
                ("GET", "", Value::Null),
                ("GET", "/thread", Value::Null),
                ("GET", "/history", Value::Null),
                ("GET", "/star", Value::Null),
                ("GET", "/repost", Value::Null),
                ("PUT", "/star", Value::Null),
                ("DELETE", "/star", Value::Null),
                ("PUT", "/repost", Value::Null),
                ("DELETE", "/repost", Value::Null),
                ("PATCH", "", json!({"text": "mine"})),
                ("DELETE", "", Value::Null),
            ] {
                let one = self
                    .send(method, &format!("/api/v1/posts/{id}{rest}"), &body)
                    .await;
                let other = self
                    .send(method, &format!("/api/v1/posts/{ABSENT}{rest}"), &body)
                    .await;
                let what = format!("{method} {rest} of {id}");
                assert_eq!(one.status, other.status, "{what}");
                assert_eq!(
                    one.text
                        .replace(&format!("post {id}"), &format!("post {ABSENT}")),
                    other.text,
                    "{what}"
                );
                assert!(
                    [403, 404].contains(&other.status.as_u16()),
                    "{what}: {}",
                    other.status
                );
            }
            let answer =
                |to: &str| json!({"text": "an answer", "reply_to": to.parse::<i64>().unwrap()});
            let one = self.send("POST", "/api/v1/posts", &answer(&id)).await;
            let other = self.send("POST", "/api/v1/posts", &answer(ABSENT)).await;
            assert_eq!(one.status, other.status);
            assert_eq!(
                one.text
                    .replace(&format!("post {id}"), &format!("post {ABSENT}")),
                other.text
            );
        }
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let answer = match method {
            "GET" => self.client.get(path).await,
            _ => self.client.send(method, path, body).await,
        };
        self.search_through(&answer.text, path);
        answer
    }

    async fn rows(&self, path: &str) -> Vec<i64> {
        let mut ids = Vec::new();
        for page in self.client.pages(path, "below").await {
            self.search_through(&page.to_string(), path);
            ids.extend(
                page["entries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|entry| entry["id"].as_i64().unwrap()),
            );
        }
        ids
    }

    async fn timelines(&self) {
        let rows = self.wall.rows(self.who);
        let ids = |keep: &dyn Fn(&(i64, &Said, usize)) -> bool| {
            rows.iter()
                .filter(|row| keep(row))
                .map(|(id, ..)| *id)
                .collect::<Vec<i64>>()
        };
        let of = |query: &str| format!("/api/v1/timeline?limit=7&{query}");
        assert_eq!(self.rows(&of("of=everyone")).await, ids(&|_| true));
        let follows = |by: usize| by == self.who || self.wall.follows.contains(&(self.who, by));
        assert_eq!(
            self.rows(&of("of=home")).await,
            ids(&|(_, _, by)| follows(*by))
        );
        let own = |id: i64, post: &Said| id == post.id;
        assert_eq!(
            self.rows(&of("tag=shared")).await,
            ids(&|(id, post, _)| own(*id, post))
        );
        let answers_me = |post: &Said| {
            post.reply_to
                .is_some_and(|parent| self.wall.post(parent).by == self.who)
        };
        assert_eq!(
            self.rows(&of("of=mentions")).await,
            ids(&|(id, post, _)| own(*id, post)
                && (post.mentions.contains(&self.who) || answers_me(post)))
        );
        assert_eq!(
            self.rows(&of("of=starred")).await,
            ids(&|(id, post, _)| own(*id, post) && post.stars.contains(&self.who))
        );
        for (at, person) in self.wall.people.iter().enumerate() {
            let path = of(&format!("account={}", person.name));
            assert_eq!(
                self.rows(&path).await,
                ids(&|(_, _, by)| *by == at),
                "{path}"
            );
        }
    }

    async fn posts(&self) {
        let threads = self.wall.threads();
        for post in self
            .wall
            .posts
            .iter()
            .filter(|post| self.wall.may_read(self.who, post))
        {
            let told = self.json(&format!("/api/v1/posts/{}", post.id)).await;
            let parent = post
                .reply_to
                .filter(|id| self.wall.may_read(self.who, self.wall.post(*id)));
            assert_eq!(told["reply_to"], json!(parent), "post {}", post.id);
            assert_eq!(
                told["text"],
                if post.deleted { "" } else { post.text.as_str() }
            );
            assert_eq!(told["stars"], post.stars.len());
            assert_eq!(told["reposts"], post.reposts.len());
            let answers = self
                .wall
                .posts
                .iter()
                .filter(|one| one.reply_to == Some(post.id));
            let answers = answers.filter(|one| !one.deleted && self.wall.may_read(self.who, one));
            assert_eq!(told["replies"], answers.count(), "answers to {}", post.id);
            let thread = threads
                .values()
                .find(|thread| thread.contains(&post.id))
                .unwrap();
            let seen = thread
                .iter()
                .filter(|id| self.wall.may_read(self.who, self.wall.post(**id)));
            let told = self
                .json(&format!("/api/v1/posts/{}/thread", post.id))
                .await;
            let told = told["posts"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["id"].as_i64().unwrap());
            assert_eq!(told.collect::<Vec<_>>(), seen.copied().collect::<Vec<_>>());
        }
    }

    /// By the evaluator, over what somebody may read.
    async fn searches(&self) {
        let reader = noroshi_store::Reader::account(self.wall.people[self.who].id);
        for text in [
            "said",
            "shared",
            "tag:shared",
            "evil.example",
            "from:writer-1",
            "to:writer-2",
            "is:reply",
            "-is:reply in:post",
            "has:file",
            "is:repost",
            "tlp:amber",
            "kind:domain",
            "/said w[0-9]mark/",
        ] {
            let query = parse(text, noroshi_store::now(), &TimeZone::UTC).unwrap();
            let mut expected = Vec::new();
            for (id, post, by) in self.wall.rows(self.who) {
                let post = self.hub.store.post(&reader, post.id).await.unwrap();
                let matches = match id == post.id {
                    true => query.matches(&post.statement()),
                    // A repost has no words: what finds it is its sort, its speaker or its marking.
                    false => match text {
                        "is:repost" | "-is:reply in:post" => true,
                        "from:writer-1" => by == 1,
                        "tlp:amber" => query.matches(&post.statement()),
                        _ => false,
                    },
                };
                if matches {
                    expected.push(id);
                }
            }
            let path = format!("/api/v1/posts?limit=7&q={}", encoded(text));
            assert_eq!(self.rows(&path).await, expected, "{path}");
        }
    }

    /// A value is there for whoever may read a post that names it, and for nobody else.
    async fn values(&self) {
        let answer = self.json("/api/v1/search?q=kind:domain&limit=1000").await;
        let found = answer["found"].as_array().unwrap().iter();
        let found: BTreeSet<&str> = found
            .map(|one| one["observable"]["value"].as_str().unwrap())
            .collect();
        let readable = self
            .wall
            .posts
            .iter()
            .filter(|post| !post.deleted && self.wall.may_read(self.who, post));
        let expected: Vec<String> = readable
            .map(|post| format!("{}.evil.example", post.mark))
            .collect();
        assert_eq!(found, expected.iter().map(String::as_str).collect());
    }

    async fn notifications(&self) {
        let told = self.json("/api/v1/notifications?limit=1000").await;
        for one in told["notifications"].as_array().unwrap() {
            let Some(id) = one["post"]["id"].as_i64() else {
                continue;
            };
            let post = self.wall.post(id);
            assert!(self.wall.may_read(self.who, post) && !post.deleted, "{one}");
        }
    }

    async fn changes(&self) {
        let mut told = BTreeSet::new();
        let mut after = 0;
        loop {
            let page = self
                .json(&format!("/api/v1/changes?after={after}&limit=7"))
                .await;
            let changes = page["changes"].as_array().unwrap().clone();
            let Some(last) = changes.last() else { break };
            after = last["seq"].as_i64().unwrap();
            told.extend(changes.iter().filter_map(|change| change["post"].as_i64()));
        }
        let readable = self
            .wall
            .posts
            .iter()
            .filter(|post| self.wall.may_read(self.who, post));
        let mut expected: BTreeSet<i64> = readable.map(|post| post.id).collect();
        expected.extend(self.wall.rows(self.who).iter().map(|(id, ..)| *id));
        assert_eq!(told, expected, "{}", self.wall.people[self.who].name);
    }

    /// Everything from the beginning: what still stands and may be read, in order.
    async fn stream(&self) {
        let request = self
            .client
            .request("GET", "/api/v1/stream?q=in:post&after=0");
        let mut response = request
            .header("accept", "application/x-ndjson")
            .send()
            .await
            .unwrap();
        let rows = self.wall.rows(self.who);
        let posts: Vec<i64> = rows
            .iter()
            .filter(|(id, post, _)| *id == post.id)
            .map(|(id, ..)| *id)
            .rev()
            .collect();
        let (mut text, mut told): (String, Vec<i64>) = (String::new(), Vec::new());
        let mut reposts = 0;
        while told.len() < posts.len() || reposts < rows.len() - posts.len() {
            let chunk = tokio::time::timeout(Duration::from_secs(20), response.chunk()).await;
            let chunk = chunk
                .unwrap_or_else(|_| panic!("{} of {posts:?} came", told.len()))
                .unwrap()
                .unwrap();
            text.push_str(std::str::from_utf8(&chunk).unwrap());
            self.search_through(&text, "the stream");
            while let Some(end) = text.find('\n') {
                let line: String = text.drain(..=end).collect();
                if line.trim().is_empty() {
                    continue;
                }
                let event: Value = serde_json::from_str(&line).unwrap();
                match event["type"].as_str().unwrap() {
                    "posted" => {
                        let id = event["post"]["id"].as_i64().unwrap();
                        let parent = self.wall.post(id).reply_to;
                        let parent =
                            parent.filter(|id| self.wall.may_read(self.who, self.wall.post(*id)));
                        assert_eq!(event["post"]["reply_to"], json!(parent));
                        told.push(id);
                    }
                    "reposted" => reposts += 1,
                    other => panic!("{other}: {line}"),
                }
            }
        }
        assert_eq!(told, posts);
    }

    /// A story has those of its posts that somebody may read, in its order.
    async fn stories(&self) {
        for tale in &self.wall.tales {
            let path = format!("/api/v1/stories/{}", tale.id);
            let answer = self.get(&path, true).await;
            if !self.wall.may_read_tale(self.who, tale) {
                assert_eq!(answer.status, 404, "{path}");
                continue;
            }
            let told = answer.json();
            let told = told["parts"].as_array().unwrap().iter();
            let told: Vec<i64> = told
                .filter_map(|part| part["post"]["id"].as_i64())
                .collect();
            let seen = tale.posts.iter().copied().filter(|id| {
                let post = self.wall.post(*id);
                !post.deleted && self.wall.may_read(self.who, post)
            });
            assert_eq!(told, seen.collect::<Vec<_>>(), "{path}");
        }
    }

    async fn lists(&self) {
        for shelf in &self.wall.shelves {
            let owner = &self.wall.people[shelf.owner].name;
            let path = format!("/api/v1/lists/{owner}/{}", shelf.name);
            let answer = self.get(&path, true).await;
            let known = self.wall.may_know(self.who, shelf);
            assert_eq!(answer.status, if known { 200 } else { 404 }, "{path}");
            let path = format!("/api/v1/timeline?limit=7&list={owner}%2F{}", shelf.name);
            if known {
                let expected: Vec<i64> = self
                    .wall
                    .rows(self.who)
                    .into_iter()
                    .filter(|(_, _, by)| shelf.members.contains(by))
                    .map(|(id, ..)| id)
                    .collect();
                assert_eq!(self.rows(&path).await, expected, "{path}");
            } else {
                assert_eq!(self.get(&path, true).await.status, 404);
            }
        }
        let told = self.json("/api/v1/following").await;
        let follows = self.wall.follows.iter().filter(|(who, _)| *who == self.who);
        let names: BTreeSet<&str> = follows
            .map(|(_, whom)| self.wall.people[*whom].name.as_str())
            .collect();
        let told: BTreeSet<&str> = told["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|name| name.as_str().unwrap())
            .collect();
        assert_eq!(told, names);
    }
}
