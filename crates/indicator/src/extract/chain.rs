//! Labels with dots between them, in whatever spelling: the raw form of names, and of much else.

use std::fmt::Write as _;

use crate::prose::spaceless;
use crate::refang::mark::{self, Mark, narrow};

/// Labels read at most; longer runs are consumed and are nothing.
const MOST_LABELS: usize = 127;
/// Bytes of live text kept at most.
const MOST_BYTES: usize = 1_024;

/// The dot in front of a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dot {
    /// The first label has none.
    None,
    Plain,
    /// Brackets, a backslash, a word.
    Defanged,
    /// A full-width or ideographic full stop, which may also end a sentence.
    Wide,
    /// The katakana middle dot, which may also stand between two names.
    Middle,
    /// A comma, in a URL only.
    Comma,
}

#[derive(Clone, Copy, Debug)]
struct Label {
    start: usize,
    end: usize,
    /// End in the live text.
    live_end: usize,
    dot: Dot,
}

/// How labels are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Anywhere in prose: a label is of one kind of script, so that text without spaces ends it.
    Prose,
    /// After a scheme: labels mix scripts, and a comma may stand for a dot.
    Url,
    /// After a scheme and a space, as mail gateways write: spaces around dots count for nothing.
    SpacedUrl,
}

/// A run of labels, and its live spelling.
#[derive(Debug, Default)]
pub(super) struct Chain {
    labels: Vec<Label>,
    live: String,
    foreign: bool,
    overlong: bool,
    /// Whether there is a plain or a defanged dot.
    dotted: bool,
    /// Where the last label begins, kept or not.
    last_start: usize,
    /// Bytes read in all, to prove that no text is read over and over.
    #[cfg(test)]
    pub(super) consumed: usize,
}

impl Chain {
    /// Reads the chain that begins at an offset.
    pub(super) fn read(&mut self, text: &str, at: usize) {
        self.read_as(text, at, Mode::Prose);
    }

    pub(super) fn read_as(&mut self, text: &str, at: usize, mode: Mode) {
        self.labels.clear();
        self.live.clear();
        self.foreign = false;
        self.overlong = false;
        self.dotted = false;
        let mut next = self.push(text, at, Dot::None, mode);
        while let Some(end) = next {
            #[cfg(test)]
            {
                self.consumed += end - self.last_start;
            }
            next = self
                .dot(text, end, mode)
                .and_then(|(start, dot)| self.push(text, start, dot, mode));
        }
    }

    /// Reads one label and answers with its end.
    fn push(&mut self, text: &str, start: usize, dot: Dot, mode: Mode) -> Option<usize> {
        let room = self.labels.len() < MOST_LABELS && self.live.len() < MOST_BYTES;
        self.overlong |= !room;
        self.dotted |= matches!(dot, Dot::Plain | Dot::Defanged);
        let mark = self.live.len();
        if dot != Dot::None && room {
            self.live.push('.');
        }
        let before = self.live.len();
        let end = self.label(text, start, mode, room);
        if end == start {
            self.live.truncate(mark);
            return None;
        }
        self.last_start = start;
        if room && self.live.len() > before {
            self.labels.push(Label {
                start,
                end,
                live_end: self.live.len(),
                dot,
            });
        } else if let Some(last) = self.labels.last_mut() {
            last.end = end;
        }
        Some(end)
    }

    fn label(&mut self, text: &str, start: usize, mode: Mode, keep: bool) -> usize {
        let bytes = text.as_bytes();
        let mut end = start;
        let mut tied = None;
        loop {
            let run = end;
            while bytes
                .get(end)
                .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            {
                end += 1;
            }
            if end > run {
                if mode == Mode::Prose && tied == Some(true) {
                    return run;
                }
                tied = Some(false);
                if keep {
                    self.live.push_str(&text[run..end]);
                }
            }
            match bytes.get(end) {
                Some(b'[') if end > start => match mark::hyphen(text, end) {
                    Some(len) => {
                        end += len;
                        self.foreign = true;
                        if keep {
                            self.live.push('-');
                        }
                    }
                    None => return end,
                },
                Some(0x80..) => {
                    let Some(c) = text[end..].chars().next() else {
                        return end;
                    };
                    let live = narrow(c);
                    if !(live.is_alphanumeric() || live == '-' && end > start) {
                        return end;
                    }
                    let unspaced = live == c && spaceless(c);
                    if mode == Mode::Prose && tied.is_some_and(|tied| tied != unspaced) {
                        return end;
                    }
                    tied = Some(unspaced);
                    self.foreign |= live != c;
                    if keep {
                        self.live.push(live);
                    }
                    end += c.len_utf8();
                }
                _ => return end,
            }
        }
    }

    /// The dot behind a label, and where the next label begins.
    fn dot(&self, text: &str, at: usize, mode: Mode) -> Option<(usize, Dot)> {
        let bytes = text.as_bytes();
        let byte = *bytes.get(at)?;
        if byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) {
            return Some((at + 1, Dot::Plain));
        }
        let (next, dot) = match byte {
            b'.' | b'[' | b'(' | b'{' | b'<' | b'\\' | b'^' | 0x80.. => {
                let mark = mark::spaced(text, at, mark::dot)?;
                let plain_gap = !mark.defanged && mark.len > 1;
                if plain_gap {
                    return None;
                }
                (at + mark.len, self.kind(text, at, mark)?)
            }
            b' ' => self.spaced(text, at, mode)?,
            b',' if mode != Mode::Prose => (at + 1, Dot::Comma),
            _ => return None,
        };
        let c = text.get(next..)?.chars().next()?;
        let begins = c.is_ascii_alphanumeric() || c == '_' || narrow(c).is_alphanumeric();
        let wide_join = matches!(dot, Dot::Wide | Dot::Middle) && mode == Mode::Prose;
        let joins_prose =
            wide_join && (spaceless(c) && narrow(c) == c || self.last_is_spaceless(text));
        (begins && !joins_prose).then_some((next, dot))
    }

    fn kind(&self, text: &str, at: usize, mark: Mark) -> Option<Dot> {
        if !mark.defanged {
            return Some(Dot::Plain);
        }
        match text[at..].chars().next()? {
            '・' => (!self.dotted).then_some(Dot::Middle),
            '。' | '．' | '｡' => Some(Dot::Wide),
            _ => Some(Dot::Defanged),
        }
    }

    /// Dots with spaces around: ` dot `, ` [.] `, and ` . ` where nothing else goes on behind it.
    fn spaced(&self, text: &str, at: usize, mode: Mode) -> Option<(usize, Dot)> {
        let bytes = text.as_bytes();
        if mode == Mode::SpacedUrl {
            let gap = bytes[at..]
                .iter()
                .take(2)
                .take_while(|b| **b == b' ')
                .count();
            let mark = mark::dot(text, at + gap)?;
            let end = at + gap + mark.len;
            return Some((
                end + usize::from(bytes.get(end) == Some(&b' ')),
                Dot::Defanged,
            ));
        }
        if let Some(len) = mark::spaced_word(text, at, "dot") {
            return (!self.ends_in_article()).then_some((at + len, Dot::Defanged));
        }
        let mark = mark::spaced(text, at, mark::dot)?;
        if bytes.get(at + 1) != Some(&b'.') || bytes.get(at + 2) != Some(&b' ') {
            return Some((at + mark.len, Dot::Defanged));
        }
        let lower = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        let next = at + mark.len;
        let len = bytes
            .get(next..)?
            .iter()
            .take(64)
            .take_while(|b| lower(b))
            .count();
        let ends = match bytes.get(next + len) {
            Some(b' ') => bytes.get(next + len + 1) == Some(&b'.'),
            Some(b'\n' | b'\r' | b'/' | b':' | b',' | b')') | None => true,
            _ => false,
        };
        let alone = self.last_label(text).bytes().all(|b| lower(&b));
        (ends && alone && len > 0).then_some((next, Dot::Defanged))
    }

    /// "the dot com boom" names no host.
    fn ends_in_article(&self) -> bool {
        let last = self.live.rsplit('.').next().unwrap_or_default();
        [
            "the", "polka", "a", "an", "this", "that", "of", "and", "or", "in", "each", "every",
            "pre", "post",
        ]
        .iter()
        .any(|word| last.eq_ignore_ascii_case(word))
    }

    fn last_is_spaceless(&self, text: &str) -> bool {
        self.last_label(text)
            .chars()
            .next_back()
            .is_some_and(|c| spaceless(c) && narrow(c) == c)
    }

    fn last_label<'t>(&self, text: &'t str) -> &'t str {
        self.labels
            .last()
            .map_or("", |label| &text[label.start..label.end])
    }

    /// Labels in it; 0 if it is too long to be anything.
    pub(super) fn labels(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn overlong(&self) -> bool {
        self.overlong
    }

    pub(super) fn start(&self) -> usize {
        self.labels.first().map_or(0, |label| label.start)
    }

    pub(super) fn end(&self) -> usize {
        self.labels.last().map_or(0, |label| label.end)
    }

    /// Where the last label begins, also in a chain that is too long to be kept.
    pub(super) fn last_start(&self) -> usize {
        self.last_start
    }

    /// The live spelling, dots between the labels.
    pub(super) fn live(&self) -> &str {
        &self.live
    }

    /// Whether any of it is spelled otherwise than plainly.
    pub(super) fn defanged(&self) -> bool {
        self.foreign
            || self
                .labels
                .iter()
                .any(|label| !matches!(label.dot, Dot::None | Dot::Plain))
    }

    /// The original spelling of each label with its place.
    pub(super) fn spans(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> + '_ {
        self.labels.iter().map(|label| (label.start, label.end))
    }

    /// Shortens the chain to end before a dot that may also end a sentence or part two names.
    /// Answers whether there was one.
    pub(super) fn cut_at_doubtful_dot(&mut self) -> bool {
        let doubtful = |label: &Label| matches!(label.dot, Dot::Wide | Dot::Middle | Dot::Comma);
        let Some(at) = self.labels.iter().position(doubtful) else {
            return false;
        };
        self.labels.truncate(at);
        self.last_start = self.labels.last().map_or(0, |label| label.start);
        let end = self.labels.last().map_or(0, |label| label.live_end);
        self.live.truncate(end);
        true
    }

    /// Shortens the last label to so many bytes of its live spelling, which must be as in the text.
    pub(super) fn cut_last(&mut self, keep: usize) {
        let begin = self.live.rfind('.').map_or(0, |dot| dot + 1);
        if let Some(last) = self.labels.last_mut() {
            last.end = last.start + keep;
            last.live_end = begin + keep;
            self.live.truncate(begin + keep);
        }
    }

    /// The chain without its first bytes, which must be as in the text.
    pub(super) fn skip_first(&self, bytes: usize) -> Self {
        let mut out = Self {
            labels: self.labels.clone(),
            live: String::with_capacity(self.live.len()),
            foreign: self.foreign,
            overlong: self.overlong,
            dotted: self.dotted,
            last_start: self.last_start,
            #[cfg(test)]
            consumed: 0,
        };
        let _ = out
            .live
            .write_str(self.live.get(bytes..).unwrap_or_default());
        for label in &mut out.labels {
            label.live_end = label.live_end.saturating_sub(bytes);
        }
        if let Some(first) = out.labels.first_mut() {
            first.start += bytes;
        }
        out
    }
}
