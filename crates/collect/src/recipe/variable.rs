//! Texts with variables in braces: `{account}`, `{from:%Y-%m-%d}`.
//!
//! What is no variable's name in braces is text as it stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::strtime;

/// What stands for a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    Text(String),
    /// An instant, which a format may follow.
    Time(Timestamp),
}

/// Variables by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, Value>);

impl Variables {
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    pub(crate) fn text(&mut self, name: &str, text: impl Into<String>) {
        self.set(name, Value::Text(text.into()));
    }

    /// The text with its variables filled in; none if one of them has no value.
    pub(crate) fn fill(&self, template: &str, write: impl Fn(&str) -> String) -> Option<String> {
        let mut filled = String::new();
        for piece in pieces(template) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Variable(name, format) => match self.0.get(name)? {
                    Value::Text(text) => filled.push_str(&write(text)),
                    Value::Time(time) => filled.push_str(&write(&shown(*time, format)?)),
                },
            }
        }
        Some(filled)
    }
}

impl Variables {
    /// The text with those variables filled in that are among `names`, as they are.
    pub(super) fn fill_known(&self, template: &str, names: &[&str]) -> String {
        let mut filled = String::new();
        for piece in pieces(template) {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Variable(name, "") if names.contains(&name) => match self.0.get(name) {
                    Some(Value::Text(text)) => filled.push_str(text),
                    _ => filled.push_str(&format!("{{{name}}}")),
                },
                Piece::Variable(name, "") => filled.push_str(&format!("{{{name}}}")),
                Piece::Variable(name, format) => filled.push_str(&format!("{{{name}:{format}}}")),
            }
        }
        filled
    }
}

fn shown(time: Timestamp, format: &str) -> Option<String> {
    match format {
        "" => Some(time.to_string()),
        format => strtime::format(format, time).ok(),
    }
}

/// The variables that a text names, with their formats.
pub(super) fn names(template: &str) -> impl Iterator<Item = (&str, &str)> {
    pieces(template).filter_map(|piece| match piece {
        Piece::Variable(name, format) => Some((name, format)),
        Piece::Text(_) => None,
    })
}

/// Whether there are braces around anything but variables.
pub(super) fn has_other_braces(template: &str) -> bool {
    pieces(template).any(|piece| matches!(piece, Piece::Text(text) if text.contains(['{', '}'])))
}

/// Whether times can be written so.
pub(super) fn is_format(format: &str) -> bool {
    shown(Timestamp::UNIX_EPOCH, format).is_some()
}

enum Piece<'t> {
    Text(&'t str),
    Variable(&'t str, &'t str),
}

fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if let Some((name, format, behind)) = variable(rest) {
            rest = behind;
            return Some(Piece::Variable(name, format));
        }
        let mut from = rest.chars().next()?.len_utf8();
        loop {
            let brace = rest.get(from..).and_then(|text| text.find('{'));
            let end = brace.map_or(rest.len(), |at| from + at);
            let (text, behind) = rest.split_at_checked(end)?;
            if behind.is_empty() || variable(behind).is_some() {
                rest = behind;
                return Some(Piece::Text(text));
            }
            from = end + 1;
        }
    })
}

/// The variable that a text starts with, its format, and what is behind it.
fn variable(text: &str) -> Option<(&str, &str, &str)> {
    let (inside, behind) = text.strip_prefix('{')?.split_once('}')?;
    let (name, format) = inside.split_once(':').unwrap_or((inside, ""));
    let fits = |c: char| c.is_ascii_lowercase() || c == '_';
    (!name.is_empty() && name.chars().all(fits)).then_some((name, format, behind))
}

/// Writes a text as a part of a URL: whatever is not unreserved (RFC 3986) is percent-encoded.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fill(template: &str) -> Option<String> {
        let mut variables = Variables::default();
        variables.text("tag", "脅威 a");
        variables.set("from", Value::Time(Timestamp::UNIX_EPOCH));
        variables.fill(template, encoded)
    }

    #[test]
    fn variables_are_filled_in() {
        for (template, filled) in [
            ("", Some("")),
            ("plain", Some("plain")),
            ("t/{tag}/x", Some("t/%E8%84%85%E5%A8%81%20a/x")),
            ("{from:%Y-%m-%d}", Some("1970-01-01")),
            ("{from}", Some("1970-01-01T00%3A00%3A00Z")),
            ("{\"a\":{from:%Y}}", Some("{\"a\":1970}")),
            ("{Tag}{", Some("{Tag}{")),
            ("{{tag}}", Some("{%E8%84%85%E5%A8%81%20a}")),
            ("{other}", None),
        ] {
            assert_eq!(fill(template).as_deref(), filled, "{template}");
        }
        assert!(is_format("%Y") && !is_format("%"));
    }

    proptest! {
        #[test]
        fn text_without_variables_stays(text in "[^{]{0,20}\\{?[A-Z]{0,3}") {
            prop_assert_eq!(Variables::default().fill(&text, str::to_owned), Some(text));
        }
    }
}
