//! Lists of substrings and of regexes: all of them are held against a value in one pass.

use aho_corasick::AhoCorasick;
use regex::{RegexBuilder, RegexSet, RegexSetBuilder};

/// Bytes of one compiled regex.
const REGEX_BYTES: usize = 1 << 20;
/// Regexes in one set; the sets share no limit, so that none fails for the company it keeps.
const SET_SIZE: usize = 32;

/// An entry and the list it is from.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) list: u16,
    pub(super) text: String,
}

/// The entries of all substring lists, folded.
#[derive(Debug, Default)]
pub(super) struct Substrings {
    entries: Vec<Entry>,
    /// Its patterns are numbered as the entries; `None` without entries.
    automaton: Option<AhoCorasick>,
}

impl Substrings {
    /// Gathers entries; returns those that could not be used together with the reason: all of
    /// them, when they are more than the automaton can number.
    pub(super) fn new(entries: Vec<Entry>) -> (Substrings, Vec<(Entry, String)>) {
        if entries.is_empty() {
            return (Substrings::default(), Vec::new());
        }
        match AhoCorasick::new(entries.iter().map(|entry| &entry.text)) {
            Ok(automaton) => {
                let automaton = Some(automaton);
                (Substrings { entries, automaton }, Vec::new())
            }
            Err(error) => {
                let refused = entries.into_iter().map(|entry| (entry, error.to_string()));
                (Substrings::default(), refused.collect())
            }
        }
    }

    /// The entries that are part of a folded value, in the order of where they end.
    pub(super) fn within<'a>(&'a self, value: &str) -> impl Iterator<Item = &'a Entry> {
        let matches = self
            .automaton
            .iter()
            .flat_map(move |all| all.find_overlapping_iter(value));
        matches.filter_map(|found| self.entries.get(found.pattern().as_usize()))
    }
}

/// The entries of all regex lists.
#[derive(Debug, Default)]
pub(super) struct Regexes {
    sets: Vec<(RegexSet, Vec<Entry>)>,
}

impl Regexes {
    /// Gathers entries that [`translate`] has taken, each with its translation; returns those
    /// that could not be used together with the reason.
    pub(super) fn new(entries: Vec<(Entry, String)>) -> (Regexes, Vec<(Entry, String)>) {
        let mut regexes = Regexes::default();
        let mut refused = Vec::new();
        let mut entries = entries.into_iter();
        loop {
            let (entries, patterns): (Vec<Entry>, Vec<String>) =
                entries.by_ref().take(SET_SIZE).unzip();
            if entries.is_empty() {
                return (regexes, refused);
            }
            let set = RegexSetBuilder::new(patterns)
                .size_limit(2 * SET_SIZE * REGEX_BYTES)
                .build();
            match set {
                Ok(set) => regexes.sets.push((set, entries)),
                Err(error) => {
                    refused.extend(entries.into_iter().map(|entry| (entry, error.to_string())));
                }
            }
        }
    }

    /// The entries that match a value.
    pub(super) fn matching<'a>(&'a self, value: &str) -> impl Iterator<Item = &'a Entry> {
        self.sets.iter().flat_map(move |(set, entries)| {
            set.matches(value)
                .into_iter()
                .filter_map(|index| entries.get(index))
        })
    }
}

/// From PHP's form, `/pattern/flags` with any of `/#~!@%` as delimiter, to Rust's; a pattern
/// without delimiters stays as it is.
///
/// # Errors
///
/// Says why the pattern cannot be used: a flag without a counterpart, look-around, a back
/// reference, or too big once compiled.
pub(super) fn translate(entry: &str) -> Result<String, String> {
    let pattern = match delimited(entry) {
        Some((pattern, flags)) => format!("{}{pattern}", inline(flags)?),
        None => entry.to_owned(),
    };
    match RegexBuilder::new(&pattern).size_limit(REGEX_BYTES).build() {
        Ok(_) => Ok(pattern),
        Err(regex::Error::CompiledTooBig(_)) => Err("too big once compiled".to_owned()),
        // A syntax error comes with a drawing of several lines; its last line is the reason.
        Err(error) => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default();
            Err(reason.trim_start_matches("error: ").to_owned())
        }
    }
}

fn delimited(entry: &str) -> Option<(&str, &str)> {
    let delimiter = entry.chars().next().filter(|c| "/#~!@%".contains(*c))?;
    let (pattern, flags) = entry.get(1..)?.rsplit_once(delimiter)?;
    flags
        .chars()
        .all(|c| c.is_ascii_alphabetic())
        .then_some((pattern, flags))
}

/// The flags that both languages have in common; `u` and `D` need no counterpart, since values are
/// Unicode and hold no line breaks.
fn inline(flags: &str) -> Result<String, String> {
    let mut kept = String::new();
    for flag in flags.chars() {
        match flag {
            'i' | 'm' | 's' | 'x' => kept.push(flag),
            'u' | 'D' => {}
            _ => return Err(format!("the flag {flag} has no counterpart")),
        }
    }
    Ok(if kept.is_empty() {
        kept
    } else {
        format!("(?{kept})")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translates_the_form_with_delimiters() {
        assert_eq!(
            translate(r"/^(a|b)\@.*\..*$/i").as_deref(),
            Ok(r"(?i)^(a|b)\@.*\..*$")
        );
        assert_eq!(translate("#a/b#").as_deref(), Ok("a/b"));
        assert_eq!(translate("/a/sD").as_deref(), Ok("(?s)a"));
        assert_eq!(translate("^a$").as_deref(), Ok("^a$"));
        assert_eq!(translate("/only one").as_deref(), Ok("/only one"));
    }

    #[test]
    fn says_what_cannot_be_translated() {
        assert_eq!(
            translate("/a/U"),
            Err("the flag U has no counterpart".to_owned())
        );
        assert!(translate("/(?=a)b/").unwrap_err().contains("look-ahead"));
        assert!(
            translate(r"/(a)\1/")
                .unwrap_err()
                .contains("backreferences")
        );
        assert_eq!(
            translate(r"/\w{2000}/"),
            Err("too big once compiled".to_owned())
        );
    }

    #[test]
    fn more_regexes_than_one_set_holds() {
        let entries = (0..100u16).map(|number| {
            let text = format!("^v{number}$");
            (
                Entry {
                    list: number,
                    text: text.clone(),
                },
                text,
            )
        });
        let (regexes, refused) = Regexes::new(entries.collect());
        assert!(refused.is_empty());
        for number in 0..100u16 {
            let value = format!("v{number}");
            let lists: Vec<u16> = regexes.matching(&value).map(|entry| entry.list).collect();
            assert_eq!(lists, [number]);
        }
    }
}
