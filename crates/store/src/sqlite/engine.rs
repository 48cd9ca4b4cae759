//! Opening the file, handing out readers, noticing other processes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Semaphore, watch};

use super::writer::Writer;
use crate::error::{Error, Result};
use crate::sql::{Conn, Tx};
use crate::{change, migrate};

/// Reads that may run at once; further ones wait.
const READERS: usize = 8;

/// How often a server looks whether another process has written.
const LOOK: Duration = Duration::from_millis(20);

pub(crate) struct Sqlite {
    path: PathBuf,
    writer: Writer,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    latest: watch::Sender<i64>,
}

impl Sqlite {
    /// Opens (and creates or upgrades) the database `noroshi.db` in `directory`.
    pub(crate) fn open(directory: &Path) -> Result<Sqlite> {
        std::fs::create_dir_all(directory).map_err(|error| Error::File {
            path: directory.display().to_string(),
            error,
        })?;
        let path = directory.join("noroshi.db");
        let mut conn = connect(&path, false)?;
        migrate::sqlite(&mut conn, &path)?;
        let newest = change::newest(&Conn::Sqlite(&conn))?;
        let (latest, _) = watch::channel(newest);
        let writer = Writer::start(conn, latest.clone())?;
        Ok(Sqlite {
            path,
            writer,
            idle: Mutex::default(),
            permits: Semaphore::new(READERS),
            latest,
        })
    }

    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.writer.write(work).await
    }

    /// Runs `work` on a reading connection, off the async threads. All that one call reads is of one
    /// moment. With a deadline, what still runs then is interrupted.
    pub(crate) async fn read<T, F>(
        self: &Arc<Self>,
        deadline: Option<Instant>,
        work: F,
    ) -> Result<T>
    where
        F: FnOnce(&Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let _permit = self.permits.acquire().await.map_err(|_| Error::Closed)?;
        let this = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let mut conn = match this.take_idle() {
                Some(conn) => conn,
                None => connect(&this.path, true)?,
            };
            if let Some(deadline) = deadline {
                conn.progress_handler(1_000, Some(move || Instant::now() > deadline))?;
            }
            conn.execute_batch("BEGIN")?;
            let result = work(&Conn::Sqlite(&conn));
            conn.execute_batch("ROLLBACK")?;
            if deadline.is_some() {
                conn.progress_handler(0, None::<fn() -> bool>)?;
            }
            this.idle.lock().map_err(|_| Error::Closed)?.push(conn);
            result
        })
        .await
        .map_err(|error| Error::Pool(error.to_string()))?
    }

    fn take_idle(&self) -> Option<Connection> {
        self.idle.lock().ok()?.pop()
    }

    /// While one import has the engine to itself: a page cache that holds the upper index pages, and
    /// a log that is written back seldom.
    pub(crate) async fn relax(&self, relaxed: bool) -> Result<()> {
        self.writer
            .write(move |tx| {
                let Conn::Sqlite(conn) = &tx.conn else {
                    return Ok(());
                };
                let (cache, log) = if relaxed {
                    (-524_288, 65_536)
                } else {
                    (-65_536, 1_000)
                };
                conn.execute_batch(&format!(
                    "PRAGMA cache_size = {cache}; PRAGMA wal_autocheckpoint = {log};"
                ))?;
                Ok(())
            })
            .await
    }

    pub(crate) fn latest(&self) -> watch::Receiver<i64> {
        self.latest.subscribe()
    }

    /// Watches for commits of other processes until the store is dropped.
    pub(crate) fn watch_others(self: &Arc<Self>) -> Result<()> {
        let conn = connect(&self.path, true)?;
        let this = Arc::downgrade(self);
        std::thread::Builder::new()
            .name("noroshi-changes".to_owned())
            .spawn(move || {
                let mut version = 0;
                while let Some(this) = this.upgrade() {
                    if let Ok(Some(seq)) = newest_if_changed(&conn, &mut version) {
                        change::tell(&this.latest, seq);
                    }
                    drop(this);
                    std::thread::sleep(LOOK);
                }
            })
            .map_err(|error| Error::File {
                path: "change thread".to_owned(),
                error,
            })?;
        Ok(())
    }
}

fn newest_if_changed(conn: &Connection, known: &mut i64) -> Result<Option<i64>> {
    let version: i64 = conn.query_row("PRAGMA data_version", [], |row| row.get(0))?;
    if version == *known {
        return Ok(None);
    }
    *known = version;
    change::newest(&Conn::Sqlite(conn)).map(Some)
}

/// 8 KiB pages and a write-ahead log: readers never wait for the writer.
fn connect(path: &Path, read_only: bool) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_READ_WRITE;
    if !read_only {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(60))?;
    conn.set_prepared_statement_cache_capacity(256);
    rusqlite::vtab::array::load_module(&conn)?;
    if read_only {
        conn.execute_batch("PRAGMA query_only = 1; PRAGMA cache_size = -16384;")?;
    } else {
        conn.execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = 1; PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 67108864;",
        )?;
    }
    Ok(conn)
}
