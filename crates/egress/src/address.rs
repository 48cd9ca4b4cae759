//! What an IP address is for: public, or one of the ranges a request from
//! here must not reach.
//!
//! The ranges are those of the IANA special-purpose registries
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>, RFC 6890),
//! the multicast blocks, and the fixed addresses of cloud metadata services.
//! IPv6 is judged the other way round: only 2000::/3, the part IANA hands out
//! for global unicast, can be public at all.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What an address is for. Only [`Class::Public`] is reachable without an
/// entry on the administrator's list.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Class {
    /// Globally reachable unicast.
    Public,
    /// `0.0.0.0/8` and `::`; connecting there reaches this very host.
    Unspecified,
    /// `127.0.0.0/8`, `::1`.
    Loopback,
    /// RFC 1918: `10/8`, `172.16/12`, `192.168/16`.
    Private,
    /// RFC 6598, carrier-grade NAT: `100.64/10`.
    SharedNat,
    /// `169.254/16`, `fe80::/10`.
    LinkLocal,
    /// A fixed address where a cloud answers with the credentials of the machine.
    Metadata,
    /// RFC 4193: `fc00::/7`.
    UniqueLocal,
    /// RFC 3879, deprecated: `fec0::/10`.
    SiteLocal,
    /// `224/4`, `ff00::/8`.
    Multicast,
    /// `255.255.255.255`.
    Broadcast,
    /// RFC 5737, RFC 3849, RFC 9637.
    Documentation,
    /// RFC 2544, RFC 5180: `198.18/15`, `2001:2::/48`.
    Benchmarking,
    /// IETF protocol assignments: `192.0.0.0/24`, the rest of `2001::/23`.
    Protocol,
    /// RFC 7526, deprecated 6to4 relays: `192.88.99.0/24`.
    Relay6to4,
    /// RFC 6666: `100::/64`.
    Discard,
    /// RFC 4843, RFC 7343, RFC 9374: identifiers, not places.
    Orchid,
    /// An IPv4 address wrapped in IPv6 whose inner address is public or cannot
    /// be told. Nothing legitimate answers with one, and what it reaches
    /// depends on the routes of this host.
    Tunnelled,
    /// Not handed out to anybody: `240/4`, IPv6 outside `2000::/3`.
    Reserved,
}

/// What it takes for an address of a class to be reachable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Opening {
    /// Nothing.
    Always,
    /// An entry that names the host or covers the address.
    ByName,
    /// An entry that covers the address; a name alone could be made to
    /// resolve there by whoever answers for it.
    ByAddress,
    /// No entry opens it: it is no place to connect to.
    Never,
}

impl Class {
    /// What it takes to be allowed to dial such an address.
    pub(crate) fn opening(self) -> Opening {
        match self {
            Class::Public => Opening::Always,
            Class::Loopback
            | Class::Private
            | Class::SharedNat
            | Class::LinkLocal
            | Class::UniqueLocal
            | Class::SiteLocal
            | Class::Benchmarking => Opening::ByName,
            Class::Metadata
            | Class::Documentation
            | Class::Protocol
            | Class::Relay6to4
            | Class::Orchid
            | Class::Tunnelled
            | Class::Reserved => Opening::ByAddress,
            Class::Unspecified | Class::Multicast | Class::Broadcast | Class::Discard => {
                Opening::Never
            }
        }
    }
}

impl fmt::Display for Class {
    /// Completes the sentence "the address is …".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Class::Public => "public",
            Class::Unspecified => "unspecified (it means this host)",
            Class::Loopback => "loopback (it means this host)",
            Class::Private => "private",
            Class::SharedNat => "shared address space (carrier-grade NAT)",
            Class::LinkLocal => "link-local",
            Class::Metadata => "a cloud metadata service",
            Class::UniqueLocal => "private (unique local)",
            Class::SiteLocal => "private (site-local)",
            Class::Multicast => "multicast",
            Class::Broadcast => "broadcast",
            Class::Documentation => "reserved for documentation",
            Class::Benchmarking => "reserved for benchmarking",
            Class::Protocol => "reserved for protocol assignments",
            Class::Relay6to4 => "reserved for 6to4 relays",
            Class::Discard => "discard-only",
            Class::Orchid => "an identifier, not a place (ORCHID)",
            Class::Tunnelled => "an IPv4 address wrapped in IPv6",
            Class::Reserved => "reserved",
        })
    }
}

/// Says what an address is for. IPv4 addresses wrapped in IPv6 are unwrapped
/// and take the class of what is inside; see [`Class::Tunnelled`].
pub fn classify(address: IpAddr) -> Class {
    match address {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

/// Metadata services of AWS (with its container and DNS endpoints), Azure,
/// Alibaba and Oracle. Azure's and Oracle's stand outside the link-local range.
const METADATA_V4: [[u8; 4]; 7] = [
    [169, 254, 169, 254],
    [169, 254, 169, 253],
    [169, 254, 170, 2],
    [169, 254, 170, 23],
    [168, 63, 129, 16],
    [100, 100, 100, 200],
    [192, 0, 0, 192],
];

/// Metadata services of AWS (instance, DNS, container) and Google over IPv6.
const METADATA_V6: [Ipv6Addr; 4] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x253),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

fn classify_v4(address: Ipv4Addr) -> Class {
    let octets = address.octets();
    if METADATA_V4.contains(&octets) {
        return Class::Metadata;
    }
    match octets {
        [0, ..] => Class::Unspecified,
        [127, ..] => Class::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Class::Private,
        [100, 64..=127, ..] => Class::SharedNat,
        [169, 254, ..] => Class::LinkLocal,
        [192, 0, 0, _] => Class::Protocol,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Class::Documentation,
        [192, 88, 99, _] => Class::Relay6to4,
        [198, 18..=19, ..] => Class::Benchmarking,
        [224..=239, ..] => Class::Multicast,
        [255, 255, 255, 255] => Class::Broadcast,
        [240..=255, ..] => Class::Reserved,
        _ => Class::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> Class {
    if METADATA_V6.contains(&address) {
        return Class::Metadata;
    }
    let s = address.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Class::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Class::Loopback,
        // IPv4-mapped, IPv4-translated (RFC 2765) and IPv4-compatible.
        [0, 0, 0, 0, 0, 0xffff, hi, lo]
        | [0, 0, 0, 0, 0xffff, 0, hi, lo]
        | [0, 0, 0, 0, 0, 0, hi, lo] => wrapped(hi, lo),
        // NAT64 (RFC 6052): the ordinary way to IPv4 on IPv6-only networks, so
        // a public inner address stays public.
        [0x64, 0xff9b, 0, 0, 0, 0, hi, lo] => classify_v4(ipv4(hi, lo)),
        // NAT64 for local use (RFC 8215). Where the inner address stands
        // depends on the prefix length in use; the usual /96 is read.
        [0x64, 0xff9b, 1, _, _, _, hi, lo] => wrapped(hi, lo),
        [0x100, 0, 0, 0, ..] => Class::Discard,
        [0xfc00..=0xfdff, ..] => Class::UniqueLocal,
        [0xfe80..=0xfebf, ..] => Class::LinkLocal,
        [0xfec0..=0xfeff, ..] => Class::SiteLocal,
        [0xff00..=0xffff, ..] => Class::Multicast,
        // Teredo (RFC 4380): the client's address, inverted, in the last 32 bits.
        [0x2001, 0, _, _, _, _, hi, lo] => wrapped(!hi, !lo),
        [0x2001, 2, 0, ..] => Class::Benchmarking,
        [0x2001, 0x10..=0x3f, ..] => Class::Orchid,
        [0x2001, 0x1..=0x1ff, ..] => Class::Protocol,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Class::Documentation,
        // 6to4 (RFC 3056).
        [0x2002, hi, lo, ..] => wrapped(hi, lo),
        // ISATAP (RFC 5214): the interface identifier holds the address.
        [0x2000..=0x3fff, _, _, _, 0 | 0x200, 0x5efe, hi, lo] => wrapped(hi, lo),
        [0x2000..=0x3fff, ..] => Class::Public,
        _ => Class::Reserved,
    }
}

/// The class of an IPv4 address found inside an IPv6 address.
fn wrapped(hi: u16, lo: u16) -> Class {
    match classify_v4(ipv4(hi, lo)) {
        Class::Public => Class::Tunnelled,
        inner => inner,
    }
}

fn ipv4(hi: u16, lo: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(hi) << 16 | u32::from(lo))
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
