//! What services answer, and what becomes of the message: sent, tried again, given up, in words.

use noroshi_deliver::Fields;
use noroshi_indicator::Tlp;
use noroshi_store::{ChannelKind, Delivery, DeliveryState, now};

use crate::far::{Far, Reply, answer};
use crate::place::{Place, url};

/// What becomes of a message that is answered like this.
async fn becomes(kind: ChannelKind, reply: Reply) -> Delivery {
    let place = Place::new().await;
    let far = Far::saying(reply).await;
    let fields = Fields {
        token: Some("xoxb-S3cret".to_owned()),
        channel: Some("C0123ABCD".to_owned()),
        ..url(match kind {
            ChannelKind::SlackBot => far.url(""),
            _ => far.url("/hook/S3cret"),
        })
    };
    let channel = place.channel(kind, fields).await;
    let hunt = place.hunt("phishing", &channel).await;
    place.post("evil", "everyone", Tlp::Green).await;
    place.hit(hunt).await;
    let courier = place.courier(&[far.address.to_string()], None);
    let log = place.settled(&courier, &channel).await;
    assert_eq!(log.len(), 1);
    let shown = format!("{:?}", (&log[0].error, &log[0].answer));
    assert!(!shown.contains("S3cret"), "{shown}");
    log[0].clone()
}

/// Sent, or waiting for another try, or given up with these words.
#[derive(Debug)]
enum Fate {
    Sent,
    Again(&'static str),
    Failed(&'static str),
}

async fn check(kind: ChannelKind, cases: Vec<(Reply, Fate)>) {
    for (reply, fate) in cases {
        let shown: String = format!("{kind:?} {reply:?}").chars().take(200).collect();
        let became = becomes(kind, reply).await;
        let error = became.error.clone().unwrap_or_default();
        let (state, words) = match fate {
            Fate::Sent => (DeliveryState::Sent, ""),
            Fate::Again(words) => (DeliveryState::Waiting, words),
            Fate::Failed(words) => (DeliveryState::Failed, words),
        };
        assert_eq!(became.state, state, "{shown}: {became:?}");
        assert!(error.contains(words), "{shown}: {error}");
        assert_eq!(became.next_try.is_some(), state == DeliveryState::Waiting);
    }
}

/// Statuses that mean the same at every service.
fn everywhere() -> Vec<(Reply, Fate)> {
    vec![
        (
            answer("500 Internal Server Error", "", "oops"),
            Fate::Again("in trouble (HTTP 500: oops)"),
        ),
        (
            answer("503 Service Unavailable", "", ""),
            Fate::Again("in trouble (HTTP 503)"),
        ),
        (answer("408 Request Timeout", "", ""), Fate::Again("")),
        (
            Reply::Hang(String::new()),
            Fate::Again("waiting for the answer took over"),
        ),
        (Reply::Bytes(String::new()), Fate::Again("")),
        (Reply::Bytes("HTTP/1.1 200".to_owned()), Fate::Again("")),
        (Reply::Bytes("nonsense\r\n\r\n".to_owned()), Fate::Again("")),
        (
            answer("302 Found", "Location: http://10.0.0.1/\r\n", ""),
            Fate::Failed("redirects"),
        ),
        (
            answer("307 Temporary Redirect", "Location: /other\r\n", ""),
            Fate::Failed("redirects"),
        ),
        (
            answer("413 Content Too Large", "", ""),
            Fate::Failed("too long"),
        ),
    ]
}

#[tokio::test]
async fn what_slacks_webhook_answers() {
    let mut cases = everywhere();
    cases.extend([
        (answer("200 OK", "", "ok"), Fate::Sent),
        (
            answer("400 Bad Request", "", "invalid_payload"),
            Fate::Failed("cannot read the message (invalid_payload)"),
        ),
        (
            answer("403 Forbidden", "", "action_prohibited"),
            Fate::Failed("does not let the app post"),
        ),
        (
            answer("404 Not Found", "", "no_service"),
            Fate::Failed("removed or switched off in Slack"),
        ),
        (
            answer("404 Not Found", "", "channel_not_found"),
            Fate::Failed("no such channel"),
        ),
        (
            answer("410 Gone", "", "channel_is_archived"),
            Fate::Failed("is archived"),
        ),
        (
            answer("403 Forbidden", "", "something_new"),
            Fate::Failed("something_new"),
        ),
        (
            answer(
                "429 Too Many Requests",
                "Retry-After: 30\r\n",
                "rate_limited",
            ),
            Fate::Again("no more for now"),
        ),
        // A page of a proxy is no ok of Slack.
        (
            answer("200 OK", "", "<html>sign in</html>"),
            Fate::Again("did not say ok"),
        ),
        (
            Reply::Bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no".to_owned()),
            Fate::Again("broke off"),
        ),
    ]);
    check(ChannelKind::SlackWebhook, cases).await;
}

#[tokio::test]
async fn what_chat_post_message_answers() {
    let says = |body: &str| answer("200 OK", "Content-Type: application/json\r\n", body);
    let no = |code: &str| says(&format!(r#"{{"ok":false,"error":"{code}"}}"#));
    let mut cases = everywhere();
    cases.extend([
        (
            says(r#"{"ok":true,"ts":"1503435956.000247","channel":"C0123ABCD","message":{}}"#),
            Fate::Sent,
        ),
        (
            no("channel_not_found"),
            Fate::Failed("invite the bot (channel_not_found)"),
        ),
        (no("not_in_channel"), Fate::Failed("invite it there")),
        (no("is_archived"), Fate::Failed("archived")),
        (no("invalid_auth"), Fate::Failed("does not know this token")),
        (
            no("token_revoked"),
            Fate::Failed("does not know this token"),
        ),
        (no("missing_scope"), Fate::Failed("chat:write")),
        (no("msg_too_long"), Fate::Failed("cannot read the message")),
        (
            no("brand_new"),
            Fate::Failed("refused the message (brand_new)"),
        ),
        (no("ratelimited"), Fate::Again("no more for now")),
        (no("internal_error"), Fate::Again("in trouble")),
        (says("not json"), Fate::Again("cannot be read")),
        (says(r#"{"ok":tr"#), Fate::Again("cannot be read")),
        (
            answer(
                "429 Too Many Requests",
                "Retry-After: 30\r\n",
                r#"{"ok":false,"error":"ratelimited"}"#,
            ),
            Fate::Again("no more for now"),
        ),
    ]);
    check(ChannelKind::SlackBot, cases).await;
}

#[tokio::test]
async fn what_discord_answers() {
    let mut cases = everywhere();
    cases.extend([
        (answer("200 OK", "", r#"{"id":"1"}"#), Fate::Sent),
        (answer("204 No Content", "", ""), Fate::Sent),
        (
            answer(
                "404 Not Found",
                "",
                r#"{"message":"Unknown Webhook","code":10015}"#,
            ),
            Fate::Failed("was deleted in Discord"),
        ),
        (
            answer(
                "401 Unauthorized",
                "",
                r#"{"message":"Invalid Webhook Token","code":50027}"#,
            ),
            Fate::Failed("copy its address again"),
        ),
        (
            answer(
                "400 Bad Request",
                "",
                r#"{"message":"Invalid Form Body","code":50035,"errors":{}}"#,
            ),
            Fate::Failed("Invalid Form Body"),
        ),
        (
            answer(
                "429 Too Many Requests",
                "",
                r#"{"message":"You are being rate limited.","retry_after":64.57,"global":false}"#,
            ),
            Fate::Again("no more for now"),
        ),
        (
            answer("429 Too Many Requests", "", r#"{"retry_after":-1}"#),
            Fate::Again("no more for now"),
        ),
        (
            answer("429 Too Many Requests", "", r#"{"retry_after":1e308}"#),
            Fate::Again("no more for now"),
        ),
    ]);
    check(ChannelKind::Discord, cases).await;
}

#[tokio::test]
async fn what_teams_and_mattermost_answer() {
    let throttled = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId tcid=1";
    let refused = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413 with ContextId tcid=1";
    let mut cases = everywhere();
    cases.extend([
        (answer("202 Accepted", "", ""), Fate::Sent),
        (answer("200 OK", "", "1"), Fate::Sent),
        (
            answer("200 OK", "", throttled),
            Fate::Again("no more for now"),
        ),
        (
            answer("200 OK", "", refused),
            Fate::Failed("refused the message"),
        ),
        (
            answer(
                "400 Bad Request",
                "",
                r#"{"error":{"code":"WorkflowTriggerIsNotEnabled"}}"#,
            ),
            Fate::Failed("WorkflowTriggerIsNotEnabled"),
        ),
        (
            answer("404 Not Found", "", ""),
            Fate::Failed("no such webhook"),
        ),
    ]);
    check(ChannelKind::Teams, cases).await;
    let cases = vec![
        (answer("200 OK", "", "ok"), Fate::Sent),
        (
            answer(
                "400 Bad Request",
                "",
                r#"{"id":"web.incoming_webhook.invalid.app_error","message":"Invalid webhook.","status_code":400}"#,
            ),
            Fate::Failed("Invalid webhook"),
        ),
        (
            answer(
                "403 Forbidden",
                "",
                r#"{"id":"x","message":"locked","status_code":403}"#,
            ),
            Fate::Failed("does not let us in"),
        ),
        (
            answer("429 Too Many Requests", "Retry-After: 1\r\n", ""),
            Fate::Again("no more for now"),
        ),
    ];
    check(ChannelKind::Mattermost, cases).await;
}

#[tokio::test]
async fn what_a_webhook_answers() {
    let head = "HTTP/1.1 200 OK\r\n\r\n";
    let mut cases = everywhere();
    cases.extend([
        (answer("200 OK", "", ""), Fate::Sent),
        (answer("204 No Content", "", ""), Fate::Sent),
        // The status says enough: what follows may be broken, or without end.
        (
            Reply::Bytes("HTTP/1.1 202 Accepted\r\nContent-Length: 9\r\n\r\nx".to_owned()),
            Fate::Sent,
        ),
        (Reply::Hang(head.to_owned()), Fate::Sent),
        (
            Reply::Endless(format!("{head}{}", "x".repeat(1 << 16))),
            Fate::Sent,
        ),
        (
            answer("400 Bad Request", "", "no"),
            Fate::Failed("refused the message (HTTP 400: no)"),
        ),
        (answer("410 Gone", "", ""), Fate::Failed("no such webhook")),
        (answer("401 Unauthorized", "", ""), Fate::Again("refused")),
        (answer("404 Not Found", "", ""), Fate::Again("refused")),
        (
            answer("429 Too Many Requests", "Retry-After: 5\r\n", ""),
            Fate::Again("no more for now"),
        ),
        (
            answer("400 Bad Request", "", &"x".repeat(60_000)),
            Fate::Failed("refused the message"),
        ),
    ]);
    check(ChannelKind::Webhook, cases).await;
}

#[tokio::test]
async fn a_service_is_left_alone_for_as_long_as_it_asks() {
    let limited = r#"{"message":"You are being rate limited.","retry_after":964.5,"global":false}"#;
    for (kind, reply, seconds) in [
        (
            ChannelKind::SlackWebhook,
            answer("429 Too Many Requests", "Retry-After: 1000\r\n", ""),
            1_000,
        ),
        (
            ChannelKind::Discord,
            answer("429 Too Many Requests", "", limited),
            964,
        ),
        (
            ChannelKind::Webhook,
            answer("503 Service Unavailable", "Retry-After: 700\r\n", ""),
            700,
        ),
        // Nobody stops us for good.
        (
            ChannelKind::Webhook,
            answer("429 Too Many Requests", "Retry-After: 99999999\r\n", ""),
            6 * 3_600,
        ),
    ] {
        let before = now();
        let became = becomes(kind, reply).await;
        let wait = (became.next_try.unwrap() - before) / 1_000_000;
        assert!((seconds..seconds + 30).contains(&wait), "{kind:?}: {wait}");
    }
}

#[tokio::test]
async fn private_places_are_not_reached() {
    let far = Far::saying(answer("200 OK", "", "ok")).await;
    for target in [
        far.url("/"),
        format!("http://localhost:{}/", far.address.port()),
        "http://10.0.0.1/".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::1]/".to_owned(),
        "http://[::ffff:127.0.0.1]/".to_owned(),
    ] {
        let place = Place::new().await;
        let channel = place
            .channel(ChannelKind::Webhook, url(target.clone()))
            .await;
        let courier = place.courier(&[], None);
        let reader = noroshi_store::Reader::account(place.aiko);
        let test = courier.test(&reader, channel.id).await.unwrap();
        assert_eq!(test.state, DeliveryState::Failed, "{target}");
        let error = test.error.unwrap();
        assert!(
            error.contains("[egress] notice") || error.contains("is not open"),
            "{target}: {error}"
        );
    }
    assert!(far.came().is_empty());
}

#[tokio::test]
async fn a_redirect_to_a_private_place_is_not_followed() {
    let inside = Far::saying(answer("200 OK", "", "ok")).await;
    let to = inside.url("/admin");
    let far =
        Far::start(move |_| answer("307 Temporary Redirect", &format!("Location: {to}\r\n"), ""))
            .await;
    let place = Place::new().await;
    let channel = place.channel(ChannelKind::Webhook, url(far.url("/"))).await;
    // Even where both may be reached: the address of a webhook is a secret.
    let places = [far.address.to_string(), inside.address.to_string()];
    let courier = place.courier(&places, None);
    let reader = noroshi_store::Reader::account(place.aiko);
    let test = courier.test(&reader, channel.id).await.unwrap();
    assert_eq!(test.state, DeliveryState::Failed);
    assert!(test.error.unwrap().contains("redirects"));
    assert_eq!((far.came().len(), inside.came().len()), (1, 0));
}

#[tokio::test]
async fn a_test_shows_the_answer() {
    let place = Place::new().await;
    let far = Far::saying(answer("200 OK", "", "ok")).await;
    let channel = place
        .channel(ChannelKind::SlackWebhook, url(far.url("/hook")))
        .await;
    let courier = place.courier(&[far.address.to_string()], None);
    let reader = noroshi_store::Reader::account(place.aiko);
    let test = courier.test(&reader, channel.id).await.unwrap();
    assert_eq!(test.state, DeliveryState::Sent);
    assert_eq!(
        (test.status, test.answer.as_deref()),
        (Some(200), Some("HTTP 200: ok"))
    );
    let body = far.only().json();
    assert_eq!(body["text"], "Test of the channel slack_webhook");
}
