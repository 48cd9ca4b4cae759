//! What another process imports is seen by a server that runs on the same data.

use std::time::Instant;

use noroshi_testkit::each_engine;

use crate::fixture::{body, file, offline};
use crate::hub::{Hub, get};

#[test]
fn a_server_sees_what_the_command_line_imports() {
    each_engine(|target| {
        let hub = Hub::new(&target);
        offline(&hub.data(), "fixture", "snapshot");
        let key = hub.key("reader");
        let server = hub.serve(&[]);
        let mut after = server.get("/api/v1/changes", &key).1["next"]
            .as_i64()
            .unwrap();
        for round in 0..3 {
            let path = file(
                &hub.data(),
                "body.csv",
                &body(&[&format!("evil{round}.example,,,,,")]),
            );
            let (address, own_key) = (server.address.clone(), key.clone());
            let waiting = std::thread::spawn(move || {
                let answer = get(
                    &address,
                    &format!("/api/v1/changes?after={after}&wait=30"),
                    &own_key,
                );
                (answer, Instant::now())
            });
            let receipt = hub.json(&[
                "collect",
                "fixture",
                "--from",
                path.to_str().unwrap(),
                "--json",
            ]);
            let imported = Instant::now();
            let ((status, changes), seen) = waiting.join().unwrap();
            assert_eq!(status, 200);
            let first = &changes["changes"][0];
            assert_eq!(
                (&first["source"], &first["batch"]),
                (&"fixture".into(), &receipt["batch"]),
                "{changes}"
            );
            assert_eq!(first["new"], 1);
            // The import's process ends some time after its commit, mostly after the server has seen it.
            match seen.checked_duration_since(imported) {
                Some(later) => println!(
                    "seen {} ms after the import's process had ended",
                    later.as_millis()
                ),
                None => println!(
                    "seen {} ms before the import's process had ended",
                    (imported - seen).as_millis()
                ),
            }
            // Those of the round's end (what was delisted) too.
            after = server
                .get(&format!("/api/v1/changes?after={after}"), &key)
                .1["next"]
                .as_i64()
                .unwrap();
        }
    });
}
