//! Writing a body into the blob store while it arrives.

use std::io::{Read, Write};

use bytes::Bytes;
use noroshi_store::{Blob, BlobWriter, Store};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::CollectError;

/// Parts that may wait for the disk.
const WAITING: usize = 16;

/// A body that comes in parts. Dropped before [`Spool::finish`], it leaves nothing.
pub(super) struct Spool {
    parts: mpsc::Sender<Part>,
    writer: JoinHandle<Result<Option<Blob>, CollectError>>,
}

enum Part {
    More(Bytes),
    /// Without it the body is not whole.
    End,
}

impl Spool {
    pub(super) fn start(store: &Store, limit: u64) -> Result<Spool, CollectError> {
        let blob = store.blob_writer()?;
        let (parts, waiting) = mpsc::channel(WAITING);
        let writer = tokio::task::spawn_blocking(move || write_parts(blob, waiting, limit));
        Ok(Spool { parts, writer })
    }

    /// Adds a part. Whether it could be written is told at the end, at the latest.
    pub(super) async fn add(&self, part: Bytes) -> bool {
        self.parts.send(Part::More(part)).await.is_ok()
    }

    /// The body was whole.
    pub(super) async fn finish(self) -> Result<Blob, CollectError> {
        // If nobody takes it, the writer has failed and says why.
        let _ = self.parts.send(Part::End).await;
        drop(self.parts);
        let written = self.writer.await;
        let written = written.map_err(|error| CollectError::Internal(error.to_string()))?;
        written?.ok_or_else(|| CollectError::Internal("the body has no end".to_owned()))
    }
}

fn write_parts(
    mut blob: BlobWriter,
    mut parts: mpsc::Receiver<Part>,
    limit: u64,
) -> Result<Option<Blob>, CollectError> {
    let mut size = 0_u64;
    loop {
        match parts.blocking_recv() {
            None => return Ok(None),
            Some(Part::End) => return Ok(Some(blob.finish()?)),
            Some(Part::More(part)) => {
                size += part.len() as u64;
                if size > limit {
                    return Err(CollectError::TooLarge { limit });
                }
                blob.write_all(&part).map_err(unwritable)?;
            }
        }
    }
}

/// A body that can be read at once, up to its end. Blocks.
pub(super) fn copy(
    store: &Store,
    body: impl Read,
    limit: u64,
    unreadable: impl Fn(std::io::Error) -> CollectError,
) -> Result<Blob, CollectError> {
    let mut blob = store.blob_writer()?;
    let mut body = body.take(limit.saturating_add(1));
    let mut buffer = vec![0; 1 << 18];
    let mut size = 0_u64;
    loop {
        let read = match body.read(&mut buffer) {
            Ok(0) => return Ok(blob.finish()?),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        size += read as u64;
        if size > limit {
            return Err(CollectError::TooLarge { limit });
        }
        let part = buffer.get(..read).unwrap_or_default();
        blob.write_all(part).map_err(unwritable)?;
    }
}

fn unwritable(error: std::io::Error) -> CollectError {
    CollectError::File {
        path: "the blob store".to_owned(),
        error,
    }
}
