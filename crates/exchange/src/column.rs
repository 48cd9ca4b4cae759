//! Which part of a row is wanted.

/// A column, as a recipe names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    /// The n-th field, from 1; in JSON the n-th member of an array row.
    Position(usize),
    /// A header's name (letter case does not count); in JSON a dotted path (`a.b.0`) or a JSON pointer (RFC 6901,
    /// `/a/b/0`), `.` being the element itself. Lists know `value`, `comment`, `reference` and `more_references`. In csv
    /// `#name` is what a comment above the rows says behind `name:`.
    Name(String),
}

impl std::fmt::Display for Column {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Position(n) => write!(f, "{n}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Column {
    /// A number is a position, anything else a name.
    pub fn parse(text: &str) -> Self {
        match text.parse() {
            Ok(n) if n > 0 => Self::Position(n),
            _ => Self::Name(text.to_owned()),
        }
    }

    /// The steps from a JSON element down to the value.
    pub(crate) fn json_steps(&self) -> Vec<String> {
        match self {
            Self::Position(n) => vec![n.saturating_sub(1).to_string()],
            Self::Name(name) if name == "." || name.is_empty() => Vec::new(),
            Self::Name(name) => match name.strip_prefix('/') {
                Some(pointer) => pointer
                    .split('/')
                    .map(|step| step.replace("~1", "/").replace("~0", "~"))
                    .collect(),
                None => name.split('.').map(str::to_owned).collect(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        assert_eq!(Column::parse("3"), Column::Position(3));
        assert_eq!(Column::parse("0"), Column::Name("0".into()));
        assert_eq!(Column::parse("url"), Column::Name("url".into()));
    }

    #[test]
    fn json_steps_of_paths_and_pointers() {
        assert_eq!(Column::parse("a.b.0").json_steps(), ["a", "b", "0"]);
        assert_eq!(
            Column::parse("/a.b/c~1d/~01").json_steps(),
            ["a.b", "c/d", "~1"]
        );
        assert_eq!(Column::Position(2).json_steps(), ["1"]);
        assert!(Column::parse(".").json_steps().is_empty());
    }
}
