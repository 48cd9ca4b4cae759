//! The kinds of observables, as one table: to add a kind, add a row and its parser.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::KindError;
use crate::canonical::{self, Outcome};
use crate::defang;

/// The most bytes a canonical value may have, unless its row says otherwise.
const LIMIT: usize = 4_096;
/// The most bytes a canonical URL may have.
const URL_LIMIT: usize = 8_192;

/// What the rest of the crate knows about a kind.
pub(crate) struct Row {
    kind: Kind,
    name: &'static str,
    aliases: &'static [&'static str],
    searchable_in_part: bool,
    /// Most bytes of a canonical value.
    pub(crate) limit: usize,
    /// From one trimmed, non-empty text without control characters to the canonical value.
    pub(crate) parse: fn(&str) -> Outcome,
    /// From a canonical value to one that nothing will link to.
    pub(crate) defang: fn(&str) -> String,
}

macro_rules! kinds {
    ($( $(#[doc = $doc:literal])* $kind:ident = $code:literal, $name:literal, [$($alias:literal),*], part: $part:literal, limit: $limit:expr, $parse:expr, $defang:expr; )*) => {
        /// What an observable is. The numbers are stored and never reused.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $( $(#[doc = $doc])* $kind = $code, )*
        }

        /// One row a kind, in the order of the codes, which start at 1 and leave no gap.
        static TABLE: &[Row] = &[
            $( Row { kind: Kind::$kind, name: $name, aliases: &[$($alias),*], searchable_in_part: $part, limit: $limit, parse: $parse, defang: $defang }, )*
        ];

        impl Kind {
            /// Every kind, in the order of its code.
            pub const ALL: &'static [Self] = &[$( Self::$kind, )*];
        }
    };
}

kinds! {
    /// An IPv4 address: `192.0.2.1`. IPv4-mapped IPv6 addresses become this.
    Ipv4 = 1, "ipv4", ["ip4", "ipv4_addr"], part: false, limit: LIMIT, canonical::address::ipv4, defang::dots;
    /// An IPv6 address in the form of RFC 5952: `2001:db8::1`.
    Ipv6 = 2, "ipv6", ["ip6", "ipv6_addr"], part: false, limit: LIMIT, canonical::address::ipv6, defang::first_colon;
    /// A network with its host bits cleared: `192.0.2.0/24`.
    Cidr = 3, "cidr", ["network", "subnet", "netblock"], part: false, limit: LIMIT, canonical::address::cidr, defang::network;
    /// A DNS name in lower case and punycode, without the final dot: `www.evil.example`.
    Domain = 4, "domain", ["hostname", "domain_name", "fqdn", "host"], part: true, limit: LIMIT, canonical::domain::parse, defang::dots;
    /// A URL: `https://evil.example/path`.
    Url = 5, "url", ["uri", "link"], part: true, limit: URL_LIMIT, canonical::url::parse, defang::url;
    /// An e-mail address in lower case: `user@evil.example`.
    Email = 6, "email", ["e_mail", "email_addr", "email_address", "mail"], part: true, limit: LIMIT, canonical::email::parse, defang::email;
    /// An MD5 hash: 32 lower-case hexadecimal digits.
    Md5 = 7, "md5", ["md5_hash"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Md5, 32, t), defang::nothing;
    /// A SHA-1 hash: 40 lower-case hexadecimal digits.
    Sha1 = 8, "sha1", ["sha1_hash", "sha_1"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Sha1, 40, t), defang::nothing;
    /// A SHA-224 hash: 56 lower-case hexadecimal digits.
    Sha224 = 9, "sha224", ["sha224_hash", "sha_224"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Sha224, 56, t), defang::nothing;
    /// A SHA-256 hash: 64 lower-case hexadecimal digits.
    Sha256 = 10, "sha256", ["sha256_hash", "sha_256"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Sha256, 64, t), defang::nothing;
    /// A SHA-384 hash: 96 lower-case hexadecimal digits.
    Sha384 = 11, "sha384", ["sha384_hash", "sha_384"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Sha384, 96, t), defang::nothing;
    /// A SHA-512 hash: 128 lower-case hexadecimal digits.
    Sha512 = 12, "sha512", ["sha512_hash", "sha_512"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Sha512, 128, t), defang::nothing;
    /// A context-triggered piecewise hash: `96:EzQNFTJ…:EzQNF…`.
    Ssdeep = 13, "ssdeep", ["ctph"], part: false, limit: LIMIT, canonical::fuzzy::ssdeep, defang::nothing;
    /// A TLSH digest in upper case with its version: `T1` and 70 hexadecimal digits.
    Tlsh = 14, "tlsh", [], part: false, limit: LIMIT, canonical::fuzzy::tlsh, defang::nothing;
    /// The MD5 of a PE file's import table: 32 lower-case hexadecimal digits.
    Imphash = 15, "imphash", ["imp_hash"], part: false, limit: LIMIT, |t| canonical::hash::hex(Kind::Imphash, 32, t), defang::nothing;
    /// A vulnerability number: `CVE-2024-12345`.
    Cve = 16, "cve", ["vulnerability", "cve_id"], part: false, limit: LIMIT, canonical::number::cve, defang::nothing;
    /// An autonomous system number: `AS64500`.
    Asn = 17, "asn", ["as", "autonomous_system"], part: false, limit: LIMIT, canonical::number::asn, defang::nothing;
    /// An EUI-48 hardware address: `aa:bb:cc:dd:ee:ff`.
    Mac = 18, "mac", ["mac_address", "mac_addr"], part: false, limit: LIMIT, canonical::number::mac, defang::nothing;
    /// A file name as given, in Unicode NFC.
    Filename = 19, "filename", ["file_name", "file"], part: true, limit: LIMIT, canonical::words::filename, defang::nothing;
    /// A Windows registry key with its hive spelled out: `HKEY_LOCAL_MACHINE\Software\…`.
    RegistryKey = 20, "registry_key", ["regkey", "registry", "windows_registry_key"], part: true, limit: LIMIT, canonical::registry::parse, defang::nothing;
    /// The name of a mutex, as given.
    Mutex = 21, "mutex", ["mutex_name"], part: true, limit: LIMIT, canonical::words::verbatim_mutex, defang::nothing;
    /// An HTTP user agent, as given.
    UserAgent = 22, "user_agent", ["useragent", "ua", "http_user_agent"], part: true, limit: LIMIT, canonical::words::verbatim_user_agent, defang::nothing;
    /// A Bitcoin address whose checksum is right (base58check, bech32 or bech32m).
    Btc = 23, "btc", ["bitcoin", "bitcoin_address"], part: false, limit: LIMIT, canonical::coin::btc, defang::nothing;
    /// An Ethereum address in lower case: `0x` and 40 hexadecimal digits.
    Eth = 24, "eth", ["ethereum", "ethereum_address"], part: false, limit: LIMIT, canonical::coin::eth, defang::nothing;
    /// A Monero address: 95 or 106 characters of base58.
    Xmr = 25, "xmr", ["monero", "monero_address"], part: false, limit: LIMIT, canonical::coin::xmr, defang::nothing;
    /// A MITRE ATT&CK technique: `T1059` or `T1059.001`.
    AttackTechnique = 26, "attack_technique", ["attack", "technique", "ttp", "mitre_attack"], part: false, limit: LIMIT, canonical::number::technique, defang::nothing;
}

impl Kind {
    pub(crate) fn row(self) -> &'static Row {
        &TABLE[self as usize - 1]
    }

    /// The name in snake case: `ipv4`, `registry_key`, `attack_technique`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The stored number.
    pub const fn code(self) -> i16 {
        self as i16
    }

    /// The kind with this stored number.
    pub fn from_code(code: i16) -> Option<Self> {
        let index = usize::try_from(code).ok()?.checked_sub(1)?;
        TABLE.get(index).map(|row| row.kind)
    }

    /// Whether parts of its values are worth an index: names and texts, not addresses and hashes.
    pub fn searchable_in_part(self) -> bool {
        self.row().searchable_in_part
    }

    /// Whether it is one IP address.
    pub const fn is_address(self) -> bool {
        matches!(self, Self::Ipv4 | Self::Ipv6)
    }

    /// Whether it is the hash of a file's content, fuzzy or exact.
    pub const fn is_hash(self) -> bool {
        matches!(
            self,
            Self::Md5
                | Self::Sha1
                | Self::Sha224
                | Self::Sha256
                | Self::Sha384
                | Self::Sha512
                | Self::Ssdeep
                | Self::Tlsh
                | Self::Imphash
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = KindError;

    /// Reads a name or an alias in any case; `-` and a space count as `_`. `ip` is no kind: it
    /// does not say which version.
    fn from_str(text: &str) -> Result<Self, KindError> {
        let same = |name: &str| {
            name.len() == text.len()
                && name.bytes().zip(text.bytes()).all(|(want, got)| {
                    let got = if matches!(got, b'-' | b' ') {
                        b'_'
                    } else {
                        got
                    };
                    want == got.to_ascii_lowercase()
                })
        };
        TABLE
            .iter()
            .find(|row| same(row.name) || row.aliases.iter().any(|alias| same(alias)))
            .map(|row| row.kind)
            .ok_or_else(|| KindError::new(text))
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_index_the_table() {
        for (index, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(kind.code() as usize, index + 1);
            assert_eq!(kind.row().kind, *kind);
            assert_eq!(Kind::from_code(kind.code()), Some(*kind));
        }
        assert_eq!(Kind::from_code(0), None);
        assert_eq!(Kind::from_code(-1), None);
        assert_eq!(Kind::from_code(Kind::ALL.len() as i16 + 1), None);
    }

    #[test]
    fn names_and_aliases_are_unique_and_read_back() {
        let mut seen = HashSet::new();
        for row in TABLE {
            for name in row.aliases.iter().chain([&row.name]) {
                assert!(seen.insert(*name), "{name} twice");
                assert_eq!(name.parse(), Ok(row.kind));
                assert_eq!(name.to_uppercase().replace('_', "-").parse(), Ok(row.kind));
            }
        }
        assert!("ip".parse::<Kind>().is_err());
        assert!("".parse::<Kind>().is_err());
    }
}
