//! What several feeds say about one thing meets, however it is spelled, on the command line and through the API.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use noroshi_testkit::each_engine;
use serde_json::Value;

use crate::fixture::{body, file, offline};
use crate::hub::{Hub, Server, encoded};

const FEEDS: [(&str, &str); 3] = [
    ("one", "evil.example,,,KageBot,c2,\n198.51.100.7,,,,,"),
    (
        "two",
        "hxxp://evil[.]example/a.exe,,,,malware,\nEVIL.example,,,,,\n198[.]51[.]100[.]7,,,,,",
    ),
    ("three", "evil[.]example,,,,phishing,\n198.51.100.7,,,,,"),
];

/// Far longer than an answer takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there was time for the whole answer: each has a budget, which a busy machine can use up.
#[track_caller]
fn whole(mut ask: impl FnMut() -> Value) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = ask();
        if answer["complete"] == true {
            return answer;
        }
        assert!(Instant::now() < until, "never complete: {answer}");
    }
}

/// The whole answer of the API, which must be a good one.
#[track_caller]
fn api(server: &Server, path: &str, key: &str) -> Value {
    whole(|| {
        let (status, answer) = server.get(path, key);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    })
}

fn fill(hub: &Hub) {
    for (name, rows) in FEEDS {
        offline(&hub.data(), name, "snapshot");
        let path = file(&hub.data(), "body.csv", &body(&[rows]));
        let receipt = hub.json(&["collect", name, "--from", path.to_str().unwrap(), "--json"]);
        assert_eq!(receipt["bad"], 0, "{receipt}");
    }
}

/// The names of all sources that an answer of any shape tells of.
fn sources(answer: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    match answer {
        Value::Object(fields) => {
            if let Some(Value::String(source)) = fields.get("source") {
                found.insert(source.clone());
            }
            if let Some(Value::Array(names)) = fields.get("sources") {
                found.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            found.extend(fields.values().flat_map(sources));
        }
        Value::Array(members) => found.extend(members.iter().flat_map(sources)),
        _ => {}
    }
    found
}

fn all() -> BTreeSet<String> {
    FEEDS.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The command line and the API both find all three feeds through a search.
#[track_caller]
fn search_finds_all(hub: &Hub, server: &Server, key: &str, spelling: &str) {
    let path = format!("/api/v1/search?q={}", encoded(spelling));
    let typed = whole(|| hub.json(&["search", spelling, "--json"]));
    for answer in [typed, api(server, &path, key)] {
        assert_eq!(sources(&answer["found"]), all(), "{spelling}: {answer}");
    }
}

/// The same through a lookup.
#[track_caller]
fn lookup_finds_all(hub: &Hub, server: &Server, key: &str, spelling: &str) {
    let path = format!("/api/v1/lookup/{}", encoded(spelling));
    let typed = whole(|| hub.json(&["lookup", spelling, "--json"]));
    for answer in [typed, api(server, &path, key)] {
        assert_eq!(sources(&answer), all(), "{spelling}: {answer}");
    }
}

#[test]
fn a_value_in_three_feeds_is_found_in_every_spelling() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        fill(&hub);
        let key = hub.key("reader");
        let server = hub.serve(&[]);
        for spelling in [
            "evil.example",
            "evil[.]example",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ",
            "login.evil.example",
            "EVIL(.)example",
            "198.51.100.7",
            "198.51.100.0/24",
            "198[.]51[.]100[.]0/24",
        ] {
            lookup_finds_all(&hub, &server, &key, spelling);
            search_finds_all(&hub, &server, &key, spelling);
        }
        search_finds_all(
            &hub,
            &server,
            &key,
            "ip:198.51.100.0/30 OR ip:198.51.100.4/30",
        );
    });
}

#[test]
fn the_command_line_and_the_api_say_the_same() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        fill(&hub);
        let key = hub.key("reader");
        let server = hub.serve(&[]);
        for value in ["evil.example", "198.51.100.7", "other.example"] {
            let typed = whole(|| hub.json(&["lookup", value, "--json"]));
            assert_eq!(
                typed,
                api(&server, &format!("/api/v1/lookup/{value}"), &key)
            );
        }
        let typed = whole(|| hub.json(&["search", "evil", "--json"]));
        let asked = api(&server, "/api/v1/search?q=evil", &key);
        assert_eq!(typed["found"], asked["found"]);
    });
}

#[test]
fn values_come_on_standard_input_and_are_shown_to_people() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        fill(&hub);
        let ended = hub.run_with(
            &["lookup", "-", "--json"],
            "evil.example\n\n not a value \n198.51.100.7\n",
        );
        // One line could not be read: it is told, and the others are answered.
        assert_eq!(ended.code, Some(1));
        assert_eq!(ended.stdout.lines().count(), 2, "{}", ended.stdout);
        assert!(ended.stderr.contains("not a value"), "{}", ended.stderr);
        let shown = hub.ok(&["lookup", "http://evil.example/b"]);
        assert!(
            shown.contains("hxxp://evil[.]example/b (url): not listed"),
            "{shown}"
        );
        assert!(
            shown.contains("evil[.]example: listed by 3 sources (one, three, two)"),
            "{shown}"
        );
        let table = hub.ok(&["search", "tag:phishing"]);
        assert!(
            table.contains("evil[.]example") && table.contains("1 found"),
            "{table}"
        );
    });
}
