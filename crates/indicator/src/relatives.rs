//! What else an observable names: its host, its registered domain, the networks around it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::canonical::address::{dotted_quad, mask_v4, mask_v6};
use crate::{Kind, Observable, suffix};

impl Observable {
    /// The host of a URL or an e-mail address as `domain`, `ipv4` or `ipv6`.
    pub fn host(&self) -> Option<Self> {
        if !matches!(self.kind(), Kind::Url | Kind::Email) {
            return None;
        }
        let host = self.value().get(self.host_range()?)?;
        let kind = if host.contains(':') {
            Kind::Ipv6
        } else if dotted_quad(host.as_bytes()).is_some() {
            Kind::Ipv4
        } else {
            Kind::Domain
        };
        Some(Self::from_canonical(kind, host.to_owned()))
    }

    /// Where the host stands in the value of a domain, URL or e-mail address, without brackets.
    pub(crate) fn host_range(&self) -> Option<Range<usize>> {
        let value = self.value();
        let range = match self.kind() {
            Kind::Domain => 0..value.len(),
            Kind::Email => value.rfind('@')? + 1..value.len(),
            Kind::Url => {
                let start = value.find("://")? + 3;
                let end = value[start..]
                    .find('/')
                    .map_or(value.len(), |at| start + at);
                let start = value[start..end]
                    .rfind('@')
                    .map_or(start, |at| start + at + 1);
                let host = &value[start..end];
                match (host.starts_with('['), host.rfind(']'), host.rfind(':')) {
                    (true, Some(close), _) => start..start + close + 1,
                    (false, _, Some(colon)) => start..start + colon,
                    _ => start..end,
                }
            }
            _ => return None,
        };
        let host = value.get(range.clone())?;
        if !host.starts_with('[') || !host.ends_with(']') {
            return Some(range);
        }
        let prefix = if host.starts_with("[IPv6:") { 6 } else { 1 };
        Some(range.start + prefix..range.end - 1)
    }

    /// The host of a domain, URL or e-mail address, if it is a name.
    fn name(&self) -> Option<&str> {
        let host = self.value().get(self.host_range()?)?;
        let is_name = !host.contains(':') && dotted_quad(host.as_bytes()).is_none();
        is_name.then_some(host)
    }

    /// The registered domain of a domain, or of the host of a URL or e-mail address, by the Public
    /// Suffix List with its private part. `None` for addresses and for names that are suffixes
    /// themselves.
    pub fn registered_domain(&self) -> Option<Self> {
        let registered = suffix::registered(self.name()?)?;
        Some(Self::from_canonical(Kind::Domain, registered.to_owned()))
    }

    /// The domains above a domain, nearest first, down to and including the registered domain.
    pub fn parents(&self) -> Vec<Self> {
        if self.kind() != Kind::Domain {
            return Vec::new();
        }
        let Some(registered) = suffix::registered(self.value()) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        let mut rest = self.value();
        while rest.len() > registered.len() {
            let Some((_, parent)) = rest.split_once('.') else {
                break;
            };
            out.push(Self::from_canonical(Kind::Domain, parent.to_owned()));
            rest = parent;
        }
        out
    }

    /// Every network that holds an address (33 or 129, the address itself as `/32` or `/128`
    /// first), or the wider networks around a network, longest prefix first.
    pub fn networks(&self) -> Vec<Self> {
        let (address, widest) = match self.kind() {
            Kind::Ipv4 => (self.value(), Some(32)),
            Kind::Ipv6 => (self.value(), Some(128)),
            Kind::Cidr => match self.value().split_once('/') {
                Some((address, prefix)) => (
                    address,
                    prefix.parse::<u8>().ok().and_then(|p| p.checked_sub(1)),
                ),
                None => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        let Some(widest) = widest else {
            return Vec::new();
        };
        let network = |value: String| Self::from_canonical(Kind::Cidr, value);
        if let Some(v4) = dotted_quad(address.as_bytes()) {
            let bits = u32::from(v4);
            let at = |prefix| format!("{}/{prefix}", Ipv4Addr::from(mask_v4(bits, prefix)));
            return (0..=widest.min(32))
                .rev()
                .map(|prefix| network(at(prefix)))
                .collect();
        }
        let Ok(v6) = address.parse::<Ipv6Addr>() else {
            return Vec::new();
        };
        let bits = u128::from(v6);
        let at = |prefix| format!("{}/{prefix}", Ipv6Addr::from(mask_v6(bits, prefix)));
        (0..=widest.min(128))
            .rev()
            .map(|prefix| network(at(prefix)))
            .collect()
    }

    /// The labels of the name, last first, each with a dot behind it: `example.evil.www.`. Names
    /// below a domain are those whose reversed name begins with that of the domain.
    pub fn reversed_name(&self) -> Option<String> {
        let name = self.name()?;
        let mut out = String::with_capacity(name.len() + 1);
        for label in name.rsplit('.') {
            out.push_str(label);
            out.push('.');
        }
        Some(out)
    }

    /// The first and the last address of an address, a network, or a URL whose host is an address.
    /// IPv4 stands in its mapped form, `::ffff:a.b.c.d`.
    pub fn address_range(&self) -> Option<([u8; 16], [u8; 16])> {
        let (address, prefix) = match self.kind() {
            Kind::Ipv4 | Kind::Ipv6 => (self.value(), None),
            Kind::Cidr => {
                let (address, prefix) = self.value().split_once('/')?;
                (address, Some(prefix.parse::<u8>().ok()?))
            }
            Kind::Url => (self.value().get(self.host_range()?)?, None),
            _ => return None,
        };
        if let Some(v4) = dotted_quad(address.as_bytes()) {
            let first = u32::from(v4);
            let last = first | !mask_v4(u32::MAX, prefix.unwrap_or(32));
            let mapped = |bits| Ipv4Addr::from(bits).to_ipv6_mapped().octets();
            return Some((mapped(first), mapped(last)));
        }
        let first = u128::from(address.parse::<Ipv6Addr>().ok()?);
        let last = first | !mask_v6(u128::MAX, prefix.unwrap_or(128));
        Some((first.to_be_bytes(), last.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind, text: &str) -> Observable {
        Observable::parse(kind, text).expect(text)
    }

    fn values(observables: &[Observable]) -> Vec<&str> {
        observables.iter().map(Observable::value).collect()
    }

    #[test]
    fn hosts() {
        for (text, kind, host) in [
            (
                "https://www.evil.example:8443/a@b:c",
                Kind::Domain,
                "www.evil.example",
            ),
            (
                "http://user:pass@evil.example/",
                Kind::Domain,
                "evil.example",
            ),
            ("tcp://192.0.2.1:4444", Kind::Ipv4, "192.0.2.1"),
            ("http://[2001:db8::1]:8080/", Kind::Ipv6, "2001:db8::1"),
        ] {
            assert_eq!(of(Kind::Url, text).host(), Some(of(kind, host)), "{text}");
        }
        assert_eq!(
            of(Kind::Email, "A@Evil.example").host(),
            Some(of(Kind::Domain, "evil.example"))
        );
        assert_eq!(
            of(Kind::Email, "a@[192.0.2.1]").host(),
            Some(of(Kind::Ipv4, "192.0.2.1"))
        );
        assert_eq!(
            of(Kind::Email, "a@[IPv6:2001:db8::1]").host(),
            Some(of(Kind::Ipv6, "2001:db8::1"))
        );
        assert_eq!(of(Kind::Domain, "evil.example").host(), None);
    }

    #[test]
    fn registered_domains_and_parents() {
        let name = of(Kind::Domain, "a.b.evil.co.jp");
        assert_eq!(
            name.registered_domain(),
            Some(of(Kind::Domain, "evil.co.jp"))
        );
        assert_eq!(values(&name.parents()), ["b.evil.co.jp", "evil.co.jp"]);
        assert_eq!(of(Kind::Domain, "evil.co.jp").parents(), []);
        assert_eq!(of(Kind::Domain, "co.jp").registered_domain(), None);
        assert_eq!(of(Kind::Domain, "co.jp").parents(), []);
        assert_eq!(
            of(Kind::Url, "http://a.evil.example/").registered_domain(),
            Some(of(Kind::Domain, "evil.example"))
        );
        assert_eq!(of(Kind::Url, "http://192.0.2.1/").registered_domain(), None);
        assert_eq!(of(Kind::Ipv4, "192.0.2.1").registered_domain(), None);
    }

    #[test]
    fn networks_around() {
        let around = of(Kind::Ipv4, "192.0.2.255").networks();
        assert_eq!(around.len(), 33);
        assert_eq!(
            values(&around[..3]),
            ["192.0.2.255/32", "192.0.2.254/31", "192.0.2.252/30"]
        );
        assert_eq!(around[32].value(), "0.0.0.0/0");
        assert_eq!(of(Kind::Ipv6, "2001:db8::1").networks().len(), 129);
        assert_eq!(
            of(Kind::Cidr, "192.0.2.0/24").networks()[0].value(),
            "192.0.2.0/23"
        );
        assert_eq!(of(Kind::Cidr, "0.0.0.0/0").networks(), []);
        assert_eq!(of(Kind::Cidr, "2001:db8::/32").networks().len(), 32);
        for network in around {
            assert_eq!(of(Kind::Cidr, network.value()), network);
        }
    }

    #[test]
    fn reversed_names_are_prefixes() {
        let below = of(Kind::Url, "https://www.evil.example/x")
            .reversed_name()
            .expect("a name");
        let above = of(Kind::Domain, "evil.example")
            .reversed_name()
            .expect("a name");
        assert_eq!(below, "example.evil.www.");
        assert!(below.starts_with(&above));
        assert!(
            !of(Kind::Domain, "notevil.example")
                .reversed_name()
                .expect("a name")
                .starts_with(&above)
        );
        assert_eq!(of(Kind::Ipv4, "192.0.2.1").reversed_name(), None);
        assert_eq!(of(Kind::Url, "http://192.0.2.1/").reversed_name(), None);
    }

    #[test]
    fn ranges() {
        let range = |kind, text| {
            of(kind, text)
                .address_range()
                .map(|(a, b)| (Ipv6Addr::from(a).to_string(), Ipv6Addr::from(b).to_string()))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(
            range(Kind::Ipv4, "192.0.2.1"),
            pair("::ffff:192.0.2.1", "::ffff:192.0.2.1")
        );
        assert_eq!(
            range(Kind::Cidr, "192.0.2.0/24"),
            pair("::ffff:192.0.2.0", "::ffff:192.0.2.255")
        );
        assert_eq!(
            range(Kind::Cidr, "2001:db8::/32"),
            pair("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")
        );
        assert_eq!(
            range(Kind::Cidr, "0.0.0.0/0"),
            pair("::ffff:0.0.0.0", "::ffff:255.255.255.255")
        );
        assert_eq!(
            range(Kind::Url, "http://192.0.2.1:81/"),
            pair("::ffff:192.0.2.1", "::ffff:192.0.2.1")
        );
        assert_eq!(range(Kind::Domain, "evil.example"), None);
    }
}
