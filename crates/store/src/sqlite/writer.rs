//! The one thread that writes, with group commit.
//!
//! Writes that wait while another commits share the next commit: each runs in a savepoint of one
//! transaction, so that a failed one takes nothing with it, and all are answered after the one
//! fsync. With `synchronous=FULL` an answered write survives power loss.

use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use crate::change;
use crate::error::{Error, Result};
use crate::sql::{Conn, Tx};

/// So many waiting writes share a commit at most.
const GROUP: usize = 256;

/// A write that waits for its turn.
trait Job: Send {
    /// Runs inside a savepoint.
    fn run(&mut self, tx: &Tx) -> Result<(), ()>;
    /// Tells the caller: its own error, the commit's error, or its result.
    fn answer(self: Box<Self>, commit: Result<(), String>);
}

struct Write<F, T> {
    work: Option<F>,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, T> Job for Write<F, T>
where
    F: FnOnce(&Tx) -> Result<T> + Send,
    T: Send,
{
    fn run(&mut self, tx: &Tx) -> Result<(), ()> {
        let Some(work) = self.work.take() else {
            return Err(());
        };
        // A panic in one write must not take the writer, and everybody's writes, with it.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|_| Err(Error::Corrupt("a write panicked".to_owned())));
        let ok = result.is_ok();
        self.result = Some(result);
        if ok { Ok(()) } else { Err(()) }
    }

    fn answer(mut self: Box<Self>, commit: Result<(), String>) {
        let result = match (self.result.take(), commit) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(Error::Conflict(format!("not written: {error}"))),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(Error::Closed),
        };
        // The caller may have gone away; the write stands all the same.
        let _ = self.reply.send(result);
    }
}

/// The handle of the writing thread. Dropping it lets queued writes finish first.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on its own connection; `latest` is told the newest change after a commit.
    pub(crate) fn start(conn: Connection, latest: watch::Sender<i64>) -> Result<Writer> {
        let (queue, waiting) = mpsc::channel::<Box<dyn Job>>();
        let thread = std::thread::Builder::new()
            .name("noroshi-writer".to_owned())
            .spawn(move || {
                while let Ok(first) = waiting.recv() {
                    let mut jobs = vec![first];
                    jobs.extend(waiting.try_iter().take(GROUP - 1));
                    commit_together(&conn, jobs, &latest);
                }
            })
            .map_err(|error| Error::File {
                path: "writer thread".to_owned(),
                error,
            })?;
        Ok(Writer {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Runs `work` in a transaction; the answer comes after it is on disk.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Tx) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Write {
            work: Some(work),
            result: None,
            reply,
        });
        let queue = self.queue.as_ref().ok_or(Error::Closed)?;
        queue.send(job).map_err(|_| Error::Closed)?;
        answer.await.map_err(|_| Error::Closed)?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn commit_together(conn: &Connection, mut jobs: Vec<Box<dyn Job>>, latest: &watch::Sender<i64>) {
    let outcome = run_all(conn, &mut jobs);
    if outcome.is_err() {
        let _ = conn.execute_batch("ROLLBACK");
    }
    if let Ok(Some(seq)) = outcome {
        change::tell(latest, seq);
    }
    let told = outcome.map(|_| ()).map_err(|error| error.to_string());
    for job in jobs {
        job.answer(told.clone());
    }
}

/// The newest change that the commit brought, if it brought any. A write that is alone needs no
/// savepoint, which would cost it a journal of every page it changes.
fn run_all(conn: &Connection, jobs: &mut [Box<dyn Job>]) -> Result<Option<i64>> {
    conn.execute_batch("BEGIN IMMEDIATE")?;
    let mut announced = Vec::new();
    let alone = jobs.len() == 1;
    for job in jobs.iter_mut() {
        let tx = Tx::new(Conn::Sqlite(conn));
        if alone {
            if job.run(&tx).is_err() {
                conn.execute_batch("ROLLBACK")?;
                return Ok(None);
            }
        } else {
            conn.execute_batch("SAVEPOINT job")?;
            if job.run(&tx).is_err() {
                conn.execute_batch("ROLLBACK TO job; RELEASE job")?;
                continue;
            }
            conn.execute_batch("RELEASE job")?;
        }
        announced.append(&mut tx.announced.borrow_mut());
    }
    let seq = change::append(&Conn::Sqlite(conn), &announced)?;
    conn.execute_batch("COMMIT")?;
    Ok(seq)
}
