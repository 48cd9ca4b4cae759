//! A post's text without its Markdown, on one line.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::reader::{is_too_deep, parser};
use super::show::push_shown;

/// The first `chars` characters as plain text without Markdown marks, on one line: for titles, notices
/// and previews. Footnotes and where links lead are left out. It is not HTML: escape it.
pub fn plain(text: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut enough = Enough::new(chars);
    if is_too_deep(text) {
        push_shown(text, &mut line);
        enough.take(&mut line);
        return enough.shown;
    }
    let mut notes = 0_usize;
    for event in parser(text) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => notes += 1,
            Event::End(TagEnd::FootnoteDefinition) => notes = notes.saturating_sub(1),
            _ if notes > 0 => {}
            Event::Text(text) | Event::Code(text) => push_shown(&text, &mut line),
            Event::SoftBreak | Event::HardBreak | Event::Rule => line.push(' '),
            Event::Start(tag) if !is_inline(&tag) => line.push(' '),
            _ => {}
        }
        if enough.take(&mut line) {
            break;
        }
    }
    enough.shown
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

/// Words with single spaces between them, up to a number of characters.
struct Enough {
    shown: String,
    left: usize,
    space: bool,
}

impl Enough {
    fn new(left: usize) -> Self {
        Self {
            shown: String::new(),
            left,
            space: false,
        }
    }

    /// Takes the text over; whether nothing more fits.
    fn take(&mut self, text: &mut String) -> bool {
        for c in text.drain(..) {
            if c.is_whitespace() {
                self.space = !self.shown.is_empty();
                continue;
            }
            let needed = 1 + usize::from(std::mem::take(&mut self.space));
            if self.left < needed {
                self.left = 0;
                break;
            }
            if needed > 1 {
                self.shown.push(' ');
            }
            self.shown.push(c);
            self.left -= needed;
        }
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_markdown_go() {
        for (text, expected) in [
            ("# Title\n\nSome **bold** `code`.", "Title Some bold code."),
            (
                "[report](https://vendor.example/x) ![alt](/a.png)",
                "report alt",
            ),
            ("- one\n- two\n\n> three\r\nfour", "one two three four"),
            ("| a | b |\n|---|---|\n| c | d |", "a b c d"),
            ("a[^1]\n\n[^1]: note", "a"),
            ("<script>alert(1)</script>\n\nx &lt;b&gt;", "x <b>"),
            ("a\u{202e}b\u{3000}\u{3000}c", "a‹U+202E›b c"),
            ("#標的型攻撃 を@alice が報告", "#標的型攻撃 を@alice が報告"),
            ("", ""),
        ] {
            assert_eq!(plain(text, 100), expected, "{text:?}");
        }
    }

    #[test]
    fn it_is_cut_by_characters() {
        assert_eq!(plain("日本語のテキスト", 3), "日本語");
        assert_eq!(plain("ab cd", 3), "ab");
        assert_eq!(plain("ab cd", 4), "ab c");
        assert_eq!(plain("ab", 0), "");
    }
}
