//! Signing in with a browser, and out again.

use noroshi_store::{Role, Scope};
use noroshi_testkit::each_engine_async;
use noroshi_web::Settings;

use crate::common::{Answer, Client, Hub, encoded};

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
async fn somebody_signs_in_and_out() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        hub.account("ann", Role::Reader).await;
        let key = hub.key("ann", &[Scope::Read]).await;
        let stranger = hub.stranger();

        // A stranger is sent to sign in, and comes back to where it was.
        let answer = page(&stranger, "/search?q=a%20b", "", "en").await;
        assert_eq!(answer.status, 303);
        let asked = answer.header("location").to_owned();
        assert_eq!(asked, "/sign-in?next=%2Fsearch%3Fq%3Da%2520b");
        let form = page(&stranger, &asked, "", "ja").await;
        assert!(
            form.text.contains("value=\"/search?q=a%20b\""),
            "{}",
            form.text
        );
        assert!(form.text.contains("lang=\"ja\"") && form.text.contains("サインイン"));

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
        let home = page(&stranger, "/", cookie, "en").await;
        assert_eq!(home.status, 200);

        // A session reads pages; it is no key, except to read on a page of ours.
        let api = async |method: &str, site: &str| {
            let request = stranger
                .request(method, "/api/v1/me")
                .header("cookie", cookie);
            Answer::of(request.header("sec-fetch-site", site).send().await.unwrap()).await
        };
        api("GET", "cross-site").await.problem(401);
        api("GET", "none").await.problem(401);
        assert_eq!(
            api("GET", "same-origin").await.json()["account"]["name"],
            "ann"
        );
        let order = stranger
            .request("POST", "/api/v1/accounts")
            .header("cookie", cookie);
        let order = order.header("sec-fetch-site", "same-origin").body("{}");
        Answer::of(order.send().await.unwrap()).await.problem(401);

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
        assert_eq!(page(&stranger, "/", cookie, "en").await.status, 303);
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
