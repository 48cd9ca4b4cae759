//! Python's regexes, as the bots of NECOMAtter write them.
//!
//! A pattern is read as Python's `re` reads it, without flags and with `re.ASCII` (Python 2's
//! default): `\w \d \s \b` and `(?i)` know ASCII only, `.` is anything but `\n`, and it matches
//! anywhere. It is then built for an engine that takes linear time, so what such an engine cannot
//! do is refused with its column: look-around, back-references, conditions, atomic groups,
//! possessive repeats, and groups inside a repeated part that may match nothing (their text would
//! differ).
//!
//! Two things of Python need a trick each.
//!
//! - `$` matches at the end, and before a `\n` at the end. Where a pattern has it, every `\n` of a
//!   text but one at its end is replaced by the byte `FF`, which no text has; whatever may match
//!   `\n` may match that byte as well, and `$` means "before a `\n` or at the end".
//! - After a match of nothing, `findall` looks for a match of something *at the same place*. A
//!   second automaton that has matched only once it moved does that (see [`advance`]).
//!
//! Known difference: `\B` finds a place in the empty text, which Python below 3.14 denies.

mod advance;
mod escape;
mod findall;
mod parse;
mod set;

use std::sync::Arc;

use noroshi_query::limits::{MAX_REGEX_BYTES, MAX_REGEX_CHARS};
use noroshi_query::{Statement, StatementKind};
use regex_automata::meta::Regex;
use regex_syntax::hir::Hir;

use crate::matcher::required;
use advance::Advance;
pub use findall::Found;

/// A pattern made ready. A copy shares everything.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<Ready>);

#[derive(Debug)]
struct Ready {
    source: String,
    regex: Regex,
    /// Only where nothing may match.
    advance: Option<Advance>,
    /// Every `\n` of a text but one at its end has to be replaced.
    dollar: bool,
    literals: Option<Vec<Vec<u8>>>,
}

/// Why a Python pattern cannot be used here, pointing at the construct to blame.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct Unsupported {
    /// Where the trouble begins: 1 is the first character of the pattern.
    pub column: usize,
    /// How many characters are to blame; at least 1, even at the end.
    pub length: usize,
    /// One line for the person who wrote the pattern.
    pub message: String,
}

impl Unsupported {
    /// `start` counts from 0.
    fn new(start: usize, length: usize, message: impl Into<String>) -> Unsupported {
        Unsupported {
            column: start + 1,
            length: length.max(1),
            message: message.into(),
        }
    }
}

impl Pattern {
    /// Reads a pattern in Python's syntax.
    ///
    /// # Errors
    ///
    /// An [`Unsupported`] says what is wrong with the pattern, or what in it has no equivalent.
    pub fn python(text: &str) -> Result<Pattern, Unsupported> {
        let chars = text.chars().count();
        if chars > MAX_REGEX_CHARS {
            let message =
                format!("a pattern has at most {MAX_REGEX_CHARS} characters, this one has {chars}");
            return Err(Unsupported::new(
                MAX_REGEX_CHARS,
                chars - MAX_REGEX_CHARS,
                message,
            ));
        }
        let parsed = parse::parse(text)?;
        let too_big = || {
            let message = "this pattern is too big once compiled; use fewer or smaller repeats";
            Unsupported::new(0, chars, message)
        };
        let regex = compile(&parsed.hir).ok_or_else(too_big)?;
        let nothing = parsed.hir.properties().minimum_len() == Some(0);
        let advance = match nothing {
            true => Some(Advance::new(&parsed.hir).ok_or_else(too_big)?),
            false => None,
        };
        Ok(Pattern(Arc::new(Ready {
            source: text.to_owned(),
            regex,
            advance,
            dollar: parsed.dollar,
            literals: required::literals(&parsed.hir),
        })))
    }

    /// The pattern as it was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether a statement is a post whose text has a match.
    pub fn matches(&self, statement: &Statement<'_>) -> bool {
        statement.kind == StatementKind::Post
            && statement.text.is_some_and(|text| self.is_match(text))
    }

    /// Literals of which a text that matches has at least one; `None` where there are none.
    pub(crate) fn literals(&self) -> Option<&[Vec<u8>]> {
        self.0.literals.as_deref()
    }
}

/// What stands for a `\n` where `$` must not match; no text has it.
const NEWLINE: u8 = 0xff;

/// `None` if it is too big.
fn compile(hir: &Hir) -> Option<Regex> {
    let config = Regex::config()
        .nfa_size_limit(Some(MAX_REGEX_BYTES))
        .hybrid_cache_capacity(MAX_REGEX_BYTES);
    let regex = Regex::builder().configure(config).build_from_hir(hir);
    regex.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pattern: &str) -> Unsupported {
        Pattern::python(pattern).expect_err(pattern)
    }

    /// Each pattern with a line of `^` under what the error must point at, and a part of it.
    const REFUSED: &[(&str, &str, &str)] = &[
        ("a(?=b)", " ^^^", "look-ahead `(?=`"),
        ("日(?!本)", " ^^^", "look-ahead `(?!`"),
        ("(?<=a)b", "^^^^", "look-behind `(?<=`"),
        ("(?<!a)b", "^^^^", "look-behind `(?<!`"),
        (r"(a)\1", "   ^^", r"back-reference `\1`"),
        ("(?P<q>a)(?P=q)", "        ^^^^", "back-reference `(?P=`"),
        ("(?(1)a|b)", "^^^", "condition `(?(`"),
        ("(?>a)", "^^^", "atomic group `(?>`"),
        ("a*+", " ^^", "possessive repeat `*+`"),
        ("a{1,2}+", " ^^^^^^", "possessive repeat `{1,2}+`"),
        ("(?<n>a)", "^^^", "`(?P<name>…)`"),
        ("(?P>n)", "^^^", "`(?P<name>…)`"),
        ("(?P<1>a)", "    ^", "no name for a group"),
        ("(?P<a>x)(?P<a>y)", "            ^", "`a` is used before"),
        ("(?P<a", "    ^", "`>` is missing"),
        ("a(?i)", " ^^^^", "move it to the front"),
        ("(?u)a", "  ^", "flag `u`"),
        ("(?L)a", "  ^", "flag `L`"),
        ("(?y)a", "  ^", "no flag `y`"),
        ("(?m:^a)", "  ^", "flag `m` for a part"),
        ("(a", "^", "this `(` is never closed"),
        ("a)", " ^", "this `)` closes nothing"),
        ("*a", "^", "nothing to repeat"),
        ("a|+", "  ^", "nothing to repeat"),
        ("^*", " ^", "nothing to repeat"),
        ("a**", "  ^", "repeats a repeat"),
        ("a{3}{4}", "    ^^^", "repeats a repeat"),
        ("a{3,2}", " ^^^^^", "3 is more than 2"),
        ("a{99999}", " ^^^^^^^", "at most 1000"),
        ("[a", "^", "this `[` is never closed"),
        ("[z-a]", " ^^^", "`z-a` is the wrong way round"),
        (r"[\w-z]", " ^^^^", "is no range"),
        (r"[a-\d]", " ^^^^", "is no range"),
        (r"\y", "^^", r"no escape `\y`"),
        (r"[\p]", " ^^", r"no escape `\p`"),
        (r"\p{L}", "^^", r"no escape `\p`"),
        (r"\x4", "^^^", "two hexadecimal digits"),
        (r"\u12", "^^^^", "four hexadecimal digits"),
        (r"\ud800", "^^^^^^", "is no character"),
        (r"\U00110000", "^^^^^^^^^^", "is no character"),
        (r"\N{DOT}", "^^", r"`\N`"),
        (r"\777", "^^^^", "more than 377"),
        ("a\\", " ^", "nothing after this backslash"),
        ("(a*)*", "    ^", "may match nothing"),
        ("(?:a??)+", "       ^", "may match nothing"),
        ("(?:|a)*", "      ^", "may match nothing"),
    ];

    #[test]
    fn refusals_name_the_construct_and_its_column() {
        for (pattern, marks, message) in REFUSED {
            let error = refusal(pattern);
            let place = (marks.find('^').unwrap() + 1, marks.trim_start().len());
            assert_eq!((error.column, error.length), place, "{pattern}: {error}");
            assert!(error.message.contains(message), "{pattern}: {error}");
        }
    }

    #[test]
    fn limits_are_named() {
        assert!(Pattern::python(&"a".repeat(MAX_REGEX_CHARS)).is_ok());
        assert!(
            refusal(&"a".repeat(MAX_REGEX_CHARS + 1))
                .message
                .contains("1000 characters")
        );
        assert!(
            refusal("(?:[あ-ん][ア-ン]{900}){900}")
                .message
                .contains("too big")
        );
        assert!(refusal(&"(".repeat(900)).message.contains("deep"));
    }
}
