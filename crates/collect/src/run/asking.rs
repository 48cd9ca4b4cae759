//! Asking a service for everything that is new: question by question, window by window, page by page.
//!
//! The answers become one body, so that rows go in, are kept and are counted as always. Only when the last page is
//! here does anything go in, and only at the end of that batch is it kept how far the source has come.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use noroshi_store::now;
use tokio::time::Instant;
use xxhash_rust::xxh3::xxh3_64;

use super::body::{Body, Kept, Part, Validators};
use super::caller::{Answer, Caller, Question, json};
use super::paging::{Place, Reading, Seen};
use super::progress::Progress;
use super::spool::Spool;
use super::{CollectError, Run, page};
use crate::recipe::{Ask, By, Recipe, Since, Value, Variables, encoded};

/// The longest time that a run may ask.
const TIME: Duration = Duration::from_secs(2 * 3_600);

impl Recipe {
    /// Whether its body is not just at its URL, but has to be asked for.
    pub(crate) fn is_asked(&self) -> bool {
        self.request.is_some()
            || self.pages.is_some()
            || self.since.is_some()
            || self.drive.is_some()
    }

    /// What a question is remembered by: another recipe or other words make it another one.
    pub(crate) fn question(&self, driven: Option<&str>) -> String {
        let ask = self.request.as_ref().map(|ask| (&ask.query, &ask.json));
        let stream = self
            .stream
            .as_ref()
            .map(|stream| (&stream.url, &stream.query));
        let asked = format!("{:?} {ask:?} {stream:?} {driven:?}", self.url);
        format!("{:016x}", xxh3_64(asked.as_bytes()))
    }
}

impl Run<'_> {
    pub(super) async fn ask_for_all(&self) -> Result<Body, CollectError> {
        let mut asking = Asking {
            caller: Caller::new(self, Instant::now() + TIME)?,
            reading: Reading::new(self.recipe),
            before: Progress::read(self.source.progress.as_deref()),
            after: Progress::default(),
            spool: Spool::start(self.store, self.options.max_body)?,
            parts: Vec::new(),
        };
        for question in self.questions().await? {
            asking.question(question.as_deref()).await?;
        }
        asking.end().await
    }

    /// The queries of the hunts that drive the source.
    pub(crate) async fn driven(&self) -> Result<Vec<String>, CollectError> {
        Ok(self.store.driving(self.source.id).await?)
    }

    /// What is asked: once, or once for each thing that hunts want of the source.
    async fn questions(&self) -> Result<Vec<Option<String>>, CollectError> {
        let Some(drive) = &self.recipe.drive else {
            return Ok(vec![None]);
        };
        let asked = crate::drive::questions(drive, &self.driven().await?);
        if asked.left_out > 0 {
            let (source, left_out) = (&self.source.name, asked.left_out);
            tracing::warn!(
                source,
                left_out,
                "not everything that hunts want can be asked"
            );
        }
        Ok(asked.questions.into_iter().map(Some).collect())
    }
}

/// A run on its way.
struct Asking<'r> {
    caller: Caller<'r>,
    reading: Reading<'r>,
    before: Progress,
    after: Progress,
    spool: Spool,
    parts: Vec<Part>,
}

impl Asking<'_> {
    fn recipe(&self) -> &Recipe {
        self.caller.run.recipe
    }

    fn ask(&self) -> Ask {
        self.recipe().request.clone().unwrap_or_default()
    }

    async fn question(&mut self, driven: Option<&str>) -> Result<(), CollectError> {
        let mut variables = Variables::default();
        if let Some(text) = driven {
            variables.text("drive", text);
        }
        let name = self.recipe().question(driven);
        self.ask_before(&mut variables).await?;
        let known = self.before.of(&name).map(str::to_owned);
        if let Some(known) = &known {
            self.after.reach(&name, known);
        }
        match self.recipe().since.clone() {
            None => self.pages(&name, &variables, None).await,
            Some(since) if since.of.is_some() => {
                let Some(known) = &known else {
                    return self.pages(&name, &variables, None).await;
                };
                let mut newer = variables.clone();
                newer.text("since", known.as_str());
                match self.pages(&name, &newer, Some(known)).await {
                    // An id may become too old to be asked from (X knows seven days).
                    Err(CollectError::Status { status, .. })
                        if status == StatusCode::BAD_REQUEST =>
                    {
                        self.pages(&name, &variables, Some(known)).await
                    }
                    ended => ended,
                }
            }
            Some(since) => self.windows(&name, variables, known, &since).await,
        }
    }

    async fn ask_before(&mut self, variables: &mut Variables) -> Result<(), CollectError> {
        let Some(before) = self.ask().before else {
            return Ok(());
        };
        let fill = |text: &str| variables.fill(text, str::to_owned);
        let question = Question {
            url: self.url(&before.url, variables)?,
            json: before.json.as_ref().map(|table| json(table, &fill)),
        };
        let answer = self.caller.call(&question).await?;
        let paths: Vec<&str> = before.take.values().map(String::as_str).collect();
        let found = page::look(&answer.body, &paths).map_err(|reason| answer.wrong(reason))?;
        for ((name, path), found) in before.take.iter().zip(found) {
            let Some(text) = found.texts.into_iter().next() else {
                let said = super::said::said(&answer.body);
                return Err(answer.wrong(said.unwrap_or_else(|| format!("it has no `{path}`"))));
            };
            variables.text(name, text);
        }
        Ok(())
    }

    /// Asks for what changed between two times, not for more at once than the service allows.
    async fn windows(
        &mut self,
        name: &str,
        mut variables: Variables,
        known: Option<String>,
        since: &Since,
    ) -> Result<(), CollectError> {
        let to = Timestamp::from_second(now() / 1_000_000).unwrap_or(Timestamp::MAX);
        let known = known.and_then(|known| known.parse::<Timestamp>().ok());
        let first = || Some(to.saturating_sub(since.first?).unwrap_or(to));
        let Some(mut from) = known.or_else(first).map(|from| from.min(to)) else {
            self.pages(name, &variables, None).await?;
            self.after.reach(name, &to.to_string());
            return Ok(());
        };
        loop {
            let end = since
                .window
                .and_then(|window| from.checked_add(window).ok());
            let end = end.map_or(to, |end| end.min(to));
            variables.set("from", Value::Time(from));
            variables.set("to", Value::Time(end));
            self.pages(name, &variables, None).await?;
            if end >= to {
                break;
            }
            from = end;
        }
        self.after.reach(name, &to.to_string());
        Ok(())
    }

    async fn pages(
        &mut self,
        name: &str,
        variables: &Variables,
        since: Option<&str>,
    ) -> Result<(), CollectError> {
        let most = self.recipe().pages.as_ref().map_or(1, |pages| pages.most);
        let mut place = Place::First;
        for number in 1..=most {
            let question = self.page_question(&place, variables)?;
            let answer = self.caller.call(&question).await?;
            let seen = self.reading.read(&answer)?;
            for of in &seen.of {
                self.after.reach(name, of);
            }
            let next = self.reading.next(&place, &seen, &answer, since)?;
            self.take(answer, &seen, variables).await?;
            match next {
                None => break,
                Some(next) => place = next,
            }
            if number == most {
                self.too_many(most, since)?;
            }
        }
        Ok(())
    }

    /// Where pages come newest first, the older ones may be left; otherwise what is missing might be anything.
    fn too_many(&self, most: u32, since: Option<&str>) -> Result<(), CollectError> {
        let by = self.recipe().pages.as_ref().map(|pages| pages.by);
        if matches!(by, Some(By::Offset | By::Number)) {
            return Err(CollectError::TooManyPages(most));
        }
        if since.is_some() {
            let source = &self.caller.run.source.name;
            tracing::warn!(
                source,
                most,
                "more pages than are read: the oldest are left out"
            );
        }
        Ok(())
    }

    fn url(&self, template: &str, variables: &Variables) -> Result<String, CollectError> {
        let year = Timestamp::from_microsecond(now()).unwrap_or_default();
        let mut variables = variables.clone();
        variables.text("key", "{key}");
        variables.text("yyyy", year.strftime("%Y").to_string());
        variables.text("mm", year.strftime("%m").to_string());
        let write = |text: &str| match text {
            "{key}" => text.to_owned(),
            text => encoded(text),
        };
        let filled = variables.fill(template, write);
        filled
            .ok_or_else(|| CollectError::Internal("a variable of the URL has no value".to_owned()))
    }

    fn page_question(
        &self,
        place: &Place,
        variables: &Variables,
    ) -> Result<Question, CollectError> {
        let ask = self.ask();
        let plain = |text: &str| variables.fill(text, str::to_owned);
        let mut parameters: Vec<(String, String)> = ask
            .query
            .iter()
            .filter_map(|(name, text)| Some((name.clone(), plain(text)?)))
            .collect();
        let mut body = ask.json.as_ref().map(|table| json(table, &plain));
        let pages = self.recipe().pages.as_ref();
        let turn = match place {
            Place::Link(url) => {
                let (url, json) = (url.clone(), body);
                return Ok(Question { url, json });
            }
            Place::First => pages
                .filter(|pages| matches!(pages.by, By::Offset | By::Number))
                .map(|pages| pages.start.to_string()),
            Place::Number(number) => Some(number.to_string()),
            Place::Cursor(cursor) => Some(cursor.clone()),
        };
        let name = pages.and_then(|pages| pages.parameter.clone());
        if let (Some(name), Some(turn)) = (name, turn) {
            match &mut body {
                Some(serde_json::Value::Object(fields)) => {
                    fields.insert(name, turn.into());
                }
                _ => parameters.push((name, turn)),
            }
        }
        let template = self.recipe().url.clone().unwrap_or_default();
        let mut url = self.url(&template, variables)?;
        for (name, value) in parameters {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&format!("{}={}", encoded(&name), encoded(&value)));
        }
        Ok(Question { url, json: body })
    }

    /// Keeps the page, or what it lists.
    async fn take(
        &mut self,
        answer: Answer,
        seen: &Seen,
        variables: &Variables,
    ) -> Result<(), CollectError> {
        let Some(each) = self.ask().each else {
            return match seen.rows {
                Some(0) => Ok(()),
                _ => self.keep(answer.body).await,
            };
        };
        let mut variables = variables.clone();
        for id in &seen.ids {
            variables.text("id", id.as_str());
            let question = Question {
                url: self.url(&each.url, &variables)?,
                json: None,
            };
            let answer = self.caller.call(&question).await?;
            page::look(&answer.body, &[]).map_err(|reason| answer.wrong(reason))?;
            self.keep(answer.body).await?;
        }
        Ok(())
    }

    async fn keep(&mut self, body: Bytes) -> Result<(), CollectError> {
        let ends = body.ends_with(b"\n");
        let breaks = body.iter().filter(|byte| **byte == b'\n').count() + usize::from(!ends);
        let bytes = body.len() + usize::from(!ends);
        self.parts.push(Part {
            bytes: bytes as u64,
            lines: breaks as u64,
        });
        let fits =
            self.spool.add(body).await && (ends || self.spool.add(Bytes::from_static(b"\n")).await);
        // A spool that takes nothing more says why when it is finished.
        match fits {
            true => Ok(()),
            false => Err(CollectError::TooLarge {
                limit: self.caller.run.options.max_body,
            }),
        }
    }

    async fn end(self) -> Result<Body, CollectError> {
        let progress = (self.after != Progress::default()).then(|| self.after.text());
        if self.parts.is_empty() {
            let run = self.caller.run;
            if let Some(progress) = &progress {
                run.store.note_progress(run.source.id, progress).await?;
            }
            return Ok(Body::NotModified);
        }
        Ok(Body::Kept(Kept {
            blob: self.spool.finish().await?,
            validators: Validators::default(),
            parts: self.parts,
            progress,
        }))
    }
}
