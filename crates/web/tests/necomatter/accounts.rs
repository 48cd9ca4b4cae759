//! Users, who follows whom, keys, and forms about the own account.

use noroshi_store::Role;
use noroshi_testkit::each_engine_async;
use serde_json::{Value, json};

use crate::common::{Answer, Hub};
use crate::person::{Person, refused};

const PASSWORD: &str = "correct horse battery";

fn told(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.header("location"))
}

#[tokio::test]
async fn all_names_are_told() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        Person::new(&hub, "ben").await;
        hub.source("feed").await;
        assert_eq!(ann.get("/user_name_list.json").await, json!(["ann", "ben"]));
    })
    .await;
}

#[tokio::test]
async fn one_follows_and_follows_no_longer() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        Person::new(&hub, "ben").await;
        let followed = async || ann.get("/user/ann/followed_user_name_list.json").await;
        let ben = json!({"user_name": "ben"});
        let ok = json!({"result": "ok"});
        assert_eq!(followed().await, json!(["ann"]));
        assert_eq!(ann.done("POST", "/follow.json", &ben).await, ok);
        assert_eq!(followed().await, json!(["ann", "ben"]));
        refused(&ann.ask("POST", "/follow.json", &ben).await, 400);
        for method in ["POST", "DELETE"] {
            assert_eq!(ann.done(method, "/unfollow.json", &ben).await, ok);
            assert_eq!(followed().await, json!(["ann"]));
            refused(&ann.ask(method, "/unfollow.json", &ben).await, 400);
            ann.done("POST", "/follow.json", &ben).await;
        }
        for path in ["/follow.json", "/unfollow.json"] {
            for body in [
                json!({}),
                json!({"user_name": "nobody"}),
                json!({"user_name": 7}),
            ] {
                refused(&ann.ask("POST", path, &body).await, 400);
            }
        }
        // With a key the name is the bot's own, who follows itself and cannot help it.
        refused(&ann.with_key("/follow.json", json!({})).await, 400);
        assert_eq!(ann.with_key("/unfollow.json", json!({})).await.json(), ok);
        let nobody = ann.get("/user/nobody/followed_user_name_list.json").await;
        assert_eq!(nobody, json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_hidden_source_is_nobody_to_follow() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let ben = Person::new(&hub, "ben").await;
        let kind = noroshi_store::AudienceKind::Accounts;
        hub.store.add_audience("few", kind, &["ben"]).await.unwrap();
        hub.source_for("secret", "few").await;
        let ask = async |name: &str| {
            let body = json!({"user_name": name});
            ann.ask("POST", "/follow.json", &body).await
        };
        let (hidden, absent) = (ask("secret").await, ask("nobody").await);
        assert_eq!(hidden.status, absent.status);
        assert_eq!(hidden.text.replace("secret", "nobody"), absent.text);
        ben.done("POST", "/follow.json", &json!({"user_name": "secret"}))
            .await;
        let path = "/user/ben/followed_user_name_list.json";
        assert_eq!(ben.get(path).await, json!(["ben", "secret"]));
        assert_eq!(ann.get(path).await, json!(["ben"]));
        let path = "/user/secret/followed_user_name_list.json";
        assert_eq!(ann.get(path).await, json!([]));
    })
    .await;
}

#[tokio::test]
async fn keys_are_made_and_taken_back() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let (mut ann, ben) = (
            Person::new(&hub, "ann").await,
            Person::new(&hub, "ben").await,
        );
        let made = ann
            .done("POST", "/user_setting/create_new_key.json", &Value::Null)
            .await;
        let key = made["key"].as_str().unwrap().to_owned();
        assert_eq!(made, json!({"result": "ok", "key": key}));
        ann.key.clone_from(&key);
        ann.post("with the new key").await;
        let again = ann
            .with_key("/user_setting/create_new_key.json", json!({}))
            .await;
        let third = again.json()["key"].as_str().unwrap().to_owned();
        let ok = json!({"result": "ok"});
        let path = format!("/user_setting/key/{key}.json");
        // Somebody else's stays.
        assert_eq!(ben.done("DELETE", &path, &Value::Null).await, ok);
        ann.post("still").await;
        assert_eq!(ann.done("DELETE", &path, &Value::Null).await, ok);
        refused(
            &ann.with_key("/post.json", json!({"text": "no more"})).await,
            401,
        );
        assert_eq!(ann.done("DELETE", &path, &Value::Null).await, ok);
        ann.key.clone_from(&third);
        let path = format!("/user_setting/key/{third}.json");
        assert_eq!(ann.with_key(&path, json!({})).await.json(), ok);
        refused(
            &ann.with_key("/post.json", json!({"text": "no more"})).await,
            401,
        );
        // Whoever only reads gets a key that only reads.
        let mut rea = Person::with(&hub, "rea", Role::Reader).await;
        let made = rea
            .done("POST", "/user_setting/create_new_key.json", &Value::Null)
            .await;
        made["key"].as_str().unwrap().clone_into(&mut rea.key);
        assert_eq!(
            rea.with_key("/timeline/rea.json", json!({})).await.status,
            200
        );
        refused(&rea.with_key("/post.json", json!({"text": "a"})).await, 403);
    })
    .await;
}

#[tokio::test]
async fn administrators_make_accounts() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let root = Person::with(&hub, "root", Role::Admin).await;
        let order = |name: &str, password: &str, manages: bool| {
            json!({"new_user_name": name, "new_user_password": password,
                "new_user_can_create_user": manages})
        };
        let path = "/add_user.json";
        let answer = ann
            .ask("POST", path, &order("carol", PASSWORD, false))
            .await;
        assert_eq!(
            refused(&answer, 400),
            "create user called from un-permit user"
        );
        for (method, name, manages, role) in [
            ("POST", "carol", false, Role::Analyst),
            ("PUT", "dora", true, Role::Admin),
        ] {
            let made = root
                .done(method, path, &order(name, PASSWORD, manages))
                .await;
            assert_eq!(made, json!({"result": "ok"}));
            assert!(hub.store.check_password(name, PASSWORD).await.unwrap());
            assert_eq!(hub.store.account(name).await.unwrap().role, role);
        }
        for (name, password, says) in [
            ("carol", PASSWORD, "User carol is already registerd."),
            (
                "a@b",
                PASSWORD,
                "User a@b has permitted character. please use other name",
            ),
            (
                "a.json",
                PASSWORD,
                "User a.json has permitted character. please use other name",
            ),
            (
                "a<b",
                PASSWORD,
                "User a<b has escape string. please use other name",
            ),
            ("", PASSWORD, "neither name nor password may be empty"),
            ("eve", "", "neither name nor password may be empty"),
            ("eve", "short", "a password has at least 12 characters"),
        ] {
            let answer = root.ask("POST", path, &order(name, password, false)).await;
            assert_eq!(refused(&answer, 400), says);
        }
        for missing in [
            "new_user_name",
            "new_user_password",
            "new_user_can_create_user",
        ] {
            let mut body = order("eve", PASSWORD, false);
            body.as_object_mut().unwrap().remove(missing);
            let answer = root.ask("POST", path, &body).await;
            assert!(refused(&answer, 400).contains(missing));
        }
        assert!(hub.store.account("eve").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn one_signs_in_and_out_by_the_old_addresses() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let mut ann = Person::new(&hub, "ann").await;
        hub.store.set_password("ann", PASSWORD).await.unwrap();
        let wrong = ann.form("/signin", "user_name=ann&password=wrong").await;
        assert_eq!(wrong.status, 200);
        assert!(wrong.text.contains("name=\"password\"") && wrong.header("set-cookie").is_empty());
        let form = format!("user_name=ann&password={}", PASSWORD.replace(' ', "+"));
        let answer = ann.form("/signin", &form).await;
        assert_eq!(told(&answer), (302, "/"));
        answer
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut ann.cookie);
        assert_eq!(ann.get("/user_name_list.json").await, json!(["ann"]));
        assert!(
            ann.form("/signin", "user_name=ann")
                .await
                .status
                .is_client_error()
        );
        // Not from a page of another site.
        let request = hub
            .stranger()
            .request("GET", "/signout")
            .header("cookie", &ann.cookie);
        let request = request.header("sec-fetch-site", "cross-site");
        assert_eq!(request.send().await.unwrap().status(), 403);
        assert_eq!(ann.get("/user_name_list.json").await, json!(["ann"]));
        let answer = ann.ask("GET", "/signout", &Value::Null).await;
        assert_eq!(told(&answer), (302, "/"));
        refused(
            &ann.ask("GET", "/user_name_list.json", &Value::Null).await,
            401,
        );
        let closed = ann.form("/signup", "user_name=a&password=b").await;
        assert_eq!(closed.status, 200);
        assert!(closed.text.contains("user sign up page is closed."));
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_and_the_session_ends() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        hub.store.set_password("ann", PASSWORD).await.unwrap();
        let until = noroshi_store::now() + 60_000_000;
        let token = hub.store.begin_session("ann", None, until).await.unwrap();
        let ann = Person {
            cookie: format!("noroshi={token}"),
            ..ann
        };
        let form = |old: &str, new: &str, again: &str| {
            format!("old_password={old}&password={new}&password_2={again}").replace(' ', "+")
        };
        for bad in [
            form(
                "wrong password",
                "another horse battery",
                "another horse battery",
            ),
            form(PASSWORD, "another horse battery", "something else"),
            form(PASSWORD, "short", "short"),
        ] {
            let answer = ann.form("/change_password", &bad).await;
            assert_eq!(answer.status, 200, "{bad}");
            assert!(hub.store.check_password("ann", PASSWORD).await.unwrap());
        }
        let good = form(PASSWORD, "another horse battery", "another horse battery");
        assert_eq!(told(&ann.form("/change_password", &good).await), (302, "/"));
        assert!(
            hub.store
                .check_password("ann", "another horse battery")
                .await
                .unwrap()
        );
        refused(
            &ann.ask("GET", "/user_name_list.json", &Value::Null).await,
            401,
        );
    })
    .await;
}

#[tokio::test]
async fn one_leaves_and_what_one_wrote_stays() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let ben = Person::new(&hub, "ben").await;
        ann.post("remember me").await;
        hub.store.set_password("ann", PASSWORD).await.unwrap();
        let until = noroshi_store::now() + 60_000_000;
        let token = hub.store.begin_session("ann", None, until).await.unwrap();
        let ann = Person {
            cookie: format!("noroshi={token}"),
            ..ann
        };
        let good = format!(
            "delete_request=yes&password_retype={}",
            PASSWORD.replace(' ', "+")
        );
        refused(&ann.form("/delete_me.js", "password_retype=a").await, 400);
        refused(
            &ann.form("/delete_me.js", "delete_request=yes&password_retype=a")
                .await,
            401,
        );
        let stranger = hub.stranger().request("POST", "/delete_me.js");
        let stranger = stranger
            .header("content-type", "application/x-www-form-urlencoded")
            .body(good.clone());
        refused(&Answer::of(stranger.send().await.unwrap()).await, 401);
        let answer = ann.form("/delete_me.js", &good).await;
        let left = json!({"result": "success", "description": "user ann deleted."});
        assert_eq!((answer.status.as_u16(), answer.json()), (200, left));
        refused(
            &ann.ask("GET", "/user_name_list.json", &Value::Null).await,
            401,
        );
        refused(&ann.with_key("/post.json", json!({"text": "a"})).await, 401);
        assert_eq!(ben.get("/user_name_list.json").await, json!(["ben"]));
        assert_eq!(ben.get("/user/ann.json").await[0]["text"], "remember me");
    })
    .await;
}

#[tokio::test]
async fn pictures_are_drawn_and_none_is_taken() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        let ann = Person::new(&hub, "ann").await;
        let answer = ann.form("/user/icon_upload.html", "icon=x").await;
        assert_eq!(answer.status, 403);
        assert!(answer.text.contains("drawn from their names"));
        let picture = hub.stranger().get("/avatar/ann.svg").await;
        assert_eq!(picture.header("content-type"), "image/svg+xml");
        assert_eq!(
            picture.header("content-security-policy"),
            "default-src 'none'; sandbox"
        );
        assert!(picture.text.starts_with("<svg "));
        assert_ne!(
            picture.text,
            hub.stranger().get("/avatar/ben.svg").await.text
        );
        for absent in ["/avatar/ann.png", "/avatar/ann"] {
            refused(&hub.stranger().get(absent).await, 404);
        }
    })
    .await;
}
