//! From a row to an item: what the `[item]` and `[facts]` tables come to.

use jiff::tz::Offset;
use noroshi_exchange::record::{Layout, Record};
use noroshi_exchange::{Column, Format, html_or_text, html_text, tidy};
use noroshi_indicator::{Kind, Observable};
use noroshi_store::{Author, Form, NewItem};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::Wrong;
use super::fact_mapping::FactRules;
use super::fields::{Constant, TagText};
use super::item_keys::{AuthorKeys, AuthorText, FactKeys, ItemKeys, KindName};
use super::mapping::Rule;
use super::path::Piece;
use super::text::{Maker, Reading, Text};
use super::{clean, time};

/// The longest key that is kept as it is, in bytes; of a longer one its hash is.
const KEY_BYTES: usize = 500;
/// Longest title, name or handle, in characters.
const LINE_CHARS: usize = 500;
/// Most observables that columns of one row give.
const OBSERVABLES: usize = 1_000;

/// Ready for rows.
#[derive(Debug)]
pub(super) struct ItemMapping {
    form: Form,
    layout: Option<Layout>,
    reading: Reading,
    rules: Rules,
    html: bool,
    offset: Offset,
    tag_separator: String,
    facts: Option<FactRules>,
    constant: Constant,
    pub(super) fold: bool,
    /// The columns of rows without parts.
    columns: Vec<Column>,
}

/// Which text is which.
#[derive(Debug)]
struct Rules {
    key: Option<Text>,
    title: Option<Text>,
    text: Vec<Text>,
    url: Option<Text>,
    name: Option<Text>,
    handle: Option<Text>,
    page: Option<Text>,
    language: Option<Text>,
    published: Option<Text>,
    updated: Option<Text>,
    tags: Vec<TagRule>,
    observables: Vec<(Text, KindRule)>,
    only: Vec<(Text, Vec<String>)>,
    without: Vec<Text>,
}

#[derive(Debug)]
enum TagRule {
    All(Text),
    Mapped(Text, Vec<(String, String)>),
}

#[derive(Debug)]
enum KindRule {
    Fixed(Rule),
    Column(Text),
}

/// What became of a row.
pub(super) enum Made {
    Item(Box<NewItem>),
    /// The recipe does not want it.
    Skipped,
    Bad(String),
}

impl ItemMapping {
    pub(super) fn new(
        form: Form,
        format: &Format,
        keys: &ItemKeys,
        facts: Option<&FactKeys>,
        constant: &Constant,
    ) -> Result<Self, Wrong> {
        let reading = Reading {
            nested: format.is_nested(),
            empty: keys.empty.clone(),
        };
        let mut columns = Vec::new();
        let mut make = Maker::new("item", &reading, &mut columns);
        let author = match keys.author.clone() {
            None => AuthorKeys::default(),
            Some(AuthorText::Name(name)) => AuthorKeys {
                name: Some(name),
                ..AuthorKeys::default()
            },
            Some(AuthorText::Keys(keys)) => keys,
        };
        let mut tags = Vec::new();
        for tag in &keys.tags {
            tags.push(match tag {
                TagText::Column(column) => TagRule::All(make.one("tags", &column.0)?),
                TagText::Mapped(tag) => {
                    let map = tag.map.iter();
                    let map = map.map(|(from, to)| (from.to_lowercase(), to.clone()));
                    TagRule::Mapped(make.one("tags", &tag.column.0)?, map.collect())
                }
            });
        }
        let mut observables = Vec::new();
        for (column, kind) in &keys.observables {
            let kind = match kind {
                KindName::Column { column } => KindRule::Column(make.one("observables", column)?),
                KindName::Fixed(name) => KindRule::Fixed(Rule::new(name).ok_or_else(|| {
                    let why = format!("`{name}` is no kind of observable, nor `ip` or `auto`");
                    make.wrong("observables", why)
                })?),
            };
            observables.push((make.one("observables", column)?, kind));
        }
        let mut only = Vec::new();
        for (column, texts) in &keys.only {
            let texts = texts.iter().map(str::to_owned).collect();
            only.push((make.one("only", column)?, texts));
        }
        let rules = Rules {
            key: make.maybe("key", &keys.key)?,
            title: make.maybe("title", &keys.title)?,
            text: make.many("text", &keys.text)?,
            url: make.maybe("url", &keys.url)?,
            name: make.maybe("author.name", &author.name)?,
            handle: make.maybe("author.handle", &author.handle)?,
            page: make.maybe("author.url", &author.url)?,
            language: make.maybe("language", &keys.language)?,
            published: make.maybe("published", &keys.published)?,
            updated: make.maybe("updated", &keys.updated)?,
            tags,
            observables,
            only,
            without: make.many("without", &keys.without)?,
        };
        let facts = match (facts, form) {
            (Some(keys), _) => Some(FactRules::new(keys, &reading, &mut columns)?),
            (None, Form::Vulnerability | Form::Exploit) => Some(FactRules::default()),
            (None, Form::News | Form::Social) => None,
        };
        Ok(Self {
            form,
            layout: keys.layout,
            rules,
            html: keys.html,
            offset: offset(keys.utc_offset.as_deref())?,
            tag_separator: keys.tag_separator.clone().unwrap_or_else(|| ",".to_owned()),
            facts,
            constant: constant.clone(),
            fold: keys.fold,
            columns,
            reading,
        })
    }

    /// The columns to ask of rows without parts.
    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// What a row is.
    pub(super) fn item(&self, row: &Value) -> Made {
        let is_wanted = |(column, texts): &(Text, Vec<String>)| {
            let found = column.all(row, &self.reading);
            found.iter().any(|found| texts.contains(found))
        };
        if !self.rules.only.iter().all(is_wanted)
            || self
                .rules
                .without
                .iter()
                .any(|column| !column.all(row, &self.reading).is_empty() || has_parts(column, row))
        {
            return Made::Skipped;
        }
        let made = match self.layout {
            Some(layout) => layout.read(row).map(|record| self.recorded(record)),
            None => self.mapped(row),
        };
        match made {
            Ok(item) => Made::Item(Box::new(self.named(item))),
            Err(reason) => Made::Bad(reason),
        }
    }

    fn one(&self, text: &Option<Text>, row: &Value) -> Option<String> {
        text.as_ref()?.one(row, &self.reading)
    }

    fn mapped(&self, row: &Value) -> Result<NewItem, String> {
        let line = |text: Option<String>| text.and_then(|text| clean::text(&text, LINE_CHARS));
        let title = self
            .one(&self.rules.title, row)
            .map(|title| match self.html {
                true => html_text(&title),
                false => title,
            });
        let title = line(title);
        let text = self.text(row);
        let url = self.rules.url.as_ref().and_then(|url| {
            url.all(row, &self.reading)
                .iter()
                .find_map(|text| clean::reference(text))
        });
        if title.is_none() && text.is_empty() {
            return Err("the row says nothing: it has neither title nor text".into());
        }
        let published = self.time(&self.rules.published, row);
        let key = self.one(&self.rules.key, row).or_else(|| url.clone());
        let key = key.map(|key| key.trim().to_owned()).unwrap_or_else(|| {
            // What has no name is known by what it says.
            digest(&format!("{}\n{text}", title.as_deref().unwrap_or_default()))
        });
        let mut facts = self
            .facts
            .as_ref()
            .map(|rules| rules.facts(row, &key, &self.reading));
        if self.form == Form::Exploit
            && let Some(facts) = &mut facts
        {
            facts.exploit.get_or_insert_default();
        }
        let author = Author {
            name: line(self.one(&self.rules.name, row)).unwrap_or_default(),
            handle: line(self.one(&self.rules.handle, row)),
            url: self
                .one(&self.rules.page, row)
                .and_then(|url| clean::reference(&url)),
        };
        let language = self
            .one(&self.rules.language, row)
            .and_then(|text| language(&text));
        Ok(NewItem {
            form: self.form,
            key,
            title,
            text,
            url,
            author: (!author.name.is_empty() || author.handle.is_some()).then_some(author),
            language: language.or_else(|| self.constant.language.clone()),
            published,
            updated: self.time(&self.rules.updated, row),
            tags: self.tags(row),
            observables: self.observables(row),
            facts,
        })
    }

    fn recorded(&self, record: Record) -> NewItem {
        let mut tags = self.constant.tags.clone();
        clean::finish_tags(&mut tags);
        let time = |text: Option<String>| text.and_then(|text| time::micros(&text, self.offset));
        NewItem {
            form: self.form,
            key: record.facts.id.clone(),
            title: record
                .title
                .and_then(|title| clean::text(&title, LINE_CHARS)),
            text: tidy(&record.text),
            url: record.url.and_then(|url| clean::reference(&url)),
            author: None,
            language: record.language.or_else(|| self.constant.language.clone()),
            published: time(record.published),
            updated: time(record.updated),
            tags,
            observables: Vec::new(),
            facts: Some(record.facts),
        }
    }

    /// Adds what the facts name, and bounds what is without bound.
    fn named(&self, mut item: NewItem) -> NewItem {
        if item.key.len() > KEY_BYTES {
            item.key = digest(&item.key);
        }
        let cves = item.facts.iter().flat_map(|facts| &facts.cves);
        let cves: Vec<_> = cves
            .filter_map(|cve| Observable::parse(Kind::Cve, cve).ok())
            .collect();
        for cve in cves {
            if !item.observables.contains(&cve) {
                item.observables.push(cve);
            }
        }
        item
    }

    fn text(&self, row: &Value) -> String {
        let mut text = String::new();
        for paragraph in &self.rules.text {
            let Some(found) = paragraph.one(row, &self.reading) else {
                continue;
            };
            let found = match self.html {
                true => html_or_text(&found),
                false => tidy(&found),
            };
            if found.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&found);
        }
        text
    }

    fn time(&self, text: &Option<Text>, row: &Value) -> Option<i64> {
        time::micros(&self.one(text, row)?, self.offset)
    }

    fn tags(&self, row: &Value) -> Vec<String> {
        let mut tags = self.constant.tags.clone();
        for rule in &self.rules.tags {
            match rule {
                TagRule::All(column) => {
                    for text in column.all(row, &self.reading) {
                        clean::add_tags(&mut tags, &text, &self.tag_separator);
                    }
                }
                TagRule::Mapped(column, map) => {
                    for text in column.all(row, &self.reading) {
                        let text = text.to_lowercase();
                        let found = map.iter().find(|(from, _)| *from == text);
                        tags.extend(found.map(|(_, tag)| tag.clone()));
                    }
                }
            }
        }
        clean::finish_tags(&mut tags);
        tags
    }

    /// Those that can be read; a text that is none is no fault of the item.
    fn observables(&self, row: &Value) -> Vec<Observable> {
        let mut found = Vec::new();
        for (column, kind) in &self.rules.observables {
            let rule = match kind {
                KindRule::Fixed(rule) => Some(*rule),
                KindRule::Column(kind) => {
                    let name = kind.one(row, &self.reading);
                    name.and_then(|name| Rule::new(&name.to_lowercase()))
                }
            };
            let Some(rule) = rule else {
                continue;
            };
            for text in column.all(row, &self.reading).iter().take(OBSERVABLES) {
                if let Ok((observable, _)) = rule.observable(text.trim())
                    && !found.contains(&observable)
                {
                    found.push(observable);
                }
            }
        }
        found.truncate(OBSERVABLES);
        found
    }
}

/// Whether the column is there as something with parts.
fn has_parts(column: &Text, row: &Value) -> bool {
    let is_table = |piece: &Piece<'_>| {
        matches!(piece, Piece::Value(Value::Object(_)))
            || matches!(piece, Piece::Value(Value::Array(list)) if !list.is_empty())
    };
    column.pieces(row).iter().any(is_table)
}

pub(super) fn offset(text: Option<&str>) -> Result<Offset, Wrong> {
    let Some(text) = text else {
        return Ok(Offset::UTC);
    };
    time::offset(text).ok_or_else(|| {
        Wrong::new(
            "item.utc_offset",
            format!("`{text}` is no offset such as `+09:00`"),
        )
    })
}

/// A BCP 47 tag, or none.
fn language(text: &str) -> Option<String> {
    let tag = text.trim().replace('_', "-");
    let is_tag = (2..=35).contains(&tag.len())
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && tag.starts_with(|c: char| c.is_ascii_alphabetic());
    is_tag.then_some(tag)
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
