//! Lists in our own words from the RFCs and the IANA special-purpose registries, so that the
//! commonest false alarms are known with no data directory.

use noroshi_indicator::Kind;

use super::{KindSet, Matching, Warninglist};

/// Addresses and names that mean nothing on the Internet at large.
pub fn builtin() -> Vec<Warninglist> {
    let networks = NETWORKS.iter().map(|(name, description, entries)| {
        let kinds = KindSet::from_iter([Kind::Ipv4, Kind::Ipv6, Kind::Cidr]);
        list(name, description, entries, Matching::Cidr, kinds)
    });
    let names = NAMES.iter().map(|(name, description, entries)| {
        list(
            name,
            description,
            entries,
            Matching::Hostname,
            KindSet::from_iter([Kind::Domain]),
        )
    });
    networks.chain(names).collect()
}

fn list(
    name: &str,
    description: &str,
    entries: &[&str],
    matching: Matching,
    kinds: KindSet,
) -> Warninglist {
    Warninglist {
        name: name.to_owned(),
        description: description.to_owned(),
        version: 1,
        matching,
        kinds,
        entries: entries.iter().map(|entry| (*entry).to_owned()).collect(),
    }
}

/// A list's name, description and entries.
type Words = (&'static str, &'static str, &'static [&'static str]);

const NETWORKS: &[Words] = &[
    (
        "Private networks",
        "Addresses for use within an organisation: RFC 1918, RFC 4193.",
        &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
    ),
    (
        "Loopback",
        "Addresses of the host itself: RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3.",
        &["127.0.0.0/8", "::1/128"],
    ),
    (
        "Link-local",
        "Addresses valid on one link only: RFC 3927, RFC 4291 section 2.5.6.",
        &["169.254.0.0/16", "fe80::/10"],
    ),
    (
        "Shared address space of carriers",
        "Addresses between a carrier's customers and its address translator: RFC 6598.",
        &["100.64.0.0/10"],
    ),
    (
        "Documentation networks",
        "Addresses for examples in texts: RFC 5737, RFC 3849, RFC 9637.",
        &[
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001:db8::/32",
            "3fff::/20",
        ],
    ),
    (
        "Benchmarking networks",
        "Addresses for measuring devices in a laboratory: RFC 2544, RFC 5180.",
        &["198.18.0.0/15", "2001:2::/48"],
    ),
    (
        "Multicast",
        "Addresses of groups, not of hosts: RFC 5771, RFC 4291 section 2.7.",
        &["224.0.0.0/4", "ff00::/8"],
    ),
    (
        "Reserved networks",
        "Addresses that no host on the Internet has: this network (RFC 791), IETF protocol \
         assignments (RFC 6890), reserved and broadcast (RFC 1112, RFC 919), unspecified \
         (RFC 4291 section 2.5.2), discard only (RFC 6666).",
        &[
            "0.0.0.0/8",
            "192.0.0.0/24",
            "240.0.0.0/4",
            "::/128",
            "100::/64",
        ],
    ),
];

const NAMES: &[Words] = &[
    (
        "Special-use names",
        "Names for tests and the host itself: RFC 6761.",
        &["test", "localhost", "invalid"],
    ),
    (
        "Documentation names",
        "Names for examples in texts: RFC 2606, RFC 6761.",
        &["example", "example.com", "example.net", "example.org"],
    ),
    (
        "Names of local networks",
        "Names that resolve within a network only: RFC 6762, RFC 8375, RFC 9476, and ICANN's \
         reservation of internal.",
        &["local", "home.arpa", "alt", "internal"],
    ),
];

#[cfg(test)]
mod tests {
    use super::super::Warninglists;
    use super::*;
    use noroshi_indicator::Observable;

    #[test]
    fn every_entry_is_used_and_found() {
        let lists = Warninglists::new(builtin());
        assert!(lists.skipped().is_empty());
        for list in builtin() {
            for entry in &list.entries {
                let kind = match list.matching {
                    Matching::Cidr => Kind::Cidr,
                    _ => Kind::Domain,
                };
                // A single label is no domain name for everybody; a name below it is.
                let value = match kind {
                    Kind::Domain => format!("www.{entry}"),
                    _ => entry.clone(),
                };
                let observable = Observable::parse(kind, &value).unwrap();
                let hits = lists.hits(&observable);
                assert!(hits.iter().any(|hit| hit.list.name == list.name), "{entry}");
            }
        }
    }

    #[test]
    fn public_addresses_and_names_are_in_none() {
        let lists = Warninglists::new(builtin());
        for (kind, value) in [
            (Kind::Ipv4, "172.32.0.1"),
            (Kind::Ipv4, "100.128.0.1"),
            (Kind::Ipv4, "11.0.0.1"),
            (Kind::Cidr, "0.0.0.0/0"),
            (Kind::Ipv6, "2001:db7::1"),
            (Kind::Ipv6, "fb00::1"),
            (Kind::Domain, "notexample.com"),
            (Kind::Domain, "example.com.jp"),
        ] {
            let observable = Observable::parse(kind, value).unwrap();
            assert_eq!(lists.hits(&observable), [], "{value}");
        }
    }
}
