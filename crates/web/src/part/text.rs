//! Text of others, shown so that it cannot deceive.

pub(crate) use noroshi_exchange::visible;

/// How many characters of a value a line shows.
const SHOWN: usize = 48;

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
