//! Regexes under limits: Rust's syntax, which matches in linear time.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::limits::{MAX_REGEX_BYTES, MAX_REGEX_CHARS};

/// Why a pattern was refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    /// The bytes of the pattern to blame; all of it where that is not known.
    at: Option<Range<usize>>,
}

impl Refusal {
    fn whole(message: String) -> Refusal {
        Refusal { message, at: None }
    }

    /// The bytes of the query to blame. `span` is the regex in the query with its slashes, where
    /// every slash of the pattern is written with a backslash before it.
    pub(crate) fn within(&self, pattern: &str, span: &Range<usize>) -> Range<usize> {
        let Some(at) = &self.at else {
            return span.clone();
        };
        let place = |offset: usize| {
            let escapes = pattern.bytes().take(offset).filter(|b| *b == b'/').count();
            span.start + 1 + offset + escapes
        };
        place(at.start)..place(at.end).max(place(at.start) + 1)
    }
}

/// Whether a pattern may be used.
pub(crate) fn check(pattern: &str) -> Result<(), Refusal> {
    let chars = pattern.chars().count();
    if chars > MAX_REGEX_CHARS {
        return Err(Refusal::whole(format!(
            "a regex has at most {MAX_REGEX_CHARS} characters, this one has {chars}"
        )));
    }
    if let Err(error) = regex_syntax::Parser::new().parse(pattern) {
        let (message, at) = match &error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span()),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span()),
            _ => return Err(Refusal::whole(error.to_string())),
        };
        return Err(Refusal {
            message: format!("in this regex: {message}"),
            at: Some(at.start.offset..at.end.offset),
        });
    }
    match compile(pattern) {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => Err(Refusal::whole(
            "this regex is too big once compiled; use fewer or smaller repetitions".to_owned(),
        )),
        Err(error) => Err(Refusal::whole(error.to_string())),
    }
}

/// A pattern made ready, under the same limits everywhere.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern)
        .size_limit(MAX_REGEX_BYTES)
        .dfa_size_limit(MAX_REGEX_BYTES)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_too_long_too_big_or_wrong() {
        assert!(check("^evil[0-9]+$").is_ok());
        assert!(check(&"a".repeat(MAX_REGEX_CHARS)).is_ok());
        let message = |pattern: &str| check(pattern).unwrap_err().message;
        assert!(message(&"a".repeat(MAX_REGEX_CHARS + 1)).contains("1000 characters"));
        assert!(message(r"\w{1000}").contains("too big"));
        assert!(message("(?=a)").contains("look-ahead"));
        assert!(message("a{3,2}").contains("repetition"));
    }

    #[test]
    fn blames_the_place_in_the_query() {
        // In the query this stands as /a\/[/ and begins at byte 10.
        let refusal = check("a/[").unwrap_err();
        assert_eq!(refusal.within("a/[", &(10..15)), 14..15);
    }
}
