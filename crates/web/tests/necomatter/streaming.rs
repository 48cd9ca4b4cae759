//! The stream: what is told to whom, in which form.

use std::time::Duration;

use noroshi_store::Role;
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Answer, Hub};
use crate::person::{Person, refused};

/// Far more than an event takes.
const SOON: Duration = Duration::from_secs(30);
/// More than two beats.
const LATER: Duration = Duration::from_secs(90);

/// An open stream.
pub(crate) struct Stream {
    response: reqwest::Response,
    read: Vec<u8>,
}

impl Stream {
    pub(crate) async fn open(person: &Person<'_>, regexp: &str) -> Stream {
        let body = json!({"user_name": person.name, "api_key": person.key, "regexp": regexp,
            "description": "looks <out>"});
        let request = person.hub.stranger().request("POST", "/stream/regexp.json");
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        // Headers come at once.
        let response = tokio::time::timeout(SOON, request.send()).await.unwrap();
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream; charset=utf-8");
        assert_eq!(header("x-accel-buffering"), "no");
        assert_eq!(header("x-content-type-options"), "nosniff");
        Stream {
            response,
            read: Vec::new(),
        }
    }

    /// The next line without its end; nothing at the end of the stream.
    async fn line(&mut self, patience: Duration) -> Option<String> {
        let read = async {
            loop {
                if let Some(at) = self.read.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = self.read.drain(..=at).collect();
                    return Some(String::from_utf8(line).unwrap().trim_end().to_owned());
                }
                let chunk = self.response.chunk().await.unwrap()?;
                self.read.extend_from_slice(&chunk);
            }
        };
        tokio::time::timeout(patience, read).await.unwrap()
    }

    /// The next hit; empty lines are skipped.
    pub(crate) async fn hit(&mut self) -> Value {
        loop {
            let line = self.line(SOON).await.unwrap();
            if !line.is_empty() {
                assert!(line.is_ascii(), "{line}");
                return serde_json::from_str(&line).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_stream_tells_what_is_found() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        // What was told before is not told again.
        let mut earlier = Stream::open(&ben, "hello").await;
        ben.post("hello before").await;
        assert_eq!(earlier.hit().await["text"], "hello before");
        let mut stream = Stream::open(&ann, "hello").await;
        ben.post("nothing").await;
        let text = "hello <b> hello 日本語\u{2028}\u{85}\nend";
        let body = json!({"text": text});
        let posted = ben.with_key("/post.json", body).await.json();
        let mut hit = stream.hit().await;
        assert_eq!(hit["match_result"], json!(["hello", "hello"]));
        hit.as_object_mut().unwrap().remove("match_result");
        // Just what the poster was told, the types of numbers included.
        assert_eq!(hit, posted);
        // One's own come too, and of what is edited, passed on or starred nothing comes.
        let own = ann.post("hello again").await;
        ben.done("POST", &format!("/tweet/{own}/retweet.json"), &Value::Null)
            .await;
        ben.done("POST", &format!("/tweet/{own}/add_star.json"), &Value::Null)
            .await;
        hub.store
            .edit_post(ann.id, own, "hello edited")
            .await
            .unwrap();
        refused(
            &ben.with_key("/post.json", json!({"text": "hello", "reply_to": 999}))
                .await,
            422,
        );
        let last = ann
            .post_with(json!({"text": "hello reply", "reply_to": own}))
            .await;
        assert_eq!(stream.hit().await["id"], own);
        assert_eq!(stream.hit().await["id"], last);
    })
    .await;
}

/// Pattern, text, what is found in it.
const FOUND: &[(&str, &str, &str)] = &[
    ("hello", "hello hello", r#"["hello","hello"]"#),
    (
        r"(\d+\.\d+\.\d+\.\d+)",
        "10.0.0.1 and 192.168.1.2",
        r#"["10.0.0.1","192.168.1.2"]"#,
    ),
    (r"(\w+)=(\w+)?", "a=b c=", r#"[["a","b"],["c",""]]"#),
    (".*", "hello B\nline2", r#"["hello B","","line2",""]"#),
    ("<b>", "a <b> c", r#"["<b>"]"#),
    (r"\w+", "ab 日本 c", r#"["ab","c"]"#),
    (r"x?", "ab", r#"["","",""]"#),
    (
        r"^@is_a_phish (?P<url>\S+)",
        "@is_a_phish http://a.example/",
        r#"["http://a.example/"]"#,
    ),
];

#[tokio::test]
async fn what_is_found_has_the_shapes_of_findall() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        for (pattern, text, expected) in FOUND {
            let mut stream = Stream::open(&ann, pattern).await;
            ben.post(text).await;
            let found = stream.hit().await["match_result"].clone();
            assert_eq!(found.to_string(), *expected, "{pattern}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_listens_is_told() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let path = "/stream/client_list.json";
        assert_eq!(ann.get(path).await, json!([]));
        let stream = Stream::open(&ben, "hello").await;
        let row = json!([{"user_name": "ben", "description": "looks &lt;out&gt;"}]);
        assert_eq!(ann.get(path).await, row);
        refused(&hub.stranger().get(path).await, 401);
        // Who hangs up is gone.
        drop(stream);
        let gone = async {
            while ann.get(path).await != json!([]) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(LATER, gone).await.unwrap();
        let answer = ann.ask("POST", path, &Value::Null).await;
        assert_eq!(answer.status, 405);
    })
    .await;
}

#[tokio::test]
async fn a_pattern_that_cannot_be_used_is_refused_by_name() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        for (body, says) in [
            (json!({}), "regexp is missing"),
            (json!({"regexp": null}), "regexp must be a string"),
            (json!({"regexp": 7}), "regexp must be a string"),
            (
                json!({"regexp": "a", "description": 7}),
                "description must be a string",
            ),
            (json!({"regexp": "("}), "never closed"),
            (json!({"regexp": "a(?=b)"}), "look-ahead"),
            (json!({"regexp": "(?<!a)b"}), "look-behind"),
            (json!({"regexp": r"(a)\1"}), "back-reference"),
            (json!({"regexp": "a".repeat(100_000)}), "1000 characters"),
        ] {
            let answer = ann.with_key("/stream/regexp.json", body).await;
            let description = refused(&answer, 400);
            assert!(description.contains(says), "{description}");
        }
        let body = json!({"user_name": "ann", "api_key": "x", "regexp": "a"});
        refused(
            &hub.stranger()
                .send("POST", "/stream/regexp.json", &body)
                .await,
            401,
        );
        let request = hub.stranger().request("GET", "/stream/regexp.json");
        assert_eq!(Answer::of(request.send().await.unwrap()).await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn a_stream_tells_only_what_its_reader_may_see() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let member = Person::new(&hub, "member").await;
        let outside = Person::new(&hub, "outside").await;
        let root = Person::with(&hub, "root", Role::Admin).await;
        ann.done(
            "POST",
            "/list/ann/few.json",
            &json!({"target_user": "member"}),
        )
        .await;
        let mut streams = Vec::new();
        for person in [&ann, &member, &outside, &root] {
            streams.push(Stream::open(person, "s.cret|public").await);
        }
        let secret = ann
            .post_with(json!({"text": "secret", "target_list": "few"}))
            .await;
        let public = ann.post("public").await;
        for (at, stream) in streams.iter_mut().enumerate() {
            // The author and the member hear both.
            if at < 2 {
                let hit = stream.hit().await;
                assert_eq!(hit["id"], secret);
                assert_eq!(
                    (&hit["list_name"], &hit["list_owner_name"]),
                    (&json!("few"), &json!("ann"))
                );
            }
            let hit = stream.hit().await;
            assert_eq!(hit["id"], public, "listener {at}");
            assert!(hit.get("list_name").is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn empty_lines_keep_a_stream_open_until_its_key_is_taken_back() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let ben = Person::new(&hub, "ben").await;
        let mut stream = Stream::open(&ann, "hello").await;
        let mut ending = Stream::open(&ben, "hello").await;
        for stream in [&mut stream, &mut ending] {
            assert_eq!(stream.line(SOON).await.as_deref(), Some(""));
        }
        let keys = hub.store.keys(Some("ben")).await.unwrap();
        hub.store.revoke_key(keys[0].id).await.unwrap();
        let both = async { tokio::join!(stream.line(LATER), ending.line(LATER)) };
        assert_eq!(both.await, (Some(String::new()), None));
        ann.post("hello").await;
        assert_eq!(stream.hit().await["text"], "hello");
    })
    .await;
}

#[tokio::test]
async fn who_reads_slowly_misses_nothing() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let mut stream = Stream::open(&ann, "flood").await;
        // More than waits for a listener, and than the connection holds.
        let body = "x".repeat(30_000);
        let mut posts = Vec::new();
        for n in 0..400 {
            let new = noroshi_store::NewPost {
                text: format!("flood {n} {body}"),
                ..noroshi_store::NewPost::default()
            };
            posts.push(hub.store.add_post(ann.id, new).await.unwrap().id);
        }
        for post in posts {
            assert_eq!(stream.hit().await["id"], post);
        }
    })
    .await;
}
