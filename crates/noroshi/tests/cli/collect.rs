//! Importing bodies: receipts, second runs, bad rows, bodies that must not delist.

use noroshi_testkit::{Target, each_engine};
use serde_json::{Value, json};

use crate::fixture::{body, file, many, offline};
use crate::hub::Hub;

const ROWS: [&str; 4] = [
    "evil.example,2026-11-01 00:00:00,2026-11-02 00:00:00,KageBot,c2 botnet,first",
    "198.51.100.7,2026-11-01 00:00:00,2026-11-02 00:00:00,KageBot,c2,",
    "hxxp://evil[.]example/a,,,,phishing,defanged",
    "2001:db8::7,2026-11-01 00:00:00,2026-11-02 00:00:00,,,",
];

/// Imports a body as a source and answers the receipt.
fn import(hub: &Hub, source: &str, body: &str) -> Value {
    let path = file(&hub.data(), "body.csv", body);
    hub.json(&[
        "collect",
        source,
        "--from",
        path.to_str().unwrap(),
        "--json",
    ])
}

fn count(receipt: &Value, what: &str) -> i64 {
    receipt[what]
        .as_i64()
        .unwrap_or_else(|| panic!("no {what} in {receipt}"))
}

#[track_caller]
fn adds_up(receipt: &Value) {
    let sum: i64 = ["new", "changed", "unchanged", "folded", "bad"]
        .iter()
        .map(|what| count(receipt, what))
        .sum();
    assert_eq!(count(receipt, "rows"), sum, "{receipt}");
}

/// Values that a source lists now.
fn listed(hub: &Hub, source: &str) -> Vec<String> {
    let found = hub.search_all(&format!("source:{source}"));
    let mut values: Vec<String> = found
        .iter()
        .filter(|found| {
            found["listings"]
                .as_array()
                .unwrap()
                .iter()
                .any(|one| one["state"] == "listed")
        })
        .map(|found| found["observable"]["value"].as_str().unwrap().to_owned())
        .collect();
    values.sort();
    values
}

#[test]
fn a_second_run_finds_nothing_new() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        let mut rows = ROWS.to_vec();
        rows.extend(["evil[.]example,,,,,again", "no value at all,,,,,"]);
        let first = import(&hub, "fixture", &body(&rows));
        adds_up(&first);
        assert_eq!(first["source"], "fixture");
        assert_eq!(
            (count(&first, "rows"), count(&first, "new")),
            (6, 4),
            "{first}"
        );
        assert_eq!(
            (count(&first, "folded"), count(&first, "bad")),
            (1, 1),
            "{first}"
        );

        let second = import(&hub, "fixture", &body(&rows));
        adds_up(&second);
        assert_eq!(
            (count(&second, "new"), count(&second, "changed")),
            (0, 0),
            "{second}"
        );
        assert_eq!(
            (count(&second, "unchanged"), count(&second, "delisted")),
            (4, 0),
            "{second}"
        );
        assert!(count(&second, "batch") > count(&first, "batch"));
    });
}

#[test]
fn a_snapshot_delists_and_a_rollback_brings_it_back() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        import(&hub, "fixture", &body(&ROWS));
        let all = listed(&hub, "fixture");
        assert_eq!(all.len(), 4);
        let changed = "198.51.100.7,2026-11-01 00:00:00,2026-11-02 00:00:00,KitsuneRAT,c2,";
        let receipt = import(&hub, "fixture", &body(&[ROWS[0], changed, ROWS[2]]));
        adds_up(&receipt);
        assert_eq!(
            (count(&receipt, "changed"), count(&receipt, "delisted")),
            (1, 1),
            "{receipt}"
        );
        assert_eq!(listed(&hub, "fixture").len(), 3);

        let batch = receipt["batch"].to_string();
        let undone = hub.json(&["source", "rollback", &batch, "--json"]);
        assert_eq!(undone["state"], "rolled_back");
        assert_eq!(listed(&hub, "fixture"), all);
        let address = hub.json(&["lookup", "198.51.100.7", "--json"]);
        assert_eq!(address["listings"][0]["family"], "KageBot");
        // It cannot be undone twice.
        assert_eq!(hub.run(&["source", "rollback", &batch]).code, Some(1));
    });
}

/// Imports that must fail, and leave what is listed as it is.
#[test]
fn a_body_that_is_not_believable_delists_nothing() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        import(&hub, "fixture", &body(&ROWS));
        let before = listed(&hub, "fixture");
        let page =
            "value,first,last,family,tags,note\n<html>,,,,,\n<body>We have moved</body>,,,,,\n";
        let mostly = body(&[ROWS[0], "?,,,,,", "??,,,,,"]);
        for (what, bytes, told) in [
            ("no rows", body(&[]).into_bytes(), "the body has no rows"),
            (
                "another page",
                page.as_bytes().to_vec(),
                "none of the 2 rows",
            ),
            ("mostly bad", mostly.into_bytes(), "2 of 3 rows"),
            ("other columns", b"a,b\n1,2\n".to_vec(), "no column"),
            ("cut gzip", cut_gzip(), "gzip"),
        ] {
            let path = hub.data().join("body");
            std::fs::write(&path, bytes).unwrap();
            let ended = hub.run(&[
                "collect",
                "fixture",
                "--from",
                path.to_str().unwrap(),
                "--json",
            ]);
            assert_eq!(ended.code, Some(1), "{what}: {}", ended.stdout);
            assert!(ended.stderr.contains(told), "{what}: {}", ended.stderr);
            let receipt: Value = serde_json::from_str(&ended.stdout).unwrap();
            adds_up(&receipt);
            assert!(
                receipt["error"].as_str().unwrap().contains(told),
                "{receipt}"
            );
            assert_eq!(count(&receipt, "delisted"), 0, "{what}");
            // What had gone in before the body broke off stays, and its receipt says so.
            let now = listed(&hub, "fixture");
            assert!(before.iter().all(|value| now.contains(value)), "{what}");
            let new = usize::try_from(count(&receipt, "new")).unwrap();
            assert_eq!(now.len(), before.len() + new, "{what}: {receipt}");
            assert_eq!(new > 0, what == "cut gzip", "{what}: {receipt}");
        }
        let shown = hub.json(&["source", "show", "fixture", "--json"]);
        assert_eq!(shown["batches"][0]["state"], "failed");
    });
}

/// The first half of a gzip file with many good rows.
fn cut_gzip() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, many(0, 2_000, 0).as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() / 2);
    packed
}

#[test]
fn an_increment_delists_nothing() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "increment");
        import(&hub, "fixture", &body(&ROWS));
        let receipt = import(&hub, "fixture", &body(&["other.example,,,,,"]));
        assert_eq!(
            (count(&receipt, "new"), count(&receipt, "delisted")),
            (1, 0)
        );
        assert_eq!(listed(&hub, "fixture").len(), 5);
        // Nothing new today is no failure.
        assert_eq!(count(&import(&hub, "fixture", &body(&[])), "rows"), 0);
    });
}

#[test]
fn bad_rows_are_shown_with_line_and_reason() {
    let target = Target::new(noroshi_testkit::Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    offline(&hub.data(), "fixture", "increment");
    let mut rows = ROWS.to_vec();
    rows.extend(["not \u{1b}[31ma value,,,,,", "192.0.2.999,,,,,"]);
    let path = file(&hub.data(), "body.csv", &body(&rows));
    let shown = hub.ok(&["collect", "fixture", "--from", path.to_str().unwrap()]);
    assert!(shown.contains("fixture: 6 rows: 4 new, 2 bad"), "{shown}");
    assert!(
        shown.contains("line 6: ") && shown.contains("line 7: "),
        "{shown}"
    );
    assert!(
        shown.contains("192.0.2.999") && !shown.contains('\u{1b}'),
        "{shown}"
    );

    let batch = hub.json(&["source", "show", "fixture", "--json"])["batches"][0]["id"].to_string();
    let listed = hub.ok(&["source", "bad", &batch, "--json"]);
    let rows: Vec<Value> = listed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["line"], 7);
    assert!(rows[1]["text"].as_str().unwrap().contains("192.0.2.999"));
}

#[test]
fn a_body_comes_on_standard_input_too() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        let ended = hub.run_with(
            &["collect", "fixture", "--from", "-", "--json"],
            &body(&ROWS),
        );
        let receipt: Value = serde_json::from_str(&ended.stdout).unwrap();
        assert_eq!(count(&receipt, "new"), 4, "{}", ended.stderr);
    });
}

#[test]
fn a_command_is_a_source() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let folder = hub.data().join("sources");
        std::fs::create_dir_all(&folder).unwrap();
        let recipe = |script: &str| {
            let text = format!(
                "name = \"own\"\ntitle = {{ en = \"Own\", ja = \"自作\" }}\n\
                 description = {{ en = \"Own.\", ja = \"自作。\" }}\nhomepage = \"https://own.example/\"\n\
                 licence = \"none\"\ndata = \"reputation\"\nenabled = true\ninterval = \"1h\"\nmode = \"snapshot\"\n\
                 command = [\"/bin/sh\", \"-c\", '''{script}''']\n"
            );
            std::fs::write(folder.join("own.toml"), text).unwrap();
        };
        recipe(
            r#"env | cut -d= -f1 | sort | tr '\n' ' ' >env; pwd >where; echo '{"value": "evil.example", "tags": ["x"]}'"#,
        );
        let receipt = hub.json(&["collect", "own", "--json"]);
        assert_eq!(count(&receipt, "new"), 1, "{receipt}");
        let env = std::fs::read_to_string(hub.data().join("env")).unwrap();
        let foreign =
            |name: &&str| !["PATH", "HOME", "LANG", "PWD", "_", "SHLVL", "OLDPWD"].contains(name);
        assert_eq!(env.split_whitespace().find(foreign), None, "{env}");

        // It fails: what it printed before counts for nothing.
        recipe("echo '{\"value\": \"other.example\"}'; echo 'no quota left' >&2; exit 3");
        let ended = hub.run(&["collect", "own", "--json"]);
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.contains("no quota left"), "{}", ended.stderr);
        assert_eq!(listed(&hub, "own"), ["evil.example"]);
        let shown = hub.json(&["source", "show", "own", "--json"]);
        assert_eq!(shown["source"]["failures"], json!(1), "{shown}");
    });
}

#[test]
fn a_source_is_added_by_a_template() {
    let target = noroshi_testkit::Target::new(noroshi_testkit::Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    let listed = hub.ok(&["source", "add"]);
    assert!(
        listed.contains("mastodon-tag") && listed.contains("tag=threatintel"),
        "{listed}"
    );
    let set = [
        "source",
        "add",
        "x-user",
        "--set",
        "account=jpcert",
        "--name",
        "jpcert-x",
    ];
    let said = hub.ok(&set);
    assert!(said.contains("jpcert-x is added and enabled"), "{said}");
    assert!(said.contains("NOROSHI_SOURCE_JPCERT_X_KEY"), "{said}");
    let source = hub.json(&["source", "show", "jpcert-x", "--json"]);
    assert_eq!(source["source"]["enabled"], true);
    assert_eq!(source["recipe"]["title"], "X: @jpcert");
    let again = hub.run(&set);
    assert!(
        again.code == Some(2) && again.stderr.contains("already"),
        "{}",
        again.stderr
    );
    let wrong = hub.run(&["source", "add", "x-user", "--set", "acount=x"]);
    assert!(
        wrong.stderr.contains("acount: there is no such parameter"),
        "{}",
        wrong.stderr
    );
    let none = hub.run(&["collect", "jpcert-x"]);
    assert!(
        none.stderr.contains("NOROSHI_SOURCE_JPCERT_X_KEY"),
        "{}",
        none.stderr
    );
}
