//! A line about one value in a list: the value, the verdict in a word, who, as what, since when.

use askama::Template;
use askama::filters::HtmlSafe;
use noroshi_indicator::Observable;
use noroshi_lookup::Verdict;

use super::{Badge, Chip, Mark, Moment, visible};
use crate::frame::Look;

/// Names that a cell shows; of the rest it says how many there are.
const SHOWN: usize = 2;

/// A table of values.
#[derive(Clone, Template)]
#[template(path = "part/rows.html")]
pub(crate) struct Rows {
    words: &'static crate::frame::Words,
    rows: Vec<Row>,
}

#[derive(Clone)]
struct Row {
    chip: Chip,
    badge: Badge,
    sources: Names,
    families: Names,
    tags: Names,
    first: Option<Moment>,
    last: Option<Moment>,
}

#[derive(Clone)]
struct Names {
    shown: Vec<String>,
    more: usize,
}

impl Names {
    fn of(names: &[String]) -> Names {
        Names {
            shown: names.iter().take(SHOWN).map(|name| visible(name)).collect(),
            more: names.len().saturating_sub(SHOWN),
        }
    }
}

impl Rows {
    /// `warned` tells whether a warninglist has a value.
    pub(crate) fn new<'a>(
        values: impl Iterator<Item = (&'a Observable, Verdict, bool)>,
        look: &Look,
    ) -> Rows {
        let words = look.words;
        let rows = values.map(|(observable, verdict, warned)| {
            let mark = Mark::about(&verdict, warned);
            Row {
                chip: Chip::new(observable, mark, look),
                badge: Badge { mark, words },
                sources: Names::of(&verdict.sources),
                families: Names::of(&verdict.families),
                tags: Names::of(&verdict.tags),
                first: verdict.first_seen.map(Moment::from),
                last: verdict.last_seen.map(Moment::from),
            }
        });
        Rows {
            words,
            rows: rows.collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl HtmlSafe for Rows {}
