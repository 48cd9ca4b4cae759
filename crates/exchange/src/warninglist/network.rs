//! Networks as hash keys: a network around an address is found by one look-up for each prefix
//! length in use.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::table::Chains;

/// A network with its host bits cleared. Version 4 and 6 are apart: `::ffff:0:0/96` in a list
/// is not the whole of version 4.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Network {
    v4: bool,
    /// Version 4 addresses stand in the upper 32 bits.
    bits: u128,
    prefix: u8,
}

impl Network {
    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or an address alone.
    pub(super) fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let (v4, bits, width) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (true, u128::from(u32::from(address)) << 96, 32),
            IpAddr::V6(address) => (false, u128::from(address), 128),
        };
        let prefix = prefix.unwrap_or(width);
        (prefix <= width).then(|| Network { v4, bits, prefix }.widened(prefix))
    }

    /// The network of this prefix length around it.
    fn widened(self, prefix: u8) -> Network {
        let mask = match prefix {
            0 => 0,
            _ => u128::MAX << (128 - u32::from(prefix)),
        };
        Network {
            bits: self.bits & mask,
            prefix,
            ..self
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Network { v4, bits, prefix } = *self;
        if v4 {
            write!(f, "{}/{prefix}", Ipv4Addr::from((bits >> 96) as u32))
        } else {
            write!(f, "{}/{prefix}", Ipv6Addr::from(bits))
        }
    }
}

/// The networks of many lists.
#[derive(Debug, Default)]
pub(super) struct Networks {
    chains: Chains<Network>,
    /// Prefix lengths in use, of version 4 and of version 6.
    v4_prefixes: BTreeSet<u8>,
    v6_prefixes: BTreeSet<u8>,
}

impl Networks {
    pub(super) fn insert(&mut self, network: Network, list: u16) {
        let prefixes = match network.v4 {
            true => &mut self.v4_prefixes,
            false => &mut self.v6_prefixes,
        };
        prefixes.insert(network.prefix);
        self.chains.insert(network, list);
    }

    /// Lists with a network that holds all of `inner`, narrowest network first.
    pub(super) fn around(&self, inner: Network) -> impl Iterator<Item = (u16, Network)> {
        let prefixes = match inner.v4 {
            true => &self.v4_prefixes,
            false => &self.v6_prefixes,
        };
        let wider = prefixes.range(..=inner.prefix).rev();
        wider.flat_map(move |prefix| {
            let network = inner.widened(*prefix);
            self.chains
                .get(&network)
                .map(move |(_, list)| (list, network))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        let canonical = |text: &str| Network::parse(text).map(|network| network.to_string());
        assert_eq!(canonical("192.0.2.77/24").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(canonical("192.0.2.77").as_deref(), Some("192.0.2.77/32"));
        assert_eq!(
            canonical("2001:DB8::1/32").as_deref(),
            Some("2001:db8::/32")
        );
        assert_eq!(canonical("0.0.0.0/0").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(canonical("::/0").as_deref(), Some("::/0"));
        for bad in [
            "",
            "192.0.2.0/33",
            "::/129",
            "192.0.2/24",
            "192.0.2.0/-1",
            "a/8",
            "192.0.2.0/",
        ] {
            assert_eq!(canonical(bad), None, "{bad}");
        }
    }

    #[test]
    fn versions_are_apart() {
        let mut networks = Networks::default();
        networks.insert(Network::parse("::ffff:0:0/96").unwrap(), 0);
        networks.insert(Network::parse("::/0").unwrap(), 1);
        networks.insert(Network::parse("192.0.2.0/24").unwrap(), 2);
        let found: Vec<u16> = networks
            .around(Network::parse("192.0.2.1").unwrap())
            .map(|(list, _)| list)
            .collect();
        assert_eq!(found, [2]);
    }

    proptest::proptest! {
        /// Against comparing first and last addresses one by one.
        #[test]
        fn finds_what_a_scan_finds(
            lists in proptest::collection::vec((0u32..64, 20u8..=32), 0..12),
            asked in (0u32..64, 20u8..=32),
        ) {
            // Close together, so that containment is common.
            let text = |(host, prefix): (u32, u8)| {
                format!("{}/{prefix}", Ipv4Addr::from(0xc000_0200 + host * 61))
            };
            let ends = |text: &str| {
                let (address, prefix) = text.split_once('/').unwrap();
                let address = u64::from(u32::from(address.parse::<Ipv4Addr>().unwrap()));
                let size = 1u64 << (32 - prefix.parse::<u32>().unwrap());
                let first = address / size * size;
                (first, first + size - 1)
            };
            let mut networks = Networks::default();
            for (index, list) in lists.iter().enumerate() {
                networks.insert(Network::parse(&text(*list)).unwrap(), index as u16);
            }
            let mut found: Vec<u16> = networks
                .around(Network::parse(&text(asked)).unwrap())
                .map(|(list, _)| list)
                .collect();
            found.sort_unstable();
            let (first, last) = ends(&text(asked));
            let scanned: Vec<u16> = (0u16..)
                .zip(&lists)
                .filter(|(_, list)| {
                    let (low, high) = ends(&text(**list));
                    low <= first && last <= high
                })
                .map(|(index, _)| index)
                .collect();
            proptest::prop_assert_eq!(found, scanned);
        }
    }
}
