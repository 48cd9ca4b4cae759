//! The packages that the program is built from, with their licences: `licences.txt`, a line each.
//!
//! `UPDATE_EXPECTED=1 cargo test -p noroshi-web licences` writes it anew.

const LICENCES: &str = include_str!("../../licences.txt");

/// A package from outside.
pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) licence: &'static str,
}

/// By name.
pub(super) fn packages() -> impl Iterator<Item = Package> {
    LICENCES.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ' ');
        Some(Package {
            name: parts.next()?,
            version: parts.next()?,
            licence: parts.next()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::process::Command;

    use super::*;

    /// What stands in `Cargo.lock` and comes from outside.
    fn locked() -> BTreeSet<String> {
        let lock: toml::Table = toml::from_str(include_str!("../../../../Cargo.lock")).unwrap();
        let packages = lock["package"].as_array().unwrap().iter();
        let outside = packages.filter(|package| package.get("source").is_some());
        let named = outside.map(|package| {
            let text = |key: &str| package[key].as_str().unwrap();
            format!("{} {}", text("name"), text("version"))
        });
        named.collect()
    }

    #[test]
    fn licences_of_all_packages_are_told() {
        if std::env::var_os("UPDATE_EXPECTED").is_some() {
            write();
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/licences.txt");
        let text = std::fs::read_to_string(path).unwrap();
        let told: BTreeSet<String> = text
            .lines()
            .map(|line| {
                let parts: Vec<&str> = line.splitn(3, ' ').collect();
                assert!(parts[2].len() >= 3, "{line}");
                format!("{} {}", parts[0], parts[1])
            })
            .collect();
        let hint = "UPDATE_EXPECTED=1 cargo test -p noroshi-web licences";
        assert_eq!(told, locked(), "{hint}");
        assert!(packages().count() > 100);
    }

    fn write() {
        let metadata = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version=1", "--locked"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
        let packages = metadata["packages"].as_array().unwrap().iter();
        let outside = packages.filter(|package| !package["source"].is_null());
        let lines: BTreeSet<String> = outside
            .map(|package| {
                let text = |key: &str| package[key].as_str().unwrap_or("see its source").to_owned();
                format!("{} {} {}\n", text("name"), text("version"), text("license"))
            })
            .collect();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/licences.txt");
        std::fs::write(path, lines.into_iter().collect::<String>()).unwrap();
    }
}
