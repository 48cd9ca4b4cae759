//! How far a collection is, on standard error if that is a terminal.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use noroshi_store::Counts;

use crate::print::thousands;

/// One line that changes.
pub(super) struct Progress {
    bar: ProgressBar,
    source: String,
    began: Instant,
}

impl Progress {
    pub(super) fn start(source: &str) -> Progress {
        // Hides itself where standard error is no terminal.
        let bar = ProgressBar::new_spinner();
        bar.set_message(format!("{source}: getting the body"));
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress {
            bar,
            source: source.to_owned(),
            began: Instant::now(),
        }
    }

    pub(super) fn show(&self, counts: &Counts) {
        let millis = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let rate = counts.rows.saturating_mul(1_000) / millis.max(1);
        self.bar.set_message(format!(
            "{}: {} rows, {} rows/s, {} new, {} bad",
            self.source,
            thousands(counts.rows),
            thousands(rate),
            thousands(counts.new),
            thousands(counts.bad)
        ));
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
