//! Pages by cursor, number and link, up to what is known.

use noroshi_collect::recipe::Recipe;
use noroshi_testkit::{Engine, Target, each_engine_async};
use serde_json::{Value, json};

use crate::fixture::{HEAD, Hub, recipe};
use crate::server::{Asked, Server, answer, json};

const ROWS: &str = r#"
[format]
type = "json"
path = "data"
[fields]
value = "v"
"#;

fn row(id: u64) -> Value {
    json!({ "id": id.to_string(), "v": format!("host{id}.example") })
}

/// Ids up to `newest`, newest first, `size` a page, those above `since` only.
fn newest_first(asked: &Asked, newest: u64, size: usize) -> Vec<u64> {
    let number = |name: &str| {
        asked
            .parameter(name)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let (since, below) = (number("since_id"), number("max_id"));
    let ids = (1..=newest)
        .rev()
        .filter(|id| since.is_none_or(|since| *id > since));
    ids.filter(|id| below.is_none_or(|below| *id < below))
        .take(size)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn cursors_are_followed_and_the_newest_id_is_remembered() {
    each_engine_async(async |target| {
        let by_cursor = |newest: u64| {
            move |asked: &Asked| {
                let mut moved = asked.clone();
                if let Some(cursor) = asked.parameter("pagination_token") {
                    moved.target.push_str(&format!("&max_id={cursor}"));
                }
                let ids = newest_first(&moved, newest, 2);
                if ids.is_empty() {
                    return json(json!({ "meta": { "result_count": 0 } }));
                }
                let next = ids.last().filter(|last| **last > 1).map(u64::to_string);
                let rows: Vec<Value> = ids.iter().map(|id| row(*id)).collect();
                json(json!({ "data": rows, "meta": { "result_count": rows.len(), "next_token": next } }))
            }
        };
        let server = Server::start(by_cursor(5));
        let recipe = recipe(
            &server,
            &format!(
                r#"
url = "{{server}}/2/tweets?expansions=author_id"
auth = "bearer"
[request]
query = {{ max_results = "100", since_id = "{{since}}" }}
count = "meta.result_count"
[pages]
by = "cursor"
parameter = "pagination_token"
next = "meta.next_token"
[since]
of = "id"
{ROWS}"#
            ),
        );
        let hub = Hub::new(&target, &[&server]).await.with_key("S3cretToken");
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new), (5, 5));
        let asked = server.asked();
        assert_eq!(
            asked[0].target,
            "/2/tweets?expansions=author_id&max_results=100"
        );
        assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer S3cretToken")));

        // Nothing new is no batch.
        let receipt = hub.collect(&recipe).await.unwrap();
        assert!(receipt.not_modified);
        let asked = server.asked();
        assert_eq!((asked.len(), asked[0].parameter("since_id").as_deref()), (1, Some("5")));

        server.answer(by_cursor(12));
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!((receipt.rows, receipt.new), (7, 7));
        assert!(hub.source("fixture").await.progress.unwrap().contains("12"));
    })
    .await;
}

fn by_link(server: &Server) -> Recipe {
    let rest = r#"
url = "{server}/api/v1/timelines/tag/infosec"
[request]
query = { limit = "2", since_id = "{since}" }
[pages]
by = "link"
[since]
of = "id"
[format]
type = "json"
[fields]
value = "v"
"#;
    recipe(server, rest)
}

/// As Mastodon does it: the next page's link has lost `since_id`.
fn mastodon(address: String, newest: u64) -> impl Fn(&Asked) -> Vec<u8> {
    move |asked| {
        let ids = newest_first(asked, newest, 2);
        let rows: Vec<Value> = ids.iter().map(|id| row(*id)).collect();
        let link = ids.last().map(|last| {
            format!("Link: <http://{address}{}?limit=2&max_id={last}>; rel=\"next\", <http://{address}/x?min_id=9>; rel=\"prev\"", asked.path())
        });
        let headers: Vec<&str> = link.iter().map(String::as_str).collect();
        answer("200 OK", &headers, &Value::from(rows).to_string())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_followed_up_to_what_is_known() {
    each_engine_async(async |target| {
        let server = Server::start(|_| Vec::new());
        server.answer(mastodon(server.address.clone(), 5));
        let recipe = by_link(&server);
        let hub = Hub::new(&target, &[&server]).await;
        assert_eq!(hub.collect(&recipe).await.unwrap().new, 5);
        assert_eq!(server.asked().len(), 4);

        server.answer(mastodon(server.address.clone(), 8));
        let receipt = hub.collect(&recipe).await.unwrap();
        assert_eq!(receipt.new, 3);
        // Two pages have what is new; the third only what is known, and is the last.
        let asked = server.asked();
        assert!(asked.len() <= 3, "{asked:?}");
        assert_eq!(asked[0].parameter("since_id").as_deref(), Some("5"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_another_host_is_not_followed() {
    let target = Target::new(Engine::Sqlite).unwrap();
    let server = Server::start(|_| {
        let rows = json!([row(1)]).to_string();
        answer(
            "200 OK",
            &["Link: <http://elsewhere.example/x>; rel=\"next\""],
            &rows,
        )
    });
    let hub = Hub::new(&target, &[&server]).await;
    let failure = hub.collect(&by_link(&server)).await.unwrap_err();
    assert!(
        failure
            .to_string()
            .contains("on another host, elsewhere.example"),
        "{failure}"
    );
    assert!(hub.values("fixture").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn numbered_pages_end_with_the_total_or_a_short_one() {
    let target = Target::new(Engine::Sqlite).unwrap();
    // https://euvd.enisa.europa.eu/apidoc: `page` from 0, `size`, and `total` in the answer.
    let server = Server::start(|asked| {
        let page: u64 = asked.parameter("page").unwrap().parse().unwrap();
        let rows: Vec<Value> = (page * 2..5.min(page * 2 + 2)).map(row).collect();
        match asked.path() {
            "/total" => json(json!({ "data": rows, "total": 5 })),
            _ => json(json!({ "data": rows })),
        }
    });
    let hub = Hub::new(&target, &[&server]).await;
    for (path, total) in [("total", "total = \"total\""), ("short", "")] {
        let rest = format!(
            "url = \"{{server}}/{path}\"\n[request]\nquery = {{ size = \"2\" }}\n[pages]\nby = \"number\"\nparameter = \"page\"\nsize = 2\n{total}\n{ROWS}"
        );
        let receipt = hub.collect(&recipe(&server, &rest)).await.unwrap();
        assert_eq!((receipt.rows, server.asked().len()), (5, 3), "{path}");
    }
    // More pages than a run may read are not taken for all.
    let rest = format!(
        "url = \"{{server}}/total\"\n[pages]\nby = \"number\"\nparameter = \"page\"\nsize = 2\ntotal = \"total\"\nmost = 2\n{ROWS}"
    );
    let failure = hub.collect(&recipe(&server, &rest)).await.unwrap_err();
    assert!(
        failure.to_string().contains("more than 2 pages"),
        "{failure}"
    );
}

#[test]
fn keys_that_cannot_work_are_refused() {
    for (keys, why) in [
        ("[pages]\nby = \"offset\"\nparameter = \"x\"", "`size`"),
        ("[pages]\nby = \"cursor\"\nparameter = \"x\"", "`next`"),
        ("[pages]\nby = \"number\"\nsize = 9", "`parameter`"),
        (
            "[request]\nquery = { a = \"{sinse}\" }",
            "no variable `sinse`",
        ),
        (
            "[request]\nquery = { a = \"{from:%Y}\" }",
            "no variable `from`",
        ),
        (
            "[since]\n[request]\nquery = { a = \"{from:%}\" }",
            "cannot be written",
        ),
        (
            "[since]\nfirst = \"1d\"\nwindow = \"x\"",
            "no length of time",
        ),
    ] {
        let text = format!("{HEAD}url = \"https://x.example/\"\n{keys}\n{ROWS}");
        let error = Recipe::parse("fixture.toml", &text)
            .unwrap_err()
            .to_string();
        assert!(error.contains(why), "{keys}: {error}");
    }
}
