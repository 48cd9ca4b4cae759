//! Every way a query can be wrong: the message, and the very characters it blames.

use noroshi_query::{QueryError, TimeZone, parse};

fn refusal(text: &str) -> QueryError {
    parse(text, 0, &TimeZone::UTC).expect_err(text)
}

/// Each query with a line of `^` under what the error must point at, and a part of its message.
const TABLE: &[(&str, &str, &str)] = &[
    ("a (b c", "  ^", "this `(` is never closed"),
    ("a b) c", "   ^", "this `)` closes nothing"),
    (") \"a", "^", "this `)` closes nothing"),
    ("a () b", "  ^^", "nothing in this group"),
    ("a ( ) b", "  ^^^", "nothing in this group"),
    ("OR a", "^^", "OR needs a term before it"),
    ("a OR", "  ^^", "OR needs a term after it"),
    ("a OR OR b", "  ^^", "OR needs a term after it"),
    ("a | | b", "  ^", "OR needs a term after it"),
    ("(a OR) b", "   ^^", "OR needs a term after it"),
    ("AND a", "^^^", "AND needs a term before it"),
    ("a AND", "  ^^^", "AND needs a term after it"),
    ("a NOT b", "  ^^^", "NOT is written `-`"),
    ("a - b", "  ^", "right after it, without a space"),
    ("a -", "  ^", "`-` needs a term right after it"),
    ("(a -)", "   ^", "`-` needs a term right after it"),
    ("--a", "^", "one `-` is enough"),
    ("-OR", " ^^", "OR needs a term before it"),
    ("日本 \"語", "   ^", "this quote is never closed"),
    ("a \"\" b", "  ^^", "an empty phrase"),
    ("/a", "^", "never closed"),
    ("/a\\/", "^", "never closed"),
    ("// a", "^^", "an empty regex"),
    ("/etc/passwd", "     ^", "a regex ends at its second `/`"),
    ("/a/i", "   ^", "`(?i)` in front"),
    ("a /[/ b", "   ^", "in this regex: unclosed character class"),
    ("a /x\\/(/ b", "      ^", "in this regex: unclosed group"),
    ("/日(?=本)/", "  ^^^", "in this regex: look-around"),
    ("/\\w{1000}/", "^^^^^^^^^^", "too big once compiled"),
    (
        "in:posts",
        "   ^^^^^",
        "there is no `in:posts`; known: `in:listing`, `in:post`, `in:news`, `in:vuln`, `in:exploit`",
    ),
    ("in:Event", "   ^^^^^", "`in:event` is not available yet"),
    (
        "in:news,event",
        "        ^^^^^",
        "`in:event` is not available yet",
    ),
    (
        "a  jp:no",
        "      ^^",
        "there is no `jp:no`; known: `jp:yes`",
    ),
    ("日本 cvss:11", "        ^^", "`11` is no CVSS score"),
    ("cvss:9..8", "     ^^^^", "no CVSS score is `9..8`"),
    (
        "a to:",
        "  ^^^",
        "`to:` needs a value right after the colon",
    ),
    (
        "has:capture",
        "    ^^^^^^^",
        "`has:capture` is not available yet",
    ),
    ("has:x", "    ^", "there is no `has:x`; known: `has:file`"),
    (
        "is:post",
        "   ^^^^",
        "there is no `is:post`; known: `is:reply`, `is:repost`, `is:new`",
    ),
    ("event:1", "^^^^^^", "`event:` is not available yet"),
    ("like:co.jp", "     ^^^^^", "`co.jp` is a public suffix"),
    (
        "like:a.example+tpyo",
        "     ^^^^^^^^^^^^^^",
        "no such rule `tpyo`",
    ),
    (
        "tag: a",
        "^^^^",
        "`tag:` needs a value right after the colon",
    ),
    (
        "(tag:)",
        " ^^^^",
        "`tag:` needs a value right after the colon",
    ),
    ("tag:a, b", "     ^", "a value is missing after this comma"),
    ("tag:a,,b", "     ^", "a value is missing after this comma"),
    (
        "tag:(a OR b)",
        "    ^",
        "several values are written with commas: `tag:a,b`",
    ),
    ("tag:\"\"", "    ^^", "`tag:` needs a value"),
    ("tag:\"a\"b", "       ^", "a space or a comma is missing"),
    ("tag:\"a", "    ^", "this quote is never closed"),
    ("tags:a", "^^^^^", "did you mean `tag:`?"),
    ("日本 sorce:a", "   ^^^^^^", "did you mean `source:`?"),
    ("type:OSINT", "^^^^^", "there is no field `type:`"),
    ("kind:thing", "     ^^^^^", "there is no kind `thing`"),
    (
        "kind:url,thing",
        "         ^^^^^",
        "there is no kind `thing`",
    ),
    ("tlp:blue", "    ^^^^", "there is no TLP level `blue`"),
    ("tlp:<=blue", "    ^^^^^^", "there is no TLP level `blue`"),
    ("tlp:<clear", "    ^^^^^^", "no TLP level is `<clear`"),
    ("ip:evil.example", "   ^^^^^^^^^^^^", "is no address"),
    ("cidr:192.0.2.0/40", "     ^^^^^^^^^^^^", "192.0.2.0/40"),
    ("domain:\"a b\"", "       ^^^^^", "a b"),
    ("hash:xyz", "     ^^^", "`xyz` is no hash"),
    ("cve:2026", "    ^^^^", "2026"),
    (
        "since:yesterday",
        "      ^^^^^^^^^",
        "`yesterday` is no time",
    ),
    ("since:2026-13-01", "      ^^^^^^^^^^", "is no time"),
    ("since:2026-02-30", "      ^^^^^^^^^^", "is no time"),
    ("until:5s", "      ^^", "is no time"),
    ("until:-5d", "      ^^^", "is no time"),
    (
        "first:2026-11-01T09:30:00Z",
        "      ^^^^^^^^^^^^^^^^^^^^",
        "one instant is no range",
    ),
    (
        "first:<7d",
        "      ^^^",
        "write `7d` for the last 7d, or `..7d`",
    ),
    ("last:..", "     ^^", "needs at least one end"),
    (
        "last:2026-02..2026-01",
        "     ^^^^^^^^^^^^^^^^",
        "ends before it begins",
    ),
    ("last:7d..30d", "     ^^^^^^^", "ends before it begins"),
];

#[test]
fn every_error_points_at_its_cause() {
    for (text, marks, message) in TABLE {
        let error = refusal(text);
        let column = marks.find('^').unwrap() + 1;
        let length = marks.trim_start().len();
        assert_eq!(
            (error.column, error.length),
            (column, length),
            "{text:?}: {error}"
        );
        assert!(error.message.contains(message), "{text:?}: {error}");
        assert!(error.message.chars().count() < 400, "{text:?}: {error}");
    }
}

#[test]
fn limits_are_named() {
    let groups = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&groups(20), 0, &TimeZone::UTC).is_ok());
    let error = refusal(&groups(21));
    assert_eq!((error.column, error.length), (21, 1));
    assert!(error.message.contains("20 deep"), "{error}");
    assert!(refusal(&"(".repeat(4000)).message.contains("20 deep"));
    assert!(refusal(&"-(".repeat(2000)).message.contains("20 deep"));

    let words = |count: usize| vec!["a"; count].join(" ");
    assert!(parse(&words(200), 0, &TimeZone::UTC).is_ok());
    let error = refusal(&words(201));
    assert_eq!((error.column, error.length), (401, 1));
    assert!(error.message.contains("200 terms"), "{error}");
    let error = refusal(&format!("tag:{}", vec!["a"; 201].join(",")));
    assert_eq!((error.column, error.length), (405, 1));

    let regexes = |count: usize| vec!["/a/"; count].join(" ");
    assert!(parse(&regexes(20), 0, &TimeZone::UTC).is_ok());
    assert!(refusal(&regexes(21)).message.contains("20 regexes"));
    let error = refusal(&format!("/{}/", "a".repeat(1001)));
    assert_eq!((error.column, error.length), (1, 1003));
    assert!(error.message.contains("1000 characters"), "{error}");

    assert!(refusal(&"a".repeat(401)).message.contains("400 characters"));
    let error = refusal(&"語 ".repeat(25_000));
    assert!(error.message.contains("4096 bytes"), "{error}");
    assert_eq!(error.column, 4096 / 4 * 2 + 1);
}

/// What is printed is longer and deeper than what was typed; it must stay within the limits.
#[test]
fn limits_count_for_what_is_printed() {
    let ago = |count: usize| vec!["since:7d"; count].join(" ");
    let now = 1_795_316_400_000_000;
    let read = |text: &str| parse(text, now, &TimeZone::UTC);
    let error = read(&ago(200)).expect_err("too long in print");
    assert_eq!((error.column, error.length), (1, 1799));
    assert!(error.message.contains("written out"), "{error}");
    let query = read(&ago(150)).expect("short enough in print");
    assert_eq!(read(&query.to_string()), Ok(query));

    let nested = |depth: usize| format!("{}x tag:a,b{}", "-(y ".repeat(depth), ")".repeat(depth));
    let query = read(&nested(19)).expect("20 deep in print");
    assert_eq!(read(&query.to_string()), Ok(query));
    let error = read(&nested(20)).expect_err("21 deep in print");
    assert_eq!((error.column, error.length), (83, 7));
    assert!(error.message.contains("20 deep"), "{error}");
}
