//! Who is answered, and what they are told: nothing without an administrator's word, and no more than the account reads.

use noroshi_indicator::Tlp;
use noroshi_store::{AccountChange, AudienceKind, AuditFilter, Form, Reader, Role, Scope};
use noroshi_testkit::each_engine_async;

use crate::common::{Answer, Hub, import, row};
use crate::rows::{allow, collect, full, item};

const LISTS: [&str; 8] = [
    "/api/reputation",
    "/api/reputation/sources",
    "/api/twitter",
    "/api/exploit",
    "/api/news",
    "/api/vuln",
    "/api/threatEvent",
    "/api/threatAttribute",
];

#[tokio::test]
async fn it_is_off_until_somebody_is_let_in() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        hub.account("scripts", Role::Reader).await;
        let key = hub.key("scripts", &[Scope::Read]).await;
        let keyed = hub.with_key(&key);
        for path in LISTS.into_iter().chain(["/api/", "/api/news/1"]) {
            for client in [&hub.stranger(), &keyed, &root] {
                client.get(path).await.problem(404);
            }
        }
        // From elsewhere: told apart from off, and no more.
        let far = allow(&hub, Some("198.51.100.0/24"), "scripts", Tlp::Green).await;
        for path in LISTS.into_iter().chain(["/api/"]) {
            for client in [&hub.stranger(), &keyed, &root] {
                let answer = client.get(path).await;
                assert_eq!(answer.status, 403, "{path}: {}", answer.text);
                assert!(answer.json()["detail"].is_string());
            }
        }
        hub.stranger().get("/api/nothing").await.problem(404);
        hub.stranger()
            .get("/api/v1/nothing/at/all")
            .await
            .problem(404);
        allow(&hub, None, "scripts", Tlp::Green).await;
        assert_eq!(keyed.get("/api/news").await.status, 200);
        assert_eq!(root.get("/api/news").await.status, 403);
        assert_eq!(
            hub.with_key("noroshi_00").get("/api/news").await.status,
            403
        );

        // The nearest network counts, and an account that is disabled reads nothing.
        allow(&hub, Some("127.0.0.1"), "scripts", Tlp::Green).await;
        assert_eq!(hub.stranger().get("/api/news").await.status, 200);
        let off = AccountChange {
            enabled: Some(false),
            ..AccountChange::default()
        };
        let operator = Reader::operator();
        hub.store
            .change_account(&operator, "scripts", off)
            .await
            .unwrap();
        assert_eq!(hub.stranger().get("/api/news").await.status, 403);
        assert_eq!(keyed.get("/api/news").await.status, 403);
        hub.store.delete_exist_access(&operator, far).await.unwrap();
        let log = hub
            .store
            .audit_log(&AuditFilter::default(), 100)
            .await
            .unwrap();
        let count = |action: &str| log.iter().filter(|entry| entry.action == action).count();
        assert_eq!((count("exist.allow"), count("exist.forbid")), (3, 1));
    })
    .await;
}

#[tokio::test]
async fn a_page_of_somebody_else_reads_nothing() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        full(&hub).await;
        let stranger = hub.stranger();
        assert_eq!(stranger.get("/api/news").await.status, 200);
        for (name, value) in [
            ("origin", "https://evil.example"),
            ("referer", "http://evil.example/"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let request = stranger.request("GET", "/api/news").header(name, value);
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert_eq!(answer.status, 403, "{name}: {value}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_account_may_not_read_is_not_there() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        full(&hub).await;
        let before: Vec<String> = answers(&hub).await;
        hub.account("ann", Role::Analyst).await;
        let made = hub
            .store
            .add_audience("two", AudienceKind::Accounts, &["ann"]);
        made.await.unwrap();
        let hidden = hub.source_for("secret", "two").await;
        let rows = vec![row("secretmark.example"), row("192.0.2.99")];
        import(&hub.store, &hidden, rows).await;
        let forms = [Form::Social, Form::News, Form::Exploit, Form::Vulnerability];
        let items = forms.map(|form| {
            let mut item = item(
                form,
                &format!("secretmark-{form:?}"),
                "secretmark",
                "secretmark",
            );
            item.tags = vec!["secretmark".to_owned()];
            item
        });
        // A snapshot without listings would delist them.
        let said = hub.source_for("secret-news", "two").await;
        collect(&hub, &said, items.to_vec()).await;
        assert_eq!(answers(&hub).await, before, "not even a number changes");
        let tag = hub.stranger().get("/api/vuln?tag=secretmark").await;
        assert_eq!(tag.status, 400);

        // The same for everybody, once they may read it.
        hub.store
            .restrict_source("secret", "everyone", Tlp::Green)
            .await
            .unwrap();
        let told = hub
            .stranger()
            .json("/api/reputation?domain=secretmark.example")
            .await;
        assert_eq!(told["count"], 1);
        let id = told["results"][0]["id"].as_str().unwrap().to_owned();
        hub.store
            .restrict_source("secret", "two", Tlp::Amber)
            .await
            .unwrap();
        let one = hub.stranger().get(&format!("/api/reputation/{id}")).await;
        assert_eq!(
            (one.status.as_u16(), one.text.as_str()),
            (404, "{\"detail\":\"Not found.\"}")
        );
    })
    .await;
}

async fn answers(hub: &Hub) -> Vec<String> {
    let mut all = Vec::new();
    for path in LISTS {
        let answer = hub.stranger().get(&format!("{path}?limit=1000")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        all.push(answer.text);
    }
    all
}

#[tokio::test]
async fn the_marking_of_the_rule_is_a_ceiling() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        hub.account("scripts", Role::Reader).await;
        let made = hub
            .store
            .add_audience("few", AudienceKind::Accounts, &["scripts"]);
        made.await.unwrap();
        let feed = hub.source_for("feed", "few").await;
        hub.store
            .restrict_source("feed", "few", Tlp::Amber)
            .await
            .unwrap();
        import(&hub.store, &feed, vec![row("evil.example")]).await;
        let news = item(Form::News, "n", "Headline", "text");
        let paper = hub.source_for("paper", "few").await;
        hub.store
            .restrict_source("paper", "few", Tlp::Amber)
            .await
            .unwrap();
        collect(&hub, &paper, vec![news]).await;
        let id = allow(&hub, Some("127.0.0.1"), "scripts", Tlp::Green).await;
        for path in ["/api/reputation", "/api/news"] {
            assert_eq!(hub.stranger().json(path).await["count"], 0, "{path}");
        }
        let operator = Reader::operator();
        hub.store.delete_exist_access(&operator, id).await.unwrap();
        allow(&hub, Some("127.0.0.1"), "scripts", Tlp::Amber).await;
        let mut ids = Vec::new();
        for path in ["/api/reputation", "/api/news"] {
            let told = hub.stranger().json(path).await;
            assert_eq!(told["count"], 1, "{path}");
            ids.push(format!(
                "{path}/{}",
                told["results"][0]["id"].as_str().unwrap()
            ));
        }
        let now = hub.store.exist_access().await.unwrap()[0].id;
        hub.store.delete_exist_access(&operator, now).await.unwrap();
        allow(&hub, Some("127.0.0.1"), "scripts", Tlp::Green).await;
        for path in ids {
            assert_eq!(hub.stranger().get(&path).await.status, 404, "{path}");
        }
    })
    .await;
}
