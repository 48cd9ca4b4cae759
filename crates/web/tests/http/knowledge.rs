//! The pages of knowledge: what each shows, in both languages, whatever the feeds say.

use noroshi_indicator::{Kind, Observable};
use noroshi_store::NewListing;
use noroshi_testkit::each_engine_async;

use crate::common::{Hub, encoded, import, row};
use crate::reader::Browser;

/// Texts that want to be markup, script, formulas, or another text than they are.
pub(crate) const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</title></textarea></script><svg onload=alert(1)>",
    "{{7*7}} {% raw %} ${7*7}",
    "=HYPERLINK(\"http://evil.example\")",
    "invoice\u{202e}fdp.exe\u{200b}\u{2066}",
    "&lt;script&gt;&#x3c;img&#x3e;",
];

/// Every page with an address of its own.
const PAGES: [&str; 9] = [
    "/",
    "/search",
    "/search?q=tag%3Ac2",
    "/observable/ipv4/192.0.2.7",
    "/check",
    "/help",
    "/api",
    "/about",
    "/components",
];

async fn hub_with_rows(place: &noroshi_testkit::Target) -> Hub {
    let hub = Hub::on(place).await;
    let source = hub.source("feed").await;
    let mut rows: Vec<NewListing> = HOSTILE
        .iter()
        .zip(1..)
        .map(|(text, item)| NewListing {
            item,
            family: Some((*text).to_owned()),
            tags: vec![(*text).to_owned(), "c2".to_owned()],
            note: Some(text.repeat(20)),
            reference: Some((*text).to_owned()),
            ..row("192.0.2.7")
        })
        .collect();
    for text in HOSTILE {
        for kind in [Kind::Mutex, Kind::Filename, Kind::UserAgent] {
            if let Ok(observable) = Observable::parse(kind, text) {
                rows.push(NewListing {
                    observable,
                    ..row("192.0.2.7")
                });
            }
        }
    }
    rows.push(row("evil.example"));
    rows.push(row("http://192.0.2.7/a"));
    import(&hub.store, &source, rows).await;
    hub
}

#[tokio::test]
async fn every_page_is_there_in_both_languages() {
    each_engine_async(async |place| {
        let hub = hub_with_rows(&place).await;
        let mut browser = Browser::new(&hub, "ann").await;
        for (language, word) in [("en", "Bulk check"), ("ja", "一括調査")] {
            browser.language = language;
            for path in PAGES {
                let page = browser.page(path).await;
                assert!(
                    page.contains(&format!("<html lang=\"{language}\"")),
                    "{path}"
                );
                assert!(page.contains(word), "{path}");
                assert!(page.contains("class=\"skip\" href=\"#content\""), "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_feeds_say_stays_text() {
    each_engine_async(async |place| {
        let hub = hub_with_rows(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        for text in HOSTILE {
            let asked = encoded(text);
            for path in [
                format!("/search?q={asked}"),
                format!("/search?q=%22{asked}%22"),
            ] {
                let answer = browser.get(&path).await;
                assert!(matches!(answer.status.as_u16(), 200 | 400 | 303), "{path}");
                if answer.status != 303 {
                    crate::reader::assert_harmless(&answer, &path);
                }
            }
            for kind in [Kind::Mutex, Kind::Filename, Kind::UserAgent] {
                if let Ok(one) = Observable::parse(kind, text) {
                    let value = encoded(one.value());
                    let page = browser
                        .page(&format!("/observable/{}/{value}", kind.name()))
                        .await;
                    assert!(page.contains("is-listed"), "{text}");
                    let card = format!("/card/{}/{value}", kind.name());
                    assert_eq!(browser.get(&card).await.status, 200);
                }
            }
            let checked = browser.send_parts("/check", &[("text", text)]).await;
            crate::reader::assert_harmless(&checked, "/check");
        }
        let page = browser.page("/observable/ipv4/192.0.2.7").await;
        assert!(page.contains("&#60;script&#62;alert(1)"));
        assert!(page.contains("‹U+202E›"));
        // The source's links lead nowhere.
        assert!(!page.contains("href=\"javascript"));
    })
    .await;
}

#[tokio::test]
async fn long_and_twisted_input_is_answered() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        let long = "a".repeat(10_000);
        for (path, status) in [
            (format!("/search?q={long}"), 400),
            (format!("/search?q=tag%3A{long}"), 400),
            (format!("/search?q=tag%3A{}", &long[..4_000]), 200),
            (format!("/complete?q={long}"), 200),
            (format!("/complete?q=tag%3A{long}&at=99999999"), 200),
            (format!("/observable/mutex/{long}"), 404),
            (format!("/observable/nonsense/{long}"), 404),
            ("/observable/domain/%E2%80%AEevil".to_owned(), 404),
            ("/observable/ipv4/not-an-address".to_owned(), 404),
            (format!("/card/domain/{long}"), 404),
            (format!("/search?q=a&cursor={long}"), 400),
            ("/search?cursor=%00".to_owned(), 400),
            (format!("/{long}"), 404),
            ("/search/export?q=%28&format=csv".to_owned(), 400),
            ("/search/export?q=a&format=exe".to_owned(), 400),
        ] {
            let answer = browser.get(&path).await;
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{}",
                &path[..30.min(path.len())]
            );
        }
        let answer = browser
            .send_parts("/check", &[("text", &long.repeat(10))])
            .await;
        assert_eq!(answer.status, 200);
        let answer = browser.send_parts("/check", &[("text", " \n")]).await;
        assert_eq!(answer.status, 422);
        let answer = browser
            .send_parts("/check", &[("text", &"a ".repeat(3 << 20))])
            .await;
        assert_eq!(answer.status, 413);
    })
    .await;
}

#[tokio::test]
async fn one_value_leads_to_its_page_whatever_its_spelling() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        for (path, to) in [
            (
                "/search?q=evil%5B.%5Dexample",
                "/observable/domain/evil.example",
            ),
            (
                "/search?q=hxxp%3A%2F%2Fevil%5B.%5Dexample%2Fa",
                "/observable/url/http%3A%2F%2Fevil.example%2Fa",
            ),
            (
                "/observable/domain/EVIL%5B.%5Dexample",
                "/observable/domain/evil.example",
            ),
            (
                "/observable/hostname/evil.example",
                "/observable/domain/evil.example",
            ),
        ] {
            let answer = browser.get(path).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("location")),
                (303, to)
            );
        }
        let page = browser
            .page("/observable/url/http%3A%2F%2Fevil.example%2Fa")
            .await;
        assert!(page.contains("hxxp://evil[.]example/a"));
        assert!(page.contains("class=\"verdict is-unknown\""));
    })
    .await;
}

#[tokio::test]
async fn a_search_can_be_narrowed_paged_and_taken_home() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let source = hub.source("feed").await;
        let rows = (0..120).map(|n| NewListing {
            tags: vec![if n % 2 == 0 { "even" } else { "odd" }.to_owned()],
            ..row(&format!("h{n}.example"))
        });
        import(&hub.store, &source, rows.collect()).await;
        let browser = Browser::new(&hub, "ann").await;
        let count = |page: &str| page.matches("data-defanged=").count();
        let link = |page: &str, rel: &str| {
            let after = page.split(&format!("rel=\"{rel}\" href=\"")).nth(1)?;
            Some(after.split('"').next().unwrap().replace("&#38;", "&"))
        };
        let mut page = browser.page("/search?q=source%3Afeed").await;
        assert!(page.contains("120 found"), "{page}");
        assert!(page.contains("q=source%3Afeed%20tag%3Aodd"));
        let mut seen = count(&page);
        while let Some(older) = link(&page, "next") {
            page = browser.page(&older).await;
            assert_eq!(
                link(&page, "start").as_deref(),
                Some("/search?q=source%3Afeed")
            );
            seen += count(&page);
        }
        assert_eq!(seen, 120);
        let odd = browser.page("/search?q=source%3Afeed%20tag%3Aodd").await;
        assert!(odd.contains("60 found") && odd.contains("aria-current=\"true\""));

        let csv = browser.get("/search/export?q=tag%3Aodd&format=csv").await;
        assert!(csv.header("content-disposition").starts_with("attachment"));
        let lines: Vec<&str> = csv.text.lines().collect();
        assert_eq!(lines.len(), 61);
        assert!(
            lines[0].starts_with("kind,value,source,state,tlp,"),
            "{}",
            lines[0]
        );
        assert!(
            lines[1..]
                .iter()
                .all(|line| line.contains(",feed,listed,green,"))
        );
        let json = browser.get("/search/export?q=tag%3Aodd&format=json").await;
        let values = json.json();
        let values = values.as_array().unwrap();
        assert_eq!(values.len(), 60);
        assert!(
            values
                .iter()
                .all(|value| value["observable"]["value"].is_string())
        );
    })
    .await;
}

#[tokio::test]
async fn an_error_of_a_query_is_shown_where_it_is() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        let answer = browser.get("/search?q=tag%3Aa%20kind%3Anonsense").await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.text.contains("<mark>nonsense</mark>"),
            "{}",
            answer.text
        );
        assert!(answer.text.contains("role=\"alert\""));
    })
    .await;
}

#[tokio::test]
async fn a_text_is_sorted_into_known_and_unknown() {
    each_engine_async(async |place| {
        let hub = hub_with_rows(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        let text = "seen: evil[.]example and 192.0.2.7, nobody knows 198.51.100.9";
        let page = browser.send_parts("/check", &[("text", text)]).await.text;
        let known = page.find("evil[.]example").unwrap();
        assert!(known < page.find("198[.]51[.]100[.]9").unwrap());
        // A file does as well, and so does a file beside an empty text.
        let csv = browser
            .send_parts("/check", &[("text", ""), ("file", text), ("format", "csv")])
            .await;
        let lines: Vec<&str> = csv.text.lines().collect();
        assert_eq!(lines.len(), 4, "{}", csv.text);
        assert!(lines[3].starts_with("ipv4,198.51.100.9,false,"));
        let json = browser
            .send_parts("/check", &[("text", text), ("format", "json")])
            .await;
        assert_eq!(json.json()["known"].as_array().unwrap().len(), 2);
        // A form of another site is refused.
        let request = browser
            .request("POST", "/check")
            .header("sec-fetch-site", "cross-site");
        assert_eq!(request.send().await.unwrap().status(), 403);
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_is_completed() {
    each_engine_async(async |place| {
        let hub = hub_with_rows(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        let told = async |asked: &str| {
            let answer = browser.get(&format!("/complete?{asked}")).await.json();
            let suggestions = answer["suggestions"].as_array().unwrap().clone();
            let texts = suggestions
                .iter()
                .map(|one| one["text"].as_str().unwrap().to_owned());
            (answer.clone(), texts.collect::<Vec<String>>())
        };
        assert_eq!(told("q=ta").await.1, ["tag:"]);
        assert_eq!(
            told("q=evil%20kind%3Aipv").await.1,
            ["kind:ipv4", "kind:ipv6"]
        );
        assert_eq!(told("q=source%3Afe").await.1, ["source:feed"]);
        assert_eq!(told("q=tag%3Ac").await.1, ["tag:c2"]);
        let (answer, _) = told("q=evil%5B.%5Dexample").await;
        assert_eq!(answer["understood"], "domain · evil[.]example");
        let (answer, texts) = told("q=-so%20evil&at=3").await;
        assert_eq!(
            (answer["from"].as_u64(), texts),
            (Some(1), vec!["source:".to_owned()])
        );
        assert!(told("q=%28").await.0["problem"].is_string());
    })
    .await;
}

#[tokio::test]
async fn errors_are_pages_for_browsers_and_problems_for_programs() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let mut browser = Browser::new(&hub, "ann").await;
        browser.language = "ja";
        let answer = browser.get("/nowhere").await;
        assert_eq!(answer.status, 404);
        crate::reader::assert_harmless(&answer, "/nowhere");
        assert!(answer.text.contains("ページが見つかりません"));
        hub.stranger().get("/nowhere").await.problem(404);
        // The API has one form of error for whoever asks.
        browser.get("/api/v1/nowhere").await.problem(404);
        let request = browser
            .request("POST", "/look")
            .header("sec-fetch-site", "cross-site");
        let refused = request.body("theme=dark").send().await.unwrap();
        assert_eq!(refused.status(), 403);
        assert_eq!(
            refused.headers()["content-type"],
            "text/html; charset=utf-8"
        );
    })
    .await;
}

#[tokio::test]
async fn language_and_theme_are_chosen() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        let choose = async |body: &str| {
            let form = browser.request("POST", "/look");
            let form = form.header("content-type", "application/x-www-form-urlencoded");
            let answer = form.body(body.to_owned()).send().await.unwrap();
            let cookies = answer.headers().get_all("set-cookie").iter();
            let cookies = cookies.map(|cookie| cookie.to_str().unwrap().to_owned());
            let to = answer.headers().get("location").cloned();
            (answer.status().as_u16(), cookies.collect::<Vec<_>>(), to)
        };
        let (status, cookies, to) = choose("theme=dark&lang=ja&next=%2Fhelp").await;
        assert_eq!((status, to.unwrap().to_str().unwrap()), (303, "/help"));
        assert!(cookies[0].starts_with("lang=ja;") && cookies[1].starts_with("theme=dark;"));
        let (_, _, to) = choose("theme=dark&next=%2F%2Fevil.example").await;
        assert_eq!(to.unwrap(), "/");
        assert_eq!(choose("theme=neon").await.0, 400);
        assert_eq!(choose("lang=%0d%0aset-cookie%3Aa").await.0, 400);

        let stranger = hub.stranger().request("GET", "/sign-in");
        let page = stranger
            .header("cookie", "theme=dark; lang=ja")
            .send()
            .await
            .unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("lang=\"ja\" data-theme=\"dark\""));
    })
    .await;
}

#[tokio::test]
async fn a_page_loads_little_and_only_from_here() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let browser = Browser::new(&hub, "ann").await;
        let page = browser.page("/").await;
        let mut bytes = 0;
        for before in ["href=\"/assets/", "src=\"/assets/"] {
            let mut files: Vec<&str> = page.split(before).skip(1).collect();
            files
                .iter_mut()
                .for_each(|file| *file = file.split(['"', '#']).next().unwrap());
            files.sort_unstable();
            files.dedup();
            for file in files {
                let asset = browser.get(&format!("/assets/{file}")).await;
                assert_eq!(asset.status, 200, "{file}");
                assert!(asset.header("cache-control").contains("immutable"));
                assert!(
                    !asset.text.contains("http://") || file.ends_with("svg"),
                    "{file}"
                );
                bytes += asset.text.len();
            }
        }
        assert!((20_000..100_000).contains(&bytes), "{bytes}");
        assert_eq!(browser.get("/assets/style.css").await.status, 404);
    })
    .await;
}
