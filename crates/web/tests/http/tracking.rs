//! What sources collect, on pages: the page of a vulnerability, the trackers, and cards of items everywhere.

use noroshi_exchange::record::{Cvss, Exploit, Facts, Product, Reference};
use noroshi_indicator::{Kind, Observable};
use noroshi_store::{Author, Form, ImportMode, NewItem, NewListing, NewScore, Role, Source};
use noroshi_testkit::each_engine_async;
use serde_json::json;

use crate::common::{Hub, import, row};
use crate::reader::Browser;
use crate::stories::{make, post};

const AT: i64 = 1_795_316_459_000_000;
const HOSTILE: &str =
    "<script>alert(1)</script> \u{202e}[a](javascript:alert(1)) **bold** # h @eve #tag";

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

pub(crate) async fn collect(hub: &Hub, source: &Source, items: Vec<NewItem>) {
    let begun = hub
        .store
        .begin_import(source, ImportMode::Serving, "test", None);
    let mut import = begun.await.unwrap();
    import.items(items, Vec::new()).await.unwrap();
    import.finish().await.unwrap();
}

fn cve(number: u32) -> Observable {
    Observable::parse(Kind::Cve, &format!("CVE-2026-{number:04}")).unwrap()
}

fn record(number: u32, title: &str, text: &str, score: u8) -> NewItem {
    let id = cve(number).value().to_owned();
    NewItem {
        observables: vec![cve(number)],
        facts: Some(Facts {
            id: id.clone(),
            cves: vec![id.clone()],
            cvss: vec![Cvss {
                version: "3.1".to_owned(),
                vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".to_owned(),
                score,
                severity: None,
                by: None,
            }],
            cwes: vec!["CWE-78".to_owned()],
            products: vec![Product {
                vendor: "Acme Corp".to_owned(),
                product: "Gate".to_owned(),
                cpe: Some("cpe:2.3:a:acme:gate:*:*:*:*:*:*:*:*".to_owned()),
                versions: Some("before 1.3".to_owned()),
            }],
            references: vec![Reference {
                url: "https://acme.example/advisory/1".to_owned(),
                name: Some("ACME-1".to_owned()),
                tags: vec!["Patch".to_owned()],
            }],
            solution: Some("Update to 1.3.".to_owned()),
            ..Facts::default()
        }),
        ..item(Form::Vulnerability, &id, title, text)
    }
}

async fn scored(hub: &Hub, source: &Source, scores: &[(u32, i64, u32)]) {
    let begun = hub
        .store
        .begin_import(source, ImportMode::Serving, "test", None);
    let mut import = begun.await.unwrap();
    let rows = scores.iter().map(|(number, day, score)| NewScore {
        cve: cve(*number),
        day: *day,
        score: *score,
        percentile: 99_000,
    });
    import.scores(rows.collect(), Vec::new()).await.unwrap();
    import.finish().await.unwrap();
}

/// A vulnerability of which everybody says something.
async fn known(hub: &Hub) {
    let english = hub.source("english").await;
    let japanese = hub.source("japanese").await;
    let english_record = NewItem {
        language: Some("en".to_owned()),
        ..record(
            1,
            "Acme Gate command injection",
            "The gate runs what it is told.",
            98,
        )
    };
    let mut japanese_record = NewItem {
        language: Some("ja".to_owned()),
        ..record(
            1,
            "Acme Gateにコマンドインジェクション",
            "ゲートは言われたことを実行します。",
            98,
        )
    };
    if let Some(facts) = &mut japanese_record.facts {
        facts.id = "JVNDB-2026-000001".to_owned();
        facts.cvss.push(Cvss {
            version: "2.0".to_owned(),
            vector: "AV:N/AC:L/Au:N/C:C/I:C/A:C".to_owned(),
            score: 100,
            severity: None,
            by: Some("IPA".to_owned()),
        });
    }
    collect(hub, &english, vec![english_record]).await;
    collect(hub, &japanese, vec![japanese_record]).await;
    let list = hub.source("exploited").await;
    let listed = NewListing {
        tags: vec![
            "exploited".to_owned(),
            "kev".to_owned(),
            "ransomware".to_owned(),
        ],
        note: Some("Acme Gate: injection. Due 2026-09-10.".to_owned()),
        ..row("CVE-2026-0001")
    };
    import(&hub.store, &list, vec![listed]).await;
    let epss = hub.source("likely").await;
    let today = noroshi_store::now() / 86_400_000_000;
    scored(
        hub,
        &epss,
        &[(1, today - 20, 12_300), (1, today - 1, 94_120)],
    )
    .await;
    let exploit = NewItem {
        observables: vec![cve(1)],
        facts: Some(Facts {
            id: "EDB-1".to_owned(),
            cves: vec![cve(1).value().to_owned()],
            exploit: Some(Exploit {
                platform: Some("linux".to_owned()),
                verified: Some(true),
                ..Exploit::default()
            }),
            ..Facts::default()
        }),
        ..item(Form::Exploit, "EDB-1", "Acme Gate 1.2 RCE", "print(1)")
    };
    let exploits = hub.source("exploits").await;
    collect(hub, &exploits, vec![exploit]).await;
    for paper in ["paper-one", "paper-two"] {
        let paper = hub.source(paper).await;
        let news = item(
            Form::News,
            &paper.name,
            "Gates of Acme stand open to everybody",
            "CVE-2026-0001 is exploited.",
        );
        collect(hub, &paper, vec![news]).await;
    }
    hub.account("ann", Role::Analyst).await;
    post(hub, "ann", "We saw CVE-2026-0001 used against us.").await;
}

#[tokio::test]
async fn a_vulnerability_is_shown_with_all_that_is_said_of_it() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        known(&hub).await;
        let mut browser = Browser::new(&hub, "ben").await;
        let short = browser.get("/cve/cve-2026-0001").await;
        let path = "/observable/cve/CVE-2026-0001";
        assert_eq!(short.header("location"), path);
        assert_eq!(browser.get("/cve/nonsense").await.status, 404);
        let page = browser.page(path).await;
        for shown in [
            "<h2><bdi>Acme Gate command injection</bdi></h2>",
            "The gate runs what it is told.",
            "9.8 critical",
            "CVSS:3.1/AV:N/AC:L",
            "10.0 critical",
            "IPA",
            "CWE-78",
            "Acme Corp",
            "before 1.3",
            "cpe:2.3:a:acme:gate",
            "to be mended by 2026-09-10",
            "used by ransomware",
            "94.1 %",
            "at most 94.1 %",
            "Acme Gate 1.2 RCE",
            "verified",
            "also told by 1 other",
            "Update to 1.3.",
            "hxxps://acme.example/advisory/1",
            "ACME-1",
            "We saw",
            "/hunt/new?words=vendor%3A%22Acme%20Corp%22%20product%3AGate",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        // The same news of two papers is one line.
        let news = page.split("id=\"news\"").nth(1).unwrap();
        let news = news.split("</section>").next().unwrap();
        assert_eq!(news.matches("<li>").count(), 1, "{news}");
        // No event is spoken of as long as there are none.
        assert!(!page.contains("event"), "{page}");

        browser.language = "ja";
        let page = browser.page(path).await;
        assert!(
            page.contains("<h2><bdi>Acme Gateにコマンドインジェクション</bdi></h2>"),
            "{page}"
        );
        assert!(page.contains("ゲートは言われたことを実行します。"));

        // Of one of which nobody says anything there is no more than of any value.
        let page = browser.page("/observable/cve/CVE-2026-9999").await;
        assert!(!page.contains("id=\"vulnerability\""));
    })
    .await;
}

#[tokio::test]
async fn a_program_reads_all_that_is_said_of_a_vulnerability() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        known(&hub).await;
        let client = hub.client("ben", Role::Reader).await;
        let told = client.json("/api/v1/vulnerabilities/cve-2026-0001").await;
        assert_eq!(told["cve"], "CVE-2026-0001");
        assert_eq!(told["title"], "Acme Gate command injection");
        assert_eq!(told["description"], "The gate runs what it is told.");
        let rated: Vec<(&str, u64)> = told["cvss"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["version"].as_str().unwrap(),
                    one["score"].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(rated, [("3.1", 98), ("2.0", 100)]);
        let exploited = &told["exploited"];
        assert_eq!(
            (
                &exploited["source"],
                &exploited["due"],
                &exploited["ransomware"]
            ),
            (&json!("exploited"), &json!("2026-09-10"), &json!(true))
        );
        assert_eq!(told["epss"]["score"], 0.9412);
        assert_eq!(told["epss_history"].as_array().unwrap().len(), 2);
        for (sort, count) in [
            ("records", 2),
            ("exploits", 1),
            ("news", 1),
            ("posts", 1),
            ("listings", 1),
        ] {
            assert_eq!(told[sort].as_array().unwrap().len(), count, "{sort}");
        }
        assert_eq!(told["products"][0]["versions"], "before 1.3");
        assert_eq!(
            (&told["cwes"], &told["complete"]),
            (&json!(["CWE-78"]), &json!(true))
        );
        let nothing = client.json("/api/v1/vulnerabilities/CVE-2026-9999").await;
        assert_eq!(
            (&nothing["title"], &nothing["records"]),
            (&json!(null), &json!([]))
        );
        client
            .get("/api/v1/vulnerabilities/nonsense")
            .await
            .problem(404);
    })
    .await;
}

#[tokio::test]
async fn outside_text_is_text_wherever_it_stands() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let feed = hub.source("feed").await;
        let items =
            [Form::Social, Form::News, Form::Vulnerability, Form::Exploit].map(|form| NewItem {
                author: Some(Author {
                    name: HOSTILE.to_owned(),
                    handle: Some(HOSTILE.to_owned()),
                    url: Some("javascript:alert(1)".to_owned()),
                }),
                url: Some("https://evil.example/\"onmouseover=\"alert(1)".to_owned()),
                tags: vec![HOSTILE.to_owned()],
                observables: vec![cve(1)],
                facts: Some(Facts {
                    id: HOSTILE.to_owned(),
                    cves: vec![cve(1).value().to_owned()],
                    cvss: vec![Cvss {
                        version: HOSTILE.to_owned(),
                        vector: HOSTILE.to_owned(),
                        score: 255,
                        severity: Some(HOSTILE.to_owned()),
                        by: Some(HOSTILE.to_owned()),
                    }],
                    cwes: vec![HOSTILE.to_owned()],
                    products: vec![Product {
                        vendor: HOSTILE.to_owned(),
                        product: HOSTILE.to_owned(),
                        cpe: Some(HOSTILE.to_owned()),
                        versions: Some(HOSTILE.to_owned()),
                    }],
                    references: vec![Reference {
                        url: "https://evil.example/<script>".to_owned(),
                        name: Some(HOSTILE.to_owned()),
                        tags: vec![HOSTILE.to_owned()],
                    }],
                    impact: Some(HOSTILE.to_owned()),
                    solution: Some(HOSTILE.to_owned()),
                    status: Some(HOSTILE.to_owned()),
                    exploit: Some(Exploit {
                        platform: Some(HOSTILE.to_owned()),
                        ..Exploit::default()
                    }),
                }),
                ..item(form, &format!("{form:?}"), HOSTILE, HOSTILE)
            });
        collect(&hub, &feed, items.to_vec()).await;
        let browser = Browser::with_role(&hub, "ann", Role::Analyst).await;
        let client = hub.with_key(&hub.key("ann", &crate::common::ALL_SCOPES).await);
        let entries = client.json("/api/v1/posts?q=source:feed").await["entries"].clone();
        let posts: Vec<i64> = entries
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["post"]["id"].as_i64().unwrap())
            .collect();
        assert_eq!(posts.len(), 4);
        let parts: Vec<_> = posts.iter().map(|id| json!({"post": id})).collect();
        let story = make(&client, &json!({"title": "x", "parts": parts})).await;
        let mut paths = vec![
            "/trackers".to_owned(),
            "/account/feed".to_owned(),
            "/search?q=alert".to_owned(),
            "/search?q=in%3Anews".to_owned(),
            "/observable/cve/CVE-2026-0001".to_owned(),
            format!("/story/{story}"),
        ];
        paths.extend(
            ["news", "vulnerabilities", "exploits", "social"].map(|one| format!("/trackers/{one}")),
        );
        for id in &posts {
            paths.extend([
                format!("/post/{id}"),
                format!("/post/{id}/history"),
                format!("/annotate/{id}"),
            ]);
        }
        for path in &paths {
            // No script, no live link, nothing that hides; and no Markdown, no mention, no tag of the text.
            let page = browser.page(path).await;
            assert!(
                page.contains("‹U+202E›") && !page.contains("<strong>bold"),
                "{path}: {page}"
            );
            assert!(
                !page.contains("href=\"/account/eve\"") && !page.contains("onmouseover=\"alert"),
                "{path}"
            );
        }
        let file = client
            .get(&format!("/api/v1/stories/{story}/export?format=html"))
            .await;
        assert!(
            file.text.contains("**bold**") && !file.text.contains("<script>alert"),
            "{}",
            file.text
        );
        let page = browser.page(&format!("/post/{}", posts[0])).await;
        assert!(page.contains("**bold** # h @eve #tag"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn only_a_publishers_own_site_is_linked() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        // Shipped, so that its homepage is known.
        let nvd = hub.source("nvd").await;
        let own = NewItem {
            url: Some("https://nvd.nist.gov/vuln/detail/CVE-2026-0001".to_owned()),
            ..record(1, "Own", "text", 50)
        };
        let elsewhere = NewItem {
            url: Some("https://evil.example/nvd.nist.gov".to_owned()),
            ..record(2, "Elsewhere", "text", 50)
        };
        collect(&hub, &nvd, vec![own, elsewhere]).await;
        let browser = Browser::new(&hub, "ben").await;
        let page = browser.get("/trackers/vulnerabilities").await.text;
        let link = "href=\"https://nvd.nist.gov/vuln/detail/CVE-2026-0001\" rel=\"noopener noreferrer nofollow\"";
        assert!(page.contains(link), "{page}");
        assert_eq!(page.matches("href=\"https://").count(), 1, "{page}");
        assert!(page.contains("hxxps://evil.example/nvd.nist.gov"));
    })
    .await;
}

/// The titles of a tracker's page.
fn titles(page: &str) -> Vec<String> {
    let parts = page.split("class=\"item-title\"").skip(1);
    let title = |part: &str| {
        let inner = part.split("<bdi>").nth(1).unwrap();
        inner.split("</bdi>").next().unwrap().to_owned()
    };
    parts.map(title).collect()
}

#[tokio::test]
async fn trackers_are_narrowed_and_read_to_the_end() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        known(&hub).await;
        let more = hub.source("more").await;
        let records = (2..60).map(|n| {
            let mut one = record(
                n,
                &format!("Record {n}"),
                "An overflow.",
                u8::try_from(n).unwrap(),
            );
            one.tags = vec![if n % 2 == 0 { "even" } else { "odd" }.to_owned()];
            if let Some(facts) = &mut one.facts {
                facts.products[0].vendor = format!("Vendor {}", n % 3);
            }
            one
        });
        collect(&hub, &more, records.collect()).await;
        let epss = hub
            .store
            .source(&noroshi_store::Reader::operator(), "likely")
            .await
            .unwrap();
        scored(&hub, &epss, &[(2, 20_000, 50_000), (3, 20_000, 51_000)]).await;
        let browser = Browser::new(&hub, "ben").await;

        let (mut all, mut path) = (Vec::new(), "/trackers/vulnerabilities?q=".to_owned());
        loop {
            let page = browser.page(&path).await;
            all.extend(titles(&page));
            // The way on is the last link with a place that is not this page's own.
            let cursors = page.split("cursor=").skip(1);
            let cursors = cursors.map(|rest| {
                let digits = rest.chars().take_while(char::is_ascii_digit);
                format!(
                    "/trackers/vulnerabilities?q=&cursor={}",
                    digits.collect::<String>()
                )
            });
            let Some(older) = cursors.filter(|other| *other != path).last() else {
                break;
            };
            path = older;
            assert!(all.len() < 200);
        }
        assert_eq!(all.len(), 60, "{all:?}");
        let mut once = all.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 60);

        for (query, count) in [
            ("source=english", 1),
            ("source=more&tag=odd&cvss=5", 5),
            ("vendor=Vendor+1&cvss=5.0", 3),
            ("product=gate&source=japanese", 1),
            ("q=overflow&tag=even", 29),
            ("q=record+or+nothing", 0),
            ("exploited=1", 2),
            ("epss=50.5&source=more", 1),
            ("epss=50", 4),
            ("exploited=1&epss=99", 0),
        ] {
            let page = browser
                .page(&format!("/trackers/vulnerabilities?{query}"))
                .await;
            assert_eq!(titles(&page).len(), count, "{query}: {:?}", titles(&page));
        }
        let wrong = browser.get("/trackers/vulnerabilities?q=%28").await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("role=\"alert\""), "{}", wrong.text);
        assert_eq!(
            browser
                .get("/trackers/vulnerabilities?cvss=high%20or")
                .await
                .status,
            400
        );
        assert_eq!(browser.get("/trackers/nothing").await.status, 404);

        let overview = browser.page("/trackers").await;
        for shown in ["Record 59", "Acme Gate 1.2 RCE", "Gates of Acme", "MISP"] {
            assert!(overview.contains(shown), "{shown}: {overview}");
        }
        // Posts of people are no items.
        assert!(!browser.page("/trackers/social").await.contains("We saw"));
        let search = browser.page("/search?q=acme").await;
        for group in ["Vulnerabilities", "Exploits", "News"] {
            assert!(
                search.contains(&format!("<h2>{group}</h2>")),
                "{group}: {search}"
            );
        }
    })
    .await;
}
