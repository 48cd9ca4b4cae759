//! The words of a search: each a regex that must be found in some field, whatever the case.

use noroshi_query::limits::{MAX_REGEX_BYTES, MAX_REGEX_CHARS};
use regex::{Regex, RegexBuilder};

use super::refusal::Refusal;

/// The most words.
const MOST: usize = 20;

/// Regexes of the linear kind.
pub(super) struct Words(Vec<Regex>);

impl Words {
    /// Words stand between commas and white space.
    pub(super) fn read(text: &str) -> Result<Words, Refusal> {
        let wrong = |text: String| Refusal::Field("search", text);
        let words: Vec<&str> = text
            .split(|c: char| c == ',' || c.is_whitespace())
            .filter(|word| !word.is_empty())
            .collect();
        if words.len() > MOST {
            return Err(wrong(format!("At most {MOST} words are searched for.")));
        }
        let one = |word: &&str| {
            if word.chars().count() > MAX_REGEX_CHARS {
                let text = format!("A word has at most {MAX_REGEX_CHARS} characters.");
                return Err(wrong(text));
            }
            let regex = RegexBuilder::new(word)
                .case_insensitive(true)
                .size_limit(MAX_REGEX_BYTES)
                .dfa_size_limit(MAX_REGEX_BYTES)
                .build();
            regex.map_err(|error| wrong(format!("This is no valid regular expression: {error}")))
        };
        words.iter().map(one).collect::<Result<_, _>>().map(Words)
    }

    /// Whether each word is in one of the fields.
    pub(super) fn are_in(&self, fields: &[&str]) -> bool {
        let found = |word: &Regex| fields.iter().any(|field| word.is_match(field));
        self.0.iter().all(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_in_some_field() {
        let words = Words::read("evil,  ^HTTP").ok().unwrap();
        assert!(words.are_in(&["http://evil.example"]));
        assert!(words.are_in(&["Evil.example", "http:"]));
        assert!(!words.are_in(&["evil.example"]));
        assert!(Words::read(" , ").ok().unwrap().are_in(&[]));
        let many = "a ".repeat(21);
        let long = "a".repeat(1_001);
        for bad in ["(", "a{3,2}", r"\w{1000}{1000}", &many, &long] {
            assert!(Words::read(bad).is_err(), "{bad}");
        }
    }
}
