//! Search and lookup: pages that make up the whole answer, values in every spelling, many at once.

use std::collections::BTreeSet;

use noroshi_store::{NewListing, Role};
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Answer, Hub, encoded, import, row};

#[tokio::test]
async fn pages_together_are_the_whole_answer() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        for (name, step) in [("odd", 2), ("third", 3)] {
            let source = hub.source(name).await;
            let rows = (0..120).step_by(step).flat_map(|n| {
                let tagged = |value: String| NewListing {
                    tags: vec![format!("from-{name}")],
                    ..row(&value)
                };
                [
                    tagged(format!("h{n}.evil.example")),
                    tagged(format!("192.0.2.{n}")),
                ]
            });
            import(&hub.store, &source, rows.collect()).await;
        }
        let all = |from: Vec<Value>| {
            let found = from
                .into_iter()
                .flat_map(|page| page["found"].as_array().unwrap().clone());
            let values = found.map(|one| one["observable"]["value"].as_str().unwrap().to_owned());
            values.collect::<Vec<String>>()
        };
        for query in [
            "",
            "source:odd",
            "tag:from-odd OR tag:from-third",
            "domain:evil.example",
            "evil.example since:7d",
            "192.0.2.0/25 -source:third",
            "evil",
            "since:1h until:2099-01-01",
        ] {
            let path = |limit| format!("/api/v1/search?q={}&limit={limit}", encoded(query));
            let whole = client.json(&path(1_000)).await;
            assert!(whole["next"].is_null(), "{query}");
            let total = whole["groups"]["total"].as_u64().unwrap();
            let whole: BTreeSet<String> = all(vec![whole]).into_iter().collect();
            assert_eq!(whole.len() as u64, total, "{query}");
            assert!(whole.len() > 20, "{query}: {}", whole.len());
            for limit in [1, 7, 50] {
                let pages = client.pages(&path(limit), "cursor").await;
                let rest = &pages[..pages.len() - 1];
                let full = |page: &Value| page["found"].as_array().unwrap().len() == limit;
                assert!(
                    rest.iter()
                        .all(|page| full(page) || page["complete"] == false)
                );
                // Counts come with the first page only.
                assert!(pages[1..].iter().all(|page| page["groups"].is_null()));
                let found = all(pages);
                assert_eq!(
                    found.len(),
                    whole.len(),
                    "{query} by {limit}: something comes twice"
                );
                assert_eq!(
                    found.into_iter().collect::<BTreeSet<_>>(),
                    whole,
                    "{query} by {limit}"
                );
            }
        }
        // A cursor is of its query.
        let first = client.json("/api/v1/search?q=source:odd&limit=1").await;
        let cursor = first["next"].as_str().unwrap();
        let other = client
            .get(&format!("/api/v1/search?q=source:third&cursor={cursor}"))
            .await;
        other.problem(400);
    })
    .await;
}

#[tokio::test]
async fn a_value_is_looked_up_however_it_is_spelled() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        let source = hub.source("feed").await;
        let url = "https://evil.example/a/b?c=d&e=100%25#f";
        let listed = NewListing {
            family: Some("Emotet".to_owned()),
            note: Some("日本の note".to_owned()),
            reference: Some("https://report.example/1".to_owned()),
            confidence: Some(70),
            port: Some(8443),
            ..row(url)
        };
        import(
            &hub.store,
            &source,
            vec![listed, row("192.0.2.7"), row("evil.example")],
        )
        .await;

        let answer = client
            .json(&format!("/api/v1/lookup/{}", encoded(url)))
            .await;
        assert_eq!(answer["verdict"]["known"], true, "{answer}");
        assert_eq!(answer["verdict"]["families"], json!(["Emotet"]));
        let listing = &answer["listings"][0];
        assert_eq!(listing["source"], "feed");
        assert_eq!(listing["state"], "listed");
        assert_eq!(listing["first_seen"], "2023-11-14T22:13:20Z");
        assert_eq!(listing["note"], "日本の note");
        assert_eq!(listing["port"], 8443);
        let ties: Vec<_> = answer["related"].as_array().unwrap().iter().collect();
        assert_eq!(
            (&ties[0]["tie"], &ties[0]["count"]),
            (&json!("host"), &json!(1))
        );

        // Slashes may stand as they are.
        let plain = client.json("/api/v1/lookup/https://evil.example/a/b").await;
        assert_eq!(plain["observable"]["value"], "https://evil.example/a/b");
        assert_eq!(plain["verdict"]["known"], false);
        for spelled in [
            "192[.]0[.]2[.]7",
            "192.0.2.7",
            "１９２．０．２．７",
            "192.0.2.7:443",
        ] {
            let answer = client
                .json(&format!("/api/v1/lookup/{}", encoded(spelled)))
                .await;
            assert_eq!(answer["observable"]["value"], "192.0.2.7");
            assert_eq!(answer["observable"]["defanged"], "192[.]0[.]2[.]7");
            assert_eq!(answer["verdict"]["source_count"], 1);
        }
        let refused = client.get("/api/v1/lookup/a%20b").await.problem(400);
        assert_eq!(refused["type"], "urn:noroshi:problem:not-a-value");
    })
    .await;
}

#[tokio::test]
async fn many_are_looked_up_in_any_form() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let client = hub.client("ann", Role::Reader).await;
        let source = hub.source("feed").await;
        import(
            &hub.store,
            &source,
            vec![row("192.0.2.7"), row("evil.example")],
        )
        .await;
        let text = "We saw evil[.]example and 192.0.2.8 and evil.example";
        let values = json!({"values": ["evil[.]example", "192.0.2.8", "evil.example"]});
        let mut answers = vec![
            client
                .send("POST", "/api/v1/lookup", &json!({"text": text}))
                .await,
            client.send("POST", "/api/v1/lookup", &values).await,
        ];
        for kind in ["text/plain", "text/plain; charset=utf-8"] {
            let request = client
                .request("POST", "/api/v1/lookup")
                .header("content-type", kind);
            answers.push(Answer::of(request.body(text).send().await.unwrap()).await);
        }
        let request = client.request("POST", "/api/v1/lookup").body(text);
        answers.push(Answer::of(request.send().await.unwrap()).await);
        for answer in answers {
            assert_eq!(answer.status, 200, "{}", answer.text);
            let answer = answer.json();
            assert_eq!(answer["known"].as_array().unwrap().len(), 1, "{answer}");
            assert_eq!(answer["known"][0]["observable"]["value"], "evil.example");
            assert_eq!(answer["known"][0]["verdict"]["sources"], json!(["feed"]));
            assert_eq!(answer["unknown"].as_array().unwrap().len(), 1, "{answer}");
            assert_eq!(answer["unknown"][0]["observable"]["value"], "192.0.2.8");
            assert_eq!(answer["complete"], true);
        }

        // More than one answer holds: told where to go on, which finds the rest.
        let addresses: Vec<String> = (0..noroshi_lookup::MOST_VALUES as u32 + 10)
            .map(|n| std::net::Ipv4Addr::from(0xC633_6400 + n).to_string())
            .collect();
        let text = addresses.join("\n");
        let answer = client
            .send("POST", "/api/v1/lookup", &json!({"text": text}))
            .await
            .json();
        assert_eq!(
            answer["unknown"].as_array().unwrap().len(),
            noroshi_lookup::MOST_VALUES
        );
        assert_eq!(answer["complete"], false);
        let rest = &text[answer["read"].as_u64().unwrap() as usize..];
        let answer = client
            .send("POST", "/api/v1/lookup", &json!({"text": rest}))
            .await
            .json();
        assert_eq!(answer["unknown"].as_array().unwrap().len(), 10);
        assert_eq!(answer["complete"], true);
    })
    .await;
}
