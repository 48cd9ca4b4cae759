//! What can go wrong on the way out, said so that an administrator can act.
//!
//! No message holds userinfo, a query, or a secret the caller named: hosts and
//! URLs pass through a [`Redactor`](crate::Redactor) first.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::{Class, Opening};
use crate::purpose::Purpose;
use crate::redact::RedactedUrl;

/// Why a request was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// The text is no URL this crate would touch.
    #[error("the URL is refused: {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// The scheme is not open for the purpose.
    #[error("{url}: the scheme `{scheme}` is not open for {purpose}; {}", scheme_hint(.scheme, *.purpose))]
    Scheme {
        /// Where to.
        url: RedactedUrl,
        /// What was asked for.
        scheme: String,
        /// What for.
        purpose: Purpose,
    },
    /// The port is not open for the purpose.
    #[error("port {port} of {host} is not open for {purpose}; allow `{host}:{port}` under [egress] {} if that is meant", .purpose.key())]
    Port {
        /// The host, IPv6 in brackets.
        host: String,
        /// The port asked for.
        port: u16,
        /// What for.
        purpose: Purpose,
    },
    /// The host is, or resolves to nothing but, addresses that are not open.
    #[error("{}", address_message(.host, *.port, *.address, *.class, *.purpose))]
    Address {
        /// The host, IPv6 in brackets.
        host: String,
        /// The port asked for.
        port: u16,
        /// The first address refused.
        address: IpAddr,
        /// What that address is for.
        class: Class,
        /// What for.
        purpose: Purpose,
    },
    /// The name never leads outside (`localhost`, `.onion`).
    #[error("the name {host} does not lead to a public host; allow `{host}:{port}` under [egress] {} if that is meant", .purpose.key())]
    Name {
        /// The host.
        host: String,
        /// The port asked for.
        port: u16,
        /// What for.
        purpose: Purpose,
    },
    /// The name did not resolve.
    #[error("{host} did not resolve: {reason}; check the name and this machine's DNS")]
    Resolve {
        /// The host.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// No connection came to stand.
    #[error("no connection to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// What the system said.
        reason: String,
    },
    /// The far side's certificate or TLS was not acceptable.
    #[error(
        "no secure connection to {host}: {reason}; if its certificate is of your own authority, add that to [egress] ca_files"
    )]
    Tls {
        /// The host.
        host: String,
        /// What was wrong.
        reason: String,
    },
    /// A header the caller set cannot be sent.
    #[error("the request header `{name}` cannot be set: {reason}")]
    RequestHeader {
        /// The header.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A redirect that is not followed.
    #[error("{from} redirects to {to}, which is not followed: {reason}")]
    Redirect {
        /// Where the redirect came from.
        from: RedactedUrl,
        /// Where it leads.
        to: RedactedUrl,
        /// Why not.
        reason: String,
    },
    /// More redirects than the purpose may follow.
    #[error(
        "{url} redirects again after {limit} redirects, the most that are followed for {purpose}"
    )]
    TooManyRedirects {
        /// Where the last redirect came from.
        url: RedactedUrl,
        /// The cap.
        limit: u8,
        /// What for.
        purpose: Purpose,
    },
    /// The response head is over a cap.
    #[error(
        "{url} answered with too many or too large headers (at most {max_headers} of {max_bytes} bytes together)"
    )]
    ResponseHeaders {
        /// Where from.
        url: RedactedUrl,
        /// Most headers.
        max_headers: u16,
        /// Most bytes of them.
        max_bytes: u32,
    },
    /// The body is, or says it is, over the cap.
    #[error("the body of {url} is over {limit} bytes; raise its max_body if that is meant")]
    BodyTooLarge {
        /// Where from.
        url: RedactedUrl,
        /// The cap, after decompression.
        limit: u64,
    },
    /// The body grows too much on decompression.
    #[error(
        "the body of {url} grows more than {limit} times on decompression, which only a trap does"
    )]
    Ratio {
        /// Where from.
        url: RedactedUrl,
        /// The cap.
        limit: u64,
    },
    /// The body is encoded in a way nobody asked for.
    #[error("{url} answered with content encoding `{encoding}`, which is not supported")]
    Encoding {
        /// Where from.
        url: RedactedUrl,
        /// What it said.
        encoding: String,
    },
    /// Something took too long.
    #[error("{url}: {phase} took over {} s", .limit.as_secs_f32())]
    Timeout {
        /// Where to.
        url: RedactedUrl,
        /// What took too long.
        phase: Phase,
        /// The cap.
        limit: Duration,
    },
    /// The exchange broke off, or the far side broke the protocol.
    #[error("{url}: {reason}")]
    Broken {
        /// Where from.
        url: RedactedUrl,
        /// What happened.
        reason: String,
    },
    /// The body could not be written to where the caller wanted it.
    #[error("the body could not be stored: {0}")]
    Store(#[source] std::io::Error),
    /// This crate could not be set up.
    #[error("outgoing requests cannot be set up: {reason}")]
    Setup {
        /// What to do about it.
        reason: String,
    },
}

/// What was waited for when time ran out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Phase {
    /// A connection.
    #[error("connecting")]
    Connect,
    /// The response head.
    #[error("waiting for the answer")]
    Head,
    /// The next part of the body.
    #[error("a silence within the body")]
    Idle,
    /// All of it.
    #[error("the whole exchange")]
    Total,
}

impl EgressError {
    /// Whether the same request may succeed later without anybody changing
    /// anything: a retry makes sense.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            EgressError::Resolve { .. }
                | EgressError::Connect { .. }
                | EgressError::Timeout { .. }
                | EgressError::Broken { .. }
        )
    }

    /// Whether this crate refused to go there, rather than failed to.
    pub fn is_refusal(&self) -> bool {
        matches!(
            self,
            EgressError::Url { .. }
                | EgressError::Scheme { .. }
                | EgressError::Port { .. }
                | EgressError::Address { .. }
                | EgressError::Name { .. }
                | EgressError::Redirect { .. }
                | EgressError::TooManyRedirects { .. }
        )
    }
}

fn scheme_hint(scheme: &str, purpose: Purpose) -> String {
    if scheme == "http" {
        format!(
            "use https, or allow the host and port under [egress] {}",
            purpose.key()
        )
    } else {
        "only http and https are".to_owned()
    }
}

fn address_message(
    host: &str,
    port: u16,
    address: IpAddr,
    class: Class,
    purpose: Purpose,
) -> String {
    let literal = match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    };
    let of = if host == literal {
        String::new()
    } else {
        format!(" of {host}")
    };
    let entry = match class.opening() {
        Opening::Always | Opening::ByName => format!("{host}:{port}"),
        Opening::ByAddress => format!("{literal}:{port}"),
        Opening::Never => {
            return format!("the address {address}{of} is {class}; nothing can be reached there");
        }
    };
    format!(
        "the address {address}{of} is {class}; allow `{entry}` under [egress] {} if that is meant",
        purpose.key()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(host: &str, address: &str, class: Class) -> String {
        EgressError::Address {
            host: host.to_owned(),
            port: 443,
            address: address.parse().unwrap(),
            class,
            purpose: Purpose::Feed,
        }
        .to_string()
    }

    #[test]
    fn says_what_happened_and_what_to_do() {
        assert_eq!(
            message("feeds.example", "10.0.0.5", Class::Private),
            "the address 10.0.0.5 of feeds.example is private; \
             allow `feeds.example:443` under [egress] feed if that is meant"
        );
        assert_eq!(
            message("[::1]", "::1", Class::Loopback),
            "the address ::1 is loopback (it means this host); \
             allow `[::1]:443` under [egress] feed if that is meant"
        );
        assert_eq!(
            message("feeds.example", "169.254.169.254", Class::Metadata),
            "the address 169.254.169.254 of feeds.example is a cloud metadata service; \
             allow `169.254.169.254:443` under [egress] feed if that is meant"
        );
        assert_eq!(
            message("feeds.example", "ff02::1", Class::Multicast),
            "the address ff02::1 of feeds.example is multicast; nothing can be reached there"
        );
    }
}
