//! What EXIST does, and what shows that it is done here: `coverage.toml`, held against the recipes and tests that
//! there are. `docs/coverage.md` is written from it: `UPDATE_EXPECTED=1 cargo test -p noroshi-testkit --test house`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::{none, root};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Rows of a part stand together.
    part: String,
    /// What the original does.
    what: String,
    /// What there is of it here, if that does not go without saying.
    here: Option<String>,
    /// Why it cannot be as it was.
    gone: Option<String>,
    #[serde(default)]
    recipes: Vec<String>,
    /// `path::name`: a function of that name, or in a JavaScript file a test with that title.
    #[serde(default)]
    tests: Vec<String>,
}

fn coverage() -> Coverage {
    let path = root().join("crates/testkit/tests/house/coverage.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The recipes that are shipped, by name.
fn shipped() -> BTreeSet<String> {
    let files = std::fs::read_dir(root().join("sources")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".toml").map(str::to_owned))
        .collect()
}

/// Why a test that a row names is none.
fn missing(test: &str) -> Option<String> {
    let (path, name) = test.split_once("::")?;
    let Ok(text) = std::fs::read_to_string(root().join(path)) else {
        return Some(format!("there is no {path}"));
    };
    let wanted = match path.ends_with(".js") {
        true => name.to_owned(),
        false => format!("fn {name}("),
    };
    (!text.contains(&wanted)).then(|| format!("{path} has no `{wanted}`"))
}

#[test]
fn every_row_names_what_is_there() {
    assert!(missing("crates/testkit/tests/house/coverage.rs::no_such_test").is_some());
    assert!(missing("crates/testkit/tests/house/coverage.rs::missing").is_none());
    let (coverage, shipped) = (coverage(), shipped());
    let mut broken = Vec::new();
    for row in &coverage.row {
        for recipe in row.recipes.iter().filter(|name| !shipped.contains(*name)) {
            broken.push(format!("{}: there is no recipe {recipe}", row.what));
        }
        let missing = row.tests.iter().filter_map(|test| missing(test));
        broken.extend(missing.map(|why| format!("{}: {why}", row.what)));
        if row.tests.is_empty() && row.here.is_none() && row.gone.is_none() {
            broken.push(format!("{}: nothing shows it", row.what));
        }
    }
    let named: BTreeSet<&String> = coverage.row.iter().flat_map(|row| &row.recipes).collect();
    let unnamed = shipped.iter().filter(|name| !named.contains(name));
    broken.extend(unnamed.map(|name| format!("the recipe {name} is in no row")));
    none("coverage.toml names what is there", &broken);
}

#[test]
fn the_table_is_as_it_should_be() {
    let expected = table(&coverage());
    let path = root().join("docs/coverage.md");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/coverage.md is out of date: UPDATE_EXPECTED=1 cargo test -p noroshi-testkit --test house"
    );
}

fn table(coverage: &Coverage) -> String {
    let mut text = "# What EXIST does, and what shows that it is done here\n\n\
        Written from `crates/testkit/tests/house/coverage.toml`; a test sees to it that every recipe and test it names \
        is there, and that no recipe is left out.\n"
        .to_owned();
    let mut part = "";
    for row in &coverage.row {
        if row.part != part {
            part = &row.part;
            let _ = write!(
                text,
                "\n## {part}\n\n| there | here | shown by |\n|---|---|---|\n"
            );
        }
        let mut here: Vec<String> = row.gone.iter().chain(&row.here).cloned().collect();
        let recipes = row
            .recipes
            .iter()
            .map(|name| format!("[`{name}`](../sources/{name}.toml)"));
        here.extend(recipes.reduce(|all, one| format!("{all}, {one}")));
        let tests = row.tests.iter().map(|test| {
            let (path, name) = test.split_once("::").unwrap();
            format!("[{name}](../{path})")
        });
        let tests: Vec<String> = tests.collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            row.what,
            here.join("; "),
            tests.join(", ")
        );
    }
    text
}
