//! Labelling texts: by programs and by people, and what leaves of it.

use noroshi_indicator::Tlp;
use noroshi_store::{NewPost, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Client, Hub};
use crate::reader::{Browser, assert_harmless};
use crate::stories::post;

const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\"'";

async fn label(client: &Client<'_>, name: &str, key: u8, kinds: &[&str]) -> i64 {
    let order = json!({"name": name, "colour": key, "key": key, "kinds": kinds});
    let made = client.send("POST", "/api/v1/labels", &order).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_program_labels_and_takes_away() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Analyst).await;
        let reader = hub.client("eve", Role::Reader).await;
        label(&client, "actor", 1, &[]).await;
        label(&client, "two words", 2, &["domain"]).await;
        let taken = json!({"name": "actor", "colour": 1});
        client.send("POST", "/api/v1/labels", &taken).await.problem(409);
        reader.send("POST", "/api/v1/labels", &taken).await.problem(403);
        let kinds = &client.json("/api/v1/labels").await["labels"][1]["kinds"];
        assert_eq!(*kinds, json!(["domain"]));

        let one = post(&hub, "ann", "攻撃者🔥 used evil.example.\nAgain.").await;
        let path = format!("/api/v1/annotations/{}", one.id);
        let spans = json!([
            {"start": 0, "end": 4, "label": "actor"},
            {"start": 10, "end": 22, "label": "two words"},
        ]);
        let order = |revision: i64, spans: &Value| json!({"revision": revision, "spans": spans});
        let kept = client.send("PUT", &path, &order(0, &spans)).await;
        assert_eq!(kept.status, 200, "{}", kept.text);
        assert_eq!((&kept.json()["by"], &kept.json()["spans"]), (&json!("ann"), &spans));
        let over = json!([{"start": 0, "end": 4, "label": "actor"}, {"start": 3, "end": 5, "label": "actor"}]);
        client.send("PUT", &path, &order(0, &over)).await.problem(400);
        let unknown = json!([{"start": 0, "end": 4, "label": "nobody"}]);
        client.send("PUT", &path, &order(0, &unknown)).await.problem(422);
        client.send("PUT", &path, &order(1, &spans)).await.problem(409);
        client.send("PUT", "/api/v1/annotations/999", &order(0, &spans)).await.problem(404);
        reader.send("PUT", &path, &order(0, &spans)).await.problem(403);

        let listed = reader.json("/api/v1/annotations?q=EVIL").await;
        assert_eq!(listed["texts"][0]["annotations"][0]["spans"], spans);
        assert_eq!(reader.json("/api/v1/annotations?q=nothing").await["texts"], json!([]));

        // What is marked higher than the key gives out stays here.
        let red = NewPost {
            text: "secret".to_owned(),
            tlp: Some(Tlp::Red),
            audience: Some("ann-only".to_owned()),
            ..NewPost::default()
        };
        crate::stories::only(&hub, "ann-only", "ann").await;
        let red = hub.store.add_post(one.from.id, red).await.unwrap();
        hub.store.annotate(one.from.id, red.id, 0, Vec::new()).await.unwrap();
        let lines = client.get("/annotate/export?format=jsonl").await;
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        let lines: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 1);
        let line = &lines[0];
        assert_eq!((&line["text"], &line["spans"]), (&json!(one.text), &spans));
        assert_eq!(line["link"], format!("/post/{}", one.id));
        assert_eq!((&line["by"], &line["tlp"]), (&json!("ann"), &json!("green")));
        let conll = client.get("/annotate/export?format=conll&by=ann").await;
        assert_eq!(
            conll.text,
            format!(
                "# /post/{} by ann TLP:green\n攻\tB-actor\n撃\tI-actor\n者\tI-actor\n🔥\tI-actor\nused\tO\n\
                evil.example\tB-two_words\n.\tO\n\nAgain\tO\n.\tO\n\n",
                one.id
            )
        );
        assert_eq!(client.get("/annotate/export?format=conll&by=eve").await.text, "");
        client.get("/annotate/export?format=xml").await.problem(400);
        hub.stranger().get("/annotate/export?format=conll").await;

        assert_eq!(client.send("DELETE", &path, &Value::Null).await.status, 204);
        assert_eq!(client.json("/api/v1/annotations").await["texts"][0]["post"], red.id);
    })
    .await;
}

#[tokio::test]
async fn people_label_on_pages_that_nothing_breaks() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Browser::with_role(&hub, "ann", Role::Analyst).await;
        let eve = Browser::new(&hub, "eve").await;
        let made = ann
            .send_form(
                "/annotate/labels",
                &[
                    ("name", HOSTILE),
                    ("colour", "3"),
                    ("key", "1"),
                    ("kinds", "domain, url"),
                ],
            )
            .await;
        // An invisible character is none that a name must not have; it is shown.
        assert_eq!(made.status, 303, "{}", made.text);
        let refused = ann
            .send_form(
                "/annotate/labels",
                &[("name", "x"), ("colour", "3"), ("key", "1"), ("kinds", "")],
            )
            .await;
        assert_eq!(refused.status, 400);
        assert!(refused.text.contains("role=\"alert\""), "{}", refused.text);
        let wrong = ann
            .send_form(
                "/annotate/labels",
                &[("name", "x"), ("colour", "3"), ("kinds", "nonsense")],
            )
            .await;
        assert_eq!(wrong.status, 400);
        assert_eq!(
            eve.send_form("/annotate/labels", &[("name", "x"), ("colour", "3")])
                .await
                .status,
            403
        );
        let label = hub.store.labels().await.unwrap().remove(0);

        let text = format!("{HOSTILE} at evil.example");
        let one = post(&hub, "ann", &text).await;
        let two = post(&hub, "ann", "the other one").await;
        for id in [one.id, two.id] {
            let marked = ann
                .send_form(
                    &format!("/annotate/{id}/target"),
                    &[("on", "true"), ("next", "/annotate")],
                )
                .await;
            assert_eq!(
                (marked.status.as_u16(), marked.header("location")),
                (303, "/annotate")
            );
        }
        let list = ann.page("/annotate").await;
        assert!(
            list.find(&format!("/annotate/{}", two.id))
                < list.find(&format!("/annotate/{}", one.id))
        );

        let path = format!("/annotate/{}", one.id);
        let page = ann.page(&path).await;
        // The label is proposed for what extraction found.
        let place = text.chars().count() - "evil.example".len();
        assert!(
            page.contains(&format!(
                "&#34;proposed&#34;:[[{place},{},{}]]",
                place + 12,
                label.id
            )),
            "{page}"
        );
        let spans = format!("0 8 {}\n", label.id);
        let saved = ann
            .send_form(
                &path,
                &[("revision", "0"), ("spans", &spans), ("then", "stay")],
            )
            .await;
        assert_eq!(
            saved.header("location"),
            format!("{path}?saved=true"),
            "{}",
            saved.text
        );
        assert!(ann.page(&path).await.contains("<mark class=\"label-3\""));
        // Somebody else sees what was labelled, and labels nothing who may only read.
        assert!(eve.page(&path).await.contains("class=\"label label-3\""));
        assert_eq!(eve.send_form(&path, &[("revision", "0")]).await.status, 403);

        let next = ann
            .send_form(
                &format!("/annotate/{}", two.id),
                &[("revision", "0"), ("spans", ""), ("then", "next")],
            )
            .await;
        assert_eq!(next.header("location"), "/annotate");
        assert!(
            ann.page("/annotate?state=done")
                .await
                .contains(&format!("/annotate/{}", two.id))
        );

        // A text that was edited meanwhile, and spans that are none: told on the page.
        hub.store
            .edit_post(one.from.id, one.id, "another text")
            .await
            .unwrap();
        for (revision, spans) in [
            ("0", "0 3 1"),
            ("1", "nonsense"),
            ("1", "0 3 99"),
            ("1", "5 1 1"),
        ] {
            let refused = ann
                .send_form(&path, &[("revision", revision), ("spans", spans)])
                .await;
            assert_eq!(refused.status, 400, "{spans}");
            assert!(refused.text.contains("role=\"alert\""));
            assert_harmless(&refused, &path);
        }
        assert!(ann.page(&path).await.contains("is-expired"));
        let change = format!("/annotate/labels/{}", label.id);
        let used = ann
            .send_form(&change, &[("name", "x"), ("colour", "1"), ("delete", "1")])
            .await;
        assert_eq!(used.status, 400, "{}", used.text);
        let renamed = ann
            .send_form(
                &change,
                &[("name", "x"), ("colour", "1"), ("key", ""), ("kinds", "")],
            )
            .await;
        assert_eq!(renamed.status, 303);
        assert_eq!(ann.get("/annotate/999").await.status, 404);
    })
    .await;
}
