//! One timeline, whoever writes to it: each server tells every post in order and once.

use noroshi_testkit::each_engine;
use serde_json::Value;

use crate::fixture::{file, many, offline};
use crate::hub::{Hub, Server};
use crate::stream::{Stream, post};

/// Posts of one writer.
const POSTS: usize = 25;

/// A key that may write.
fn writer(hub: &Hub, name: &str) -> String {
    hub.ok(&["account", "add", name, "--role", "analyst"]);
    let key = hub.json(&["key", "add", name, "--scope", "read,write", "--json"]);
    key["key"].as_str().unwrap().to_owned()
}

/// The change numbers and posts, in the order of the change feed.
fn feed(server: &Server, key: &str) -> Vec<(String, Value)> {
    let (mut posts, mut after) = (Vec::new(), 0);
    loop {
        let (status, page) = server.get(&format!("/api/v1/changes?after={after}&limit=1000"), key);
        assert_eq!(status, 200, "{page}");
        for change in page["changes"].as_array().unwrap() {
            if change["kind"] == "posted" {
                posts.push((change["seq"].to_string(), change["post"].clone()));
            }
        }
        match page["next"].as_i64() {
            Some(next) if next > after => after = next,
            _ => return posts,
        }
    }
}

/// The ids and posts that a stream tells, up to the last post.
fn heard(stream: &Stream, count: usize) -> Vec<(String, Value)> {
    let events = (0..count).map(|_| {
        let event = stream.next();
        let id = event["id"].as_str().unwrap().to_owned();
        (id, event["post"]["id"].clone())
    });
    events.collect()
}

#[test]
fn two_servers_share_one_timeline() {
    each_engine(|target| {
        if target.url().is_none() {
            // SQLite has one server; what others write there is the next test's.
            return;
        }
        let hub = Hub::new(&target);
        let reader = hub.key("reader");
        let keys: Vec<String> = (0..6)
            .map(|n| writer(&hub, &format!("writer{n}")))
            .collect();
        let servers = [hub.serve(&[]), hub.serve(&[])];
        let streams = servers
            .each_ref()
            .map(|server| Stream::open(&server.address, &reader, "in:post -from:fixture"));
        offline(&hub.data(), "fixture", "increment");
        let body = file(&hub.data(), "body.csv", &many(0, 30_000, 0));
        let collect = ["collect", "fixture", "--from", body.to_str().unwrap()];
        std::thread::scope(|scope| {
            // A long import, which numbers its changes between the posts.
            scope.spawn(|| hub.ok(&collect));
            for (n, key) in keys.iter().enumerate() {
                let address = &servers[n % 2].address;
                scope.spawn(move || {
                    for number in 0..POSTS {
                        // Some name values, which takes longer before the commit, and some do not.
                        let text = match (n + number) % 3 {
                            0 => format!("writer {n} says {number}"),
                            1 => format!("host{number}.net{n}.example is seen #tag{number}"),
                            _ => format!("see http://web{number}.example/p/{n} @writer{n}"),
                        };
                        post(address, key, &text);
                    }
                });
            }
        });
        // The feed has what the import's source said about it too.
        let digest = servers[0]
            .get("/api/v1/timeline?account=fixture", &reader)
            .1;
        let digest = &digest["entries"][0]["id"];
        let mut expected = feed(&servers[1], &reader);
        expected.retain(|(_, post)| post != digest);
        assert_eq!(expected.len(), keys.len() * POSTS);
        for stream in &streams {
            assert_eq!(heard(stream, expected.len()), expected);
        }
        // Nothing is told a second time: what comes next is what is said next.
        let last = post(&servers[0].address, &keys[0], "and that is all");
        for stream in &streams {
            assert_eq!(stream.next()["post"]["id"], last["id"]);
        }
    });
}

#[test]
fn a_server_hears_what_the_command_line_posts() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let key = writer(&hub, "aiko");
        hub.ok(&["account", "add", "mybot", "--bot"]);
        let server = hub.serve(&[]);
        let stream = Stream::open(&server.address, &key, "in:post");
        let mut expected = Vec::new();
        for round in 0..3 {
            let said = format!("round {round}: hxxp://evil[.]example/{round} #test");
            let posted = hub.json(&["post", &said, "--as", "mybot", "--json"]);
            assert_eq!(
                (&posted["from"], &posted["text"]),
                (&"mybot".into(), &said.into())
            );
            expected.push(posted["id"].clone());
            expected.push(post(&server.address, &key, "and from the server")["id"].clone());
        }
        let told: Vec<Value> = expected
            .iter()
            .map(|_| stream.next()["post"]["id"].clone())
            .collect();
        assert_eq!(told, expected);
        let ids: Vec<i64> = told.iter().map(|id| id.as_i64().unwrap()).collect();
        assert!(ids.is_sorted());
    });
}

#[test]
fn posts_of_the_command_line_keep_the_rules() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "aiko"]);
        let ended = hub.run_with(&["post", "--as", "aiko", "--json"], "two\nlines\n");
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        let first: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(first["text"], "two\nlines");
        let id = first["id"].to_string();
        let reply = [
            "post",
            "-",
            "--as",
            "aiko",
            "--reply-to",
            &id,
            "--tlp",
            "clear",
            "--json",
        ];
        let ended = hub.run_with(&reply, "an answer");
        let reply: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(
            (&reply["thread"], &reply["tlp"]),
            (&first["id"], &"clear".into())
        );
        assert_eq!(
            hub.ok(&["post", "plain", "--as", "aiko"]).trim_end(),
            format!("post {}", reply["id"].as_i64().unwrap() + 1)
        );
        let long = "x".repeat(70_000);
        for (args, stdin, code, said) in [
            (&["post", "x"][..], "", 2, "--as"),
            (&["post", "x", "--as", "nobody"][..], "", 1, "nobody"),
            (
                &["post", "x", "--as", "aiko", "--tlp", "pink"][..],
                "",
                2,
                "pink",
            ),
            (
                &["post", "x", "--as", "aiko", "--tlp", "red"][..],
                "",
                2,
                "red",
            ),
            (
                &["post", "x", "--as", "aiko", "--reply-to", "99999"][..],
                "",
                1,
                "99999",
            ),
            (
                &["post", "x", "--as", "aiko", "--audience", "none"][..],
                "",
                1,
                "none",
            ),
            (&["post", "--as", "aiko"][..], "", 2, ""),
            (&["post", "--as", "aiko"][..], &long, 2, ""),
        ] {
            let ended = hub.run_with(args, stdin);
            assert_eq!(
                ended.code,
                Some(code),
                "{args:?}: {}{}",
                ended.stdout,
                ended.stderr
            );
            assert!(
                ended.stderr.to_lowercase().contains(said),
                "{}",
                ended.stderr
            );
        }
    });
}
