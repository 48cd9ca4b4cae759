//! Where in a row something stands: `cve.id`, `references.url`, `descriptions[lang=en].value`, `post.uri.(last)`,
//! `aliases.(lines)`, `link.(host)`.
//!
//! A step into a list goes into every member of it, so one path may find several things. In rows without parts (lists,
//! csv) the whole text is the name of a column.

use serde_json::Value;

/// The most things that one path finds in a row.
const FOUND: usize = 2_000;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A member by name; in a list that of every member, or the n-th for a number.
    Name(String),
    /// Every member.
    Each,
    /// Of what was found, only what has this text under this name.
    Only(String, String),
    /// Something made of a text.
    Made(Make),
}

/// What can be made of a text: `(lines)`, `(last)`, `(host)`, `(segment 1)`, `(part 2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Make {
    /// Its lines, each a text.
    Lines,
    /// What stands behind the last slash.
    Last,
    /// The host of a link.
    Host,
    /// The n-th segment of a link's path, from 1.
    Segment(usize),
    /// What stands between hyphens, the n-th, from 1.
    Part(usize),
}

impl Make {
    fn new(text: &str) -> Option<Self> {
        let (name, number) = text.split_once(' ').unwrap_or((text, ""));
        let number = number.parse().ok().filter(|number| *number > 0);
        match (name, number) {
            ("lines", None) => Some(Self::Lines),
            ("last", None) => Some(Self::Last),
            ("host", None) => Some(Self::Host),
            ("segment", Some(number)) => Some(Self::Segment(number)),
            ("part", Some(number)) => Some(Self::Part(number)),
            _ => None,
        }
    }

    fn of(self, text: &str) -> Vec<&str> {
        let address = text.split_once("://").map(|(_, address)| address);
        let address = address.and_then(|address| address.split(['?', '#']).next());
        let one = match self {
            Self::Lines => return text.lines().map(str::trim).take(FOUND).collect(),
            Self::Last => text.trim_end_matches('/').rsplit('/').next(),
            Self::Host => address.and_then(|address| address.split('/').next()),
            Self::Segment(n) => address.and_then(|address| address.split('/').nth(n)),
            Self::Part(n) => text.split('-').nth(n - 1),
        };
        one.into_iter().collect()
    }
}

/// A path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path(Vec<Step>);

/// Something that a path found.
#[derive(Clone, Debug)]
pub(super) enum Piece<'v> {
    Value(&'v Value),
    Text(&'v str),
}

impl Path {
    /// # Errors
    /// If the brackets of a condition do not match.
    pub(super) fn new(text: &str, nested: bool) -> Result<Self, String> {
        if !nested {
            return Ok(Self(vec![Step::Name(text.to_owned())]));
        }
        if text == "." {
            return Ok(Self(Vec::new()));
        }
        if let Some(pointer) = text.strip_prefix('/') {
            let steps = pointer.split('/');
            let steps = steps.map(|step| Step::Name(step.replace("~1", "/").replace("~0", "~")));
            return Ok(Self(steps.collect()));
        }
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            match name {
                "" if steps.is_empty() && after.starts_with('[') => {}
                "" => return Err(format!("`{text}` has a step without a name")),
                "*" => steps.push(Step::Each),
                name if name.starts_with('(') => {
                    let make = name.trim_matches(['(', ')']);
                    let make = Make::new(make).ok_or_else(|| format!("`{name}` makes nothing"))?;
                    steps.push(Step::Made(make));
                }
                name => steps.push(Step::Name(name.to_owned())),
            }
            rest = after;
            while let Some(condition) = rest.strip_prefix('[') {
                let wrong = || format!("`{text}`: a condition is written [name=text]");
                let (condition, after) = condition.split_once(']').ok_or_else(wrong)?;
                let (name, text) = condition.split_once('=').ok_or_else(wrong)?;
                steps.push(Step::Only(name.trim().to_owned(), text.trim().to_owned()));
                rest = after;
            }
            if !rest.is_empty() {
                rest = rest
                    .strip_prefix('.')
                    .filter(|rest| !rest.is_empty())
                    .ok_or_else(|| format!("`{text}` breaks off"))?;
            }
        }
        Ok(Self(steps))
    }

    /// The name of the column, in rows without parts.
    pub(super) fn column(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// What is there, lists taken apart.
    pub(super) fn find<'v>(&self, row: &'v Value) -> Vec<Piece<'v>> {
        let mut found = vec![Piece::Value(row)];
        for step in &self.0 {
            let mut next = Vec::new();
            for piece in found {
                step.apply(piece, &mut next);
            }
            next.truncate(FOUND);
            found = next;
        }
        found
    }
}

impl Step {
    fn apply<'v>(&self, piece: Piece<'v>, to: &mut Vec<Piece<'v>>) {
        let value = match (self, &piece) {
            (Self::Made(make), piece) => {
                let made = make.of(piece.text().unwrap_or_default());
                to.extend(
                    made.into_iter()
                        .filter(|text| !text.is_empty())
                        .map(Piece::Text),
                );
                return;
            }
            (_, Piece::Value(value)) => *value,
            (_, Piece::Text(_)) => return,
        };
        match (self, value) {
            (Self::Name(name), Value::Object(members)) => {
                to.extend(members.get(name).map(Piece::Value));
            }
            (Self::Name(name), Value::Array(members)) => match name.parse::<usize>() {
                Ok(place) => to.extend(members.get(place).map(Piece::Value)),
                Err(_) => each(self, members.iter(), to),
            },
            (Self::Each, Value::Array(members)) => to.extend(members.iter().map(Piece::Value)),
            (Self::Each, Value::Object(members)) => to.extend(members.values().map(Piece::Value)),
            (Self::Each, Value::Null) => {}
            // A single thing where there may be several: XML does not tell a list of one.
            (Self::Each, _) => to.push(piece),
            (Self::Only(name, text), Value::Object(members)) => {
                let is_so = members.get(name).map(Piece::Value);
                if is_so.is_some_and(|piece| piece.string().as_deref() == Some(text)) {
                    to.push(piece);
                }
            }
            (Self::Only(..), Value::Array(members)) => each(self, members.iter(), to),
            _ => {}
        }
    }
}

/// Lists within lists are gone into once: deeper ones are no table of anything.
fn each<'v>(step: &Step, members: impl Iterator<Item = &'v Value>, to: &mut Vec<Piece<'v>>) {
    for member in members.filter(|member| !member.is_array()) {
        if to.len() >= FOUND {
            return;
        }
        step.apply(Piece::Value(member), to);
    }
}

impl<'v> Piece<'v> {
    fn text(&self) -> Option<&'v str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Value(Value::String(text)) => Some(text),
            Self::Value(Value::Object(members)) => members.get("#text")?.as_str(),
            Self::Value(_) => None,
        }
    }

    /// The text, or the number as text.
    pub(super) fn string(&self) -> Option<String> {
        match self {
            Self::Value(Value::Number(number)) => Some(number.to_string()),
            Self::Value(Value::Bool(truth)) => Some(truth.to_string()),
            piece => piece.text().map(str::to_owned),
        }
    }

    /// The texts of it: of a list, those of its members.
    pub(super) fn strings(&self) -> Vec<String> {
        match self {
            Self::Value(Value::Array(members)) => {
                let members = members.iter().take(FOUND);
                members
                    .filter_map(|member| Piece::Value(member).string())
                    .collect()
            }
            piece => piece.string().into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn texts(path: &str, value: &Value) -> Vec<String> {
        let found = Path::new(path, true).unwrap();
        found.find(value).iter().flat_map(Piece::strings).collect()
    }

    #[test]
    fn paths_go_into_lists() {
        let row = json!({
            "a": { "b": [{ "c": 1, "l": "en" }, { "c": 2, "l": "ja" }, { "d": 3 }] },
            "uri": "at://did:plc:x/app.bsky.feed.post/3k",
            "link": "https://a.example/@bob/1?x=/y", "id": "JVNDB-2026-1",
            "lines": "one\n two\r\n\n",
            "tags": ["x", "y", null, ["z"]],
            "x.y": true,
            "sec:ref": { "@id": "CVE-2026-1", "#text": " t " },
        });
        for (path, expected) in [
            ("a.b.c", vec!["1", "2"]),
            ("a.b.1.c", vec!["2"]),
            ("a.b[l=ja].c", vec!["2"]),
            ("a.b.*.c", vec!["1", "2"]),
            ("a.*.*.c", vec!["1", "2"]),
            ("uri.(last)", vec!["3k"]),
            ("link.(host)", vec!["a.example"]),
            ("link.(segment 1)", vec!["@bob"]),
            ("link.(segment 3)", vec![]),
            ("id.(part 2)", vec!["2026"]),
            ("lines.(lines)", vec!["one", "two"]),
            ("tags", vec!["x", "y"]),
            ("/x.y", vec!["true"]),
            ("sec:ref.@id", vec!["CVE-2026-1"]),
            ("sec:ref", vec![" t "]),
            ("sec:ref.*.@id", vec![]),
            ("a.z.c", vec![]),
        ] {
            assert_eq!(texts(path, &row), expected, "{path}");
        }
    }

    #[test]
    fn broken_paths() {
        for path in [
            "a.(nothing)",
            "a.(part 0)",
            "a.(part)",
            "a..b",
            "a.",
            "a[b",
            "a[b]",
            "a[b=c]d",
        ] {
            assert!(Path::new(path, true).is_err(), "{path}");
        }
        assert_eq!(Path::new("a.b c", false).unwrap().column(), Some("a.b c"));
    }
}
