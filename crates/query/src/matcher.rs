//! Holds a query against statements: built once, then asked many times.

use std::borrow::Cow;
use std::cell::OnceCell;

use noroshi_indicator::{Kind, Observable, Tlp, fold};
use regex::Regex;

use crate::ast::{Expr, Query, Term};
use crate::neighbours::{Circle, Tie};
use crate::regexes;
use crate::statement::Statement;
use crate::text::{Needle, Prose, folded};
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
        self.root
            .as_ref()
            .is_none_or(|root| root.matches(&Folded::new(statement)))
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
            Node::Test(Test::Text(_) | Test::Tag(_) | Test::Family(_)) => 10,
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
    Source(String),
    Tag(String),
    Family(String),
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
            Term::Source(name) | Term::From(name) => Test::Source(fold(name)),
            Term::Tag(tag) => Test::Tag(fold(tag)),
            Term::Family(family) => Test::Family(fold(family)),
            Term::Tlp(level) => Test::Tlp(*level),
            Term::Since(Time(from)) => Test::Received(TimeRange::From(Time(*from))),
            Term::Until(Time(until)) => Test::Received(TimeRange::Before(Time(*until))),
            Term::First(range) => Test::First(*range),
            Term::Last(range) => Test::Last(*range),
        })
    }

    fn matches(&self, statement: &Folded<'_>) -> bool {
        let said = statement.said;
        match self {
            Test::Text(needle) => {
                (said.observable.kind().searchable_in_part()
                    && needle.is_part_of(statement.value()))
                    || statement.prose().any(|prose| needle.is_in(prose))
            }
            Test::Regex(regex) => {
                regex.is_match(said.observable.value())
                    || said.family.is_some_and(|family| regex.is_match(family))
                    || said.tags.iter().any(|tag| regex.is_match(tag))
                    || said.note.is_some_and(|note| regex.is_match(note))
            }
            Test::Related(circle, ties) => circle
                .tie(said.observable)
                .is_some_and(|tie| ties.is_empty() || ties.contains(&tie)),
            Test::AddressIn(circle) => {
                said.observable.kind().is_address()
                    && circle.tie(said.observable) == Some(Tie::Inside)
            }
            Test::OneOf(wanted) => wanted.contains(said.observable),
            Test::Kind(kind) => said.observable.kind() == *kind,
            Test::Source(name) => folded(said.source) == *name,
            Test::Tag(tag) => statement.tags().iter().any(|known| known.folded == *tag),
            Test::Family(family) => statement
                .family()
                .is_some_and(|known| known.folded == *family),
            Test::Tlp(level) => said.tlp == *level,
            Test::Received(range) => range.contains(said.received),
            Test::First(range) => range.contains(said.first_seen),
            Test::Last(range) => range.contains(said.last_seen),
        }
    }
}

/// A statement whose texts are folded when first needed; no copy is made of what is folded
/// already.
struct Folded<'s> {
    said: &'s Statement<'s>,
    value: OnceCell<Cow<'s, str>>,
    family: OnceCell<Option<Prose<'s>>>,
    tags: OnceCell<Vec<Prose<'s>>>,
    note: OnceCell<Option<Prose<'s>>>,
}

impl<'s> Folded<'s> {
    fn new(said: &'s Statement<'s>) -> Folded<'s> {
        Folded {
            said,
            value: OnceCell::new(),
            family: OnceCell::new(),
            tags: OnceCell::new(),
            note: OnceCell::new(),
        }
    }

    fn value(&self) -> &str {
        self.value
            .get_or_init(|| folded(self.said.observable.value()))
    }

    fn family(&self) -> Option<&Prose<'s>> {
        self.family
            .get_or_init(|| self.said.family.map(Prose::new))
            .as_ref()
    }

    fn tags(&self) -> &[Prose<'s>] {
        self.tags
            .get_or_init(|| self.said.tags.iter().map(|tag| Prose::new(tag)).collect())
    }

    fn note(&self) -> Option<&Prose<'s>> {
        self.note
            .get_or_init(|| self.said.note.map(Prose::new))
            .as_ref()
    }

    fn prose(&self) -> impl Iterator<Item = &Prose<'s>> {
        self.family()
            .into_iter()
            .chain(self.tags())
            .chain(self.note())
    }
}
