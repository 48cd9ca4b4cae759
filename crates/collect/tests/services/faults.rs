//! What goes wrong on the way: limits, faults, silence, bodies cut short, redirects to private places.

use std::sync::atomic::{AtomicUsize, Ordering};

use noroshi_collect::recipe::Recipe;
use noroshi_store::now;
use noroshi_testkit::{Engine, Target};

use crate::fixture::{Hub, recipe};
use crate::server::{Asked, Server, answer, cut, json};

const RECIPE: &str = r#"
url = "{server}/api"
auth = "bearer"
[request]
query = { since = "{since}" }
[pages]
by = "cursor"
parameter = "cursor"
next = "cursor"
[since]
of = "id"
[format]
type = "json"
path = "rows"
[fields]
value = "v"
"#;

const FIRST: &str = r#"{"rows":[{"id":"2","v":"two.example"}],"cursor":"next"}"#;
const LAST: &str = r#"{"rows":[{"id":"1","v":"one.example"}]}"#;

async fn hub(server: &Server) -> (Target, Hub, Recipe) {
    let target = Target::new(Engine::Sqlite).unwrap();
    let hub = Hub::new(&target, &[server]).await.with_key("S3cretToken");
    let recipe = recipe(server, RECIPE);
    (target, hub, recipe)
}

/// The first page, and for the second what `second` says.
fn pages(second: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Server {
    Server::start(move |asked| match asked.parameter("cursor") {
        None => json(FIRST),
        Some(_) => second(asked),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_soon_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let server = pages(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => answer("429 Too Many Requests", &["Retry-After: 0"], ""),
        1 => answer("503 Service Unavailable", &["Retry-After: 0"], ""),
        _ => json(LAST),
    });
    let (_target, hub, recipe) = hub(&server).await;
    assert_eq!(hub.collect(&recipe).await.unwrap().new, 2);
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_limit_is_waited_for_by_the_schedule() {
    let in_two_hours = now() / 1_000_000 + 7_200;
    let time = jiff::Timestamp::from_second(in_two_hours).unwrap();
    for header in [
        // https://docs.x.com/x-api/fundamentals/rate-limits
        format!("x-rate-limit-reset: {in_two_hours}"),
        // https://docs.joinmastodon.org/api/rate-limits/
        format!("X-RateLimit-Reset: {time}"),
        // https://docs.bsky.app/docs/advanced-guides/rate-limits
        format!("ratelimit-reset: {in_two_hours}"),
        "Retry-After: 7200".to_owned(),
    ] {
        let limit = header.clone();
        let server = pages(move |_| {
            let said = r#"{"title":"Too Many Requests","detail":"Too Many Requests","status":429}"#;
            answer("429 Too Many Requests", &[&limit], said)
        });
        let (_target, hub, recipe) = hub(&server).await;
        let failure = hub.collect(&recipe).await.unwrap_err();
        assert!(
            failure
                .to_string()
                .contains("429 Too Many Requests: Too Many"),
            "{failure}"
        );
        assert!(hub.values("fixture").await.is_empty());
        let source = hub.source("fixture").await;
        let wait = (source.next_run.unwrap() - now()) / 1_000_000;
        assert!((7_000..=7_200).contains(&wait), "{header}: {wait}");
        assert_eq!(source.progress, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_half_is_believed() {
    for (second, why) in [
        (answer("500 Internal Server Error", &[], "oops"), "500"),
        (
            answer(
                "403 Forbidden",
                &[],
                r#"{"error":"This action is not allowed"}"#,
            ),
            "not allowed",
        ),
        (
            answer("401 Unauthorized", &[], r#"{"message":"bad S3cretToken"}"#),
            "bad ***",
        ),
        (json(r#"{"rows":[{"id":"1","#), "breaks off"),
        (json("<html>oops</html>"), "cannot be used"),
        (json(r#"{"errors":[{"detail":"Sorry."}]}"#), "Sorry."),
        (json(r#"{"lines":[]}"#), "no `rows`"),
        (answer("200 OK", &[], ""), "empty"),
        (
            answer("302 Found", &["Location: http://10.0.0.1/"], ""),
            "10.0.0.1",
        ),
        (
            answer(
                "302 Found",
                &["Location: http://169.254.169.254/latest/"],
                "",
            ),
            "metadata",
        ),
    ] {
        let server = pages(move |_| second.clone());
        let (_target, hub, recipe) = hub(&server).await;
        let failure = hub.collect(&recipe).await.unwrap_err();
        let message = failure.to_string();
        assert!(message.contains(why), "{why}: {message}");
        assert!(!message.contains("S3cretToken"), "{message}");
        assert!(hub.values("fixture").await.is_empty(), "{why}");
        let source = hub.source("fixture").await;
        assert_eq!((source.progress, source.failures), (None, 1), "{why}");
        assert_eq!(source.last_error.as_deref(), Some(message.as_str()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_cut_short_is_asked_for_again_and_not_taken() {
    let server = pages(|_| cut(LAST));
    let (_target, hub, recipe) = hub(&server).await;
    let failure = hub.collect(&recipe).await.unwrap_err();
    assert!(
        failure.to_string().contains("the body broke off"),
        "{failure}"
    );
    assert!(hub.values("fixture").await.is_empty());
    assert!(server.asked().len() > 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_does_not_move_ends_the_pages() {
    let server = pages(|_| json(FIRST));
    let (_target, hub, recipe) = hub(&server).await;
    assert_eq!(hub.collect(&recipe).await.unwrap().rows, 2);
    assert_eq!(server.asked().len(), 2);
}
