//! An old script under Python: only the host is given to it.

use std::process::Command;

use noroshi_testkit::each_engine_async;
use serde_json::Value;

use crate::common::Hub;
use crate::rows::full;

#[tokio::test]
async fn an_old_script_reads_everything() {
    each_engine_async(async |place| {
        let hub = Hub::on(&place).await;
        full(&hub).await;
        let host = hub.base.strip_prefix("http://").unwrap().to_owned();
        let ended = tokio::task::spawn_blocking(move || {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exist/script.py");
            Command::new("python3").args([script, &host]).output()
        });
        let ended = ended.await.unwrap().unwrap();
        let errors = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{errors}");
        let told: Value = serde_json::from_slice(&ended.stdout).unwrap();
        for (name, count) in [
            ("reputation", 6),
            ("twitter", 5),
            ("exploit", 1),
            ("news", 7),
            ("vuln", 3),
            ("threatEvent", 0),
            ("threatAttribute", 0),
        ] {
            assert_eq!(told[name].as_array().unwrap().len(), count, "{name}");
        }
        assert_eq!(told["sources"]["241"], "PhishTank");
    })
    .await;
}
