//! Posts and the HTML they become.

use super::*;
use crate::post::plain;

/// Every piece as a mark of its own.
fn shown(text: &str) -> String {
    html(text, |piece| {
        Some(match piece {
            Piece::Tag(tag) => format!("<T {tag}>"),
            Piece::Account(name) => format!("<A {name}>"),
            Piece::Observable(found) => format!("<O {}>", found.observable.value()),
        })
    })
    .replace('\n', "")
}

/// No piece at all.
fn bare(text: &str) -> String {
    html(text, |_| None).replace('\n', "")
}

#[test]
fn markdown_becomes_html() {
    for (text, expected) in [
        (
            "one\ntwo\r\nthree\n\nfour",
            "<p>one<br>two<br>three</p><p>four</p>",
        ),
        (
            "**b** *i* ~~d~~ `c`",
            "<p><strong>b</strong> <em>i</em> <del>d</del> <code>c</code></p>",
        ),
        (
            "# a\n## b\n### c\n#### d\n###### e",
            "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>e</h6>",
        ),
        (
            "- a\n- b\n\n3. c\n4. d",
            "<ul><li>a</li><li>b</li></ul><ol start=\"3\"><li>c</li><li>d</li></ol>",
        ),
        ("> 引用\n\n---", "<blockquote><p>引用</p></blockquote><hr>"),
        (
            "```rust\nlet a = 1 < 2;\n```",
            "<pre><code>let a = 1 &lt; 2;</code></pre>",
        ),
        (
            "| a | b |\n|---|--:|\n| c |",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>c</td><td></td></tr></tbody></table>",
        ),
        (
            "a[^x] b[^y] c[^x]\n\n[^y]: 二\n[^x]: one",
            "<p>a<sup>1</sup> b<sup>2</sup> c<sup>1</sup></p>\
             <ol class=\"footnotes\"><li><p>one</p></li><li><p>二</p></li></ol>",
        ),
        (
            "a & b &amp; c &lt;d&gt; \"e\" 'f'",
            "<p>a &amp; b &amp; c &lt;d&gt; &quot;e&quot; &#39;f&#39;</p>",
        ),
        ("a <b>c</b> <!-- d --> e", "<p>a c  e</p>"),
        (
            "<div>\n<script>alert(1)</script>\n</div>\n\nleft",
            "<p>left</p>",
        ),
        ("", ""),
    ] {
        assert_eq!(bare(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_more_than_text_is_a_piece() {
    for (text, expected) in [
        (
            "#標的型攻撃 by @alice",
            "<p><T 標的型攻撃> by <A alice></p>",
        ),
        (
            "通信先はhxxps://evil[.]example/aです",
            "<p>通信先は<O https://evil.example/a>です</p>",
        ),
        (
            "`evil.example` and\n\n    192.0.2.1 #no",
            "<p><code><O evil.example></code> and</p><pre><code><O 192.0.2.1> #no</code></pre>",
        ),
        (
            "`` ` evil.example ` ``",
            "<p><code>` <O evil.example> `</code></p>",
        ),
        ("`a\nevil.example`", "<p><code>a<O evil.example></code></p>"),
        (
            "**evil.example** *#a*",
            "<p><strong><O evil.example></strong> <em><T a></em></p>",
        ),
        (
            "#CVE-2026-0001 CVE-2026-0002",
            "<p><T CVE-2026-0001> <O CVE-2026-0002></p>",
        ),
        ("#evil.example", "<p>#<O evil.example></p>"),
        (
            "http://evil.example/a*b*c d",
            "<p><O http://evil.example/a*b*c><em></em> d</p>",
        ),
        (
            "http://evil.example/?a=1&amp;b d",
            "<p><O http://evil.example/?a=1&amp;b> d</p>",
        ),
        (
            "http://evil.example/a\\_b_c d",
            "<p><O http://evil.example/a>_b_c d</p>",
        ),
        (
            "| #a | 192.0.2.1 |\n|---|---|",
            "<table><thead><tr><th><T a></th><th><O 192.0.2.1></th></tr></thead><tbody></tbody></table>",
        ),
        ("user@evil.example", "<p><O user@evil.example></p>"),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

#[test]
fn links_lead_nowhere_but_to_us() {
    for (text, expected, without) in [
        (
            "[report](https://vendor.example/x)",
            "<p>report <O https://vendor.example/x></p>",
            "<p>report <span class=\"value\">hxxps://vendor[.]example/x</span></p>",
        ),
        (
            "[r][1] [s][1]\n\n[1]: https://vendor.example/x",
            "<p>r <O https://vendor.example/x> s <O https://vendor.example/x></p>",
            "<p>r <span class=\"value\">hxxps://vendor[.]example/x</span> \
             s <span class=\"value\">hxxps://vendor[.]example/x</span></p>",
        ),
        (
            "![図](https://vendor.example/i.png)",
            "<p>図 <O https://vendor.example/i.png></p>",
            "<p>図 <span class=\"value\">hxxps://vendor[.]example/i.png</span></p>",
        ),
        (
            "<http://evil.example/>",
            "<p><O http://evil.example/></p>",
            "<p>http://evil.example/</p>",
        ),
        (
            "<a@evil.example>",
            "<p><O a@evil.example></p>",
            "<p>a@evil.example</p>",
        ),
        (
            "[https://vendor.example/x](https://vendor.example/x)",
            "<p><O https://vendor.example/x></p>",
            "<p>https://vendor.example/x</p>",
        ),
        (
            "[http://good.example/](http://evil.example/)",
            "<p><O http://good.example/> <O http://evil.example/></p>",
            "<p>http://good.example/ <span class=\"value\">hxxp://evil[.]example/</span></p>",
        ),
        (
            "[](https://vendor.example/x \"title\")",
            "<p><O https://vendor.example/x></p>",
            "<p><span class=\"value\">hxxps://vendor[.]example/x</span></p>",
        ),
        (
            "[a](javascript:alert\\(1\\))",
            "<p>a <span class=\"value\">javascript:alert(1)</span></p>",
            "<p>a <span class=\"value\">javascript:alert(1)</span></p>",
        ),
        (
            "[a](//evil.example/b)",
            "<p>a <span class=\"value\">//</span><O evil.example><span class=\"value\">/b</span></p>",
            "<p>a <span class=\"value\">//</span><span class=\"value\">evil[.]example</span><span class=\"value\">/b</span></p>",
        ),
        (
            "[a &amp; b](/search?q=a&amp;b \"t\")",
            "<p><a href=\"/search?q=a&amp;b\">a &amp; b</a></p>",
            "<p><a href=\"/search?q=a&amp;b\">a &amp; b</a></p>",
        ),
        (
            "[#a evil.example ![b](/c) ![d](https://e.example/)](/f) #g",
            "<p><a href=\"/f\">#a evil.example b d <span class=\"value\">hxxps://e[.]example/</span></a> <T g></p>",
            "<p><a href=\"/f\">#a evil.example b d <span class=\"value\">hxxps://e[.]example/</span></a> #g</p>",
        ),
        (
            "[](/a) ![](/b)",
            "<p><a href=\"/a\">/a</a> <a href=\"/b\">/b</a></p>",
            "<p><a href=\"/a\">/a</a> <a href=\"/b\">/b</a></p>",
        ),
        ("[a]()", "<p>a</p>", "<p>a</p>"),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
        assert_eq!(bare(text), without, "{text:?}");
    }
}

#[test]
fn nothing_deceives() {
    for (text, expected) in [
        ("a\u{202e}b\u{200b}", "<p>a‹U+202E›b‹U+200B›</p>"),
        ("`a\u{202e}`", "<p><code>a‹U+202E›</code></p>"),
        ("&#x202e;&#0;", "<p>‹U+202E›\u{fffd}</p>"),
        (
            "[a](/\u{202e}b)",
            "<p>a <span class=\"value\">/‹U+202E›b</span></p>",
        ),
        (
            "\u{1}0\u{2} &#1;0&#2; #a",
            "<p>‹U+0001›0‹U+0002› ‹U+0001›0‹U+0002› <T a></p>",
        ),
        (
            "[\u{1}0\u{2}](</\u{1}0\u{2}>) #a",
            "<p>‹U+0001›0‹U+0002› <span class=\"value\">/‹U+0001›0‹U+0002›</span> <T a></p>",
        ),
    ] {
        assert_eq!(shown(text), expected, "{text:?}");
    }
}

/// The deepest nesting of elements.
fn depth(html: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        match tag.starts_with('/') {
            true => now -= 1,
            false if tag.starts_with("br>") || tag.starts_with("hr>") => {}
            false => now += 1,
        }
        most = most.max(now);
    }
    assert_eq!(now, 0, "{html:.200}");
    most
}

#[test]
fn hostile_texts_stay_small_and_flat() {
    let deep = 10_000;
    let lists: String = (0..300)
        .map(|n| format!("{}- a\n", "  ".repeat(n)))
        .collect();
    let table = format!(
        "{}|\n{}|\n{}",
        "|a".repeat(5_000),
        "|-".repeat(5_000),
        "|\n".repeat(5_000)
    );
    let cells = format!(
        "{}|\n{}|\n{}",
        "|a".repeat(100),
        "|-".repeat(100),
        format!("{}|\n", "|#b".repeat(100)).repeat(99)
    );
    let references = format!(
        "{}\n\n[a]: https://evil.example/{}",
        "[a]".repeat(deep),
        "b".repeat(deep)
    );
    let notes: String = (0..deep).map(|n| format!("[^{n}]: [^{n}]\n")).collect();
    for text in [
        ">".repeat(deep),
        ">".repeat(deep) + "a\nb\nc",
        "[".repeat(deep),
        "![".repeat(deep),
        "*".repeat(deep),
        "*a ".repeat(deep),
        "**a **".repeat(deep),
        "*".repeat(deep) + "a" + &"*".repeat(deep),
        "~~".repeat(deep) + "a" + &"~~".repeat(deep),
        "[".repeat(deep) + "a" + &"](/b)".repeat(deep),
        "![".repeat(deep) + "a" + &"](http://evil.example)".repeat(deep),
        "`".repeat(deep) + "a",
        (1..200).map(|n| "`".repeat(n) + "a").collect(),
        "- ".repeat(deep),
        "1. ".repeat(deep) + "a",
        "<".repeat(deep),
        "<!--".repeat(deep),
        "<a ".repeat(deep),
        "&".repeat(deep),
        "\u{1}".repeat(deep),
        "#".repeat(deep),
        "#a".repeat(deep),
        "@a".repeat(deep),
        "'\"".repeat(deep),
        "-\n*\n".repeat(deep),
        "\n".repeat(deep),
        "[^1]".repeat(deep) + "\n\n[^1]: a",
        "evil.example ".repeat(deep),
        lists,
        table,
        cells,
        references,
        notes,
    ] {
        let html = html(&text, |_| None);
        assert!(
            html.len() <= GROWTH * (text.len() + 100_000),
            "{:.40?}: {}",
            text,
            html.len()
        );
        assert!(depth(&html) <= DEPTH + 8, "{:.40?}: {}", text, depth(&html));
        assert!(plain(&text, 100).chars().count() <= 100);
    }
}

#[test]
fn what_nests_too_deep_is_shown_as_code() {
    let deep = ">".repeat(101);
    assert_eq!(
        shown(&format!("{deep}#a evil.example\n*b*")),
        format!(
            "<pre><code>{}#a <O evil.example>*b*</code></pre>",
            "&gt;".repeat(101)
        )
    );
    assert!(crate::post::marks(&format!("{deep}#a")).tags.is_empty());
    assert_eq!(plain(&format!("{deep}\n*b*"), 200), format!("{deep} *b*"));
    assert!(shown(&format!("{}#a", &deep[1..])).contains("<T a>"));
}

#[test]
fn the_gate_has_nothing_to_do() {
    let text = "# a\n\n- b\n- [c](/d) <e> `f`\n\n| g |\n|---|\n| h |\n\n7. i[^1]\n\n> ~~j~~ [k](http://l.example)\n\n[^1]: m";
    let found = extract(text);
    let mut reader = Reader::new(text);
    let definitions = std::mem::take(&mut reader.definitions);
    let mut writer = Writer::new(text, &found, definitions, |_| None);
    reader.for_each(|part| writer.part(part));
    let (markup, _) = writer.finish();
    assert!(markup.contains("<a href=\"/d\">"), "{markup}");
    assert_eq!(gate::pass(&markup), markup);
}
