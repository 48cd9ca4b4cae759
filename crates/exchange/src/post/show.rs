//! Text as it is shown in a post: with what deceives made visible, and escaped for HTML.

use std::iter::Peekable;
use std::str::Chars;

use crate::visible::push_visible;

/// Where a piece will stand: its number between these two. No text of a post has them, since they are
/// among what is made visible.
pub(super) const OPEN: char = '\u{1}';
pub(super) const CLOSE: char = '\u{2}';

/// The text with what deceives made visible. Line ends and tabs stay, and so does what joins and colours
/// the signs of an emoji.
pub(super) fn push_shown(text: &str, out: &mut String) {
    let mut chars = text.chars().peekable();
    let mut sign = Sign::Other;
    while let Some(c) = chars.next() {
        sign = match (c, sign) {
            ('\u{fe0f}', Sign::Emoji) => {
                out.push(c);
                Sign::Coloured
            }
            ('\u{200d}', Sign::Emoji | Sign::Coloured) if next_is_emoji(&mut chars) => {
                out.push(c);
                Sign::Other
            }
            ('\n' | '\t' | '\r', _) => {
                out.push(c);
                Sign::Other
            }
            _ => {
                push_visible(c, out);
                if is_emoji(c) {
                    Sign::Emoji
                } else {
                    Sign::Other
                }
            }
        };
    }
}

/// What went before a character.
#[derive(Clone, Copy)]
enum Sign {
    Emoji,
    /// An emoji, and already the character that asks for its coloured form.
    Coloured,
    Other,
}

/// The text in HTML, between tags or in an attribute with double quotes.
pub(super) fn push_escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

fn next_is_emoji(chars: &mut Peekable<Chars<'_>>) -> bool {
    chars.peek().copied().is_some_and(is_emoji)
}

/// Signs that may have a second, coloured form.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{2bff}'
        | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        push_shown(text, &mut out);
        out
    }

    #[test]
    fn what_hides_is_shown_and_emoji_stay_whole() {
        for (text, expected) in [
            ("a\u{202e}b\n\tc", "a‹U+202E›b\n\tc"),
            ("\u{1}0\u{2}", "‹U+0001›0‹U+0002›"),
            (
                "\u{26a0}\u{fe0f} \u{1f469}\u{200d}\u{1f4bb}",
                "\u{26a0}\u{fe0f} \u{1f469}\u{200d}\u{1f4bb}",
            ),
            ("a\u{fe0f}\u{200d}b", "a‹U+FE0F›‹U+200D›b"),
            (
                "\u{26a0}\u{fe0f}\u{fe0f}\u{200d}a",
                "\u{26a0}\u{fe0f}‹U+FE0F›‹U+200D›a",
            ),
        ] {
            assert_eq!(shown(text), expected, "{text:?}");
        }
    }
}
