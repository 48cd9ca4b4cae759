//! Blobs: bodies and attachments (later captures) as files named by their SHA-256.
//!
//! The file is complete before its name is known to the database, so a name in the database always
//! has its file; a file without a name is what a killed process left, and is overwritten or pruned.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::sql::{Conn, Tx, params};
use crate::{Store, now};

/// Bodies of a source that are kept: those of its newest batches.
const KEPT: i64 = 3;

/// A blob being written. Dropping it unfinished leaves nothing.
pub struct BlobWriter {
    store: Store,
    file: Option<tempfile::NamedTempFile>,
    digest: Sha256,
    size: u64,
}

/// A finished blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256.
    pub hash: [u8; 32],
    /// Bytes.
    pub size: u64,
}

impl Store {
    /// Begins a blob.
    pub fn blob_writer(&self) -> Result<BlobWriter> {
        let directory = self.directory.join("blobs");
        let failed = |error| Error::File {
            path: directory.display().to_string(),
            error,
        };
        std::fs::create_dir_all(&directory).map_err(failed)?;
        let file = tempfile::Builder::new()
            .prefix("new-")
            .tempfile_in(&directory)
            .map_err(failed)?;
        Ok(BlobWriter {
            store: self.clone(),
            file: Some(file),
            digest: Sha256::new(),
            size: 0,
        })
    }

    /// Opens a blob for reading.
    pub fn open_blob(&self, blob: &Blob) -> Result<File> {
        let path = self.blob_path(&blob.hash);
        File::open(&path).map_err(|error| Error::File {
            path: path.display().to_string(),
            error,
        })
    }

    fn blob_path(&self, hash: &[u8]) -> PathBuf {
        let name = hex::encode(hash);
        self.directory.join("blobs").join(&name[..2]).join(&name)
    }

    /// Drops the bodies of a source's older batches that nothing else names.
    pub(crate) async fn prune_bodies(&self, source: i64) -> Result<()> {
        let gone = self
            .write(move |tx| {
                let sql = "UPDATE batch SET body = NULL WHERE source = ?1 AND body IS NOT NULL
                    AND id NOT IN (SELECT id FROM batch WHERE source = ?1 AND body IS NOT NULL
                        ORDER BY id DESC LIMIT ?2)";
                tx.execute(sql, params![source, KEPT])?;
                let sql = format!("DELETE FROM blob WHERE {UNNAMED} RETURNING hash");
                tx.query(&sql, params![], |row| row.bytes(0))
            })
            .await?;
        self.remove_blobs(gone);
        Ok(())
    }

    /// Removes the files of blobs that were forgotten.
    pub(crate) fn remove_blobs(&self, gone: Vec<Vec<u8>>) {
        for hash in gone {
            // A file that is gone already is what was wanted.
            let _ = std::fs::remove_file(self.blob_path(&hash));
        }
    }
}

/// Nothing names the blob.
const UNNAMED: &str = "NOT EXISTS (SELECT 1 FROM batch WHERE batch.body = blob.hash)
    AND NOT EXISTS (SELECT 1 FROM attachment WHERE attachment.body = blob.hash)";

/// Forgets a blob that nothing names any more; its hash then.
pub(crate) fn forget(tx: &Tx, hash: &[u8]) -> Result<Option<Vec<u8>>> {
    let sql = format!("DELETE FROM blob WHERE hash = ?1 AND {UNNAMED} RETURNING hash");
    tx.query_opt(&sql, params![hash], |row| row.bytes(0))
}

pub(crate) fn record(conn: &Conn, blob: &Blob) -> Result<()> {
    let sql = "INSERT INTO blob (hash, size, created) VALUES (?1, ?2, ?3)
        ON CONFLICT (hash) DO NOTHING";
    conn.execute(sql, params![&blob.hash, blob.size as i64, now()])?;
    Ok(())
}

impl BlobWriter {
    /// Makes the file durable under its final name.
    pub fn finish(mut self) -> Result<Blob> {
        let Some(file) = self.file.take() else {
            return Err(Error::Closed);
        };
        let hash: [u8; 32] = std::mem::take(&mut self.digest).finalize().into();
        let path = self.store.blob_path(&hash);
        let failed = |error| Error::File {
            path: path.display().to_string(),
            error,
        };
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(failed)?;
        }
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(Blob {
            hash,
            size: self.size,
        })
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let file = self.file.as_mut().ok_or(std::io::ErrorKind::BrokenPipe)?;
        let written = file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}
