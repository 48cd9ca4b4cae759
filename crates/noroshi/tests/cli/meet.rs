//! What several feeds say about one thing meets, however it is spelled, on the command line and through the API.

use std::collections::BTreeSet;

use noroshi_testkit::each_engine;
use serde_json::Value;

use crate::fixture::{body, file, offline};
use crate::hub::{Hub, encoded};

const FEEDS: [(&str, &str); 3] = [
    ("one", "evil.example,,,KageBot,c2,\n198.51.100.7,,,,,"),
    (
        "two",
        "hxxp://evil[.]example/a.exe,,,,malware,\nEVIL.example,,,,,\n198[.]51[.]100[.]7,,,,,",
    ),
    ("three", "evil[.]example,,,,phishing,\n198.51.100.7,,,,,"),
];

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
        ] {
            let answer = hub.json(&["lookup", spelling, "--json"]);
            assert_eq!(sources(&answer), all(), "lookup {spelling}: {answer}");
            let (status, answer) =
                server.get(&format!("/api/v1/lookup/{}", encoded(spelling)), &key);
            assert_eq!(
                (status, sources(&answer)),
                (200, all()),
                "API lookup {spelling}: {answer}"
            );
            let answer = hub.json(&["search", spelling, "--json"]);
            assert_eq!(
                sources(&answer["found"]),
                all(),
                "search {spelling}: {answer}"
            );
            let (status, answer) =
                server.get(&format!("/api/v1/search?q={}", encoded(spelling)), &key);
            assert_eq!(
                (status, sources(&answer["found"])),
                (200, all()),
                "API search {spelling}: {answer}"
            );
        }
        for spelling in [
            "198.51.100.7",
            "198.51.100.0/24",
            "198[.]51[.]100[.]0/24",
            "ip:198.51.100.0/30 OR ip:198.51.100.4/30",
        ] {
            let answer = hub.json(&["search", spelling, "--json"]);
            assert_eq!(
                sources(&answer["found"]),
                all(),
                "search {spelling}: {answer}"
            );
            let (status, answer) =
                server.get(&format!("/api/v1/search?q={}", encoded(spelling)), &key);
            assert_eq!(
                (status, sources(&answer["found"])),
                (200, all()),
                "API search {spelling}: {answer}"
            );
        }
        let answer = hub.json(&["lookup", "198.51.100.0/24", "--json"]);
        assert_eq!(sources(&answer), all(), "{answer}");
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
            let (_, api) = server.get(&format!("/api/v1/lookup/{value}"), &key);
            assert_eq!(hub.json(&["lookup", value, "--json"]), api);
        }
        let (_, api) = server.get("/api/v1/search?q=evil", &key);
        assert_eq!(
            hub.json(&["search", "evil", "--json"])["found"],
            api["found"]
        );
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
