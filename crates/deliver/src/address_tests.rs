//! Tests of what is typed and what is kept.

use super::*;

fn url(url: &str) -> Fields {
    Fields {
        url: Some(url.to_owned()),
        ..Fields::default()
    }
}

#[test]
fn of_a_webhook_only_the_host_is_shown() {
    for kind in [
        ChannelKind::SlackWebhook,
        ChannelKind::Teams,
        ChannelKind::Discord,
        ChannelKind::Mattermost,
        ChannelKind::Webhook,
    ] {
        let kept = settle(
            kind,
            &url("https://hooks.example/T0/S3cret?k=1"),
            None,
            None,
        )
        .unwrap();
        assert_eq!(kept.config, r#"{"host":"hooks.example"}"#);
        assert!(kept.secret.unwrap().contains("/T0/S3cret?k=1"));
        assert_eq!(kept.fresh_key.is_some(), kind == ChannelKind::Webhook);
    }
}

#[test]
fn what_is_not_said_stays() {
    let kept = settle(
        ChannelKind::Webhook,
        &url("https://a.example/x"),
        None,
        None,
    )
    .unwrap();
    let secret = kept.secret.as_deref();
    let moved = url("https://b.example:8443/y");
    let again = settle(ChannelKind::Webhook, &moved, Some(&kept.config), secret).unwrap();
    assert_eq!(again.config, r#"{"host":"b.example:8443"}"#);
    assert_eq!(again.fresh_key, None);
    let Some(Address::Signed { url, key }) =
        address(ChannelKind::Webhook, &again.config, again.secret.as_deref())
    else {
        panic!("{again:?}");
    };
    assert_eq!(
        (url.as_str(), Some(key)),
        ("https://b.example:8443/y", kept.fresh_key)
    );
    let same = settle(
        ChannelKind::Webhook,
        &Fields::default(),
        Some(&again.config),
        again.secret.as_deref(),
    );
    assert_eq!(same.unwrap(), again);
}

#[test]
fn a_bot_has_a_channel_and_a_token() {
    let typed = Fields {
        token: Some(" xoxb-1 ".to_owned()),
        channel: Some("C0123".to_owned()),
        ..Fields::default()
    };
    let kept = settle(ChannelKind::SlackBot, &typed, None, None).unwrap();
    assert_eq!(kept.config, r#"{"channel":"C0123"}"#);
    let leads = address(ChannelKind::SlackBot, &kept.config, kept.secret.as_deref());
    let expected = Address::Bot {
        api: "https://slack.com".to_owned(),
        token: "xoxb-1".to_owned(),
        channel: "C0123".to_owned(),
    };
    assert!(leads == Some(expected));
    for (channel, token) in [
        (None, Some("x")),
        (Some("C"), None),
        (Some("a b"), Some("x")),
    ] {
        let typed = Fields {
            token: token.map(str::to_owned),
            channel: channel.map(str::to_owned),
            ..Fields::default()
        };
        assert!(settle(ChannelKind::SlackBot, &typed, None, None).is_err());
    }
}

#[test]
fn what_leads_nowhere_is_refused() {
    for text in [
        "",
        "hooks.example/x",
        "ftp://a.example/",
        "https://u:p@a.example/",
        "file:///etc/passwd",
    ] {
        assert!(
            settle(ChannelKind::Teams, &url(text), None, None).is_err(),
            "{text}"
        );
    }
    let long = format!("{}@a.example", "a".repeat(300));
    for to in [
        "",
        "soc",
        "@a.example",
        "soc@",
        "a b@c.example",
        "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>",
        &long,
    ] {
        let typed = Fields {
            to: vec![to.to_owned()],
            ..Fields::default()
        };
        assert!(
            settle(ChannelKind::Email, &typed, None, None).is_err(),
            "{to}"
        );
    }
    let typed = Fields {
        key: Some("short".to_owned()),
        ..url("https://a.example/")
    };
    assert!(settle(ChannelKind::Webhook, &typed, None, None).is_err());
}
