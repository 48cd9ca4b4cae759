//! Files out of a form, written as they come.

use std::io::Write;

use axum::extract::multipart::Field;
use noroshi_store::{Attachment, BlobWriter, Error, NewAttachment, Store};

use super::media;
use super::sniff::ENOUGH;
use crate::problem::Problem;

/// The largest file, in bytes.
pub(crate) const LARGEST: usize = 10 * 1024 * 1024;
/// The most files of one form.
pub(crate) const MOST_FILES: usize = 4;
/// The longest name that is kept, in characters.
const LONGEST_NAME: usize = 200;

/// A file that comes in.
pub(crate) struct Receiving {
    writer: BlobWriter,
    begins: Vec<u8>,
    size: usize,
    name: String,
}

impl Receiving {
    /// Begins a file of that name, which may be anything.
    pub(crate) fn new(store: &Store, name: &str) -> Result<Receiving, Problem> {
        Ok(Receiving {
            writer: store.blob_writer()?,
            begins: Vec::new(),
            size: 0,
            name: harmless_name(name),
        })
    }

    /// Reads a part of a form to its end. Tells whether it was small enough; if not, nothing is kept.
    pub(crate) async fn take(&mut self, field: &mut Field<'_>) -> Result<bool, Problem> {
        while let Some(chunk) = field.chunk().await? {
            // What is too much is read all the same: what follows it in the form is wanted.
            self.add(&chunk)?;
        }
        Ok(self.size <= LARGEST)
    }

    /// Takes what comes next. Tells whether it is small enough still; if not, nothing is kept.
    pub(crate) fn add(&mut self, chunk: &[u8]) -> Result<bool, Problem> {
        self.size += chunk.len();
        if self.size > LARGEST {
            return Ok(false);
        }
        let room = ENOUGH.saturating_sub(self.begins.len());
        self.begins.extend(chunk.iter().take(room));
        self.writer
            .write_all(chunk)
            .map_err(|error| Problem::internal(&error))?;
        Ok(true)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// Keeps it for a post of this account.
    pub(crate) async fn keep(self, store: &Store, account: i64) -> Result<Attachment, Problem> {
        let (writer, name) = (self.writer, self.name);
        let media = media(&self.begins).to_owned();
        // Durable means waiting for the disk.
        let body = tokio::task::spawn_blocking(move || writer.finish()).await;
        let body = body.map_err(|_| Error::Closed)??;
        let new = NewAttachment { body, name, media };
        Ok(store.add_attachment(account, new).await?)
    }
}

/// A name as the store takes it: its last part, without what is no character to be seen.
fn harmless_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|c| !c.is_control());
    let kept: String = kept.take(LONGEST_NAME).collect();
    match kept.trim() {
        "" => "file".to_owned(),
        kept => kept.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path() {
        for (name, kept) in [
            ("a.png", "a.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\証拠.txt", "証拠.txt"),
            ("a\r\nb\0", "ab"),
            ("", "file"),
            ("dir/", "file"),
            (" \t", "file"),
        ] {
            assert_eq!(harmless_name(name), kept);
        }
        assert_eq!(
            harmless_name(&"語".repeat(500)).chars().count(),
            LONGEST_NAME
        );
    }
}
