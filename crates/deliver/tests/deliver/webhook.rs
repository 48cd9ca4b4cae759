//! The signed webhook: its headers, and that who reads the documentation can verify it.

use std::io::Write;
use std::process::{Command, Stdio};

use noroshi_deliver::{Fields, verify};
use noroshi_indicator::Tlp;
use noroshi_store::{ChannelKind, now};

use crate::far::{Came, Far, answer};
use crate::place::{HUB, Place, url};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn signed() -> Came {
    let place = Place::new().await;
    let far = Far::saying(answer("204 No Content", "", "")).await;
    let fields = Fields {
        key: Some(KEY.to_owned()),
        ..url(far.url("/hook"))
    };
    let channel = place.channel(ChannelKind::Webhook, fields).await;
    let hunt = place.hunt("phishing", &channel).await;
    place
        .post("evil 狼煙 http://evil.example/a", "everyone", Tlp::Green)
        .await;
    place.hit(hunt).await;
    let courier = place.courier(&[far.address.to_string()], None);
    place.settled(&courier, &channel).await;
    far.only()
}

#[tokio::test]
async fn a_webhook_says_what_it_is_and_is_signed() {
    let came = signed().await;
    let (id, at) = (came.header("webhook-id"), came.header("webhook-timestamp"));
    assert_eq!(came.header("noroshi-delivery"), id);
    let at: i64 = at.parse().unwrap();
    let seconds = now() / 1_000_000;
    assert!(verify(
        KEY,
        id,
        at,
        &came.body,
        came.header("webhook-signature"),
        seconds
    ));
    let body = came.json();
    assert_eq!(body["type"], "hunt.hits");
    let data = &body["data"];
    assert_eq!(
        (&data["total"], &data["heading"]),
        (
            &1.into(),
            &"phishing: evil 狼煙 hxxp://evil[.]example/a".into()
        )
    );
    let hit = &data["hits"][0];
    assert_eq!(
        (&hit["id"], &hit["hunt"]["name"]),
        (&1.into(), &"phishing".into())
    );
    assert_eq!(
        (&hit["tlp"], &hit["carried"]),
        (&"green".into(), &true.into())
    );
    assert_eq!(hit["url"], format!("{HUB}/hunt/1?show=all&cursor=2#h-1"));
}

/// The Python of the documentation, run as its readers run it.
#[tokio::test]
async fn the_documented_receiver_verifies_it() {
    let came = signed().await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/notifications.md");
    let document = std::fs::read_to_string(path).unwrap();
    let sample = document.split("```python\n").nth(1).unwrap();
    let sample = sample.split("```").next().unwrap();
    let id = came.header("webhook-id");
    let (at, header) = (
        came.header("webhook-timestamp"),
        came.header("webhook-signature"),
    );
    for (key, body, expected) in [
        (KEY, came.body.clone(), "True"),
        (KEY, came.body.replace("phishing", "fishing!"), "False"),
        (
            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            came.body.clone(),
            "False",
        ),
    ] {
        let script = format!(
            "{sample}\nimport sys\nbody = sys.stdin.buffer.read()\n\
            headers = {{'webhook-id': {id:?}, 'webhook-timestamp': {at:?}, 'webhook-signature': {header:?}}}\n\
            print(verify({key:?}, headers, body))"
        );
        let mut python = Command::new("python3")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = python.stdin.take().unwrap();
        input.write_all(body.as_bytes()).unwrap();
        drop(input);
        let said = python.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), expected);
    }
}
