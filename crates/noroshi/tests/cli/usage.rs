//! Exit codes, help, configuration, and pipes that close.

use std::io::Read;
use std::process::Stdio;

use noroshi_testkit::{Engine, Target};

use crate::fixture::{file, many, offline};
use crate::hub::{Hub, end, program};

#[test]
fn bad_usage_ends_with_2_and_failure_with_1() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    hub.ok(&["account", "add", "anna"]);
    for (args, code, told) in [
        (&["frobnicate"][..], 2, "frobnicate"),
        (&["search"], 2, "QUERY"),
        (&["search", "tag:(a"], 2, "^"),
        (&["search", "a", "--cursor", "nonsense"], 2, ""),
        (&["search", "a", "--limit", "0"], 2, "limit"),
        (&["lookup", "not a value"], 2, "not a value"),
        (&["key", "add", "anna", "--scope", "everything"], 2, "scope"),
        (
            &["key", "add", "anna", "--expires", "yesterday"],
            2,
            "yesterday",
        ),
        (&["key", "add", "nobody"], 1, "nobody"),
        (&["collect", "no-such-source"], 2, "no-such-source"),
        (&["collect", "--from", "x"], 2, "--from"),
        (
            &["collect", "urlhaus", "--from", "/nowhere/x"],
            1,
            "/nowhere/x",
        ),
        (&["source", "rollback", "77"], 1, "77"),
        (
            &["--config", "/nowhere/x.toml", "account", "list"],
            2,
            "/nowhere/x.toml",
        ),
    ] {
        let ended = hub.run(args);
        assert_eq!(ended.code, Some(code), "{args:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(told), "{args:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{args:?}");
    }
    for args in [&["--help"][..], &["--version"], &["collect", "--help"]] {
        let ended = end(program().args(args), "");
        assert_eq!(ended.code, Some(0));
        assert!(ended.stdout.contains("oroshi"), "{}", ended.stdout);
    }
}

#[test]
fn a_question_in_the_wrong_directory_makes_no_database() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    for args in [
        &["lookup", "evil.example"][..],
        &["search", "x"],
        &["key", "list"],
        &["account", "list"],
    ] {
        let ended = hub.run(args);
        assert_eq!(ended.code, Some(2), "{args:?}");
        assert!(ended.stderr.contains("--data"), "{}", ended.stderr);
    }
    assert_eq!(std::fs::read_dir(hub.data()).unwrap().count(), 0);
}

#[test]
fn a_misspelt_setting_is_told() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let mut hub = Hub::new(&target);
    file(&hub.data(), "noroshi.toml", "\nlistn = [\"127.0.0.1:1\"]\n");
    let ended = hub.run(&["account", "list"]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.stderr.contains("noroshi.toml:2: ")
            && ended.stderr.contains("did you mean `listen`?"),
        "{}",
        ended.stderr
    );
    file(&hub.data(), "noroshi.toml", "");
    hub.env
        .push(("NOROSHI_COLECT".to_owned(), "true".to_owned()));
    let ended = hub.run(&["account", "list"]);
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("NOROSHI_COLLECT"), "{}", ended.stderr);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    offline(&hub.data(), "fixture", "snapshot");
    let path = file(&hub.data(), "body.csv", &many(0, 3_000, 0));
    hub.ok(&["collect", "fixture", "--from", path.to_str().unwrap()]);
    let mut command = hub.command(&["search", "", "--limit", "1000", "--json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One byte, and away: a page of a thousand values is more than a pipe holds.
    child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    assert_eq!(told, "");
}
