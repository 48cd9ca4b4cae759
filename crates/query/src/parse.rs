//! Tokens to a query. Recursive descent; the depth is capped, so the stack is safe.
//!
//! ```text
//! or    = and { ( "OR" | "|" ) and }
//! and   = not { [ "AND" ] not }
//! not   = [ "-" ] atom
//! atom  = "(" or ")" | word | phrase | regex | field
//! ```

use std::ops::Range;

use jiff::tz::TimeZone;

use crate::ast::{Expr, Query};
use crate::error::{Fault, QueryError};
use crate::field::Field;
use crate::lex::{Lexeme, Lexer, Token, Value};
use crate::limits::{MAX_BYTES, MAX_DEPTH, MAX_REGEXES, MAX_TERMS};
use crate::term;
use crate::when::Clock;

/// Reads a query.
///
/// `now` (microseconds since the Unix epoch) is what relative times such as `7d` count back
/// from, and `zone` is where dates such as `2026-11-01` have their midnight. Keep the text, not
/// the printed query, where a saved `last:7d` should go on meaning the last seven days.
///
/// # Errors
///
/// A [`QueryError`] names the column of the first thing that cannot be read, or the limit that
/// was passed.
pub fn parse(text: &str, now: i64, zone: &TimeZone) -> Result<Query, QueryError> {
    Parser::run(text, Clock { now, zone })
        .and_then(|query| printable(query, text))
        .map_err(|fault| fault.locate(text))
}

/// Times and lists of values grow when printed; what is accepted must be accepted in print, too.
fn printable(query: Query, text: &str) -> Result<Query, Fault> {
    let length = query.to_string().len();
    if length > MAX_BYTES {
        let message =
            format!("written out, this query has {length} bytes, and may have {MAX_BYTES} at most");
        return Err(Fault::new(0..text.len(), message));
    }
    Ok(query)
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    clock: Clock<'t>,
    /// The token that is next, once somebody has looked; read late, so that of two faults the
    /// first is the one reported.
    ahead: Option<Option<Token>>,
    depth: usize,
    terms: usize,
    regexes: usize,
    end: usize,
}

impl<'t> Parser<'t> {
    fn run(text: &'t str, clock: Clock<'t>) -> Result<Query, Fault> {
        if text.len() > MAX_BYTES {
            let cut = text.floor_char_boundary(MAX_BYTES);
            let message = format!(
                "a query has at most {MAX_BYTES} bytes, this one has {}",
                text.len()
            );
            return Err(Fault::new(cut..text.len(), message));
        }
        let mut parser = Parser {
            lexer: Lexer::new(text),
            clock,
            ahead: None,
            depth: 0,
            terms: 0,
            regexes: 0,
            end: text.len(),
        };
        if parser.peek()?.is_none() {
            return Ok(Query::default());
        }
        let expr = parser.any()?;
        match parser.take()? {
            None => Ok(Query { expr }),
            Some(token) => Err(Fault::new(token.span, CLOSES_NOTHING)),
        }
    }

    fn peek(&mut self) -> Result<Option<&Token>, Fault> {
        if self.ahead.is_none() {
            self.ahead = Some(self.lexer.next()?);
        }
        Ok(self.ahead.as_ref().and_then(Option::as_ref))
    }

    fn take(&mut self) -> Result<Option<Token>, Fault> {
        match self.ahead.take() {
            Some(token) => Ok(token),
            None => self.lexer.next(),
        }
    }

    /// `None` only where `operand` gives no expression, which it never does.
    fn any(&mut self) -> Result<Option<Expr>, Fault> {
        let mut parts = vec![self.all()?];
        while self.peek()?.is_some_and(|token| token.what == Lexeme::Or) {
            let or = self.take()?;
            self.expect_operand(or)?;
            parts.push(self.all()?);
        }
        Ok(Expr::any(parts.into_iter().flatten()))
    }

    fn all(&mut self) -> Result<Option<Expr>, Fault> {
        let mut parts = vec![self.operand()?];
        loop {
            match self.peek()?.map(|token| &token.what) {
                None | Some(Lexeme::Or | Lexeme::Close) => return Ok(Expr::all(parts)),
                Some(Lexeme::And) => {
                    let and = self.take()?;
                    self.expect_operand(and)?;
                }
                Some(_) => {}
            }
            parts.push(self.operand()?);
        }
    }

    /// An operator must be followed by something to work on.
    fn expect_operand(&mut self, operator: Option<Token>) -> Result<(), Fault> {
        let missing = match self.peek()?.map(|token| &token.what) {
            None | Some(Lexeme::Close | Lexeme::And | Lexeme::Or) => operator,
            Some(_) => None,
        };
        match missing {
            None => Ok(()),
            Some(token) => Err(Fault::new(token.span, needs_right(&token.what))),
        }
    }

    fn operand(&mut self) -> Result<Expr, Fault> {
        let Some(Token { what, span }) = self.take()? else {
            return Err(Fault::new(self.end..self.end, "a term is missing here"));
        };
        match what {
            Lexeme::Not => {
                // A lexed `-` is directly followed by something other than a second `-`.
                Ok(self.operand()?.negate())
            }
            Lexeme::Open => self.group(span),
            Lexeme::Close => Err(Fault::new(span, CLOSES_NOTHING)),
            Lexeme::And | Lexeme::Or => Err(Fault::new(span, needs_left(&what))),
            Lexeme::Word(word) => {
                self.count(&span, 1)?;
                Ok(term::bare(&word, &span)?.into())
            }
            Lexeme::Phrase(phrase) => {
                self.count(&span, 1)?;
                Ok(term::phrase(phrase, &span)?.into())
            }
            Lexeme::Regex(regex) => {
                self.count(&span, 1)?;
                self.regexes += 1;
                if self.regexes > MAX_REGEXES {
                    let message = format!("a query has at most {MAX_REGEXES} regexes");
                    return Err(Fault::new(span, message));
                }
                Ok(term::regex(regex, &span)?.into())
            }
            Lexeme::Field(field, values) => self.alternatives(field, &values, &span),
        }
    }

    fn group(&mut self, open: Range<usize>) -> Result<Expr, Fault> {
        self.depth += 1;
        self.check_depth(self.depth, &open)?;
        if let Some(Token {
            what: Lexeme::Close,
            span,
        }) = self.peek()?
        {
            let both = open.start..span.end;
            return Err(Fault::new(both, "there is nothing in this group"));
        }
        let inner = self.any()?;
        match self.take()? {
            Some(_) => self.depth -= 1,
            None => return Err(Fault::new(open, "this `(` is never closed")),
        }
        inner.ok_or_else(|| Fault::new(open, "there is nothing in this group"))
    }

    fn alternatives(
        &mut self,
        field: Field,
        values: &[Value],
        span: &Range<usize>,
    ) -> Result<Expr, Fault> {
        let mut terms = Vec::new();
        for value in values {
            let found = term::field(field, &value.text, self.clock)
                .map_err(|message| Fault::new(value.span.clone(), message))?;
            self.count(&value.span, found.len())?;
            terms.extend(found.into_iter().map(Expr::from));
        }
        if terms.len() > 1 {
            // In print they are a group.
            self.check_depth(self.depth + 1, span)?;
        }
        Expr::any(terms).ok_or_else(|| Fault::new(span.clone(), "a value is missing"))
    }

    fn check_depth(&self, depth: usize, span: &Range<usize>) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            let message = format!("groups can be nested {MAX_DEPTH} deep at most");
            return Err(Fault::new(span.clone(), message));
        }
        Ok(())
    }

    fn count(&mut self, span: &Range<usize>, terms: usize) -> Result<(), Fault> {
        self.terms += terms;
        if self.terms > MAX_TERMS {
            let message = format!("a query has at most {MAX_TERMS} terms");
            return Err(Fault::new(span.clone(), message));
        }
        Ok(())
    }
}

const CLOSES_NOTHING: &str = "this `)` closes nothing";

fn operator(what: &Lexeme) -> &'static str {
    match what {
        Lexeme::And => "AND",
        _ => "OR",
    }
}

fn needs_left(what: &Lexeme) -> String {
    format!(
        "{} needs a term before it; quote it to look for the word",
        operator(what)
    )
}

fn needs_right(what: &Lexeme) -> String {
    format!(
        "{} needs a term after it; quote it to look for the word",
        operator(what)
    )
}
