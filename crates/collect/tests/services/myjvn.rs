//! MyJVN: <https://jvndb.jvn.jp/apis/getVulnOverviewList_api_hnd.html>, <https://jvndb.jvn.jp/apis/getVulnDetailInfo_api_hnd.html>.

use noroshi_testkit::{Engine, Target, each_engine_async};

use crate::fixture::{Hub, sample, service};
use crate::server::{Asked, Server, answer};

const LIST: &str = "getVulnOverviewList";

/// A list of the documented layout out of `total` entries.
fn list(asked: &Asked, total: u64) -> Vec<u8> {
    let start: u64 = asked.parameter("startItem").unwrap().parse().unwrap();
    let ids = start..=total.min(start + 49);
    let count = ids.clone().count();
    let items: String = ids
        .map(|n| format!("<item rdf:about=\"https://jvndb.jvn.jp/\"><title>t{n}</title><sec:identifier>JVNDB-2026-{n:06}</sec:identifier></item>"))
        .collect();
    xml(&format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns:sec=\"http://jvn.jp/rss/mod_sec/3.0/\" xmlns:status=\"http://jvndb.jvn.jp/myjvn/Status\">{items}<status:Status version=\"3.3\" method=\"{LIST}\" feed=\"hnd\" lang=\"ja\" retCd=\"0\" retMax=\"50\" errCd=\"\" errMsg=\"\" totalRes=\"{total}\" totalResRet=\"{count}\" firstRes=\"{start}\"/></rdf:RDF>"
    ))
}

/// The first entry of the sample under another number.
fn detail(id: &str) -> Vec<u8> {
    let sample = sample("myjvn.xml");
    let end = sample.find("</Vulinfo>").unwrap() + "</Vulinfo>".len();
    let one = format!("{}\n</VULDEF-Document>", &sample[..end]);
    xml(&one.replace("JVNDB-2026-009001", id))
}

fn xml(body: &str) -> Vec<u8> {
    answer("200 OK", &["Content-Type: text/xml; charset=utf-8"], body)
}

fn myjvn(total: u64) -> impl Fn(&Asked) -> Vec<u8> {
    move |asked| match asked.parameter("vulnId") {
        None => list(asked, total),
        Some(id) => detail(&id),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_entry_of_the_list_is_asked_for() {
    each_engine_async(async |target| {
        let server = Server::start(myjvn(53));
        let recipe = service(&server, "myjvn", &[]);
        let hub = Hub::new(&target, &[&server]).await;
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new, receipt.bad), (53, 53, 0));
        let asked = server.asked();
        assert_eq!(asked.len(), 2 + 53);
        let lists: Vec<_> = asked
            .iter()
            .filter(|asked| asked.parameter("method").as_deref() == Some(LIST))
            .collect();
        let starts: Vec<_> = lists
            .iter()
            .map(|asked| asked.parameter("startItem").unwrap())
            .collect();
        assert_eq!(starts, ["1", "51"]);
        for (name, value) in [
            ("feed", "hnd"),
            ("maxCountItem", "50"),
            ("rangeDatePublic", "n"),
            ("rangeDatePublished", "n"),
            ("rangeDateFirstPublished", "n"),
        ] {
            assert_eq!(lists[0].parameter(name).as_deref(), Some(value));
        }
        let month: u8 = lists[0]
            .parameter("datePublishedStartM")
            .unwrap()
            .parse()
            .unwrap();
        assert!((1..=12).contains(&month));
        assert_eq!(
            asked[1].parameter("method").as_deref(),
            Some("getVulnDetailInfo")
        );
        assert_eq!(
            asked[1].parameter("vulnId").as_deref(),
            Some("JVNDB-2026-000001")
        );

        let posts = hub.items("myjvn").await;
        let item = posts[0].item.as_deref().unwrap();
        assert_eq!(
            item.title.as_deref(),
            Some("架空アプリにおけるクロスサイトスクリプティングの脆弱性")
        );
        assert!(item.cvss.is_some() && !item.products.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_fails_fails_all() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub_for = async |server: &Server| Hub::new(&target, &[server]).await;
    let server = Server::start(|asked| match asked.parameter("vulnId").as_deref() {
        Some("JVNDB-2026-000002") => xml("<VULDEF-Document><Vulinfo>"),
        Some(id) => detail(id),
        None => list(asked, 3),
    });
    let hub = hub_for(&server).await;
    let failure = hub
        .collect(&service(&server, "myjvn", &[]))
        .await
        .unwrap_err();
    assert!(failure.to_string().contains("breaks off"), "{failure}");
    assert!(hub.items("myjvn").await.is_empty());
    assert_eq!(hub.source("myjvn").await.progress, None);

    // An error comes with status 200 here.
    server.answer(|_| {
        xml("<rdf:RDF xmlns:rdf=\"r\" xmlns:status=\"s\"><status:Status retCd=\"1\" errCd=\"E-01\" errMsg=\"パラメタ名が不正です。\"/></rdf:RDF>")
    });
    let failure = hub
        .collect(&service(&server, "myjvn", &[]))
        .await
        .unwrap_err();
    assert!(
        failure.to_string().contains("パラメタ名が不正です。"),
        "{failure}"
    );
}
