//! The gate behind the writer: HTML read again, of which only what is on a list gets through.
//!
//! It trusts nothing that the writer did. A tokenizer as browsers have it reads the HTML; elements and
//! attributes that are not listed are left out, text is escaped anew, and every element that opens closes.

use std::convert::Infallible;

use html5gum::{StartTag, Token, Tokenizer};

use super::links::is_local;
use super::show::push_escaped;

/// The elements of a post.
const ELEMENTS: &[&str] = &[
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Those that never close.
const VOID: &[&str] = &["br", "hr"];

/// Whether an element may carry an attribute.
fn is_allowed(element: &str, attribute: &str, value: &str) -> bool {
    match (element, attribute) {
        ("a", "href") => is_local(value),
        ("ol", "start") => {
            !value.is_empty() && value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit())
        }
        ("ol", "class") => value == "footnotes",
        ("span", "class") => value == "value",
        _ => false,
    }
}

/// What may pass of a piece of HTML.
pub(super) fn pass(html: &str) -> String {
    let mut gate = Gate {
        out: String::with_capacity(html.len()),
        open: Vec::new(),
    };
    for token in Tokenizer::new(html) {
        let token: Result<Token, Infallible> = token;
        match token {
            Ok(Token::StartTag(tag)) => gate.start(&tag),
            Ok(Token::EndTag(tag)) => gate.end(&tag.name),
            Ok(Token::String(text)) => push_escaped(&String::from_utf8_lossy(&text), &mut gate.out),
            Ok(Token::Comment(_) | Token::Doctype(_) | Token::Error(_)) => {}
            Err(never) => match never {},
        }
    }
    while let Some(element) = gate.open.pop() {
        gate.close(element);
    }
    gate.out
}

struct Gate {
    out: String,
    open: Vec<&'static str>,
}

impl Gate {
    fn start(&mut self, tag: &StartTag<()>) {
        let Some(element) = listed(&tag.name) else {
            return;
        };
        self.out.push('<');
        self.out.push_str(element);
        for (name, value) in &tag.attributes {
            let (name, value) = (
                String::from_utf8_lossy(name),
                String::from_utf8_lossy(value),
            );
            if is_allowed(element, &name, &value) {
                self.out.push(' ');
                self.out.push_str(&name);
                self.out.push_str("=\"");
                push_escaped(&value, &mut self.out);
                self.out.push('"');
            }
        }
        self.out.push('>');
        if !VOID.contains(&element) {
            self.open.push(element);
        }
    }

    /// Closes the innermost element, if it is that one.
    fn end(&mut self, name: &[u8]) {
        if let Some(element) = listed(name)
            && self.open.pop_if(|open| *open == element).is_some()
        {
            self.close(element);
        }
    }

    fn close(&mut self, element: &str) {
        self.out.push_str("</");
        self.out.push_str(element);
        self.out.push('>');
    }
}

fn listed(name: &[u8]) -> Option<&'static str> {
    ELEMENTS
        .iter()
        .copied()
        .find(|element| element.as_bytes() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_passes() {
        for (html, expected) in [
            ("<p>a &lt;b&gt; &amp; c</p>", "<p>a &lt;b&gt; &amp; c</p>"),
            ("<script>alert(1)</script>", "alert(1)"),
            (
                "<p onclick=\"x\" id=a style=b class=value>a</p>",
                "<p>a</p>",
            ),
            ("<img src=x onerror=alert(1)>", ""),
            ("<a href=\"javascript:alert(1)\">a</a>", "<a>a</a>"),
            ("<a href=\"https://evil.example/\">a</a>", "<a>a</a>"),
            ("<a href=\"&#47;/evil.example\">a</a>", "<a>a</a>"),
            (
                "<a href=\"/post/1?a=1&amp;b=2\" target=x>a</a>",
                "<a href=\"/post/1?a=1&amp;b=2\">a</a>",
            ),
            (
                "<SPAN CLASS=value>a</SPAN><span class=\"other\">b</span>",
                "<span class=\"value\">a</span><span>b</span>",
            ),
            ("<ol start=3><li>a</ol>", "<ol start=\"3\"><li>a</li></ol>"),
            (
                "<ol start=x class=footnotes></ol>",
                "<ol class=\"footnotes\"></ol>",
            ),
            ("</p></div>a<br/><hr>", "a<br><hr>"),
            ("<!-- a --><!doctype html><svg><p>a", "<p>a</p>"),
            ("<em><strong>a</em></strong>", "<em><strong>a</strong></em>"),
            ("a < b \u{1}0\u{2}", "a &lt; b \u{1}0\u{2}"),
        ] {
            assert_eq!(pass(html), expected, "{html}");
        }
    }
}
