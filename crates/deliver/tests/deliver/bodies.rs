//! The bodies: each field as the service documents it, nothing that lures or calls, and what markings allow.

use noroshi_deliver::Fields;
use noroshi_indicator::Tlp;
use noroshi_store::{Channel, ChannelKind, DeliveryState, Reader, Timeline};
use serde_json::{Value, json};

use crate::far::{Came, Far, answer};
use crate::place::{HUB, Place, url};

const TEXT: &str = "@everyone <!channel> see [x](https://evil.example/a) *now*";

/// One hit of a text on a channel of a kind; what came, and the channel.
async fn told(
    kind: ChannelKind,
    body: &str,
    text: &str,
    tlp: Tlp,
    language: &str,
) -> (Came, Value) {
    let place = Place::new().await;
    let body = body.to_owned();
    let far = Far::start(move |_| answer("200 OK", "", &body)).await;
    let fields = Fields {
        token: Some("xoxb-S3cret".to_owned()),
        channel: Some("C0123ABCD".to_owned()),
        ..url(match kind {
            ChannelKind::SlackBot => far.url(""),
            _ => far.url("/hook/S3cret"),
        })
    };
    let made = place.channel_with(kind, fields, |new| noroshi_store::NewChannel {
        language: language.to_owned(),
        ..new
    });
    let channel = made.await;
    let hunt = place.hunt("phish|ing <b>", &channel).await;
    let audience = match tlp {
        Tlp::Red | Tlp::AmberStrict | Tlp::Amber => {
            let kind = noroshi_store::AudienceKind::Accounts;
            place
                .store
                .add_audience("us", kind, &["aiko"])
                .await
                .unwrap();
            "us"
        }
        _ => "everyone",
    };
    place.post(text, audience, tlp).await;
    assert_eq!(place.hit(hunt).await, 1);
    let courier = place.courier(&[far.address.to_string()], None);
    let log = place.settled(&courier, &channel).await;
    assert_eq!(log[0].state, DeliveryState::Sent, "{log:?}");
    let came = far.only();
    let json = came.json();
    (came, json)
}

/// Without when it was.
fn timeless(text: &str) -> String {
    let at = time_in(text);
    text.replace(&at, "AT")
}

/// The time in a text: `2026-03-01 10:20 JST`.
fn time_in(text: &str) -> String {
    let end = text.find(" JST").unwrap() + 4;
    text.get(end - 20..end).unwrap().to_owned()
}

#[tokio::test]
async fn slack_gets_text_and_blocks() {
    let (came, body) = told(ChannelKind::SlackWebhook, "ok", TEXT, Tlp::Green, "en").await;
    assert_eq!(came.path, "/hook/S3cret");
    assert_eq!(
        came.header("content-type"),
        "application/json; charset=utf-8"
    );
    let heading = "phish|ing <b>: @\u{2060}everyone see x now";
    let section = body["blocks"][1]["text"]["text"].as_str().unwrap();
    let expected = json!({
        "text": heading.replace('<', "&lt;").replace('>', "&gt;"),
        "blocks": [
            { "type": "header", "text": { "type": "plain_text", "text": heading, "emoji": false } },
            { "type": "section", "text": { "type": "mrkdwn", "text": section } },
            { "type": "context", "elements": [
                { "type": "mrkdwn", "text": format!("<{HUB}/hunt/1?show=all&amp;cursor=2#h-1|Open in Noroshi>") },
            ] },
        ],
        "unfurl_links": false,
        "unfurl_media": false,
    });
    assert_eq!(body, expected);
    assert_eq!(
        timeless(section),
        format!(
            "*<{HUB}/hunt/1?show=all&amp;cursor=2#h-1|@\u{2060}everyone see x now>*\naiko\n\
            hxxps://evil[.]example/a\nHunt phish|ing &lt;b&gt; · AT · TLP:GREEN"
        )
    );
}

#[tokio::test]
async fn a_bot_of_slack_shows_its_token_in_a_header() {
    let ok = r#"{"ok":true,"channel":"C0123ABCD","ts":"1503435956.000247"}"#;
    let (came, body) = told(ChannelKind::SlackBot, ok, TEXT, Tlp::Green, "ja").await;
    assert_eq!(came.path, "/api/chat.postMessage");
    assert_eq!(came.header("authorization"), "Bearer xoxb-S3cret");
    assert_eq!(body["channel"], "C0123ABCD");
    assert_eq!(body["parse"], "none");
    assert!(!came.body.contains("S3cret"));
    let end = &body["blocks"][2]["elements"][0]["text"];
    assert_eq!(
        end,
        &format!("<{HUB}/hunt/1?show=all&amp;cursor=2#h-1|Noroshi で開く>")
    );
}

#[tokio::test]
async fn discord_gets_an_embed_and_calls_nobody() {
    let message = r#"{"id":"1","type":0,"content":"","channel_id":"2"}"#;
    let (came, body) = told(ChannelKind::Discord, message, TEXT, Tlp::Green, "en").await;
    assert_eq!(came.path, "/hook/S3cret?wait=true");
    assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
    let embed = &body["embeds"][0];
    assert_eq!(embed["title"], "phish|ing <b>: @\u{2060}everyone see x now");
    assert_eq!(embed["url"], format!("{HUB}/hunt/1?show=all&cursor=2#h-1"));
    let description = embed["description"].as_str().unwrap();
    assert!(description.contains("ing \\<b\\>"), "{description}");
    assert!(description.contains(&format!("]({HUB}/hunt/1?show=all&cursor=2#h-1)")));
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["allowed_mentions", "embeds"]);
}

#[tokio::test]
async fn teams_gets_an_adaptive_card() {
    let (_, body) = told(ChannelKind::Teams, "", TEXT, Tlp::Green, "en").await;
    assert_eq!(body["type"], "message");
    let attachment = &body["attachments"][0];
    assert_eq!(
        attachment["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    let card = &attachment["content"];
    assert_eq!(
        (&card["type"], &card["version"]),
        (&json!("AdaptiveCard"), &json!("1.4"))
    );
    let blocks = card["body"].as_array().unwrap();
    assert_eq!(blocks.len(), 2);
    assert!(
        blocks
            .iter()
            .all(|block| block["type"] == "TextBlock" && block["wrap"] == true)
    );
    let action = json!({ "type": "Action.OpenUrl", "title": "Open in Noroshi", "url": format!("{HUB}/hunt/1?show=all&cursor=2#h-1") });
    assert_eq!(card["actions"], json!([action]));
}

#[tokio::test]
async fn mattermost_gets_markdown() {
    let (_, body) = told(ChannelKind::Mattermost, "ok", TEXT, Tlp::Green, "en").await;
    let fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["text"]);
    let text = body["text"].as_str().unwrap();
    assert!(
        text.starts_with("**phish\\|ing \\<b\\>\\: @\u{2060}everyone"),
        "{text}"
    );
    assert!(
        text.ends_with(&format!(
            "[Open in Noroshi]({HUB}/hunt/1?show=all&cursor=2#h-1)"
        )),
        "{text}"
    );
}

#[tokio::test]
async fn nothing_that_lures_or_calls_goes_out() {
    let hostile = "@here @all @channel <@U123> <!here|x> <at>Bob</at> `code` ||spoiler|| <https://evil.example/b|safe> \
        http://evil.example/c \u{202e}gpj.exe evil.example <script>alert(1)</script>\n# Title\n![p](https://evil.example/p.png)";
    for kind in [
        ChannelKind::SlackWebhook,
        ChannelKind::Discord,
        ChannelKind::Teams,
        ChannelKind::Mattermost,
        ChannelKind::Webhook,
    ] {
        let (came, _) = told(kind, "ok", hostile, Tlp::Clear, "en").await;
        let body = came.body.replace(HUB, "");
        for lure in [
            "http://evil",
            "https://evil",
            "evil.example",
            "@here",
            "@all",
            "@channel",
            "\u{202e}",
        ] {
            assert!(!body.contains(lure), "{kind:?}: {lure} in {body}");
        }
    }
}

#[tokio::test]
async fn markings_hold_on_the_way_out() {
    let text = "evil Wintermute";
    for kind in [
        ChannelKind::SlackWebhook,
        ChannelKind::Discord,
        ChannelKind::Teams,
        ChannelKind::Mattermost,
        ChannelKind::Webhook,
    ] {
        for (tlp, carried) in [
            (Tlp::Clear, true),
            (Tlp::Green, true),
            // For named accounts, and the channel reaches everyone.
            (Tlp::Amber, false),
            (Tlp::Red, false),
        ] {
            let (came, _) = told(kind, "ok", text, tlp, "en").await;
            assert_eq!(came.body.contains("Wintermute"), carried, "{kind:?} {tlp}");
            assert!(
                came.body
                    .replace("&amp;", "&")
                    .contains("/hunt/1?show=all&cursor=2#h-1"),
                "{kind:?} {tlp}"
            );
            let stays = came.body.contains("stays in the hub");
            assert_eq!(stays, !carried, "{kind:?} {tlp}");
        }
    }
}

#[tokio::test]
async fn long_texts_keep_to_the_services_limits() {
    let place = Place::new().await;
    let far = Far::saying(answer("200 OK", "", "ok")).await;
    let mut channels: Vec<Channel> = Vec::new();
    for kind in [
        ChannelKind::SlackWebhook,
        ChannelKind::Discord,
        ChannelKind::Teams,
        ChannelKind::Mattermost,
    ] {
        let hourly = |new| noroshi_store::NewChannel {
            cadence: noroshi_store::Cadence::Hourly,
            ..new
        };
        let fields = url(far.url(&format!("/{}", kind.name())));
        let channel = place.channel_with(kind, fields, hourly).await;
        place
            .hunt(&format!("{}{}", kind.name(), "長".repeat(80)), &channel)
            .await;
        channels.push(channel);
    }
    for n in 0..60 {
        place
            .post(
                &format!("evil {n} {}", "長い話*".repeat(2_000)),
                "everyone",
                Tlp::Clear,
            )
            .await;
    }
    // Each of them is a hit of every hunt.
    let from = place.store.hunt_place().await.unwrap();
    let (news, next) = place.store.news(from.seq, 1_000).await.unwrap();
    let mut found = Vec::new();
    for one in &news {
        if let noroshi_store::Brought::Entry(entry, _) = &one.brought {
            found.extend((1..=4).map(|hunt| noroshi_store::NewHit::entry(hunt, entry)));
        }
    }
    place
        .store
        .record_hits(from, (next, 0), found)
        .await
        .unwrap()
        .unwrap();
    place
        .store
        .gather_notices(noroshi_store::now())
        .await
        .unwrap();
    let courier = place.courier(&[far.address.to_string()], None);
    for channel in &channels {
        let log = place
            .store
            .deliveries(&Reader::operator(), channel.id, None, 9)
            .await
            .unwrap();
        assert_eq!((log.len(), log[0].hits), (1, 60));
        place
            .store
            .retry_delivery(&Reader::operator(), log[0].id)
            .await
            .unwrap();
    }
    for channel in &channels {
        place.settled(&courier, channel).await;
    }
    let came = far.came();
    assert_eq!(came.len(), 4);
    for one in came {
        let body = one.json();
        match one.path.split(['/', '?']).nth(1).unwrap() {
            "slack_webhook" => {
                let blocks = body["blocks"].as_array().unwrap();
                assert!(blocks.len() <= 50);
                for block in blocks {
                    let length = block["text"]["text"]
                        .as_str()
                        .map_or(0, |text| text.chars().count());
                    assert!(length <= 3_000, "{length}");
                }
                assert!(
                    body["blocks"][0]["text"]["text"]
                        .as_str()
                        .unwrap()
                        .chars()
                        .count()
                        <= 150
                );
                assert!(one.body.contains("and 40 more"));
            }
            "discord" => {
                let embed = &body["embeds"][0];
                let length = |field: &str| embed[field].as_str().unwrap().chars().count();
                assert!(length("title") <= 256 && length("description") <= 4_096);
                assert!(length("title") + length("description") <= 6_000);
                assert!(embed["description"].as_str().unwrap().contains(" more · ["));
            }
            "teams" => assert!(one.body.len() <= 28_000, "{}", one.body.len()),
            "mattermost" => assert!(body["text"].as_str().unwrap().chars().count() <= 16_383),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn the_timeline_gets_a_post() {
    let place = Place::new().await;
    let channel = place
        .channel(ChannelKind::Timeline, Fields::default())
        .await;
    let hunt = place.hunt("phishing", &channel).await;
    place
        .post("evil: http://evil.example/a @aiko", "everyone", Tlp::Green)
        .await;
    place.hit(hunt).await;
    let courier = place.courier(&[], None);
    let log = place.settled(&courier, &channel).await;
    assert_eq!(log[0].state, DeliveryState::Sent, "{log:?}");
    let timeline = Timeline::Account(noroshi_store::HUNTS_BOT.to_owned());
    let reader = Reader::account(place.aiko);
    let page = place
        .store
        .timeline(&reader, &timeline, None, 9)
        .await
        .unwrap();
    let post = &page.entries[0].post;
    assert!(
        post.text.contains("](/hunt/1?show=all&cursor=2#h-1)"),
        "{}",
        post.text
    );
    assert!(
        post.to.is_empty() && !post.text.contains("http://"),
        "{}",
        post.text
    );
    // What it says is a hit, for it names the same, but nobody is told of that.
    assert_eq!(place.hit(hunt).await, 1);
    assert_eq!(place.settled(&courier, &channel).await.len(), 1);
}
