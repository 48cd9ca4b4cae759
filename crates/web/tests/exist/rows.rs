//! A hub that holds something of everything, and what the face makes of it.

use noroshi_exchange::record::{Cvss, Exploit, Facts, Product, Reference};
use noroshi_indicator::{Kind, Observable, Tlp};
use noroshi_store::{
    Author, Form, ImportMode, NewExistAccess, NewItem, NewListing, Reader, Role, Source,
};
use noroshi_testkit::each_engine_async;
use serde_json::json;

use crate::common::{Client, Hub, import, row};

pub(crate) const AT: i64 = 1_795_316_459_000_000;
pub(crate) const DAY: i64 = 86_400_000_000;

pub(crate) fn item(form: Form, key: &str, title: &str, text: &str) -> NewItem {
    NewItem {
        form,
        key: key.to_owned(),
        title: Some(title.to_owned()).filter(|title| !title.is_empty()),
        text: text.to_owned(),
        url: Some(format!("https://publisher.example/{key}")),
        author: None,
        language: None,
        published: Some(AT),
        updated: None,
        tags: Vec::new(),
        observables: Vec::new(),
        facts: None,
    }
}

fn cve(value: &str) -> Observable {
    Observable::parse(Kind::Cve, value).unwrap()
}

fn vulnerability() -> NewItem {
    let product = |vendor: &str, product: &str| Product {
        vendor: vendor.to_owned(),
        product: product.to_owned(),
        ..Product::default()
    };
    NewItem {
        updated: Some(AT + DAY),
        tags: vec!["remote".to_owned(), "web".to_owned()],
        observables: vec![cve("CVE-2026-0001")],
        facts: Some(Facts {
            id: "JVNDB-2026-000001".to_owned(),
            cves: vec!["CVE-2026-0001".to_owned()],
            cvss: vec![
                Cvss {
                    version: "2.0".to_owned(),
                    vector: "AV:N/AC:L/Au:N/C:P/I:P/A:C".to_owned(),
                    score: 75,
                    severity: None,
                    by: Some("IPA".to_owned()),
                },
                Cvss {
                    version: "3.1".to_owned(),
                    vector: "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:C/C:H/I:L/A:N".to_owned(),
                    score: 98,
                    severity: Some("CRITICAL".to_owned()),
                    by: None,
                },
            ],
            cwes: vec!["CWE-79".to_owned()],
            products: vec![
                product("Acme", "Gate"),
                product("Acme", "Door"),
                product("", ""),
            ],
            references: vec![Reference {
                url: "https://acme.example/advisory".to_owned(),
                name: Some("ACME-1".to_owned()),
                tags: vec!["Vendor Advisory".to_owned()],
            }],
            solution: Some("Update.".to_owned()),
            ..Facts::default()
        }),
        ..item(
            Form::Vulnerability,
            "JVNDB-2026-000001",
            "Gateに脆弱性",
            "リモートから <b>実行</b> されます。",
        )
    }
}

pub(crate) async fn collect(hub: &Hub, source: &Source, items: Vec<NewItem>) {
    let begun = hub
        .store
        .begin_import(source, ImportMode::Serving, "test", None);
    let mut import = begun.await.unwrap();
    import.items(items, Vec::new()).await.unwrap();
    import.finish().await.unwrap();
}

/// Everything in it once and more, for everybody; and somebody from here may read it.
pub(crate) async fn full(hub: &Hub) {
    let phish = hub.source("phishtank").await;
    let other = hub.source("other-feed").await;
    let listing = |value: &str, family: Option<&str>| NewListing {
        family: family.map(str::to_owned),
        note: Some("a \"note\" <b>".to_owned()),
        reference: Some("https://evidence.example/1".to_owned()),
        ..row(value)
    };
    let urls = vec![listing("http://evil.example/login", None), row("192.0.2.7")];
    import(&hub.store, &phish, urls).await;
    let mixed = vec![
        listing("192.0.2.7", Some("KageBot")),
        row("2001:db8::7"),
        row("evil.example"),
        row("日本.example"),
        row("d41d8cd98f00b204e9800998ecf8427e"),
        row("198.51.100.0/24"),
        row("someone@evil.example"),
    ];
    import(&hub.store, &other, mixed).await;

    let jvn = hub.source("jvn").await;
    let nvd = hub.source("nvd").await;
    let second = NewItem {
        updated: Some(AT),
        facts: Some(Facts {
            id: "CVE-2026-0001".to_owned(),
            cves: vec!["CVE-2026-0001".to_owned()],
            cvss: vec![Cvss {
                version: "4.0".to_owned(),
                score: 93,
                ..Cvss::default()
            }],
            cwes: vec!["CWE-787".to_owned()],
            ..Facts::default()
        }),
        ..item(
            Form::Vulnerability,
            "CVE-2026-0001",
            "CVE-2026-0001",
            "An overflow in Gate.",
        )
    };
    let bare = NewItem {
        published: Some(AT - DAY),
        observables: vec![cve("CVE-2026-0002")],
        facts: Some(Facts {
            id: "CVE-2026-0002".to_owned(),
            cves: vec!["CVE-2026-0002".to_owned()],
            ..Facts::default()
        }),
        ..item(
            Form::Vulnerability,
            "CVE-2026-0002",
            "",
            "Nothing is known.",
        )
    };
    collect(hub, &jvn, vec![vulnerability()]).await;
    collect(hub, &nvd, vec![second, bare]).await;

    let paper = hub.source("paper").await;
    let news = (0..7).map(|n| NewItem {
        published: Some(AT + (n % 4) * DAY + n),
        ..item(
            Form::News,
            &format!("n{n}"),
            &format!("Headline {n}"),
            "Said <i>so</i>.",
        )
    });
    collect(hub, &paper, news.collect()).await;
    let birds = hub.source("birds").await;
    let tweets = (0..5).map(|n| NewItem {
        published: Some(AT - n * DAY),
        author: Some(Author {
            name: "Aiko 🔥".to_owned(),
            handle: Some("@aiko".to_owned()),
            url: None,
        }),
        ..item(
            Form::Social,
            &format!("t{n}"),
            "",
            &format!("Seen {n} times: evil[.]example"),
        )
    });
    collect(hub, &birds, tweets.collect()).await;
    let exploits = hub.source("exploit-db").await;
    let exploit = NewItem {
        observables: vec![cve("CVE-2026-0001")],
        facts: Some(Facts {
            id: "EDB-50001".to_owned(),
            cves: vec!["CVE-2026-0001".to_owned()],
            exploit: Some(Exploit {
                platform: Some("php".to_owned()),
                kind: Some("webapps".to_owned()),
                ..Exploit::default()
            }),
            ..Facts::default()
        }),
        ..item(
            Form::Exploit,
            "EDB-50001",
            "Gate 1.0 - RCE",
            "#!/usr/bin/python\nprint(1)",
        )
    };
    collect(hub, &exploits, vec![exploit]).await;
    open(hub).await;
}

/// Whoever asks from this machine reads as `scripts`.
pub(crate) async fn open(hub: &Hub) {
    hub.account("scripts", Role::Reader).await;
    allow(hub, Some("127.0.0.0/8"), "scripts", Tlp::Green).await;
}

pub(crate) async fn allow(hub: &Hub, network: Option<&str>, account: &str, tlp: Tlp) -> i64 {
    let new = NewExistAccess {
        network: network.map(str::to_owned),
        account: account.to_owned(),
        tlp,
    };
    let made = hub.store.add_exist_access(&Reader::operator(), new).await;
    made.unwrap().id
}

async fn first(client: &Client<'_>, path: &str) -> serde_json::Value {
    client.json(path).await["results"][0].clone()
}

#[tokio::test]
async fn every_field_says_what_it_said() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        full(&hub).await;
        let client = hub.stranger();
        let row = first(&client, "/api/reputation?ip=192.0.2.7&source=1002").await;
        assert_eq!(
            (&row["source"], &row["ip"], &row["domain"], &row["url"]),
            (
                &json!("other-feed"),
                &json!("192.0.2.7"),
                &json!(""),
                &json!("")
            )
        );
        assert_eq!(row["description"], "KageBot: a \"note\" <b>");
        assert_eq!(row["referrer"], "https://evidence.example/1");
        let row = first(
            &client,
            "/api/reputation?source=241&url=http://evil.example/login",
        )
        .await;
        assert_eq!(
            (&row["source"], &row["ip"]),
            (&json!("PhishTank"), &json!(null))
        );
        assert_eq!(row["url"], "http://evil.example/login");
        // Neither hashes nor networks nor mail addresses were ever reputation.
        assert_eq!(client.json("/api/reputation").await["count"], 6);

        let row = first(&client, "/api/twitter").await;
        assert_eq!(
            (&row["user"], &row["screen_name"]),
            (&json!("Aiko 🔥"), &json!("aiko"))
        );
        assert_eq!(row["text"], "Seen 0 times: evil[.]example");
        assert_eq!(row["datetime"], "2026-11-22T12:00:59+09:00");

        let row = first(&client, "/api/exploit").await;
        assert_eq!(
            (&row["source"], &row["title"]),
            (&json!("ExploitDB"), &json!("Gate 1.0 - RCE"))
        );
        assert_eq!(row["text"], "#!/usr/bin/python\nprint(1)");
        assert_eq!(row["description"], "php, webapps");
        assert_eq!(row["referrer"], "https://publisher.example/EDB-50001");

        let row = first(&client, "/api/news?search=headline,3").await;
        assert_eq!(
            (&row["title"], &row["content"]),
            (&json!("Headline 3"), &json!("Said <i>so</i>."))
        );
        assert_eq!(
            (&row["source_title"], &row["source_url"]),
            (&json!("paper"), &json!(null))
        );
        assert_eq!(row["datetime"], "2026-11-25T12:00:59.000003+09:00");

        let row = first(&client, "/api/vuln").await;
        assert_eq!(
            (&row["id"], &row["source"]),
            (&json!("JVNDB-2026-000001"), &json!("JVN"))
        );
        assert_eq!(row["description"], "リモートから <b>実行</b> されます。");
        assert_eq!(row["vulndb_last_modified"], "2026-11-23T12:00:59+09:00");
        assert_eq!(
            (&row["vendors"], &row["products"][1]["name"]),
            (&json!(["Acme"]), &json!("Gate"))
        );
        assert_eq!(row["references"][0]["reftype"], "Vendor Advisory");
        assert_eq!(
            row["references"][0]["value"],
            "ACME-1 https://acme.example/advisory"
        );
        assert_eq!(row["solution"], "Update.");
        let nvd = &row["nvds"][0];
        assert_eq!(
            (
                &nvd["id"],
                &nvd["cwe_id"],
                &nvd["cvss_score"],
                &nvd["summary"]
            ),
            (
                &json!("CVE-2026-0001"),
                &json!("CWE-787"),
                &json!("9.3"),
                &json!("CVE-2026-0001\n\nAn overflow in Gate.")
            )
        );
        let (two, three) = (&row["cvsses"][0], &row["cvsses"][1]);
        assert_eq!(
            (&two["score"], &two["authentication"]),
            (&json!("7.5"), &json!("NONE"))
        );
        assert_eq!(
            (&two["availability_impact"], &two["source"]),
            (&json!("COMPLETE"), &json!("IPA"))
        );
        assert_eq!(
            (&three["score"], &three["authentication"]),
            (&json!("9.8"), &json!("LOW"))
        );
        assert_eq!(three["access_vector"], "LOCAL");
        assert_eq!(row["tags"][0]["name"], "remote");
        // What never changed comes last.
        let rows = client.json("/api/vuln").await["results"].clone();
        assert_eq!(
            (&rows[2]["id"], &rows[2]["vulndb_last_modified"]),
            (&json!("CVE-2026-0002"), &json!(null))
        );
    })
    .await;
}
