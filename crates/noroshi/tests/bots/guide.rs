//! The lines of the bot guide, as they stand there, on a fresh hub.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::time::Duration;

use noroshi_testkit::{Program, each_engine};
use serde_json::Value;

use crate::bot::{Account, command, root};
use crate::hub::{Hub, end};
use crate::timeline::{PATIENCE, Timeline, post, text};

/// The blocks of a guide that are marked `<!-- test: NAME -->`.
fn examples(guide: &str) -> BTreeMap<String, String> {
    let guide = std::fs::read_to_string(root().join("docs").join(guide)).unwrap();
    let marked = guide.split("<!-- test: ").skip(1).map(|rest| {
        let (name, rest) = rest.split_once(" -->\n```sh\n").unwrap();
        let (block, _) = rest.split_once("\n```\n").unwrap();
        (name.to_owned(), block.to_owned())
    });
    marked.collect()
}

#[test]
fn both_guides_give_the_same_lines() {
    let english = examples("bots.md");
    let names: Vec<&str> = english.keys().map(String::as_str).collect();
    assert_eq!(names, ["native-post", "native-stream", "post", "stream"]);
    assert_eq!(english, examples("bots.ja.md"));
}

#[test]
fn the_lines_that_post_post() {
    let lines = examples("bots.md");
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "mybot"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        let timeline = Timeline::of(&server, &alice);
        for name in ["post", "native-post"] {
            let ended = end(command("sh", &server, &bot).args(["-c", &lines[name]]), "");
            let answer: Value = serde_json::from_str(&ended.stdout)
                .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
            if name == "post" {
                assert_eq!(answer["result"], "ok", "{answer}");
            }
            assert!(answer["id"].is_i64(), "{answer}");
            let seen = timeline.next(|post| post["id"] == answer["id"]);
            assert_eq!(
                (&seen["from"], text(&seen)),
                (&"mybot".into(), "hello from curl #test")
            );
        }
    });
}

#[test]
fn the_lines_that_watch_watch() {
    let lines = examples("bots.md");
    each_engine(|target| {
        let hub = Hub::new(&target);
        let (bot, alice) = (Account::bot(&hub, "mybot"), Account::person(&hub, "alice"));
        let server = hub.serve(&[]);
        for (name, said) in [
            ("stream", "see CVE-2026-12345"),
            ("native-stream", "look #test"),
        ] {
            let mut watching = command("sh", &server, &bot);
            watching
                .args(["-c", &lines[name]])
                .stdin(Stdio::null())
                .stdout(Stdio::piped());
            let mut watching = Program::start(&mut watching);
            let (send, matches) = channel();
            let output = BufReader::new(watching.stdout().unwrap());
            std::thread::spawn(move || {
                for line in output.lines().map_while(Result::ok) {
                    // Empty ones keep alive.
                    if !line.is_empty() && send.send(line).is_err() {
                        return;
                    }
                }
            });
            let line = said_until_heard(&matches, || {
                post(&server, &alice, said);
            });
            let event: Value =
                serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if name == "stream" {
                assert_eq!((&event["user_name"], text(&event)), (&"alice".into(), said));
                assert_eq!(event["match_result"], serde_json::json!(["CVE-2026-12345"]));
            } else {
                assert_eq!(
                    (&event["post"]["from"], text(&event["post"])),
                    (&"alice".into(), said)
                );
                assert!(event["id"].is_string(), "{event}");
            }
        }
    });
}

/// Says something again and again until the watcher, once it listens, has heard it.
#[track_caller]
fn said_until_heard(matches: &std::sync::mpsc::Receiver<String>, say: impl Fn()) -> String {
    let pause = Duration::from_secs(2);
    for _ in 0..PATIENCE.as_secs() / pause.as_secs() {
        say();
        if let Ok(line) = matches.recv_timeout(pause) {
            return line;
        }
    }
    panic!("nothing was heard");
}
