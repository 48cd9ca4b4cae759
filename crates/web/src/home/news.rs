//! What is new, summed up by source.

use std::collections::BTreeMap;

use noroshi_lookup::Time;
use noroshi_query::Term;
use noroshi_store::Batch;

use crate::frame::{Words, fill, thousands};
use crate::part::{Moment, search_link};

/// One source's news.
pub(super) struct News {
    pub(super) source: String,
    pub(super) last: Moment,
    /// `12 new`, `3 changed`, …
    pub(super) counts: Vec<String>,
    /// The search that shows them.
    pub(super) href: String,
}

#[derive(Default)]
struct Sum {
    last: i64,
    new: i64,
    changed: i64,
    delisted: i64,
}

/// What batches brought, the latest first.
pub(super) fn by_source(batches: &[Batch], since: i64, words: &'static Words) -> Vec<News> {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for batch in batches {
        let sum = sums.entry(&batch.source).or_default();
        sum.last = sum.last.max(batch.finished.unwrap_or(batch.started));
        sum.new += batch.counts.new;
        sum.changed += batch.counts.changed;
        sum.delisted += batch.counts.delisted;
    }
    let mut sums: Vec<(&str, Sum)> = sums.into_iter().collect();
    sums.retain(|(_, sum)| sum.new + sum.changed + sum.delisted > 0);
    sums.sort_by_key(|(_, sum)| std::cmp::Reverse(sum.last));
    // Whole seconds read better, and a little more than is new does no harm.
    let since = Time(since.div_euclid(1_000_000).saturating_mul(1_000_000));
    let news = sums.into_iter().map(|(source, sum)| {
        let counts = [
            (sum.new, words.news_new),
            (sum.changed, words.news_changed),
            (sum.delisted, words.news_delisted),
        ];
        let told = counts.into_iter().filter(|(count, _)| *count > 0);
        let told = told.map(|(count, text)| fill(text, &[("n", &thousands(count.unsigned_abs()))]));
        News {
            source: source.to_owned(),
            last: Moment::at(sum.last),
            counts: told.collect(),
            href: search_link(&format!(
                "{} since:{since}",
                Term::Source(source.to_owned())
            )),
        }
    });
    news.collect()
}
