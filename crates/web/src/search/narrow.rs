//! Facets: links that add a term to the query as it was typed, or take it away again.

use noroshi_query::{Expr, Query, Term};
use noroshi_store::{Group, Groups};

use crate::frame::{Look, thousands};
use crate::part::{Choice, Facet, kind_word, search_link, visible};

/// Choices of a facet that are shown.
const SHOWN: usize = 12;

/// What an answer can be narrowed to.
pub(super) fn facets(
    typed: &str,
    query: &Query,
    groups: Option<&Groups>,
    look: &Look,
) -> Vec<Facet> {
    let words = look.words;
    let none = Groups::default();
    let (groups, complete) = match groups {
        Some(groups) => (groups, groups.complete),
        None => (&none, true),
    };
    let narrowing = Narrowing {
        typed,
        query,
        complete,
    };
    let kind = |name: &str| Some(Term::Kind(name.parse().ok()?));
    let mut kinds = narrowing.choices(&groups.kinds, kind);
    for (choice, kind) in kinds.iter_mut().filter_map(|choice| {
        let kind = choice.name.parse().ok()?;
        Some((choice, kind))
    }) {
        choice.name = kind_word(kind, words).to_owned();
    }
    let all = [
        (words.facet_time, narrowing.times(look)),
        (words.facet_kind, kinds),
        (
            words.facet_source,
            narrowing.choices(&groups.sources, |name| Some(Term::Source(name.to_owned()))),
        ),
        (
            words.facet_family,
            narrowing.choices(&groups.families, |name| Some(Term::Family(name.to_owned()))),
        ),
        (
            words.facet_tag,
            narrowing.choices(&groups.tags, |name| Some(Term::Tag(name.to_owned()))),
        ),
    ];
    all.into_iter()
        .filter(|(_, choices)| !choices.is_empty())
        .map(|(title, choices)| Facet::new(title, choices, look))
        .collect()
}

struct Narrowing<'a> {
    typed: &'a str,
    query: &'a Query,
    complete: bool,
}

impl Narrowing<'_> {
    fn choices(&self, groups: &[Group], term: impl Fn(&str) -> Option<Term>) -> Vec<Choice> {
        let choices = groups.iter().take(SHOWN).filter_map(|group| {
            let term = term(&group.name)?;
            let chosen = self.has(&term);
            Some(Choice {
                name: visible(&group.name),
                count: match self.complete {
                    true => thousands(group.count),
                    false => format!("{}+", thousands(group.count)),
                },
                href: match chosen {
                    true => self.without(&term),
                    false => search_link(&with(self.typed, self.query, &term.to_string())),
                },
                chosen,
            })
        });
        choices.collect()
    }

    /// Whether the whole answer must have the term.
    fn has(&self, term: &Term) -> bool {
        parts(self.query).any(|part| matches!(part, Expr::Term(one) if one == term))
    }

    fn without(&self, term: &Term) -> String {
        let rest = parts(self.query).filter(|part| !matches!(part, Expr::Term(one) if one == term));
        let rest = Query {
            expr: Expr::all(rest.cloned()),
        };
        search_link(&rest.to_string())
    }

    fn times(&self, look: &Look) -> Vec<Choice> {
        let words = look.words;
        let spans = [
            ("since:24h", words.time_day),
            ("since:7d", words.time_week),
            ("since:30d", words.time_month),
        ];
        let typed: Vec<&str> = self.typed.split_whitespace().collect();
        // One span at a time: choosing another takes the place of the one that was chosen.
        let others: Vec<&str> = typed
            .iter()
            .copied()
            .filter(|word| !spans.iter().any(|(span, _)| span == word))
            .collect();
        let others = others.join(" ");
        let choices = spans.into_iter().map(|(span, name)| {
            let chosen = typed.contains(&span);
            Choice {
                name: name.to_owned(),
                count: String::new(),
                href: search_link(&match chosen {
                    true => others.clone(),
                    false => with(&others, self.query, span),
                }),
                chosen,
            }
        });
        choices.collect()
    }
}

/// The text with one more term, which must hold as well.
pub(super) fn with(typed: &str, query: &Query, term: &str) -> String {
    let typed = typed.trim();
    match &query.expr {
        _ if typed.is_empty() => term.to_owned(),
        Some(Expr::Or(_)) => format!("({typed}) {term}"),
        _ => format!("{typed} {term}"),
    }
}

/// What must hold at once.
pub(super) fn parts(query: &Query) -> impl Iterator<Item = &Expr> {
    let parts = match &query.expr {
        None => &[],
        Some(Expr::And(parts)) => parts.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    parts.iter()
}

#[cfg(test)]
mod tests {
    use noroshi_query::{TimeZone, parse};

    use super::*;

    fn read(typed: &str) -> Query {
        parse(typed, 1_795_316_400_000_000, &TimeZone::UTC).unwrap()
    }

    fn links(typed: &str) -> Vec<(bool, String)> {
        let query = read(typed);
        let narrowing = Narrowing {
            typed,
            query: &query,
            complete: true,
        };
        let groups = ["a", "b c"].map(|name| Group {
            name: name.to_owned(),
            count: 1,
        });
        let choices = narrowing.choices(&groups, |name| Some(Term::Tag(name.to_owned())));
        let links = choices.into_iter();
        links.map(|choice| (choice.chosen, choice.href)).collect()
    }

    #[test]
    fn a_choice_adds_its_term_or_takes_it_away() {
        for (typed, added, other) in [
            ("", "tag:a", "tag:\"b c\""),
            ("evil", "evil tag:a", "evil tag:\"b c\""),
            ("x OR y", "(x OR y) tag:a", "(x OR y) tag:\"b c\""),
        ] {
            let links = links(typed);
            assert_eq!(links[0], (false, search_link(added)));
            assert_eq!(links[1], (false, search_link(other)));
            // Both are queries, and mean that much more.
            let narrowed = read(added);
            assert_eq!(read(typed).and(read("tag:a")), narrowed);
        }
        assert_eq!(links("evil tag:a")[0], (true, search_link("evil")));
        assert_eq!(links("tag:a")[0], (true, search_link("")));
    }
}
