//! Dependencies run downwards only, and the heavy ones stand in one place each.

use toml::{Table, Value};

use crate::{none, root};

/// The rooms from the top down. A crate may depend on crates of lower rows only, never on its own row.
const LAYERS: [&[&str]; 6] = [
    &["noroshi"],
    &["web"],
    &["collect", "watch", "lookup", "deliver"],
    &["egress", "sweep", "store"],
    &["exchange", "query"],
    &["indicator"],
];

/// A dependency from outside, and the only crates that may name it.
const RESERVED: [(&str, &[&str]); 11] = [
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store", "testkit"]),
    ("deadpool-postgres", &["store"]),
    ("sqlx", &[]),
    ("diesel", &[]),
    ("reqwest", &["egress"]),
    ("hickory-resolver", &["egress"]),
    ("ureq", &["egress"]),
    ("lettre", &["egress"]),
    ("native-tls", &[]),
    ("openssl", &[]),
];

/// What a crate that only computes must not build upon.
const IMPURE: [&str; 9] = [
    "tokio",
    "futures",
    "async-std",
    "mio",
    "socket2",
    "hyper",
    "axum",
    "tempfile",
    "getrandom",
];

/// One line of a manifest: `name` is the room for our own crates.
struct Dependency {
    name: String,
    ours: bool,
    /// From `[dev-dependencies]`.
    dev: bool,
}

fn dependencies(manifest: &Table) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut collect = |table: &Table| {
        for (key, dev) in [
            ("dependencies", false),
            ("build-dependencies", false),
            ("dev-dependencies", true),
        ] {
            let names = table.get(key).and_then(Value::as_table);
            for name in names.into_iter().flat_map(Table::keys) {
                let ours = name == "noroshi" || name.starts_with("noroshi-");
                let name = name.trim_start_matches("noroshi-").to_owned();
                found.push(Dependency { name, ours, dev });
            }
        }
    };
    collect(manifest);
    let targets = manifest.get("target").and_then(Value::as_table);
    for target in targets.into_iter().flat_map(Table::values) {
        collect(target.as_table().unwrap());
    }
    found
}

fn layer(room: &str) -> Option<usize> {
    LAYERS.iter().position(|row| row.contains(&room))
}

fn broken(room: &str, manifest: &Table) -> Vec<String> {
    let own = layer(room);
    if own.is_none() && room != "testkit" {
        return vec![format!("{room} has no place in LAYERS")];
    }
    let pure = own.is_some_and(|own| own >= 4);
    let mut broken = Vec::new();
    for Dependency { name, ours, dev } in dependencies(manifest) {
        let downwards = match (own, layer(&name)) {
            // The kit stands beside the house: below its tests, above everything but the binary.
            _ if name == "testkit" => dev,
            (None, Some(theirs)) => theirs > 0,
            (Some(own), Some(theirs)) => own < theirs,
            (_, None) => false,
        };
        if ours && !downwards {
            broken.push(format!("{room} -> {name} does not run downwards"));
        }
        let reserved = RESERVED.iter().find(|(reserved, _)| *reserved == name);
        if let (false, Some((_, allowed))) = (dev, reserved)
            && !allowed.contains(&room)
        {
            broken.push(format!("{room} -> {name} belongs to {allowed:?}"));
        }
        if pure && !dev && IMPURE.contains(&name.as_str()) {
            broken.push(format!("{room} -> {name}, but {room} only computes"));
        }
    }
    broken
}

/// What every manifest takes over from the workspace, so that one line changes it for all.
fn inherits(manifest: &Table) -> bool {
    let from_workspace = |value: Option<&Value>| {
        value.and_then(|value| value.get("workspace")) == Some(&Value::Boolean(true))
    };
    let package = &manifest["package"];
    from_workspace(manifest.get("lints"))
        && ["version", "edition", "rust-version", "license"]
            .iter()
            .all(|key| from_workspace(package.get(key)))
}

#[test]
fn dependencies_run_downwards() {
    let breaks = |room: &str, manifest: &str| !broken(room, &manifest.parse().unwrap()).is_empty();
    for (room, manifest) in [
        (
            "indicator",
            "[dependencies]\nnoroshi-query.workspace = true",
        ),
        ("exchange", "[dependencies]\nnoroshi-query.workspace = true"),
        ("store", "[dev-dependencies]\nnoroshi-web.workspace = true"),
        ("store", "[dependencies]\nnoroshi-testkit.workspace = true"),
        (
            "web",
            "[target.'cfg(unix)'.dependencies]\nnoroshi.workspace = true",
        ),
        ("web", "[dependencies]\nrusqlite = \"1\""),
        ("collect", "[dependencies.reqwest]\nversion = \"1\""),
        ("query", "[dependencies]\ntokio.workspace = true"),
        ("attic", ""),
    ] {
        assert!(breaks(room, manifest), "{room}: {manifest}");
    }
    for (room, manifest) in [
        ("web", "[dependencies]\nnoroshi-store.workspace = true"),
        (
            "store",
            "[dev-dependencies]\nnoroshi-testkit.workspace = true",
        ),
        ("query", "[dev-dependencies]\ntokio.workspace = true"),
        ("testkit", "[dependencies]\nnoroshi-web.workspace = true"),
    ] {
        assert!(!breaks(room, manifest), "{room}: {manifest}");
    }

    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let dir = entry.unwrap().path();
        let room = dir.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(dir.join("Cargo.toml")).unwrap();
        let manifest: Table = text.parse().unwrap();
        found.extend(broken(&room, &manifest));
        if !inherits(&manifest) {
            found.push(format!("{room} takes something not from the workspace"));
        }
    }
    none("manifests", &found);
}
