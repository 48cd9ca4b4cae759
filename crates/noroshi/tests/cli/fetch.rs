//! Fetching from a publisher on loopback, through the list of private places.

use std::io::Write;

use noroshi_testkit::{Engine, Target, each_engine};
use serde_json::Value;

use crate::fixture::{body, recipe};
use crate::hub::{Ended, Hub};
use crate::publisher::{Publisher, ok, status};

const ROWS: [&str; 2] = ["evil.example,,,,,", "198.51.100.7,,,,,"];

fn hub<'t>(target: &'t Target, publisher: &Publisher) -> Hub<'t> {
    let mut hub = Hub::new(target);
    hub.env
        .push(("NOROSHI_EGRESS_FEED".to_owned(), publisher.address.clone()));
    recipe(
        &hub.data(),
        "fixture",
        "snapshot",
        &publisher.url("/list.csv"),
    );
    hub
}

fn collect(hub: &Hub) -> (Ended, Value) {
    let ended = hub.run(&["collect", "fixture", "--json"]);
    let receipt = serde_json::from_str(&ended.stdout).unwrap_or_default();
    (ended, receipt)
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    each_engine(|target| {
        let publisher = Publisher::start();
        let hub = hub(&target, &publisher);
        publisher.answer(|asked| match asked.header("if-none-match") {
            Some("\"v1\"") => status("304 Not Modified", &["ETag: \"v1\""], b""),
            _ => ok(
                &[
                    "ETag: \"v1\"",
                    "Last-Modified: Sun, 22 Nov 2026 00:00:00 GMT",
                ],
                body(&ROWS).as_bytes(),
            ),
        });
        let (ended, receipt) = collect(&hub);
        assert_eq!(receipt["new"], 2, "{}", ended.stderr);
        let (ended, receipt) = collect(&hub);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(
            (&receipt["not_modified"], &receipt["batch"]),
            (&true.into(), &Value::Null)
        );
        let asked = publisher.asked();
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0].header("if-none-match"), None);
        assert_eq!(
            asked[1].header("if-modified-since"),
            Some("Sun, 22 Nov 2026 00:00:00 GMT")
        );
        assert!(
            asked[1]
                .header("user-agent")
                .unwrap()
                .starts_with("noroshi/")
        );

        // After a rollback the publisher's word no longer holds.
        let first =
            hub.json(&["source", "show", "fixture", "--json"])["batches"][0]["id"].to_string();
        hub.ok(&["source", "rollback", &first]);
        let (_, receipt) = collect(&hub);
        assert_eq!(receipt["new"], 2, "{receipt}");
        // Nor after another body came from a file.
        let path = crate::fixture::file(&hub.data(), "body.csv", &body(&["other.example,,,,,"]));
        hub.ok(&["collect", "fixture", "--from", path.to_str().unwrap()]);
        let (_, receipt) = collect(&hub);
        assert_eq!(
            (&receipt["changed"], &receipt["delisted"]),
            (&2.into(), &1.into()),
            "{receipt}"
        );
        // And a whole body can be asked for.
        publisher.asked();
        let receipt = hub.json(&["collect", "fixture", "--fresh", "--json"]);
        assert_eq!(receipt["unchanged"], 2, "{receipt}");
        assert_eq!(publisher.asked()[0].header("if-none-match"), None);
    });
}

#[test]
fn a_publisher_that_asks_for_patience_gets_it() {
    each_engine(|target| {
        let publisher = Publisher::start();
        let hub = hub(&target, &publisher);
        publisher.answer(|_| {
            status(
                "429 Too Many Requests",
                &["Retry-After: 7200"],
                b"slow down",
            )
        });
        let (ended, _) = collect(&hub);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("429"), "{}", ended.stderr);
        let source = hub.json(&["source", "show", "fixture", "--json"])["source"].take();
        assert_eq!(source["failures"], 1);
        assert!(
            source["last_error"].as_str().unwrap().contains("429"),
            "{source}"
        );
        let at = |key: &str| {
            source[key]
                .as_str()
                .unwrap()
                .parse::<jiff::Timestamp>()
                .unwrap()
        };
        let wait = at("next_run").duration_since(at("last_run")).as_secs();
        // Its own back-off would be minutes. (The two times are not taken at the same instant.)
        assert!((7_100..=7_200).contains(&wait), "{source}");
    });
}

#[test]
fn a_body_cut_short_changes_nothing() {
    each_engine(|target| {
        let publisher = Publisher::start();
        let hub = hub(&target, &publisher);
        publisher.answer(|_| ok(&[], body(&ROWS).as_bytes()));
        collect(&hub);
        let whole = body(&ROWS[..1]);
        let cut = |length: usize, body: &str| {
            format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
            )
            .into_bytes()
        };
        let shorter = cut(whole.len() + 10, &whole);
        publisher.answer(move |_| shorter.clone());
        let (ended, receipt) = collect(&hub);
        assert_eq!(ended.code, Some(1), "{receipt}");
        assert!(
            ended.stderr.contains("the body broke off"),
            "{}",
            ended.stderr
        );
        let shown = hub.json(&["source", "show", "fixture", "--json"]);
        assert_eq!(shown["batches"].as_array().unwrap().len(), 1, "{shown}");
        let address = hub.json(&["lookup", "198.51.100.7", "--json"]);
        assert_eq!(address["listings"][0]["state"], "listed");
    });
}

#[test]
fn bodies_may_be_packed() {
    each_engine(|target| {
        let publisher = Publisher::start();
        let hub = hub(&target, &publisher);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(body(&ROWS).as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        // On the way, and as a file.
        for headers in [
            &["Content-Encoding: gzip"][..],
            &["Content-Type: application/gzip"],
        ] {
            let packed = packed.clone();
            publisher.answer(move |_| ok(headers, &packed));
            let (ended, receipt) = collect(&hub);
            assert_eq!(receipt["rows"], 2, "{}", ended.stderr);
            assert_eq!(receipt["bad"], 0);
        }
    });
}

#[test]
fn private_places_are_closed_unless_opened() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let publisher = Publisher::start();
    let mut hub = hub(&target, &publisher);
    hub.env.clear();
    let (ended, _) = collect(&hub);
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("[egress] feed"), "{}", ended.stderr);
    assert!(publisher.asked().is_empty());
}

#[test]
fn a_key_is_sent_and_never_shown() {
    const KEY: &str = "S3cretKey0123456789";
    let target = Target::new(Engine::Sqlite).unwrap();
    let publisher = Publisher::start();
    let mut hub = hub(&target, &publisher);
    recipe(
        &hub.data(),
        "fixture",
        "snapshot",
        &publisher.url("/{key}/list.csv"),
    );
    let path = hub.data().join("sources/fixture.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("auth = \"none\"", "auth = \"url\"")).unwrap();

    let ended = hub.run(&["collect", "fixture"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("NOROSHI_SOURCE_FIXTURE_KEY"),
        "{}",
        ended.stderr
    );

    hub.env
        .push(("NOROSHI_SOURCE_FIXTURE_KEY".to_owned(), KEY.to_owned()));
    hub.env
        .push(("NOROSHI_LOG_LEVEL".to_owned(), "trace".to_owned()));
    let ended = hub.run(&["collect", "fixture"]);
    assert_eq!(publisher.asked()[0].path, format!("/{KEY}/list.csv"));
    assert!(ended.stderr.contains("404"), "{}", ended.stderr);
    let shown = hub.ok(&["source", "show", "fixture", "--json"]);
    for text in [&ended.stderr, &ended.stdout, &shown] {
        assert!(!text.contains(KEY), "{text}");
    }
}
