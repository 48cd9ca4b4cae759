//! What may stand in which crate's sources.

use std::io::Write;
use std::path::Path;

use regex::Regex;

use crate::source::Source;
use crate::{files, none, root};

/// The crates that compute and nothing else.
const PURE: [&str; 3] = ["indicator", "query", "exchange"];

/// A file longer than this does more than one job.
const MOST_LINES: usize = 600;

/// All files of all crates' `src` but those of this kit and files of tests (`…tests.rs`).
fn sources() -> Vec<Source> {
    let root = root();
    let all: Vec<Source> = files(&root.join("crates"), ".rs")
        .iter()
        .filter(|path| path.components().any(|part| part.as_os_str() == "src"))
        .filter(|path| !path.to_string_lossy().ends_with("tests.rs"))
        .map(|path| Source::read(&root, path))
        .filter(|source| source.room != "testkit")
        .collect();
    assert!(all.len() >= 9, "the crates were not found");
    all
}

/// `rule` over every file of the house.
fn everywhere(rule: impl Fn(&Source) -> Vec<String>) -> Vec<String> {
    sources().iter().flat_map(rule).collect()
}

/// Whether a rule objects to `code` in the crate `room`.
fn bites(rule: impl Fn(&Source) -> Vec<String>, room: &str, code: &str) -> bool {
    !rule(&Source::parse(room, Path::new("x.rs"), code.to_owned())).is_empty()
}

/// A statement of SQL inside a longer text, by the capitals one writes it in; in small letters only where the
/// text begins with it, because "select one from the list" is also English.
fn sql(source: &Source) -> Vec<String> {
    if source.room == "store" {
        return Vec::new();
    }
    let statement = Regex::new(
        r"(?x)\b(SELECT\s.*\sFROM | INSERT\s+(OR\s+\w+\s+)?INTO | UPDATE\s+\w+\s+SET | DELETE\s+FROM
        | (CREATE|ALTER|DROP)\s+(UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX|VIEW|TRIGGER))\b
        | ^\s*(select\s.*\sfrom\s+\w+\s*($|where\b|order\b|limit\b|join\b|group\b)
        | insert\s+into\s+\w+\s*\(| update\s+\w+\s+set\s+\w+\s*= | delete\s+from\s+\w+\s+where)",
    )
    .unwrap();
    source
        .strings
        .iter()
        .filter(|(_, text)| statement.is_match(&text.replace("\\n", " ").replace('\n', " ")))
        .map(|(line, text)| format!("{} {text:?}", source.at(*line)))
        .collect()
}

/// Ways to open a connection, send a packet or ask for a name.
fn outgoing(source: &Source) -> Vec<String> {
    let doors = [
        "TcpStream : : connect",
        "TcpStream : : connect_timeout",
        "TcpSocket",
        "UdpSocket",
        "UnixStream : : connect",
        "UnixDatagram",
        "ToSocketAddrs",
        "to_socket_addrs",
        "lookup_host",
        "reqwest",
        "hickory_resolver",
        "hyper_util : : client",
    ];
    match source.room.as_str() {
        "egress" => Vec::new(),
        _ => named(source, &doors),
    }
}

/// What a crate that only computes has no need of: files, sockets, processes, the clock, waiting.
fn impure(source: &Source) -> Vec<String> {
    let means = [
        "TcpListener",
        "TcpStream",
        "UnixListener",
        "UnixStream",
        "std : : fs",
        "std : : process",
        "std : : thread",
        "std : : env",
        "tokio",
        "async",
        ": : now",
    ];
    if PURE.contains(&source.room.as_str()) {
        named(source, &means)
    } else {
        Vec::new()
    }
}

fn named(source: &Source, words: &[&str]) -> Vec<String> {
    words
        .iter()
        .flat_map(|word| {
            let plain = word.replace(' ', "");
            let lines = source.find(word).into_iter();
            lines.map(move |line| format!("{} {plain}", source.at(line)))
        })
        .collect()
}

/// Files say at their top what they are for, have a name that says their job, and have one job.
fn form(source: &Source) -> Vec<String> {
    let mut broken = Vec::new();
    if !source.text.starts_with("//!") {
        broken.push(format!("{} does not open with //!", source.at(1)));
    }
    if source.lines() > MOST_LINES {
        broken.push(format!("{} has {} lines", source.at(1), source.lines()));
    }
    let vague = ["util", "utils", "helper", "helpers", "manager", "misc"];
    let stem = source.path.file_stem().unwrap_or_default();
    if vague.contains(&stem.to_string_lossy().as_ref()) {
        broken.push(format!("{}: a name that says no job", source.at(1)));
    }
    broken
}

#[test]
fn only_the_store_contains_sql() {
    for code in [
        r#"const Q: &str = "SELECT id FROM observable";"#,
        "const Q: &str = r\"SELECT id\nFROM observable\";",
        r#"fn f() { run("INSERT OR IGNORE INTO post VALUES (1)") }"#,
        r#"fn f() { run(&format!("UPDATE post SET text = {x}")) }"#,
        r#"fn f() { run("DELETE FROM post") }"#,
        r#"fn f() { run("CREATE VIRTUAL TABLE t USING fts5(x)") }"#,
        r#"fn f() { run("select id from post where id = 1") }"#,
    ] {
        assert!(bites(sql, "web", code), "{code}");
        assert!(!bites(sql, "store", code), "{code}");
    }
    for code in [
        r#"const HELP: &str = "Select the sources from which to collect";"#,
        r#"const HELP: &str = "select one from the list";"#,
        r#"/// SELECT id FROM observable"#,
        r#"#[cfg(test)] mod tests { const Q: &str = "SELECT a FROM b"; }"#,
    ] {
        assert!(!bites(sql, "web", code), "{code}");
    }
    none("SQL outside crates/store", &everywhere(sql));
    let root = root();
    let strays: Vec<String> = files(&root.join("crates"), ".sql")
        .iter()
        .filter(|path| !path.starts_with(root.join("crates/store")))
        .map(|path| path.display().to_string())
        .collect();
    none("SQL files outside crates/store", &strays);
}

#[test]
fn only_egress_opens_outgoing_sockets() {
    for code in [
        "fn f() { std::net::TcpStream::connect(a); }",
        "use tokio::net::UdpSocket;",
        "fn f() { reqwest::Client::new(); }",
        "fn f() { (\"host\", 1).to_socket_addrs(); }",
    ] {
        assert!(bites(outgoing, "collect", code), "{code}");
        assert!(!bites(outgoing, "egress", code), "{code}");
    }
    assert!(!bites(outgoing, "web", "fn f() { TcpListener::bind(a); }"));
    none("a way out beside crates/egress", &everywhere(outgoing));
}

#[test]
fn the_bottom_crates_only_compute() {
    for code in [
        "use std::fs;",
        "async fn f() {}",
        "fn f() { jiff::Timestamp::now(); }",
        "use tokio::sync::mpsc;",
    ] {
        assert!(bites(impure, "query", code), "{code}");
        assert!(!bites(impure, "store", code), "{code}");
    }
    assert!(!bites(impure, "indicator", "use std::net::IpAddr;"));
    none("more than computing", &everywhere(impure));
}

#[test]
fn files_have_one_job_and_say_which() {
    assert!(bites(form, "web", "fn f() {}"));
    assert!(!bites(form, "web", "//! Says it.\nfn f() {}"));
    let long = "//! Long.\n".to_owned() + &"fn f() {}\n".repeat(MOST_LINES);
    assert!(bites(form, "web", &long));
    let tested = format!("//! Tested.\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert!(!bites(form, "web", &tested.replace("//! Long.", "")));
    none("files", &everywhere(form));

    let mut lengths: Vec<usize> = sources().iter().map(Source::lines).collect();
    lengths.sort_unstable();
    let (median, longest) = (lengths[lengths.len() / 2], lengths.last().unwrap());
    // Written past the harness, which would keep it to itself.
    let _ = writeln!(
        std::io::stderr(),
        "{} files: median {median} lines, longest {longest}",
        lengths.len()
    );
}
