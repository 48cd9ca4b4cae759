//! The stream that open pages follow.

use std::time::Duration;

use noroshi_store::AudienceKind;
use noroshi_testkit::each_engine_async;

use crate::common::{Hub, import, row};
use crate::reader::Browser;

/// How long a busy machine may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads the stream until `text` has come.
async fn read_until(stream: &mut reqwest::Response, text: &str) -> String {
    let mut read = String::new();
    let reading = async {
        while !read.contains(text) {
            let chunk = stream.chunk().await.unwrap();
            let chunk = chunk.unwrap_or_else(|| panic!("the stream ended: {read}"));
            read.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.unwrap();
    read
}

#[tokio::test]
async fn an_open_page_hears_of_what_its_reader_may_see() {
    each_engine_async(async |place| {
        let mut hub = Hub::on(&place).await;
        hub.store.ensure_organisation("red").await.unwrap();
        let kind = AudienceKind::Organisations;
        hub.store.add_audience("red", kind, &["red"]).await.unwrap();
        let hidden = hub.source_for("hidden", "red").await;
        let feed = hub.source("feed").await;
        {
            let browser = Browser::new(&hub, "ann").await;
            let mut stream = browser.request("GET", "/live").send().await.unwrap();
            assert_eq!(stream.headers()["content-type"], "text/event-stream");
            import(&hub.store, &hidden, vec![row("192.0.2.1")]).await;
            import(&hub.store, &feed, vec![row("192.0.2.2"), row("192.0.2.3")]).await;
            let read = read_until(&mut stream, "\"new\":2").await;
            assert!(
                read.contains("event: news") && read.contains("\"feed\""),
                "{read}"
            );
            assert!(!read.contains("hidden"), "{read}");
            let id = read.lines().find_map(|line| line.strip_prefix("id: "));
            let id: i64 = id.unwrap().parse().unwrap();

            // Who was away is told what was missed.
            import(&hub.store, &feed, vec![row("192.0.2.4")]).await;
            let again = browser.request("GET", "/live").header("last-event-id", id);
            let mut again = again.send().await.unwrap();
            read_until(&mut again, "\"new\":1").await;
        }
        // The server ends in order, whoever is still connected.
        hub.stop();
    })
    .await;
}
