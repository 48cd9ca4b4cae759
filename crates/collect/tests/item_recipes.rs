//! Recipes of texts and scores as users write them: what each key does, and every way to get one wrong.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

use std::io::Cursor;

use noroshi_collect::recipe::{Makes, Recipe};
use noroshi_exchange::{BadRow, Limits, Tally};
use noroshi_store::{Form, NewItem};
use proptest::prelude::*;
use serde_json::{Value, json};

const HEAD: &str = r#"
name = "mine"
title = { en = "Mine", ja = "自作" }
description = { en = "A test.", ja = "試験用。" }
homepage = "https://feeds.example/"
licence = "CC0-1.0"
url = "https://feeds.example/x"
enabled = true
interval = "1h"
mode = "increment"
"#;

fn recipe(rest: &str) -> Recipe {
    Recipe::parse("mine.toml", &format!("{HEAD}{rest}")).unwrap()
}

fn error(rest: &str) -> String {
    let error = Recipe::parse("mine.toml", &format!("{HEAD}{rest}")).unwrap_err();
    error.to_string()
}

fn read(recipe: &Recipe, body: &str) -> (Vec<Result<NewItem, BadRow>>, Tally) {
    let body = Cursor::new(body.to_owned());
    let mut items = recipe.items(body, Limits::default()).unwrap().unwrap();
    let rows = items.by_ref().collect();
    (rows, items.finish().unwrap())
}

fn good(recipe: &Recipe, body: &Value) -> Vec<NewItem> {
    let (rows, _) = read(recipe, &body.to_string());
    rows.into_iter().map(Result::unwrap).collect()
}

#[test]
fn a_status_of_mastodon_needs_no_code() {
    let recipe = recipe(
        r#"data = "social"
[format]
type = "json"
[item]
key = "uri"
text = ["spoiler_text", "content"]
html = true
url = "url"
author = { name = "account.display_name|account.username", handle = "{account.acct}", url = "account.url" }
language = "language"
published = "created_at"
updated = "edited_at"
tags = ["tags.name"]
without = ["reblog"]
"#,
    );
    let status = |reblog: Value| {
        json!({
            "id": "1", "uri": "https://m.example/users/a/statuses/1", "url": "https://m.example/@a/1", "created_at": "2026-08-01T00:00:00.000Z",
            "edited_at": null, "language": "ja", "spoiler_text": "", "content": "<p>C2: 192.0.2[.]1</p><p>#apt</p>", "reblog": reblog,
            "account": { "acct": "a@m.example", "username": "a", "display_name": "", "url": "https://m.example/@a" },
            "tags": [{ "name": "apt", "url": "https://m.example/tags/apt" }, { "name": "c2" }],
        })
    };
    let (rows, tally) = read(
        &recipe,
        &json!([status(Value::Null), status(status(Value::Null))]).to_string(),
    );
    assert_eq!((rows.len(), tally.rows, tally.metadata), (1, 1, 1));
    let item = rows[0].as_ref().unwrap();
    assert_eq!(
        (item.form, item.text.as_str()),
        (Form::Social, "C2: 192.0.2[.]1\n\n#apt")
    );
    let author = item.author.as_ref().unwrap();
    assert_eq!(
        (author.name.as_str(), author.handle.as_deref()),
        ("a", Some("a@m.example"))
    );
    assert_eq!(item.tags, ["apt", "c2"]);
    assert_eq!(item.language.as_deref(), Some("ja"));
}

#[test]
fn a_post_of_bluesky_needs_no_code() {
    let recipe = recipe(
        r#"data = "social"
[format]
type = "json"
path = "feed"
[item]
key = "post.uri"
text = "post.record.text"
url = "https://bsky.app/profile/{post.author.handle}/post/{post.uri.(last)}"
author = { name = "post.author.displayName|post.author.handle", handle = "post.author.handle", url = "https://bsky.app/profile/{post.author.handle}" }
language = "post.record.langs"
published = "post.record.createdAt|post.indexedAt"
without = "reason"
"#,
    );
    let body = json!({ "cursor": "x", "feed": [
        { "post": { "uri": "at://did:plc:abc/app.bsky.feed.post/3kabc", "cid": "x", "indexedAt": "2026-08-01T00:00:01.000Z",
            "author": { "did": "did:plc:abc", "handle": "a.bsky.example" },
            "record": { "$type": "app.bsky.feed.post", "text": "line one\nline two", "createdAt": "2026-08-01T00:00:00.000Z", "langs": ["en", "ja"] } } },
        { "post": { "uri": "at://x/y/z", "record": { "text": "t" } }, "reason": { "$type": "app.bsky.feed.defs#reasonRepost" } },
    ] });
    let items = good(&recipe, &body);
    assert_eq!(items.len(), 1);
    assert_eq!(
        items[0].url.as_deref(),
        Some("https://bsky.app/profile/a.bsky.example/post/3kabc")
    );
    assert_eq!(
        (items[0].text.as_str(), items[0].language.as_deref()),
        ("line one\nline two", Some("en"))
    );
}

#[test]
fn a_note_of_misskey_needs_no_code() {
    let recipe = recipe(
        r#"data = "social"
[format]
type = "json"
[item]
key = "uri|https://mi.example/notes/{id}"
text = ["cw", "text"]
url = "url|uri"
author = { name = "user.name|user.username", handle = "@{user.username}@{user.host}" }
published = "createdAt"
"#,
    );
    let items = good(
        &recipe,
        &json!([{ "id": "9x", "createdAt": "2026-08-01T00:00:00.000Z", "text": "本文", "cw": null,
        "user": { "name": null, "username": "u", "host": null } }]),
    );
    assert_eq!(items[0].text, "本文");
    assert_eq!(items[0].key, "https://mi.example/notes/9x");
    assert_eq!(items[0].author.as_ref().unwrap().name, "u");
    assert_eq!(items[0].author.as_ref().unwrap().handle, None);
}

#[test]
fn rows_without_a_name_are_known_by_what_they_say() {
    let recipe = recipe(
        "data = 'news'\n[format]\ntype = 'jsonl'\n[item]\nkey = 'id'\ntitle = 't'\ntext = 'x'\n",
    );
    let (rows, _) = read(
        &recipe,
        "{\"t\":\"a\"}\n{\"t\":\"b\"}\n{\"t\":\"a\"}\n{\"x\":\" \"}\n{}\n",
    );
    let keys: Vec<_> = rows
        .iter()
        .take(3)
        .map(|row| row.as_ref().unwrap().key.clone())
        .collect();
    assert_eq!(
        (keys[0].len(), keys[0] == keys[2], keys[0] == keys[1]),
        (64, true, false)
    );
    assert!(rows[3].is_err() && rows[4].is_err());
    let long = format!("{{\"t\":\"a\",\"id\":\"{}\"}}", "k".repeat(10_000));
    assert_eq!(read(&recipe, &long).0[0].as_ref().unwrap().key.len(), 64);
}

#[test]
fn rows_of_one_key_are_one_item() {
    let recipe = recipe(
        "data = 'social'\n[format]\ntype = 'csv'\n[item]\nkey = 'k'\ntext = 'v'\ntags = ['g']\nfold = true\nobservables = { v = 'auto' }\n",
    );
    let (rows, tally) = read(
        &recipe,
        "k,v,g\n1,192.0.2.1,a\n1,evil.example,b\nbroken\n1,x,\n2,y,\n2,z,\n",
    );
    let texts: Vec<_> = rows
        .iter()
        .map(|row| row.as_ref().map(|item| item.text.as_str()).unwrap_or("bad"))
        .collect();
    assert_eq!(texts, ["192.0.2.1\nevil.example", "bad", "x", "y\nz"]);
    assert_eq!(rows[0].as_ref().unwrap().observables.len(), 2);
    assert_eq!(rows[0].as_ref().unwrap().tags, ["a", "b"]);
    assert_eq!((tally.rows, tally.bad), (5, 1));
}

#[test]
fn only_links_of_the_web_are_kept() {
    let recipe = recipe(
        "data = 'exploit'\n[format]\ntype = 'json'\n[item]\nkey = 'k'\ntitle = 't'\nurl = 'u'\nauthor = { name = 'a', url = 'u' }\n[facts]\nreferences = [{ each = 'r', url = '.' }]\n",
    );
    let items = good(
        &recipe,
        &json!([{ "k": 1, "t": "x", "a": "n", "u": "javascript:alert(1)",
        "r": ["javascript:x", "https://a.example/", "https://a.example/", "//b.example", 7, null] }]),
    );
    assert_eq!(
        (&items[0].url, &items[0].author.as_ref().unwrap().url),
        (&None, &None)
    );
    let facts = items[0].facts.as_ref().unwrap();
    assert_eq!(facts.references.len(), 1);
    assert!(facts.exploit.is_some());
}

#[test]
fn a_recipe_makes_one_thing() {
    let listing = "data = 'vulnerability'\n[format]\ntype = 'csv'\n[fields]\nvalue = 'v'\n";
    assert_eq!(recipe(listing).makes(), Makes::Listings);
    let item = "data = 'vulnerability'\n[format]\ntype = 'csv'\n[item]\nkey = 'v'\ntitle = 't'\n";
    assert_eq!(recipe(item).makes(), Makes::Items);
    assert_eq!(
        recipe("data = 'news'\n[format]\ntype = 'feed'\n").makes(),
        Makes::Items
    );
    let score = "data = 'score'\n[format]\ntype = 'csv'\n[score]\ncve = 'c'\nscore = 's'\npercentile = 'p'\nday = 'd'\n";
    assert_eq!(recipe(score).makes(), Makes::Scores);
    // A recipe of one thing gives nothing of another.
    assert!(
        recipe(listing)
            .items(Cursor::new(""), Limits::default())
            .unwrap()
            .is_none()
    );
    assert!(
        recipe(item)
            .scores(Cursor::new(""), Limits::default())
            .unwrap()
            .is_none()
    );
}

#[test]
fn errors_name_the_key() {
    for (rest, expected) in [
        (
            "data = 'news'\n[format]\ntype = 'csv'\n",
            "`item`: what do the columns mean?",
        ),
        (
            "data = 'score'\n[format]\ntype = 'csv'\n",
            "`score`: what do the columns mean?",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[fields]\nvalue = 'x'\n",
            "`data`: it does not go with the table of columns",
        ),
        (
            "data = 'reputation'\n[format]\ntype = 'feed'\n[item]\nkey = 'x'\n",
            "`data`: it does not go with",
        ),
        (
            "data = 'exploit'\n[format]\ntype = 'feed'\n[item]\nkey = 'x'\n[fields]\nvalue = 'x'\n",
            "`item`: a row is one thing",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[facts]\ncves = 'x'\n",
            "`facts`: only vulnerabilities and exploits have facts",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\nkeys = 'x'\n",
            "`keys`: unknown; did you mean `key`?",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\nkey = '{x'\n",
            "`item.key`: `{` without `}`",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\nurl = 'x.(rest)'\n",
            "`item.url`: `(rest)` makes nothing",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\ntitle = 'a..b'\n",
            "`item.title`: `a..b` has a step without a name",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\nutc_offset = 'Tokyo'\n",
            "`item.utc_offset`: `Tokyo` is no offset",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\nobservables = { x = 'ipv5' }\n",
            "`item.observables`: `ipv5` is no kind",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\n[item]\nlayout = 'cve6'\n",
            "did you mean `cve5`?",
        ),
        (
            "data = 'exploit'\n[format]\ntype = 'feed'\n[facts]\ncvss = [{ vector = '{' }]\n",
            "`facts.cvss.vector`: ",
        ),
        (
            "data = 'news'\n[format]\ntype = 'feed'\npath = 'x'\n",
            "`format.path`: `path` does not go with type Feed",
        ),
    ] {
        let error = error(rest);
        assert!(
            error.starts_with("mine.toml:") && error.contains(expected),
            "{rest}: {error}"
        );
    }
    let snapshot = HEAD.replace("increment", "snapshot");
    let text = format!("{snapshot}data = 'news'\n[format]\ntype = 'feed'\n");
    let error = Recipe::parse("mine.toml", &text).unwrap_err().to_string();
    assert!(
        error.contains("`mode`: a text that is not in the body"),
        "{error}"
    );
}

#[test]
fn a_command_tells_texts_in_the_common_form() {
    let text = HEAD.replace("url = \"https://feeds.example/x\"", "command = ['./mine']");
    let recipe = Recipe::parse("mine.toml", &format!("{text}data = 'exploit'\n")).unwrap();
    let (rows, _) = read(
        &recipe,
        r#"{"id":"7","title":"T","text":"a\nb","url":"https://x.example/","author":"A","handle":"@a","published":1785548400,"tags":["x","y"],"observables":[{"value":"192.0.2.1","kind":"ipv4"},{"value":"evil.example"}],"facts":{"cves":["CVE-2026-0001"],"cvss":[{"version":"3.1","score":98}],"exploit":{"platform":"linux"}}}
{"text":"only","observables":["evil.example","no observable"],"facts":"nonsense"}
{"value":"192.0.2.1"}
[1]
"#,
    );
    let item = rows[0].as_ref().unwrap();
    let facts = item.facts.as_ref().unwrap();
    assert_eq!(
        (item.key.as_str(), facts.id.as_str(), facts.score()),
        ("7", "7", Some(98))
    );
    let named: Vec<_> = item
        .observables
        .iter()
        .map(|named| named.value().to_owned())
        .collect();
    assert_eq!(named, ["192.0.2.1", "evil.example", "CVE-2026-0001"]);
    assert_eq!(item.tags, ["x", "y"]);
    let item = rows[1].as_ref().unwrap();
    assert_eq!((item.text.as_str(), item.observables.len()), ("only", 1));
    assert!(rows[2].is_err() && rows[3].is_err());
}

proptest! {
    #[test]
    fn any_row_is_an_item_or_a_bad_row(rows in prop::collection::vec(json_value(), 0..6)) {
        let recipe = recipe(
            "data = 'vulnerability'\n[format]\ntype = 'json'\n[item]\nkey = 'a.b|a'\ntitle = 'b[c=x].a|b'\ntext = ['c', '{a} {b.(last)}', 'a.*.*']\nurl = 'a'\nhtml = true\ntags = ['c']\nobservables = { a = 'auto' }\n[facts]\ncves = ['a', 'b.*']\ncvss = [{ each = 'b', vector = 'a', score = 'c' }]\nproducts = [{ each = 'a.*', vendor = 'a', cpe = 'b', versions = ['c', '{a}'] }]\nreferences = [{ each = 'c.(lines)', url = '.' }]\n",
        );
        let count = rows.len();
        let (read, tally) = read(&recipe, &Value::Array(rows).to_string());
        prop_assert_eq!(read.len(), count);
        prop_assert_eq!(tally.rows + tally.bad, count as u64);
        for item in read.iter().flatten() {
            prop_assert!(!item.key.is_empty());
            prop_assert!(item.title.is_some() || !item.text.is_empty());
            let link = item.url.as_ref().map(|url| url.to_lowercase());
            prop_assert!(link.is_none_or(|url| url.starts_with("http")));
        }
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ -~]{0,10}|https://a\\.example/[a-z/]{0,4}|cve-2026-[0-9]{4}|<p>[a-z]</p>|x|[0-9]\\.[0-9]|あ\n[a-z]".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
