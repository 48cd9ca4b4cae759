//! An entry of the administrator's list of places that may be private.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use url::Host;

/// One place the administrator opened: `name:port`, `address:port` or
/// `network/prefix:port`, IPv6 in brackets (`[fd00::5]:443`, `[fd00::/8]:443`).
///
/// A name opens whatever private address the name resolves to; an address or
/// network opens those addresses, by whatever name they were reached.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct HostPort {
    host: Place,
    port: u16,
}

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
enum Place {
    /// Lower case, punycode, no trailing dot.
    Name(String),
    Network(IpNet),
}

/// Why an entry could not be read; `Display` quotes it and says what is wrong.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{entry}` is not host:port: {reason}")]
pub struct HostPortError {
    entry: String,
    reason: &'static str,
}

impl HostPort {
    /// The port the entry opens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the entry names this host (as the URL parser prints it).
    pub(crate) fn names(&self, host: &str, port: u16) -> bool {
        self.port == port && matches!(&self.host, Place::Name(name) if name == host)
    }

    /// Whether the entry covers this address. A mapped IPv6 address is not
    /// covered by an IPv4 entry: nobody asks for one by mistake.
    pub(crate) fn covers(&self, address: IpAddr, port: u16) -> bool {
        self.port == port && matches!(&self.host, Place::Network(net) if net.contains(&address))
    }

    /// Whether the entry opens addresses on this port for any name.
    pub(crate) fn is_network_on(&self, port: u16) -> bool {
        self.port == port && matches!(self.host, Place::Network(_))
    }
}

impl From<std::net::SocketAddr> for HostPort {
    fn from(address: std::net::SocketAddr) -> Self {
        HostPort {
            host: Place::Network(IpNet::from(address.ip())),
            port: address.port(),
        }
    }
}

impl FromStr for HostPort {
    type Err = HostPortError;

    fn from_str(entry: &str) -> Result<Self, Self::Err> {
        let fail = |reason| HostPortError {
            entry: entry.chars().take(200).collect(),
            reason,
        };
        let (host, port) = entry
            .trim()
            .rsplit_once(':')
            .ok_or_else(|| fail("the port is missing"))?;
        if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) {
            return Err(fail("the port is not a number"));
        }
        let port = match port.parse::<u16>() {
            Ok(0) | Err(_) => return Err(fail("the port is not within 1 to 65535")),
            Ok(port) => port,
        };
        let host = place(host).map_err(fail)?;
        Ok(HostPort { host, port })
    }
}

fn place(host: &str) -> Result<Place, &'static str> {
    let (inner, bracketed) = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(inner) => (inner, true),
        None => (host, false),
    };
    let network = inner
        .parse::<IpNet>()
        .ok()
        .or_else(|| inner.parse::<IpAddr>().ok().map(IpNet::from));
    match network {
        Some(IpNet::V6(_)) if !bracketed => Err("an IPv6 address stands in brackets"),
        Some(IpNet::V4(_)) if bracketed => Err("only an IPv6 address stands in brackets"),
        Some(net) if net.trunc() != net => Err("the network has bits set beyond its prefix"),
        Some(net) => Ok(Place::Network(net)),
        None if bracketed => Err("there is no IPv6 address in the brackets"),
        None => match Host::parse(host.strip_suffix('.').unwrap_or(host)) {
            Ok(Host::Domain(name)) if !name.contains(['*', '/', ':']) => Ok(Place::Name(name)),
            Ok(Host::Ipv4(_)) => Err("write the IPv4 address as four decimal numbers"),
            _ => Err("the host is not a name, an address or a network"),
        },
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Place::Name(name) => write!(f, "{name}:{}", self.port),
            Place::Network(net) => {
                let whole = net.prefix_len() == net.max_prefix_len();
                match (net, whole) {
                    (IpNet::V4(n), true) => write!(f, "{}:{}", n.addr(), self.port),
                    (IpNet::V4(n), false) => write!(f, "{n}:{}", self.port),
                    (IpNet::V6(n), true) => write!(f, "[{}]:{}", n.addr(), self.port),
                    (IpNet::V6(n), false) => write!(f, "[{n}]:{}", self.port),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_every_form() {
        for entry in [
            "misp.example:443",
            "10.0.0.5:443",
            "10.0.0.0/8:8443",
            "[fd00::5]:443",
            "[fd00::/8]:443",
            "localhost:8080",
            "xn--eckwd4c7c.example:80",
        ] {
            let parsed: HostPort = entry.parse().unwrap();
            assert_eq!(parsed.to_string(), entry);
        }
        let parsed: HostPort = " MISP.Example.:443 ".parse().unwrap();
        assert_eq!(parsed.to_string(), "misp.example:443");
    }

    #[test]
    fn says_what_is_wrong() {
        for (entry, reason) in [
            ("misp.example", "the port is missing"),
            ("misp.example:", "the port is not a number"),
            ("misp.example:+80", "the port is not a number"),
            ("misp.example:0", "the port is not within 1 to 65535"),
            ("misp.example:65536", "the port is not within 1 to 65535"),
            ("fd00::5:443", "an IPv6 address stands in brackets"),
            ("[10.0.0.5]:443", "only an IPv6 address stands in brackets"),
            ("[misp]:443", "there is no IPv6 address in the brackets"),
            (
                "10.0.0.5/8:443",
                "the network has bits set beyond its prefix",
            ),
            (
                "0x7f.1:80",
                "write the IPv4 address as four decimal numbers",
            ),
            (
                "*.example:443",
                "the host is not a name, an address or a network",
            ),
            (
                "https://misp.example:443",
                "the host is not a name, an address or a network",
            ),
            (":443", "the host is not a name, an address or a network"),
        ] {
            let error = entry.parse::<HostPort>().unwrap_err();
            assert_eq!(error.reason, reason, "{entry}");
        }
    }
}
