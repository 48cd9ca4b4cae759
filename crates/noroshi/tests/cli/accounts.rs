//! Accounts, keys and sources from the command line, also while a server runs on the same data.

use noroshi_testkit::{Engine, Target, each_engine};
use serde_json::Value;

use crate::fixture::{body, file, offline};
use crate::hub::Hub;

#[test]
fn a_key_opens_until_it_is_revoked() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let account = hub.json(&[
            "account",
            "add",
            "chie",
            "--role",
            "analyst",
            "--organisation",
            "csirt",
            "--json",
        ]);
        assert_eq!(account["name"], "chie");
        assert_eq!(
            (&account["kind"], &account["role"]),
            (&"person".into(), &"analyst".into())
        );
        let server = hub.serve(&[]);
        // All of this while the server runs.
        let key = hub.json(&[
            "key",
            "add",
            "chie",
            "--name",
            "laptop",
            "--expires",
            "90d",
            "--json",
        ]);
        let secret = key["key"].as_str().unwrap().to_owned();
        assert_eq!(key["scopes"], serde_json::json!(["read"]));
        let (status, me) = server.get("/api/v1/search?q=", &secret);
        assert_eq!(status, 200, "{me}");
        let listed = hub.ok(&["key", "list", "chie", "--json"]);
        assert!(!listed.contains(&secret), "{listed}");
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(
            (&listed["name"], &listed["revoked"]),
            (&"laptop".into(), &Value::Null)
        );

        let id = key["id"].to_string();
        hub.ok(&["key", "revoke", &id]);
        assert_eq!(server.get("/api/v1/search?q=", &secret).0, 401);
        assert_eq!(hub.run(&["key", "revoke", "999999"]).code, Some(1));

        // Alone on its line without --json.
        let printed = hub.ok(&["key", "add", "chie", "--scope", "read,write"]);
        assert_eq!(printed.lines().count(), 1);
        assert_eq!(server.get("/api/v1/search?q=", printed.trim()).0, 200);
    });
}

#[test]
fn accounts_are_listed_and_names_are_unique() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "bot1", "--bot"]);
        hub.ok(&["account", "add", "anna", "--role", "admin"]);
        let again = hub.run(&["account", "add", "anna"]);
        assert_eq!(again.code, Some(1));
        assert!(again.stderr.contains("already"), "{}", again.stderr);
        let listed = hub.ok(&["account", "list", "--json"]);
        let accounts: Vec<Value> = listed
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(accounts.len(), 2);
        assert_eq!(
            (
                &accounts[1]["name"],
                &accounts[1]["kind"],
                &accounts[1]["role"]
            ),
            (&"bot1".into(), &"bot".into(), &"bot".into())
        );
        let table = hub.ok(&["account", "list"]);
        assert!(
            table.starts_with("NAME") && table.contains("anna"),
            "{table}"
        );
        assert_eq!(
            hub.run(&["account", "add", "x", "--role", "king"]).code,
            Some(2)
        );
    });
}

#[test]
fn a_password_comes_on_standard_input() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "anna"]);
        let set = hub.run_with(&["account", "password", "anna"], "correct horse battery\n");
        assert_eq!(set.code, Some(0), "{}", set.stderr);
        let short = hub.run_with(&["account", "password", "anna"], "short\n");
        assert_eq!(short.code, Some(1));
        assert!(short.stderr.contains("12 characters"), "{}", short.stderr);
        assert_eq!(
            hub.run_with(
                &["account", "password", "nobody"],
                "correct horse battery\n"
            )
            .code,
            Some(1)
        );
        assert!(!(set.stdout + &set.stderr).contains("horse"));
    });
}

#[test]
fn sources_are_listed_and_switched() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        let find = |hub: &Hub| -> Value {
            let listed = hub.ok(&["source", "list", "--json"]);
            let lines = listed
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines
                .into_iter()
                .find(|line| line["name"] == "fixture")
                .unwrap()
        };
        assert_eq!(
            (&find(&hub)["enabled"], &find(&hub)["source"]),
            (&true.into(), &Value::Null)
        );
        hub.ok(&["source", "disable", "fixture"]);
        assert_eq!(find(&hub)["enabled"], false);
        hub.ok(&["source", "enable", "fixture"]);
        assert_eq!(find(&hub)["source"]["enabled"], true);
        let table = hub.ok(&["source", "list"]);
        assert!(
            table.contains("fixture") && table.contains("urlhaus"),
            "{table}"
        );
        let unknown = hub.run(&["source", "enable", "fixtur"]);
        assert_eq!(unknown.code, Some(2));
        assert!(
            unknown.stderr.contains("did you mean fixture?"),
            "{}",
            unknown.stderr
        );
    });
}

#[test]
fn a_recipe_is_tried_without_keeping_anything() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        let rows = body(&[
            "evil.example,2026-11-01 00:00:00,,KageBot,c2,",
            "no value at all,,,,,",
        ]);
        let path = file(&hub.data(), "body.csv", &rows);
        let tried = hub.json(&[
            "source",
            "test",
            "fixture",
            "--from",
            path.to_str().unwrap(),
            "--json",
        ]);
        assert_eq!(tried["receipt"]["rows"], 2, "{tried}");
        assert_eq!(tried["rows"][0]["observable"]["value"], "evil.example");
        assert_eq!(
            tried["rows"][0]["listings"][0]["first_seen"],
            "2026-11-01T00:00:00Z"
        );
        assert_eq!(tried["bad_rows"][0]["line"], 3);
        let of_file = hub.data().join("sources/fixture.toml");
        let shown = hub.ok(&[
            "source",
            "test",
            of_file.to_str().unwrap(),
            "--from",
            path.to_str().unwrap(),
        ]);
        assert!(
            shown.contains("evil[.]example") && shown.contains("line 3: "),
            "{shown}"
        );
        // Nothing of it is in the place.
        let kept = hub.json(&["source", "show", "fixture", "--json"]);
        assert_eq!(
            (&kept["source"], &kept["batches"]),
            (&Value::Null, &serde_json::json!([]))
        );
    });
}

#[test]
fn a_recipe_of_texts_is_tried_too() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub = Hub::new(&target);
    let feed = "<rss><channel><item><title>An alert</title><link>https://news.example/1</link><guid>1</guid>\
        <description>&lt;p&gt;C2 at evil[.]example&lt;/p&gt;</description></item><item/></channel></rss>";
    let path = file(&hub.data(), "feed.xml", feed);
    let arguments = ["source", "test", "jpcert", "--from", path.to_str().unwrap()];
    let shown = hub.ok(&arguments);
    assert!(
        shown.contains("https://news.example/1") && shown.contains("An alert"),
        "{shown}"
    );
    assert!(shown.contains("2 rows, 1 bad"), "{shown}");
    let tried = hub.json(&[&arguments[..], &["--json"]].concat());
    assert_eq!(tried["texts"][0]["item"]["title"], "An alert", "{tried}");
    assert_eq!(tried["receipt"]["new"], 1);
}

#[test]
fn scripts_of_exist_are_let_in_and_no_longer() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "scripts", "--role", "reader"]);
        hub.ok(&["account", "add", "ann", "--role", "analyst"]);
        let server = hub.serve(&[]);
        assert_eq!(server.get("/api/news", "").0, 404);
        hub.ok(&["exist", "allow", "scripts", "--network", "127.0.0.0/8"]);
        let (status, page) = server.get("/api/news", "");
        assert_eq!((status, &page["count"]), (200, &0.into()), "{page}");
        for refused in [
            ["exist", "allow", "scripts", "--network", "127.0.0.1/8"],
            ["exist", "allow", "scripts", "--network", "nowhere"],
            ["exist", "allow", "ann", "--network", "192.0.2.1"],
        ] {
            assert_eq!(hub.run(&refused).code, Some(1), "{refused:?}");
        }
        let listed = hub.json(&["exist", "list", "--json"]);
        assert_eq!(
            (&listed["network"], &listed["account"], &listed["tlp"]),
            (&"127.0.0.0/8".into(), &"scripts".into(), &"green".into())
        );
        hub.ok(&["exist", "forbid", &listed["id"].to_string()]);
        assert_eq!(server.get("/api/news", "").0, 404);
    });
}
