//! The queue: gathers what is to be told, and sends what is due, for as long as the server runs.
//!
//! What is due is asked of the store again and again, so nothing is lost when the process is. One server a store does
//! it, by the store's lease; the others wait for theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use noroshi_store::{Delivery, Lease, Result, now};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::attempt::GRACE;
use crate::courier::Courier;

/// How often the store is asked: two look-ups in indexes.
const LOOK: Duration = Duration::from_millis(100);
/// How often, while another server has the lease or the store is in trouble.
const REST: Duration = Duration::from_secs(5);
/// Messages on their way at the same time; of one channel never two.
const CONCURRENCY: usize = 16;
/// The log is kept so long, in microseconds: 90 days.
const KEPT: i64 = 90 * 86_400_000_000;
/// How often it is cleared of what is older.
const CLEAR: Duration = Duration::from_secs(3_600);

/// What is on its way.
#[derive(Default)]
struct Under {
    tasks: JoinSet<(i64, Result<Delivery>)>,
    channels: BTreeSet<i64>,
}

impl Courier {
    /// Runs until `stop` ends, and then until what is on its way has its answer, for a while.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let lease = tokio::select! {
                () = &mut stop => return,
                lease = self.leased() => lease,
            };
            let mut under = Under::default();
            let ended = tokio::select! {
                () = &mut stop => None,
                error = self.work(&mut under) => Some(error),
            };
            let _ = timeout(GRACE, under.all_ended()).await;
            drop(lease);
            let Some(error) = ended else { return };
            tracing::error!(%error, "what is to be delivered cannot be seen");
            tokio::select! {
                () = &mut stop => return,
                () = sleep(REST) => {}
            }
        }
    }

    /// The right to send, once no other server has it.
    async fn leased(&self) -> Lease {
        loop {
            match self.store.lease_delivering().await {
                Ok(Some(lease)) => return lease,
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the lease to deliver cannot be had"),
            }
            sleep(REST).await;
        }
    }

    /// Works until the store fails.
    async fn work(&self, under: &mut Under) -> noroshi_store::Error {
        let mut cleared: Option<Instant> = None;
        if let Err(error) = self.store.resume_deliveries().await {
            return error;
        }
        loop {
            if cleared.is_none_or(|at| at.elapsed() >= CLEAR) {
                cleared = Some(Instant::now());
                if let Err(error) = self.store.forget_deliveries(now() - KEPT).await {
                    return error;
                }
            }
            if let Err(error) = self.start_due(under).await {
                return error;
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                Some(ended) = under.tasks.join_next() => under.ended(ended),
            }
        }
    }

    async fn start_due(&self, under: &mut Under) -> Result<()> {
        let at = now();
        self.store.gather_notices(at).await?;
        let room = CONCURRENCY.saturating_sub(under.tasks.len());
        if room == 0 {
            return Ok(());
        }
        let due = self.store.due_deliveries(at, CONCURRENCY + room).await?;
        let fresh = due
            .into_iter()
            .filter(|due| !under.channels.contains(&due.channel));
        for due in fresh.take(room).collect::<Vec<_>>() {
            let Some(begun) = self.store.begin_delivery(due.id).await? else {
                continue;
            };
            under.channels.insert(begun.channel);
            let courier = self.clone();
            under.tasks.spawn(async move {
                let channel = begun.channel;
                (channel, courier.carry_out(begun).await)
            });
        }
        Ok(())
    }
}

impl Under {
    fn ended(
        &mut self,
        ended: std::result::Result<(i64, Result<Delivery>), tokio::task::JoinError>,
    ) {
        match ended {
            Ok((channel, outcome)) => {
                self.channels.remove(&channel);
                if let Err(error) = outcome {
                    // It stays begun, and is taken up when the lease is had next.
                    tracing::error!(channel, %error, "how a delivery ended cannot be noted");
                }
            }
            Err(error) => {
                tracing::error!(%error, "a delivery panicked");
                self.channels.clear();
            }
        }
    }

    async fn all_ended(&mut self) {
        while let Some(ended) = self.tasks.join_next().await {
            self.ended(ended);
        }
    }
}
