//! The page in a browser: signing in, asking, languages.

use noroshi_store::{NewListing, Role, Scope};
use noroshi_testkit::each_engine_async;
use noroshi_web::Settings;

use crate::common::{Answer, Client, Hub, encoded, import, row};

async fn sign_in(stranger: &Client<'_>, key: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = stranger.request("POST", "/sign-in");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let body = format!("key={}", encoded(key));
    Answer::of(request.body(body).send().await.unwrap()).await
}

async fn page(stranger: &Client<'_>, path: &str, cookie: &str, language: &str) -> Answer {
    let request = stranger.request("GET", path).header("cookie", cookie);
    let request = request.header("accept-language", language);
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn somebody_signs_in_asks_and_signs_out() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        hub.account("ann", Role::Reader).await;
        let key = hub.key("ann", &[Scope::Read]).await;
        let source = hub.source("feed").await;
        let listed = NewListing {
            family: Some("<script>alert(1)</script>".to_owned()),
            tags: vec!["c2".to_owned()],
            note: Some("\"><img src=x>".to_owned()),
            reference: Some("javascript:alert(1)".to_owned()),
            ..row("192.0.2.7")
        };
        import(
            &hub.store,
            &source,
            vec![listed, row("evil.example"), row("http://192.0.2.7/a")],
        )
        .await;
        let stranger = hub.stranger();

        // A stranger is asked for a key, and told nothing.
        let answer = page(&stranger, "/?q=192.0.2.7", "", "en").await;
        assert_eq!(answer.status, 200);
        assert!(answer.text.contains("action=\"/sign-in\""));
        assert!(!answer.text.contains("feed"));

        let answer = sign_in(&stranger, &key, &[("sec-fetch-site", "same-origin")]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, "/"),
            "{}",
            answer.text
        );
        let cookie = answer.header("set-cookie").to_owned();
        for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let cookie = cookie.split(';').next().unwrap();

        let one = page(&stranger, "/?q=192%5B.%5D0.2.7", cookie, "en").await;
        assert_eq!(one.status, 200);
        assert_eq!(one.header("content-type"), "text/html; charset=utf-8");
        for part in [
            "192[.]0[.]2[.]7",
            "feed",
            "c2",
            "URLs on it",
            "hxxp://192[.]0[.]2[.]7/a",
        ] {
            assert!(one.text.contains(part), "{part}: {}", one.text);
        }
        for bad in [
            "<script",
            "<img",
            "href=\"http",
            "href=\"javascript",
            "style=\"",
        ] {
            assert!(!one.text.contains(bad), "{bad}: {}", one.text);
        }
        let many = page(&stranger, "/?q=source%3Afeed", cookie, "en").await;
        assert!(many.text.contains("evil[.]example") && many.text.contains("192[.]0[.]2[.]7"));
        let none = page(&stranger, "/?q=nothing-like-it", cookie, "en").await;
        assert!(none.text.contains("Nothing was found."));
        let wrong = page(&stranger, "/?q=kind%3Anonsense", cookie, "en").await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("role=\"alert\""));

        let japanese = page(&stranger, "/?q=192.0.2.7", cookie, "ja,en;q=0.5").await;
        assert!(japanese.text.contains("lang=\"ja\"") && japanese.text.contains("掲載中"));

        // A session reads pages; it is no key.
        let api = stranger
            .request("GET", "/api/v1/me")
            .header("cookie", cookie);
        Answer::of(api.send().await.unwrap()).await.problem(401);

        let out = stranger
            .request("POST", "/sign-out")
            .header("cookie", cookie);
        let out = Answer::of(
            out.header("sec-fetch-site", "cross-site")
                .send()
                .await
                .unwrap(),
        )
        .await;
        out.problem(403);
        let out = stranger
            .request("POST", "/sign-out")
            .header("cookie", cookie);
        let out = Answer::of(out.send().await.unwrap()).await;
        assert_eq!(out.status, 303);
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        let answer = page(&stranger, "/?q=192.0.2.7", cookie, "en").await;
        assert!(answer.text.contains("action=\"/sign-in\""));
    })
    .await;
}

#[tokio::test]
async fn who_may_not_sign_in_is_told() {
    each_engine_async(async |place| {
        let settings = Settings {
            https: true,
            ..Settings::default()
        };
        let hub = Hub::with(&place, settings).await;
        hub.account("ann", Role::Reader).await;
        let stranger = hub.stranger();
        let key = hub.key("ann", &[Scope::Read]).await;
        let useless = hub.key("ann", &[Scope::Write]).await;
        for key in [useless.as_str(), "x", ""] {
            let answer = sign_in(&stranger, key, &[]).await;
            assert_eq!(answer.status, 403);
            assert!(answer.text.contains("role=\"alert\""));
            assert_eq!(answer.header("set-cookie"), "");
        }
        for headers in [
            [
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            [
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.example"),
            ],
            [("x-other", ""), ("origin", "https://evil.example")],
            [("x-other", ""), ("origin", "null")],
        ] {
            let answer = sign_in(&stranger, &key, &headers).await;
            answer.problem(403);
            assert_eq!(answer.header("set-cookie"), "", "{headers:?}");
        }
        let answer = sign_in(&stranger, &key, &[("origin", &hub.base)]).await;
        assert_eq!(answer.status, 303);
        let cookie = answer.header("set-cookie");
        assert!(
            cookie.starts_with("__Host-") && cookie.contains("Secure"),
            "{cookie}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_page_needs_nothing_from_elsewhere() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let style = hub.stranger().get("/assets/style.css").await;
        assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
        assert!(style.text.contains("prefers-color-scheme: dark"));
        let page = hub.stranger().get("/").await;
        for text in [&style.text, &page.text] {
            for elsewhere in ["//", "<script", "@import", "url("] {
                assert!(!text.contains(elsewhere), "{elsewhere}: {text}");
            }
        }
        assert!(page.text.contains("width=device-width"));
        // Every form control has a name that is read out.
        assert!(page.text.contains("<label for=\"key\">"));
    })
    .await;
}
