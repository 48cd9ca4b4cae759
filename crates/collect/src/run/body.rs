//! Gets the body and keeps it.

use std::fs::File;
use std::path::PathBuf;

use noroshi_store::Blob;

use super::{CollectError, Origin, Run, spool};

/// What the publisher gave to ask by next time, as sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// What asking for a body came to.
pub(super) enum Body {
    /// It is what we have.
    NotModified,
    /// It is in the blob store, whole.
    Kept(Kept),
}

/// A body in the blob store.
pub(super) struct Kept {
    pub(super) blob: Blob,
    pub(super) validators: Validators,
    /// The answers that it was put together from, in order; none if it is one.
    pub(super) parts: Vec<Part>,
    /// How far the source has come once it is in.
    pub(super) progress: Option<String>,
}

/// One answer within a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) bytes: u64,
    pub(crate) lines: u64,
}

impl Kept {
    /// One body as it came.
    pub(super) fn whole(blob: Blob) -> Kept {
        Kept {
            blob,
            validators: Validators::default(),
            parts: Vec::new(),
            progress: None,
        }
    }
}

impl Run<'_> {
    pub(super) async fn body(&self, origin: Origin) -> Result<Body, CollectError> {
        let blob = match origin {
            Origin::Network => match &self.recipe.command {
                Some(command) => self.run_command(command).await?,
                None if self.recipe.is_asked() => return self.ask_for_all().await,
                None => return self.fetch().await,
            },
            Origin::File(path) => self.keep_file(path).await?,
            Origin::Reader(reader) => {
                self.keep(move |store, limit| {
                    spool::copy(store, reader, limit, |error| unreadable("the body", error))
                })
                .await?
            }
        };
        Ok(Body::Kept(Kept::whole(blob)))
    }

    async fn keep_file(&self, path: PathBuf) -> Result<Blob, CollectError> {
        self.keep(move |store, limit| {
            let name = path.display().to_string();
            let file = File::open(&path).map_err(|error| unreadable(&name, error))?;
            spool::copy(store, file, limit, |error| unreadable(&name, error))
        })
        .await
    }

    async fn keep<F>(&self, copy: F) -> Result<Blob, CollectError>
    where
        F: FnOnce(&noroshi_store::Store, u64) -> Result<Blob, CollectError> + Send + 'static,
    {
        let (store, limit) = (self.store.clone(), self.options.max_body);
        let copied = tokio::task::spawn_blocking(move || copy(&store, limit)).await;
        copied.map_err(|error| CollectError::Internal(error.to_string()))?
    }
}

fn unreadable(path: &str, error: std::io::Error) -> CollectError {
    CollectError::File {
        path: path.to_owned(),
        error,
    }
}
