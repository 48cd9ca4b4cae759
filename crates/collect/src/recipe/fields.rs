//! The `[fields]` and `[constant]` tables: which column means what.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A column by name or position (from 1), or a text with `{columns}` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnText(pub String);

impl From<String> for ColumnText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Which column means what.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fields {
    /// The observable.
    pub value: ColumnText,
    /// What kind of observable it is.
    #[serde(default)]
    pub kind: KindText,
    /// The columns that make up the feed's own row id, where it says several things about one value.
    #[serde(default)]
    pub item: Vec<ColumnText>,
    /// When it was first seen.
    pub first_seen: Option<ColumnText>,
    /// When it was last seen.
    pub last_seen: Option<ColumnText>,
    /// The port.
    pub port: Option<ColumnText>,
    /// The malware family or campaign.
    pub family: Option<ColumnText>,
    /// The family ends before this text (` (`, ` C&C`).
    pub family_until: Option<String>,
    /// Tags, from one column or several.
    #[serde(default)]
    pub tags: Vec<TagText>,
    /// The characters that separate tags within a column; `,` by default. The members of a JSON list are always separate.
    pub tag_separator: Option<String>,
    /// Free text.
    pub note: Option<ColumnText>,
    /// 0 to 100.
    pub confidence: Option<ColumnText>,
    /// A link to the evidence.
    pub reference: Option<ColumnText>,
    /// Further observables in the same row, by column: each is a listing of its own.
    #[serde(default)]
    pub also: BTreeMap<String, String>,
    /// Texts that stand for "no value".
    #[serde(default)]
    pub empty: Vec<String>,
    /// Offset of times without one, as `+09:00`. UTC by default.
    pub utc_offset: Option<String>,
}

/// The kind of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindText {
    /// A kind's name, `ip` (an address or network), or `auto` (found out from the value).
    Fixed(String),
    /// A column says it.
    Column(KindColumn),
}

impl Default for KindText {
    fn default() -> Self {
        Self::Fixed("auto".to_owned())
    }
}

/// A column that says the kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindColumn {
    /// The column.
    pub column: ColumnText,
    /// What its texts mean, where they are no names of kinds.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// The kind of rows without one.
    pub default: Option<String>,
}

/// A column of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagText {
    /// The tags as they are.
    Column(ColumnText),
    /// Only those of the map, under its names.
    Mapped(TagColumn),
}

/// A column whose texts are translated into tags.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagColumn {
    /// The column.
    pub column: ColumnText,
    /// Text to tag; other texts give none.
    pub map: BTreeMap<String, String>,
}

/// What is true of every row of a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The family of rows without one.
    pub family: Option<String>,
    /// Tags of every row.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The confidence of rows without one, 0 to 100.
    pub confidence: Option<u8>,
    /// The reference of rows without one.
    pub reference: Option<String>,
    /// The language of texts that do not say theirs.
    pub language: Option<String>,
}
