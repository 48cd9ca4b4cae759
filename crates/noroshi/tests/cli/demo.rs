//! `serve --demo`: what it prints works.

use std::time::Instant;

use noroshi_testkit::each_engine;

use crate::hub::{Hub, get};

/// The address, the path and the key of the printed curl line.
fn curl(greeting: &str) -> (String, String, String) {
    let line = greeting
        .lines()
        .find(|line| line.trim_start().starts_with("curl "))
        .unwrap();
    let key = line
        .split("Bearer ")
        .nth(1)
        .unwrap()
        .split('\'')
        .next()
        .unwrap();
    let url = line.split('\'').nth(3).unwrap();
    let (address, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    (address.to_owned(), format!("/{path}"), key.to_owned())
}

#[test]
fn the_printed_line_gives_a_hit_each_time() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        let began = Instant::now();
        let mut first_key = None;
        for start in ["first", "second"] {
            let mut server = hub.serve(&["--demo"]);
            let (address, path, key) = curl(&server.greeting_until("curl "));
            assert_eq!(address, server.address);
            let (status, answer) = get(&address, &path, &key);
            println!(
                "{start} start: {} ms since the test began",
                began.elapsed().as_millis()
            );
            assert_eq!(status, 200, "{answer}");
            assert_eq!(answer["verdict"]["state"], "listed", "{answer}");
            assert!(
                answer["verdict"]["source_count"].as_u64().unwrap() >= 3,
                "{answer}"
            );
            assert_eq!(first_key.get_or_insert_with(|| key.clone()), &key);
            // The restricted source is there for the demo's organisation.
            let (_, restricted) = get(
                &address,
                "/api/v1/search?q=source:demo-csirt-reports%20tlp:amber",
                &key,
            );
            assert!(
                !restricted["found"].as_array().unwrap().is_empty(),
                "{restricted}"
            );
            server.program.terminate();
            assert!(server.program.wait().success());
        }
        let outsider = hub.key("outsider");
        let server = hub.serve(&[]);
        let (_, hidden) = server.get("/api/v1/search?q=source:demo-csirt-reports", &outsider);
        assert_eq!(hidden["found"], serde_json::json!([]), "{hidden}");
        let listed = hub.ok(&["source", "list", "--json"]);
        let demo = listed
            .lines()
            .filter(|line| line.contains("\"demo-"))
            .count();
        assert!(demo >= 6, "{listed}");
    });
}

#[test]
fn invented_data_never_gets_among_other_data() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        hub.ok(&["account", "add", "anna"]);
        let ended = hub.run(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
        assert_eq!(ended.code, Some(2), "{}", ended.stdout);
        assert!(ended.stderr.contains("--data"), "{}", ended.stderr);
        assert!(hub.search_all("").is_empty());
    });
}
