//! What feeds should not be, and what is kept of them all the same.

use noroshi_exchange::BodyError;

use crate::{feed, read, rss};

/// Line and column of what ended a body, and why.
fn place(end: Result<noroshi_exchange::Tally, BodyError>) -> (u64, u64, String) {
    match end.unwrap_err() {
        BodyError::Xml {
            line,
            column,
            reason,
        } => (line, column, reason),
        other => (0, 0, other.to_string()),
    }
}

#[test]
fn a_body_that_breaks_off_keeps_what_came_before() {
    let whole = "<rss><channel>\n<item><title>a</title></item>\n<item><title>b</title><link>";
    let cut = feed(whole);
    assert_eq!(cut.texts("title"), ["a"]);
    assert_eq!(
        (cut.bad[0].line, cut.bad[0].reason.as_str()),
        (3, "the body breaks off in this row")
    );
    assert_eq!(
        place(cut.end),
        (3, 29, "the body ends before `</item>`".to_owned())
    );
    let cut = feed("<rss><channel>\n<item><title>a</title></item>\n");
    assert_eq!(cut.texts("title"), ["a"]);
    assert_eq!(
        place(cut.end),
        (3, 1, "the body ends before `</channel>`".to_owned())
    );
}

#[test]
fn a_broken_item_costs_one_item() {
    let read = feed(rss(
        "<item><title>a</title></item>\n<item><title>日本 <![CDATA[x]]></title><!WRONG></item>\n<item><title>c</title></item>",
    ));
    assert_eq!(read.texts("title"), ["a", "c"]);
    assert_eq!(read.bad[0].line, 3);
    assert!(
        read.bad[0].reason.starts_with("column "),
        "{}",
        read.bad[0].reason
    );
    assert!(
        read.bad[0].reason.contains("line 3"),
        "{}",
        read.bad[0].reason
    );
    assert!(
        read.bad[0].text.starts_with("日本 x"),
        "{}",
        read.bad[0].text
    );
    assert!(read.end.is_ok());
}

#[test]
fn tags_that_do_not_match_are_closed() {
    let read = feed(rss(
        "<item><title>a<b></title><description>d</x></item><item><title>b</title></item>",
    ));
    assert_eq!(read.texts("title"), ["a", "b"]);
    assert_eq!(read.texts("text"), ["d", "-"]);
}

#[test]
fn lone_signs_and_unknown_entities_stay_as_they_are() {
    let read = feed(rss(
        "<item><title>AT&T & R&D; &nbsp;&hellip;&#x3042;&#0;&#xD800;&bogus;</title><link>https://a.example/?a=1&b=2</link></item>",
    ));
    assert_eq!(read.texts("title"), ["AT&T & R&D; …あ&bogus;"]);
    assert_eq!(read.texts("link"), ["https://a.example/?a=1&b=2"]);
}

#[test]
fn entities_of_the_document_are_never_expanded() {
    let body = "<!DOCTYPE rss [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c SYSTEM 'file:///etc/passwd'>]>
<rss><channel><item><title>x &b; &c;</title></item></channel></rss>";
    assert_eq!(feed(body).texts("title"), ["x &b; &c;"]);
}

#[test]
fn what_is_no_feed_is_told() {
    for (body, reason) in [
        ("", "the body is empty"),
        ("   \n\n ", "the body is empty"),
        ("just text", "the body holds no XML"),
        (
            "<!doctype html><html><body><p>Please log in",
            "this is no feed: the document is `<html>`",
        ),
        (
            "<opml version='2.0'><body/></opml>",
            "this is no feed: the document is `<opml>`",
        ),
        ("<rss", "tag"),
        ("<!-- never closed", "comment"),
    ] {
        let (_, _, told) = place(feed(body).end);
        assert!(told.contains(reason), "{body}: {told}");
    }
    // A feed without items is one all the same.
    assert_eq!(feed("<rss><channel/></rss>").end.unwrap().rows, 0);
    assert_eq!(
        feed("<feed xmlns='http://www.w3.org/2005/Atom'/>")
            .end
            .unwrap()
            .rows,
        0
    );
    // Programs write before the prolog.
    let late = format!(
        "\n\nWarning: Undefined variable in x.php\n{}",
        rss("<item><title>a</title></item>")
    );
    assert_eq!(feed(late).texts("title"), ["a"]);
}

#[test]
fn script_in_titles_and_links() {
    let read = feed(rss(
        "<item><title>&lt;script&gt;alert(1)&lt;/script&gt;</title><link>javascript:alert(1)</link><guid isPermaLink='true'>JavaScript:alert(2)</guid>
<description>&lt;p onclick=x&gt;a&lt;script&gt;b&lt;/script&gt;&lt;a href='javascript:c'&gt;d&lt;/a&gt;</description></item>
<item><title>b</title><link>data:text/html,x</link></item><item><title>c</title><link> java\tscript:x </link></item>",
    ));
    assert_eq!(read.texts("link"), ["-", "-", "-"]);
    assert_eq!(read.texts("title")[0], "<script>alert(1)</script>");
    assert_eq!(read.texts("text")[0], "ad");
}

#[test]
fn bombs_in_summaries() {
    let nested = |n: usize| format!("{}x{}", "&lt;div&gt;".repeat(n), "&lt;/div&gt;".repeat(n));
    let real = |n: usize| format!("{}y{}", "<div>".repeat(n), "</div>".repeat(n));
    let read = feed(rss(&format!(
        "<item><title>a</title><description>{}</description></item>
<item><title>b</title><description>{}</description></item>
<item><title>c</title><description>{}</description></item>
<item><title>d</title><description>{}</description></item>
<item><title>e</title></item>",
        nested(100_000),
        real(100_000),
        "&amp;amp;".repeat(200_000),
        "<x a=''/>".repeat(100_000),
    )));
    assert_eq!(read.texts("title"), ["a", "b", "c", "d", "e"]);
    assert_eq!(read.texts("text")[0], "x");
    assert_eq!(read.texts("text")[1], "y");
    assert!(read.texts("text")[2].len() <= 256 << 10);
    assert!(read.end.is_ok(), "{:?}", read.end);
}

#[test]
fn attributes_without_end() {
    let many: String = (0..50_000).map(|n| format!(" a{n}='&amp;&x'")).collect();
    let read = read(
        format!("<r><row{many}>t</row><row b='2'/></r>"),
        "type = 'xml'\npath = 'row'",
    );
    assert_eq!(read.items.len(), 2);
    assert_eq!(read.items[0]["@a0"], "&&x");
    assert!(read.items[0].as_object().unwrap().len() <= 65);
}

#[test]
fn an_item_too_long_costs_itself() {
    let long = "x".repeat(5 << 20);
    for (what, item) in [
        (
            "one text",
            format!("<item><title>long</title><description>{long}</description></item>"),
        ),
        (
            "many texts",
            format!(
                "<item><title>long</title>{}</item>",
                format!("<d>{}</d>", &long[..1 << 20]).repeat(5)
            ),
        ),
        (
            "one tag",
            format!("<item><title>long</title><x a='{long}'/></item>"),
        ),
    ] {
        let read = feed(rss(&format!(
            "<item><title>a</title></item>{item}<item><title>c</title></item>"
        )));
        assert_eq!(read.texts("title"), ["a", "c"], "{what}");
        assert_eq!(read.bad.len(), 1, "{what}");
        assert!(
            read.bad[0].reason.contains("more than 4 MB")
                || read.bad[0].reason.contains("longer than 4 MB"),
            "{}",
            read.bad[0].reason
        );
    }
    // Outside the items there is nothing to go on from.
    let (line, _, reason) = place(
        feed(format!(
            "<rss><channel><title>{long}</title></channel></rss>"
        ))
        .end,
    );
    assert_eq!((line, reason.contains("4 MB")), (1, true), "{reason}");
}

#[test]
fn control_characters_and_nul() {
    let read = feed(rss(
        "<item><title>a\u{0}b\u{8}c\u{b}d</title><description>x\u{0}y</description></item>",
    ));
    assert_eq!(read.texts("title"), ["a b c d"]);
    assert_eq!(read.texts("text"), ["xy"]);
}
