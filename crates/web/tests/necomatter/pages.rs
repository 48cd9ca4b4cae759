//! Addresses of pages: each leads to where its work is done now.

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::{Person, refused};

/// An old address, and where it leads.
const LEADS: [(&str, &str); 20] = [
    ("/signin", "/sign-in"),
    ("/signup", "/sign-in"),
    ("/user/ann", "/account/ann"),
    ("/user/a%2Fb", "/account/a%2Fb"),
    ("/timeline/ann", "/account/ann"),
    ("/alluser/timeline", "/timeline/everyone"),
    ("/tweet/8", "/post/8"),
    ("/tweet/8_tree", "/post/8"),
    ("/list/ann", "/account/ann"),
    ("/list_timeline/ann/few", "/list/ann/few"),
    ("/matome", "/stories"),
    ("/matome/8", "/story/8"),
    ("/user_setting/", "/settings"),
    ("/delete_me", "/settings"),
    ("/stream/client_list", "/bots"),
    ("/static/bot_tutorial.html", "/help"),
    ("/static/BOT_catarog.html", "/bots"),
    ("/static/rest_interfaces.html", "/api"),
    ("/static/data_relation.html", "/about"),
    ("/favicon.ico", "/assets/"),
];

#[tokio::test]
async fn old_addresses_lead_to_where_their_work_is_done() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        for (old, new) in LEADS {
            let answer = ann.ask("GET", old, &Value::Null).await;
            assert_eq!(answer.status, 302, "{old}: {}", answer.text);
            assert!(
                answer.header("location").starts_with(new),
                "{old}: {:?}",
                answer.headers
            );
        }
        for none in [
            "/static/user_icon/x.html",
            "/static/../secret",
            "/tweet/x",
            "/matome/x",
        ] {
            let answer = ann.ask("GET", none, &Value::Null).await;
            assert_eq!(answer.status, 404, "{none}: {}", answer.text);
        }
        refused(&ann.ask("GET", "/static/x", &Value::Null).await, 404);
    })
    .await;
}

#[tokio::test]
async fn pages_that_kept_their_address_are_there() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        for path in ["/", "/search?search_text=a", "/tag/ioc"] {
            let answer = ann.ask("GET", path, &Value::Null).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert!(answer.header("content-type").starts_with("text/html"));
        }
    })
    .await;
}

/// A path is for bots where it ends in `.json`, and for people otherwise.
#[tokio::test]
async fn lists_and_tags_have_pages_and_answers_for_bots() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        ann.post("#ioc").await;
        ann.done("POST", "/list/ann/few.json", &json!({"target_user": "ann"}))
            .await;
        for path in ["/tag/ioc", "/list/ann/few"] {
            let page = ann.ask("GET", path, &Value::Null).await;
            assert!(
                page.header("content-type").starts_with("text/html"),
                "{path}"
            );
            assert_eq!(page.status, 200, "{path}: {}", page.text);
            ann.get(&format!("{path}.json")).await;
        }
        refused(&ann.ask("POST", "/tag/ioc", &Value::Null).await, 405);
        let form = "description=changed";
        let changed = ann.form("/list/ann/few", form).await;
        assert_eq!(changed.status, 303, "{}", changed.text);
        assert_eq!(
            ann.get("/list/ann/few.json").await["description"],
            "changed"
        );
        let request = hub.stranger().request("POST", "/list/ann/few");
        let request = request
            .header("cookie", &ann.cookie)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/x-www-form-urlencoded")
            .body("description=stolen");
        assert_eq!(request.send().await.unwrap().status(), 403);
        assert_eq!(
            ann.get("/list/ann/few.json").await["description"],
            "changed"
        );
    })
    .await;
}
