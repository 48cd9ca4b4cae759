//! Who may do what: keys, scopes, roles.

use noroshi_indicator::Tlp;
use noroshi_store::{NewKey, Role, Scope, now};
use noroshi_testkit::each_engine_async;
use noroshi_web::Settings;
use serde_json::json;

use crate::common::{ALL_SCOPES, Hub, replaced};

#[tokio::test]
async fn a_bad_key_is_no_key() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let none = hub.stranger().get("/api/v1/me").await;
        none.problem(401);
        assert_eq!(none.header("www-authenticate"), "Bearer realm=\"noroshi\"");

        hub.account("ann", Role::Reader).await;
        let store = &hub.store;
        let order = |expires| NewKey {
            account: "ann".to_owned(),
            name: "test".to_owned(),
            scopes: vec![Scope::Read],
            tlp: Tlp::Green,
            expires,
        };
        let (revoked, revoked_secret) = store.add_key(order(None)).await.unwrap();
        let (_, expired) = store.add_key(order(Some(now() - 1))).await.unwrap();
        let (_, good) = store
            .add_key(order(Some(now() + 3_600_000_000)))
            .await
            .unwrap();
        let me = hub.with_key(&revoked_secret).json("/api/v1/me").await;
        assert_eq!(me["account"]["name"], "ann");
        store.revoke_key(revoked.id).await.unwrap();
        let unknown = format!("noroshi_{}", "0".repeat(64));
        for key in [&revoked_secret, &expired, &unknown, "x", "noroshi_", "%00"] {
            let answer = hub.with_key(key).get("/api/v1/me").await;
            answer.problem(401);
            assert!(
                answer.header("www-authenticate").contains("invalid_token"),
                "{key}"
            );
        }
        assert_eq!(hub.with_key(&good).get("/api/v1/me").await.status, 200);
    })
    .await;
}

/// What each request needs: a scope, and for some the role.
const NEEDS: [(&str, &str, &str); 19] = [
    ("GET", "/api/v1/search?q=a", "read"),
    ("GET", "/api/v1/lookup/192.0.2.1", "read"),
    ("POST", "/api/v1/lookup", "read"),
    ("GET", "/api/v1/sources", "read"),
    ("GET", "/api/v1/sources/feed", "read"),
    ("PATCH", "/api/v1/sources/feed", "admin"),
    ("POST", "/api/v1/sources", "admin"),
    ("GET", "/api/v1/source-templates", "admin"),
    ("GET", "/api/v1/batches", "read"),
    ("GET", "/api/v1/batches/1", "read"),
    ("GET", "/api/v1/batches/1/bad", "read"),
    ("POST", "/api/v1/batches/1/rollback", "write"),
    ("GET", "/api/v1/changes", "read"),
    ("GET", "/api/v1/accounts", "admin"),
    ("POST", "/api/v1/accounts", "admin"),
    ("POST", "/api/v1/organisations", "admin"),
    ("POST", "/api/v1/audiences", "admin"),
    ("GET", "/api/v1/keys", "read"),
    ("GET", "/api/v1/audit", "admin"),
];

#[tokio::test]
async fn a_key_does_what_its_scopes_and_its_role_allow() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        for (role, allowed) in [
            (Role::Reader, vec!["read"]),
            (Role::Bot, vec!["read", "write"]),
            (Role::Analyst, vec!["read", "write"]),
            (Role::Admin, vec!["read", "write", "admin"]),
        ] {
            hub.account(role.name(), role).await;
            for scopes in [
                &[Scope::Read][..],
                &[Scope::Write],
                &[Scope::Admin],
                &ALL_SCOPES,
            ] {
                let key = hub.key(role.name(), scopes).await;
                let client = hub.with_key(&key);
                for (method, path, needed) in NEEDS {
                    let answer = client.send(method, path, &json!({"text": ""})).await;
                    let has = scopes.iter().any(|scope| scope.name() == needed);
                    let what = format!("{role} {scopes:?} {method} {path}: {}", answer.text);
                    if has && allowed.contains(&needed) {
                        let bot = role == Role::Bot && path.ends_with("/rollback");
                        assert_eq!(answer.status == 403, bot, "{what}");
                        assert_ne!(answer.status, 401, "{what}");
                    } else {
                        let problem = answer.problem(403);
                        let detail = problem["detail"].as_str().unwrap();
                        assert!(detail.contains(&format!("scope {needed}")), "{what}");
                        let by_role = !allowed.contains(&needed);
                        assert_eq!(detail.contains(&format!("role {role}")), by_role, "{what}");
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_hands_out_more_than_they_have() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        hub.account("ann", Role::Analyst).await;
        hub.account("bob", Role::Reader).await;
        let root = hub.client("root", Role::Admin).await;
        let ann = hub.with_key(&hub.key("ann", &[Scope::Read]).await);
        let order = json!({"name": "mine", "scopes": ["read"], "tlp": "red"});

        let made = ann.send("POST", "/api/v1/keys", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.json()["key"]["account"], "ann");
        let secret = made.json()["secret"].as_str().unwrap().to_owned();
        let again = hub.with_key(&secret);
        assert_eq!(again.json("/api/v1/me").await["scopes"], json!(["read"]));
        // The secret is told once.
        assert!(!ann.get("/api/v1/keys").await.text.contains(&secret));

        for (order, status) in [
            (json!({"name": "n", "scopes": ["read", "write"]}), 403),
            (json!({"name": "n", "scopes": ["admin"]}), 403),
            (
                json!({"name": "n", "scopes": ["read"], "account": "bob"}),
                403,
            ),
            (
                json!({"name": "n", "scopes": ["read"], "account": "nobody"}),
                403,
            ),
            (json!({"name": "n", "scopes": []}), 400),
            (json!({"name": "n", "scopes": ["fly"]}), 400),
            (json!({"name": " ", "scopes": ["read"]}), 400),
            (
                json!({"name": "n", "scopes": ["read"], "expires": "2001-01-01T00:00:00Z"}),
                400,
            ),
            (
                json!({"name": "n", "scopes": ["read"], "expires": "soon"}),
                422,
            ),
            (json!({"name": "n", "scopes": ["read"], "more": 1}), 422),
        ] {
            ann.send("POST", "/api/v1/keys", &order)
                .await
                .problem(status);
        }
        // A reader's key does not become an administrator's by what is written on it.
        let forged = hub.with_key(&hub.key("bob", &ALL_SCOPES).await);
        let order = json!({"name": "n", "scopes": ["admin"]});
        forged
            .send("POST", "/api/v1/keys", &order)
            .await
            .problem(403);

        let green = NewKey {
            account: "ann".to_owned(),
            name: "green".to_owned(),
            scopes: vec![Scope::Read],
            tlp: Tlp::Green,
            expires: None,
        };
        let green = hub.with_key(&hub.store.add_key(green).await.unwrap().1);
        let order = json!({"name": "n", "scopes": ["read"], "tlp": "amber"});
        green
            .send("POST", "/api/v1/keys", &order)
            .await
            .problem(403);

        // A key cannot make one that outlives it, and without a word on it ends with it.
        let end = now() + 3_600_000_000;
        let brief = NewKey {
            account: "ann".to_owned(),
            name: "brief".to_owned(),
            scopes: vec![Scope::Read],
            tlp: Tlp::Green,
            expires: Some(end),
        };
        let (brief, secret) = hub.store.add_key(brief).await.unwrap();
        let holder = hub.with_key(&secret);
        let order = json!({"name": "n", "scopes": ["read"], "expires": "2999-01-01T00:00:00Z"});
        holder
            .send("POST", "/api/v1/keys", &order)
            .await
            .problem(403);
        let order = json!({"name": "heir", "scopes": ["read"]});
        holder.send("POST", "/api/v1/keys", &order).await;
        let keys = hub.store.keys(Some("ann")).await.unwrap();
        let heir = keys.iter().find(|key| key.name == "heir").unwrap();
        assert_eq!(heir.expires, Some(end));
        for key in [heir.id, brief.id] {
            hub.store.revoke_key(key).await.unwrap();
        }

        // Administrators make keys for anybody, who still is no more than they are.
        let order = json!({"name": "n", "scopes": ["read", "admin"], "account": "bob"});
        let made = root.send("POST", "/api/v1/keys", &order).await;
        let bob = hub.with_key(made.json()["secret"].as_str().unwrap());
        assert_eq!(bob.json("/api/v1/me").await["scopes"], json!(["read"]));
        let order = json!({"name": "n", "scopes": ["read"], "account": "nobody"});
        root.send("POST", "/api/v1/keys", &order).await.problem(422);

        // Only one's own keys are seen and revoked; those of others are not there.
        let others = root.json("/api/v1/keys?account=bob").await["keys"][0]["id"].clone();
        ann.get("/api/v1/keys?account=bob").await.problem(403);
        let absent = ann.send("DELETE", "/api/v1/keys/999999", &json!({})).await;
        let hidden = ann
            .send("DELETE", &format!("/api/v1/keys/{others}"), &json!({}))
            .await;
        assert_eq!(
            replaced(&hidden.text, &others.to_string(), "999999"),
            absent.text
        );
        absent.problem(404);
        let own = ann.json("/api/v1/keys").await["keys"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(own, 5, "revoked ones are told too");
        let revoked = bob
            .send("DELETE", &format!("/api/v1/keys/{others}"), &json!({}))
            .await;
        assert_eq!(revoked.status, 200);
        assert!(revoked.json()["revoked"].is_string());

        let log = root.json("/api/v1/audit").await.to_string();
        assert!(log.contains("key.add") && log.contains("key.revoke"));
        assert!(!log.contains(&secret));
    })
    .await;
}

#[tokio::test]
async fn who_tries_too_many_keys_has_to_wait() {
    each_engine_async(async |place| {
        let settings = Settings {
            behind_proxy: true,
            ..Settings::default()
        };
        let hub = Hub::with(&place, settings).await;
        let good = hub.client("ann", Role::Reader).await;
        let bad = hub.with_key("noroshi_bad");
        let from = async |client: &crate::common::Client<'_>, address: &str| {
            let request = client
                .request("GET", "/api/v1/me")
                .header("x-forwarded-for", address);
            crate::common::Answer::of(request.send().await.unwrap()).await
        };
        let mut answers = Vec::new();
        for _ in 0..40 {
            // What the client itself claims stands before what the proxy saw.
            answers.push(from(&bad, &format!("198.51.100.{}, 192.0.2.1", answers.len())).await);
        }
        answers[0].problem(401);
        let last = answers.pop().unwrap();
        last.problem(429);
        assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
        assert_eq!(from(&good, "192.0.2.2").await.status, 200);
        from(&bad, "192.0.2.2").await.problem(401);
    })
    .await;
}
