//! A plain connection, for protocols that are not HTTP: the same rules, and the address that passed them is the one
//! that is dialled.

use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;
use url::Host;

use crate::client::Egress;
use crate::error::{EgressError, Phase};
use crate::failure;
use crate::policy::Policy;
use crate::purpose::Purpose;
use crate::redact::{RedactedUrl, Redactor};
use crate::resolve::open_addresses;
use crate::target::check_place;

impl Egress {
    /// Connects to a host by name or address (IPv6 in brackets).
    pub(crate) async fn dial(
        &self,
        purpose: Purpose,
        host: &str,
        port: u16,
    ) -> Result<TcpStream, EgressError> {
        let policy = self.policy(purpose);
        let (host, literal) = read_host(host)?;
        let redactor = Redactor::default();
        check_place(&host, literal, port, policy, &redactor)?;
        let addresses = match literal {
            Some(address) => vec![address],
            None => {
                let answer = self.resolver().resolve(&host);
                let open = open_addresses(policy, &host, port, answer).await;
                open.map_err(|error| {
                    failure::of_resolve(&error, host.clone(), port, policy, &redactor)
                })?
            }
        };
        let connecting = first_that_answers(&host, port, addresses);
        match tokio::time::timeout(policy.connect_timeout, connecting).await {
            Ok(connected) => connected,
            Err(_) => Err(EgressError::Timeout {
                url: place(&host, port),
                phase: Phase::Connect,
                limit: policy.connect_timeout,
            }),
        }
    }

    /// Whether the administrator's list has the place, by the name or by the address that was dialled.
    pub(crate) fn is_listed(policy: &Policy, host: &str, peer: SocketAddr) -> bool {
        let named = read_host(host).is_ok_and(|(host, _)| policy.lists(&host, None, peer.port()));
        named || policy.lists(host, Some(peer.ip()), peer.port())
    }
}

/// The host as it is listed and looked up, and the address if it is one.
fn read_host(host: &str) -> Result<(String, Option<IpAddr>), EgressError> {
    let refused = |reason: &str| EgressError::Url {
        reason: format!("the host {host:?} {reason}"),
    };
    match Host::parse(host).map_err(|error| refused(&error.to_string()))? {
        Host::Ipv4(address) => Ok((address.to_string(), Some(address.into()))),
        Host::Ipv6(address) => Ok((format!("[{address}]"), Some(address.into()))),
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(&name);
            match crate::target::is_host_name(name) {
                true => Ok((name.to_owned(), None)),
                false => Err(refused("is no host name")),
            }
        }
    }
}

async fn first_that_answers(
    host: &str,
    port: u16,
    addresses: Vec<IpAddr>,
) -> Result<TcpStream, EgressError> {
    let mut reason = "no address".to_owned();
    for address in addresses {
        match TcpStream::connect(SocketAddr::new(address, port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => reason = error.to_string(),
        }
    }
    Err(EgressError::Connect {
        host: host.to_owned(),
        reason,
    })
}

/// A place as errors name it.
pub(crate) fn place(host: &str, port: u16) -> RedactedUrl {
    RedactedUrl::of_place(host, port)
}
