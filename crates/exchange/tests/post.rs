//! Posts that want to be more than text: whatever is written, the HTML is what we meant it to be, as a parser of HTML
//! reads it.

use std::collections::BTreeSet;

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, QualName, local_name, ns, parse_fragment};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use noroshi_exchange::post::{Piece, check, html, marks, plain};
use noroshi_indicator::fold;
use proptest::prelude::*;

/// What a post may be made of.
const ELEMENTS: &str = " a blockquote br code del em h3 h4 h5 h6 hr li ol p pre span strong sup table tbody td th thead tr ul ";

/// The piece that tests give; no text can make a `b`.
const PIECE: &str = "<b>piece</b>";

fn dom(html: &str) -> RcDom {
    let body = QualName::new(None, ns!(html), local_name!("body"));
    parse_fragment(
        RcDom::default(),
        ParseOpts::default(),
        body,
        Vec::new(),
        false,
    )
    .one(html)
}

/// Every node in order.
fn nodes(dom: &RcDom) -> Vec<Handle> {
    let mut all = Vec::new();
    let mut open = vec![dom.document.clone()];
    while let Some(node) = open.pop() {
        open.extend(node.children.borrow().iter().rev().cloned());
        all.push(node);
    }
    all
}

/// Why a node must not be in a post.
fn fault(node: &Handle) -> Option<String> {
    match &node.data {
        NodeData::Document | NodeData::Text { .. } => None,
        NodeData::Element { name, attrs, .. } => {
            let element = &*name.local;
            if element == "html" || element == "b" {
                return (!attrs.borrow().is_empty()).then(|| element.to_owned());
            }
            if name.ns != ns!(html) || !ELEMENTS.contains(&format!(" {element} ")) {
                return Some(element.to_owned());
            }
            let attrs = attrs.borrow();
            let mut bad = attrs
                .iter()
                .filter(|one| !is_allowed(element, &one.name.local, &one.value));
            bad.next()
                .map(|one| format!("{element} {}={}", &*one.name.local, one.value))
        }
        other => Some(format!("{other:?}")),
    }
}

fn is_allowed(element: &str, attribute: &str, value: &str) -> bool {
    match (element, attribute) {
        ("a", "href") => is_ours(value),
        ("ol", "start") => value.parse::<u32>().is_ok(),
        ("ol", "class") => value == "footnotes",
        ("span", "class") => value == "value",
        _ => false,
    }
}

fn is_ours(href: &str) -> bool {
    let rest = href.strip_prefix('/');
    rest.is_some_and(|rest| !rest.starts_with(['/', '\\'])) && !href.contains(char::is_control)
}

/// What is wrong with the HTML of a text, with pieces and without.
fn faults(text: &str) -> Vec<String> {
    let mut shown = 0;
    let with = html(text, |_| {
        shown += 1;
        Some(PIECE.to_owned())
    });
    let with = nodes(&dom(&with));
    let without = nodes(&dom(&html(text, |_| None)));
    let is_piece = |node: &&Handle| matches!(&node.data, NodeData::Element { name, .. } if &*name.local == "b");
    let mut faults: Vec<String> = with.iter().chain(&without).filter_map(fault).collect();
    let (pieces, forged) = (
        with.iter().filter(is_piece).count(),
        without.iter().filter(is_piece).count(),
    );
    if (pieces, forged) != (shown, 0) {
        faults.push(format!("{shown} shown, {pieces} there, {forged} forged"));
    }
    faults
}

#[test]
fn the_judge_knows_what_is_bad() {
    for bad in [
        "<script>1</script>",
        "<p onclick=x>",
        "<a href=//evil.example>",
        "<a href='/a&#9;b'>",
        "<a href=javascript:x>",
        "<svg><a>",
        "<!-- a -->",
        "<img>",
        "<b id=a>",
    ] {
        assert!(
            nodes(&dom(bad)).iter().any(|node| fault(node).is_some()),
            "{bad}"
        );
    }
    for good in [
        "<p>a<br><a href=\"/a\">b</a></p>",
        "<ol start=3><li>a</ol>",
        PIECE,
    ] {
        let found: Vec<_> = nodes(&dom(good)).iter().filter_map(fault).collect();
        assert!(found.is_empty(), "{good}: {found:?}");
    }
}

#[test]
fn nothing_of_the_corpus_runs() {
    let corpus: Vec<&str> = include_str!("xss/corpus.txt").split("\n%%\n").collect();
    assert!(corpus.len() >= 80, "{}", corpus.len());
    let around = |text: &str| {
        [
            text.to_owned(),
            format!("> {text}"),
            format!("- {text}"),
            format!("[{text}](/a)"),
            format!("![{text}](https://vendor.example/)"),
            format!("| a |\n|---|\n| {text} |"),
            format!("#tag {text} @name http://evil.example/{text}"),
        ]
    };
    for text in corpus.iter().flat_map(|text| around(text)) {
        let found = faults(&text);
        assert!(
            found.is_empty(),
            "{text}\n{}\n{found:?}",
            html(&text, |_| None)
        );
        let line = plain(&text, 10_000);
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

/// Text that looks like Markdown, HTML, and what posts are about.
fn texts() -> impl Strategy<Value = String> {
    let words = [
        "#tag",
        "#標的型攻撃",
        "＃C2",
        "#CVE-2026-0001",
        "@alice",
        "＠bob",
        "a@evil.example",
        "hxxp://evil[.]example/a",
        "https://vendor.example/x#y",
        "192.0.2.1",
        "evil.example",
        "[",
        "]",
        "](",
        ")",
        "](/a)",
        "](//b)",
        "](javascript:alert(1))",
        "](https://vendor.example/)",
        "![",
        "<",
        ">",
        "<script>",
        "</p>",
        "<b onclick=x>",
        "<http://evil.example/>",
        "<!--",
        "-->",
        "`",
        "``",
        "```\n",
        "~~",
        "*",
        "**",
        "_",
        "\n",
        "\n\n",
        "\r\n",
        "> ",
        "- ",
        "1. ",
        "# ",
        "    ",
        "|",
        "\n|---|---|\n",
        "[^1]",
        "\n[^1]: ",
        "[a]",
        "\n[a]: http://c.example\n",
        "\n[b]: /d\n",
        "\\",
        "&amp;",
        "&#35;",
        "&lt;",
        "\"",
        "'",
        "\u{1}",
        "0",
        "\u{2}",
        "\u{202e}",
        "\u{3000}",
        "。",
        "語",
        "a",
        " ",
    ];
    let word = prop_oneof![
        8 => prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,5}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn no_text_is_more_than_text(text in texts()) {
        prop_assert_eq!(faults(&text), Vec::<String>::new());
    }

    #[test]
    fn what_is_marked_is_shown(text in texts()) {
        let (mut tags, mut mentions) = (BTreeSet::new(), BTreeSet::new());
        html(&text, |piece| {
            match piece {
                Piece::Tag(tag) => tags.insert(fold(tag)),
                Piece::Account(name) => mentions.insert(fold(name)),
                Piece::Observable(found) => {
                    assert_eq!(text.get(found.start..found.end), Some(found.text));
                    false
                }
            };
            None
        });
        let marks = marks(&text);
        let folded = |names: &[String]| -> BTreeSet<String> { names.iter().map(|name| fold(name)).collect() };
        prop_assert_eq!(folded(&marks.tags), tags);
        prop_assert_eq!(folded(&marks.mentions), mentions);
        prop_assert_eq!(marks.tags.len() + marks.mentions.len(), folded(&marks.tags).len() + folded(&marks.mentions).len());
    }

    #[test]
    fn plain_text_is_one_short_line(text in texts(), chars in 0_usize..50) {
        let line = plain(&text, chars);
        prop_assert!(line.chars().count() <= chars);
        prop_assert!(!line.contains(['\n', '\r', '\t']));
        prop_assert!(plain(&text, chars + 10).starts_with(&line));
    }

    #[test]
    fn what_may_be_posted_has_no_control_characters(text in texts()) {
        let odd = text.contains(|c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r'));
        prop_assert_eq!(check(&text).is_ok(), !odd && !text.trim().is_empty());
    }
}
