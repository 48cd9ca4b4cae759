//! From a query to walks.

use noroshi_indicator::{Kind, Observable, fold, tokens};
use noroshi_query::{Expr, Like, Lookalike, Query, StatementKind, Term, hashes, limits, named};

use super::Walk;
use crate::Form;
use crate::context::{FAMILY, TAG};
use crate::error::Result;
use crate::hunt;
use crate::item::{PRODUCT, VENDOR};
use crate::observable::{name, prefix_end};
use crate::post::{PostWalk, named as named_accounts, of_kind};
use crate::reader::Sight;
use crate::sql::{Conn, params};

/// Labels of one walk at most; whatever else is asked for, the evaluator sees to.
const LABELS: usize = 8;

/// The walks that together meet every observable that can match, best first. An AND takes the
/// cheapest of its parts, an OR all of them; what no index serves is walked newest first.
pub(crate) fn plan(conn: &Conn, sight: &Sight, query: &Query) -> Result<Vec<Walk>> {
    let walks = match &query.expr {
        Some(expr) => walks(conn, sight, expr)?,
        None => vec![Walk::All],
    };
    Ok(walks)
}

fn walks(conn: &Conn, sight: &Sight, expr: &Expr) -> Result<Vec<Walk>> {
    match expr {
        Expr::Term(term) => walks_of(conn, sight, term),
        Expr::Not(_) => Ok(vec![Walk::All]),
        Expr::Or(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(walks(conn, sight, part)?);
            }
            Ok(if all.contains(&Walk::All) {
                vec![Walk::All]
            } else {
                all
            })
        }
        Expr::And(parts) => all_of(conn, sight, parts),
    }
}

/// The cheapest of the parts; families and tags, which are told by one context, go together.
fn all_of(conn: &Conn, sight: &Sight, parts: &[Expr]) -> Result<Vec<Walk>> {
    let mut best = vec![Walk::All];
    let (mut labels, mut posts, mut no_posts) = (Vec::new(), None, false);
    for part in parts {
        let other = walks(conn, sight, part)?;
        match other.as_slice() {
            // No post has a family.
            [Walk::Labels(some)] => {
                labels.extend_from_slice(some);
                no_posts = true;
            }
            [Walk::Labels(some), Walk::Posts(tagged)] => {
                labels.extend_from_slice(some);
                posts.get_or_insert(Walk::Posts(tagged.clone()));
            }
            _ if cost(&other) < cost(&best) => best = other,
            _ => {}
        }
    }
    if labels.is_empty() {
        return Ok(best);
    }
    labels.truncate(LABELS);
    let mut labelled = vec![Walk::Labels(labels)];
    labelled.extend(posts.filter(|_| !no_posts));
    Ok(if cost(&labelled) < cost(&best) {
        labelled
    } else {
        best
    })
}

/// How much a plan may have to walk, roughly: the dearest of its walks counts.
fn cost(walks: &[Walk]) -> u32 {
    walks.iter().map(Walk::cost).max().unwrap_or(0)
}

pub(crate) fn walks_of(conn: &Conn, sight: &Sight, term: &Term) -> Result<Vec<Walk>> {
    Ok(match term {
        Term::Word(text) | Term::Phrase(text) => text_walks(text),
        Term::Observable(asked) => neighbour_walks(asked),
        Term::Value(text) => vec![Walk::Exact(named(text))],
        Term::Hash(text) => vec![Walk::Exact(hashes(text))],
        Term::Cve(text) => vec![Walk::Exact(
            Observable::parse(Kind::Cve, text).into_iter().collect(),
        )],
        Term::Domain(asked) => below_name(asked),
        Term::Ip(asked) if asked.kind() != Kind::Cidr => vec![Walk::Exact(vec![asked.clone()])],
        Term::Ip(network) | Term::Cidr(network) => inside(network),
        Term::Tag(tag) => vec![
            Walk::Labels(vec![(TAG, fold(tag))]),
            Walk::Posts(PostWalk::Tag(fold(tag))),
        ],
        Term::Family(family) => vec![Walk::Labels(vec![(FAMILY, fold(family))])],
        Term::Source(name) | Term::From(name) => {
            let mut walks = sources_named(conn, name)?;
            walks.push(Walk::Posts(PostWalk::Accounts(named_accounts(conn, name)?)));
            walks
        }
        Term::To(name) => {
            let accounts = named_accounts(conn, name)?.into_iter();
            accounts
                .map(|account| Walk::Posts(PostWalk::To(account)))
                .collect()
        }
        Term::Since(from) => vec![
            Walk::Received {
                from: Some(from.0),
                until: None,
            },
            Walk::Posts(PostWalk::All),
        ],
        Term::Until(until) => vec![
            Walk::Received {
                from: None,
                until: Some(until.0),
            },
            Walk::Posts(PostWalk::All),
        ],
        Term::Like(like) => like_walks(like),
        Term::Hunt(name) => match hunt::statements(conn, sight, name)? {
            Some((listed, posts)) => {
                vec![Walk::Exact(listed), Walk::Posts(PostWalk::These(posts))]
            }
            None => vec![Walk::All],
        },
        Term::Kind(kind) if Walk::is_rare(*kind) => vec![Walk::Kind(*kind)],
        Term::Kind(_)
        | Term::Regex(_)
        | Term::Japan
        | Term::Tlp(_)
        | Term::First(_)
        | Term::Last(_) => vec![Walk::All],
        Term::In(StatementKind::Listing) => vec![Walk::All],
        Term::In(kind) => of_kind(*kind).into_iter().map(Walk::Posts).collect(),
        // What only a post can be or have.
        Term::Is(_) | Term::Has(_) => vec![Walk::Posts(PostWalk::Said)],
        Term::Vendor(name) => vec![Walk::Posts(PostWalk::Label(VENDOR, fold(name)))],
        Term::Product(name) => vec![Walk::Posts(PostWalk::Label(PRODUCT, fold(name)))],
        Term::Cvss(_) => vec![Walk::Posts(PostWalk::Form(Form::Vulnerability))],
    })
}

/// Names that have the label in them are found by it; no index knows of slips.
fn like_walks(like: &Like) -> Vec<Walk> {
    let like = Lookalike::new(like);
    let part = like.inside().unwrap_or(like.label());
    let indexed = like.slips() == 0
        && like.glyphs().is_none()
        && like.label().is_ascii()
        && part.len() >= limits::MIN_PART_CHARS;
    match indexed {
        true => vec![Walk::Part(part.to_owned())],
        false => vec![Walk::All],
    }
}

/// Whole words of prose, and parts of values.
fn text_walks(text: &str) -> Vec<Walk> {
    let folded = fold(text);
    let mut walks = Vec::new();
    let words = tokens(&folded);
    if !words.is_empty() {
        walks.push(Walk::Prose {
            words: words.clone(),
        });
        walks.push(Walk::Posts(PostWalk::Words(words)));
    }
    if folded.chars().count() >= limits::MIN_PART_CHARS {
        walks.push(Walk::Part(folded));
    }
    walks
}

/// A bare observable: the ties of `noroshi_query::neighbours`, as walks.
fn neighbour_walks(asked: &Observable) -> Vec<Walk> {
    let mut exact = vec![asked.clone()];
    match asked.kind() {
        Kind::Domain => {
            exact.extend(asked.parents());
            let mut walks = vec![Walk::Exact(exact)];
            walks.extend(below_name(asked));
            walks
        }
        Kind::Ipv4 | Kind::Ipv6 | Kind::Cidr => {
            exact.extend(asked.networks());
            let mut walks = vec![Walk::Exact(exact)];
            walks.extend(inside(asked));
            walks
        }
        Kind::Url => {
            if let Some(host) = asked.host() {
                exact.extend(host.parents());
                exact.extend(host.networks());
                exact.push(host);
            }
            let mut walks = vec![Walk::Exact(exact)];
            walks.extend(name(asked).map(|name| below(&name)));
            if asked.address_range().is_some() {
                walks.extend(inside(asked));
            }
            walks
        }
        _ => vec![Walk::Exact(exact)],
    }
}

/// A name, what is below it, and the URLs there.
fn below_name(asked: &Observable) -> Vec<Walk> {
    asked
        .reversed_name()
        .map(|name| below(&name))
        .into_iter()
        .collect()
}

fn below(name: &str) -> Walk {
    Walk::Names {
        from: name.to_owned(),
        to: prefix_end(name),
    }
}

fn inside(network: &Observable) -> Vec<Walk> {
    network
        .address_range()
        .map(|(from, to)| Walk::Addresses { from, to })
        .into_iter()
        .collect()
}

fn sources_named(conn: &Conn, name: &str) -> Result<Vec<Walk>> {
    let folded = fold(name);
    let all = conn.query("SELECT id, name FROM source", params![], |row| {
        Ok((row.int(0)?, row.text(1)?))
    })?;
    Ok(all
        .into_iter()
        .filter(|(_, name)| fold(name) == folded)
        .map(|(id, _)| Walk::Source(id))
        .collect())
}
