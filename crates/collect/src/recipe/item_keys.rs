//! The `[item]`, `[facts]` and `[score]` tables: which column means what in feeds of texts and scores.

use std::collections::BTreeMap;

use noroshi_exchange::record::Layout;
use serde::Deserialize;

use super::fields::TagText;

/// One text or several.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// None.
    #[default]
    None,
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl Texts {
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let list = match self {
            Self::None => &[],
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts.as_slice(),
        };
        list.iter().map(String::as_str)
    }
}

/// What the columns of a text mean. A column may be several in order of preference: `content|summary`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemKeys {
    /// Instead of all other keys but `only` and `without`: a publisher's layout that is known here.
    pub layout: Option<Layout>,
    /// The publisher's own identifier.
    pub key: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// The text; of several, each is a paragraph.
    #[serde(default)]
    pub text: Texts,
    /// Title and text are HTML.
    #[serde(default)]
    pub html: bool,
    /// Where it is published.
    pub url: Option<String>,
    /// Who wrote it.
    pub author: Option<AuthorText>,
    /// Its language.
    pub language: Option<String>,
    /// When it was published.
    pub published: Option<String>,
    /// When it was changed.
    pub updated: Option<String>,
    /// Offset of times without one, as `+09:00`. UTC by default.
    pub utc_offset: Option<String>,
    /// Tags, from one column or several.
    #[serde(default)]
    pub tags: Vec<TagText>,
    /// The characters that separate tags within a column; `,` by default.
    pub tag_separator: Option<String>,
    /// Observables by column, with their kind, `ip` or `auto`.
    #[serde(default)]
    pub observables: BTreeMap<String, KindName>,
    /// Texts that stand for "no value".
    #[serde(default)]
    pub empty: Vec<String>,
    /// Only rows with one of these texts in the column are items.
    #[serde(default)]
    pub only: BTreeMap<String, Texts>,
    /// Rows that have this column are no items.
    #[serde(default)]
    pub without: Texts,
    /// Rows of one key that follow each other are one item: texts and observables are added up.
    #[serde(default)]
    pub fold: bool,
}

/// A kind of observable, or a column that says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum KindName {
    /// The kind's name, `ip` or `auto`.
    Fixed(String),
    /// The column with the kind's name.
    Column {
        /// The column.
        column: String,
    },
}

/// Who wrote an item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum AuthorText {
    /// The name.
    Name(String),
    /// More than the name.
    Keys(AuthorKeys),
}

/// Who wrote an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorKeys {
    /// As shown.
    pub name: Option<String>,
    /// The handle.
    pub handle: Option<String>,
    /// Profile page.
    pub url: Option<String>,
}

/// What a record of a vulnerability or an exploit states.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactKeys {
    /// A column with all of it in the common form.
    pub whole: Option<String>,
    /// The publisher's identifier; the item's key by default.
    pub id: Option<String>,
    /// Where CVE numbers are found.
    #[serde(default)]
    pub cves: Texts,
    /// Where CWE numbers are found.
    #[serde(default)]
    pub cwes: Texts,
    /// What happens if it is exploited.
    pub impact: Option<String>,
    /// What to do.
    #[serde(default)]
    pub solution: Texts,
    /// Where it stands.
    pub status: Option<String>,
    /// Ratings.
    #[serde(default)]
    pub cvss: Vec<CvssKeys>,
    /// What is affected.
    #[serde(default)]
    pub products: Vec<ProductKeys>,
    /// Further reading.
    #[serde(default)]
    pub references: Vec<ReferenceKeys>,
    /// What is particular to an exploit.
    pub exploit: Option<ExploitKeys>,
}

/// Ratings. Its columns are those of what `each` finds, or of the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CvssKeys {
    /// Where they are.
    pub each: Option<String>,
    /// By default the vector says it.
    pub version: Option<String>,
    /// The vector.
    pub vector: Option<String>,
    /// The base score.
    pub score: Option<String>,
    /// In words.
    pub severity: Option<String>,
    /// Who rated.
    pub by: Option<String>,
}

/// What is affected. Its columns are those of what `each` finds, or of the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductKeys {
    /// Where they are.
    pub each: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What it is called.
    pub product: Option<String>,
    /// Its CPE name; vendor and product follow from it where they are not said.
    pub cpe: Option<String>,
    /// Which versions.
    #[serde(default)]
    pub versions: Texts,
}

/// Links. Its columns are those of what `each` finds, or of the row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceKeys {
    /// Where they are.
    pub each: Option<String>,
    /// Where it leads; `.` for the thing found itself.
    pub url: String,
    /// What it is called.
    pub name: Option<String>,
    /// What sort it is.
    #[serde(default)]
    pub tags: Texts,
}

/// What is particular to an exploit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExploitKeys {
    /// `windows`, `php`, …
    pub platform: Option<String>,
    /// `remote`, `webapps`, …
    pub kind: Option<String>,
    /// Whether it was tried: `1`, `true`, `yes`.
    pub verified: Option<String>,
    /// How reliable it is.
    pub rank: Option<TagText>,
    /// Where the code is.
    pub path: Option<String>,
}

/// What the columns of a feed of scores mean.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreKeys {
    /// The CVE number.
    pub cve: String,
    /// The probability, 0 to 1.
    pub score: String,
    /// The percentile, 0 to 1.
    pub percentile: String,
    /// The day it is of.
    pub day: String,
}
