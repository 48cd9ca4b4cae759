//! Every shipped recipe reads its sample as the expected result beside it says.
//!
//! After a deliberate change run with `UPDATE_EXPECTED=1`, and read the difference before it is committed.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use noroshi_collect::recipe::{Makes, Recipe, load, shipped};
use noroshi_exchange::{BadRow, Limits, Tally};
use noroshi_store::{NewItem, NewListing, NewScore};
use serde_json::{Map, Value, json};

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sources")
}

fn listing(listing: &NewListing) -> Value {
    let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap().to_string();
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() && value != json!([]) && value != json!(0) {
            shown.insert(key.to_owned(), value);
        }
    };
    put("kind", json!(listing.observable.kind().name()));
    put("value", json!(listing.observable.value()));
    put("item", json!(listing.item));
    put("first_seen", json!(listing.first_seen.map(time)));
    put("last_seen", json!(listing.last_seen.map(time)));
    put("port", json!(listing.port));
    put("family", json!(listing.family));
    put("tags", json!(listing.tags));
    put("note", json!(listing.note));
    put("confidence", json!(listing.confidence));
    put("reference", json!(listing.reference));
    Value::Object(shown)
}

fn item(item: &NewItem) -> Value {
    let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap().to_string();
    let mut shown = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() && value != json!([]) && value != json!("") {
            shown.insert(key.to_owned(), value);
        }
    };
    put("form", json!(format!("{:?}", item.form)));
    put("key", json!(item.key));
    put("title", json!(item.title));
    put("text", json!(item.text));
    put("url", json!(item.url));
    if let Some(author) = &item.author {
        put("author", json!([author.name, author.handle, author.url]));
    }
    put("language", json!(item.language));
    put("published", json!(item.published.map(time)));
    put("updated", json!(item.updated.map(time)));
    put("tags", json!(item.tags));
    let observables = item.observables.iter();
    let observables: Vec<_> = observables
        .map(|o| format!("{} {}", o.kind().name(), o.value()))
        .collect();
    put("observables", json!(observables));
    put("facts", json!(item.facts));
    Value::Object(shown)
}

fn score(score: &NewScore) -> Value {
    json!({ "cve": score.cve.value(), "day": score.day, "score": score.score, "percentile": score.percentile })
}

fn bad(bad: &BadRow) -> Value {
    json!({ "bad": bad.line, "reason": bad.reason, "text": bad.text })
}

/// One line for each listing and bad row, and one for the account of the file's lines.
fn result(recipe: &Recipe, sample: &Path) -> String {
    let body = File::open(sample).unwrap();
    let limits = Limits::default();
    fn lines<T>(
        rows: &mut impl Iterator<Item = Result<T, BadRow>>,
        show: impl Fn(&T) -> Value,
    ) -> Vec<String> {
        rows.map(|row| {
            row.map_or_else(|row| bad(&row), |row| show(&row))
                .to_string()
        })
        .collect()
    }
    let (mut lines, tally): (Vec<String>, Tally) = match recipe.makes() {
        Makes::Listings => {
            let mut rows = recipe.listings(body, limits).unwrap();
            (lines(&mut rows, listing), rows.finish().unwrap())
        }
        Makes::Items => {
            let mut rows = recipe.items(body, limits).unwrap().unwrap();
            (lines(&mut rows, item), rows.finish().unwrap())
        }
        Makes::Scores => {
            let mut rows = recipe.scores(body, limits).unwrap().unwrap();
            (lines(&mut rows, score), rows.finish().unwrap())
        }
    };
    lines.push(
        json!({ "rows": tally.rows, "bad": tally.bad, "blank": tally.blank, "comments": tally.comments,
            "headers": tally.headers, "metadata": tally.metadata })
        .to_string(),
    );
    lines.join("\n") + "\n"
}

/// The sample of a recipe: the file of its name in `samples/`, whatever its ending, or that of its service.
fn sample(name: &str) -> Option<PathBuf> {
    let service = name.split('-').next().unwrap_or(name);
    [name, service].into_iter().find_map(|name| {
        ["csv", "txt", "json", "xml", "rdf", "rss", "atom"]
            .iter()
            .map(|ending| sources().join(format!("samples/{name}.{ending}")))
            .find(|path| path.exists())
    })
}

/// Every shipped recipe; those with parameters with the examples for them.
fn recipes() -> Vec<Recipe> {
    let filled = |recipe: Recipe| match recipe.is_template() {
        false => recipe,
        true => {
            let examples = recipe.parameters.iter();
            let examples =
                examples.map(|(name, parameter)| (name.clone(), parameter.example.clone()));
            let text = recipe.filled(&recipe.name, &examples.collect()).unwrap();
            Recipe::parse(&format!("{}.toml", recipe.name), &text).unwrap()
        }
    };
    shipped().into_iter().map(filled).collect()
}

#[test]
fn every_recipe_reads_its_sample() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut wrong = Vec::new();
    for recipe in recipes() {
        let Some(sample) = sample(&recipe.name) else {
            wrong.push(format!("{}: no sample", recipe.name));
            continue;
        };
        let found = result(&recipe, &sample);
        let path = sources().join(format!("samples/{}.expected.jsonl", recipe.name));
        if update {
            fs::write(&path, &found).unwrap();
        }
        match fs::read_to_string(&path) {
            Ok(expected) if expected == found => {}
            Ok(expected) => {
                let lines = expected.lines().zip(found.lines()).filter(|(a, b)| a != b);
                let lines: Vec<_> = lines
                    .map(|(a, b)| format!("  expected {a}\n  found    {b}"))
                    .collect();
                wrong.push(format!("{}:\n{}", recipe.name, lines.join("\n")));
            }
            Err(_) => wrong.push(format!("{}: no expected result", recipe.name)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_shipped_and_every_recipe_is_sound() {
    let recipes = load(None).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let all = recipes.iter().chain(recipes.templates());
    let names: BTreeSet<_> = all.map(|recipe| recipe.name.clone()).collect();
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(sources()).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.insert(path.file_stem().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(names, files);
    assert_eq!(shipped().len(), files.len());
}

#[test]
fn samples_hold_good_rows_and_nothing_real() {
    for recipe in recipes() {
        if recipe.makes() != Makes::Listings {
            continue;
        }
        let text = fs::read_to_string(sample(&recipe.name).unwrap()).unwrap();
        let listings: Vec<_> = recipe
            .listings(std::io::Cursor::new(text.as_bytes()), Limits::default())
            .unwrap()
            .flatten()
            .collect();
        assert!(listings.len() >= 2, "{}", recipe.name);
        for listing in listings {
            let host = listing
                .observable
                .host()
                .unwrap_or(listing.observable.clone());
            let value = host.value();
            let is_documentation = ["192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:"]
                .iter()
                .any(|s| value.starts_with(s));
            let has_host = matches!(host.kind().name(), "ipv4" | "ipv6" | "cidr" | "domain");
            assert!(
                !has_host || is_documentation || value.ends_with(".example"),
                "{}: {value}",
                recipe.name
            );
        }
    }
}

#[test]
fn feeds_are_on_only_where_their_terms_allow_it() {
    for recipe in recipes() {
        let restricted = recipe.needs_key()
            || recipe.licence == "no licence stated"
            || ["NC", "non-commercial", "not for commercial"]
                .iter()
                .any(|word| recipe.licence.contains(word));
        assert!(!(restricted && recipe.enabled), "{}", recipe.name);
    }
}

/// Name, data, what is made, layout and sample of every recipe: what other documents are made from.
#[test]
fn the_index_names_every_recipe() {
    let mut index = String::from("name\tdata\tmakes\tlayout\tsample\n");
    for recipe in shipped() {
        let data = format!("{:?}", recipe.data).to_lowercase();
        let makes = format!("{:?}", recipe.makes()).to_lowercase();
        let layout = format!("{:?}", recipe.format().layout).to_lowercase();
        let sample = sample(&recipe.name).unwrap();
        let file = sample.file_name().unwrap().to_str().unwrap();
        index += &format!("{}\t{data}\t{makes}\t{layout}\t{file}\n", recipe.name);
    }
    let path = sources().join("samples/index.tsv");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &index).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), index);
}

#[test]
fn the_layout_of_every_text_is_documented() {
    let readme = fs::read_to_string(sources().join("samples/README.md")).unwrap();
    for recipe in shipped() {
        if recipe.makes() != Makes::Listings {
            let row = format!("| `{}` | ", recipe.name);
            assert!(readme.contains(&row), "{}", recipe.name);
        }
    }
}
