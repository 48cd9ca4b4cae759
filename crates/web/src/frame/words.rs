//! What the pages say, in each language: the tables of `i18n/`, and the filling of their gaps.

use super::Language;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

impl Language {
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Language::English => &ENGLISH,
            Language::Japanese => &JAPANESE,
        }
    }
}

/// A text with its gaps filled: `{n}` becomes what stands beside `n`. What is filled in is never
/// searched for gaps again.
pub(crate) fn fill(text: &str, gaps: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let name = after.split_once('}');
        let known = name.and_then(|(name, after)| {
            let gap = gaps.iter().find(|(gap, _)| *gap == name)?;
            Some((gap.1, after))
        });
        match known {
            Some((value, after)) => {
                filled.push_str(&value.to_string());
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// A text for one, or one for many: of two keys of a table the one that suits a number.
pub(crate) fn count(n: u64, one: &'static str, many: &'static str) -> String {
    fill(if n == 1 { one } else { many }, &[("n", &thousands(n))])
}

/// `12,345`.
pub(crate) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn table(text: &str) -> BTreeMap<String, String> {
        toml::from_str(text).unwrap()
    }

    fn gaps(text: &str) -> BTreeSet<&str> {
        let parts = text.split('{').skip(1);
        parts
            .map(|part| part.split_once('}').expect("a gap that is closed").0)
            .collect()
    }

    /// That every key is used is seen by the compiler: a field that is never read is a warning.
    #[test]
    fn everything_is_said_in_both_languages() {
        let english = table(include_str!("../../i18n/en.toml"));
        let japanese = table(include_str!("../../i18n/ja.toml"));
        assert!(english.keys().eq(japanese.keys()));
        for (key, text) in &english {
            let other = &japanese[key];
            assert!(!text.trim().is_empty() && !other.trim().is_empty(), "{key}");
            assert_eq!(gaps(text), gaps(other), "{key}");
            let written = |c: char| ('\u{3041}'..='\u{9fff}').contains(&c);
            assert!(!text.contains(written), "{key} is Japanese in en.toml");
        }
        let told = japanese.values().filter(|text| !text.is_ascii()).count();
        assert!(told * 10 > japanese.len() * 8, "ja.toml is English");
    }

    #[test]
    fn gaps_are_filled_once() {
        let gaps: &[(&str, &dyn std::fmt::Display)] = &[("a", &"{b}"), ("b", &2)];
        assert_eq!(fill("{a} and {b}, {c} {", gaps), "{b} and 2, {c} {");
        assert_eq!(fill("", gaps), "");
        assert_eq!(count(1, "{n} thing", "{n} things"), "1 thing");
        assert_eq!(count(1_234_567, "", "{n} things"), "1,234,567 things");
        assert_eq!(thousands(100), "100");
        assert_eq!(thousands(0), "0");
    }
}
