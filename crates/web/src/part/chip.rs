//! A value as an object: its kind, its harmless spelling, what we know of it, and the way to its
//! page. The script adds the hover card and the ways to copy.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_indicator::Observable;

use super::{Mark, icon, kind_word, observable_link, parted, shortened, visible};
use crate::frame::{Look, Words};

/// An observable chip.
#[derive(Clone, Template)]
#[template(path = "part/chip.html")]
pub(crate) struct Chip {
    words: &'static Words,
    icons: &'static str,
    icon: &'static str,
    kind: &'static str,
    kind_word: &'static str,
    value: String,
    defanged: String,
    head: String,
    tail: String,
    href: String,
    mark: Mark,
}

impl Chip {
    pub(crate) fn new(observable: &Observable, mark: Mark, look: &Look) -> Chip {
        let defanged = observable.defanged();
        let (head, tail) = parted(&shortened(&visible(&defanged)));
        Chip {
            words: look.words,
            icons: look.icons(),
            icon: icon(observable.kind()),
            kind: observable.kind().name(),
            kind_word: kind_word(observable.kind(), look.words),
            value: observable.value().to_owned(),
            head,
            tail,
            defanged,
            href: observable_link(observable),
            mark,
        }
    }
}

impl HtmlSafe for Chip {}
