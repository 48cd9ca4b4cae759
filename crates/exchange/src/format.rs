//! How a body is laid out, as a recipe's `[format]` table says it.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use serde::Deserialize;

use crate::json_joined::Join;

/// The layout of a feed's body. Keys that do not belong to the layout are refused by [`Format::check`].
///
/// gzip and zip bodies need no key: they are recognised and opened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// What a row is.
    #[serde(rename = "type")]
    pub layout: Layout,
    /// list, csv: what starts a line that is no row. `#`, `;` and `//` for lists, `#` for csv.
    pub comment: Option<Vec<String>>,
    /// list: what starts a comment behind a value, after white space. The comment is the column `comment`.
    pub inline_comment: Option<Vec<String>>,
    /// list: a comment that starts so names the reference of the rows below it (`Reference:`): the columns `reference`
    /// (the first one) and `more_references` (the others).
    pub reference_comment: Option<String>,
    /// list: only lines that start so are rows, all others are banners.
    pub starts_with: Option<Vec<String>>,
    /// list: how a line falls into columns. Without it the line is one column.
    pub split: Option<Split>,
    /// csv: what stands between fields, one ASCII character. `,` by default.
    pub delimiter: Option<char>,
    /// csv: where the column names are. In the first row by default.
    pub header: Option<Header>,
    /// csv: what encloses a field, one ASCII character; false: nothing does. `"` by default.
    pub quote: Option<Quote>,
    /// csv: white space may stand between a delimiter and an opening quote.
    pub space_after_delimiter: Option<bool>,
    /// csv: how many fields a row has, where no header says it; another number is a bad row.
    pub columns: Option<usize>,
    /// json: dotted path to the array (or object) whose members are the rows; `*` is every member. The document itself
    /// by default; `.` is the document as one row. xml: dotted path of names that ends in the elements that are the rows.
    pub path: Option<String>,
    /// json: what stands in lists of its own.
    #[serde(default)]
    pub join: Vec<Join>,
    /// json: texts in which shortened addresses stand, to the list that says where they lead (`url`, `expanded_url`).
    #[serde(default)]
    pub expand: BTreeMap<String, String>,
    /// jsonl: an object with one of these keys is no row.
    pub skip_with: Option<Vec<String>>,
    /// A WHATWG encoding label (`shift_jis`, `euc-jp`, `windows-1252`, `utf-16le` …), where the guess is not good enough.
    pub encoding: Option<String>,
    /// zip: the end of the entry's name. The first file by default.
    pub entry: Option<String>,
    /// zip: every such entry, one after the other.
    pub every_entry: Option<bool>,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One value a line.
    List,
    /// Fields between delimiters (RFC 4180, and what feeds make of it).
    Csv,
    /// One member of a JSON array.
    Json,
    /// One JSON value a line.
    Jsonl,
    /// One item of a feed: RSS, RDF, Atom or JSON Feed.
    Feed,
    /// One element of an XML document.
    Xml,
}

/// Where the names of the columns are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Header {
    /// The first line that is no comment.
    #[default]
    Yes,
    /// Nowhere: columns go by position.
    No,
    /// In a comment before the first row, or in the first line that is no comment.
    Commented,
}

/// How a list's line falls into columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// At every run of white space.
    Whitespace,
}

/// The quote of a csv format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Quote {
    /// The character.
    Char(char),
    /// False: no quoting. (True: `"`.)
    Switch(bool),
}

/// A format that contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormatError {
    /// The key in the `[format]` table.
    pub key: &'static str,
    /// What is wrong with it.
    pub message: String,
}

impl Format {
    /// A format of this layout with nothing else said.
    pub fn new(layout: Layout) -> Self {
        Self {
            layout,
            comment: None,
            inline_comment: None,
            reference_comment: None,
            starts_with: None,
            split: None,
            delimiter: None,
            header: None,
            quote: None,
            space_after_delimiter: None,
            columns: None,
            path: None,
            join: Vec::new(),
            expand: BTreeMap::new(),
            skip_with: None,
            encoding: None,
            entry: None,
            every_entry: None,
        }
    }

    /// Refuses keys of another layout and values that cannot work.
    pub fn check(&self) -> Result<(), FormatError> {
        use Layout::{Csv, Json, Jsonl, List, Xml};
        let given: [(&'static str, bool, &[Layout]); 14] = [
            ("comment", self.comment.is_some(), &[List, Csv]),
            ("inline_comment", self.inline_comment.is_some(), &[List]),
            (
                "reference_comment",
                self.reference_comment.is_some(),
                &[List],
            ),
            ("starts_with", self.starts_with.is_some(), &[List]),
            ("split", self.split.is_some(), &[List]),
            ("delimiter", self.delimiter.is_some(), &[Csv]),
            ("header", self.header.is_some(), &[Csv]),
            ("quote", self.quote.is_some(), &[Csv]),
            (
                "space_after_delimiter",
                self.space_after_delimiter.is_some(),
                &[Csv],
            ),
            ("columns", self.columns.is_some(), &[Csv]),
            ("path", self.path.is_some(), &[Json, Xml]),
            ("join", !self.join.is_empty(), &[Json]),
            ("expand", !self.expand.is_empty(), &[Json]),
            ("skip_with", self.skip_with.is_some(), &[Jsonl]),
        ];
        for (key, is_given, layouts) in given {
            if is_given && !layouts.contains(&self.layout) {
                return Err(FormatError {
                    key,
                    message: format!("`{key}` does not go with type {:?}", self.layout),
                });
            }
        }
        if self.layout == Xml
            && self
                .path
                .as_ref()
                .is_none_or(|path| path.split('.').any(|step| step.trim().is_empty()))
        {
            return Err(FormatError {
                key: "path",
                message: "which elements are the rows?".into(),
            });
        }
        let delimiter = self.delimiter.unwrap_or(',');
        let bad = |c: char| !c.is_ascii() || matches!(c, '\n' | '\r' | '\0');
        if bad(delimiter) {
            return Err(FormatError {
                key: "delimiter",
                message: "the delimiter is one ASCII character".into(),
            });
        }
        if let Some(Quote::Char(quote)) = self.quote
            && (bad(quote) || quote == delimiter)
        {
            let message = "the quote is one ASCII character other than the delimiter".into();
            return Err(FormatError {
                key: "quote",
                message,
            });
        }
        for (key, prefixes) in [
            ("comment", &self.comment),
            ("inline_comment", &self.inline_comment),
            ("starts_with", &self.starts_with),
        ] {
            if prefixes
                .as_ref()
                .is_some_and(|prefixes| prefixes.iter().any(|prefix| prefix.trim().is_empty()))
            {
                return Err(FormatError {
                    key,
                    message: format!("an empty prefix in `{key}` would match every line"),
                });
            }
        }
        if let Some(label) = &self.encoding
            && Encoding::for_label(label.as_bytes()).is_none()
        {
            return Err(FormatError {
                key: "encoding",
                message: format!("no encoding is called `{label}`"),
            });
        }
        Ok(())
    }

    /// What starts a comment line.
    pub(crate) fn comments(&self) -> Vec<String> {
        match (&self.comment, self.layout) {
            (Some(prefixes), _) => prefixes.clone(),
            (None, Layout::List) => ["#", ";", "//"].map(str::to_owned).to_vec(),
            (None, Layout::Csv) => vec!["#".to_owned()],
            (None, _) => Vec::new(),
        }
    }

    /// Whether a row has parts within parts: then columns are paths into it.
    pub fn is_nested(&self) -> bool {
        !matches!(self.layout, Layout::List | Layout::Csv)
    }

    /// Whether the body is XML, or may be.
    pub(crate) fn is_markup(&self) -> bool {
        matches!(self.layout, Layout::Feed | Layout::Xml)
    }

    pub(crate) fn declared_encoding(&self) -> Option<&'static Encoding> {
        Encoding::for_label(self.encoding.as_ref()?.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), String> {
        let format: Format = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        format
            .check()
            .map_err(|error| format!("{}: {error}", error.key))
    }

    #[test]
    fn formats_that_work() {
        for text in [
            "type = 'list'\ncomment = ['#']\nreference_comment = 'Reference:'",
            "type = 'csv'\ndelimiter = '|'\nheader = 'no'\nquote = false\ncolumns = 3",
            "type = 'csv'\nheader = 'commented'\nspace_after_delimiter = true\nquote = \"'\"",
            "type = 'json'\npath = 'a.*.b'\nencoding = 'Shift_JIS'",
            "type = 'jsonl'\nskip_with = ['type']\nentry = '.json'",
            "type = 'feed'\nencoding = 'euc-jp'",
            "type = 'xml'\npath = 'Vulinfo'",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn formats_that_do_not() {
        for (text, key) in [
            ("type = 'json'\ndelimiter = ';'", "delimiter"),
            ("type = 'csv'\npath = 'a'", "path"),
            ("type = 'feed'\npath = 'a'", "path"),
            ("type = 'xml'", "path"),
            ("type = 'xml'\npath = 'a..b'", "path"),
            ("type = 'csv'\ndelimiter = '、'", "delimiter"),
            ("type = 'csv'\nquote = ','", "quote"),
            ("type = 'list'\ncomment = ['']", "comment"),
            ("type = 'list'\nencoding = 'klingon'", "encoding"),
        ] {
            let error = check(text).unwrap_err();
            assert!(error.starts_with(&format!("{key}: ")), "{text}: {error}");
        }
        assert!(
            check("type = 'list'\ncoment = ['#']")
                .unwrap_err()
                .contains("unknown field `coment`")
        );
    }
}
