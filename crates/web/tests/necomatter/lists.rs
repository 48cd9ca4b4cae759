//! Lists of accounts.

use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::Hub;
use crate::person::{Person, refused};

#[tokio::test]
async fn lists_are_made_and_told() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let path = "/list/ann.json";
        let order = json!({"list_name": "l1", "description": "a <few>"});
        let made = json!({"result": "ok", "description": "list \"l1\" created."});
        assert_eq!(ann.done("POST", path, &order).await, made);
        // Once more, it stays as it was.
        let again = json!({"list_name": "l1", "description": "other"});
        assert_eq!(ann.with_key(path, again).await.json(), made);
        let hidden = json!({"list_name": "l2", "description": "", "hidden": true});
        ann.done("POST", path, &hidden).await;
        let told = ann.get(path).await;
        assert_eq!(told["result"], "ok");
        let first = &told["list"][0];
        assert_eq!(
            first,
            &json!({"name": "l1", "description": "a &lt;few&gt;", "owner_name": "ann",
                "id": first["id"], "time": first["time"], "unix_time": first["unix_time"]})
        );
        assert!(first["id"].is_i64() && first["unix_time"].is_f64() && first["time"].is_string());
        assert_eq!(told["list"][1]["name"], "l2");
        assert_eq!(told["list"].as_array().unwrap().len(), 2);
        let seen = ben.get(path).await;
        assert_eq!(
            seen["list"].as_array().unwrap().len(),
            1,
            "hidden lists are hidden"
        );
        let none = json!({"result": "ok", "list": []});
        assert_eq!(ben.get("/list/nobody.json").await, none);
        refused(&ben.ask("POST", path, &order).await, 400);
        for bad in [
            json!({"list_name": "l3"}),
            json!({"description": ""}),
            json!({"list_name": "", "description": ""}),
            json!({"list_name": "a/b", "description": ""}),
            json!({"list_name": 7, "description": ""}),
            json!({"list_name": "l3", "description": "", "hidden": "no"}),
        ] {
            refused(&ann.ask("POST", path, &bad).await, 400);
        }
    })
    .await;
}

#[tokio::test]
async fn members_come_and_go() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        Person::new(&hub, "abe").await;
        let path = "/list/ann/l1.json";
        let put = |name: &str| json!({"target_user": name});
        let ok = json!({"result": "ok", "list_name": "l1"});
        assert_eq!(
            ann.done("POST", path, &put("ben")).await,
            ok,
            "the list is made"
        );
        assert_eq!(ann.with_key(path, put("abe")).await.json(), ok);
        refused(&ann.ask("POST", path, &put("ben")).await, 409);
        refused(&ann.ask("POST", path, &put("nobody")).await, 404);
        refused(&ann.ask("POST", path, &json!({})).await, 400);
        refused(&ben.ask("POST", path, &put("ben")).await, 400);
        let told = ann.get(path).await;
        let members = json!({"result": "ok", "user_list": ["ben", "abe"], "name": "l1",
            "description": ""});
        assert_eq!(told, members);
        let (hidden, absent) = (
            ben.ask("GET", path, &Value::Null).await,
            ben.ask("GET", "/list/ann/l2.json", &Value::Null).await,
        );
        refused(&hidden, 404);
        assert_eq!(hidden.text.replace("l1", "l2"), absent.text);
        // Either way of taking somebody out.
        let out = json!({"result": "ok", "list_name": "l1", "delete_user": "ben"});
        let by_delete = "/list/ann/l1/ben.json";
        assert_eq!(ann.done("DELETE", by_delete, &Value::Null).await, out);
        refused(&ann.ask("DELETE", by_delete, &Value::Null).await, 404);
        let by_post = "/list_delete/ann/l1/abe.json";
        refused(&ben.ask("POST", by_post, &Value::Null).await, 400);
        assert_eq!(
            ann.with_key(by_post, json!({})).await.json()["delete_user"],
            "abe"
        );
        refused(&ann.ask("POST", by_post, &Value::Null).await, 404);
        assert_eq!(ann.get(path).await["user_list"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_list_gets_another_description_and_stays_hidden() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let hidden = json!({"list_name": "l1", "description": "", "hidden": true});
        ann.done("POST", "/list/ann.json", &hidden).await;
        let change = json!({"description": "new"});
        for list in ["l1", "made"] {
            let path = format!("/list/ann/{list}.json");
            assert_eq!(
                ann.done("PUT", &path, &change).await,
                json!({"result": "ok"})
            );
            assert_eq!(ann.get(&path).await["description"], "new");
            refused(&ben.ask("PUT", &path, &change).await, 400);
            refused(&ann.ask("PUT", &path, &json!({})).await, 400);
        }
        let seen = ben.get("/list/ann.json").await;
        assert_eq!(seen["list"].as_array().unwrap().len(), 1);
    })
    .await;
}
