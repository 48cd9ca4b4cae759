//! Characters that deceive the eye, and text in which they are seen.

/// Whether nobody sees the character, or it turns the direction of writing.
pub fn deceives(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// With every character that [`deceives`] as its code point: `a\u{202e}b` is shown as
/// `a‹U+202E›b`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        push_visible(c, &mut shown);
    }
    shown
}

/// One character of [`visible`].
pub(crate) fn push_visible(c: char, shown: &mut String) {
    if deceives(c) {
        shown.push_str(&format!("‹U+{:04X}›", u32::from(c)));
    } else {
        shown.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_shown() {
        assert_eq!(
            visible("a\u{202e}b\u{200b}\n"),
            "a‹U+202E›b‹U+200B›‹U+000A›"
        );
        assert_eq!(visible("例え.example é"), "例え.example é");
    }
}
