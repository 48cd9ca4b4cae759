//! What a key of `[item]` is made of: a path, paths in order of preference (`content|summary`), a text with such in
//! braces, or a text in quotes that is the same for every row (`'poc'`).

use noroshi_exchange::{Column, LIST_SEPARATOR};
use serde_json::Value;

use super::error::Wrong;
use super::item_keys::Texts;
use super::path::{Path, Piece};

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Paths(Vec<Path>),
}

/// A text to be made of a row: the first of these that can be made.
#[derive(Clone, Debug)]
pub(super) struct Text(Vec<Vec<Part>>);

/// How the texts of one recipe are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    /// Columns are paths into rows with parts.
    pub(super) nested: bool,
    /// Texts that mean "no value".
    pub(super) empty: Vec<String>,
}

impl Reading {
    fn says(&self, text: &str) -> bool {
        let text = text.trim();
        !text.is_empty() && !self.empty.iter().any(|none| none == text)
    }
}

impl Text {
    /// # Errors
    /// A brace without its partner, or a path that is none.
    pub(super) fn new(text: &str, reading: &Reading) -> Result<Self, String> {
        let text = text.trim();
        let quoted = text.strip_prefix('\'');
        if let Some(fixed) = quoted.and_then(|text| text.strip_suffix('\'')) {
            return Ok(Self(vec![vec![Part::Text(fixed.to_owned())]]));
        }
        let mut depth = 0_usize;
        let choices = text.split(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == '|' && depth == 0
        });
        let made = choices.map(|choice| parts(choice.trim(), reading));
        made.collect::<Result<_, _>>().map(Self)
    }

    /// The columns that it needs, in rows without parts.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let parts = self.0.iter().flatten();
        let paths = parts.flat_map(|part| match part {
            Part::Text(_) => [].iter(),
            Part::Paths(paths) => paths.iter(),
        });
        paths.filter_map(Path::column)
    }

    /// The text of a row; none if a column of every choice is missing.
    pub(super) fn one(&self, row: &Value, reading: &Reading) -> Option<String> {
        self.0.iter().find_map(|parts| made(parts, row, reading))
    }

    /// All texts that the first choice finds that finds any.
    pub(super) fn all(&self, row: &Value, reading: &Reading) -> Vec<String> {
        let found = self.0.iter().map(|parts| match parts.as_slice() {
            [Part::Paths(paths)] => paths
                .iter()
                .map(|path| strings(path, row, reading))
                .find(|texts| !texts.is_empty())
                .unwrap_or_default(),
            parts => made(parts, row, reading).into_iter().collect(),
        });
        let mut found = found.filter(|texts| !texts.is_empty());
        found.next().unwrap_or_default()
    }

    /// What stands there, whatever it is.
    pub(super) fn pieces<'v>(&self, row: &'v Value) -> Vec<Piece<'v>> {
        let parts = self.0.iter().flatten();
        let paths = parts.flat_map(|part| match part {
            Part::Text(_) => [].iter(),
            Part::Paths(paths) => paths.iter(),
        });
        let mut found = paths.map(|path| path.find(row));
        found.find(|pieces| !pieces.is_empty()).unwrap_or_default()
    }
}

/// One choice: a path, or a text with paths in braces.
fn parts(text: &str, reading: &Reading) -> Result<Vec<Part>, String> {
    if text.is_empty() {
        return Err("a column is missing".into());
    }
    let paths = |text: &str| {
        let paths = text
            .split('|')
            .map(|path| Path::new(path.trim(), reading.nested));
        paths.collect::<Result<Vec<_>, _>>().map(Part::Paths)
    };
    if !text.contains(['{', '}']) {
        return Ok(vec![paths(text)?]);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (inner, after) = after.split_once('}').ok_or("`{` without `}`")?;
        if before.contains('}') || inner.contains('{') || inner.trim().is_empty() {
            return Err("the braces do not enclose a column".into());
        }
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(paths(inner)?);
        rest = after;
    }
    if rest.contains('}') {
        return Err("`}` without `{`".into());
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(parts)
}

/// The text of one choice; none if a column of it is missing.
fn made(parts: &[Part], row: &Value, reading: &Reading) -> Option<String> {
    if let [Part::Paths(paths)] = parts {
        return first(paths, row, reading);
    }
    let mut made = String::new();
    for part in parts {
        match part {
            Part::Text(text) => made.push_str(text),
            Part::Paths(paths) => made.push_str(first(paths, row, reading)?.trim()),
        }
    }
    Some(made)
}

/// Makes texts of the keys of one table, and notes the columns that they need.
pub(super) struct Maker<'m> {
    table: &'static str,
    reading: &'m Reading,
    columns: &'m mut Vec<Column>,
}

impl<'m> Maker<'m> {
    pub(super) fn new(
        table: &'static str,
        reading: &'m Reading,
        columns: &'m mut Vec<Column>,
    ) -> Self {
        Self {
            table,
            reading,
            columns,
        }
    }

    pub(super) fn wrong(&self, key: &str, why: impl Into<String>) -> Wrong {
        Wrong::new(format!("{}.{key}", self.table), why)
    }

    pub(super) fn one(&mut self, key: &str, text: &str) -> Result<Text, Wrong> {
        let made = Text::new(text, self.reading).map_err(|why| self.wrong(key, why))?;
        if !self.reading.nested {
            for name in made.columns() {
                let column = Column::parse(name);
                if !self.columns.contains(&column) {
                    self.columns.push(column);
                }
            }
        }
        Ok(made)
    }

    pub(super) fn maybe(
        &mut self,
        key: &str,
        text: &Option<String>,
    ) -> Result<Option<Text>, Wrong> {
        text.as_deref().map(|text| self.one(key, text)).transpose()
    }

    pub(super) fn many(&mut self, key: &str, texts: &Texts) -> Result<Vec<Text>, Wrong> {
        texts.iter().map(|text| self.one(key, text)).collect()
    }
}

fn first(paths: &[Path], row: &Value, reading: &Reading) -> Option<String> {
    paths
        .iter()
        .find_map(|path| strings(path, row, reading).into_iter().next())
}

fn strings(path: &Path, row: &Value, reading: &Reading) -> Vec<String> {
    let found = path.find(row);
    let texts = found.iter().flat_map(Piece::strings);
    let texts = texts.filter(|text| reading.says(text));
    // In rows without parts a list is one text.
    texts
        .flat_map(|text| match reading.nested {
            true => vec![text],
            false => text.split(LIST_SEPARATOR).map(str::to_owned).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(text: &str) -> Option<String> {
        let reading = Reading {
            nested: true,
            empty: vec!["n/a".into()],
        };
        let row = json!({ "a": "x", "b": "n/a", "c": ["y", "z"], "d": { "e": 7 } });
        Text::new(text, &reading).unwrap().one(&row, &reading)
    }

    #[test]
    fn columns_preferences_and_texts() {
        assert_eq!(one("a").as_deref(), Some("x"));
        assert_eq!(one("b|none|d.e").as_deref(), Some("7"));
        assert_eq!(one("b"), None);
        assert_eq!(
            one("https://a.example/{a}/{b|c}").as_deref(),
            Some("https://a.example/x/y")
        );
        assert_eq!(one("none|x/{none}|y/{a|none}"), Some("y/x".into()));
        assert_eq!(one("{a} {none}"), None);
        assert_eq!(one("'poc'").as_deref(), Some("poc"));
        for wrong in ["", "{a", "a}", "{}", "{a{b}}", "a..b"] {
            assert!(
                Text::new(
                    wrong,
                    &Reading {
                        nested: true,
                        ..Reading::default()
                    }
                )
                .is_err(),
                "{wrong}"
            );
        }
    }
}
