//! Any post: its HTML has only elements of ours, no link leads outside, and what is marked is shown.
#![no_main]

use std::collections::BTreeSet;

use libfuzzer_sys::fuzz_target;
use noroshi_exchange::post::{Piece, check, html, marks, plain};
use noroshi_indicator::fold;

const ELEMENTS: &str =
    " a blockquote br code del em h3 h4 h5 h6 hr li ol p pre span strong sup table tbody td th thead tr ul ";

fuzz_target!(|text: &str| {
    let (mut tags, mut mentions) = (BTreeSet::new(), BTreeSet::new());
    let mut shown = 0;
    let with = html(text, |piece| {
        match piece {
            Piece::Tag(tag) => tags.insert(fold(tag)),
            Piece::Account(name) => mentions.insert(fold(name)),
            Piece::Observable(found) => text.get(found.start..found.end) != Some(found.text),
        };
        shown += 1;
        Some("<b>".to_owned())
    });
    assert_eq!(with.matches("<b>").count(), shown);
    let marks = marks(text);
    assert_eq!(marks.tags.iter().map(|tag| fold(tag)).collect::<BTreeSet<_>>(), tags);
    assert_eq!(marks.mentions.iter().map(|name| fold(name)).collect::<BTreeSet<_>>(), mentions);

    let without = html(text, |_| None);
    for tag in without.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every tag ends");
        let (name, attribute) = tag.trim_start_matches('/').split_once(' ').unwrap_or((tag.trim_start_matches('/'), ""));
        assert!(ELEMENTS.contains(&format!(" {name} ")), "{tag}");
        let digits = |rest: &str| rest.trim_end_matches('"').bytes().all(|b| b.is_ascii_digit());
        let ours = |rest: &str| !rest.starts_with(['/', '\\']) && rest.matches('"').count() == 1;
        assert!(
            matches!(attribute, "" | "class=\"value\"" | "class=\"footnotes\"")
                || attribute.strip_prefix("start=\"").is_some_and(digits)
                || attribute.strip_prefix("href=\"/").is_some_and(ours),
            "{tag}"
        );
    }
    assert!(plain(text, 80).chars().count() <= 80);
    let _ = check(text);
});
