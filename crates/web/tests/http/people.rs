//! People in browsers: links, passwords, sessions, settings, administration.

use noroshi_store::{AccountChange, AuditFilter, Reader, Role, now};
use noroshi_testkit::each_engine_async;

use crate::common::{Answer, Hub, encoded, import, row};

const PASSWORD: &str = "correct horse battery";

/// Somebody with a browser.
pub(crate) struct Visitor<'a> {
    hub: &'a Hub,
    pub(crate) cookie: String,
}

impl<'a> Visitor<'a> {
    pub(crate) fn stranger(hub: &'a Hub) -> Visitor<'a> {
        let cookie = String::new();
        Visitor { hub, cookie }
    }

    /// Signed in, with a new account of that role and the usual password.
    pub(crate) async fn new(hub: &'a Hub, name: &str, role: Role) -> Visitor<'a> {
        hub.account(name, role).await;
        hub.store.set_password(name, PASSWORD).await.unwrap();
        let mut visitor = Visitor::stranger(hub);
        let answer = visitor.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        visitor.keep(&answer);
        visitor
    }

    /// Takes the session's cookie of an answer.
    fn keep(&mut self, answer: &Answer) {
        let cookies = answer.headers.get_all("set-cookie").iter();
        let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
        let session = cookies.find(|cookie| cookie.starts_with("noroshi="));
        session
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut self.cookie);
    }

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let form = [("name", name), ("password", password), ("next", "")];
        self.post("/sign-in", &form).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.hub.stranger().request("GET", path);
        let request = request.header("cookie", &self.cookie);
        Answer::of(request.send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.post_from(path, form, "same-origin").await
    }

    async fn post_from(&self, path: &str, form: &[(&str, &str)], site: &str) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .collect();
        let request = self.hub.stranger().request("POST", path);
        let request = request
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", site)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"));
        Answer::of(request.send().await.unwrap()).await
    }

    /// A page that must be there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }
}

fn hour() -> i64 {
    now() + 3_600_000_000
}

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("location"))
}

#[tokio::test]
async fn the_first_link_makes_an_administrator_once() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let token = hub.store.make_first_link(hour()).await.unwrap().unwrap();
        let path = format!("/welcome/{token}");
        let mut visitor = Visitor::stranger(&hub);
        let page = visitor.page(&path).await;
        assert!(
            page.contains("name=\"name\"") && page.contains("new-password"),
            "{page}"
        );
        for (password, again) in [(PASSWORD, "another"), ("short", "short")] {
            let form = [("name", "root"), ("password", password), ("again", again)];
            let refused = visitor.post(&path, &form).await;
            assert_eq!(refused.status, 400, "{}", refused.text);
            assert!(
                !refused.text.contains(PASSWORD),
                "a password is never shown"
            );
        }
        let form = [
            ("name", "root"),
            ("password", PASSWORD),
            ("again", PASSWORD),
        ];
        let entered = visitor.post(&path, &form).await;
        assert_eq!(
            told(&entered),
            (303, "/welcome/sources"),
            "{}",
            entered.text
        );
        visitor.keep(&entered);
        assert!(visitor.page("/manage").await.contains("root"));
        // The form sent again, and the link opened again, change nothing.
        assert_eq!(visitor.post(&path, &form).await.status, 404);
        assert_eq!(visitor.get(&path).await.status, 404);
        assert_eq!(hub.store.accounts().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_password_opens_and_guessing_is_slowed() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        hub.account("ben", Role::Reader).await;
        hub.store.set_password("ben", PASSWORD).await.unwrap();
        let visitor = Visitor::stranger(&hub);
        let wrong = visitor.sign_in("ben", "wrong horse battery").await;
        let unknown = visitor.sign_in("eve", "wrong horse battery").await;
        assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (403, 403));
        assert_eq!(wrong.text.replace("\"ben\"", "\"eve\""), unknown.text);
        let form = [("name", "ben"), ("password", PASSWORD), ("next", "/check")];
        let entered = visitor.post("/sign-in", &form).await;
        assert_eq!(told(&entered), (303, "/check"));
        for away in ["//evil.example", "https://evil.example/", "/\\evil.example"] {
            let form = [("name", "ben"), ("password", PASSWORD), ("next", away)];
            assert_eq!(told(&visitor.post("/sign-in", &form).await), (303, "/"));
        }

        let keyed = visitor.post("/sign-in", &[("key", "noroshi_00")]).await;
        assert_eq!(keyed.status, 403);

        // A name has few tries, whether an account has it or not.
        for name in ["ben", "nobody"] {
            let mut last = visitor.sign_in(name, "wrong").await;
            for _ in 0..12 {
                last = visitor.sign_in(name, "wrong").await;
            }
            assert_eq!(last.status, 429, "{name}: {}", last.text);
            assert!(last.header("retry-after").parse::<u32>().unwrap() > 0);
            // Not even the right password is tried now.
            assert_eq!(visitor.sign_in(name, PASSWORD).await.status, 429);
        }
        let filter = AuditFilter {
            action: Some("session.refuse".to_owned()),
            ..AuditFilter::default()
        };
        let refused = hub.store.audit_log(&filter, 100).await.unwrap();
        assert!(refused.iter().any(|entry| entry.object == "ben"));
        assert!(
            refused
                .iter()
                .all(|entry| entry.object == "ben" || entry.object == "?")
        );
    })
    .await;
}

#[tokio::test]
async fn what_other_sites_post_is_refused_everywhere() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = Visitor::new(&hub, "root", Role::Admin).await;
        let mut tried = 0;
        for route in noroshi_web::routes::table() {
            if route.method != "POST" || route.path.starts_with("/api/") {
                continue;
            }
            let path = route.path.replace("{name}", "root").replace("{id}", "1");
            let path = path.replace("{token}", "0123").replace("{post}", "1");
            for site in ["cross-site", "same-site"] {
                let answer = root.post_from(&path, &[], site).await;
                assert_eq!(answer.status, 403, "{path} from {site}: {}", answer.text);
                assert!(
                    answer.text.contains("another site"),
                    "{path}: {}",
                    answer.text
                );
            }
            tried += 1;
        }
        assert!(tried > 15, "{tried}");
        // Still signed in: what was refused did nothing.
        root.page("/settings").await;
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_at_once() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ben = Visitor::new(&hub, "ben", Role::Reader).await;
        let mut other = Visitor::stranger(&hub);
        let entered = other.sign_in("ben", PASSWORD).await;
        other.keep(&entered);
        let page = ben.page("/settings").await;
        let path = page.split("action=\"/settings/sessions/").nth(1).unwrap();
        let path = format!("/settings/sessions/{}", path.split('"').next().unwrap());
        assert_eq!(ben.post(&path, &[]).await.status, 303);
        assert_eq!(other.get("/settings").await.status, 303, "it was revoked");
        // Again it does no harm.
        assert_eq!(ben.post(&path, &[]).await.status, 303);
        ben.page("/settings").await;

        // Another password ends the others, and needs the old one.
        let entered = other.sign_in("ben", PASSWORD).await;
        other.keep(&entered);
        let new = "another long password";
        let form = [("current", "wrong"), ("password", new), ("again", new)];
        assert_eq!(ben.post("/settings/password", &form).await.status, 400);
        let form = [("current", PASSWORD), ("password", new), ("again", new)];
        assert_eq!(ben.post("/settings/password", &form).await.status, 303);
        assert_eq!(other.get("/settings").await.status, 303);
        ben.page("/settings").await;

        let disable = AccountChange {
            enabled: Some(false),
            ..AccountChange::default()
        };
        let operator = Reader::operator();
        hub.store
            .change_account(&operator, "ben", disable)
            .await
            .unwrap();
        assert_eq!(ben.get("/settings").await.status, 303, "it was disabled");
        assert_eq!(other.sign_in("ben", new).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn settings_are_kept_and_keys_shown_once() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ben = Visitor::new(&hub, "ben", Role::Reader).await;
        let form = [
            ("language", "ja"),
            ("theme", "dark"),
            ("zone", "Asia/Tokyo"),
        ];
        let saved = ben.post("/settings/look", &form).await;
        assert_eq!(saved.status, 303);
        let cookies = format!("{:?}", saved.headers);
        for cookie in ["lang=ja;", "theme=dark;", "zone=Asia/Tokyo;"] {
            assert!(cookies.contains(cookie), "{cookies}");
        }
        // Wherever ben signs in, it is so.
        let entered = Visitor::stranger(&hub).sign_in("ben", PASSWORD).await;
        assert!(format!("{:?}", entered.headers).contains("lang=ja;"));
        let form = [("language", ""), ("theme", "system"), ("zone", "<script>")];
        assert_eq!(ben.post("/settings/look", &form).await.status, 400);

        let form = [
            ("name", "laptop"),
            ("read", "1"),
            ("tlp", "amber"),
            ("days", "30"),
        ];
        let made = ben.post("/settings/keys", &form).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let secret = made.text.split("id=\"secret\">").nth(1).unwrap();
        let secret = secret.split('<').next().unwrap().to_owned();
        let me = hub.with_key(&secret).json("/api/v1/me").await;
        assert_eq!(
            (&me["account"]["name"], &me["tlp"]),
            (&"ben".into(), &"amber".into())
        );
        assert!(!ben.page("/settings").await.contains(&secret));
        // Sent again it makes no second one, and nobody gets more than the role allows.
        assert_eq!(ben.post("/settings/keys", &form).await.status, 400);
        let more = [
            ("name", "more"),
            ("write", "1"),
            ("tlp", "green"),
            ("days", ""),
        ];
        assert_eq!(ben.post("/settings/keys", &more).await.status, 400);
        let keys = hub.store.keys(Some("ben")).await.unwrap();
        assert_eq!(keys.len(), 1);
        let path = format!("/settings/keys/{}/revoke", keys[0].id);
        assert_eq!(ben.post(&path, &[]).await.status, 303);
        hub.with_key(&secret).get("/api/v1/me").await.problem(401);
    })
    .await;
}

#[tokio::test]
async fn an_administrator_manages_people() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = Visitor::new(&hub, "root", Role::Admin).await;
        assert_eq!(
            root.post("/manage/organisations", &[("name", "csirt")])
                .await
                .status,
            303
        );
        let form = [
            ("name", "ben"),
            ("kind", "person"),
            ("role", "reader"),
            ("organisation", "csirt"),
        ];
        let made = root.post("/manage/accounts", &form).await;
        assert_eq!(told(&made), (303, "/manage/accounts/ben"), "{}", made.text);
        let again = root.post("/manage/accounts", &form).await;
        assert_eq!(again.status, 400);
        assert!(again.text.contains("already"), "{}", again.text);

        let shown = root.post("/manage/accounts/ben/link", &[]).await;
        let link = shown.text.split("/welcome/").nth(1).unwrap();
        let link = format!("/welcome/{}", link.split(['<', '"']).next().unwrap());
        let mut ben = Visitor::stranger(&hub);
        let page = ben.page(&link).await;
        assert!(
            page.contains("ben") && !page.contains("id=\"f-name\""),
            "{page}"
        );
        let form = [("password", PASSWORD), ("again", PASSWORD)];
        let entered = ben.post(&link, &form).await;
        assert_eq!(told(&entered), (303, "/"));
        ben.keep(&entered);
        for path in [
            "/manage",
            "/manage/keys",
            "/manage/audit",
            "/welcome/sources",
        ] {
            assert_eq!(ben.get(path).await.status, 403, "{path}");
        }
        assert!(!ben.page("/settings").await.contains("href=\"/manage\""));

        let change = [
            ("role", "analyst"),
            ("organisation", ""),
            ("description", "<b>on call"),
            ("enabled", "1"),
        ];
        assert_eq!(root.post("/manage/accounts/ben", &change).await.status, 303);
        let page = root.page("/manage/accounts/ben").await;
        assert!(
            page.contains("&#60;b&#62;on call") && !page.contains("<b>on"),
            "{page}"
        );
        let change = [
            ("role", "reader"),
            ("organisation", ""),
            ("description", ""),
            ("enabled", "1"),
        ];
        let last = root.post("/manage/accounts/root", &change).await;
        assert_eq!(last.status, 400);
        assert!(last.text.contains("last administrator"), "{}", last.text);

        let form = [
            ("name", "close"),
            ("kind", "accounts"),
            ("members", "ben, root"),
        ];
        assert_eq!(root.post("/manage/audiences", &form).await.status, 303);
        assert_eq!(
            root.post("/manage/audiences/close", &[("members", "root")])
                .await
                .status,
            303
        );
        assert_eq!(
            root.post("/manage/audiences/close", &[("members", "eve")])
                .await
                .status,
            400
        );
        assert_eq!(hub.store.audience("close").await.unwrap().members, ["root"]);

        let log = root
            .page("/manage/audit?account=root&action=audience.change&object=")
            .await;
        assert!(
            log.contains("<bdi>close</bdi>") && !log.contains("organisation.add</code>"),
            "{log}"
        );
        assert_eq!(
            root.post("/manage/accounts/ben/delete", &[]).await.status,
            400
        );
        root.post(
            "/manage/accounts",
            &[
                ("name", "slip"),
                ("kind", "bot"),
                ("role", "bot"),
                ("organisation", ""),
            ],
        )
        .await;
        assert_eq!(
            told(&root.post("/manage/accounts/slip/delete", &[]).await),
            (303, "/manage")
        );
    })
    .await;
}

/// Which role may open what, and what is posted to whom.
#[tokio::test]
async fn every_role_has_its_pages() {
    const ALL: &[Role] = &[Role::Admin, Role::Analyst, Role::Reader, Role::Bot];
    const ADMIN: &[Role] = &[Role::Admin];
    const UNDO: &[Role] = &[Role::Admin, Role::Analyst];
    let table: &[(&str, &str, &[Role])] = &[
        ("GET", "/", ALL),
        ("GET", "/sources", ALL),
        ("GET", "/sources/overlap", ALL),
        ("GET", "/source/feed", ALL),
        ("GET", "/batch/1", ALL),
        ("GET", "/progress", ALL),
        ("GET", "/settings", ALL),
        ("POST", "/settings/sessions/999999/revoke", ALL),
        ("POST", "/batch/1/rollback", UNDO),
        ("POST", "/source/feed", ADMIN),
        ("GET", "/welcome/sources", ADMIN),
        ("POST", "/welcome/sources", ADMIN),
        ("GET", "/manage", ADMIN),
        ("GET", "/manage/accounts/target", ADMIN),
        ("POST", "/manage/accounts/target/link", ADMIN),
        ("GET", "/manage/audiences", ADMIN),
        ("GET", "/manage/keys", ADMIN),
        ("GET", "/manage/audit", ADMIN),
    ];
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        hub.account("target", Role::Reader).await;
        let feed = hub.source("feed").await;
        let batch = import(&hub.store, &feed, vec![row("evil.example")]).await;
        assert_eq!(batch.id, 1);
        for role in [Role::Reader, Role::Bot, Role::Analyst, Role::Admin] {
            let somebody = Visitor::new(&hub, &format!("a-{role}"), role).await;
            for (method, path, roles) in table {
                let answer = match *method {
                    "GET" => somebody.get(path).await,
                    _ => somebody.post(path, &[]).await,
                };
                let may = roles.contains(&role);
                let refused = answer.status == 403;
                assert_ne!(may, refused, "{role} {method} {path}: {}", answer.text);
                assert!(
                    refused || answer.status.as_u16() < 400,
                    "{path}: {}",
                    answer.text
                );
            }
        }
    })
    .await;
}
