//! The pool, transactions, and the ear for what other servers commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod};
use futures::{StreamExt, stream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_postgres::{AsyncMessage, NoTls};

use super::{conn, lock};
use crate::error::{Error, Result};
use crate::sql::{Conn, Tx};
use crate::{change, migrate};

/// Connections of one server.
const CONNECTIONS: usize = 16;

/// How long to wait before listening again after the connection broke.
const AGAIN: Duration = Duration::from_millis(500);

/// Transactions that lost a race are tried so often.
const TRIES: usize = 5;

pub(crate) struct Postgres {
    config: tokio_postgres::Config,
    pool: Pool,
    latest: watch::Sender<i64>,
}

impl Postgres {
    /// Connects to a `postgres://…` URL and creates or upgrades the schema.
    pub(crate) async fn open(url: &str) -> Result<Postgres> {
        let mut config: tokio_postgres::Config = url.parse()?;
        if config.get_application_name().is_none() {
            config.application_name("noroshi");
        }
        let manager = Manager::from_config(
            config.clone(),
            NoTls,
            ManagerConfig {
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS)
            .build()
            .map_err(|error| Error::Pool(error.to_string()))?;
        let (latest, _) = watch::channel(0);
        let this = Postgres {
            config,
            pool,
            latest,
        };
        let newest = this
            .with(|conn| {
                migrate::postgres(conn)?;
                change::newest(conn)
            })
            .await?;
        this.latest.send_replace(newest);
        Ok(this)
    }

    async fn object(&self) -> Result<Object> {
        self.pool
            .get()
            .await
            .map_err(|error| Error::Pool(error.to_string()))
    }

    /// Runs blocking work on a pooled connection.
    async fn with<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let object = self.object().await?;
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            let conn = Conn::Postgres(conn::Conn {
                client: &object,
                runtime,
            });
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&conn)));
            result.unwrap_or_else(|_| {
                // It may be in the middle of a transaction, so nobody else gets it.
                drop(Object::take(object));
                Err(Error::Corrupt("a statement's handler panicked".to_owned()))
            })
        })
        .await
        .map_err(|error| Error::Pool(error.to_string()))?
    }

    /// Runs `work` off the async threads. With a deadline, a statement still running then is
    /// cancelled by the server.
    pub(crate) async fn read<T, F>(&self, deadline: Option<Instant>, work: F) -> Result<T>
    where
        F: FnOnce(&Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.with(move |conn| {
            let Some(deadline) = deadline else {
                return work(conn);
            };
            let left = deadline
                .saturating_duration_since(Instant::now())
                .as_millis()
                .max(1);
            conn.batch(&format!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
                 SET LOCAL statement_timeout = {left}"
            ))?;
            let result = work(conn);
            conn.batch("ROLLBACK")?;
            result
        })
        .await
    }

    /// Runs `work` in a transaction, again if it lost a race, and commits what it announced in order.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&Tx) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (done, newest) = self
            .with(move |conn| {
                let Conn::Postgres(conn) = conn else {
                    return Err(Error::Closed);
                };
                let mut tries = 0;
                loop {
                    tries += 1;
                    match transaction(conn, &work) {
                        Err(error) if tries < TRIES && error.worth_another_try() => {}
                        result => return result,
                    }
                }
            })
            .await?;
        if let Some(newest) = newest {
            change::tell(&self.latest, newest);
        }
        Ok(done)
    }

    pub(crate) fn latest(&self) -> watch::Receiver<i64> {
        self.latest.subscribe()
    }

    /// Listens for commits, this server's own included, until the store is dropped.
    pub(crate) fn watch_others(self: &Arc<Self>) {
        let this = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(store) = this.upgrade() {
                let config = store.config.clone();
                drop(store);
                if let Err(error) = listen(&config, &this).await {
                    tracing::warn!("listening for changes: {error}");
                }
                tokio::time::sleep(AGAIN).await;
            }
        });
    }

    async fn tell_newest(&self) -> Result<()> {
        change::tell(&self.latest, self.with(change::newest).await?);
        Ok(())
    }

    /// A connection of its own that holds an advisory lock for as long as it lives, if it is free.
    pub(crate) async fn hold(&self, sql: &'static str, key: i64) -> Result<Option<Held>> {
        let (client, connection) = self.config.connect(NoTls).await?;
        let task = tokio::spawn(async move {
            let _ = connection.await;
        });
        let row = client.query_one(sql, &[&key]).await?;
        let taken: bool = row.try_get(0)?;
        Ok(taken.then_some(Held { client, task }))
    }
}

/// An advisory lock; dropping it, or the death of the process, frees it.
pub(crate) struct Held {
    client: tokio_postgres::Client,
    task: tokio::task::JoinHandle<()>,
}

impl Held {
    /// Frees the lock and waits until it is free; after a mere drop the server takes its time.
    pub(crate) async fn release(self) -> Result<()> {
        Ok(self
            .client
            .batch_execute("SELECT pg_advisory_unlock_all()")
            .await?)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The result, and the newest change that the transaction brought.
fn transaction<T>(pg: &conn::Conn, work: &impl Fn(&Tx) -> Result<T>) -> Result<(T, Option<i64>)> {
    let own = conn::Conn {
        client: pg.client,
        runtime: pg.runtime.clone(),
    };
    let tx = Tx::new(Conn::Postgres(own));
    tx.batch("BEGIN")?;
    let result = work(&tx).and_then(|done| Ok((done, commit(&tx)?)));
    if result.is_err() {
        let _ = tx.batch("ROLLBACK");
    }
    result
}

/// Takes the numbers of the changes as the last thing before the commit, under a lock that the
/// commit frees: whoever reads the feed by number never meets a lower one later.
fn commit(tx: &Tx) -> Result<Option<i64>> {
    let announced = tx.announced.take();
    if announced.is_empty() {
        tx.batch("COMMIT")?;
        return Ok(None);
    }
    tx.query(
        "SELECT 1 FROM pg_advisory_xact_lock(?1)",
        crate::sql::params![lock::CHANGE],
        |_| Ok(()),
    )?;
    let newest = change::append(tx, &announced)?;
    tx.batch("NOTIFY noroshi_change; COMMIT")?;
    Ok(newest)
}

async fn listen(config: &tokio_postgres::Config, store: &std::sync::Weak<Postgres>) -> Result<()> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let (told, mut notices) = tokio::sync::mpsc::unbounded_channel();
    let reading = tokio::spawn(async move {
        let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(Ok(message)) = messages.next().await {
            if matches!(message, AsyncMessage::Notification(_)) && told.send(()).is_err() {
                break;
            }
        }
    });
    client.batch_execute("LISTEN noroshi_change").await?;
    // What was committed before the LISTEN took hold.
    loop {
        let Some(store) = store.upgrade() else { break };
        store.tell_newest().await?;
        drop(store);
        if notices.recv().await.is_none() {
            break;
        }
        while notices.try_recv().is_ok() {}
    }
    reading.abort();
    Ok(())
}
