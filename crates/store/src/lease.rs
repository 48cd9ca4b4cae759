//! Leases that die with their process: one import per source at a time, and "a server is running".
//!
//! A file lock on SQLite, an advisory lock of an own connection on PostgreSQL. Neither needs a
//! time-out: the system frees it when the holder is gone, however it went.

use std::fs::{File, OpenOptions, TryLockError};

use crate::error::{Error, Result};
use crate::postgres::lock;
use crate::{Engine, Store};

/// Held until dropped.
pub struct Lease {
    held: Held,
}

impl Lease {
    /// Gives it back; when this returns, the next one may have it.
    pub(crate) async fn release(self) -> Result<()> {
        match self.held {
            Held::File { .. } => Ok(()),
            Held::Postgres { lock } => lock.release().await,
        }
    }
}

enum Held {
    File { _file: File },
    Postgres { lock: crate::postgres::Held },
}

impl Store {
    /// The right to import into a source, unless somebody else has it.
    pub(crate) async fn lease_source(&self, source: i64) -> Result<Option<Lease>> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(self.lock_file(&format!("source-{source}"), false)?),
            Engine::Postgres(postgres) => {
                let sql = "SELECT pg_try_advisory_lock($1)";
                Ok(postgres.hold(sql, lock::SOURCE + source).await?.map(held))
            }
        }
    }

    /// The right to follow the stream of a source, unless somebody else has it.
    pub async fn lease_stream(&self, source: i64) -> Result<Option<Lease>> {
        self.lease_errand(&format!("stream-{source}"), lock::STREAM + source)
            .await
    }

    /// The right to hold what is new against the hunts, unless another server has it.
    pub async fn lease_hunts(&self) -> Result<Option<Lease>> {
        self.lease_errand("hunts", lock::HUNTS).await
    }

    /// The right to send what is to be delivered, unless another server has it.
    pub async fn lease_delivering(&self) -> Result<Option<Lease>> {
        self.lease_errand("delivering", lock::DELIVERING).await
    }

    /// The right to ask about own names, unless another server has it.
    pub async fn lease_domains(&self) -> Result<Option<Lease>> {
        self.lease_errand("domains", lock::DOMAINS).await
    }

    /// The right to what one server at a time does for all.
    async fn lease_errand(&self, name: &str, lock: i64) -> Result<Option<Lease>> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(self.lock_file(name, false)?),
            Engine::Postgres(postgres) => {
                let sql = "SELECT pg_try_advisory_lock($1)";
                Ok(postgres.hold(sql, lock).await?.map(held))
            }
        }
    }

    /// Says that a server runs on this store, for as long as the lease lives.
    pub async fn lease_serving(&self) -> Result<Lease> {
        let lease = match &self.engine {
            Engine::Sqlite(_) => self.lock_file("serving", true)?,
            Engine::Postgres(postgres) => {
                let sql = "SELECT pg_try_advisory_lock_shared($1)";
                postgres.hold(sql, lock::SERVING).await?.map(held)
            }
        };
        lease.ok_or_else(|| Error::Conflict("the store is taken for maintenance".to_owned()))
    }

    /// Whether a server runs on this store, in this or any other process.
    pub async fn is_served(&self) -> Result<bool> {
        let alone = match &self.engine {
            Engine::Sqlite(_) => self.lock_file("serving", false)?,
            Engine::Postgres(postgres) => {
                let sql = "SELECT pg_try_advisory_lock($1)";
                postgres.hold(sql, lock::SERVING).await?.map(held)
            }
        };
        Ok(alone.is_none())
    }

    fn lock_file(&self, name: &str, shared: bool) -> Result<Option<Lease>> {
        let directory = self.directory.join("locks");
        let path = directory.join(name);
        let failed = |error| Error::File {
            path: path.display().to_string(),
            error,
        };
        std::fs::create_dir_all(&directory).map_err(failed)?;
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        let taken = if shared {
            file.try_lock_shared()
        } else {
            file.try_lock()
        };
        match taken {
            Ok(()) => Ok(Some(Lease {
                held: Held::File { _file: file },
            })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

fn held(lock: crate::postgres::Held) -> Lease {
    Lease {
        held: Held::Postgres { lock },
    }
}
