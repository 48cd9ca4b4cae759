//! What a source says on the timeline: one post a run, if that is worth saying.

use noroshi_testkit::each_engine;
use serde_json::{Value, json};

use crate::fixture::{body, file, many, offline};
use crate::hub::Hub;

/// Collects rows from a file. Answers the receipt.
fn collect(hub: &Hub, rows: &str) -> Value {
    let path = file(&hub.data(), "body.csv", rows);
    hub.json(&[
        "collect",
        "fixture",
        "--from",
        path.to_str().unwrap(),
        "--json",
    ])
}

/// What the source said so far, newest first.
fn said(hub: &Hub, key: &str) -> Vec<Value> {
    let server = hub.serve(&[]);
    let (status, page) = server.get("/api/v1/timeline?account=fixture", key);
    assert_eq!(status, 200, "{page}");
    server.program.terminate();
    assert!(server.program.wait().success());
    let entries = page["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["post"].clone()).collect()
}

#[test]
fn a_run_is_one_post_and_a_rollback_marks_it() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let key = hub.key("reader");
        offline(&hub.data(), "fixture", "snapshot");
        let receipt = collect(&hub, &many(0, 3_000, 0));
        let posts = said(&hub, &key);
        assert_eq!(posts.len(), 1, "{posts:?}");
        let text = posts[0]["text"].as_str().unwrap();
        assert!(text.starts_with("**3000 new**"), "{text}");
        assert_eq!(
            (
                &posts[0]["from_kind"],
                &posts[0]["batch"],
                &posts[0]["undone"]
            ),
            (&"source".into(), &receipt["batch"], &false.into())
        );
        // The same again is nothing worth saying.
        collect(&hub, &many(0, 3_000, 0));
        assert_eq!(said(&hub, &key), posts);
        hub.ok(&["source", "rollback", &receipt["batch"].to_string()]);
        let marked = said(&hub, &key);
        assert_eq!(marked.len(), 1);
        assert_eq!(
            (&marked[0]["id"], &marked[0]["undone"]),
            (&posts[0]["id"], &true.into())
        );
    });
}

#[test]
fn quiet_sources_and_floods_have_rules() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let key = hub.key("reader");
        offline(&hub.data(), "fixture", "increment");
        let rule = |args: &[&str]| {
            let mut all = vec!["source", "digest", "fixture", "--json"];
            all.extend(args);
            hub.json(&all)["digest"].clone()
        };
        assert_eq!(rule(&[]), json!({"on": true, "least": 1, "pause": 3600}));
        assert_eq!(
            rule(&["--least", "2", "--pause", "0m"]),
            json!({"on": true, "least": 2, "pause": 0})
        );
        let shown = hub.ok(&["source", "show", "fixture"]);
        assert!(
            shown.contains("on, from 2 listings, once in 0 min"),
            "{shown}"
        );
        let one = |n: usize| body(&[&format!("evil{n}.example,,,,,")]);
        collect(&hub, &one(1));
        assert!(said(&hub, &key).is_empty(), "one is too few");
        collect(&hub, &one(2));
        let posts = said(&hub, &key);
        assert_eq!(posts.len(), 1);
        assert!(
            posts[0]["text"].as_str().unwrap().starts_with("**2 new**"),
            "{posts:?}"
        );
        // A flood: it spoke just now, so the rest is told together later.
        rule(&["--least", "1", "--pause", "1h"]);
        for n in 3..6 {
            collect(&hub, &one(n));
        }
        assert_eq!(said(&hub, &key), posts);
        rule(&["--off", "--pause", "0m"]);
        collect(&hub, &one(6));
        assert_eq!(said(&hub, &key), posts, "switched off");
        rule(&["--on"]);
        collect(&hub, &one(7));
        let all = said(&hub, &key);
        assert_eq!(all.len(), 2);
        assert!(
            all[0]["text"].as_str().unwrap().starts_with("**5 new**"),
            "{all:?}"
        );
        for wrong in [["--least", "0"], ["--pause", "soon"]] {
            let ended = hub.run(&["source", "digest", "fixture", wrong[0], wrong[1]]);
            assert_eq!(ended.code, Some(2), "{}", ended.stdout);
        }
    });
}

#[test]
fn a_recipe_says_how_a_new_source_speaks() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "increment");
        let path = hub.data().join("sources/fixture.toml");
        let recipe = std::fs::read_to_string(&path).unwrap();
        std::fs::write(
            &path,
            format!("{recipe}\n[digest]\non = false\npause = \"2h\"\n"),
        )
        .unwrap();
        collect(&hub, &body(&["evil.example,,,,,"]));
        let shown = hub.json(&["source", "show", "fixture", "--json"]);
        let rule = json!({"on": false, "least": 1, "pause": 7200});
        assert_eq!(shown["source"]["digest"], rule);
        // Whoever manages it has the last word.
        hub.ok(&["source", "digest", "fixture", "--on"]);
        collect(&hub, &body(&["evil2.example,,,,,"]));
        let shown = hub.json(&["source", "show", "fixture", "--json"]);
        assert_eq!(shown["source"]["digest"]["on"], true);
    });
}
