//! A post as HTML.
//!
//! For a text of n bytes the markup is at most [`GROWTH`] × (n + 100,000) bytes, plus what `show` gives: what a
//! link repeats of its definition is limited by the parser to n or 100,000 bytes together, and rows of a table are
//! filled up with at most n empty cells. Marks nest at most [`DEPTH`] deep; what is deeper is shown without them.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use noroshi_indicator::extract::{Found, extract};
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd};

use super::links::{harmless, is_local};
use super::reader::{Part, Place, Reader};
use super::segments::{Mark, Segment, Segments};
use super::show::{CLOSE, OPEN, push_escaped, push_shown};
use super::{Piece, gate};
use crate::visible::visible;

/// How deep elements nest. Browsers give up at some hundred.
const DEPTH: usize = 40;

/// The most bytes of markup for a byte of text.
#[cfg(test)]
const GROWTH: usize = 24;

/// The text as safe HTML.
///
/// `show` gives the HTML of each piece, in order; it is ours and trusted, and no text can pass for it. `None` leaves
/// the piece as text. Nothing outside is ever a link that can be followed: where one led is shown behind its text,
/// as a piece or defanged. Links to pages of ours stay links, and nothing inside them is a piece. There are no
/// `id`s, so that any number of posts may stand on one page.
pub fn html(text: &str, show: impl FnMut(Piece<'_>) -> Option<String>) -> String {
    let found = extract(text);
    let mut reader = Reader::new(text);
    let definitions = std::mem::take(&mut reader.definitions);
    let mut writer = Writer::new(text, &found, definitions, show);
    for part in reader {
        writer.part(part);
    }
    let (markup, pieces) = writer.finish();
    fill(&gate::pass(&markup), &pieces)
}

/// Puts the pieces where their numbers stand.
pub(super) fn fill(markup: &str, pieces: &[String]) -> String {
    let mut parts = markup.split(OPEN);
    let mut html = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once(CLOSE).unwrap_or_default();
        let piece = number
            .parse()
            .ok()
            .and_then(|number: usize| pieces.get(number));
        html.push_str(piece.map_or("", String::as_str));
        html.push_str(rest);
    }
    html
}

/// What is to be done where an element ends.
enum Open<'a> {
    Element(&'static str),
    Link(Link<'a>),
    /// A footnote, with what was written before it.
    Note(usize, String),
}

/// A link or an image whose text is being written.
struct Link<'a> {
    destination: CowStr<'a>,
    form: LinkType,
    /// Whether it is an element, because it leads to a page of ours.
    live: bool,
    /// How much was written before its text.
    written: usize,
}

struct Writer<'a, S> {
    text: &'a str,
    found: &'a [Found<'a>],
    definitions: HashMap<String, usize>,
    show: S,
    pieces: Vec<String>,
    out: String,
    open: Vec<Open<'a>>,
    /// Inside a link to a page of ours.
    live: bool,
    in_head: bool,
    /// Empty cells that may still be written.
    cells: usize,
    /// Where reading has come to.
    read: usize,
    /// The observable that was met last in running text, and whether it is a piece.
    met: Option<(usize, bool)>,
    /// Footnotes are numbered as they appear.
    numbers: HashMap<CowStr<'a>, usize>,
    notes: BTreeMap<usize, String>,
}

impl<'a, S: FnMut(Piece<'_>) -> Option<String>> Writer<'a, S> {
    fn new(
        text: &'a str,
        found: &'a [Found<'a>],
        definitions: HashMap<String, usize>,
        show: S,
    ) -> Self {
        Self {
            text,
            found,
            definitions,
            show,
            pieces: Vec::new(),
            out: String::with_capacity(text.len() + text.len() / 2),
            open: Vec::new(),
            live: false,
            in_head: false,
            cells: text.len(),
            read: 0,
            met: None,
            numbers: HashMap::new(),
            notes: BTreeMap::new(),
        }
    }

    /// The markup, and the pieces that belong into it.
    fn finish(mut self) -> (String, Vec<String>) {
        if !self.notes.is_empty() {
            self.out.push_str("<ol class=\"footnotes\">");
            for note in self.notes.values() {
                self.out.push_str("<li>");
                self.out.push_str(note);
                self.out.push_str("</li>");
            }
            self.out.push_str("</ol>");
        }
        (self.out, self.pieces)
    }

    fn part(&mut self, part: Part<'a>) {
        match part {
            Part::Run { at, place, before } => self.run(at, place, before),
            Part::Spelled { text, at } => {
                if !self.is_in_piece(at.start) {
                    self.push_text(&text);
                }
                self.read = at.end;
            }
            Part::Code {
                text,
                inner,
                place,
                at,
            } => {
                self.out.push_str("<code>");
                match inner {
                    Some(inner) => self.run(inner, place, None),
                    None => self.push_text(&text),
                }
                self.out.push_str("</code>");
                self.read = at.end;
            }
            Part::Event(Event::Start(tag), at) => self.start(tag, &at),
            Part::Event(Event::End(tag), at) => self.end(tag, &at),
            Part::Event(event, at) => {
                self.event(event);
                self.read = at.end;
            }
        }
    }

    fn event(&mut self, event: Event<'a>) {
        match event {
            Event::SoftBreak | Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::FootnoteReference(label) => {
                let number = self.number(label);
                self.out.push_str(&format!("<sup>{number}</sup>"));
            }
            _ => {}
        }
    }

    fn number(&mut self, label: CowStr<'a>) -> usize {
        let next = self.numbers.len() + 1;
        *self.numbers.entry(label).or_insert(next)
    }

    fn start(&mut self, tag: Tag<'a>, at: &Range<usize>) {
        let deep = self.open.len() >= DEPTH;
        match tag {
            Tag::Link {
                link_type,
                dest_url,
                ..
            }
            | Tag::Image {
                link_type,
                dest_url,
                ..
            } => {
                self.read = at.start;
                self.start_link(link_type, dest_url, deep);
            }
            Tag::FootnoteDefinition(label) => {
                let number = self.number(label);
                let before = std::mem::take(&mut self.out);
                self.open.push(Open::Note(number, before));
            }
            Tag::List(Some(first)) if first != 1 && !deep => {
                self.out.push_str(&format!("<ol start=\"{first}\">"));
                self.open.push(Open::Element("</ol>\n"));
            }
            tag => self.start_element(&tag, at, deep),
        }
    }

    fn start_element(&mut self, tag: &Tag<'_>, at: &Range<usize>, deep: bool) {
        let (mut start, mut end) = elements(tag, self.in_head);
        match tag {
            Tag::TableHead => self.in_head = true,
            // A cell that the row lacks.
            Tag::TableCell if at.is_empty() => match self.cells.checked_sub(1) {
                Some(left) => self.cells = left,
                None => (start, end) = ("", ""),
            },
            _ => {}
        }
        if deep {
            (start, end) = ("", if end.ends_with('\n') { "\n" } else { "" });
        }
        self.out.push_str(start);
        self.open.push(Open::Element(end));
    }

    fn start_link(&mut self, form: LinkType, destination: CowStr<'a>, deep: bool) {
        let live = !deep && !self.live && is_local(&destination);
        if live {
            self.live = true;
            self.out.push_str("<a href=\"");
            push_escaped(&destination, &mut self.out);
            self.out.push_str("\">");
        }
        self.open.push(Open::Link(Link {
            destination,
            form,
            live,
            written: self.out.len(),
        }));
    }

    fn end(&mut self, tag: TagEnd, at: &Range<usize>) {
        match self.open.pop() {
            Some(Open::Element(end)) => self.out.push_str(end),
            Some(Open::Link(link)) => self.end_link(&link, at),
            Some(Open::Note(number, before)) => {
                let note = std::mem::replace(&mut self.out, before);
                self.notes.entry(number).or_default().push_str(&note);
            }
            None => {}
        }
        if tag == TagEnd::TableHead {
            self.in_head = false;
        }
        self.read = at.end;
    }

    fn end_link(&mut self, link: &Link<'a>, at: &Range<usize>) {
        let empty = self.out.len() == link.written;
        if link.live {
            if empty {
                self.push_text(&link.destination);
            }
            self.out.push_str("</a>");
            self.live = false;
            return;
        }
        let destination = &*link.destination;
        let says_it = matches!(link.form, LinkType::Autolink | LinkType::Email);
        if !says_it && !destination.is_empty() && !is_local(destination) {
            self.destination(link, at);
        }
    }

    /// Shows where a link leads.
    fn destination(&mut self, link: &Link<'a>, at: &Range<usize>) {
        let destination = &*link.destination;
        let tail = self.text.get(self.read..at.end).unwrap_or_default();
        let start = match link.form {
            LinkType::Inline => tail.find(destination).map(|found| self.read + found),
            _ => self.definitions.get(destination).copied(),
        };
        let segments: Vec<Segment> = match start {
            Some(start) if !self.live => {
                let place = start..start + destination.len();
                Segments::new(self.text, self.found, place, Place::Verbatim, None).collect()
            }
            _ => Vec::new(),
        };
        if let [Segment::Found(number, _)] = *segments
            && self.has_just_met(number, at)
        {
            return;
        }
        if self.out.len() > link.written {
            self.out.push(' ');
        }
        if !segments
            .iter()
            .any(|segment| matches!(segment, Segment::Found(..)))
        {
            self.push_value(&harmless(destination));
            return;
        }
        for segment in segments {
            match segment {
                Segment::Found(number, _) => self.target(number),
                Segment::Text(at) | Segment::Mark(Mark { at, .. }) => {
                    self.push_value(&visible(self.text.get(at).unwrap_or_default()));
                }
            }
        }
    }

    /// Whether the text of the link ended with the same observable.
    fn has_just_met(&self, number: usize, link: &Range<usize>) -> bool {
        let met = self.met.and_then(|(met, _)| self.found.get(met));
        let one = self.found.get(number);
        met.zip(one).is_some_and(|(met, one)| {
            met.start >= link.start && met.end <= link.end && met.observable == one.observable
        })
    }

    /// The observable that a link leads to.
    fn target(&mut self, number: usize) {
        let Some(found) = self.found.get(number) else {
            return;
        };
        match (self.show)(Piece::Observable(found)) {
            Some(piece) => self.push_piece(piece),
            None => self.push_value(&visible(&found.observable.defanged())),
        }
    }

    fn run(&mut self, at: Range<usize>, place: Place, before: Option<char>) {
        self.read = at.end;
        for segment in Segments::new(self.text, self.found, at, place, before) {
            match segment {
                Segment::Text(at) => self.push_text(self.text.get(at).unwrap_or_default()),
                Segment::Mark(mark) => self.mark(&mark),
                Segment::Found(number, at) => self.observable(number, at),
            }
        }
    }

    fn mark(&mut self, mark: &Mark) {
        let name = self.text.get(mark.name.clone()).unwrap_or_default();
        let piece = match mark.is_tag {
            true => Piece::Tag(name),
            false => Piece::Account(name),
        };
        match (self.show)(piece) {
            Some(piece) => self.push_piece(piece),
            None => self.push_text(self.text.get(mark.at.clone()).unwrap_or_default()),
        }
    }

    /// An observable in running text, or a further part of one: marks of Markdown may stand inside it.
    fn observable(&mut self, number: usize, at: Range<usize>) {
        let is_piece = match self.met {
            Some((met, is_piece)) if met == number => is_piece,
            _ => {
                let found = self.found.get(number);
                let piece = found.and_then(|found| (self.show)(Piece::Observable(found)));
                let is_piece = piece.is_some();
                if let Some(piece) = piece {
                    self.push_piece(piece);
                }
                is_piece
            }
        };
        self.met = Some((number, is_piece));
        if !is_piece {
            self.push_text(self.text.get(at).unwrap_or_default());
        }
    }

    /// Whether a piece already stands for what is at that place.
    fn is_in_piece(&self, at: usize) -> bool {
        let met = self.met.filter(|(_, is_piece)| *is_piece);
        let found = met.and_then(|(number, _)| self.found.get(number));
        found.is_some_and(|found| (found.start..found.end).contains(&at))
    }

    fn push_text(&mut self, text: &str) {
        let mut shown = String::with_capacity(text.len());
        push_shown(text, &mut shown);
        push_escaped(&shown, &mut self.out);
    }

    fn push_value(&mut self, value: &str) {
        self.out.push_str("<span class=\"value\">");
        push_escaped(value, &mut self.out);
        self.out.push_str("</span>");
    }

    fn push_piece(&mut self, piece: String) {
        self.out
            .push_str(&format!("{OPEN}{}{CLOSE}", self.pieces.len()));
        self.pieces.push(piece);
    }
}

/// What is written where an element begins and ends.
fn elements(tag: &Tag<'_>, in_head: bool) -> (&'static str, &'static str) {
    match tag {
        Tag::Paragraph => ("<p>", "</p>\n"),
        Tag::Heading { level, .. } => heading(*level),
        Tag::BlockQuote(_) => ("<blockquote>", "</blockquote>\n"),
        Tag::CodeBlock(_) => ("<pre><code>", "</code></pre>\n"),
        Tag::List(Some(_)) => ("<ol>", "</ol>\n"),
        Tag::List(None) => ("<ul>", "</ul>\n"),
        Tag::Item => ("<li>", "</li>\n"),
        Tag::Table(_) => ("<table>", "</tbody></table>\n"),
        Tag::TableHead => ("<thead><tr>", "</tr></thead><tbody>\n"),
        Tag::TableRow => ("<tr>", "</tr>\n"),
        Tag::TableCell if in_head => ("<th>", "</th>"),
        Tag::TableCell => ("<td>", "</td>"),
        Tag::Emphasis => ("<em>", "</em>"),
        Tag::Strong => ("<strong>", "</strong>"),
        Tag::Strikethrough => ("<del>", "</del>"),
        _ => ("", ""),
    }
}

/// The page around has headings of its own.
fn heading(level: HeadingLevel) -> (&'static str, &'static str) {
    match level {
        HeadingLevel::H1 => ("<h3>", "</h3>\n"),
        HeadingLevel::H2 => ("<h4>", "</h4>\n"),
        HeadingLevel::H3 => ("<h5>", "</h5>\n"),
        _ => ("<h6>", "</h6>\n"),
    }
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
