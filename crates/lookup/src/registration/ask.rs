//! Asking a registry about one name.

use std::time::{Duration, Instant};

use noroshi_egress::{Egress, EgressError, Purpose, Request};
use noroshi_store::Registration;

use super::answer::{BadAnswer, read};
use super::bootstrap::{Bases, IANA, LARGEST};

/// The most bytes of an answer.
const ANSWER: u64 = 512 << 10;
/// How often IANA's list is read, and how soon again where that failed.
const ANEW: Duration = Duration::from_secs(24 * 3_600);
const AGAIN: Duration = Duration::from_secs(3_600);

/// Why nothing was learnt.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody is known to answer for it.
    #[error("no RDAP server is known for this ending")]
    Nobody,
    /// It could not be reached.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// It refused, or has other troubles.
    #[error("the registry answered {status}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// When it wants to be asked again.
        wait: Option<Duration>,
    },
    /// It answered something else.
    #[error(transparent)]
    Bad(#[from] BadAnswer),
}

/// The registries.
pub struct Registries {
    egress: Egress,
    bases: Bases,
    /// Whether IANA's list is read at all.
    iana: bool,
    read_at: Option<Instant>,
}

impl Registries {
    /// `configured` are RDAP servers by ending, `jp=https://rdap.example/`; `*=…` answers for whatever no list has,
    /// and IANA's list is then not read.
    ///
    /// # Errors
    ///
    /// The first that is not so written.
    pub fn new(egress: Egress, configured: &[String]) -> Result<Registries, String> {
        Ok(Registries {
            egress,
            bases: Bases::new(configured)?,
            iana: !configured.iter().any(|one| one.starts_with("*=")),
            read_at: None,
        })
    }

    /// How a registered domain stands.
    ///
    /// # Errors
    ///
    /// [`AskError`] where that could not be learnt.
    pub async fn ask(&mut self, domain: &str) -> Result<Registration, AskError> {
        self.bootstrap().await;
        let address = self.bases.address(domain).ok_or(AskError::Nobody)?;
        let request = Request::get(address)
            .accept("application/rdap+json, application/json;q=0.5")
            .max_body(ANSWER);
        let response = self.egress.send(Purpose::Lookup, request).await?;
        let status = response.status().as_u16();
        match status {
            200 => {
                let body = response.bytes(ANSWER).await?;
                Ok(read(domain, &body)?)
            }
            // RFC 7480, section 5.3: there is no such thing.
            404 => Ok(Registration::default()),
            status => Err(AskError::Status {
                status,
                wait: response
                    .retry_after()
                    .map(|wait| wait.wait(noroshi_store::now())),
            }),
        }
    }

    /// Reads IANA's list once a day. Without it, the one before stays good.
    async fn bootstrap(&mut self) {
        if !self.iana || self.read_at.is_some_and(|at| at.elapsed() < ANEW) {
            return;
        }
        let request = Request::get(IANA)
            .accept("application/json")
            .max_body(LARGEST);
        let read = match self.egress.send(Purpose::Lookup, request).await {
            Ok(response) if response.status().as_u16() == 200 => {
                let body = response.bytes(LARGEST).await;
                body.is_ok_and(|body| self.bases.read(&body))
            }
            _ => false,
        };
        if !read {
            tracing::info!(
                "IANA's list of RDAP servers could not be read; what is known of them stays"
            );
        }
        let now = Instant::now();
        self.read_at = match read {
            true => Some(now),
            false => now.checked_sub(ANEW.saturating_sub(AGAIN)).or(Some(now)),
        };
    }
}
