//! Which links may be followed: those to pages of ours.

use noroshi_indicator::Observable;

use crate::visible::{deceives, visible};

/// How much of where a link leads is shown, in characters.
const SHOWN: usize = 200;

/// Whether a browser that follows it stays with us: a path from the root of the site.
pub(super) fn is_local(destination: &str) -> bool {
    let mut chars = destination.chars();
    chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && !destination.chars().any(|c| c == '\\' || deceives(c))
}

/// Where a link leads, for a reader's eyes: nothing makes a link of it.
pub(super) fn harmless(destination: &str) -> String {
    if let Ok(found) = Observable::detect(destination) {
        return visible(&found.observable.defanged());
    }
    let short: String = destination.chars().take(SHOWN).collect();
    let cut = if short.len() < destination.len() {
        "…"
    } else {
        ""
    };
    let dead = match short.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("http") => short.replacen(scheme, "hxxp", 1),
        _ => short,
    };
    format!("{}{cut}", visible(&dead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_local() {
        for local in [
            "/",
            "/post/1",
            "/search?q=a%20b#c",
            "/タグ/標的型攻撃",
            "/a//b",
        ] {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "",
            "post/1",
            "//evil.example",
            "/\\evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\u{202e}a",
            " /a",
            "\u{1}/a",
            "#a",
            "?a",
            "javascript:alert(1)",
            "https://vendor.example/",
        ] {
            assert!(!is_local(other), "{other:?}");
        }
    }

    #[test]
    fn what_is_outside_is_shown_dead() {
        assert_eq!(
            harmless("https://evil.example/a"),
            "hxxps://evil[.]example/a"
        );
        assert_eq!(harmless("HTTP:evil"), "hxxp:evil");
        assert_eq!(harmless("javascript:a\u{202e}"), "javascript:a‹U+202E›");
        assert_eq!(harmless(&"語".repeat(201)), "語".repeat(200) + "…");
    }
}
