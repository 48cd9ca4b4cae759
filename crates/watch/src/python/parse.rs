//! The syntax of Python's `re` module, read into the engine's own form.

use std::collections::HashSet;

use regex_syntax::hir::{Capture, Class, ClassUnicode, Hir, HirKind, Look, Repetition};

use super::escape::{self, Escape};
use super::{NEWLINE, Unsupported, set};

/// Groups within groups.
const DEEPEST: usize = 50;
/// The most that a part may be repeated.
const MOST_REPEATS: u32 = 1000;

/// A pattern that can be built.
pub(super) struct Parsed {
    pub(super) hir: Hir,
    /// Has a `$` that matches before a `\n` only at the end.
    pub(super) dollar: bool,
}

/// Reads a pattern.
pub(super) fn parse(text: &str) -> Result<Parsed, Unsupported> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser::new(&chars, false);
    let hir = parser.pattern()?;
    if !parser.dollar {
        return Ok(Parsed { hir, dollar: false });
    }
    // Once more, now that it is known that a `\n` may be replaced.
    let hir = Parser::new(&chars, true).pattern()?;
    Ok(Parsed { hir, dollar: true })
}

/// The flags that hold at a place.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    verbose: bool,
}

/// The last thing read, which a repeat is about.
enum Item {
    /// A place, which cannot be repeated.
    Place(Hir),
    Part(Hir),
    Repeat(Hir),
}

impl Item {
    fn into_hir(self) -> Hir {
        match self {
            Item::Place(hir) | Item::Part(hir) | Item::Repeat(hir) => hir,
        }
    }
}

pub(super) struct Parser<'p> {
    pub(super) chars: &'p [char],
    pub(super) at: usize,
    groups: u32,
    names: HashSet<String>,
    depth: usize,
    /// Whether a `\n` may be replaced.
    replaced: bool,
    dollar: bool,
}

impl<'p> Parser<'p> {
    fn new(chars: &'p [char], replaced: bool) -> Parser<'p> {
        Parser {
            chars,
            at: 0,
            groups: 0,
            names: HashSet::new(),
            depth: 0,
            replaced,
            dollar: false,
        }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    /// Whether the text goes on so; if it does, it is passed over.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let count = text.chars().count();
        let rest = self.chars.get(self.at..).unwrap_or_default();
        let goes_on = rest.len() >= count && text.chars().zip(rest).all(|(a, b)| a == *b);
        if goes_on {
            self.at += count;
        }
        goes_on
    }

    /// An error about what lies between a place and the present one.
    pub(super) fn since(&self, start: usize, message: impl Into<String>) -> Unsupported {
        Unsupported::new(start, self.at.saturating_sub(start), message)
    }

    fn pattern(&mut self) -> Result<Hir, Unsupported> {
        let mut flags = Flags::default();
        while self.global_flags(&mut flags)? {}
        let hir = self.alternation(flags)?;
        match self.peek() {
            None => Ok(hir),
            Some(_) => Err(Unsupported::new(self.at, 1, "this `)` closes nothing")),
        }
    }

    fn alternation(&mut self, flags: Flags) -> Result<Hir, Unsupported> {
        let mut parts = vec![self.sequence(flags)?];
        while self.skip("|") {
            parts.push(self.sequence(flags)?);
        }
        Ok(Hir::alternation(parts))
    }

    fn sequence(&mut self, flags: Flags) -> Result<Hir, Unsupported> {
        let mut items: Vec<Item> = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                '|' | ')' => break,
                _ if flags.verbose && self.blank() => {}
                '*' | '+' | '?' | '{' => {
                    let start = self.at;
                    match self.repeat() {
                        Some((min, max)) => {
                            let item = items.pop();
                            items.push(self.repeated(item, start, min, max)?);
                        }
                        None => items.push(self.atom(flags)?),
                    }
                }
                '(' => {
                    if let Some(group) = self.group(flags)? {
                        items.push(Item::Part(group));
                    }
                }
                _ => items.push(self.atom(flags)?),
            }
        }
        Ok(Hir::concat(items.into_iter().map(Item::into_hir).collect()))
    }

    /// What a verbose pattern has for the reader's eyes.
    fn blank(&mut self) -> bool {
        match self.peek() {
            Some(' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') => self.at += 1,
            Some('#') => while self.take().is_some_and(|c| c != '\n') {},
            _ => return false,
        }
        true
    }

    /// One character, class or place.
    fn atom(&mut self, flags: Flags) -> Result<Item, Unsupported> {
        let start = self.at;
        let Some(first) = self.take() else {
            return Ok(Item::Part(Hir::empty()));
        };
        Ok(match first {
            '.' if flags.dot_all => Item::Part(self.class(set::range('\0', char::MAX))),
            '.' => {
                let mut class = set::range('\n', '\n');
                class.negate();
                Item::Part(self.class(class))
            }
            '^' if flags.multi_line => Item::Place(Hir::look(Look::StartLF)),
            '^' => Item::Place(Hir::look(Look::Start)),
            '$' => {
                self.dollar |= !flags.multi_line;
                Item::Place(Hir::look(Look::EndLF))
            }
            '[' => {
                let class = set::read(self, start, flags)?;
                Item::Part(self.class(class))
            }
            '\\' => match escape::read(self, start)? {
                Escape::Place(look) => Item::Place(Hir::look(look)),
                Escape::Class(class) => Item::Part(self.class(class)),
                Escape::Char(c) => Item::Part(self.char(c, flags)),
            },
            c => Item::Part(self.char(c, flags)),
        })
    }

    fn char(&self, c: char, flags: Flags) -> Hir {
        let mut class = set::range(c, c);
        if flags.ignore_case {
            set::ignore_case(&mut class);
        }
        self.class(class)
    }

    /// Anything of a class; or what stands for `\n`, if that is in it.
    fn class(&self, class: ClassUnicode) -> Hir {
        let newline = set::has(&class, '\n');
        let class = Hir::class(Class::Unicode(class));
        if self.replaced && newline {
            Hir::alternation(vec![class, Hir::literal([NEWLINE])])
        } else {
            class
        }
    }

    /// How often, if that is what stands here: an odd `{` is a character.
    fn repeat(&mut self) -> Option<(u64, Option<u64>)> {
        let start = self.at;
        match self.take()? {
            '*' => return Some((0, None)),
            '+' => return Some((1, None)),
            '?' => return Some((0, Some(1))),
            _ => {}
        }
        if self.peek() != Some('}') {
            let low = self.digits();
            let high = match self.skip(",") {
                true => self.digits(),
                false => low,
            };
            if self.skip("}") {
                return Some((low.unwrap_or(0), high));
            }
        }
        self.at = start;
        None
    }

    fn digits(&mut self) -> Option<u64> {
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.at += 1;
            let so_far: u64 = number.unwrap_or(0);
            number = Some(so_far.saturating_mul(10).saturating_add(digit.into()));
        }
        number
    }

    fn repeated(
        &mut self,
        item: Option<Item>,
        start: usize,
        min: u64,
        max: Option<u64>,
    ) -> Result<Item, Unsupported> {
        let sub = match item {
            Some(Item::Part(sub)) => sub,
            Some(Item::Repeat(_)) => {
                let message = "this repeats a repeat; put the inner one into `(?:…)`";
                return Err(self.since(start, message));
            }
            Some(Item::Place(_)) | None => {
                return Err(self.since(start, "there is nothing to repeat here"));
            }
        };
        if let Some(max) = max.filter(|max| *max < min) {
            return Err(self.since(start, format!("{min} is more than {max}")));
        }
        let count = |n: u64| u32::try_from(n).ok().filter(|n| *n <= MOST_REPEATS);
        let (Some(min), Some(max)) = (count(min), max.map_or(Some(None), |n| count(n).map(Some)))
        else {
            let message = format!("a part may be repeated at most {MOST_REPEATS} times");
            return Err(self.since(start, message));
        };
        let greedy = !self.skip("?");
        if greedy && self.skip("+") {
            let repeat: String = self
                .chars
                .get(start..self.at)
                .unwrap_or_default()
                .iter()
                .collect();
            let message = format!(
                "the possessive repeat `{repeat}` is not available; leave out the last `+`"
            );
            return Err(self.since(start, message));
        }
        let nothing = sub.properties().minimum_len() == Some(0);
        if nothing && max.is_none_or(|max| max > 1) && !may_repeat(&sub) {
            let message = "this repeats a part that may match nothing; make it match something, or \
                           repeat it once at most";
            return Err(self.since(start, message));
        }
        let sub = Box::new(sub);
        Ok(Item::Repeat(Hir::repetition(Repetition {
            min,
            max,
            greedy,
            sub,
        })))
    }

    /// A group; nothing for a comment.
    fn group(&mut self, flags: Flags) -> Result<Option<Hir>, Unsupported> {
        let start = self.at;
        self.at += 1;
        if self.skip("?#") {
            while let Some(c) = self.take() {
                if c == ')' {
                    return Ok(None);
                }
            }
            return Err(Unsupported::new(start, 1, "this `(` is never closed"));
        }
        let mut inner = flags;
        let index = match self.skip("?") {
            false => Some(self.next_group()),
            true if self.skip(":") => None,
            true if self.skip("P<") => {
                self.name()?;
                Some(self.next_group())
            }
            true => {
                self.refuse(start)?;
                self.scoped_flags(start, &mut inner)?;
                None
            }
        };
        self.depth += 1;
        if self.depth > DEEPEST {
            let message = format!("groups can be nested {DEEPEST} deep at most");
            return Err(Unsupported::new(start, 1, message));
        }
        let sub = self.alternation(inner)?;
        self.depth -= 1;
        if !self.skip(")") {
            return Err(Unsupported::new(start, 1, "this `(` is never closed"));
        }
        Ok(Some(match index {
            Some(index) => Hir::capture(Capture {
                index,
                name: None,
                sub: Box::new(sub),
            }),
            None => sub,
        }))
    }

    fn next_group(&mut self) -> u32 {
        self.groups += 1;
        self.groups
    }

    /// The name of a group, up to its `>`. Matches are told by number, so it is not kept.
    fn name(&mut self) -> Result<(), Unsupported> {
        let start = self.at;
        while self.peek().is_some_and(|c| c != '>' && c != ')') {
            self.at += 1;
        }
        let name: String = self
            .chars
            .get(start..self.at)
            .unwrap_or_default()
            .iter()
            .collect();
        if self.peek() != Some('>') {
            return Err(self.since(start, "a `>` is missing after the name of this group"));
        }
        let plain = |c: char| c == '_' || c.is_alphanumeric();
        if name.is_empty() || name.starts_with(char::is_numeric) || !name.chars().all(plain) {
            return Err(self.since(start, format!("`{name}` is no name for a group")));
        }
        if self.names.contains(&name) {
            return Err(self.since(start, format!("the name `{name}` is used before")));
        }
        self.names.insert(name);
        self.at += 1;
        Ok(())
    }

    /// Groups that an engine in linear time, or Python itself, does not have.
    fn refuse(&mut self, start: usize) -> Result<(), Unsupported> {
        const KNOWN: [(&str, &str, &str); 10] = [
            (
                "=",
                "the look-ahead",
                "match what follows as well, in a group of its own",
            ),
            (
                "!",
                "the look-ahead",
                "watch for more, and drop what is not wanted",
            ),
            (
                "<=",
                "the look-behind",
                "match what precedes as well, in a group of its own",
            ),
            (
                "<!",
                "the look-behind",
                "watch for more, and drop what is not wanted",
            ),
            (
                "P=",
                "the back-reference",
                "compare two groups in the program that reads the matches",
            ),
            ("(", "the condition", "write both cases with `|`"),
            (">", "the atomic group", "use `(?:`"),
            ("<", "", "Python writes a named group `(?P<name>…)`"),
            ("P", "", "Python writes a named group `(?P<name>…)`"),
            ("R", "the recursion", "it is not Python's either"),
        ];
        for (sign, construct, instead) in KNOWN {
            if self.skip(sign) {
                let message = match construct {
                    "" => format!("`(?{sign}` is unknown: {instead}"),
                    _ => format!("{construct} `(?{sign}` is not available; {instead}"),
                };
                return Err(self.since(start, message));
            }
        }
        Ok(())
    }

    /// `(?i)` and the like, in front of a pattern.
    fn global_flags(&mut self, flags: &mut Flags) -> Result<bool, Unsupported> {
        let start = self.at;
        if !self.skip("(?") {
            return Ok(false);
        }
        let mut some = *flags;
        if self
            .peek()
            .is_some_and(|c| c.is_ascii_alphabetic() && c != 'P' && c != 'R')
        {
            while self.peek().is_some_and(|c| c.is_ascii_alphabetic()) {
                self.flag(&mut some, true)?;
            }
            if self.skip(")") {
                *flags = some;
                return Ok(true);
            }
        }
        self.at = start;
        Ok(false)
    }

    /// `(?i:` and `(?-i:`; `(?` is read already.
    fn scoped_flags(&mut self, start: usize, flags: &mut Flags) -> Result<(), Unsupported> {
        let mut on = true;
        loop {
            match self.peek() {
                Some(':') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(')') if self.at > start + 2 => {
                    self.at += 1;
                    let message = "flags hold for a whole pattern: move it to the front";
                    return Err(self.since(start, message));
                }
                Some('-') if on => {
                    on = false;
                    self.at += 1;
                }
                // Where `^` and `$` match is one thing for a whole pattern.
                Some('m') => {
                    let message = "the flag `m` for a part is not available; put `(?m)` in front";
                    return Err(Unsupported::new(self.at, 1, message));
                }
                Some(_) => self.flag(flags, on)?,
                None => return Err(Unsupported::new(start, 1, "this `(` is never closed")),
            }
        }
    }

    fn flag(&mut self, flags: &mut Flags, on: bool) -> Result<(), Unsupported> {
        let start = self.at;
        let place = match self.take() {
            Some('i') => &mut flags.ignore_case,
            Some('m') => &mut flags.multi_line,
            Some('s') => &mut flags.dot_all,
            Some('x') => &mut flags.verbose,
            // What holds anyway.
            Some('a') if on => return Ok(()),
            Some(c @ ('u' | 'L')) => {
                let message = format!(
                    "the flag `{c}` is not available: `\\w` and the like know ASCII only; write \
                     the letters as a class, as in `[ぁ-ん]`"
                );
                return Err(self.since(start, message));
            }
            other => {
                let c = other.map(String::from).unwrap_or_default();
                return Err(self.since(start, format!("there is no flag `{c}`")));
            }
        };
        *place = on;
        Ok(())
    }
}

/// Whether a part that may match nothing comes to the same however often it is repeated: Python
/// ends with a round that matches nothing, the engine passes over such a round. So that can make
/// no difference to groups, and must be the last choice.
fn may_repeat(part: &Hir) -> bool {
    part.properties().explicit_captures_len() == 0 && nothing_last(part)
}

fn nothing_last(part: &Hir) -> bool {
    let something = |part: &Hir| part.properties().minimum_len() != Some(0);
    match part.kind() {
        _ if something(part) => true,
        HirKind::Repetition(repeat) => repeat.greedy && nothing_last(&repeat.sub),
        HirKind::Concat(parts) => parts.iter().all(nothing_last),
        HirKind::Alternation(parts) => match parts.split_last() {
            Some((last, others)) => others.iter().all(something) && nothing_last(last),
            None => true,
        },
        _ => true,
    }
}
