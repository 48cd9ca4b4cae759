//! What every statement that a query finds must show.

use std::borrow::Cow;

use noroshi_indicator::{Kind, Observable, Tlp, fold};
use noroshi_query::{Expr, Has, Is, Like, Lookalike, Query, StatementKind, Term, hashes, named};

use super::required;
use crate::python::Pattern;

/// The longest literal that is looked for, in bytes: more tells little more apart, and no more
/// than this many can end at the same place of a text.
pub(super) const LITERAL: usize = 24;

/// One of several things of which a matching statement shows at least one.
#[derive(Debug)]
pub(super) enum Clue {
    /// The value of a field.
    Mark(Mark<'static>),
    /// A named network begins at or before this address, and ends at or behind it.
    Around([u8; 16]),
    /// A registered label is so many slips from this one, or none.
    Slip(String, usize),
    /// A text, folded or as written, has these bytes, whatever the case of ASCII letters.
    Literal(Vec<u8>),
}

/// The value of a field, as a statement shows it and a query asks for it.
#[derive(Debug, Hash)]
pub(super) enum Mark<'a> {
    /// On every statement.
    Any,
    In(StatementKind),
    Is(Is),
    Has(Has),
    Tlp(Tlp),
    From(Cow<'a, str>),
    To(Cow<'a, str>),
    Tag(Cow<'a, str>),
    Family(Cow<'a, str>),
    /// A registered label looks like this.
    Glyphs(Cow<'a, str>),
    Vendor(Cow<'a, str>),
    Product(Cow<'a, str>),
    /// Has a CVSS score.
    Scored,
    /// Names an observable of this kind.
    Kind(Kind),
    /// Names the observable of this key.
    Value(i64),
    /// Names this name, one below it, or a URL on one of them.
    Below(Cow<'a, str>),
    /// Names an address, network, or URL on an address, that begins with so many bits of this.
    Within(u8, [u8; 16]),
}

/// The clues of a query; none where nothing can match.
pub(super) fn of_query(query: &Query) -> Vec<Clue> {
    let clues = match &query.expr {
        Some(expr) => of_expr(expr, true),
        None => None,
    };
    clues.unwrap_or_else(|| vec![Clue::Mark(Mark::Any)])
}

/// The clues of a pattern, which only a post can match.
pub(super) fn of_pattern(pattern: &Pattern) -> Vec<Clue> {
    let posts = vec![Clue::Mark(Mark::In(StatementKind::Post))];
    let literals = pattern.literals().map(in_texts);
    cheapest([Some(posts), literals]).unwrap_or_default()
}

/// `None` where every statement has to be asked. `wanted` is false below a NOT, where an AND is
/// an OR of what is not.
fn of_expr(expr: &Expr, wanted: bool) -> Option<Vec<Clue>> {
    match (expr, wanted) {
        (Expr::Term(term), true) => of_term(term),
        (Expr::Term(_), false) => None,
        (Expr::Not(inner), _) => of_expr(inner, !wanted),
        (Expr::And(parts), true) | (Expr::Or(parts), false) => {
            cheapest(parts.iter().map(|part| of_expr(part, wanted)))
        }
        (Expr::Or(parts), true) | (Expr::And(parts), false) => {
            let each = parts.iter().map(|part| of_expr(part, wanted));
            each.collect::<Option<Vec<_>>>()
                .map(|all| all.into_iter().flatten().collect())
        }
    }
}

fn cheapest(parts: impl IntoIterator<Item = Option<Vec<Clue>>>) -> Option<Vec<Clue>> {
    let known = parts.into_iter().flatten();
    known.min_by_key(|clues| clues.iter().map(Clue::cost).sum::<u32>())
}

fn of_term(term: &Term) -> Option<Vec<Clue>> {
    let mark = match term {
        Term::Word(text) | Term::Phrase(text) => return Some(of_text(text)),
        Term::Regex(pattern) => return of_regex(pattern),
        Term::Observable(asked) => return Some(around(asked)),
        Term::Value(text) => return Some(values(named(text))),
        Term::Hash(text) => return Some(values(hashes(text))),
        Term::Cve(text) => return Some(values(Observable::parse(Kind::Cve, text))),
        Term::Ip(asked) if asked.kind() == Kind::Cidr => return Some(vec![within(asked)?]),
        Term::Ip(asked) => Mark::Value(asked.key()),
        Term::Cidr(asked) if asked.kind() == Kind::Cidr => return Some(vec![within(asked)?]),
        // Only in a query that was not parsed are these of another kind.
        Term::Cidr(asked) => return Some(around(asked)),
        Term::Domain(asked) if asked.kind() != Kind::Domain => return Some(around(asked)),
        Term::Domain(asked) => Mark::Below(asked.value().to_owned().into()),
        Term::Like(like) => return Some(looks(like)),
        // Only what is kept is a hit.
        Term::Hunt(_) => return Some(Vec::new()),
        Term::Kind(kind) => Mark::Kind(*kind),
        Term::Source(name) | Term::From(name) => Mark::From(fold(name).into()),
        Term::To(name) => Mark::To(fold(name).into()),
        Term::In(kind) => Mark::In(*kind),
        Term::Is(what) => Mark::Is(*what),
        Term::Has(what) => Mark::Has(*what),
        Term::Tag(tag) => Mark::Tag(fold(tag).into()),
        Term::Family(family) => Mark::Family(fold(family).into()),
        Term::Vendor(vendor) => Mark::Vendor(fold(vendor).into()),
        Term::Product(product) => Mark::Product(fold(product).into()),
        Term::Cvss(_) => Mark::Scored,
        Term::Tlp(level) => Mark::Tlp(*level),
        Term::Japan => return None,
        Term::Since(_) | Term::Until(_) | Term::First(_) | Term::Last(_) => return None,
    };
    Some(vec![Clue::Mark(mark)])
}

/// A word or phrase is in a folded text or value that has it, wherever else it must be.
fn of_text(text: &str) -> Vec<Clue> {
    let mut folded = fold(text).into_bytes();
    folded.truncate(LITERAL);
    // What is folded away altogether is found nowhere.
    let clue = (!folded.is_empty()).then_some(Clue::Literal(folded));
    clue.into_iter().collect()
}

fn of_regex(pattern: &str) -> Option<Vec<Clue>> {
    let hir = regex_syntax::parse(pattern).ok()?;
    required::literals(&hir).as_deref().map(in_texts)
}

fn in_texts(literals: &[Vec<u8>]) -> Vec<Clue> {
    literals.iter().cloned().map(Clue::Literal).collect()
}

fn values(named: impl IntoIterator<Item = Observable>) -> Vec<Clue> {
    let keys = named.into_iter().map(|named| named.key());
    keys.map(|key| Clue::Mark(Mark::Value(key))).collect()
}

/// What belongs to an observable, as [`noroshi_query::neighbours`] has it, or somewhat more.
fn around(asked: &Observable) -> Vec<Clue> {
    let mut clues = values([asked.clone()]);
    match asked.kind() {
        Kind::Domain => on_name(asked, &mut clues),
        Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => {
            // What is in a network, and the networks around it.
            clues.extend(within(asked));
            clues.extend(networks(asked));
        }
        Kind::Url => match asked.host() {
            Some(host) if host.kind() == Kind::Domain => on_name(&host, &mut clues),
            Some(_) => {
                // Its host, and longer URLs on it.
                clues.extend(within(asked));
                clues.extend(networks(asked));
            }
            None => clues.push(Clue::Mark(Mark::Kind(Kind::Url))),
        },
        _ => {}
    }
    clues
}

fn on_name(name: &Observable, clues: &mut Vec<Clue>) {
    clues.push(Clue::Mark(Mark::Below(name.value().to_owned().into())));
    clues.extend(values(name.parents()));
}

/// What a name shows that looks like another, by each of the rules.
fn looks(like: &Like) -> Vec<Clue> {
    let like = Lookalike::new(like);
    let mut clues = Vec::new();
    if like.slips() > 0 || like.other_suffixes() {
        clues.push(Clue::Slip(like.label().to_owned(), like.slips()));
    }
    if let Some(glyphs) = like.glyphs() {
        clues.push(Clue::Mark(Mark::Glyphs(glyphs.to_owned().into())));
    }
    if let Some(literal) = like.inside() {
        clues.push(Clue::Literal(literal.as_bytes().to_vec()));
    }
    clues
}

/// The first bits that what lies in an address or network has in common.
fn within(asked: &Observable) -> Option<Clue> {
    let (first, last) = asked.address_range()?;
    let bits = (u128::from_be_bytes(first) ^ u128::from_be_bytes(last)).leading_zeros();
    Some(Clue::Mark(Mark::Within(bits as u8, first)))
}

fn networks(asked: &Observable) -> Option<Clue> {
    let (first, _) = asked.address_range()?;
    Some(Clue::Around(first))
}

impl Clue {
    /// How many of ten thousand statements may show it, roughly.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Clue::Literal(literal) => rate(literal),
            Clue::Around(_) | Clue::Slip(..) => 2,
            Clue::Mark(mark) => match mark {
                Mark::Any => 10_000,
                Mark::In(_) => 5_000,
                Mark::Kind(_) | Mark::Is(_) | Mark::Has(_) | Mark::Tlp(_) | Mark::Scored => 3_000,
                Mark::From(_) | Mark::To(_) => 50,
                Mark::Tag(_) | Mark::Family(_) | Mark::Vendor(_) | Mark::Product(_) => 20,
                Mark::Value(_) | Mark::Below(_) | Mark::Within(..) | Mark::Glyphs(_) => 2,
            },
        }
    }
}

/// What so many texts have that it tells little.
const COMMON: [&str; 5] = [
    "https://www.",
    "http://www.",
    ".example.com",
    ".co.jp",
    ".net.org",
];

/// How many of ten thousand texts may have a literal: the fewer, the longer it is.
pub(super) fn rate(literal: &[u8]) -> u32 {
    let part_of = |common: &&str| {
        let windows = common.as_bytes().windows(literal.len().max(1));
        windows.into_iter().any(|part| part == literal)
    };
    match literal.len() {
        0 => 10_000,
        1 => 3_000,
        2 => 800,
        3.. if COMMON.iter().any(part_of) => 2_000,
        3 => 150,
        4 => 40,
        5 => 12,
        6 => 8,
        7 => 6,
        _ => 4,
    }
}
