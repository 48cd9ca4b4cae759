//! A post's text on its way out: in files that are opened elsewhere, by programs that may follow every
//! link and run all HTML.

use noroshi_indicator::extract::finder;
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::reader::parser;
use super::show::push_shown;
use crate::visible::visible;

/// Stands behind a text to see whether it is still in a block that the text opened.
const BEHIND: &str = "\n\n\u{1}";

/// The text with every observable in it made harmless, and no other `http` left that could be followed.
pub fn defanged(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut at = 0;
    for found in finder(text) {
        push_unlinked(text.get(at..found.start).unwrap_or_default(), &mut out);
        let harmless = found.observable.defanged();
        if harmless == found.observable.value() {
            out.push_str(found.text);
        } else {
            out.push_str(&harmless);
            if let Some(port) = found.port {
                out.push_str(&format!(":{port}"));
            }
        }
        at = found.end;
    }
    push_unlinked(text.get(at..).unwrap_or_default(), &mut out);
    out
}

/// The text with `http://` as `hxxp://`.
fn push_unlinked(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(colon) = rest.find("://") {
        let (before, behind) = rest.split_at(colon);
        let scheme = |name: &str| {
            let start = before.len().checked_sub(name.len())?;
            let same = before.get(start..)?.eq_ignore_ascii_case(name);
            same.then_some(start)
        };
        match scheme("https").or_else(|| scheme("http")) {
            Some(start) => {
                let (head, scheme) = before.split_at(start);
                out.push_str(head);
                out.push_str(&scheme.replace('t', "x").replace('T', "X"));
            }
            None => out.push_str(before),
        }
        out.push_str("://");
        rest = behind.get(3..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// One line of plain text as Markdown that is nothing else.
pub fn markdown_line(text: &str) -> String {
    let shown = visible(&defanged(text));
    let mut line = String::with_capacity(shown.len() + 8);
    for c in shown.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#'
        ) {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

/// The text as Markdown without HTML, links and pictures, harmless, and closed: what comes behind an
/// empty line is not in a block of it.
pub fn markdown(text: &str) -> String {
    // A tab is as wide as where it stands, which is elsewhere in a quotation.
    let text = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\t', "    ");
    let text = defanged(&text);
    let mut shown = String::with_capacity(text.len());
    push_shown(&text, &mut shown);
    let mut dead = without_links(&shown);
    if is_alive(&dead) || is_alive(&quoted(&dead)) {
        // Marks within marks: what was inert before may work now.
        dead = shown.replace('<', "&lt;").replace('[', "&#91;");
    }
    if let Some(fence) = open_fence(&dead) {
        dead.push('\n');
        dead.push_str(&fence);
    }
    dead
}

/// As a quotation.
fn quoted(text: &str) -> String {
    format!("> {}", text.replace('\n', "\n> "))
}

/// With what makes HTML, links and pictures escaped where it stands.
fn without_links(text: &str) -> String {
    let reading = parser(text);
    let definitions = reading.reference_definitions().iter();
    let mut places: Vec<usize> = definitions.map(|(_, one)| one.span.start).collect();
    for (event, at) in reading.into_offset_iter() {
        let piece = text.get(at.clone()).unwrap_or_default();
        match event {
            Event::Html(_) | Event::InlineHtml(_) => {
                places.extend(piece.match_indices('<').map(|(n, _)| at.start + n));
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => {
                places.extend(piece.find(['[', '<']).map(|n| at.start + n));
            }
            _ => {}
        }
    }
    places.sort_unstable();
    places.dedup();
    let mut out = String::with_capacity(text.len() + 4 * places.len());
    let mut done = 0;
    for place in places {
        out.push_str(text.get(done..place).unwrap_or_default());
        out.push('\\');
        done = place;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Whether any program that reads Markdown makes HTML, a link or a picture of it.
fn is_alive(text: &str) -> bool {
    let plain = Parser::new_ext(text, Options::empty());
    [parser(text), plain].into_iter().any(|mut reading| {
        reading.reference_definitions().iter().next().is_some()
            || reading.any(|event| {
                matches!(
                    event,
                    Event::Html(_)
                        | Event::InlineHtml(_)
                        | Event::Start(Tag::Link { .. } | Tag::Image { .. })
                )
            })
    })
}

/// The fence of a code block that the text does not close.
fn open_fence(text: &str) -> Option<String> {
    let whole = format!("{text}{BEHIND}");
    let mut open = None;
    for (event, at) in parser(&whole).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => open = Some(at.start),
            Event::End(TagEnd::CodeBlock) => open = None,
            Event::Text(text) if text.contains('\u{1}') => break,
            _ => {}
        }
    }
    let block = whole.get(open?..)?;
    let sign = block.chars().next()?;
    Some(block.chars().take_while(|c| *c == sign).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_leaves_can_be_followed() {
        for (text, expected) in [
            (
                "https://evil.example/a and 192.0.2.7:443",
                "hxxps://evil[.]example/a and 192[.]0[.]2[.]7:443",
            ),
            ("HTTP://localhost/ x://y", "HXXP://localhost/ x://y"),
            ("CVE-2026-0001 日本語", "CVE-2026-0001 日本語"),
            ("", ""),
        ] {
            assert_eq!(defanged(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        /// By itself and as a quotation, whatever the marks are.
        #[test]
        fn no_text_is_alive(text in "([\\[\\]()<>`!:/|~& \n\\\\\"'=#*-]|\t|    |[a-c^]|<a |<!--|```|\\]: )*") {
            let out = markdown(&text);
            proptest::prop_assert!(!is_alive(&out), "{out:?}");
            proptest::prop_assert!(!is_alive(&quoted(&out)), "{out:?}");
        }
    }

    #[test]
    fn a_line_is_nothing_but_text() {
        assert_eq!(
            markdown_line("# <b> [x](y) a\u{202e}b | evil.example"),
            "\\# \\<b\\> \\[x\\](y) a‹U+202E›b \\| evil\\[.\\]example"
        );
    }

    #[test]
    fn a_text_is_dead_and_closed() {
        for (text, expected) in [
            ("**b** `a < b` 1 < 2", "**b** `a < b` 1 < 2"),
            ("a <b>c</b>\r\n- d", "a \\<b>c\\</b>\n- d"),
            ("<script>x</script>", "\\<script>x\\</script>"),
            ("[x](javascript:y)", "\\[x](javascript:y)"),
            ("![x](//y)", "!\\[x](//y)"),
            ("[x]\n\n[x]: /y", "\\[x]\n\n\\[x]: /y"),
            ("[x]: /y", "\\[x]: /y"),
            ("<mailto:x>", "\\<mailto:x>"),
            ("```\na [b](c) <d>", "```\na [b](c) <d>\n```"),
            ("~~~~\n```", "~~~~\n```\n~~~~"),
            ("```\na\n```", "```\na\n```"),
            ("- ```\n  a", "- ```\n  a"),
        ] {
            assert_eq!(markdown(text), expected, "{text}");
        }
        // What an escaped mark sets free.
        for text in [
            "<a title=\"`\"> `<script>`",
            "[a `](x) [b](y)` <i>",
            "`a | b` <i> `c\n|--|--|\n`a | b` <i> `c",
            "\\\\[a](b) \\<i>",
        ] {
            let out = markdown(text);
            assert!(!is_alive(&out), "{text} is alive: {out}");
        }
        assert!(is_alive("<b>") && is_alive("[a](b)") && is_alive("[a]: b"));
    }
}
