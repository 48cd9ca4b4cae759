//! What a query says, once read: terms joined by AND, OR and NOT.

use noroshi_indicator::{Kind, Observable, Tlp};

use crate::like::Like;
use crate::statement::StatementKind;
use crate::time::{Time, TimeRange};

/// A whole query. The empty query (`expr: None`) asks for everything.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Query {
    /// What to look for.
    pub expr: Option<Expr>,
}

/// Terms joined together.
///
/// What [`parse`](crate::parse) returns is in *normal form*: `And` and `Or` hold at least two
/// parts, none of them of the same sort, and `Not` never holds a `Not`. [`Expr::all`],
/// [`Expr::any`] and [`Expr::negate`] keep it.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Expr {
    /// Every part matches.
    And(Vec<Expr>),
    /// At least one part matches.
    Or(Vec<Expr>),
    /// The part does not match.
    Not(Box<Expr>),
    /// One test.
    Term(Term),
}

/// One test of a statement. The crate's documentation has the table of what each one means.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Term {
    /// A word as typed: whole words of prose, or a part of a value.
    Word(String),
    /// A quoted phrase, without its quotes and escapes.
    Phrase(String),
    /// A regex in Rust's syntax, without its slashes; what the parser returns compiles.
    Regex(String),
    /// A value and its [natural neighbours](crate::neighbours).
    Observable(Observable),
    /// Statements about observables of one kind.
    Kind(Kind),
    /// Exactly this value, whatever its kind; canonical when its kind can be told from it.
    Value(String),
    /// A name, the names below it, and URLs on any of them.
    Domain(Observable),
    /// An address; or, given a network, the addresses in it.
    Ip(Observable),
    /// A network and what lies in it: addresses, networks, URLs on an address.
    Cidr(Observable),
    /// A file hash of any kind that this text can be, canonical.
    Hash(String),
    /// A vulnerability, as `CVE-2026-0001`.
    Cve(String),
    /// The name of the source that said it.
    Source(String),
    /// The name of the account that said it; a source is an account.
    From(String),
    /// The name of an account it is for: mentioned, or replied to.
    To(String),
    /// Statements of one sort.
    In(StatementKind),
    /// What the statement is besides.
    Is(Is),
    /// What comes with the statement.
    Has(Has),
    /// One of the statement's tags.
    Tag(String),
    /// The malware family it names.
    Family(String),
    /// It names a look-alike of this.
    Like(Like),
    /// The name of a hunt that found it.
    Hunt(String),
    /// Somebody who makes what is affected.
    Vendor(String),
    /// A product that is affected.
    Product(String),
    /// A CVSS score in this range.
    Cvss(Scores),
    /// About Japan: it names a host under `.jp`, or is written in kana.
    Japan,
    /// Marked with exactly this level.
    Tlp(Tlp),
    /// Received at this time or later.
    Since(Time),
    /// Received before this time.
    Until(Time),
    /// First seen within the range.
    First(TimeRange),
    /// Last seen within the range.
    Last(TimeRange),
}

/// CVSS scores from one to another, both included, in tenths.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Scores {
    /// The lowest.
    pub from: u8,
    /// The highest, at most 100.
    pub to: u8,
}

/// What a post may be besides a post.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Is {
    /// It answers another.
    Reply,
    /// It repeats another.
    Repost,
}

impl Is {
    /// All of them, as listed above.
    pub const ALL: [Is; 2] = [Is::Reply, Is::Repost];

    /// The name that `is:` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Is::Reply => "reply",
            Is::Repost => "repost",
        }
    }
}

/// What may come with a post.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Has {
    /// An attached file.
    File,
}

impl Has {
    /// All of them, as listed above.
    pub const ALL: [Has; 1] = [Has::File];

    /// The name that `has:` knows it by.
    pub fn name(self) -> &'static str {
        match self {
            Has::File => "file",
        }
    }
}

impl Query {
    /// Both queries together, as when a page narrows down what its reader typed.
    #[must_use]
    pub fn and(self, other: Query) -> Query {
        Query {
            expr: Expr::all([self.expr, other.expr].into_iter().flatten()),
        }
    }
}

impl Query {
    /// Whether a statement of this sort can be among those asked for; false only where none can.
    pub fn may_find(&self, kind: StatementKind) -> bool {
        self.expr.as_ref().is_none_or(|expr| expr.may_find(kind))
    }
}

impl Expr {
    fn may_find(&self, kind: StatementKind) -> bool {
        match self {
            Expr::And(parts) => parts.iter().all(|part| part.may_find(kind)),
            Expr::Or(parts) => parts.iter().any(|part| part.may_find(kind)),
            Expr::Not(inner) => !matches!(**inner, Expr::Term(Term::In(other)) if other == kind),
            Expr::Term(Term::In(other)) => *other == kind,
            Expr::Term(Term::Is(_) | Term::Has(_)) => kind == StatementKind::Post,
            // News may be answered, and be posted again; records too.
            Expr::Term(Term::To(_)) => kind != StatementKind::Listing,
            Expr::Term(Term::Family(_)) => kind == StatementKind::Listing,
            Expr::Term(Term::Vendor(_) | Term::Product(_) | Term::Cvss(_)) => {
                kind == StatementKind::Vulnerability
            }
            Expr::Term(_) => true,
        }
    }
}

impl From<Expr> for Query {
    fn from(expr: Expr) -> Query {
        Query { expr: Some(expr) }
    }
}

impl From<Term> for Expr {
    fn from(term: Term) -> Expr {
        Expr::Term(term)
    }
}

impl Expr {
    /// Every one of `parts`, in normal form; `None` when there are none.
    pub fn all(parts: impl IntoIterator<Item = Expr>) -> Option<Expr> {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Expr::And(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() > 1 {
            Some(Expr::And(flat))
        } else {
            flat.pop()
        }
    }

    /// At least one of `parts`, in normal form; `None` when there are none.
    pub fn any(parts: impl IntoIterator<Item = Expr>) -> Option<Expr> {
        let mut flat = Vec::new();
        for part in parts {
            match part {
                Expr::Or(inner) => flat.extend(inner),
                other => flat.push(other),
            }
        }
        if flat.len() > 1 {
            Some(Expr::Or(flat))
        } else {
            flat.pop()
        }
    }

    /// The opposite, in normal form.
    #[must_use]
    pub fn negate(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_sort_can_be_is_known_beforehand() {
        use StatementKind::{Listing, Post};
        for (text, listing, post) in [
            ("", true, true),
            ("evil", true, true),
            ("in:post evil", false, true),
            ("in:listing", true, false),
            ("-in:post", true, false),
            ("-in:listing", false, true),
            ("is:reply OR tag:a", true, true),
            ("is:reply tag:a", false, true),
            ("to:ben OR has:file", false, true),
            ("family:a", true, false),
            ("-(is:reply evil)", true, true),
            ("in:post in:listing", false, false),
        ] {
            let query = crate::parse(text, 0, &crate::TimeZone::UTC).unwrap();
            assert_eq!(
                (query.may_find(Listing), query.may_find(Post)),
                (listing, post),
                "{text}"
            );
        }
    }
}
