//! Which kinds of observables a list is about.

use noroshi_indicator::Kind;

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct KindSet(u64);

impl KindSet {
    /// Every kind.
    pub const ALL: KindSet = KindSet(u64::MAX);

    /// Whether a kind is in it.
    pub fn contains(self, kind: Kind) -> bool {
        self.0 & bit(kind) != 0
    }

    /// Whether some kind is in both.
    pub fn meets(self, other: KindSet) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether nothing is in it, as with a list about attributes that name no observable.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

fn bit(kind: Kind) -> u64 {
    1 << (kind.code().unsigned_abs() % 64)
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> KindSet {
        KindSet(kinds.into_iter().fold(0, |set, kind| set | bit(kind)))
    }
}

/// From MISP's attribute types. Both halves of a composite such as `filename|md5` count;
/// types that name no observable are passed over.
impl<'a> FromIterator<&'a str> for KindSet {
    fn from_iter<I: IntoIterator<Item = &'a str>>(types: I) -> KindSet {
        let halves = types.into_iter().flat_map(|name| name.split('|'));
        halves.flat_map(kinds_of).copied().collect()
    }
}

/// The kinds that an attribute type of MISP holds (its `describeTypes.json`).
fn kinds_of(misp_type: &str) -> &'static [Kind] {
    match misp_type {
        "ip" | "ip-src" | "ip-dst" => &[Kind::Ipv4, Kind::Ipv6, Kind::Cidr],
        "domain" | "hostname" => &[Kind::Domain],
        "url" | "uri" | "link" => &[Kind::Url],
        "email"
        | "email-src"
        | "email-dst"
        | "email-reply-to"
        | "target-email"
        | "whois-registrant-email"
        | "dns-soa-email" => &[Kind::Email],
        "md5" => &[Kind::Md5],
        "malware-sample" => &[Kind::Filename, Kind::Md5],
        "sha1" => &[Kind::Sha1],
        "sha224" => &[Kind::Sha224],
        "sha256" => &[Kind::Sha256],
        "sha384" => &[Kind::Sha384],
        "sha512" => &[Kind::Sha512],
        "ssdeep" => &[Kind::Ssdeep],
        "tlsh" => &[Kind::Tlsh],
        "imphash" => &[Kind::Imphash],
        "filename" => &[Kind::Filename],
        "vulnerability" => &[Kind::Cve],
        "AS" => &[Kind::Asn],
        "mac-address" => &[Kind::Mac],
        "regkey" => &[Kind::RegistryKey],
        "mutex" => &[Kind::Mutex],
        "user-agent" => &[Kind::UserAgent],
        "btc" => &[Kind::Btc],
        "xmr" => &[Kind::Xmr],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        for kind in Kind::ALL {
            assert!(KindSet::ALL.contains(*kind));
            assert!(!KindSet::default().contains(*kind));
            let one = KindSet::from_iter([*kind]);
            for other in Kind::ALL {
                assert_eq!(one.contains(*other), kind == other);
            }
        }
    }

    #[test]
    fn composites_give_both_halves() {
        let set = KindSet::from_iter(["domain|ip", "ip-dst|port", "filename|sha256", "text"]);
        let kinds: Vec<Kind> = Kind::ALL
            .iter()
            .copied()
            .filter(|kind| set.contains(*kind))
            .collect();
        assert_eq!(
            kinds,
            [
                Kind::Ipv4,
                Kind::Ipv6,
                Kind::Cidr,
                Kind::Domain,
                Kind::Sha256,
                Kind::Filename
            ]
        );
        assert!(KindSet::from_iter(["text", "port"]).is_empty());
    }
}
