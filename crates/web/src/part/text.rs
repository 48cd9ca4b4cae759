//! Text of others, shown so that it cannot deceive.

/// How many characters of a value a line shows.
const SHOWN: usize = 48;

/// With every character that nobody sees, or that turns the direction of writing, as its code
/// point: `a\u{202e}b` is shown as `a‹U+202E›b`.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if deceives(c) {
            shown.push_str(&format!("‹U+{:04X}›", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

fn deceives(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A long value without its middle: what tells values apart is at their ends.
pub(crate) fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let (head, tail) = (SHOWN * 2 / 3, SHOWN / 3 - 1);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{start}…{end}")
}

/// A long value in two, so that where there is no room its end can stay in sight.
pub(crate) fn parted(text: &str) -> (String, String) {
    const TAIL: usize = 10;
    let length = text.chars().count();
    let head = match length > 3 * TAIL {
        true => length - TAIL,
        false => length,
    };
    (
        text.chars().take(head).collect(),
        text.chars().skip(head).collect(),
    )
}

/// A link that nothing makes clickable, for a reader's eyes.
pub(crate) fn harmless(link: &str) -> String {
    let scheme = link
        .get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("http"));
    match (scheme, link.get(4..)) {
        (Some(_), Some(rest)) => visible(&format!("hxxp{rest}")),
        _ => visible(link),
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

    #[test]
    fn both_ends_of_a_long_value_stay() {
        assert_eq!(shortened("short"), "short");
        let long = shortened(&format!("head{}tail", "語".repeat(10_000)));
        assert_eq!(long.chars().count(), SHOWN);
        assert!(long.starts_with("head") && long.ends_with("tail") && long.contains('…'));
    }

    #[test]
    fn only_long_values_are_parted() {
        let whole = ("evil[.]example".to_owned(), String::new());
        assert_eq!(parted("evil[.]example"), whole);
        let (head, tail) = parted(&"語".repeat(31));
        assert_eq!((head.chars().count(), tail.chars().count()), (21, 10));
    }

    #[test]
    fn links_of_others_are_dead() {
        assert_eq!(harmless("https://evil.example/a"), "hxxps://evil.example/a");
        assert_eq!(harmless("HTTP://evil.example"), "hxxp://evil.example");
        assert_eq!(harmless("日本語"), "日本語");
    }
}
