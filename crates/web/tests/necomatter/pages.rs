//! Addresses of pages: each leads to where its work is done now.

use noroshi_testkit::each_engine_async;
use serde_json::Value;

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
    ("/static/BOT_catarog.html", "/help"),
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
            let status = answer.status.as_u16();
            assert!(status == 200 || status == 302, "{path}: {}", answer.text);
        }
    })
    .await;
}
