//! Accounts, organisations, audiences.

use noroshi_store::Role;
use noroshi_testkit::each_engine_async;
use serde_json::json;

use crate::common::Hub;

#[tokio::test]
async fn accounts_organisations_and_audiences_are_made() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        let made = root
            .send("POST", "/api/v1/organisations", &json!({"name": "csirt"}))
            .await;
        assert_eq!(
            (made.status.as_u16(), made.json()),
            (201, json!({"name": "csirt"}))
        );
        let order = json!({"name": "bot-1", "kind": "bot", "role": "bot", "organisation": "csirt"});
        let made = root.send("POST", "/api/v1/accounts", &order).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(made.json()["organisation"], "csirt");

        let accounts = root.json("/api/v1/accounts").await;
        let accounts = accounts["accounts"].as_array().unwrap();
        let told: Vec<_> = accounts
            .iter()
            .map(|a| (&a["name"], &a["kind"], &a["role"]))
            .collect();
        let (bot, person, admin) = (json!("bot"), json!("person"), json!("admin"));
        assert_eq!(
            told,
            [
                (&json!("bot-1"), &bot, &bot),
                (&json!("root"), &person, &admin),
            ]
        );

        let order = json!({"name": "ours", "kind": "organisations", "members": ["csirt"]});
        let made = root.send("POST", "/api/v1/audiences", &order).await;
        assert_eq!((made.status.as_u16(), made.json()), (201, order.clone()));
        root.send("POST", "/api/v1/audiences", &order)
            .await
            .problem(409);
        let log = root.json("/api/v1/audit?limit=2").await;
        let entries = log["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0]["action"], "audience.add");
        assert_eq!(entries[1]["action"], "account.add");
    })
    .await;
}

#[tokio::test]
async fn accounts_are_changed_let_in_and_forgotten() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let root = hub.client("root", Role::Admin).await;
        hub.account("ben", Role::Reader).await;
        hub.store.ensure_organisation("north").await.unwrap();
        let path = "/api/v1/accounts/ben";
        let order = json!({"role": "analyst", "organisation": "north", "description": "on call"});
        let changed = root.send("PATCH", path, &order).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        let ben = root.json(path).await;
        assert_eq!(
            (&ben["role"], &ben["organisation"], &ben["description"]),
            (&json!("analyst"), &json!("north"), &json!("on call"))
        );
        let told = root.json("/api/v1/organisations").await;
        assert_eq!(
            told["organisations"],
            json!([{"name": "north", "accounts": 1}])
        );
        // Without an organisation, and with one that is not there.
        root.send("PATCH", path, &json!({"organisation": ""})).await;
        assert_eq!(root.json(path).await["organisation"], json!(null));
        let nowhere = root
            .send("PATCH", path, &json!({"organisation": "south"}))
            .await;
        nowhere.problem(422);
        root.send("PATCH", path, &json!({"role": "king"}))
            .await
            .problem(400);
        root.send("PATCH", "/api/v1/accounts/nobody", &json!({}))
            .await
            .problem(404);
        let last = root
            .send("PATCH", "/api/v1/accounts/root", &json!({"enabled": false}))
            .await;
        last.problem(409);

        let made = root
            .send("POST", "/api/v1/accounts/ben/link", &json!(null))
            .await;
        assert_eq!(
            (made.status.as_u16(), &made.json()["purpose"]),
            (201, &json!("welcome"))
        );
        let token = made.json()["path"]
            .as_str()
            .unwrap()
            .replace("/welcome/", "");
        assert_eq!(
            hub.store.link(&token).await.unwrap().account.as_deref(),
            Some("ben")
        );

        let gone = root.send("DELETE", path, &json!(null)).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        root.get(path).await.problem(404);
        root.send("DELETE", "/api/v1/accounts/root", &json!(null))
            .await
            .problem(409);

        let order = json!({"name": "few", "kind": "accounts", "members": []});
        root.send("POST", "/api/v1/audiences", &order).await;
        let path = "/api/v1/audiences/few";
        let changed = root
            .send("PATCH", path, &json!({"members": ["root"]}))
            .await;
        assert_eq!(changed.json()["members"], json!(["root"]));
        root.send("PATCH", path, &json!({"members": ["nobody"]}))
            .await
            .problem(422);
        let all = root.json("/api/v1/audiences").await;
        assert_eq!(all["audiences"].as_array().unwrap().len(), 2);

        let log = root.json("/api/v1/audit?action=account.delete").await;
        assert_eq!(log["entries"][0]["object"], "ben");
        let pages = root.pages("/api/v1/audit?limit=2", "before").await;
        assert!(pages.len() >= 3);
    })
    .await;
}
