//! Sources, batches and bad rows as JSON.

use noroshi_indicator::Tlp;
use noroshi_lookup::Time;
use noroshi_store::{BadRow, Batch, Source};
use serde::Serialize;

/// A source as it is kept.
#[derive(Serialize)]
pub(super) struct SourceJson<'a> {
    name: &'a str,
    enabled: bool,
    mode: &'static str,
    audience: &'a str,
    tlp: Tlp,
    last_good: Option<Time>,
    last_run: Option<Time>,
    next_run: Option<Time>,
    failures: i64,
    last_error: Option<&'a str>,
}

impl<'a> SourceJson<'a> {
    pub(super) fn new(source: &'a Source) -> SourceJson<'a> {
        SourceJson {
            name: &source.name,
            enabled: source.enabled,
            mode: source.mode.name(),
            audience: &source.audience,
            tlp: source.tlp,
            last_good: source.last_good.map(Time),
            last_run: source.last_run.map(Time),
            next_run: source.next_run.map(Time),
            failures: source.failures,
            last_error: source.last_error.as_deref(),
        }
    }
}

/// The receipt of a batch.
#[derive(Serialize)]
pub(super) struct BatchJson<'a> {
    batch: i64,
    source: &'a str,
    state: &'static str,
    actor: &'a str,
    body: Option<&'a str>,
    started: Time,
    finished: Option<Time>,
    rows: i64,
    new: i64,
    changed: i64,
    unchanged: i64,
    folded: i64,
    delisted: i64,
    bad: i64,
    error: Option<&'a str>,
}

impl<'a> From<&'a Batch> for BatchJson<'a> {
    fn from(batch: &'a Batch) -> BatchJson<'a> {
        BatchJson {
            batch: batch.id,
            source: &batch.source,
            state: batch.state.name(),
            actor: &batch.actor,
            body: batch.body.as_deref(),
            started: Time(batch.started),
            finished: batch.finished.map(Time),
            rows: batch.counts.rows,
            new: batch.counts.new,
            changed: batch.counts.changed,
            unchanged: batch.counts.unchanged,
            folded: batch.counts.folded,
            delisted: batch.counts.delisted,
            bad: batch.counts.bad,
            error: batch.error.as_deref(),
        }
    }
}

/// A row that could not be read.
#[derive(Serialize)]
pub(super) struct BadRowJson<'a> {
    line: u64,
    reason: &'a str,
    text: &'a str,
}

impl<'a> From<&'a BadRow> for BadRowJson<'a> {
    fn from(row: &'a BadRow) -> BadRowJson<'a> {
        BadRowJson {
            line: row.line,
            reason: &row.reason,
            text: &row.text,
        }
    }
}
