//! HTML as plain text: paragraphs, line breaks and list marks stay, everything else of the markup goes.
//!
//! One pass over the tokens, so nesting costs nothing; script, style and the like go with what is in them.

use std::convert::Infallible;

use html5gum::{Token, Tokenizer};

/// The longest text that comes out, in bytes. What is longer is cut at a character.
pub const TEXT_BYTES: usize = 256 << 10;

/// Elements that go with all that is in them.
const HIDDEN: &[&str] = &[
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title",
    "select", "textarea",
];

/// Elements with an empty line around them.
const PARAGRAPHS: &[&str] = &[
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "pre",
    "table",
    "figure",
    "hr",
];

/// Elements that begin and end a line.
const LINES: &[&str] = &[
    "div",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "aside",
    "nav",
    "address",
    "form",
    "fieldset",
    "details",
    "summary",
    "figcaption",
    "tr",
    "dt",
    "dd",
    "caption",
    "center",
];

/// Elements within a line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "img", "ins",
    "kbd", "mark", "nobr", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "td", "th", "tt", "u", "var", "wbr", "br", "li", "tbody", "thead", "body", "html", "input",
    "button", "video", "audio", "picture", "source", "time",
];

/// The text of a piece of HTML.
pub fn html_text(html: &str) -> String {
    let mut text = Text::default();
    let mut hidden: Option<Vec<u8>> = None;
    for token in Tokenizer::new(html) {
        let token: Result<Token, Infallible> = token;
        match token {
            Ok(Token::StartTag(tag)) if hidden.is_none() => {
                if has(HIDDEN, &tag.name) {
                    hidden = (!tag.self_closing).then(|| tag.name.to_vec());
                } else {
                    let alt = tag
                        .attributes
                        .iter()
                        .find(|(name, _)| name.as_slice() == b"alt");
                    text.start(&tag.name, alt.map(|(_, alt)| alt.as_slice()));
                }
            }
            Ok(Token::EndTag(tag)) => match &hidden {
                Some(name) if **name == *tag.name => hidden = None,
                Some(_) => {}
                None => text.end(&tag.name),
            },
            Ok(Token::String(part)) if hidden.is_none() => {
                text.push(&String::from_utf8_lossy(&part))
            }
            Ok(_) => {}
            Err(never) => match never {},
        }
        if text.out.len() >= TEXT_BYTES {
            break;
        }
    }
    cut(text.out)
}

/// The text of what may be HTML: where no mark or entity of HTML is in it, it is text already.
pub fn html_or_text(text: &str) -> String {
    if is_html(text) {
        html_text(text)
    } else {
        tidy(text)
    }
}

/// A title that may hold marks and entities of HTML, on one line. What looks like a mark but is none of text stays:
/// titles speak of `<script>`.
pub(crate) fn title(text: &str) -> String {
    let is_marked = tags(text).any(|name| has(INLINE, name.to_ascii_lowercase().as_bytes()));
    let plain = if is_marked {
        html_text(text)
    } else if text.contains('&') {
        html_text(&text.replace('<', "&lt;"))
    } else {
        text.to_owned()
    };
    let mut line = String::with_capacity(plain.len());
    for word in plain
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Plain text with its lines kept: control characters, white space at the ends of lines, what all lines but the first are
/// indented by, and more than one empty line in a row go.
pub fn tidy(text: &str) -> String {
    let indent = |line: &str| line.bytes().take_while(|byte| *byte == b' ').count();
    let further = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let indented = further.map(indent).min().unwrap_or(0);
    let mut out = String::with_capacity(text.len().min(TEXT_BYTES));
    let mut empty = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        let line = match number {
            0 => line,
            _ => line.get(indented..).unwrap_or_default(),
        };
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
            if empty > 0 {
                out.push('\n');
            }
        }
        empty = 0;
        out.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        if out.len() >= TEXT_BYTES {
            break;
        }
    }
    cut(out)
}

fn cut(mut text: String) -> String {
    if text.len() > TEXT_BYTES {
        text.truncate(text.floor_char_boundary(TEXT_BYTES));
    }
    text.truncate(text.trim_end().len());
    text
}

fn has(names: &[&str], name: &[u8]) -> bool {
    names.iter().any(|known| known.as_bytes() == name)
}

/// The names behind each `<` or `</`.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split('<').skip(1).map(|rest| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let name = rest
            .bytes()
            .take_while(u8::is_ascii_alphanumeric)
            .take(16)
            .count();
        rest.get(..name).unwrap_or_default()
    })
}

fn is_html(text: &str) -> bool {
    let is_known = |name: &str| {
        let name = name.to_ascii_lowercase();
        [HIDDEN, PARAGRAPHS, LINES, INLINE]
            .iter()
            .any(|names| has(names, name.as_bytes()))
    };
    if tags(text).any(is_known) || text.contains("<!--") {
        return true;
    }
    text.split('&').skip(1).any(|rest| {
        let mut near = rest.bytes().take(12);
        let name = near
            .position(|byte| byte == b';')
            .and_then(|end| rest.get(..end));
        name.is_some_and(|name| {
            name.starts_with('#') || quick_xml::escape::resolve_html5_entity(name).is_some()
        })
    })
}

/// What stands between two words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    Space,
    Line,
    Paragraph,
}

#[derive(Default)]
struct Text {
    out: String,
    gap: Gap,
    /// Depth of `pre`: there, white space counts.
    pre: usize,
    /// The mark of a list item that has no text yet.
    mark: bool,
    /// A cell of a table that follows another one.
    cell: bool,
}

impl Text {
    fn start(&mut self, name: &[u8], alt: Option<&[u8]>) {
        match name {
            b"br" => self.widen(if self.gap == Gap::Line {
                Gap::Paragraph
            } else {
                Gap::Line
            }),
            b"li" => {
                self.widen(Gap::Line);
                self.mark = true;
            }
            b"td" | b"th" => self.cell = self.gap < Gap::Line && !self.out.is_empty(),
            b"img" => {
                if let Some(alt) = alt {
                    self.push(&String::from_utf8_lossy(alt));
                }
            }
            b"pre" => {
                self.widen(Gap::Paragraph);
                self.pre += 1;
            }
            _ => self.around(name),
        }
    }

    fn end(&mut self, name: &[u8]) {
        match name {
            b"pre" => {
                self.widen(Gap::Paragraph);
                self.pre = self.pre.saturating_sub(1);
            }
            b"li" => self.widen(Gap::Line),
            b"br" => {}
            _ => self.around(name),
        }
    }

    fn around(&mut self, name: &[u8]) {
        if has(PARAGRAPHS, name) {
            self.widen(Gap::Paragraph);
        } else if has(LINES, name) {
            self.widen(Gap::Line);
        }
    }

    fn widen(&mut self, gap: Gap) {
        if !self.out.is_empty() {
            self.gap = self.gap.max(gap);
        }
        if gap > Gap::Space {
            self.cell = false;
        }
    }

    fn push(&mut self, part: &str) {
        for c in part.chars() {
            match c {
                '\n' if self.pre > 0 => {
                    let gap = if self.gap >= Gap::Line {
                        Gap::Paragraph
                    } else {
                        Gap::Line
                    };
                    self.widen(gap);
                }
                ' ' | '\t' if self.pre > 0 && self.gap == Gap::None => self.out.push(c),
                c if c.is_whitespace() => self.widen(Gap::Space),
                c if c.is_control() => {}
                c => self.character(c),
            }
        }
    }

    fn character(&mut self, c: char) {
        match std::mem::take(&mut self.gap) {
            Gap::Paragraph => self.break_line("\n\n"),
            Gap::Line => self.break_line("\n"),
            _ if self.cell => self.out.push('\t'),
            Gap::Space => self.out.push(' '),
            Gap::None => {}
        }
        self.cell = false;
        if std::mem::take(&mut self.mark) {
            self.out.push_str("- ");
        }
        self.out.push(c);
    }

    fn break_line(&mut self, with: &str) {
        self.out.truncate(self.out.trim_end().len());
        self.out.push_str(with);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_breaks_and_lists_stay() {
        for (html, expected) in [
            (
                "<p>One\n two</p><p>three<br>four</p>",
                "One two\n\nthree\nfour",
            ),
            ("a<br><br>b", "a\n\nb"),
            (
                "<ul><li>one</li>\n<li><b>two</b></ul>after",
                "- one\n- two\n\nafter",
            ),
            ("<h2>見出し</h2>本文<div>次</div>", "見出し\n\n本文\n次"),
            ("<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"),
            ("<pre>x  y</pre>", "x  y"),
            (
                "<table><tr><th>IP</th><td>192.0.2.1</td></tr><tr><td>b</td></tr></table>",
                "IP\t192.0.2.1\nb",
            ),
            (
                "a &lt;b&gt; &amp; &#x3042;&nbsp;c &unknown; & d",
                "a <b> & あ c &unknown; & d",
            ),
            ("<script>alert('<p>')</script>x<style>p{}</style>y", "xy"),
            ("x<script>never closed", "x"),
            (
                "<img src=x alt='a picture'> <svg><text>no</text></svg>",
                "a picture",
            ),
            ("<a href='javascript:alert(1)'>link</a>", "link"),
            ("<!-- no -->yes<!doctype html>", "yes"),
            ("", ""),
        ] {
            assert_eq!(html_text(html), expected, "{html}");
        }
    }

    #[test]
    fn nesting_and_floods_are_linear_and_bounded() {
        let deep = format!("{}x{}", "<div>".repeat(400_000), "</div>".repeat(400_000));
        assert_eq!(html_text(&deep), "x");
        let flood = "&amp;".repeat(1_000_000);
        assert_eq!(html_text(&flood).len(), TEXT_BYTES);
        assert_eq!(
            html_text(&"あ".repeat(TEXT_BYTES)).len(),
            TEXT_BYTES / 3 * 3
        );
    }

    #[test]
    fn text_that_is_no_html_keeps_its_lines() {
        assert_eq!(
            html_or_text("a < b\nc  d\r\n\n\n\ne\u{7}"),
            "a < b\nc  d\n\ne"
        );
        assert_eq!(html_or_text("AT&T <AppID>"), "AT&T <AppID>");
        assert_eq!(tidy("a\n    b\n      c\n\n    d"), "a\nb\n  c\n\nd");
        assert_eq!(html_or_text("a<br/>b"), "a\nb");
        assert_eq!(html_or_text("a &amp; b"), "a & b");
    }

    #[test]
    fn titles_are_one_line_and_may_speak_of_marks() {
        for (text, expected) in [
            ("  A \n B ", "A B"),
            ("It&#8217;s &lt;b&gt;", "It\u{2019}s <b>"),
            ("A <b>bold</b> title", "A bold title"),
            (
                "XSS by <script>alert(1)</script> in X",
                "XSS by <script>alert(1)</script> in X",
            ),
            ("AT&T", "AT&T"),
        ] {
            assert_eq!(title(text), expected, "{text}");
        }
    }
}
