//! Sources in a browser: the table, a source, its receipts and their undoing, the first run.

use std::path::Path;

use noroshi_store::{BadRow, ImportMode, Role};
use noroshi_testkit::each_engine_async;
use noroshi_web::Settings;

use crate::common::{Hub, import, row};
use crate::people::Visitor;

/// A recipe of the place's own.
fn recipe(data: &Path, name: &str, enabled: bool) {
    let text = format!(
        r#"
name = "{name}"
title = {{ en = "Title of {name}", ja = "{name}の題" }}
description = {{ en = "Rows <b>of</b> {name}.", ja = "架空のデータ。" }}
homepage = "https://{name}.example/"
licence = "CC0-1.0"
terms = "https://{name}.example/terms"
command = ["./{name}"]
data = "reputation"
enabled = {enabled}
interval = "1h"
mode = "snapshot"
"#
    );
    let folder = data.join("sources");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

#[tokio::test]
async fn a_source_is_shown_switched_and_rolled_back() {
    each_engine_async(async |place| {
        recipe(place.data(), "feed", true);
        let hub = Hub::on(&place).await;
        let root = Visitor::new(&hub, "root", Role::Admin).await;
        let ben = Visitor::new(&hub, "ben", Role::Reader).await;
        let feed = hub.source("feed").await;
        let begun = hub
            .store
            .begin_import(&feed, ImportMode::Serving, "test", None);
        let mut first = begun.await.unwrap();
        let bad = BadRow {
            line: 7,
            reason: "<script>alert(1)</script>".to_owned(),
            text: "<img src=x onerror=alert(2)>\u{202e}".to_owned(),
        };
        first
            .chunk(vec![row("evil.example")], vec![bad])
            .await
            .unwrap();
        let first = first.finish().await.unwrap();
        let second = import(
            &hub.store,
            &feed,
            vec![row("evil.example"), row("192.0.2.7")],
        )
        .await;

        let table = ben.page("/sources").await;
        assert!(table.contains("href=\"/source/feed\"") && table.contains("Title of feed"));
        assert!(!table.contains("Switch off"), "readers switch nothing");
        assert!(root.page("/sources").await.contains("Switch off"));
        let page = ben.page("/source/feed").await;
        for part in [
            "CC0-1.0",
            "rel=\"noopener noreferrer nofollow\"",
            "&#60;b&#62;of",
            "All 2 values",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let receipt = ben.page(&format!("/batch/{}", first.id)).await;
        assert!(
            receipt.contains("&#60;script&#62;") && receipt.contains("‹U+202E›"),
            "{receipt}"
        );
        assert!(
            !receipt.contains("<img") && !receipt.contains("/rollback"),
            "{receipt}"
        );

        // Off and on; sent twice it is the same.
        for enabled in ["false", "false", "true"] {
            let switched = root.post("/source/feed", &[("enabled", enabled)]).await;
            assert_eq!(switched.status, 303, "{}", switched.text);
            let kept = hub
                .store
                .source(&noroshi_store::Reader::operator(), "feed")
                .await;
            assert_eq!(kept.unwrap().enabled.to_string(), enabled);
        }
        assert_eq!(
            ben.post("/source/feed", &[("enabled", "false")])
                .await
                .status,
            403
        );
        let wide = root
            .post("/source/feed", &[("audience", "everyone"), ("tlp", "red")])
            .await;
        assert_eq!(wide.status, 400);
        assert!(wide.text.contains("named accounts"), "{}", wide.text);

        let path = format!("/batch/{}/rollback", second.id);
        assert_eq!(ben.post(&path, &[]).await.status, 403);
        assert!(
            root.page(&format!("/batch/{}", second.id))
                .await
                .contains(&path)
        );
        for _ in 0..2 {
            assert_eq!(root.post(&path, &[]).await.status, 303);
        }
        assert!(
            !root
                .page(&format!("/batch/{}", second.id))
                .await
                .contains(&path)
        );
        assert!(root.page("/source/feed").await.contains("undone"));
        assert!(root.page("/sources/overlap").await.contains("feed"));
        assert_eq!(root.get("/source/no-such").await.status, 404);
        assert_eq!(root.get("/batch/999999").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn the_first_administrator_chooses_sources_and_sees_how_far_they_are() {
    each_engine_async(async |place| {
        recipe(place.data(), "one", true);
        recipe(place.data(), "two", false);
        let settings = Settings {
            collects: true,
            ..Settings::default()
        };
        let hub = Hub::with(&place, settings).await;
        for name in ["one", "two"] {
            hub.source(name).await;
            let operator = noroshi_store::Reader::operator();
            hub.store
                .enable_source(&operator, name, false)
                .await
                .unwrap();
        }
        let root = Visitor::new(&hub, "root", Role::Admin).await;
        let offer = root.page("/welcome/sources").await;
        assert!(
            offer.contains("name=\"one\" value=\"1\" checked"),
            "{offer}"
        );
        assert!(offer.contains("name=\"two\" value=\"1\">"), "{offer}");
        assert!(offer.contains("https://one.example/terms"));
        let chosen = root
            .post("/welcome/sources", &[("two", "1"), ("no-such", "1")])
            .await;
        assert_eq!(chosen.header("location"), "/progress");
        let due = hub.store.due_sources(10).await.unwrap();
        let due: Vec<&str> = due.iter().map(|source| source.name.as_str()).collect();
        assert_eq!(due, ["two"]);

        let waiting = root.get("/progress").await;
        assert_eq!(
            (waiting.status.as_u16(), waiting.header("refresh")),
            (200, "3")
        );
        assert!(!waiting.text.contains("id=\"hit\""));
        let two = hub
            .store
            .source(&noroshi_store::Reader::operator(), "two")
            .await
            .unwrap();
        import(&hub.store, &two, vec![row("evil.example")]).await;
        let hit = root.page("/progress").await;
        assert!(
            hit.contains("id=\"hit\"") && hit.contains("evil[.]example"),
            "{hit}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_source_is_added_on_its_page() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = Visitor::new(&hub, "root", Role::Admin).await;
        let page = root.page("/sources/new").await;
        assert!(
            page.contains("name=\"set.instance\"")
                && page.contains("placeholder=\"mastodon.example\"")
        );
        assert!(page.contains("NOROSHI_SOURCE_NAME_KEY"));
        let form = |tag: &'static str| {
            [
                ("template", "mastodon-tag"),
                ("name", ""),
                ("set.instance", "mastodon.example"),
                ("set.tag", tag),
            ]
        };
        let wrong = root.post("/sources/new", &form("<b>{x}</b>")).await;
        assert_eq!(wrong.status, 400);
        assert!(
            wrong.text.contains("without braces") && wrong.text.contains("&#60;b&#62;{x}"),
            "{}",
            wrong.text
        );
        let added = root.post("/sources/new", &form("apt")).await;
        assert_eq!(
            (added.status.as_u16(), added.header("location")),
            (303, "/source/mastodon-tag-apt-mastodon-example")
        );
        assert!(
            root.page("/source/mastodon-tag-apt-mastodon-example")
                .await
                .contains("Mastodon: #apt")
        );
        assert_eq!(root.post("/sources/new", &form("apt")).await.status, 400);
    })
    .await;
}
