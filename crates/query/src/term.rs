//! Words, regexes and field values to terms.

use std::ops::Range;

use noroshi_indicator::{Kind, Observable, Tlp};

use crate::ast::{Has, Is, Term};
use crate::bare;
use crate::cvss;
use crate::error::{Fault, excerpt};
use crate::field::Field;
use crate::lex::{field_like, unknown_field};
use crate::like::Like;
use crate::limits::MAX_TEXT_CHARS;
use crate::regexes;
use crate::statement::StatementKind;
use crate::value;
use crate::when::{self, Clock};

/// A word without a field: an observable if it is one beyond doubt, else a word.
pub(crate) fn bare(word: &str, span: &Range<usize>) -> Result<Term, Fault> {
    if let Some(observable) = bare::observable(word) {
        return Ok(Term::Observable(observable));
    }
    if let Some(name) = field_like(word) {
        let name_span = span.start..span.start + name.len() + 1;
        return Err(Fault::new(name_span, unknown_field(name)));
    }
    text_length(word, span)?;
    Ok(Term::Word(word.to_owned()))
}

/// What stood between quotes.
pub(crate) fn phrase(phrase: String, span: &Range<usize>) -> Result<Term, Fault> {
    text_length(&phrase, span)?;
    Ok(Term::Phrase(phrase))
}

fn text_length(text: &str, span: &Range<usize>) -> Result<(), Fault> {
    let chars = text.chars().count();
    if chars > MAX_TEXT_CHARS {
        let message = format!(
            "a word or phrase has at most {MAX_TEXT_CHARS} characters, this one has {chars}"
        );
        return Err(Fault::new(span.clone(), message));
    }
    Ok(())
}

/// A regex that is sure to compile. The fault points into the regex where it can.
pub(crate) fn regex(pattern: String, span: &Range<usize>) -> Result<Term, Fault> {
    match regexes::check(&pattern) {
        Ok(()) => Ok(Term::Regex(pattern)),
        Err(refusal) => Err(Fault::new(refusal.within(&pattern, span), refusal.message)),
    }
}

/// The terms that one value of a field stands for, any of which may match. The error is the
/// message alone; the caller knows where the value stands.
pub(crate) fn field(field: Field, text: &str, clock: Clock<'_>) -> Result<Vec<Term>, String> {
    let term = match field {
        Field::Kind => return kinds(text).map(|found| found.map(Term::Kind).collect()),
        Field::Cvss => Term::Cvss(cvss::scores(text)?),
        Field::Jp => choice("jp", text, &[("yes", Term::Japan)], &[])?,
        Field::Vendor => Term::Vendor(text.to_owned()),
        Field::Product => Term::Product(text.to_owned()),
        Field::Tlp => return levels(text).map(|found| found.map(Term::Tlp).collect()),
        Field::Value => Term::Value(bare::canonical(text)),
        Field::Domain => Term::Domain(parsed(Kind::Domain, text)?),
        Field::Ip => Term::Ip(address(text)?),
        Field::Cidr => Term::Cidr(parsed(Kind::Cidr, text)?),
        Field::Hash => Term::Hash(value::hash(text).ok_or_else(|| {
            format!(
                "`{}` is no hash: expected 32, 40, 56, 64, 96 or 128 hexadecimal digits, an \
                 ssdeep or a TLSH",
                excerpt(text)
            )
        })?),
        Field::Cve => Term::Cve(parsed(Kind::Cve, text)?.value().to_owned()),
        Field::Source => Term::Source(text.to_owned()),
        Field::From => Term::From(text.to_owned()),
        Field::To => Term::To(text.to_owned()),
        Field::In => {
            let all = StatementKind::ALL.map(|kind| (kind.name(), Term::In(kind)));
            choice("in", text, &all, &["event"])?
        }
        Field::Is => {
            let mut all = Is::ALL.map(|what| (what.name(), Term::Is(what))).to_vec();
            // What is new moves on with the clock, as other relative times do.
            all.push(("new", Term::Since(when::since("24h", clock)?)));
            choice("is", text, &all, &[])?
        }
        Field::Has => {
            let all = Has::ALL.map(|what| (what.name(), Term::Has(what)));
            choice("has", text, &all, &["capture"])?
        }
        Field::Tag => Term::Tag(text.to_owned()),
        Field::Family => Term::Family(text.to_owned()),
        Field::Like => Term::Like(Like::parse(text)?),
        Field::Hunt => Term::Hunt(text.to_owned()),
        Field::Since => Term::Since(when::since(text, clock)?),
        Field::Until => Term::Until(when::until(text, clock)?),
        Field::First => Term::First(when::range(text, clock)?),
        Field::Last => Term::Last(when::range(text, clock)?),
        Field::Reserved(name) => return Err(format!("`{name}:` is not available yet")),
    };
    Ok(vec![term])
}

/// One of the few values of a field; `later` are those that are known but not available yet.
fn choice(field: &str, text: &str, known: &[(&str, Term)], later: &[&str]) -> Result<Term, String> {
    let is = |name: &str| name.eq_ignore_ascii_case(text);
    if let Some((_, term)) = known.iter().find(|(name, _)| is(name)) {
        return Ok(term.clone());
    }
    if let Some(name) = later.iter().find(|name| is(name)) {
        return Err(format!("`{field}:{name}` is not available yet"));
    }
    let names: Vec<String> = known
        .iter()
        .map(|(name, _)| format!("`{field}:{name}`"))
        .collect();
    Err(format!(
        "there is no `{field}:{}`; known: {}",
        excerpt(text),
        names.join(", ")
    ))
}

fn parsed(kind: Kind, text: &str) -> Result<Observable, String> {
    Observable::parse(kind, text).map_err(|error| error.to_string())
}

/// The value of `ip:`.
fn address(text: &str) -> Result<Observable, String> {
    [Kind::Ipv4, Kind::Ipv6, Kind::Cidr]
        .into_iter()
        .find_map(|kind| Observable::parse(kind, text).ok())
        .ok_or_else(|| {
            format!(
                "`{}` is no address: expected one such as 192.0.2.1 or 2001:db8::1, or a network \
                 such as 192.0.2.0/24",
                excerpt(text)
            )
        })
}

/// The value of `kind:`: one kind, or `ip` and `hash` for the families of kinds.
fn kinds(text: &str) -> Result<impl Iterator<Item = Kind> + use<>, String> {
    let name = text.to_ascii_lowercase();
    let wanted: Vec<Kind> = match name.as_str() {
        "ip" => vec![Kind::Ipv4, Kind::Ipv6],
        "hash" => Kind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.is_hash())
            .collect(),
        _ => vec![name.parse().map_err(|_| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            format!(
                "there is no kind `{}`; known are ip, hash, {}",
                excerpt(text),
                names.join(", ")
            )
        })?],
    };
    Ok(wanted.into_iter())
}

/// The value of `tlp:`: a level, or a comparison with one.
fn levels(text: &str) -> Result<impl Iterator<Item = Tlp> + use<>, String> {
    let (keep, name): (fn(Tlp, Tlp) -> bool, &str) = if let Some(name) = text.strip_prefix("<=") {
        (|level, bound| level <= bound, name)
    } else if let Some(name) = text.strip_prefix(">=") {
        (|level, bound| level >= bound, name)
    } else if let Some(name) = text.strip_prefix('<') {
        (|level, bound| level < bound, name)
    } else if let Some(name) = text.strip_prefix('>') {
        (|level, bound| level > bound, name)
    } else {
        (|level, bound| level == bound, text)
    };
    let bound: Tlp = name.to_ascii_lowercase().parse().map_err(|_| {
        format!(
            "there is no TLP level `{}`; known are clear, green, amber, amber+strict and red, \
             also as in `tlp:<=green`",
            excerpt(name)
        )
    })?;
    let levels: Vec<Tlp> = Tlp::ALL
        .iter()
        .copied()
        .filter(|level| keep(*level, bound))
        .collect();
    if levels.is_empty() {
        return Err(format!("no TLP level is `{text}`"));
    }
    Ok(levels.into_iter())
}
