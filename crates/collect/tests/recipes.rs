//! Recipes as users write them: overrides, commands, keys, and every way to get one wrong.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

use std::fs;
use std::io::Cursor;
use std::time::Duration;

use noroshi_collect::recipe::{DigestKeys, Recipe, RequestError, load, load_lenient};
use noroshi_exchange::{BodyError, Limits};
use noroshi_indicator::Kind;
use noroshi_store::NewListing;
use proptest::prelude::*;

const HEAD: &str = r#"
name = "mine"
title = { en = "Mine", ja = "自作" }
description = { en = "A test.", ja = "試験用。" }
homepage = "https://feeds.example/"
licence = "CC0-1.0"
data = "reputation"
enabled = true
interval = "1h"
mode = "snapshot"
"#;

const REST: &str = r#"
url = "https://feeds.example/list.txt"
[format]
type = "list"
[fields]
value = 1
"#;

fn recipe(rest: &str) -> Recipe {
    Recipe::parse("mine.toml", &format!("{HEAD}{rest}")).unwrap()
}

fn error(text: &str) -> String {
    Recipe::parse("sources/mine.toml", text)
        .unwrap_err()
        .to_string()
}

fn listings(recipe: &Recipe, body: &str) -> Vec<Result<NewListing, String>> {
    let listings = recipe
        .listings(Cursor::new(body.to_owned()), Limits::default())
        .unwrap();
    listings
        .map(|row| row.map_err(|bad| bad.to_string()))
        .collect()
}

#[test]
fn a_recipe_may_say_when_its_source_speaks() {
    assert_eq!(recipe(REST).digest, DigestKeys::default());
    let keys = "[digest]\non = false\nleast = 20\npause = \"6h\"\n";
    let expected = DigestKeys {
        on: Some(false),
        least: Some(20),
        pause: Some(Duration::from_secs(6 * 3_600)),
    };
    assert_eq!(recipe(&format!("{REST}{keys}")).digest, expected);
    assert_eq!(
        error(&format!("{HEAD}{REST}[digest]\nloud = true\n")),
        "sources/mine.toml:18: `loud`: unknown field `loud`, expected one of `on`, `least`, `pause`"
    );
}

#[test]
fn errors_name_file_line_and_key() {
    let whole = format!("{HEAD}{REST}");
    for (from, to, expected) in [
        (
            "interval = ",
            "intervall = ",
            "sources/mine.toml:9: `intervall`: unknown; did you mean `interval`?",
        ),
        (
            "mode = \"snapshot\"",
            "mode = \"snapshoot\"",
            "sources/mine.toml:10: `mode`: unknown; did you mean `snapshot`?",
        ),
        (
            "enabled = true",
            "enabled = 'yes'",
            "sources/mine.toml:8: `enabled`: invalid type: string \"yes\", expected a boolean",
        ),
        (
            "interval = \"1h\"",
            "interval = \"1 hour\"",
            "sources/mine.toml:9: `interval`: `1 hour` is no length of time: write `30m`, `12h` or `90d`",
        ),
        (
            "interval = \"1h\"",
            "interval = \"1s\"",
            "sources/mine.toml:9: `interval`: the shortest interval is 5m",
        ),
        (
            "interval = \"1h\"",
            "",
            "sources/mine.toml:1: `interval`: missing field `interval`",
        ),
        (
            "ja = \"自作\"",
            "jp = \"自作\"",
            "sources/mine.toml:3: `jp`: unknown; did you mean `ja`?",
        ),
        (
            "type = \"list\"",
            "type = \"list\"\ndelimiter = \";\"",
            "sources/mine.toml:15: `format.delimiter`: `delimiter` does not go with type List",
        ),
        (
            "value = 1",
            "value = \"{a\"",
            "sources/mine.toml:16: `fields.value`: `{` without `}`",
        ),
        (
            "value = 1",
            "value = 0",
            "sources/mine.toml:16: `value`: positions count from 1",
        ),
        (
            "value = 1",
            "value = 1\nkind = \"ipv5\"",
            "sources/mine.toml:17: `fields.kind`: `ipv5` is no kind of observable, nor `ip` or `auto`",
        ),
        (
            "value = 1",
            "value = 1\nkind = { colum = 2 }",
            "sources/mine.toml:17: `colum`: unknown; did you mean `column`?",
        ),
        (
            "name = \"mine\"",
            "name = \"yours\"",
            "sources/mine.toml:2: `name`: the recipe is called `yours`, its file is not",
        ),
        (
            "list.txt",
            "{key}/list.txt",
            "sources/mine.toml:12: `url`: `{key}` in the URL and auth = \"url\" go together",
        ),
        (
            "https://feeds.example/list.txt",
            "file:///etc/passwd",
            "sources/mine.toml:12: `url`: a URL starts with https:// or http://",
        ),
        (
            "mode = ",
            "tlp = \"red\"\nmode = ",
            "sources/mine.toml:10: `tlp`: tlp `red` does not go with the audience `everyone`",
        ),
        (
            "mode = ",
            "command = [\"x\"]\nmode = ",
            "sources/mine.toml:10: `command`: a recipe has a `url` or a `command`, not both",
        ),
        (
            "mode = ",
            "auth = { heade = \"x\" }\nmode = ",
            "sources/mine.toml:10: `heade`: unknown; did you mean `header`?",
        ),
    ] {
        assert!(whole.contains(from), "{from}");
        assert_eq!(error(&whole.replacen(from, to, 1)), expected);
    }
    assert!(
        error("name = ").starts_with("sources/mine.toml:1: `name`: "),
        "{}",
        error("name = ")
    );
}

#[test]
fn the_users_files_come_over_the_shipped_ones() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path().join("sources");
    assert!(
        load(Some(directory.path())).is_ok(),
        "no folder is no error"
    );
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine.toml"), format!("{HEAD}{REST}")).unwrap();
    fs::write(
        folder.join("kev.toml"),
        format!("{HEAD}{REST}").replace("\"mine\"", "\"kev\""),
    )
    .unwrap();
    fs::write(folder.join("notes.txt"), "no recipe").unwrap();
    let shipped = load(None).unwrap();
    let recipes = load(Some(directory.path())).unwrap();
    assert_eq!(recipes.len(), shipped.len() + 1);
    assert_eq!(recipes.get("kev").unwrap().title.en, "Mine");

    fs::write(folder.join("kev.toml"), "name = 1").unwrap();
    fs::write(folder.join("broken.toml"), [0xff, 0xfe]).unwrap();
    let errors = load(Some(directory.path())).unwrap_err();
    assert_eq!(errors.len(), 2);
    assert!(
        errors
            .iter()
            .all(|error| error.to_string().contains("sources"))
    );
    let (recipes, _) = load_lenient(Some(directory.path()));
    assert!(recipes.get("kev").is_none() && recipes.get("mine").is_some());
}

#[test]
fn a_command_prints_json_lines() {
    let recipe = recipe("command = ['python3', 'my.py']\n");
    let body = r##"{"value":"hxxp://evil[.]example/a","first_seen":"2026-08-01T01:40:00Z","last_seen":1785548400,"port":8080,"family":"PlugX","tags":["#c2","b"],"note":"n","confidence":80,"reference":"https://r.example/","id":7,"more":{}}
{"value":"AS64500","kind":"asn"}
{"kind":"asn"}
"##;
    let rows: Vec<_> = recipe
        .listings_of_stream(body.as_bytes(), Limits::default())
        .unwrap()
        .map(|row| row.map_err(|bad| bad.to_string()))
        .collect();
    let first = rows[0].as_ref().unwrap();
    assert_eq!(
        (first.observable.kind(), first.observable.value()),
        (Kind::Url, "http://evil.example/a")
    );
    assert_eq!(first.first_seen, first.last_seen);
    assert_eq!(
        (first.port, first.confidence, first.item == 0),
        (Some(8080), Some(80), false)
    );
    assert_eq!(first.tags, ["b", "c2"]);
    assert_eq!(rows[1].as_ref().unwrap().observable.value(), "AS64500");
    assert_eq!(
        rows[2].as_ref().unwrap_err(),
        "line 3: the row has no value: asn"
    );
    assert_eq!(recipe.requests(0, None), Err(RequestError::Command));
}

#[test]
fn a_key_is_sent_and_never_shown() {
    let key = "s3cret-KEY-0815";
    let in_url = recipe(
        "url = 'https://feeds.example/{key}/recent.csv?k={key}'\nauth = 'url'\n[format]\ntype = 'list'\n[fields]\nvalue = 1\n",
    );
    let in_header = recipe(
        "url = 'https://feeds.example/x'\nauth = { header = 'Auth-Key' }\n[format]\ntype = 'list'\n[fields]\nvalue = 1\n",
    );
    for recipe in [&in_url, &in_header] {
        assert_eq!(recipe.requests(0, Some("  ")), Err(RequestError::NoKey));
        let request = recipe.requests(0, Some(key)).unwrap().remove(0);
        assert!(request.url().contains(key) || request.header() == Some(("Auth-Key", key)));
        assert_eq!(request.secrets(), [key]);
        for shown in [
            request.to_string(),
            format!("{request:?}"),
            format!("{recipe:?}"),
        ] {
            assert!(!shown.contains(key), "{shown}");
        }
        let bad = recipe
            .requests(0, Some("s3cret-KEY-0815\r\nHost: x"))
            .unwrap_err();
        assert!(!format!("{bad} {bad:?}").contains(key));
    }
    assert_eq!(
        in_url.requests(0, Some(key)).unwrap()[0].to_string(),
        "https://feeds.example/***/recent.csv?k=***"
    );
}

#[test]
fn months_are_tried_in_their_order() {
    let recipe = recipe(
        "url = 'https://feeds.example/{yyyy}/{yyyy}{mm}.csv'\nmonths_back = [1, 2]\n[format]\ntype = 'list'\n[fields]\nvalue = 1\n",
    );
    let february = 1_770_000_000_000_000;
    let urls: Vec<_> = recipe
        .requests(february, None)
        .unwrap()
        .iter()
        .map(|request| request.url().to_owned())
        .collect();
    assert_eq!(
        urls,
        [
            "https://feeds.example/2026/202601.csv",
            "https://feeds.example/2025/202512.csv"
        ]
    );
}

#[test]
fn odd_fields_never_cost_a_good_value() {
    let recipe = recipe(
        "url = 'https://feeds.example/x'\n[format]\ntype = 'csv'\n[fields]\nvalue = 'v'\nport = 'p'\nfirst_seen = 't'\nconfidence = 'c'\nreference = 'r'\nfamily = 'f'\ntags = ['g']\nnote = 'n'\n",
    );
    let long = "x".repeat(5_000);
    let many = (0..500)
        .map(|n| format!("t{n}"))
        .collect::<Vec<_>>()
        .join(" ,");
    let body = format!(
        "v,p,t,c,r,f,g,n\n192.0.2.1,99999,never,101,javascript:1,{long},\"{many}\",{long}\n192.0.2.2,,,,,,,\n"
    );
    let rows = listings(&recipe, &body);
    let row = rows[0].as_ref().unwrap();
    assert_eq!(
        (row.port, row.first_seen, row.confidence, &row.reference),
        (None, None, None, &None)
    );
    assert_eq!(row.family.as_ref().map(String::len), Some(100));
    assert_eq!(
        (row.tags.len(), row.note.as_ref().map(String::len)),
        (50, Some(2_000))
    );
    let row = rows[1].as_ref().unwrap();
    assert_eq!(
        (&row.family, row.tags.len(), &row.note, row.item),
        (&None, 0, &None, 0)
    );
}

#[test]
fn a_value_with_broken_bytes_is_another_value() {
    let recipe = recipe(REST);
    let body = [
        &b"http://evil.example/\xff\xfe\n"[..],
        "http://evil.example/é\n".repeat(9).as_bytes(),
    ]
    .concat();
    let rows: Vec<_> = recipe
        .listings(Cursor::new(body), Limits::default())
        .unwrap()
        .collect();
    assert!(rows[0].as_ref().unwrap_err().reason.contains("encoding"));
    assert!(rows[1..].iter().all(Result::is_ok));
}

#[test]
fn a_lost_column_is_told() {
    let recipe = recipe(
        "url = 'https://feeds.example/x'\n[format]\ntype = 'csv'\n[fields]\nvalue = 'v'\nnote = 'n'\n",
    );
    let mut rows = recipe
        .listings(Cursor::new("value,n\n192.0.2.1,x\n"), Limits::default())
        .unwrap();
    assert!(rows.next().is_none());
    assert!(matches!(rows.finish(), Err(BodyError::Column { column, .. }) if column == "v"));
}

#[test]
fn rows_with_ids_differ_by_them() {
    let recipe = recipe(
        "url = 'https://feeds.example/x'\n[format]\ntype = 'csv'\nheader = 'no'\n[fields]\nvalue = 1\nitem = [2, 3]\nempty = ['-']\n",
    );
    let rows = listings(
        &recipe,
        "192.0.2.1,a,b\n192.0.2.1,ab,-\n192.0.2.1,-,-\n192.0.2.1,a,b\n",
    );
    let items: Vec<_> = rows.iter().map(|row| row.as_ref().unwrap().item).collect();
    assert_eq!(items[0], items[3]);
    assert_eq!(items[2], 0);
    assert_ne!(items[0], items[1]);
    assert_ne!(items[1], 0);
}

proptest! {
    #[test]
    fn any_text_is_a_recipe_or_an_error(text in "\\PC{0,200}|(name|url|\\[format\\]|fields|=|\"|\\{|\\}|\n|1| ){0,60}") {
        if let Err(error) = Recipe::parse("x.toml", &text) {
            prop_assert!(error.to_string().starts_with("x.toml"));
        }
    }

    #[test]
    fn every_row_is_a_listing_or_a_bad_row(lines in prop::collection::vec("[ -~]{0,40}|192\\.0\\.2\\.[0-9]{1,3}", 0..20)) {
        let body = lines.join("\n");
        let rows = listings(&recipe(REST), &body);
        let is_row = |line: &&String| {
            let line = line.trim();
            !line.is_empty() && !["#", ";", "//"].iter().any(|comment| line.starts_with(comment))
        };
        prop_assert_eq!(rows.len(), lines.iter().filter(is_row).count());
    }
}
