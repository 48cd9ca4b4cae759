//! The rules of the house that no compiler keeps, read from the sources themselves. Each rule is first shown to
//! bite on a line that breaks it, because a rule that finds nothing anywhere would pass for ever.
#![expect(clippy::panic, clippy::unwrap_used, reason = "all of it is tests")]

mod coverage;
mod documents;
mod layers;
mod rules;
mod source;

use std::path::{Path, PathBuf};

/// The workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// Every file below `dir` whose name ends in `suffix`, in order of path.
fn files(dir: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Fails with all of `broken` at once, so that one run shows everything there is to mend.
#[track_caller]
fn none(rule: &str, broken: &[String]) {
    assert!(broken.is_empty(), "{rule}:\n  {}\n", broken.join("\n  "));
}
