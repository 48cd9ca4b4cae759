//! What a source says of its batches, in the reader's language.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_query::Term;
use noroshi_store::Digest;

use super::{kind_word, search_link, visible};
use crate::frame::{Frame, Words, fill, thousands};

/// A digest.
#[derive(Clone, Template)]
#[template(path = "part/digest.html")]
pub(crate) struct Digested {
    words: &'static Words,
    /// `12 new`, `3 changed`, …
    counts: Vec<String>,
    kinds: Vec<(String, String)>,
    /// Name, count and the search for it.
    families: Vec<(String, String, String)>,
    tags: Vec<(String, String, String)>,
    /// The newest items: the post's number and its title.
    items: Vec<(i64, String)>,
    /// What else is worth saying.
    remarks: Vec<String>,
    batch: i64,
}

impl Digested {
    pub(crate) fn new(digest: &Digest, frame: &Frame) -> Digested {
        let words = frame.words;
        let told = |count: i64| thousands(count.unsigned_abs());
        let counts = [
            (digest.new, words.news_new),
            (digest.changed, words.news_changed),
            (digest.delisted, words.news_delisted),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let at_least = |count: i64| match digest.sampled {
            true => fill(words.at_least, &[("n", &told(count))]),
            false => told(count),
        };
        let remarks = [
            (digest.jp, words.digest_jp),
            (digest.elsewhere, words.digest_elsewhere),
        ];
        let remarks = remarks.into_iter().filter(|(count, _)| *count > 0);
        let kind = |name: &str| match name.parse() {
            Ok(kind) => kind_word(kind, words).to_owned(),
            Err(_) => visible(name),
        };
        let linked = |names: &[(String, i64)], term: fn(String) -> Term| {
            let one = |(name, count): &(String, i64)| {
                let href = search_link(&term(name.clone()).to_string());
                (visible(name), told(*count), href)
            };
            names.iter().map(one).collect()
        };
        Digested {
            words,
            counts: counts
                .map(|(count, text)| fill(text, &[("n", &told(count))]))
                .collect(),
            kinds: digest
                .kinds
                .iter()
                .map(|(name, count)| (kind(name), told(*count)))
                .collect(),
            families: linked(&digest.families, Term::Family),
            tags: linked(&digest.tags, Term::Tag),
            items: digest
                .items
                .iter()
                .map(|(post, title)| (*post, visible(title)))
                .collect(),
            remarks: remarks
                .map(|(count, text)| fill(text, &[("n", &at_least(count))]))
                .collect(),
            batch: digest.batch,
        }
    }
}

impl HtmlSafe for Digested {}

/// A digest in a line.
pub(super) fn in_a_line(digest: &Digest, frame: &Frame) -> String {
    let told = Digested::new(digest, frame);
    let names = told.families.iter().chain(&told.tags);
    let names = names.map(|(name, count, _)| format!("{name} {count}"));
    told.counts
        .iter()
        .cloned()
        .chain(names)
        .collect::<Vec<_>>()
        .join(" · ")
}
