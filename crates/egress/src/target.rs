//! A URL that passed the checks which need no network.

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::EgressError;
use crate::policy::{Policy, Refusal};
use crate::redact::Redactor;

/// Longest URL accepted, in bytes. Longer ones break servers and proxies, and
/// nobody publishes a feed at one.
const MAX_URL: usize = 8192;

/// Longest host name (RFC 1035) and label, in bytes.
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// Where one hop of a request goes.
pub(crate) struct Target {
    /// No userinfo, no fragment, no trailing dot on the host.
    url: Url,
    port: u16,
}

impl Target {
    /// Reads and checks a URL. Nothing is resolved: an address that stands in
    /// the URL itself is judged here, because a resolver is never asked for
    /// one; a name is judged when it resolves.
    pub(crate) fn parse(
        text: &str,
        policy: &Policy,
        redactor: &Redactor,
    ) -> Result<Target, EgressError> {
        let text = spelling(text)?;
        let url = Url::parse(text).map_err(|e| refused(e.to_string()))?;
        Target::check(url, policy, redactor)
    }

    /// The target of a redirect from here, checked as if it had been given.
    pub(crate) fn follow(
        &self,
        location: &str,
        policy: &Policy,
        redactor: &Redactor,
    ) -> Result<Target, EgressError> {
        let text = spelling(location)?;
        let url = self.url.join(text).map_err(|e| refused(e.to_string()))?;
        Target::check(url, policy, redactor)
    }

    fn check(mut url: Url, policy: &Policy, redactor: &Redactor) -> Result<Target, EgressError> {
        if url.as_str().len() > MAX_URL {
            return Err(refused(format!("it is longer than {MAX_URL} bytes")));
        }
        let scheme = match url.scheme() {
            known @ ("http" | "https") => known.to_owned(),
            other => {
                return Err(EgressError::Scheme {
                    url: redactor.url(&url),
                    scheme: other.chars().take(32).collect(),
                    purpose: policy.purpose,
                });
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(
                "it holds a user name or password; send those in a header",
            ));
        }
        url.set_fragment(None);
        let literal = host_of(&mut url)?;
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(refused("it has no host"));
        };
        if scheme == "http" && !policy.plain_http && !policy.lists(host, literal, port) {
            return Err(EgressError::Scheme {
                url: redactor.url(&url),
                scheme,
                purpose: policy.purpose,
            });
        }
        check_place(host, literal, port, policy, redactor)?;
        Ok(Target { port, url })
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host as the URL prints it, IPv6 in brackets.
    pub(crate) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Whether both have the same scheme, host and port.
    pub(crate) fn same_origin(&self, other: &Target) -> bool {
        self.url.origin() == other.url.origin()
    }
}

fn refused(reason: impl Into<String>) -> EgressError {
    EgressError::Url {
        reason: reason.into(),
    }
}

/// Refuses what URL parsers read differently. The parser used here drops tabs
/// and line ends and takes a backslash for a slash, others do not; a URL that
/// means one place to whoever looked at it and another to us is not wanted.
fn spelling(text: &str) -> Result<&str, EgressError> {
    if text.len() > MAX_URL {
        return Err(refused(format!("it is longer than {MAX_URL} bytes")));
    }
    let text = text.trim_matches(' ');
    if text.chars().any(char::is_control) {
        return Err(refused("it holds a control character"));
    }
    let before_query = text.split(['?', '#']).next().unwrap_or_default();
    if before_query.contains('\\') {
        return Err(refused("it holds a backslash"));
    }
    Ok(text)
}

/// Checks the form of the host and takes one trailing dot off a name, so that
/// the name is spelled one way for the list, the resolver and TLS. Returns the
/// address if the host is one.
fn host_of(url: &mut Url) -> Result<Option<IpAddr>, EgressError> {
    let name = match url.host() {
        Some(Host::Ipv4(v4)) => return Ok(Some(IpAddr::V4(v4))),
        Some(Host::Ipv6(v6)) => return Ok(Some(IpAddr::V6(v6))),
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err(refused("it has no host")),
    };
    let bare = name.strip_suffix('.').unwrap_or(&name);
    if !is_host_name(bare) {
        return Err(refused("its host is not a host name"));
    }
    if bare.len() != name.len() {
        url.set_host(Some(bare))
            .map_err(|e| refused(e.to_string()))?;
    }
    Ok(None)
}

/// Whether it has the form of a host name.
pub(crate) fn is_host_name(name: &str) -> bool {
    name.len() <= MAX_NAME && name.split('.').all(is_label)
}

/// Letters, digits, hyphens, and the underscore that some names have. The URL
/// standard lets more pass, on which the HTTP client's parser does not agree.
fn is_label(label: &str) -> bool {
    (1..=MAX_LABEL).contains(&label.len())
        && label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub(crate) fn check_place(
    host: &str,
    literal: Option<IpAddr>,
    port: u16,
    policy: &Policy,
    redactor: &Redactor,
) -> Result<(), EgressError> {
    let purpose = policy.purpose;
    if let Some(address) = literal
        && let Err(Refusal::Class(class)) = policy.dial(host, address, port)
    {
        return Err(EgressError::Address {
            host: host.to_owned(),
            port,
            address,
            class,
            purpose,
        });
    }
    if is_special(host) && !policy.lists(host, literal, port) {
        return Err(EgressError::Name {
            host: redactor.host(host),
            port,
            purpose,
        });
    }
    if !policy.opens_port(host, literal, port) {
        return Err(EgressError::Port {
            host: redactor.host(host),
            port,
            purpose,
        });
    }
    Ok(())
}

/// Names that must not be asked of DNS (RFC 6761, RFC 7686).
fn is_special(host: &str) -> bool {
    host.rsplit('.')
        .next()
        .is_some_and(|last| matches!(last, "localhost" | "onion"))
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
