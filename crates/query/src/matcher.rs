//! Holds a query against statements: built once, then asked many times.

use noroshi_indicator::{Kind, Observable, Tlp, fold};
use regex::Regex;

use crate::ast::{Expr, Has, Is, Query, Scores, Term};
use crate::folded::Folded;
use crate::japan;
use crate::like::Lookalike;
use crate::neighbours::{Circle, Tie};
use crate::regexes;
use crate::statement::{Statement, StatementKind};
use crate::text::{Needle, folded};
use crate::time::{Time, TimeRange};
use crate::value;

/// A query with its words folded and its regexes compiled.
#[derive(Debug)]
pub struct Matcher {
    /// `None` matches everything.
    root: Option<Node>,
}

/// A regex in a hand-made query that does not compile; those that were parsed do.
#[derive(Debug, thiserror::Error)]
#[error("this regex cannot be used: {0}")]
pub struct BadPattern(#[from] regex::Error);

impl Matcher {
    /// Makes a query ready.
    ///
    /// # Errors
    ///
    /// Only for a query that was not parsed: one of its regexes does not compile within the
    /// limits.
    pub fn new(query: &Query) -> Result<Matcher, BadPattern> {
        let root = query.expr.as_ref().map(Node::new).transpose()?;
        Ok(Matcher { root })
    }

    /// Whether a statement is among those the query asks for.
    pub fn matches(&self, statement: &Statement<'_>) -> bool {
        self.matches_folded(&Folded::new(statement))
    }

    /// As [`matches`](Matcher::matches), where many are asked about one statement.
    pub fn matches_folded(&self, statement: &Folded<'_>) -> bool {
        self.root
            .as_ref()
            .is_none_or(|root| root.matches(statement))
    }
}

impl Query {
    /// Whether a statement is among those it asks for; never, with a regex that does not
    /// compile. Build a [`Matcher`] to ask more than once.
    pub fn matches(&self, statement: &Statement<'_>) -> bool {
        Matcher::new(self).is_ok_and(|matcher| matcher.matches(statement))
    }
}

impl Expr {
    /// As [`Query::matches`].
    pub fn matches(&self, statement: &Statement<'_>) -> bool {
        Node::new(self).is_ok_and(|node| node.matches(&Folded::new(statement)))
    }
}

impl Term {
    /// As [`Query::matches`].
    pub fn matches(&self, statement: &Statement<'_>) -> bool {
        Test::new(self).is_ok_and(|test| test.matches(&Folded::new(statement)))
    }
}

#[derive(Debug)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

impl Node {
    fn new(expr: &Expr) -> Result<Node, BadPattern> {
        Ok(match expr {
            Expr::And(parts) => Node::All(Node::cheapest_first(parts)?),
            Expr::Or(parts) => Node::Any(Node::cheapest_first(parts)?),
            Expr::Not(inner) => Node::Not(Box::new(Node::new(inner)?)),
            Expr::Term(term) => Node::Test(Test::new(term)?),
        })
    }

    /// The order changes nothing but the time it takes.
    fn cheapest_first(parts: &[Expr]) -> Result<Vec<Node>, BadPattern> {
        let mut nodes = parts.iter().map(Node::new).collect::<Result<Vec<_>, _>>()?;
        nodes.sort_by_cached_key(Node::cost);
        Ok(nodes)
    }

    fn cost(&self) -> usize {
        match self {
            Node::All(parts) | Node::Any(parts) => parts.iter().map(Node::cost).sum(),
            Node::Not(inner) => inner.cost(),
            Node::Test(Test::Regex(_)) => 100,
            Node::Test(
                Test::Text(_) | Test::Tag(_) | Test::Family(_) | Test::Like(_) | Test::Japan,
            ) => 10,
            Node::Test(_) => 1,
        }
    }

    fn matches(&self, statement: &Folded<'_>) -> bool {
        match self {
            Node::All(parts) => parts.iter().all(|part| part.matches(statement)),
            Node::Any(parts) => parts.iter().any(|part| part.matches(statement)),
            Node::Not(inner) => !inner.matches(statement),
            Node::Test(test) => test.matches(statement),
        }
    }
}

#[derive(Debug)]
enum Test {
    Text(Box<Needle>),
    Regex(Regex),
    /// Neighbours whose tie is among these; all of them where the slice is empty.
    Related(Box<Circle>, &'static [Tie]),
    /// An address in a network.
    AddressIn(Box<Circle>),
    OneOf(Vec<Observable>),
    Kind(Kind),
    In(StatementKind),
    Is(Is),
    Has(Has),
    Source(String),
    From(String),
    To(String),
    Tag(String),
    Family(String),
    Like(Box<Lookalike>),
    Hunt(String),
    Vendor(String),
    Product(String),
    Cvss(Scores),
    Japan,
    Tlp(Tlp),
    Received(TimeRange),
    First(TimeRange),
    Last(TimeRange),
}

/// What `domain:` finds.
const ON_NAME: &[Tie] = &[Tie::Same, Tie::Subdomain, Tie::UrlOn];
/// What `cidr:` finds.
const IN_NETWORK: &[Tie] = &[Tie::Same, Tie::Inside, Tie::UrlOn];
/// What a bare observable finds.
const ANY_TIE: &[Tie] = &[];

impl Test {
    fn new(term: &Term) -> Result<Test, BadPattern> {
        let circle = |observable: &Observable| Box::new(Circle::around(observable.clone()));
        Ok(match term {
            Term::Word(text) | Term::Phrase(text) => Test::Text(Box::new(Needle::new(text))),
            Term::Regex(pattern) => Test::Regex(regexes::compile(pattern)?),
            Term::Observable(asked) => Test::Related(circle(asked), ANY_TIE),
            Term::Kind(kind) => Test::Kind(*kind),
            Term::Value(text) => Test::OneOf(value::named(text)),
            Term::Domain(name) => Test::Related(circle(name), ON_NAME),
            Term::Ip(asked) if asked.kind() == Kind::Cidr => Test::AddressIn(circle(asked)),
            Term::Ip(address) => Test::OneOf(vec![address.clone()]),
            Term::Cidr(network) => Test::Related(circle(network), IN_NETWORK),
            Term::Hash(text) => Test::OneOf(value::hashes(text)),
            Term::Cve(text) => {
                Test::OneOf(Observable::parse(Kind::Cve, text).into_iter().collect())
            }
            Term::In(kind) => Test::In(*kind),
            Term::Is(what) => Test::Is(*what),
            Term::Has(what) => Test::Has(*what),
            Term::Source(name) => Test::Source(fold(name)),
            Term::From(name) => Test::From(fold(name)),
            Term::To(name) => Test::To(fold(name)),
            Term::Tag(tag) => Test::Tag(fold(tag)),
            Term::Family(family) => Test::Family(fold(family)),
            Term::Like(like) => Test::Like(Box::new(Lookalike::new(like))),
            Term::Hunt(name) => Test::Hunt(name.clone()),
            Term::Vendor(vendor) => Test::Vendor(fold(vendor)),
            Term::Product(product) => Test::Product(fold(product)),
            Term::Cvss(scores) => Test::Cvss(*scores),
            Term::Japan => Test::Japan,
            Term::Tlp(level) => Test::Tlp(*level),
            Term::Since(Time(from)) => Test::Received(TimeRange::From(Time(*from))),
            Term::Until(Time(until)) => Test::Received(TimeRange::Before(Time(*until))),
            Term::First(range) => Test::First(*range),
            Term::Last(range) => Test::Last(*range),
        })
    }

    fn matches(&self, statement: &Folded<'_>) -> bool {
        let said = statement.said;
        let named = said.observables;
        match self {
            Test::Text(needle) => {
                statement.values().any(|value| needle.is_part_of(value))
                    || statement.prose().any(|prose| needle.is_in(prose))
            }
            Test::Regex(regex) => {
                named.iter().any(|named| regex.is_match(named.value()))
                    || said.family.is_some_and(|family| regex.is_match(family))
                    || said.tags.iter().any(|tag| regex.is_match(tag))
                    || said.text.is_some_and(|text| regex.is_match(text))
            }
            Test::Related(circle, ties) => named
                .iter()
                .filter_map(|named| circle.tie(named))
                .any(|tie| ties.is_empty() || ties.contains(&tie)),
            Test::AddressIn(circle) => named
                .iter()
                .filter(|named| named.kind().is_address())
                .any(|named| circle.tie(named) == Some(Tie::Inside)),
            Test::OneOf(wanted) => named.iter().any(|named| wanted.contains(named)),
            Test::Kind(kind) => named.iter().any(|named| named.kind() == *kind),
            Test::In(kind) => said.kind == *kind,
            Test::Is(Is::Reply) => said.reply,
            Test::Is(Is::Repost) => said.repost,
            Test::Has(Has::File) => said.file,
            Test::Source(name) => said.by_source && folded(said.from) == *name,
            Test::From(name) => folded(said.from) == *name,
            Test::To(name) => said.to.iter().any(|to| folded(to) == *name),
            Test::Tag(tag) => statement.tags().iter().any(|known| known.folded == *tag),
            Test::Family(family) => statement
                .family()
                .is_some_and(|known| known.folded == *family),
            Test::Like(like) => named.iter().any(|named| like.is(named)),
            Test::Hunt(name) => statement.hunts.contains(name),
            Test::Vendor(name) => said.vendors.iter().any(|known| folded(known) == *name),
            Test::Product(name) => said.products.iter().any(|known| folded(known) == *name),
            Test::Cvss(scores) => said.cvss.is_some_and(|score| scores.contains(score)),
            Test::Japan => japan::is_about(said),
            Test::Tlp(level) => said.tlp == *level,
            Test::Received(range) => range.contains(said.received),
            Test::First(range) => range.contains(said.first_seen),
            Test::Last(range) => range.contains(said.last_seen),
        }
    }
}
