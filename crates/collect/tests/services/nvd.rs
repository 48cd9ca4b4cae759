//! The CVE API 2.0 of the NVD: <https://nvd.nist.gov/developers/vulnerabilities>,
//! <https://nvd.nist.gov/developers/start-here>.

use jiff::{SignedDuration, Timestamp};
use noroshi_collect::recipe::Recipe;
use noroshi_testkit::each_engine_async;
use serde_json::json;

use crate::fixture::{Hub, recipe};
use crate::server::{Asked, Server, answer, json};

const RECIPE: &str = r#"
url = "{server}/rest/json/cves/2.0"
auth = { header = "apiKey" }
key_optional = true

[request]
query = { lastModStartDate = "{from:%Y-%m-%dT%H:%M:%S.000Z}", lastModEndDate = "{to:%Y-%m-%dT%H:%M:%S.000Z}", resultsPerPage = "2" }

[pages]
by = "offset"
parameter = "startIndex"
size = 2
total = "totalResults"

[since]
first = "300d"
window = "120d"

[format]
type = "json"
path = "vulnerabilities"

[fields]
value = "cve.id"
"#;

/// A page of the documented layout out of `ids`.
fn page(asked: &Asked, ids: &[&str]) -> Vec<u8> {
    let start: usize = asked.parameter("startIndex").unwrap().parse().unwrap();
    let size: usize = asked.parameter("resultsPerPage").unwrap().parse().unwrap();
    let ids: Vec<_> = ids.iter().skip(start).take(size).collect();
    let vulnerabilities: Vec<_> = ids
        .iter()
        .map(|id| json!({ "cve": { "id": id, "sourceIdentifier": "cve@nvd.example", "vulnStatus": "Analyzed" } }))
        .collect();
    json(json!({
        "resultsPerPage": vulnerabilities.len(), "startIndex": start, "totalResults": 3, "format": "NVD_CVE",
        "version": "2.0", "timestamp": "2026-11-28T00:00:00.000", "vulnerabilities": vulnerabilities,
    }))
}

fn window(asked: &Asked) -> (Timestamp, Timestamp) {
    let time = |name: &str| asked.parameter(name).unwrap().parse().unwrap();
    (time("lastModStartDate"), time("lastModEndDate"))
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_and_pages_are_gone_through() {
    each_engine_async(async |target| {
        let server = Server::start(|asked| {
            page(asked, &["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"])
        });
        let recipe: Recipe = recipe(&server, RECIPE);
        let hub = Hub::new(&target, &[&server]).await.with_key("S3cretNvdKey");
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new, receipt.bad), (9, 3, 0));
        assert_eq!(
            hub.values("fixture").await,
            ["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"]
        );
        let asked = server.asked();
        // 300 days are three windows of at most 120, each of two pages.
        assert_eq!(asked.len(), 6);
        let starts: Vec<_> = asked
            .iter()
            .map(|asked| asked.parameter("startIndex").unwrap())
            .collect();
        assert_eq!(starts, ["0", "2", "0", "2", "0", "2"]);
        let most = SignedDuration::from_hours(120 * 24);
        let windows: Vec<_> = asked.iter().step_by(2).map(window).collect();
        for (from, to) in &windows {
            assert!(to.duration_since(*from) <= most, "{windows:?}");
        }
        assert!(
            windows.windows(2).all(|two| two[0].1 == two[1].0),
            "{windows:?}"
        );
        assert!(
            asked
                .iter()
                .all(|asked| asked.header("apikey") == Some("S3cretNvdKey"))
        );

        // The next run begins where this one ended.
        hub.collect(&recipe).await.unwrap();
        let asked = server.asked();
        assert_eq!(asked.len(), 2);
        assert_eq!(window(&asked[0]).0, windows[2].1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_breaks_off_is_made_again() {
    each_engine_async(async |target| {
        let ids = ["CVE-2026-1001", "CVE-2026-1002", "CVE-2026-1003"];
        let server = Server::start(
            move |asked| match asked.parameter("startIndex").as_deref() {
                Some("0") => page(asked, &ids),
                _ => answer("500 Internal Server Error", &[], ""),
            },
        );
        let recipe = recipe(&server, RECIPE);
        // Without a key it asks as well.
        let hub = Hub::new(&target, &[&server]).await;
        let failure = hub.collect(&recipe).await.unwrap_err();
        assert!(failure.error.to_string().contains("500"), "{failure}");
        assert!(
            server
                .asked()
                .iter()
                .all(|asked| asked.header("apikey").is_none())
        );
        assert!(hub.values("fixture").await.is_empty());
        let source = hub.source("fixture").await;
        assert_eq!((source.progress, source.failures), (None, 1));

        server.answer(move |asked| page(asked, &ids));
        assert_eq!(hub.collect(&recipe).await.unwrap().new, 3);
        assert!(hub.source("fixture").await.progress.is_some());
        // Undoing it makes the next run ask again for what it brought.
        let batches = hub
            .store
            .batches(&noroshi_store::Reader::operator(), None, None, 9)
            .await
            .unwrap();
        hub.store
            .roll_back(&noroshi_store::Reader::operator(), batches[0].id)
            .await
            .unwrap();
        assert_eq!(hub.source("fixture").await.progress, None);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_that_is_not_reached_is_an_error() {
    let target = noroshi_testkit::Target::new(noroshi_testkit::Engine::Sqlite).unwrap();
    // Three are announced, two are there.
    let server = Server::start(|asked| page(asked, &["CVE-2026-1001", "CVE-2026-1002"]));
    let hub = Hub::new(&target, &[&server]).await;
    let failure = hub.collect(&recipe(&server, RECIPE)).await.unwrap_err();
    assert!(
        failure.to_string().contains("no rows, though there are 3"),
        "{failure}"
    );
    assert!(hub.values("fixture").await.is_empty());
}
