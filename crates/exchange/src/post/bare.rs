//! Text that is no Markdown, as HTML and on one line: what outside authors and publishers said.

use noroshi_indicator::extract::{Found, finder};

use super::gate;
use super::html::fill;
use super::show::{CLOSE, OPEN, push_escaped, push_shown};

/// The text as safe HTML: paragraphs and lines, and nothing in it is a mark or a link.
///
/// `show` gives the HTML of each observable, in order; it is ours and trusted, and no text can pass for it. `None` leaves
/// it as text. Linear in the text.
pub fn bare_html(text: &str, mut show: impl FnMut(&Found<'_>) -> Option<String>) -> String {
    let (mut out, mut pieces) = (String::with_capacity(text.len() + 64), Vec::new());
    let mut at = 0;
    for found in finder(text) {
        if let Some(piece) = show(&found) {
            push_lines(text.get(at..found.start).unwrap_or_default(), &mut out);
            out.push_str(&format!("{OPEN}{}{CLOSE}", pieces.len()));
            pieces.push(piece);
            at = found.end;
        }
    }
    push_lines(text.get(at..).unwrap_or_default(), &mut out);
    let markup = format!("<p>{out}</p>\n");
    fill(&gate::pass(&markup), &pieces)
}

/// Text with its lines; empty ones part paragraphs, however many they are.
fn push_lines(text: &str, out: &mut String) {
    let mut shown = String::with_capacity(text.len());
    push_shown(text, &mut shown);
    let mut ends = 0;
    for (number, line) in shown.split('\n').enumerate() {
        ends += usize::from(number > 0);
        if line.trim().is_empty() && number > 0 {
            continue;
        }
        match ends {
            0 => {}
            1 => out.push_str("<br>"),
            _ => out.push_str("</p>\n<p>"),
        }
        ends = 0;
        push_escaped(line, out);
    }
    match ends {
        0 => {}
        1 => out.push_str("<br>"),
        _ => out.push_str("</p>\n<p>"),
    }
}

/// The first `chars` characters on one line, for titles, notices and previews. It is not HTML: escape it.
pub fn bare_line(text: &str, chars: usize) -> String {
    let mut shown = String::new();
    let mut left = chars;
    for word in text.split_whitespace() {
        if !shown.is_empty() && left > 0 {
            shown.push(' ');
            left -= 1;
        }
        let cut: String = word.chars().take(left).collect();
        push_shown(&cut, &mut shown);
        left -= cut.chars().count();
        if left == 0 {
            break;
        }
    }
    shown.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(text: &str) -> String {
        bare_html(text, |found| {
            Some(format!("[{}]", found.observable.value()))
        })
    }

    #[test]
    fn nothing_in_it_is_a_mark() {
        for (text, expected) in [
            ("# a *b* [c](/d) @e #f", "<p># a *b* [c](/d) @e #f</p>\n"),
            (
                "<b onclick=\"x\">&amp;</b>",
                "<p>&lt;b onclick=&quot;x&quot;&gt;&amp;amp;&lt;/b&gt;</p>\n",
            ),
            ("one\ntwo\n\n\n three", "<p>one<br>two</p>\n<p> three</p>\n"),
            (
                "a\u{202e}b\u{1}0\u{2}",
                "<p>a‹U+202E›b‹U+0001›0‹U+0002›</p>\n",
            ),
            ("", "<p></p>\n"),
        ] {
            assert_eq!(html(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_it_names_is_a_piece() {
        assert_eq!(
            html("from evil[.]example\nand http://evil.example/\"><script>"),
            "<p>from [evil.example]<br>and [http://evil.example/]&quot;&gt;&lt;script&gt;</p>\n"
        );
        assert_eq!(bare_html("192.0.2.7", |_| None), "<p>192.0.2.7</p>\n");
    }

    #[test]
    fn a_line_is_cut_by_characters() {
        assert_eq!(bare_line(" a\n\n*b*  c ", 100), "a *b* c");
        assert_eq!(bare_line("日本語のテキスト", 3), "日本語");
        assert_eq!(bare_line("ab cd", 3), "ab");
        assert_eq!(bare_line("a\u{202e}b", 9), "a‹U+202E›b");
        assert_eq!(bare_line("ab", 0), "");
    }
}
