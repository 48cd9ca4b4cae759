//! What is wrong with a recipe, and where: file, line, key, and the key that was probably meant.

use toml::de::{DeTable, DeValue};

/// A recipe that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}{}: {message}", line.map(|l| format!(":{l}")).unwrap_or_default(), key.as_ref().map(|k| format!(": `{k}`")).unwrap_or_default())]
pub struct RecipeError {
    /// Path of the file.
    pub file: String,
    /// Line in it, from 1.
    pub line: Option<usize>,
    /// The key that is wrong or missing, with its table (`fields.value`).
    pub key: Option<String>,
    /// What was expected.
    pub message: String,
}

/// Something wrong with a key; where it stands is found out later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) key: String,
    pub(super) message: String,
}

impl Wrong {
    pub(super) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
        }
    }

    /// Looks the key up in the text.
    pub(super) fn at(self, file: &str, text: &str) -> RecipeError {
        let line = line_of_key(text, &self.key);
        RecipeError {
            file: file.to_owned(),
            line,
            key: Some(self.key),
            message: self.message,
        }
    }
}

impl RecipeError {
    /// What the TOML reader says, with the key it is about.
    pub(super) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_at(text, span.start));
        let message = error.message().trim();
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let names_key = ["unknown field", "missing field", "duplicate field"]
            .iter()
            .any(|s| message.starts_with(s));
        let key = match quoted.first() {
            Some(key) if names_key => Some((*key).to_owned()),
            _ => line.and_then(|line| key_on_line(text, line)),
        };
        let mut message = message.replace('\n', ", ");
        if message.starts_with("unknown ")
            && let Some((unknown, known)) = quoted.split_first()
            && let Some(meant) = nearest(unknown, known)
        {
            message = format!("unknown; did you mean `{meant}`?");
        }
        Self {
            file: file.to_owned(),
            line,
            key,
            message,
        }
    }

    /// A file that cannot be read at all.
    pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            key: None,
            message: error.to_string(),
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
}

/// What stands before the `=` on a line.
fn key_on_line(text: &str, line: usize) -> Option<String> {
    let (key, _) = text.lines().nth(line.checked_sub(1)?)?.split_once('=')?;
    let key = key.trim();
    (!key.is_empty() && !key.contains(' ')).then(|| key.to_owned())
}

/// The line of a dotted key, or of the innermost table on the way to it that is there.
fn line_of_key(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let mut table = document.get_ref();
    let mut line = None;
    for step in key.split('.') {
        let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == step) else {
            break;
        };
        line = Some(line_at(text, name.span().start));
        match value.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => break,
        }
    }
    line
}

/// The known name that differs least, if it differs little.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let (distance, best) = known
        .iter()
        .map(|known| (distance(name, known), *known))
        .min()?;
    (distance <= 1 + name.chars().count() / 4).then_some(best)
}

/// Edits between two names (Levenshtein), over two rows of the table.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(64).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (to, cell) in b.iter().zip(before.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(from != *to))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = *cell;
            left = best;
            *cell = best;
        }
        if let Some(first) = before.first_mut() {
            *first = i + 1;
        }
    }
    before.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in [
            ("", "", 0),
            ("url", "url", 0),
            ("urll", "url", 1),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(
            nearest("intervall", &["interval", "mode"]),
            Some("interval")
        );
        assert_eq!(nearest("colour", &["interval", "mode"]), None);
    }
}
