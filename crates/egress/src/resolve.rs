//! Names to addresses, and the filter every answer goes through.
//!
//! Resolving and dialling are one step. The HTTP client asks [`Guard`] once
//! per connection, while it connects, and dials the addresses it is handed:
//! its connector turns them into sockets without looking at the name again
//! (the name goes on to serve as TLS server name and `Host` only). So an
//! answer cannot change between check and use: there is no second look-up. A
//! pooled connection was checked when it was made, and serves only the same
//! purpose, scheme, host and port.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolving};

use crate::policy::{Policy, Refusal};

/// Addresses tried for one connection at most: an answer may hold thousands.
const MAX_ADDRESSES: usize = 16;

/// What a look-up gives: the addresses of a name, in order of preference.
pub type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks for the addresses of a name. Answers are not trusted.
pub trait Resolve: Send + Sync + 'static {
    /// Looks the name up. Never called for a host that is an address already.
    fn resolve(&self, host: &str) -> Answer;
}

/// The system's resolver: hosts file, name service switch, `resolv.conf`.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Answer {
        let host = host.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveFailure {
    #[error("{0}")]
    Failed(String),
    #[error("{0} is not open")]
    Refused(IpAddr, Refusal),
    #[error("no answer in time")]
    Timeout,
}

/// The resolver the HTTP client is given: one for each purpose and port, since
/// what may be dialled depends on both and the client names only the host.
pub(crate) struct Guard {
    pub(crate) resolver: Arc<dyn Resolve>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) port: u16,
}

impl reqwest::dns::Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let answer = self.resolver.resolve(&host);
        let (policy, port) = (Arc::clone(&self.policy), self.port);
        Box::pin(async move {
            // Less than the time for the whole connection, so that the failure
            // can say that it was DNS.
            let open = open_addresses(&policy, &host, port, answer).await?;
            let sockets = open.into_iter().map(move |ip| SocketAddr::new(ip, port));
            Ok(Box::new(sockets) as Addrs)
        })
    }
}

/// The addresses of a name that may be dialled, by the same rules.
pub(crate) async fn open_addresses(
    policy: &Policy,
    host: &str,
    port: u16,
    answer: Answer,
) -> Result<Vec<IpAddr>, ResolveFailure> {
    let addresses = ask(answer, policy.connect_timeout / 2).await?;
    select(policy, host, port, addresses)
}

async fn ask(answer: Answer, limit: Duration) -> Result<Vec<IpAddr>, ResolveFailure> {
    match tokio::time::timeout(limit, answer).await {
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) => Err(ResolveFailure::Failed(error.to_string())),
        Err(_) => Err(ResolveFailure::Timeout),
    }
}

/// Keeps the addresses that may be dialled, in order. Fails with the first
/// refusal if none is left.
fn select(
    policy: &Policy,
    host: &str,
    port: u16,
    addresses: Vec<IpAddr>,
) -> Result<Vec<IpAddr>, ResolveFailure> {
    let mut open = Vec::new();
    let mut refused: Option<(IpAddr, Refusal)> = None;
    for address in addresses {
        match policy.dial(host, address, port) {
            Ok(()) if open.len() < MAX_ADDRESSES => open.push(address),
            Ok(()) => break,
            Err(refusal) => refused = refused.or(Some((address, refusal))),
        }
    }
    match refused {
        Some((address, refusal)) if open.is_empty() => {
            Err(ResolveFailure::Refused(address, refusal))
        }
        Some((address, refusal)) => {
            // The host is left out: it may hold a secret.
            tracing::warn!(purpose = %policy.purpose, %address, ?refusal, "part of an answer dropped");
            Ok(open)
        }
        None if open.is_empty() => {
            Err(ResolveFailure::Failed("the name has no address".to_owned()))
        }
        None => Ok(open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Class;
    use crate::purpose::Purpose;

    fn addresses(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|a| a.parse().unwrap()).collect()
    }

    fn chosen(list: &[&str]) -> Result<Vec<IpAddr>, ResolveFailure> {
        select(
            &Policy::of(Purpose::Feed),
            "feeds.example",
            443,
            addresses(list),
        )
    }

    #[test]
    fn a_mixed_answer_keeps_its_public_part_in_order() {
        let mixed = [
            "10.0.0.5",
            "9.9.9.9",
            "::1",
            "2606:4700::1",
            "::ffff:127.0.0.1",
            "1.1.1.1",
        ];
        let open = chosen(&mixed).unwrap();
        assert_eq!(open, addresses(&["9.9.9.9", "2606:4700::1", "1.1.1.1"]));
    }

    #[test]
    fn an_answer_without_public_addresses_names_the_first() {
        let failure = chosen(&["169.254.169.254", "10.0.0.5"]).unwrap_err();
        let ResolveFailure::Refused(address, Refusal::Class(class)) = failure else {
            panic!("{failure:?}");
        };
        assert_eq!(
            (address.to_string().as_str(), class),
            ("169.254.169.254", Class::Metadata)
        );
    }

    #[test]
    fn an_empty_answer_is_a_failure_and_a_huge_one_is_cut() {
        assert!(matches!(chosen(&[]), Err(ResolveFailure::Failed(_))));
        let many = vec!["9.9.9.9"; 5000];
        assert_eq!(chosen(&many).unwrap().len(), MAX_ADDRESSES);
    }

    #[tokio::test]
    async fn a_resolver_that_never_answers_is_given_up() {
        let never: Answer = Box::pin(std::future::pending());
        let failure = ask(never, Duration::from_millis(1)).await.unwrap_err();
        assert!(matches!(failure, ResolveFailure::Timeout));
    }
}
