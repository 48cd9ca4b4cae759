//! Text to tokens. Every token knows its bytes, so that errors can point at them.

use std::ops::Range;

use crate::error::{Fault, excerpt};
use crate::field::Field;

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Token {
    pub(crate) what: Lexeme,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Lexeme {
    Open,
    Close,
    Not,
    And,
    Or,
    Word(String),
    Phrase(String),
    Regex(String),
    Field(Field, Vec<Value>),
}

/// One value of a field, without its quotes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
}

/// Reads one token after another until the end of the text or the first fault.
pub(crate) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, at: 0 }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The next token; `None` at the end of the text.
    pub(crate) fn next(&mut self) -> Result<Option<Token>, Fault> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let start = self.at;
        let Some(first) = self.peek() else {
            return Ok(None);
        };
        let what = match first {
            '(' => self.single(Lexeme::Open),
            ')' => self.single(Lexeme::Close),
            '|' => self.single(Lexeme::Or),
            '"' => {
                let text = self.quoted()?;
                if text.trim().is_empty() {
                    return Err(Fault::new(start..self.at, "an empty phrase finds nothing"));
                }
                Lexeme::Phrase(text)
            }
            '/' => Lexeme::Regex(self.regex()?),
            '-' => self.dash()?,
            _ => self.word()?,
        };
        Ok(Some(Token {
            what,
            span: start..self.at,
        }))
    }

    fn single(&mut self, what: Lexeme) -> Lexeme {
        self.at += 1;
        what
    }

    fn dash(&mut self) -> Result<Lexeme, Fault> {
        self.at += 1;
        match self.peek() {
            None | Some(')' | '|') => Err(self.dash_fault("`-` needs a term right after it")),
            Some('-') => {
                Err(self.dash_fault("one `-` is enough; quote a word that begins with `-`"))
            }
            Some(next) if next.is_whitespace() => {
                Err(self.dash_fault("`-` needs a term right after it, without a space"))
            }
            Some(_) => Ok(Lexeme::Not),
        }
    }

    fn dash_fault(&self, message: &str) -> Fault {
        Fault::new(self.at - 1..self.at, message)
    }

    /// A `"` and what follows up to the next one. `\"` and `\\` stand for `"` and `\`; any other
    /// `\` is itself, so that registry keys can be pasted.
    fn quoted(&mut self) -> Result<String, Fault> {
        let open = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = open + offset + 1;
                    return Ok(text);
                }
                '\\' => match chars.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                    Some((_, escaped)) => text.push(escaped),
                    None => text.push(c),
                },
                _ => text.push(c),
            }
        }
        Err(Fault::new(open..open + 1, "this quote is never closed"))
    }

    /// A `/` and what follows up to the next one. `\/` stands for `/`; every other escape is
    /// left to the regex.
    fn regex(&mut self) -> Result<String, Fault> {
        let open = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match c {
                '/' => {
                    self.at = open + offset + 1;
                    return self.regex_end(open, text);
                }
                '\\' => match chars.next() {
                    Some((_, '/')) => text.push('/'),
                    Some((_, escaped)) => text.extend([c, escaped]),
                    None => break,
                },
                _ => text.push(c),
            }
        }
        Err(Fault::new(
            open..open + 1,
            "this `/` begins a regex that is never closed; quote a text that begins with `/`",
        ))
    }

    fn regex_end(&mut self, open: usize, text: String) -> Result<String, Fault> {
        if text.is_empty() {
            return Err(Fault::new(open..self.at, "an empty regex finds everything"));
        }
        match self.peek() {
            Some(next) if !next.is_whitespace() && !matches!(next, ')' | '|') => Err(Fault::new(
                self.at..self.at + next.len_utf8(),
                "a regex ends at its second `/`: write `\\/` for a slash in it, `(?i)` in front \
                 to ignore case, or quote a path",
            )),
            _ => Ok(text),
        }
    }

    fn word(&mut self) -> Result<Lexeme, Fault> {
        let start = self.at;
        let run = bare_run(self.rest(), false);
        if let Some((name, _)) = run.split_once(':')
            && let Some(field) = Field::named(name)
        {
            self.at += name.len() + 1;
            return self.values(field, start);
        }
        // A run is empty only at a stray `(` or the like, which `next` has dealt with.
        self.at += run.len();
        Ok(match run {
            "AND" => Lexeme::And,
            "OR" => Lexeme::Or,
            "NOT" => {
                return Err(Fault::new(
                    start..self.at,
                    "NOT is written `-` before a term; quote it to look for the word",
                ));
            }
            _ => Lexeme::Word(run.to_owned()),
        })
    }

    /// What follows `name:`, one or more values with commas between.
    fn values(&mut self, field: Field, start: usize) -> Result<Lexeme, Fault> {
        if !field.available() {
            return Err(Fault::new(
                start..self.at,
                format!("`{}:` is not available yet", field.name()),
            ));
        }
        let mut values = Vec::new();
        loop {
            values.push(self.value(field, start)?);
            if self.peek() != Some(',') {
                return Ok(Lexeme::Field(field, values));
            }
            self.at += 1;
        }
    }

    fn value(&mut self, field: Field, field_start: usize) -> Result<Value, Fault> {
        let start = self.at;
        let text = if self.peek() == Some('"') {
            let text = self.quoted()?;
            if text.trim().is_empty() {
                return Err(Fault::new(
                    start..self.at,
                    format!("`{}:` needs a value", field.name()),
                ));
            }
            if let Some(next) = self.peek()
                && !next.is_whitespace()
                && !matches!(next, ',' | ')' | '|')
            {
                return Err(Fault::new(
                    self.at..self.at + next.len_utf8(),
                    "a space or a comma is missing after this quoted value",
                ));
            }
            text
        } else {
            let run = bare_run(self.rest(), true);
            if self.peek() == Some('(') {
                return Err(Fault::new(
                    start..start + 1,
                    format!(
                        "several values are written with commas: `{}:a,b`",
                        field.name()
                    ),
                ));
            }
            if run.is_empty() {
                let message = match self.text[..start].ends_with(',') {
                    true => "a value is missing after this comma".to_owned(),
                    false => format!("`{}:` needs a value right after the colon", field.name()),
                };
                let blame = match self.text[..start].ends_with(',') {
                    true => start - 1..start,
                    false => field_start..start,
                };
                return Err(Fault::new(blame, message));
            }
            self.at += run.len();
            run.to_owned()
        };
        Ok(Value {
            text,
            span: start..self.at,
        })
    }
}

/// The longest start of `rest` that needs no quotes: up to white space, `|`, `"`, or a
/// parenthesis without its partner in the same run (so `evil(.)example` and URLs with
/// parentheses stay whole); for the value of a field, also up to a comma.
fn bare_run(rest: &str, in_field: bool) -> &str {
    let mut open = Vec::new();
    let mut end = rest.len();
    for (offset, c) in rest.char_indices() {
        let stop = match c {
            '(' => {
                open.push(offset);
                false
            }
            ')' => open.pop().is_none(),
            ',' => in_field && open.is_empty(),
            '|' | '"' => true,
            _ => c.is_whitespace(),
        };
        if stop {
            end = offset;
            break;
        }
    }
    let end = open.first().map_or(end, |unclosed| end.min(*unclosed));
    rest.get(..end).unwrap_or_default()
}

/// Whether `text` is read back as one plain word and nothing else.
pub(crate) fn is_plain_word(text: &str) -> bool {
    let mut lexer = Lexer::new(text);
    matches!(lexer.next(), Ok(Some(Token { what: Lexeme::Word(word), .. })) if word == text)
}

/// Whether `text` may stand after a field's colon without quotes.
pub(crate) fn is_plain_value(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('(') && bare_run(text, true).len() == text.len()
}

/// What looks like a field in a word that is none: the name in `tags:x`, but not the scheme of
/// a URL.
pub(crate) fn field_like(word: &str) -> Option<&str> {
    let (name, rest) = word.split_once(':')?;
    let plausible = (2..=12).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        && !rest.starts_with("//");
    plausible.then_some(name)
}

/// The message about a field that does not exist.
pub(crate) fn unknown_field(name: &str) -> String {
    match Field::resembling(name) {
        Some(field) => format!(
            "there is no field `{name}:`; did you mean `{}:`? Quote the word to look for it as it is",
            field.name()
        ),
        None => format!(
            "there is no field `{}:`; quote the word to look for it as it is",
            excerpt(name)
        ),
    }
}
