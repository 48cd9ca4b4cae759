//! How far each question of a source had come, kept as one text beside the source.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Question to the greatest id or time that was seen, as its service writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress(BTreeMap<String, String>);

impl Progress {
    /// Reads what was kept. What cannot be read is as good as nothing: everything is asked for again.
    pub(crate) fn read(kept: Option<&str>) -> Progress {
        let read = kept.and_then(|kept| serde_json::from_str(kept).ok());
        Progress(read.unwrap_or_default())
    }

    /// How far a question had come.
    pub(crate) fn of(&self, question: &str) -> Option<&str> {
        self.0.get(question).map(String::as_str)
    }

    /// It has come so far, if that is farther.
    pub(crate) fn reach(&mut self, question: &str, place: &str) {
        let farther = self.of(question).is_none_or(|now| is_newer(place, now));
        if farther {
            self.0.insert(question.to_owned(), place.to_owned());
        }
    }

    /// The text to keep.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

/// Whether an id or a time is greater than another. Numbers grow in length; other ids, and times, as texts.
pub(crate) fn is_newer(this: &str, other: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let order = match number(this) && number(other) {
        true => {
            let (this, other) = (this.trim_start_matches('0'), other.trim_start_matches('0'));
            this.len().cmp(&other.len()).then_with(|| this.cmp(other))
        }
        false => this.cmp(other),
    };
    order == Ordering::Greater
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_times_in_their_order() {
        for (newer, older) in [
            ("10", "9"),
            ("1800000000000000001", "999999999999999999"),
            ("007", "6"),
            ("2026-11-02T00:00:00Z", "2026-11-01T23:59:59Z"),
            ("9zzz", "9aaa"),
        ] {
            assert!(is_newer(newer, older), "{newer} {older}");
            assert!(!is_newer(older, newer) && !is_newer(newer, newer));
        }
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let mut progress = Progress::default();
        progress.reach("a", "9");
        progress.reach("a", "10");
        progress.reach("a", "8");
        assert_eq!(progress.of("a"), Some("10"));
        assert_eq!(Progress::read(Some(&progress.text())), progress);
        for broken in [None, Some(""), Some("[1]"), Some("{\"a\":1}")] {
            assert_eq!(Progress::read(broken), Progress::default());
        }
    }
}
