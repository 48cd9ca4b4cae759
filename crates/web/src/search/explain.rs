//! A query in words: what the search box understood.

use noroshi_query::{Expr, Has, Is, Query, StatementKind, Term};

use crate::frame::{Words, fill};
use crate::part::{kind_word, visible};

/// One sentence for each thing that must hold.
pub(crate) fn explain(query: &Query, words: &'static Words) -> Vec<String> {
    match &query.expr {
        None => vec![words.everything.to_owned()],
        Some(Expr::And(parts)) => parts.iter().map(|part| of(part, words)).collect(),
        Some(other) => vec![of(other, words)],
    }
}

fn of(expr: &Expr, words: &'static Words) -> String {
    let all = |parts: &[Expr]| {
        let parts: Vec<String> = parts.iter().map(|part| of(part, words)).collect();
        parts.join(" / ")
    };
    match expr {
        Expr::And(parts) => fill(words.term_all, &[("n", &all(parts))]),
        Expr::Or(parts) => fill(words.term_any, &[("n", &all(parts))]),
        Expr::Not(inner) => fill(words.term_not, &[("n", &of(inner, words))]),
        Expr::Term(term) => of_term(term, words),
    }
}

fn of_term(term: &Term, words: &'static Words) -> String {
    let (text, value) = match term {
        Term::Word(word) => (words.term_word, word.clone()),
        Term::Phrase(phrase) => (words.term_phrase, phrase.clone()),
        Term::Regex(regex) => (words.term_regex, regex.clone()),
        Term::Observable(one) => (words.term_observable, one.defanged()),
        Term::Kind(kind) => (words.term_kind, kind_word(*kind, words).to_owned()),
        Term::Value(value) => (words.term_value, value.clone()),
        Term::Domain(one) => (words.term_domain, one.defanged()),
        Term::Ip(one) => (words.term_ip, one.defanged()),
        Term::Cidr(one) => (words.term_cidr, one.defanged()),
        Term::Hash(hash) => (words.term_hash, hash.clone()),
        Term::Cve(cve) => (words.term_cve, cve.clone()),
        Term::Source(name) => (words.term_source, name.clone()),
        Term::From(name) => (words.term_from, name.clone()),
        Term::To(name) => (words.term_to, name.clone()),
        Term::In(StatementKind::Listing) => (words.term_in_listing, String::new()),
        Term::In(StatementKind::Post) => (words.term_in_post, String::new()),
        Term::In(StatementKind::News) => (words.term_in_news, String::new()),
        Term::In(StatementKind::Vulnerability) => (words.term_in_vuln, String::new()),
        Term::In(StatementKind::Exploit) => (words.term_in_exploit, String::new()),
        Term::Vendor(name) => (words.term_vendor, name.clone()),
        Term::Product(name) => (words.term_product, name.clone()),
        Term::Cvss(scores) => (words.term_cvss, scores.to_string()),
        Term::Japan => (words.term_japan, String::new()),
        Term::Is(Is::Reply) => (words.term_is_reply, String::new()),
        Term::Is(Is::Repost) => (words.term_is_repost, String::new()),
        Term::Has(Has::File) => (words.term_has_file, String::new()),
        Term::Tag(tag) => (words.term_tag, tag.clone()),
        Term::Family(family) => (words.term_family, family.clone()),
        Term::Like(like) => (words.hunts_term_like, like.to_string()),
        Term::Hunt(name) => (words.hunts_term_hunt, name.clone()),
        Term::Tlp(tlp) => (words.term_tlp, tlp.name().to_uppercase()),
        Term::Since(time) => (words.term_since, time.to_string()),
        Term::Until(time) => (words.term_until, time.to_string()),
        Term::First(range) => (words.term_first, range.to_string()),
        Term::Last(range) => (words.term_last, range.to_string()),
    };
    fill(text, &[("n", &visible(&value))])
}
