//! Texts that go out: harmless, on one line, and no longer than there is room.

use noroshi_exchange::post;

/// Text of others as one harmless line: no link that can be followed, nothing that hides, nobody called.
pub(crate) fn line(text: &str, chars: usize) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    let harmless = post::defanged(&noroshi_exchange::visible(&words));
    quiet(&cut(&harmless, chars))
}

/// At most so many characters.
pub(crate) fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some(_) => {
            let kept = text.chars().take(chars.saturating_sub(1));
            kept.chain(['…']).collect()
        }
    }
}

/// Nobody is called: `@everyone`, `@here`, `@channel`, `@all` and names. Between the sign and the word stands a
/// character that joins without being seen.
fn quiet(text: &str) -> String {
    let mut quiet = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        quiet.push(c);
        if matches!(c, '@' | '＠') && rest.peek().is_some_and(|next| !next.is_whitespace()) {
            quiet.push('\u{2060}');
        }
    }
    quiet
}

/// The three characters that Slack reads as markup of its own (<https://docs.slack.dev/messaging/formatting-message-text>,
/// "Escaping text"): without them there is neither `<!channel>` nor `<@U…>` nor a link.
pub(crate) fn slack(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Markdown's marks with a backslash, as Discord, Mattermost and Teams' cards read it.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '<' | '>' | '|' | '~' | '#' | ':'
        ) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Text in HTML.
pub(crate) fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_harmless() {
        for (text, expected) in [
            (
                "see https://evil.example/a\nnow",
                "see hxxps://evil[.]example/a now",
            ),
            ("@everyone look", "@\u{2060}everyone look"),
            ("a @ b", "a @ b"),
            ("x\u{202e}y", "x‹U+202E›y"),
            ("  \t ", ""),
        ] {
            assert_eq!(line(text, 100), expected, "{text:?}");
        }
        assert_eq!(line(&"長い".repeat(10), 5), "長い長い…");
    }

    #[test]
    fn marks_are_only_marks() {
        assert_eq!(
            slack("<!channel> & <@U1>"),
            "&lt;!channel&gt; &amp; &lt;@U1&gt;"
        );
        assert_eq!(markdown("[a](b) *c*"), "\\[a\\]\\(b\\) \\*c\\*");
        assert_eq!(html("<a href=\"x\">"), "&lt;a href=&quot;x&quot;&gt;");
    }
}
