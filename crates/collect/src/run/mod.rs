//! One run of a collection: the body is got and kept, its rows go into the store, and a receipt comes out.
//!
//! The body is complete in the blob store before the first row of it is read, so a body that was cut short on the way
//! changes nothing. Nothing holds more of it than two chunks of rows.

mod asking;
mod body;
mod caller;
mod command;
mod error;
mod fetch;
mod import;
mod page;
mod paging;
mod part;
mod progress;
mod receipt;
mod said;
mod session;
mod spool;

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use noroshi_egress::Egress;
use noroshi_store::{Counts, ImportMode, RunOutcome, Source, Store, now};

use crate::ensure::ensure_source;
use crate::keys::Secret;
use crate::recipe::Recipe;
use crate::schedule::pace;
use crate::stop::Stop;

pub use error::{CollectError, Failure};
pub(crate) use import::RowBody;
pub(crate) use page::look;
pub(crate) use progress::Progress;
pub use receipt::Receipt;
pub use session::Sessions;

use body::Body;

/// The largest body that is taken unless the caller says otherwise, in bytes.
pub const MAX_BODY: u64 = 2 << 30;

/// Where a body comes from.
pub enum Origin {
    /// From where the recipe says: its URL, or its command.
    Network,
    /// A file, in the layout that the recipe describes.
    File(PathBuf),
    /// Standard input, say.
    Reader(Box<dyn Read + Send>),
}

/// How to collect.
#[derive(Clone)]
pub struct Options {
    /// How much may be asked of the engine at once.
    pub mode: ImportMode,
    /// Who started it, for the receipt.
    pub actor: String,
    /// The user's key for the feed.
    pub key: Option<Secret>,
    /// The sessions of services that have them.
    pub sessions: Sessions,
    /// The largest body, packed or not, in bytes.
    pub max_body: u64,
    /// Asks for the whole body even if the publisher would say that it is unchanged.
    pub fresh: bool,
    /// Ends the run between two chunks.
    pub stop: Stop,
    /// Is told what became of the rows, after every chunk.
    pub progress: Arc<dyn Fn(&Counts) + Send + Sync>,
}

impl Options {
    /// Without a key, without progress, never stopped.
    pub fn new(mode: ImportMode, actor: impl Into<String>) -> Options {
        Options {
            mode,
            actor: actor.into(),
            key: None,
            sessions: Sessions::default(),
            max_body: MAX_BODY,
            fresh: false,
            stop: Stop::never(),
            progress: Arc::new(|_| {}),
        }
    }
}

/// Collects from a source once. The source is made where it is new. How a run over the network ended is noted for the
/// schedule; a file that goes in makes the schedule fetch the whole body next time.
///
/// # Errors
/// Why it failed, with the receipt of the rows that went in before. Nothing is ever delisted by a run that fails.
pub async fn collect(
    store: &Store,
    egress: &Egress,
    recipe: &Recipe,
    origin: Origin,
    options: &Options,
) -> Result<Receipt, Failure> {
    let source = ensure_source(store, recipe).await?;
    let over_network = matches!(origin, Origin::Network);
    if !over_network {
        forget_validators(store, &source).await?;
    }
    let run = Run {
        store,
        egress,
        recipe,
        source: &source,
        options,
    };
    let ended = run.go(origin).await;
    if over_network {
        run.note(&ended).await?;
    }
    if ended.is_ok() {
        run.speak().await;
    }
    ended.map(|done| done.receipt)
}

/// Follows the stream of a source until it is asked to stop or the source is switched off.
///
/// # Errors
/// If somebody else follows it, or the store is broken. A stream that breaks is opened again.
pub(crate) async fn follow(
    store: &Store,
    egress: &Egress,
    recipe: &Recipe,
    options: &Options,
) -> Result<(), Failure> {
    let source = ensure_source(store, recipe).await?;
    let run = Run {
        store,
        egress,
        recipe,
        source: &source,
        options,
    };
    run.follow().await
}

/// What is the same throughout one run.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) store: &'a Store,
    pub(crate) egress: &'a Egress,
    pub(crate) recipe: &'a Recipe,
    pub(crate) source: &'a Source,
    pub(crate) options: &'a Options,
}

/// A run that went well.
struct Done {
    receipt: Receipt,
    validators: Option<body::Validators>,
}

impl Run<'_> {
    /// A whole run, as a part of something else.
    pub(crate) async fn once(&self, origin: Origin) -> Result<Receipt, Failure> {
        self.go(origin).await.map(|done| done.receipt)
    }

    async fn go(&self, origin: Origin) -> Result<Done, Failure> {
        let mut stop = self.options.stop.clone();
        let body = tokio::select! {
            biased;
            () = stop.asked() => return Err(CollectError::Stopped.into()),
            body = self.body(origin) => body?,
        };
        match body {
            Body::NotModified => {
                self.store.confirm_source(self.source.id).await?;
                Ok(Done {
                    receipt: Receipt::not_modified(&self.source.name),
                    validators: None,
                })
            }
            Body::Kept(kept) => Ok(Done {
                validators: Some(kept.validators.clone()),
                receipt: self.import(kept).await?,
            }),
        }
    }

    /// Lets the source say what it brought, also what its pause had kept back. What went in is in, said or not.
    pub(crate) async fn speak(&self) {
        match self.store.post_digest(self.source.id).await {
            Ok(_) => {}
            Err(error) => tracing::warn!(source = self.source.name, %error, "no digest"),
        }
    }

    /// Tells the schedule. A run that was stopped, or that met another one, says nothing about the source.
    async fn note(&self, ended: &Result<Done, Failure>) -> Result<(), Failure> {
        let name = &self.source.name;
        let outcome = match ended {
            Ok(done) => RunOutcome {
                error: None,
                next_run: pace::after_success(now(), self.recipe.interval, name),
                validators: done.validators.clone().map(|v| (v.etag, v.last_modified)),
            },
            Err(failure) if failure.error.says_nothing() => return Ok(()),
            Err(failure) => {
                let wait = failure.error.retry_after();
                RunOutcome {
                    error: Some(failure.error.to_string()),
                    next_run: pace::after_failure(now(), self.source.failures, wait, name),
                    validators: None,
                }
            }
        };
        Ok(self.store.note_run(self.source.id, outcome).await?)
    }
}

/// What a file brings is not what the publisher's validators speak of.
async fn forget_validators(store: &Store, source: &Source) -> Result<(), Failure> {
    if source.etag.is_none() && source.last_modified.is_none() {
        return Ok(());
    }
    let outcome = RunOutcome {
        error: None,
        next_run: source.next_run.unwrap_or_else(now),
        validators: Some((None, None)),
    };
    Ok(store.note_run(source.id, outcome).await?)
}
