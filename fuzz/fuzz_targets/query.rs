//! Any text is read or refused; what is read prints as text that reads the same, and can be held
//! against statements.

#![no_main]

use libfuzzer_sys::fuzz_target;
use noroshi_indicator::{Kind, Observable};
use noroshi_query::{Matcher, Statement, StatementKind, TimeZone, Tlp, parse};

const NOW: i64 = 1_795_316_400_000_000;

fuzz_target!(|text: &str| {
    let query = match parse(text, NOW, &TimeZone::UTC) {
        Ok(query) => query,
        Err(error) => {
            let chars = text.chars().count();
            assert!(error.length >= 1 && error.column >= 1 && error.column <= chars + 1);
            return;
        }
    };
    let printed = query.to_string();
    let again = parse(&printed, NOW, &TimeZone::UTC).expect("what is printed can be read");
    assert_eq!(again, query, "{printed}");
    assert_eq!(again.to_string(), printed);

    let matcher = Matcher::new(&query).expect("what was parsed compiles");
    let url = "https://login.evil.example/更新?id=1".to_owned();
    let url = Observable::from_canonical(Kind::Url, url);
    let address = Observable::from_canonical(Kind::Ipv4, "192.0.2.7".to_owned());
    let tags = ["フィッシング".to_owned(), "Fake-Update".to_owned()];
    let to = ["aiko".to_owned()];
    let both = [url, address];
    for (kind, observables, tags) in [
        (StatementKind::Listing, &both[..1], tags.as_slice()),
        (StatementKind::Post, &both, tags.as_slice()),
        (StatementKind::Post, &[], &[]),
    ] {
        matcher.matches(&Statement {
            kind,
            observables,
            from: "feed",
            by_source: true,
            to: &to,
            family: Some("Emotet"),
            tags,
            text: Some("標的型攻撃メール, second stage"),
            tlp: Tlp::Green,
            received: NOW,
            first_seen: NOW - 1,
            last_seen: 0,
            reply: false,
            repost: false,
            file: false,
        });
    }
});
