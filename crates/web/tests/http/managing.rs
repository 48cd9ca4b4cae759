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
