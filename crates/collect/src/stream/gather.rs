//! What a stream brought, on its way into the store.

use std::time::Duration;

use noroshi_exchange::Layout;
use noroshi_store::Import;
use tokio::time::Instant;

use crate::run::{CollectError, Progress, RowBody, Run, look};

/// Rows that are gathered at most before they are put in.
const ROWS: usize = 500;

/// How long a batch lasts.
const BATCH: Duration = Duration::from_secs(15 * 60);

/// Rows that wait, and the batch that is open.
pub(super) struct Gathered<'r> {
    run: &'r Run<'r>,
    question: String,
    /// Path of what is remembered of a row.
    of: Option<String>,
    progress: Progress,
    waiting: Vec<String>,
    batch: Option<(Import, Instant)>,
}

impl<'r> Gathered<'r> {
    pub(super) fn new(run: &'r Run<'r>, progress: Progress) -> Gathered<'r> {
        let since = run.recipe.since.as_ref();
        Gathered {
            run,
            question: run.recipe.question(None),
            of: since.and_then(|since| since.of.clone()),
            progress,
            waiting: Vec::new(),
            batch: None,
        }
    }

    /// Takes a row, and puts in what waits if that is much.
    pub(super) async fn add(&mut self, row: &str) -> Result<(), CollectError> {
        self.pass(row);
        self.waiting.push(row.to_owned());
        match self.waiting.len() >= ROWS {
            true => self.put().await,
            false => Ok(()),
        }
    }

    /// Notes that the stream has come past a row.
    pub(super) fn pass(&mut self, row: &str) {
        let found = self.of.as_ref().map(|of| look(row.as_bytes(), &[of]));
        if let Some(Ok(found)) = found
            && let Some(of) = found.first().and_then(|found| found.texts.first())
        {
            self.progress.reach(&self.question, of);
        }
    }

    /// Puts in what waits.
    pub(super) async fn put(&mut self) -> Result<(), CollectError> {
        if !self.waiting.is_empty() {
            let body = self.body();
            self.waiting.clear();
            if self.batch.is_none() {
                self.batch = Some((self.begin().await?, Instant::now()));
            }
            if let Some((import, _)) = &mut self.batch {
                self.run.fill(import, RowBody::Text(body)).await?;
            }
        }
        let is_old = |(_, since): &(Import, Instant)| since.elapsed() > BATCH;
        match self.batch.as_ref().is_some_and(is_old) {
            true => self.finish().await,
            false => Ok(()),
        }
    }

    /// Puts in the rest and ends the batch.
    pub(super) async fn end(mut self) -> Result<(), CollectError> {
        self.put().await?;
        self.finish().await
    }

    async fn begin(&self) -> Result<Import, CollectError> {
        let run = self.run;
        let (mode, actor) = (run.options.mode, &run.options.actor);
        Ok(run
            .store
            .begin_import(run.source, mode, actor, None)
            .await?)
    }

    async fn finish(&mut self) -> Result<(), CollectError> {
        if let Some((mut import, _)) = self.batch.take() {
            if self.progress != Progress::default() {
                import.come_to(self.progress.text());
            }
            import.finish().await?;
            self.run.speak().await;
        }
        Ok(())
    }

    /// The waiting rows in the layout that the recipe describes.
    fn body(&self) -> String {
        let format = self.run.recipe.format();
        let steps = format.path.unwrap_or_default();
        match format.layout {
            Layout::Json => {
                let mut body = format!("[{}]", self.waiting.join(","));
                for step in steps.split('.').rev().filter(|step| !step.is_empty()) {
                    body = format!("{{\"{step}\":{body}}}");
                }
                body
            }
            // A line feed within JSON can only stand between its parts.
            _ => {
                let lines = self
                    .waiting
                    .iter()
                    .map(|row| row.replace(['\n', '\r'], " "));
                lines.collect::<Vec<_>>().join("\n")
            }
        }
    }
}
