//! The repeated elements of an XML document, as a stream: one of them is in memory at a time.
//!
//! Read leniently, as feeds are written: unknown entities and lone `&` stay as they are, end tags that match nothing
//! are passed over. Entities that a document declares are never expanded. What breaks one element costs that element
//! where its end can be found, and else ends the body.

mod element;
mod names;
mod open;
mod source;

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::Event;

pub(crate) use element::{Element, put};
use names::Names;
use open::Open;
use source::{Metered, Place, TooLong};

use crate::{BadRow, BodyError};

/// Longest element that is read, in bytes of its text, names and attributes.
const ELEMENT_BYTES: usize = 4 << 20;
/// How deep elements around the rows may nest before the rest is passed over.
const DEPTH: usize = 64;
/// The longest text about the whole document that is kept.
const HEAD_BYTES: usize = 2 << 10;

/// Which elements are rows.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// Those of a feed: `item` and `entry`.
    Feed,
    /// Those at the end of this path of names.
    Path(Vec<String>),
}

impl Target {
    fn is_row(&self, open: &[Outer], name: &str) -> bool {
        match self {
            Self::Feed => {
                let parent = open.last().map(|outer| outer.name.as_str());
                match name {
                    "item" => matches!(parent, Some("channel" | "rdf:RDF" | "rss" | "items")),
                    "entry" => parent == Some("feed"),
                    _ => false,
                }
            }
            Self::Path(path) => {
                let Some((last, above)) = path.split_last() else {
                    return false;
                };
                let names = open.iter().rev().map(|outer| &outer.name);
                last == name
                    && above.len() <= open.len()
                    && above.iter().rev().zip(names).all(|(a, b)| a == b)
            }
        }
    }
}

/// An element around the rows.
struct Outer {
    raw: String,
    name: String,
}

/// What a document says of itself before its rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// Name of the root.
    pub(crate) root: String,
    /// Language of the whole.
    pub(crate) language: Option<String>,
    /// Page of the whole.
    pub(crate) link: Option<String>,
    /// The document is an answer that says of itself how it went, so no row in it means that there are none.
    pub(crate) is_answer: bool,
}

/// A row.
pub(crate) struct Found {
    pub(crate) element: Element,
    pub(crate) line: u64,
    pub(crate) lines: u64,
}

pub(crate) struct Xml<B> {
    reader: Option<Reader<Metered<B>>>,
    buffer: Vec<u8>,
    names: Names,
    outer: Vec<Outer>,
    /// Elements that are open beyond [`DEPTH`].
    deeper: usize,
    target: Target,
    pub(crate) head: Head,
    error: Option<BodyError>,
}

impl<B: BufRead> Xml<B> {
    pub(crate) fn new(input: B, target: Target) -> Self {
        Self {
            reader: Some(reader(Metered::new(input))),
            buffer: Vec::new(),
            names: Names::default(),
            outer: Vec::new(),
            deeper: 0,
            target,
            head: Head::default(),
            error: None,
        }
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.error.as_ref()
    }

    /// The next row; none at the end of the document, be it sound or not.
    pub(crate) fn next(&mut self) -> Option<Result<Found, BadRow>> {
        loop {
            if self.error.is_some() {
                return None;
            }
            let place = self.place();
            match self.event() {
                Ok(Step::Nothing) => {}
                Ok(Step::Row(row)) => return Some(self.row(*row, place)),
                Ok(Step::End) if self.head.root.is_empty() => {
                    self.end("the body holds no XML");
                    return None;
                }
                Ok(Step::End) if self.outer.is_empty() => return None,
                Ok(Step::End) => {
                    let raw = self.outer.last().map_or("", |outer| outer.raw.as_str());
                    let reason = format!("the body ends before `</{raw}>`");
                    self.end(reason);
                    return None;
                }
                Err(error) => {
                    self.fail(error);
                    return None;
                }
            }
        }
    }

    /// One event outside the rows.
    fn event(&mut self) -> Result<Step, quick_xml::Error> {
        self.buffer.clear();
        let Some(reader) = &mut self.reader else {
            return Ok(Step::End);
        };
        reader.get_mut().refill();
        match reader.read_event_into(&mut self.buffer)? {
            Event::Start(start) if self.deeper > 0 || self.outer.len() >= DEPTH => {
                drop(start);
                self.deeper += 1;
            }
            Event::Start(start) => {
                let open = Open::new(&start, self.outer.len(), &mut self.names);
                if self.target.is_row(&self.outer, &open.element.name) {
                    return Ok(Step::Row(Box::new(open)));
                }
                self.begin(open);
            }
            Event::Empty(start) if self.deeper == 0 => {
                let open = Open::new(&start, self.outer.len(), &mut self.names);
                let depth = self.outer.len();
                if self.target.is_row(&self.outer, &open.element.name) {
                    let open = Open {
                        is_empty: true,
                        ..open
                    };
                    return Ok(Step::Row(Box::new(open)));
                }
                self.begin(open);
                self.outer.truncate(depth);
                self.names.leave(depth);
            }
            Event::End(_) if self.deeper > 0 => self.deeper -= 1,
            Event::End(end) => {
                let raw = end.name().0;
                if let Some(depth) = self.outer.iter().rposition(|outer| outer.raw == raw) {
                    self.outer.truncate(depth);
                    self.names.leave(depth);
                }
            }
            Event::Text(text) if self.deeper == 0 => {
                let text = text.into_inner();
                note(&mut self.head, &self.outer, &text);
            }
            Event::CData(text) if self.deeper == 0 => {
                let text = text.into_inner();
                note(&mut self.head, &self.outer, &text);
            }
            Event::Eof => return Ok(Step::End),
            _ => {}
        }
        Ok(Step::Nothing)
    }

    /// An element around the rows begins.
    fn begin(&mut self, open: Open) {
        if open.element.name == "status:Status" {
            self.answer(&open.element);
        }
        if self.outer.is_empty() && self.head.root.is_empty() {
            self.head.root.clone_from(&open.element.name);
        }
        if self.outer.len() <= 1 && self.head.language.is_none() {
            self.head.language = open.element.attribute("xml:lang").map(str::to_owned);
        }
        let is_alternate = open
            .element
            .attribute("rel")
            .is_none_or(|rel| rel == "alternate");
        if self.outer.len() == 1
            && open.element.name == "link"
            && is_alternate
            && let Some(href) = open.element.attribute("href")
        {
            self.head.link.get_or_insert_with(|| href.to_owned());
        }
        self.outer.push(Outer {
            raw: open.raw,
            name: open.element.name,
        });
    }

    /// How MyJVN says whether a request went well.
    fn answer(&mut self, status: &Element) {
        self.head.is_answer = true;
        if status.attribute("retCd").is_none_or(|code| code == "0") {
            return;
        }
        let told = |name| status.attribute(name).unwrap_or_default();
        let reason = format!("the service answers: {} {}", told("errCd"), told("errMsg"));
        self.end(reason.trim_end().to_owned());
    }

    /// Reads a row to its end.
    fn row(&mut self, open: Open, place: Place) -> Result<Found, BadRow> {
        let line = self.place().line;
        let depth = self.outer.len();
        let raw = open.raw.clone();
        let is_empty = open.is_empty;
        let mut stack = open::Stack::new(open, depth);
        let broken = match is_empty {
            true => None,
            false => self.rest_of_row(&mut stack, &raw),
        };
        self.names.leave(depth);
        let too_long = stack.bytes > ELEMENT_BYTES;
        let element = stack.finish();
        let reason = match broken {
            Some(reason) => reason,
            None if too_long => "the element is longer than 4 MB".to_owned(),
            None => {
                let lines = self.place().line - line + 1;
                return Ok(Found {
                    element,
                    line,
                    lines,
                });
            }
        };
        let shown: String = element.text().chars().take(400).collect();
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        Err(BadRow::new(place.line, reason, shown.as_bytes()))
    }

    /// Reads up to the end of the row. Answers what is wrong with it.
    fn rest_of_row(&mut self, stack: &mut open::Stack, raw: &str) -> Option<String> {
        while let Some(reader) = &mut self.reader {
            self.buffer.clear();
            reader.get_mut().refill();
            match reader.read_event_into(&mut self.buffer) {
                Ok(Event::Eof) => {
                    self.end(format!("the body ends before `</{raw}>`"));
                    return Some("the body breaks off in this row".to_owned());
                }
                Ok(event) => {
                    if stack.take(event, &mut self.names) {
                        break;
                    }
                }
                Err(error) => return Some(self.recover(error, raw)),
            }
        }
        None
    }

    /// Goes on behind a broken row, if its end can be found. Answers what was wrong with it.
    fn recover(&mut self, error: quick_xml::Error, raw: &str) -> String {
        let place = self.place();
        let reason = format!("column {} of line {}: {error}", place.column, place.line);
        if let Some(error) = outside(&error) {
            self.error = Some(error);
            return "the body breaks off in this row".to_owned();
        }
        let Some(old) = self.reader.take() else {
            return reason;
        };
        let mut input = old.into_inner();
        let mark = format!("</{raw}>");
        match input.skip_past(mark.as_bytes()) {
            Ok(true) => self.reader = Some(reader(input)),
            Ok(false) => {
                self.end_at(input.place(), format!("the body ends before `{mark}`"));
            }
            Err(error) => self.error = Some(BodyError::from_io(error)),
        }
        reason
    }

    fn fail(&mut self, error: quick_xml::Error) {
        match outside(&error) {
            Some(error) => self.error = Some(error),
            None => self.end(error.to_string()),
        }
    }

    fn end(&mut self, reason: impl Into<String>) {
        let place = self.place();
        self.end_at(place, reason);
    }

    fn end_at(&mut self, place: Place, reason: impl Into<String>) {
        self.error = Some(BodyError::Xml {
            line: place.line,
            column: place.column,
            reason: reason.into(),
        });
    }

    fn place(&mut self) -> Place {
        let reader = self.reader.as_mut();
        reader.map_or(Place { line: 1, column: 1 }, |reader| {
            reader.get_mut().place()
        })
    }
}

/// What an event comes to.
enum Step {
    Nothing,
    Row(Box<Open>),
    End,
}

/// The error of the body below, if that is what it is.
fn outside(error: &quick_xml::Error) -> Option<BodyError> {
    match error {
        quick_xml::Error::Io(error) => {
            let inner = error.get_ref();
            if inner.is_some_and(|inner| inner.is::<TooLong>()) {
                return None;
            }
            let own = inner.and_then(|inner| inner.downcast_ref::<BodyError>());
            Some(
                own.cloned()
                    .unwrap_or_else(|| BodyError::Read(error.to_string())),
            )
        }
        _ => None,
    }
}

fn reader<B: BufRead>(input: Metered<B>) -> Reader<Metered<B>> {
    let mut reader = Reader::from_reader(input);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    reader
}

/// Keeps what the channel says of itself.
fn note(head: &mut Head, outer: &[Outer], text: &str) {
    let Some((last, above)) = outer.split_last() else {
        return;
    };
    let is_own = matches!(
        above.last().map(|outer| outer.name.as_str()),
        Some("channel" | "feed")
    );
    let text = text.trim();
    if !is_own || text.is_empty() || text.len() > HEAD_BYTES {
        return;
    }
    match last.name.as_str() {
        "language" | "dc:language" => head.language = Some(text.to_owned()),
        "link" => {
            head.link.get_or_insert_with(|| text.to_owned());
        }
        _ => {}
    }
}
