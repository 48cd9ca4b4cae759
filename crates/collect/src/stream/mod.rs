//! Streams: sources that bring what is new at once, over a connection that stays open.
//!
//! What comes is gathered for a few seconds and put in as a chunk; a batch is what came in a quarter of an hour, so
//! receipts stay worth reading. How far the stream has come is kept with the end of a batch. After a break the pages of
//! the recipe, or the stream itself, bring what was missed.

mod connection;
mod events;
mod gather;

use std::time::Duration;

use noroshi_egress::Request;
use noroshi_store::{Error, Reader, RunOutcome, now};
use tokio::time::Instant;

use crate::drive::Wanted;
use crate::recipe::{Speaks, Variables, encoded};
use crate::run::{CollectError, Failure, Origin, Progress, Run};
use crate::schedule::pace;

use connection::Connection;
use gather::Gathered;

/// How often what has come is put in, and whether the source is still wanted is looked up.
const TURN: Duration = Duration::from_secs(3);

/// How often it is asked anew what hunts want.
const ASK: Duration = Duration::from_secs(60);

/// A connection that stood so long was a good one.
const GOOD: Duration = Duration::from_secs(60);

/// How far a stream by time is taken back when it is opened again, in microseconds.
const BACK: u64 = 5_000_000;

impl Run<'_> {
    /// Follows the stream until it is asked to stop or the source is switched off. Breaks are noted and mended.
    pub(crate) async fn follow(&self) -> Result<(), Failure> {
        let Some(_lease) = self.store.lease_stream(self.source.id).await? else {
            let taken = format!("{} is being followed already", self.source.name);
            return Err(Error::Conflict(taken).into());
        };
        let mut failures = 0;
        loop {
            let began = Instant::now();
            let ended = self.connection().await;
            if self.options.stop.is_asked() || !self.is_enabled().await? {
                return Ok(());
            }
            failures = match began.elapsed() > GOOD {
                true => 0,
                false => failures + 1,
            };
            let asked = ended.as_ref().err().and_then(CollectError::retry_after);
            let wait = pace::after_break(now(), failures, asked, &self.source.name);
            let error = ended.err();
            if let Some(error) = &error {
                tracing::warn!(source = self.source.name, %error, "the stream broke off");
            }
            let next = now().saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
            self.note_stream(error.map(|error| error.to_string()), next)
                .await?;
            let mut stop = self.options.stop.clone();
            tokio::select! {
                () = stop.asked() => return Ok(()),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn note_stream(&self, error: Option<String>, next_run: i64) -> Result<(), CollectError> {
        let outcome = RunOutcome {
            error,
            next_run,
            validators: None,
        };
        Ok(self.store.note_run(self.source.id, outcome).await?)
    }

    async fn is_enabled(&self) -> Result<bool, CollectError> {
        let source = self
            .store
            .source(&Reader::operator(), &self.source.name)
            .await?;
        Ok(source.enabled)
    }

    /// One connection from its beginning to its end.
    async fn connection(&self) -> Result<(), CollectError> {
        let Some(keys) = &self.recipe.stream else {
            return Err(CollectError::Internal("it is no stream".to_owned()));
        };
        let mut wanted = self.wanted().await?;
        if wanted.as_ref().is_some_and(Wanted::is_empty) {
            // Nobody wants anything of it.
            return Ok(());
        }
        let source = self
            .store
            .source(&Reader::operator(), &self.source.name)
            .await?;
        let progress = Progress::read(source.progress.as_deref());
        let request = self.stream_request(&progress)?;
        let connection = Connection::open(self.egress, keys.speaks, request).await?;
        let mut rows = connection.read();
        self.note_stream(None, now()).await?;
        if self.recipe.url.is_some() {
            // What comes meanwhile waits.
            let missed = Run {
                source: &source,
                ..*self
            };
            missed
                .once(Origin::Network)
                .await
                .map_err(|failure| failure.error)?;
        }
        let source = self
            .store
            .source(&Reader::operator(), &self.source.name)
            .await?;
        let mut gathered = Gathered::new(self, Progress::read(source.progress.as_deref()));
        let (mut stop, mut turn) = (self.options.stop.clone(), tokio::time::interval(TURN));
        let mut asked = Instant::now();
        let ended = loop {
            tokio::select! {
                () = stop.asked() => break Ok(()),
                row = rows.next() => match row {
                    Some(row) if wanted.as_ref().is_none_or(|wanted| wanted.has(&row.text())) => {
                        gathered.add(&row.json).await?;
                    }
                    Some(row) => gathered.pass(&row.json),
                    None => break rows.ended().await,
                },
                _ = turn.tick() => {
                    gathered.put().await?;
                    if !self.is_enabled().await? {
                        break Ok(());
                    }
                    if asked.elapsed() > ASK {
                        (wanted, asked) = (self.wanted().await?, Instant::now());
                    }
                }
            }
        };
        gathered.end().await?;
        ended
    }

    /// What hunts want of it; none if it brings everything.
    async fn wanted(&self) -> Result<Option<Wanted>, CollectError> {
        match self.recipe.drive {
            None => Ok(None),
            Some(_) => Ok(Some(Wanted::new(&self.driven().await?))),
        }
    }

    fn stream_request(&self, progress: &Progress) -> Result<Request, CollectError> {
        let keys = self.recipe.stream.clone();
        let keys = keys.ok_or_else(|| CollectError::Internal("it is no stream".to_owned()))?;
        let mut variables = Variables::default();
        if let Some(since) = progress.of(&self.recipe.question(None)) {
            let back = since
                .parse()
                .map(|micros: u64| micros.saturating_sub(BACK).to_string());
            match (keys.speaks, back) {
                (Speaks::Jetstream, Ok(back)) => variables.text("since", back),
                _ => variables.text("since", since),
            }
        }
        let mut url = keys.url.clone();
        for (name, text) in &keys.query {
            if let Some(text) = variables.fill(text, str::to_owned) {
                url.push(if url.contains('?') { '&' } else { '?' });
                url.push_str(&format!("{}={}", encoded(name), encoded(&text)));
            }
        }
        let key = self.options.key.as_ref().map(crate::Secret::reveal);
        let credential = self.recipe.credential(key);
        let credential = credential.map_err(|error| self.unaskable(error))?;
        let mut request = Request::get(url);
        if let Some(secret) = credential.secret() {
            request = request.secret(&secret);
        }
        if let Some((name, value)) = credential.header() {
            request = request.secret_header(&name, &value);
        }
        Ok(request)
    }
}
