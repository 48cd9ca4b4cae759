//! The canonical text of a query: parsing it gives the same query again.

use std::fmt::{self, Display, Formatter};

use crate::ast::{Expr, Query, Term};
use crate::bare;
use crate::lex::{field_like, is_plain_value, is_plain_word};

/// Parsing the text gives the same query again, for every query that
/// [`parse`](crate::parse) returned and every one in normal form whose words and observables can
/// be written without quotes. Where that is not so, a word becomes a phrase, and an observable
/// an exact `value:`.
impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expr.as_ref().map_or(Ok(()), |expr| expr.fmt(f))
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::And(parts) => joined(parts, " ", |part| matches!(part, Expr::Or(_)), f),
            Expr::Or(parts) => joined(parts, " OR ", |_| false, f),
            Expr::Not(inner) => {
                f.write_str("-")?;
                grouped(inner, !matches!(**inner, Expr::Term(_)), f)
            }
            Expr::Term(term) => term.fmt(f),
        }
    }
}

fn joined(
    parts: &[Expr],
    between: &str,
    needs_group: fn(&Expr) -> bool,
    f: &mut Formatter<'_>,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        grouped(part, needs_group(part), f)?;
    }
    Ok(())
}

fn grouped(expr: &Expr, group: bool, f: &mut Formatter<'_>) -> fmt::Result {
    if group {
        write!(f, "({expr})")
    } else {
        expr.fmt(f)
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Term::Word(word) if reads_as_word(word) => f.write_str(word),
            Term::Word(text) | Term::Phrase(text) => quoted(text, f),
            Term::Regex(pattern) => regex(pattern, f),
            Term::Observable(observable) => match bare::spelling(observable) {
                Some(text) => f.write_str(&text),
                None => field("value", observable.value(), f),
            },
            Term::Kind(kind) => field("kind", kind.name(), f),
            Term::Value(value) => field("value", value, f),
            Term::Domain(domain) => field("domain", domain.value(), f),
            Term::Ip(address) => field("ip", address.value(), f),
            Term::Cidr(network) => field("cidr", network.value(), f),
            Term::Hash(hash) => field("hash", hash, f),
            Term::Cve(cve) => field("cve", cve, f),
            Term::Source(name) => field("source", name, f),
            Term::From(name) => field("from", name, f),
            Term::To(name) => field("to", name, f),
            Term::In(kind) => write!(f, "in:{}", kind.name()),
            Term::Is(what) => write!(f, "is:{}", what.name()),
            Term::Has(what) => write!(f, "has:{}", what.name()),
            Term::Tag(tag) => field("tag", tag, f),
            Term::Family(family) => field("family", family, f),
            Term::Like(like) => field("like", &like.to_string(), f),
            Term::Hunt(name) => field("hunt", name, f),
            Term::Vendor(vendor) => field("vendor", vendor, f),
            Term::Product(product) => field("product", product, f),
            Term::Cvss(scores) => write!(f, "cvss:{scores}"),
            Term::Japan => f.write_str("jp:yes"),
            Term::Tlp(level) => write!(f, "tlp:{level}"),
            Term::Since(time) => write!(f, "since:{time}"),
            Term::Until(time) => write!(f, "until:{time}"),
            Term::First(range) => write!(f, "first:{range}"),
            Term::Last(range) => write!(f, "last:{range}"),
        }
    }
}

fn reads_as_word(text: &str) -> bool {
    is_plain_word(text) && bare::observable(text).is_none() && field_like(text).is_none()
}

fn field(name: &str, value: &str, f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{name}:")?;
    if is_plain_value(value) {
        f.write_str(value)
    } else {
        quoted(value, f)
    }
}

fn quoted(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    write!(f, "\"{escaped}\"")
}

/// Escapes the slashes that are not escaped already.
fn regex(pattern: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("/")?;
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '/' => f.write_str("\\/")?,
            '\\' => {
                f.write_str("\\")?;
                chars
                    .next()
                    .map_or(Ok(()), |escaped| write!(f, "{escaped}"))?;
            }
            _ => write!(f, "{c}")?,
        }
    }
    f.write_str("/")
}
