//! Warninglists: values that are well known, so that an indicator among them is probably a
//! false alarm. Reads the `list.json` of MISP (<https://github.com/MISP/misp-warninglists>) and
//! holds observables against many lists at once.

mod builtin;
mod index;
mod kind_set;
mod network;
mod patterns;
mod table;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

pub use builtin::builtin;
pub use index::{Hit, ListInfo, Skipped, Through, Warninglists};
pub use kind_set::KindSet;

/// One list as it stands in its file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warninglist {
    /// What it is called.
    pub name: String,
    /// What is in it, in a sentence.
    pub description: String,
    /// Its number; a later one replaces an earlier.
    pub version: u64,
    /// How an entry is compared with a value.
    pub matching: Matching,
    /// Which kinds of observables it is about.
    pub kinds: KindSet,
    /// Its entries as written.
    pub entries: Vec<String>,
}

/// How the entries of a list are compared with a value: `type` in the file.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// The entry is a network, or an address, around the value.
    Cidr,
    /// The entry is the value's host name or a name above it.
    Hostname,
    /// The entry is the value, but for upper and lower case.
    String,
    /// The entry is part of the value, but for upper and lower case.
    Substring,
    /// The entry is a regex that matches the value, in PHP's form with delimiters: `/^a/i`.
    Regex,
}

/// Why a text is not a warninglist.
#[derive(Debug, thiserror::Error)]
#[error("not a warninglist: {0}")]
pub struct WarninglistError(#[from] serde_json::Error);

/// Reads a `list.json`: an object with `name`, `description`, `version`, `type`, `list` (an
/// array of texts, or an object of texts with comments) and `matching_attributes` (MISP's
/// attribute types; without it, the list is about everything).
///
/// # Errors
///
/// Names the line and column of what is not JSON, missing, or of the wrong type.
pub fn parse(json: &[u8]) -> Result<Warninglist, WarninglistError> {
    let file: File = serde_json::from_slice(json)?;
    Ok(Warninglist {
        name: file.name,
        description: file.description,
        version: file.version,
        matching: file.matching,
        kinds: match file.matching_attributes {
            Some(types) => types.iter().map(String::as_str).collect(),
            None => KindSet::ALL,
        },
        entries: file.list.0,
    })
}

#[derive(Deserialize)]
struct File {
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    version: u64,
    #[serde(rename = "type")]
    matching: Matching,
    matching_attributes: Option<Vec<String>>,
    list: Entries,
}

struct Entries(Vec<String>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries, D::Error> {
        deserializer.deserialize_any(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of texts, or an object of texts with comments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = items.next_element()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut items: A) -> Result<Entries, A::Error> {
        let mut entries = Vec::new();
        while let Some((entry, IgnoredAny)) = items.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use noroshi_indicator::Kind;

    use super::*;

    #[test]
    fn reads_both_forms_of_list() {
        let array = br#"{"name": "N", "description": "D", "version": 7, "type": "string",
            "matching_attributes": ["md5", "filename|md5"], "list": ["a", "b"]}"#;
        let list = parse(array).unwrap();
        assert_eq!(
            (list.name.as_str(), list.description.as_str(), list.version),
            ("N", "D", 7)
        );
        assert_eq!(list.matching, Matching::String);
        assert!(list.kinds.contains(Kind::Md5) && !list.kinds.contains(Kind::Sha1));
        assert_eq!(list.entries, ["a", "b"]);

        let object = br#"{"name": "N", "type": "cidr", "list": {"a": "why", "b": null}}"#;
        let list = parse(object).unwrap();
        assert_eq!(list.entries, ["a", "b"]);
        assert_eq!(list.kinds, KindSet::ALL);
    }

    #[test]
    fn errors_name_the_place() {
        let reason = |json: &str| parse(json.as_bytes()).unwrap_err().to_string();
        assert!(reason("{").contains("line 1 column 1"));
        assert!(reason("{\"type\": \"string\",\n\"list\": []}").contains("missing field `name`"));
        assert!(reason(r#"{"name": "N", "list": [], "type": "glob"}"#).contains("`glob`"));
        let number = reason("{\"name\": \"N\", \"type\": \"string\",\n\"list\": [1]}");
        assert!(number.contains("expected a string at line 2"), "{number}");
        let text = reason(r#"{"name": "N", "type": "string", "list": "a"}"#);
        assert!(text.contains("an array of texts"), "{text}");
    }
}
