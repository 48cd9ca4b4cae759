//! Makes a feed's texts fit to be kept: no control characters, no runs of white space, no endless length.

use noroshi_exchange::LIST_SEPARATOR;

/// Longest family or tag, in characters.
pub(super) const NAME_CHARS: usize = 100;
/// Longest note, in characters.
pub(super) const NOTE_CHARS: usize = 2_000;
/// Longest reference, in bytes.
const REFERENCE_BYTES: usize = 2_048;
/// Most tags of one row.
const TAGS: usize = 50;

/// Drops control characters and marks that turn the writing direction, turns runs of white space into one space, and
/// cuts to `longest` characters; none if nothing is left.
pub(super) fn text(text: &str, longest: usize) -> Option<String> {
    let mut clean = String::with_capacity(text.len().min(longest * 4));
    let mut left = longest;
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() || c == LIST_SEPARATOR {
            gap = !clean.is_empty();
            continue;
        }
        if c.is_control() || turns_direction(c) {
            continue;
        }
        if left <= usize::from(gap) {
            break;
        }
        if gap {
            clean.push(' ');
            left -= 1;
            gap = false;
        }
        clean.push(c);
        left -= 1;
    }
    (!clean.is_empty()).then_some(clean)
}

/// Marks that make a text read otherwise than it is written (Unicode UAX #9).
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Adds the tags of one text: separated by any of `separators`, trimmed, without a leading `#`.
pub(super) fn add_tags(tags: &mut Vec<String>, text_of_tags: &str, separators: &str) {
    for tag in text_of_tags
        .split(|c| c == LIST_SEPARATOR || separators.contains(c))
        .take(10 * TAGS)
    {
        let tag = tag.trim().trim_start_matches('#');
        tags.extend(text(tag, NAME_CHARS));
    }
}

/// Sorts the tags, each once, at most 50.
pub(super) fn finish_tags(tags: &mut Vec<String>) {
    tags.sort_unstable();
    tags.dedup();
    tags.truncate(TAGS);
}

/// The first http(s) link in a text; none if there is none of an acceptable length.
pub(super) fn reference(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || c == LIST_SEPARATOR)
        .map(|word| word.trim_matches([';', ',', '<', '>', '"', '\'']))
        .find(|word| {
            let scheme = ["http://", "https://"].into_iter().find(|scheme| {
                word.get(..scheme.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            });
            scheme.is_some_and(|scheme| word.len() > scheme.len())
                && word.len() <= REFERENCE_BYTES
                && !word.chars().any(|c| c.is_control() || turns_direction(c))
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts() {
        assert_eq!(
            text("  Cobalt\t\n Strike\u{0} ", 100).as_deref(),
            Some("Cobalt Strike")
        );
        assert_eq!(text(" \u{202e}\u{7} ", 100), None);
        assert_eq!(text("あいう えお", 4).as_deref(), Some("あいう"));
    }

    #[test]
    fn tags_are_sorted_and_unique() {
        let mut tags = Vec::new();
        add_tags(&mut tags, "#phishing, ,#b,a,#phishing", ",");
        add_tags(&mut tags, "x y\u{1f}z", " ");
        finish_tags(&mut tags);
        assert_eq!(tags, ["a", "b", "phishing", "x", "y", "z"]);
    }

    #[test]
    fn references_are_links() {
        assert_eq!(
            reference("see: https://a.example/x ; https://b.example/").as_deref(),
            Some("https://a.example/x")
        );
        assert_eq!(
            reference("HTTPS://A.example").as_deref(),
            Some("HTTPS://A.example")
        );
        for none in [
            "",
            "javascript:alert(1)",
            "ftp://a.example/",
            "https://",
            "a.example",
        ] {
            assert_eq!(reference(none), None, "{none}");
        }
        assert_eq!(
            reference(&format!("https://a.example/{}", "x".repeat(3_000))),
            None
        );
    }

    proptest! {
        #[test]
        fn clean_text_stays_as_it_is(dirty in "\\PC{0,40}|[a \t\n\u{202e}é]{0,40}", longest in 1..30_usize) {
            if let Some(clean) = text(&dirty, longest) {
                prop_assert!(clean.chars().count() <= longest);
                let again = text(&clean, longest);
                prop_assert_eq!(again.as_deref(), Some(clean.as_str()));
            }
        }
    }
}
