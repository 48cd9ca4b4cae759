//! A post's Markdown as runs of text with their places, and the structure around them.

use std::collections::{HashMap, VecDeque};
use std::iter::Peekable;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, OffsetIter, Options, Parser, Tag, TagEnd};

use super::links::is_local;

/// What counts as more than text at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Tags, mentions and observables.
    Prose,
    /// Observables only: code, and where links lead.
    Verbatim,
    /// Nothing, because all of it is a link to a page of ours.
    Linked,
}

/// One step through a post.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// Text that stands in the post letter by letter, and the character that it follows.
    Run {
        at: Range<usize>,
        place: Place,
        before: Option<char>,
    },
    /// Text that is spelled otherwise in the post, such as an entity.
    Spelled { text: CowStr<'a>, at: Range<usize> },
    /// A code span; with the place of its text where that stands in the post letter by letter.
    Code {
        text: CowStr<'a>,
        inner: Option<Range<usize>>,
        place: Place,
        at: Range<usize>,
    },
    /// All else; never text or code.
    Event(Event<'a>, Range<usize>),
}

/// The parts of a post, in order.
pub(super) struct Reader<'a> {
    text: &'a str,
    events: Peekable<OffsetIter<'a>>,
    /// Whether each link around the place leads to a page of ours.
    links: Vec<bool>,
    in_code: bool,
    /// What is still to come of a text that nests too deep.
    deep: VecDeque<Part<'a>>,
    /// Where the last text ended, and with what.
    last: Option<(usize, char)>,
    /// Where the destinations of reference links stand.
    pub(super) definitions: HashMap<String, usize>,
}

/// How far a line may be inset by quotes, lists and white space, in columns. The parser looks at all that is open
/// for each further line.
const MOST_INSET: usize = 200;

/// Whether a text nests so deep that it is no Markdown for us: all of it is shown as code.
pub(super) fn is_too_deep(text: &str) -> bool {
    text.split(['\n', '\r'])
        .any(|line| inset(line) > MOST_INSET)
}

fn inset(line: &str) -> usize {
    let mut columns = 0;
    let mut bytes = line.bytes().peekable();
    while let Some(byte) = bytes.next() {
        columns += match (byte, bytes.peek()) {
            (b' ', _) => 1,
            (b'\t', _) => 4,
            (b'>', _) => 2,
            (b'-' | b'*' | b'+' | b'.' | b')', None | Some(b' ' | b'\t')) => 1,
            (b'0'..=b'9', Some(b'0'..=b'9' | b'.' | b')')) => 1,
            _ => break,
        };
    }
    columns
}

/// The Markdown of posts.
pub(super) fn parser(text: &str) -> Parser<'_> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
    Parser::new_ext(text, options)
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        match is_too_deep(text) {
            false => Self::of_markdown(text),
            true => Self {
                deep: as_code(text),
                ..Self::of_markdown("")
            },
        }
    }

    fn of_markdown(text: &'a str) -> Self {
        let parser = parser(text);
        let mut definitions: HashMap<String, usize> = HashMap::new();
        for (_, definition) in parser.reference_definitions().iter() {
            let span = text.get(definition.span.clone()).unwrap_or_default();
            // Behind the label, which may hold the same text.
            let behind = span.find("]:").unwrap_or_default();
            if let Some(found) = span
                .get(behind..)
                .and_then(|rest| rest.find(&*definition.dest))
            {
                let start = definition.span.start + behind + found;
                let first = definitions
                    .entry(definition.dest.to_string())
                    .or_insert(start);
                *first = start.min(*first);
            }
        }
        Self {
            text,
            events: parser.into_offset_iter().peekable(),
            links: Vec::new(),
            in_code: false,
            deep: VecDeque::new(),
            last: None,
            definitions,
        }
    }

    fn place(&self) -> Place {
        if self.linked() {
            Place::Linked
        } else if self.in_code {
            Place::Verbatim
        } else {
            Place::Prose
        }
    }

    /// Whether a link to a page of ours is around. The outermost of them is the one that is shown.
    fn linked(&self) -> bool {
        self.links.last().copied().unwrap_or_default()
    }

    fn enter(&mut self, event: &Event<'a>) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let linked = self.linked() || is_local(dest_url);
                self.links.push(linked);
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                self.links.pop();
            }
            Event::Start(Tag::CodeBlock(_)) => self.in_code = true,
            Event::End(TagEnd::CodeBlock) => self.in_code = false,
            _ => {}
        }
    }

    /// The run that begins with a text event: the parser cuts text wherever a mark of Markdown might have stood.
    fn run(&mut self, mut at: Range<usize>) -> Part<'a> {
        let head = self.text.get(..at.start).unwrap_or_default();
        let before = match self.last {
            Some((end, c)) if end == at.start => Some(c),
            _ => head.chars().next_back().filter(|c| *c == '\\'),
        };
        while let Some((Event::Text(text), next)) = self.events.peek() {
            if next.start != at.end || !stands(self.text, text, next) {
                break;
            }
            at.end = next.end;
            self.events.next();
        }
        let run = self.text.get(at.clone()).unwrap_or_default();
        self.last = run.chars().next_back().map(|c| (at.end, c));
        Part::Run {
            at,
            place: self.place(),
            before,
        }
    }

    fn code(&mut self, text: CowStr<'a>, at: Range<usize>) -> Part<'a> {
        let place = match self.place() {
            Place::Prose => Place::Verbatim,
            place => place,
        };
        Part::Code {
            inner: self.inside_ticks(&text, &at),
            text,
            place,
            at,
        }
    }

    /// Where the text of a code span stands, if nothing but line ends was rewritten in it.
    fn inside_ticks(&self, code: &str, at: &Range<usize>) -> Option<Range<usize>> {
        let whole = self.text.get(at.clone())?;
        let ticks = whole.len() - whole.trim_start_matches('`').len();
        let spare = (whole.len().checked_sub(2 * ticks)?).checked_sub(code.len())? / 2;
        let start = at.start + ticks + spare;
        let inner = start..start + code.len();
        let alike = |(a, b): (u8, u8)| a == b || (a == b'\n' && b == b' ');
        let bytes = self.text.get(inner.clone())?.bytes();
        bytes.zip(code.bytes()).all(alike).then_some(inner)
    }
}

/// The whole text as one block of code.
fn as_code(text: &str) -> VecDeque<Part<'_>> {
    let at = 0..text.len();
    let run = Part::Run {
        at: at.clone(),
        place: Place::Verbatim,
        before: None,
    };
    let start = Event::Start(Tag::CodeBlock(CodeBlockKind::Indented));
    let end = Event::End(TagEnd::CodeBlock);
    VecDeque::from([Part::Event(start, at.clone()), run, Part::Event(end, at)])
}

/// Whether the post reads there as it is shown.
fn stands(post: &str, text: &str, at: &Range<usize>) -> bool {
    post.get(at.clone()) == Some(text)
}

impl<'a> Iterator for Reader<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        if let Some(part) = self.deep.pop_front() {
            return Some(part);
        }
        let (event, at) = self.events.next()?;
        Some(match event {
            Event::Text(text) if stands(self.text, &text, &at) => self.run(at),
            Event::Text(text) => {
                self.last = text.chars().next_back().map(|c| (at.end, c));
                Part::Spelled { text, at }
            }
            Event::Code(text) => self.code(text, at),
            event => {
                self.enter(&event);
                Part::Event(event, at)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_deep_a_text_nests() {
        for (line, columns) in [
            ("", 0),
            ("a - b", 0),
            ("> > a", 6),
            (">>>", 6),
            ("  - a", 4),
            ("- 12. + a", 8),
            ("\t\t* a", 10),
            ("---------", 0),
            ("- - -", 5),
            ("-a", 0),
            ("2026 年", 3),
        ] {
            assert_eq!(inset(line), columns, "{line:?}");
        }
        assert!(!is_too_deep(&format!("a\n{}a", ">".repeat(100))));
        assert!(is_too_deep(&format!("a\n{}a", ">".repeat(101))));
        assert!(is_too_deep(&format!("a\r{}a", "- ".repeat(101))));
        assert!(!is_too_deep(&"-".repeat(1_000)));
    }
}
