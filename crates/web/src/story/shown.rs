//! The parts of a story as its pages show them.

use std::collections::HashMap;

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_exchange::post::{Piece, bare_html, html};
use noroshi_indicator::Observable;
use noroshi_store::{AccountKind, Post};

use super::whole::{Whole, WholePart};
use crate::frame::{Look, Words};
use crate::part::{Badge, Chip, Mark, Moment, search_link, visible};

/// Values that a page shows; the files have all.
pub(super) const SHOWN: usize = 1_000;
/// Names that a cell shows.
const NAMES: usize = 2;

/// All parts, in order.
#[derive(Template)]
#[template(path = "story/parts.html")]
pub(super) struct Parts {
    words: &'static Words,
    parts: Vec<ShownPart>,
}

impl HtmlSafe for Parts {}

enum ShownPart {
    Heading(String),
    Note(String),
    Post(ShownPost),
}

/// A post.
#[derive(Template)]
#[template(path = "story/post.html")]
pub(super) struct ShownPost {
    words: &'static Words,
    pub(super) id: i64,
    from: String,
    bot: bool,
    at: Moment,
    edited: bool,
    tlp: &'static str,
    html: String,
    files: Vec<String>,
}

impl HtmlSafe for ShownPost {}

/// What is known of the values of a page, in a word each.
#[derive(Default)]
pub(super) struct Marks(HashMap<Observable, Mark>);

impl Marks {
    pub(super) fn of(whole: &Whole) -> Marks {
        let marks = whole.values.iter().map(|named| {
            let mark = Mark::of(named.verdict.state, !named.warninglists.is_empty());
            (named.observable.clone(), mark)
        });
        Marks(marks.collect())
    }
}

impl Parts {
    pub(super) fn new(whole: &Whole, marks: &Marks, look: &Look) -> Parts {
        let parts = whole.parts.iter().map(|part| match part {
            WholePart::Heading(text) => ShownPart::Heading(visible(text)),
            WholePart::Note(text) => ShownPart::Note(rich(text, marks, look)),
            WholePart::Post(post) => ShownPart::Post(ShownPost::new(post, marks, look)),
        });
        Parts {
            words: look.words,
            parts: parts.collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl ShownPost {
    pub(super) fn new(post: &Post, marks: &Marks, look: &Look) -> ShownPost {
        ShownPost {
            words: look.words,
            id: post.id,
            from: visible(&post.from.name),
            bot: post.from.kind != AccountKind::Person,
            at: Moment::at(post.published),
            edited: post.edited.is_some(),
            tlp: post.tlp.name(),
            html: match &post.item {
                Some(_) => bare(&post.text, marks, look),
                None => rich(&post.text, marks, look),
            },
            files: post
                .attachments
                .iter()
                .map(|file| visible(&file.name))
                .collect(),
        }
    }
}

/// A tag or an account, with the way to all that is said of it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<a class="tag" href="{{ href }}">{{ text }}</a>"#
)]
struct Way {
    href: String,
    text: String,
}

/// Markdown as HTML, with what it names as chips.
fn rich(text: &str, marks: &Marks, look: &Look) -> String {
    html(text, |piece| match piece {
        Piece::Tag(tag) => Way {
            href: search_link(&format!("tag:{tag}")),
            text: visible(&format!("#{tag}")),
        }
        .render()
        .ok(),
        Piece::Account(name) => Way {
            href: search_link(&format!("from:{name}")),
            text: visible(&format!("@{name}")),
        }
        .render()
        .ok(),
        Piece::Observable(found) => chip(&found.observable, marks, look),
    })
}

/// What is no Markdown, the same way.
fn bare(text: &str, marks: &Marks, look: &Look) -> String {
    bare_html(text, |found| chip(&found.observable, marks, look))
}

fn chip(observable: &Observable, marks: &Marks, look: &Look) -> Option<String> {
    let mark = marks.0.get(observable).copied().unwrap_or(Mark::Unknown);
    Chip::new(observable, mark, look).render().ok()
}

/// A line of the table of what a story names.
pub(super) struct ValueRow {
    pub(super) chip: Chip,
    pub(super) badge: Badge,
    pub(super) sources: Vec<String>,
    pub(super) more: usize,
    pub(super) posts: Vec<i64>,
    pub(super) noted: bool,
}

/// The table, as much of it as a page shows.
pub(super) fn values(whole: &Whole, look: &Look) -> Vec<ValueRow> {
    let rows = whole.values.iter().take(SHOWN).map(|named| {
        let mark = Mark::of(named.verdict.state, !named.warninglists.is_empty());
        let sources = &named.verdict.sources;
        ValueRow {
            chip: Chip::new(&named.observable, mark, look),
            badge: Badge {
                mark,
                words: look.words,
            },
            sources: sources
                .iter()
                .take(NAMES)
                .map(|name| visible(name))
                .collect(),
            more: sources.len().saturating_sub(NAMES),
            posts: named.posts.clone(),
            noted: named.noted,
        }
    });
    rows.collect()
}
