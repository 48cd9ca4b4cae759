//! What the documents claim and the sources can answer for.

use std::path::Path;

use regex::Regex;
use toml::Table;

use crate::{files, none, root};

/// Links of `text` to files beside it that `exists` does not know.
fn dead_links(text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let link = Regex::new(r"\]\(([^)\s#]+)(#[^)\s]*)?\)").unwrap();
    link.captures_iter(text)
        .map(|found| found[1].to_owned())
        .filter(|target| !target.contains(':') && !exists(target))
        .collect()
}

/// Rust versions that `text` names and that are not `version`.
fn other_rust(text: &str, version: &str) -> Vec<String> {
    let named = Regex::new(r"Rust (1\.\d+)").unwrap();
    named
        .captures_iter(text)
        .map(|found| found[1].to_owned())
        .filter(|named| named != version)
        .collect()
}

#[test]
fn documents_say_what_is_true() {
    let text = "See [one](docs/one.md#part), [two](two.md), [far](https://host.example/). Rust 1.95, Rust 1.9.";
    assert_eq!(dead_links(text, |path| path == "two.md"), ["docs/one.md"]);
    assert_eq!(other_rust(text, "1.95"), ["1.9"]);

    let root = root();
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest: Table = manifest.parse().unwrap();
    let package = &manifest["workspace"]["package"];
    let rust = package["rust-version"].as_str().unwrap();
    let mut broken = Vec::new();
    for document in documents(&root) {
        let text = std::fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap();
        let name = document.strip_prefix(&root).unwrap().display();
        for link in dead_links(&text, |target| folder.join(target).exists()) {
            broken.push(format!("{name}: no file {link}"));
        }
        for version in other_rust(&text, rust) {
            broken.push(format!("{name}: Rust {version}, but it takes {rust}"));
        }
    }
    let version = package["version"].as_str().unwrap();
    if let Ok(changes) = std::fs::read_to_string(root.join("CHANGELOG.md"))
        && !changes.contains(version)
    {
        broken.push(format!("CHANGELOG.md does not name {version}"));
    }
    none("documents", &broken);
}

/// The Markdown files at the top and under `docs`.
fn documents(root: &Path) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    if root.join("docs").is_dir() {
        found.extend(files(&root.join("docs"), ".md"));
    }
    assert!(!found.is_empty(), "no document was found");
    found
}
