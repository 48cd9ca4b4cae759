//! What a purpose may do: protocols, ports, caps, and the private places the
//! administrator opened for it.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{Class, Opening, classify};
use crate::allow::HostPort;
use crate::purpose::Purpose;

/// The rules of one purpose. Start from [`Policy::of`] and change what the
/// configuration changes.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What it is for; named in errors.
    pub purpose: Purpose,
    /// Whether `http:` is open to every host. A host on [`Policy::private`]
    /// may be asked over `http:` either way.
    pub plain_http: bool,
    /// Ports open to every public host.
    pub ports: Vec<u16>,
    /// Redirects followed at most.
    pub max_redirects: u8,
    /// Longest wait for a name to resolve, and for a connection to stand.
    pub connect_timeout: Duration,
    /// Longest silence: before the response head, and between parts of the body.
    pub idle_timeout: Duration,
    /// Longest time for all of it, redirects and body included.
    pub total_timeout: Duration,
    /// Largest body, in bytes after decompression.
    pub max_body: u64,
    /// Largest ratio of decompressed to received bytes, looked at once a body
    /// has grown past [`Policy::RATIO_FLOOR`].
    pub max_ratio: u64,
    /// Most response headers.
    pub max_headers: u16,
    /// Most bytes of response header names and values together.
    pub max_header_bytes: u32,
    /// Places that may be private, and may use a port not in [`Policy::ports`].
    pub private: Vec<HostPort>,
}

/// Why an address may not be dialled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Refusal {
    /// Its class is not open.
    Class(Class),
    /// It is public, but the port was opened for private addresses only.
    Port,
}

impl Policy {
    /// Bodies below this many bytes may have any compression ratio: a short
    /// text of equal lines compresses beyond any sensible cap.
    pub const RATIO_FLOOR: u64 = 1 << 20;

    /// The rules of a purpose as shipped.
    pub fn of(purpose: Purpose) -> Policy {
        let base = Policy {
            purpose,
            plain_http: true,
            ports: vec![80, 443, 8080, 8443],
            max_redirects: 5,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(20),
            total_timeout: Duration::from_secs(30),
            max_body: 1 << 20,
            max_ratio: 200,
            max_headers: 100,
            max_header_bytes: 64 << 10,
            private: Vec::new(),
        };
        match purpose {
            Purpose::Feed => Policy {
                idle_timeout: Duration::from_secs(60),
                total_timeout: Duration::from_secs(15 * 60),
                max_body: 1 << 30,
                ..base
            },
            // A webhook that redirects has moved: the address is a secret, and
            // is not to be handed to whoever the redirect names.
            Purpose::Notice => Policy {
                max_redirects: 0,
                ..base
            },
            Purpose::Lookup => Policy {
                max_body: 16 << 20,
                ..base
            },
            // Phishing pages stand on odd ports.
            Purpose::Capture => Policy {
                ports: vec![80, 443, 8000, 8008, 8080, 8081, 8443, 8888],
                max_redirects: 10,
                total_timeout: Duration::from_secs(60),
                max_body: 64 << 20,
                ..base
            },
            // OpenID Connect providers answer in place, over TLS.
            Purpose::SignIn => Policy {
                plain_http: false,
                ports: vec![443, 8443],
                max_redirects: 0,
                ..base
            },
            // Submission, with TLS from the start or later, and the port of relays.
            Purpose::Mail => Policy {
                ports: vec![25, 465, 587, 2525],
                max_redirects: 0,
                total_timeout: Duration::from_secs(120),
                ..base
            },
        }
    }

    /// Whether the list names exactly this host, or covers this literal address.
    pub(crate) fn lists(&self, host: &str, literal: Option<IpAddr>, port: u16) -> bool {
        self.private.iter().any(|entry| {
            entry.names(host, port) || literal.is_some_and(|ip| entry.covers(ip, port))
        })
    }

    /// Whether a request may name this host and port at all. For a name, an
    /// entry for a network on this port suffices here; [`Policy::dial`] then
    /// sees to it that only that network is reached.
    pub(crate) fn opens_port(&self, host: &str, literal: Option<IpAddr>, port: u16) -> bool {
        self.ports.contains(&port)
            || self.lists(host, literal, port)
            || (literal.is_none() && self.private.iter().any(|e| e.is_network_on(port)))
    }

    /// Whether this address, an answer for `host` or the literal host itself,
    /// may be dialled on this port.
    pub(crate) fn dial(&self, host: &str, address: IpAddr, port: u16) -> Result<(), Refusal> {
        let class = classify(address);
        let opening = class.opening();
        let covered = || self.private.iter().any(|e| e.covers(address, port));
        let named = || self.private.iter().any(|e| e.names(host, port));
        match opening {
            Opening::Always if self.ports.contains(&port) || named() || covered() => Ok(()),
            Opening::Always => Err(Refusal::Port),
            Opening::ByName if named() || covered() => Ok(()),
            Opening::ByAddress if covered() => Ok(()),
            _ => Err(Refusal::Class(class)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(entries: &[&str]) -> Policy {
        Policy {
            private: entries.iter().map(|e| e.parse().unwrap()).collect(),
            ..Policy::of(Purpose::Feed)
        }
    }

    fn dial(policy: &Policy, host: &str, address: &str, port: u16) -> Result<(), Refusal> {
        policy.dial(host, address.parse().unwrap(), port)
    }

    #[test]
    fn public_addresses_on_open_ports_only() {
        let p = policy(&[]);
        assert_eq!(dial(&p, "a.example", "1.1.1.1", 443), Ok(()));
        assert_eq!(dial(&p, "a.example", "1.1.1.1", 22), Err(Refusal::Port));
        let private = Err(Refusal::Class(Class::Private));
        assert_eq!(dial(&p, "a.example", "10.0.0.5", 443), private);
    }

    #[test]
    fn a_name_opens_its_port_and_private_addresses() {
        let p = policy(&["misp.example:9443"]);
        assert_eq!(dial(&p, "misp.example", "10.0.0.5", 9443), Ok(()));
        assert_eq!(dial(&p, "misp.example", "1.1.1.1", 9443), Ok(()));
        let private = Err(Refusal::Class(Class::Private));
        assert_eq!(dial(&p, "misp.example", "10.0.0.5", 443), private);
        assert_eq!(dial(&p, "other.example", "10.0.0.5", 9443), private);
    }

    #[test]
    fn a_name_does_not_open_the_metadata_service() {
        let p = policy(&["misp.example:80"]);
        let refused = Err(Refusal::Class(Class::Metadata));
        assert_eq!(dial(&p, "misp.example", "169.254.169.254", 80), refused);
        let p = policy(&["169.254.169.254:80"]);
        assert_eq!(dial(&p, "misp.example", "169.254.169.254", 80), Ok(()));
    }

    #[test]
    fn a_network_opens_its_addresses_and_no_others() {
        let p = policy(&["10.0.0.0/8:9200"]);
        assert_eq!(dial(&p, "a.example", "10.9.9.9", 9200), Ok(()));
        assert_eq!(dial(&p, "a.example", "1.1.1.1", 9200), Err(Refusal::Port));
        let private = Err(Refusal::Class(Class::Private));
        assert_eq!(dial(&p, "a.example", "192.168.0.1", 9200), private);
        assert_eq!(dial(&p, "a.example", "::ffff:10.9.9.9", 9200), private);
        assert!(p.opens_port("a.example", None, 9200));
        assert!(!p.opens_port("1.1.1.1", Some("1.1.1.1".parse().unwrap()), 9200));
    }

    #[test]
    fn nothing_opens_places_that_are_none() {
        let p = policy(&["0.0.0.0/0:80", "[::/0]:80", "a.example:80"]);
        for address in [
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "ff02::1",
            "::",
            "100::1",
        ] {
            let class = classify(address.parse().unwrap());
            assert_eq!(
                dial(&p, "a.example", address, 80),
                Err(Refusal::Class(class))
            );
        }
    }

    #[test]
    fn every_purpose_has_its_own_rules() {
        for purpose in Purpose::ALL {
            let p = Policy::of(purpose);
            assert_eq!(p.purpose, purpose);
            assert!(p.private.is_empty());
            assert!(p.connect_timeout < p.total_timeout);
        }
        assert!(!Policy::of(Purpose::SignIn).plain_http);
        assert_eq!(Policy::of(Purpose::Notice).max_redirects, 0);
    }
}
