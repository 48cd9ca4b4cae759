//! Sources and batches: receipts, bad rows, changing and undoing.

use noroshi_store::{AudienceKind, BadRow, ImportMode, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Hub, import, row};

#[tokio::test]
async fn receipts_and_bad_rows_come_in_pages() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        let source = hub.source("feed").await;
        let other = hub.source("other").await;
        for n in 0..5 {
            import(&hub.store, &source, vec![row(&format!("192.0.2.{n}"))]).await;
            import(&hub.store, &other, vec![row("evil.example")]).await;
        }
        let begun = hub
            .store
            .begin_import(&source, ImportMode::Serving, "test", None);
        let mut begun = begun.await.unwrap();
        for part in 0..2 {
            let bad = |n: u64| BadRow {
                line: part * 10 + n,
                reason: "no address".to_owned(),
                text: format!("row {n}"),
            };
            begun
                .chunk(Vec::new(), (1..=10).map(bad).collect())
                .await
                .unwrap();
        }
        let last = begun.finish().await.unwrap();

        let ids = |pages: Vec<Value>| {
            let batches = pages
                .into_iter()
                .flat_map(|page| page["batches"].as_array().unwrap().clone());
            batches
                .map(|batch| batch["id"].as_i64().unwrap())
                .collect::<Vec<i64>>()
        };
        let all = ids(client.pages("/api/v1/batches?limit=2", "before").await);
        assert_eq!(all.len(), 11);
        assert!(all.is_sorted_by(|a, b| a > b), "{all:?}");
        let of = ids(client
            .pages("/api/v1/batches?source=feed&limit=4", "before")
            .await);
        assert_eq!(of.len(), 6);

        let receipt = client.json(&format!("/api/v1/batches/{}", last.id)).await;
        assert_eq!(receipt["state"], "complete");
        assert_eq!(receipt["counts"]["bad"], 20);
        assert_eq!(receipt["counts"]["delisted"], 1);
        let path = format!("/api/v1/batches/{}/bad?limit=6", last.id);
        let pages = client.pages(&path, "after").await;
        let rows = pages
            .iter()
            .flat_map(|page| page["rows"].as_array().unwrap());
        let lines: Vec<u64> = rows.map(|row| row["line"].as_u64().unwrap()).collect();
        assert_eq!(lines, (1..=20).collect::<Vec<u64>>());
        assert_eq!(pages.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_rolled_back() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Analyst).await;
        let source = hub.source("feed").await;
        import(&hub.store, &source, vec![row("192.0.2.1")]).await;
        let second = import(&hub.store, &source, vec![row("192.0.2.2")]).await;
        let third = import(&hub.store, &source, vec![row("192.0.2.3")]).await;
        let listed = async || {
            let page = client.json("/api/v1/search?q=source:feed").await;
            let found = page["found"].as_array().unwrap().clone().into_iter();
            let listed = found.filter(|one| one["listings"][0]["state"] == "listed");
            let values = listed.map(|one| one["observable"]["value"].as_str().unwrap().to_owned());
            values.collect::<Vec<_>>()
        };
        assert_eq!(listed().await, ["192.0.2.3"]);
        let path = format!("/api/v1/batches/{}/rollback", second.id);
        let undone = client.send("POST", &path, &json!({})).await;
        assert_eq!(undone.status, 200, "{}", undone.text);
        let undone = undone.json();
        assert_eq!(undone["batches"][0]["id"], third.id);
        assert_eq!(undone["batches"][1]["id"], second.id);
        assert_eq!(undone["batches"][1]["state"], "rolled_back");
        assert_eq!(listed().await, ["192.0.2.1"]);
        client.send("POST", &path, &json!({})).await.problem(409);

        let root = hub.client("root", Role::Admin).await;
        let log = root.json("/api/v1/audit").await;
        let entry = &log["entries"][0];
        assert_eq!(entry["action"], "batch.rollback");
        assert_eq!(
            (&entry["account"], &entry["object"]),
            (&json!("ann"), &json!(second.id.to_string()))
        );
        // While it is collected, it cannot be undone.
        let begun = hub
            .store
            .begin_import(&source, ImportMode::Serving, "test", None);
        let running = begun.await.unwrap();
        let path = format!("/api/v1/batches/{}/rollback", running.batch());
        client.send("POST", &path, &json!({})).await.problem(409);
    })
    .await;
}

#[tokio::test]
async fn a_source_is_switched_and_restricted() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        let ann = hub.client("ann", Role::Reader).await;
        hub.source("feed").await;
        let few = hub
            .store
            .add_audience("few", AudienceKind::Accounts, &["root"]);
        few.await.unwrap();
        let patch = async |body: Value| root.send("PATCH", "/api/v1/sources/feed", &body).await;

        let off = patch(json!({"enabled": false})).await.json();
        assert_eq!(off["enabled"], false);
        // A marking that the audience is too wide for.
        patch(json!({"tlp": "red"})).await.problem(400);
        patch(json!({"audience": "none"})).await.problem(422);
        patch(json!({"tlp": "purple"})).await.problem(422);
        patch(json!({"colour": "red"})).await.problem(422);
        let same = patch(json!({})).await.json();
        assert_eq!(
            (&same["tlp"], &same["enabled"]),
            (&json!("green"), &json!(false))
        );

        // When it speaks on the timeline.
        let speaks = json!({"on": true, "least": 1, "pause": 3600});
        assert_eq!(same["digest"], speaks);
        let quiet = patch(json!({"digest": {"least": 10, "pause": 60}})).await;
        let speaks = json!({"on": true, "least": 10, "pause": 60});
        assert_eq!(quiet.json()["digest"], speaks);
        for wrong in [
            json!({"least": 0}),
            json!({"pause": -1}),
            json!({"pause": 40_000_000}),
        ] {
            let both = json!({"enabled": true, "digest": wrong});
            patch(both).await.problem(400);
        }
        patch(json!({"digest": {"loud": true}})).await.problem(422);
        let source = root.json("/api/v1/sources/feed").await;
        assert_eq!(
            (&source["digest"], &source["enabled"]),
            (&speaks, &json!(false))
        );

        let narrow = patch(json!({"audience": "few", "tlp": "red", "enabled": true}))
            .await
            .json();
        assert_eq!(
            (&narrow["audience"], &narrow["tlp"]),
            (&json!("few"), &json!("red"))
        );
        assert_eq!(narrow["enabled"], true);
        ann.get("/api/v1/sources/feed").await.problem(404);
        assert_eq!(ann.json("/api/v1/sources").await["sources"], json!([]));
        let actions = root.json("/api/v1/audit").await;
        let actions = actions["entries"].as_array().unwrap().iter();
        let actions: Vec<_> = actions
            .map(|entry| entry["action"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            actions,
            [
                "source.enable",
                "source.restrict",
                "source.digest",
                "source.disable"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_source_is_added_by_a_template() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        let templates = root.json("/api/v1/source-templates").await;
        let templates = templates["templates"].as_array().unwrap();
        let tag = templates
            .iter()
            .find(|one| one["name"] == "mastodon-tag")
            .unwrap();
        assert_eq!(tag["needs_key"], false);
        let asked: Vec<_> = tag["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["name"])
            .collect();
        assert_eq!(asked, ["instance", "tag"]);

        let order =
            |values: Value| json!({ "template": "mastodon-tag", "name": "tag", "values": values });
        let values = json!({ "instance": "mastodon.example", "tag": "脅威" });
        let made = root
            .send("POST", "/api/v1/sources", &order(values.clone()))
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(
            (&made.json()["name"], &made.json()["enabled"]),
            (&json!("tag"), &json!(true))
        );
        assert!(place.data().join("sources/tag.toml").exists());
        root.send("POST", "/api/v1/sources", &order(values))
            .await
            .problem(409);
        for (values, why) in [
            (
                json!({ "instance": "mastodon.example" }),
                "tag: this parameter needs a value",
            ),
            (
                json!({ "instance": "m.example/x", "tag": "x" }),
                "instance: a host's name",
            ),
            (
                json!({ "instance": "m.example", "tag": "x", "z": "y" }),
                "no such parameter",
            ),
        ] {
            let problem = root
                .send("POST", "/api/v1/sources", &order(values))
                .await
                .problem(400);
            assert!(
                problem["detail"].as_str().unwrap().contains(why),
                "{problem}"
            );
        }
        let nothing = json!({ "template": "kev", "values": {} });
        root.send("POST", "/api/v1/sources", &nothing)
            .await
            .problem(400);
        let audit = root.json("/api/v1/audit").await;
        assert!(audit.to_string().contains("source.add"));
    })
    .await;
}
