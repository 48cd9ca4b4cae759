//! The classifier against the IANA special-purpose registries (as of 2025-10),
//! by edges and by a slow model made of the registry's own notation.

use super::*;
use ipnet::IpNet;
use proptest::prelude::*;

/// Network, class of everything in it. A longer prefix wins over a shorter.
/// `iana-ipv4-special-registry`, `iana-ipv6-special-registry`, the multicast
/// registries, `ipv6-address-space` for what is unassigned, and the published
/// addresses of metadata services.
const REGISTRY: &[(&str, Class)] = &[
    ("0.0.0.0/0", Class::Public),
    ("0.0.0.0/8", Class::Unspecified),
    ("10.0.0.0/8", Class::Private),
    ("100.64.0.0/10", Class::SharedNat),
    ("100.100.100.200/32", Class::Metadata),
    ("127.0.0.0/8", Class::Loopback),
    ("168.63.129.16/32", Class::Metadata),
    ("169.254.0.0/16", Class::LinkLocal),
    ("169.254.169.253/32", Class::Metadata),
    ("169.254.169.254/32", Class::Metadata),
    ("169.254.170.2/32", Class::Metadata),
    ("169.254.170.23/32", Class::Metadata),
    ("172.16.0.0/12", Class::Private),
    ("192.0.0.0/24", Class::Protocol),
    ("192.0.0.192/32", Class::Metadata),
    ("192.0.2.0/24", Class::Documentation),
    ("192.88.99.0/24", Class::Relay6to4),
    ("192.168.0.0/16", Class::Private),
    ("198.18.0.0/15", Class::Benchmarking),
    ("198.51.100.0/24", Class::Documentation),
    ("203.0.113.0/24", Class::Documentation),
    ("224.0.0.0/4", Class::Multicast),
    ("240.0.0.0/4", Class::Reserved),
    ("255.255.255.255/32", Class::Broadcast),
    ("::/0", Class::Reserved),
    ("::/128", Class::Unspecified),
    ("::1/128", Class::Loopback),
    ("100::/64", Class::Discard),
    ("2000::/3", Class::Public),
    ("2001::/23", Class::Protocol),
    ("2001:2::/48", Class::Benchmarking),
    ("2001:10::/28", Class::Orchid),
    ("2001:20::/28", Class::Orchid),
    ("2001:30::/28", Class::Orchid),
    ("2001:db8::/32", Class::Documentation),
    ("3fff::/20", Class::Documentation),
    ("fc00::/7", Class::UniqueLocal),
    ("fd00:ec2::23/128", Class::Metadata),
    ("fd00:ec2::253/128", Class::Metadata),
    ("fd00:ec2::254/128", Class::Metadata),
    ("fd20:ce::254/128", Class::Metadata),
    ("fe80::/10", Class::LinkLocal),
    ("fec0::/10", Class::SiteLocal),
    ("ff00::/8", Class::Multicast),
];

/// Prefixes whose addresses hold an IPv4 address; the model knows nothing of
/// what is inside.
const WRAPPING: &[&str] = &[
    "::/96",
    "::ffff:0:0/96",
    "::ffff:0:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
];

fn networks() -> Vec<(IpNet, Class)> {
    REGISTRY
        .iter()
        .map(|(net, class)| (net.parse().unwrap(), *class))
        .collect()
}

fn model(address: IpAddr) -> Class {
    networks()
        .into_iter()
        .filter(|(net, _)| net.contains(&address))
        .max_by_key(|(net, _)| net.prefix_len())
        .map(|(_, class)| class)
        .unwrap()
}

fn wraps(address: IpAddr) -> bool {
    let IpAddr::V6(v6) = address else {
        return false;
    };
    let isatap = matches!(v6.segments(), [_, _, _, _, 0 | 0x200, 0x5efe, _, _]);
    let special = ["::", "::1"].contains(&v6.to_string().as_str());
    !special
        && (isatap
            || WRAPPING
                .iter()
                .any(|net| net.parse::<IpNet>().unwrap().contains(&address)))
}

fn step(address: IpAddr, up: bool) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(a) => {
            let n = u32::from(a);
            Ipv4Addr::from(if up {
                n.checked_add(1)?
            } else {
                n.checked_sub(1)?
            })
            .into()
        }
        IpAddr::V6(a) => {
            let n = u128::from(a);
            Ipv6Addr::from(if up {
                n.checked_add(1)?
            } else {
                n.checked_sub(1)?
            })
            .into()
        }
    })
}

#[test]
fn every_edge_of_every_registered_network() {
    let mut checked = 0;
    for (net, class) in networks() {
        let (first, last) = (net.network(), net.broadcast());
        let edges = [
            Some(first),
            Some(last),
            step(first, false),
            step(last, true),
        ];
        for address in edges.into_iter().flatten().filter(|a| !wraps(*a)) {
            assert_eq!(
                classify(address),
                model(address),
                "{address}, edge of {net} ({class:?})"
            );
            checked += 1;
        }
    }
    assert!(checked > 130, "{checked}");
}

#[test]
fn wrapped_addresses_take_the_class_of_what_is_inside() {
    for (address, class) in [
        // IPv4-mapped, -translated, -compatible.
        ("::ffff:127.0.0.1", Class::Loopback),
        ("::ffff:a9fe:a9fe", Class::Metadata),
        ("::ffff:8.8.8.8", Class::Tunnelled),
        ("::ffff:0:10.0.0.5", Class::Private),
        ("::10.0.0.5", Class::Private),
        ("::8.8.8.8", Class::Tunnelled),
        ("::2", Class::Unspecified),
        // NAT64: the well-known prefix reaches public addresses, and only those.
        ("64:ff9b::8.8.8.8", Class::Public),
        ("64:ff9b::10.0.0.5", Class::Private),
        ("64:ff9b::169.254.169.254", Class::Metadata),
        ("64:ff9b:1::8.8.8.8", Class::Tunnelled),
        ("64:ff9b:1::10.0.0.5", Class::Private),
        ("64:ff9b:1:ffff::127.0.0.1", Class::Loopback),
        ("64:ff9b:2::8.8.8.8", Class::Reserved),
        // 6to4 and Teredo; Teredo's client address is inverted.
        ("2002:7f00:1::", Class::Loopback),
        ("2002:a00:5::1", Class::Private),
        ("2002:a9fe:a9fe::1", Class::Metadata),
        ("2002:808:808::1", Class::Tunnelled),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffa", Class::Private),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", Class::Loopback),
        ("2001:0:4136:e378:8000:63bf:f7f7:f7f7", Class::Tunnelled),
        // ISATAP, with and without the universal bit.
        ("2606:4700::5efe:10.0.0.5", Class::Private),
        ("2606:4700::200:5efe:127.0.0.1", Class::Loopback),
        ("2606:4700::5efe:8.8.8.8", Class::Tunnelled),
    ] {
        assert_eq!(classify(address.parse().unwrap()), class, "{address}");
    }
}

#[test]
fn well_known_public_addresses_stay_reachable() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "172.15.255.255",
        "192.0.1.1",
        "2606:4700::1111",
        "2001:4860:4860::8888",
    ] {
        assert_eq!(
            classify(address.parse().unwrap()),
            Class::Public,
            "{address}"
        );
    }
}

/// Addresses near the registered networks, where mistakes would be.
fn near() -> impl Strategy<Value = IpAddr> {
    let nets = networks();
    (0..nets.len(), any::<u128>(), 0_u32..128).prop_map(move |(index, noise, keep)| {
        let (net, _) = nets[index];
        match net.network() {
            IpAddr::V4(a) => {
                let noise = (noise as u32).checked_shr(keep % 32).unwrap_or(0);
                Ipv4Addr::from(u32::from(a) ^ noise).into()
            }
            IpAddr::V6(a) => {
                Ipv6Addr::from(u128::from(a) ^ noise.checked_shr(keep).unwrap_or(0)).into()
            }
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn agrees_with_the_registry(address in near()) {
        prop_assume!(!wraps(address));
        prop_assert_eq!(classify(address), model(address));
    }

    #[test]
    fn no_wrapping_makes_an_address_more_reachable(v4 in near().prop_filter_map("v4", |a| match a {
        IpAddr::V4(v4) => Some(v4),
        IpAddr::V6(_) => None,
    }), noise in any::<u64>()) {
        let inner = classify(v4.into());
        let outside = if inner == Class::Public { Class::Tunnelled } else { inner };
        let [a, b, c, d] = v4.octets();
        let (hi, lo) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let [n0, n1, n2, n3] = [noise as u16, (noise >> 16) as u16, (noise >> 32) as u16, (noise >> 48) as u16];
        prop_assert_eq!(classify(v4.to_ipv6_mapped().into()), outside);
        prop_assert_eq!(classify(Ipv6Addr::new(0x2002, hi, lo, n0, n1, n2, n3, 1).into()), outside);
        prop_assert_eq!(classify(Ipv6Addr::new(0x2001, 0, n0, n1, n2, n3, !hi, !lo).into()), outside);
        prop_assert_eq!(classify(Ipv6Addr::new(0x64, 0xff9b, 1, n0, n1, n2, hi, lo).into()), outside);
        prop_assert_eq!(classify(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, hi, lo).into()), inner);
    }
}
