//! Watching own names: each is asked about once a day, one after the other, by one server a store.

use std::time::Duration;

use noroshi_store::{Asked, OwnDomain, Result, Store, now};

use super::ask::{AskError, Registries};
use super::{DAY, news};

/// Between two questions, so that no registry is pressed.
const PACE: Duration = Duration::from_secs(2);
/// How often is looked whether one is due.
const IDLE: Duration = Duration::from_secs(60);
/// When a name is asked about again that nothing was learnt of, in microseconds.
const AGAIN: i64 = DAY / 12;
/// Names that are read at once.
const AT_ONCE: usize = 50;

/// Watches for as long as it is polled.
pub async fn watch_domains(store: Store, mut registries: Registries) {
    loop {
        match store.lease_domains().await {
            Ok(Some(_lease)) => loop {
                match round(&store, &mut registries, PACE).await {
                    Ok(0) => tokio::time::sleep(IDLE).await,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!("watching own names: {error}");
                        break;
                    }
                }
            },
            Ok(None) => {}
            Err(error) => tracing::warn!("asking for the right to watch own names: {error}"),
        }
        tokio::time::sleep(IDLE).await;
    }
}

impl Registries {
    /// Asks about the names that are due, and keeps what came. Tells how many these were.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn ask_due(&mut self, store: &Store) -> Result<usize> {
        round(store, self, Duration::ZERO).await
    }
}

async fn round(store: &Store, registries: &mut Registries, pace: Duration) -> Result<usize> {
    let due = store.due_domains(now(), AT_ONCE).await?;
    for own in &due {
        let asked = ask(registries, own).await;
        store.keep_registration(own, asked).await?;
        tokio::time::sleep(pace).await;
    }
    Ok(due.len())
}

async fn ask(registries: &mut Registries, own: &OwnDomain) -> Asked {
    let now = now();
    match registries.ask(&own.domain).await {
        Ok(registration) => {
            let (news, warned) = news(
                &own.domain,
                own.known.as_ref(),
                &registration,
                own.warned,
                now,
            );
            Asked {
                registration: Some(registration),
                warned,
                error: None,
                next: now.saturating_add(DAY),
                news,
            }
        }
        Err(error) => {
            let wait = match &error {
                AskError::Nobody => DAY,
                AskError::Status {
                    wait: Some(wait), ..
                } => i64::try_from(wait.as_micros())
                    .unwrap_or(DAY)
                    .clamp(AGAIN, DAY),
                _ => AGAIN,
            };
            Asked {
                registration: None,
                warned: own.warned,
                error: Some(error.to_string().chars().take(300).collect()),
                next: now.saturating_add(wait),
                news: Vec::new(),
            }
        }
    }
}
