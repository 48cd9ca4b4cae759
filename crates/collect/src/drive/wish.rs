//! What a query must find in a text: a list of words, all of which have to be there; or another list.

use jiff::tz::TimeZone;
use noroshi_query::{Expr, Term, parse};
use noroshi_store::now;

/// Lists that parts of a query multiply to at most. Beyond it a query asks for more than it needs.
const MOST: usize = 64;

/// Words that all have to be there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish(pub Vec<Word>);

/// Something that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// A word.
    Word(String),
    /// Words in a row, or a value.
    Phrase(String),
    /// A tag, without `#`.
    Tag(String),
}

impl Word {
    /// The text that has to be there.
    pub fn text(&self) -> &str {
        match self {
            Word::Word(text) | Word::Phrase(text) | Word::Tag(text) => text,
        }
    }
}

/// The wishes of a query, and how many it has without a word: for those a service would have to send everything.
pub fn wishes(query: &str) -> (Vec<Wish>, usize) {
    let Ok(query) = parse(query, now(), &TimeZone::UTC) else {
        return (Vec::new(), 1);
    };
    let all = query.expr.as_ref().map_or_else(nothing, lists);
    let before = all.len();
    let kept: Vec<Wish> = all.into_iter().filter(|wish| !wish.0.is_empty()).collect();
    let wordless = before - kept.len();
    (kept, wordless)
}

/// One list without a word.
fn nothing() -> Vec<Wish> {
    vec![Wish::default()]
}

fn lists(expr: &Expr) -> Vec<Wish> {
    match expr {
        Expr::Or(parts) => parts.iter().flat_map(lists).collect(),
        Expr::And(parts) => {
            let mut all = nothing();
            for part in parts {
                let lists = lists(part);
                if all.len() * lists.len() <= MOST {
                    let each = |wish: &Wish| lists.iter().map(|more| both(wish, more)).collect();
                    all = all
                        .iter()
                        .flat_map(|wish| -> Vec<Wish> { each(wish) })
                        .collect();
                }
            }
            all
        }
        Expr::Not(_) => nothing(),
        Expr::Term(term) => vec![Wish(word(term).into_iter().collect())],
    }
}

fn both(one: &Wish, other: &Wish) -> Wish {
    let mut words = one.0.clone();
    for word in &other.0 {
        if !words.contains(word) {
            words.push(word.clone());
        }
    }
    Wish(words)
}

fn word(term: &Term) -> Option<Word> {
    match term {
        Term::Word(text) => Some(Word::Word(text.clone())),
        Term::Tag(text) => Some(Word::Tag(text.clone())),
        Term::Phrase(text) | Term::Value(text) | Term::Hash(text) | Term::Cve(text) => {
            Some(Word::Phrase(text.clone()))
        }
        Term::Observable(observable) | Term::Domain(observable) => {
            Some(Word::Phrase(observable.value().to_owned()))
        }
        _ => None,
    }
}
