//! From a row's columns to a listing. Columns are resolved to places once, so that a row costs no lookups by name.

use std::collections::VecDeque;
use std::str::FromStr;

use jiff::tz::Offset;
use noroshi_exchange::{BadRow, Column, RawRow};
use noroshi_indicator::{Kind, Observable};
use noroshi_store::NewListing;
use xxhash_rust::xxh3::xxh3_64;

use super::error::Wrong;
use super::fields::{ColumnText, Constant, Fields, KindText, TagText};
use super::template::{Columns, Template};
use super::{clean, time};

/// Separates the columns of a row id before it is hashed.
const ITEM_SEPARATOR: char = '\u{1f}';

/// A listing, or why there is none.
pub(super) type Listed = Result<NewListing, BadRow>;

/// What a value is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Found out from the value.
    Auto,
    /// An address or a network.
    Ip,
    Kind(Kind),
}

impl Rule {
    pub(super) fn new(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "ip" => Some(Self::Ip),
            _ => Kind::from_str(name).ok().map(Self::Kind),
        }
    }

    /// The observable, and the port that was written behind it.
    pub(super) fn observable(self, text: &str) -> Result<(Observable, Option<u16>), String> {
        let kind = match self {
            Self::Auto => {
                let found = Observable::detect(text).map_err(|error| error.to_string())?;
                return Ok((found.observable, found.port));
            }
            Self::Ip if text.contains('/') => Kind::Cidr,
            Self::Ip if text.contains(':') => Kind::Ipv6,
            Self::Ip => Kind::Ipv4,
            Self::Kind(kind) => kind,
        };
        Observable::parse(kind, text)
            .map(|observable| (observable, None))
            .map_err(|error| error.to_string())
    }
}

#[derive(Debug)]
enum KindRule {
    Fixed(Rule),
    Column {
        text: Template,
        map: Vec<(String, Rule)>,
        default: Option<Rule>,
    },
}

#[derive(Debug)]
enum TagRule {
    All(Template),
    Mapped(Template, Vec<(String, String)>),
}

/// The `[fields]` and `[constant]` tables of a recipe, ready for rows.
#[derive(Debug, Default)]
pub(super) struct Mapping {
    columns: Vec<Column>,
    required: Vec<usize>,
    rules: Option<Rules>,
}

#[derive(Debug)]
struct Rules {
    value: Template,
    kind: KindRule,
    item: Vec<Template>,
    first_seen: Option<Template>,
    last_seen: Option<Template>,
    port: Option<Template>,
    family: Option<Template>,
    family_until: Option<String>,
    tags: Vec<TagRule>,
    tag_separator: String,
    note: Option<Template>,
    confidence: Option<Template>,
    reference: Option<Template>,
    also: Vec<(Template, Rule)>,
    empty: Vec<String>,
    offset: Offset,
    constant: Constant,
}

impl Mapping {
    pub(super) fn new(fields: &Fields, constant: &Constant) -> Result<Self, Wrong> {
        let mut columns = Columns::default();
        let mut one = |key: &str, text: &ColumnText| {
            Template::new(text, &mut columns)
                .map_err(|why| Wrong::new(format!("fields.{key}"), why))
        };
        let rule = |key: &str, name: &str| {
            let why = format!("`{name}` is no kind of observable, nor `ip` or `auto`");
            Rule::new(name).ok_or_else(|| Wrong::new(format!("fields.{key}"), why))
        };
        let value = one("value", &fields.value)?;
        let mut required: Vec<usize> = value.places().collect();
        let kind = match &fields.kind {
            KindText::Fixed(name) => KindRule::Fixed(rule("kind", name)?),
            KindText::Column(column) => {
                let text = one("kind", &column.column)?;
                let map = column
                    .map
                    .iter()
                    .map(|(from, to)| Ok((from.to_lowercase(), rule("kind", to)?)));
                let default = column
                    .default
                    .as_deref()
                    .map(|name| rule("kind", name))
                    .transpose()?;
                if default.is_none() {
                    required.extend(text.places());
                }
                KindRule::Column {
                    text,
                    map: map.collect::<Result<_, Wrong>>()?,
                    default,
                }
            }
        };
        let tags = fields.tags.iter().map(|tag| match tag {
            TagText::Column(column) => one("tags", column).map(TagRule::All),
            TagText::Mapped(tag) => {
                let map = tag
                    .map
                    .iter()
                    .map(|(from, to)| (from.to_lowercase(), to.clone()))
                    .collect();
                one("tags", &tag.column).map(|text| TagRule::Mapped(text, map))
            }
        });
        let tags = tags.collect::<Result<_, _>>()?;
        let item = fields
            .item
            .iter()
            .map(|column| one("item", column))
            .collect::<Result<_, _>>()?;
        let also = fields.also.iter().map(|(column, kind)| {
            Ok((
                one("also", &ColumnText(column.clone()))?,
                rule("also", kind)?,
            ))
        });
        let also = also.collect::<Result<_, Wrong>>()?;
        let mut maybe = |key: &str, text: &Option<ColumnText>| {
            text.as_ref().map(|text| one(key, text)).transpose()
        };
        let rules = Rules {
            value,
            kind,
            item,
            first_seen: maybe("first_seen", &fields.first_seen)?,
            last_seen: maybe("last_seen", &fields.last_seen)?,
            port: maybe("port", &fields.port)?,
            family: maybe("family", &fields.family)?,
            family_until: fields.family_until.clone().filter(|end| !end.is_empty()),
            tags,
            tag_separator: fields
                .tag_separator
                .clone()
                .unwrap_or_else(|| ",".to_owned()),
            note: maybe("note", &fields.note)?,
            confidence: maybe("confidence", &fields.confidence)?,
            reference: maybe("reference", &fields.reference)?,
            also,
            empty: fields.empty.clone(),
            offset: match &fields.utc_offset {
                None => Offset::UTC,
                Some(text) => time::offset(text).ok_or_else(|| {
                    Wrong::new(
                        "fields.utc_offset",
                        format!("`{text}` is no offset such as `+09:00`"),
                    )
                })?,
            },
            constant: constant.clone(),
        };
        Ok(Self {
            columns: columns.0,
            required,
            rules: Some(rules),
        })
    }

    /// The columns that a row has to have, for [`noroshi_exchange::rows`].
    pub(super) fn columns(&self) -> (&[Column], &[usize]) {
        (&self.columns, &self.required)
    }

    /// Adds the listings of one row to `out`: one, and one more for each further observable in it. False if the row has
    /// no value that can be used.
    pub(super) fn listings(
        &self,
        row: &RawRow,
        scratch: &mut String,
        out: &mut VecDeque<Listed>,
    ) -> bool {
        self.rules
            .as_ref()
            .is_some_and(|rules| rules.listings(row, scratch, out))
    }
}

impl Rules {
    fn listings(&self, row: &RawRow, scratch: &mut String, out: &mut VecDeque<Listed>) -> bool {
        let main = match self.observable(row, scratch) {
            Ok(found) => found,
            Err(reason) => {
                out.push_back(Err(BadRow::new(row.line(), reason, row.shown().as_bytes())));
                return false;
            }
        };
        let listing = self.listing(row, scratch, main.0, main.1);
        for (template, rule) in &self.also {
            let Some(text) = template.text(row, &self.empty, false, scratch) else {
                continue;
            };
            let further = match sound(text).and_then(|text| rule.observable(text)) {
                Ok((observable, _)) => Ok(NewListing {
                    observable,
                    port: None,
                    ..listing.clone()
                }),
                Err(reason) => Err(BadRow::new(row.line(), reason, text.as_bytes())),
            };
            out.push_back(further);
        }
        out.push_back(Ok(listing));
        true
    }

    fn observable(
        &self,
        row: &RawRow,
        scratch: &mut String,
    ) -> Result<(Observable, Option<u16>), String> {
        let rule = match &self.kind {
            KindRule::Fixed(rule) => *rule,
            KindRule::Column { text, map, default } => {
                match (text.text(row, &self.empty, false, scratch), default) {
                    (Some(name), _) => {
                        let name = name.to_lowercase();
                        let mapped = map
                            .iter()
                            .find(|(from, _)| *from == name)
                            .map(|(_, rule)| *rule);
                        mapped
                            .or_else(|| Rule::new(&name))
                            .ok_or_else(|| format!("`{name}` is no known kind"))?
                    }
                    (None, Some(default)) => *default,
                    (None, None) => return Err("the row does not say its kind".into()),
                }
            }
        };
        let text = self
            .value
            .text(row, &self.empty, false, scratch)
            .ok_or("the row has no value")?;
        rule.observable(sound(text)?)
    }

    fn listing(
        &self,
        row: &RawRow,
        scratch: &mut String,
        observable: Observable,
        found_port: Option<u16>,
    ) -> NewListing {
        let mut field = |template: &Option<Template>, read: &mut dyn FnMut(&str)| {
            if let Some(text) = template
                .as_ref()
                .and_then(|t| t.text(row, &self.empty, false, scratch))
            {
                read(text);
            }
        };
        let (mut first_seen, mut last_seen, mut port, mut family, mut confidence, mut reference) =
            (None, None, None, None, None, None);
        field(&self.first_seen, &mut |text| {
            first_seen = time::micros(text, self.offset)
        });
        field(&self.last_seen, &mut |text| {
            last_seen = time::micros(text, self.offset)
        });
        field(&self.port, &mut |text| {
            port = text.parse().ok().filter(|port| *port != 0)
        });
        field(&self.family, &mut |text| {
            let end = self
                .family_until
                .as_ref()
                .and_then(|end| text.find(end.as_str()));
            family = clean::text(
                end.and_then(|end| text.get(..end)).unwrap_or(text),
                clean::NAME_CHARS,
            );
        });
        field(&self.confidence, &mut |text| confidence = percent(text));
        field(&self.reference, &mut |text| {
            reference = clean::reference(text)
        });
        let note = self
            .note
            .as_ref()
            .and_then(|template| template.text(row, &self.empty, true, scratch));
        let note = note.and_then(|text| clean::text(text, clean::NOTE_CHARS));
        NewListing {
            observable,
            item: self.item(row, scratch),
            first_seen,
            last_seen,
            port: port.or(found_port),
            family: family.or_else(|| self.constant.family.clone()),
            tags: self.tags(row, scratch),
            note,
            confidence: confidence.or(self.constant.confidence),
            reference: reference.or_else(|| self.constant.reference.clone()),
        }
    }

    /// The hash of the row's own id; 0 where it has none.
    fn item(&self, row: &RawRow, scratch: &mut String) -> i64 {
        if self.item.is_empty() {
            return 0;
        }
        let mut id = String::new();
        let mut any = false;
        for (n, template) in self.item.iter().enumerate() {
            if n > 0 {
                id.push(ITEM_SEPARATOR);
            }
            if let Some(text) = template.text(row, &self.empty, false, scratch) {
                any = true;
                id.push_str(text);
            }
        }
        if !any {
            return 0;
        }
        match xxh3_64(id.as_bytes()).cast_signed() {
            0 => 1,
            hash => hash,
        }
    }

    fn tags(&self, row: &RawRow, scratch: &mut String) -> Vec<String> {
        let mut tags = self.constant.tags.clone();
        for rule in &self.tags {
            match rule {
                TagRule::All(template) => {
                    if let Some(text) = template.text(row, &self.empty, false, scratch) {
                        clean::add_tags(&mut tags, text, &self.tag_separator);
                    }
                }
                TagRule::Mapped(template, map) => {
                    let text = template
                        .text(row, &self.empty, false, scratch)
                        .map(str::to_lowercase);
                    tags.extend(
                        map.iter()
                            .find(|(from, _)| Some(from) == text.as_ref())
                            .map(|(_, tag)| tag.clone()),
                    );
                }
            }
        }
        if tags.len() > 1 {
            clean::finish_tags(&mut tags);
        }
        tags
    }
}

/// Refuses a value some of whose bytes could not be read: it would be another value.
fn sound(text: &str) -> Result<&str, String> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err("the value has bytes that are no text in the body's encoding".into());
    }
    Ok(text)
}

/// A confidence of 0 to 100, with or without a fraction or `%`.
fn percent(text: &str) -> Option<u8> {
    let whole = text.trim_end_matches('%').split('.').next()?;
    whole.trim().parse().ok().filter(|percent| *percent <= 100)
}
