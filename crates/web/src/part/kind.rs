//! Kinds of observable: their names and icons.

use noroshi_indicator::Kind;

use crate::frame::Words;

/// A kind in the words of the page.
pub(crate) fn kind_word(kind: Kind, words: &'static Words) -> &'static str {
    match kind {
        Kind::Ipv4 => words.kind_ipv4,
        Kind::Ipv6 => words.kind_ipv6,
        Kind::Cidr => words.kind_cidr,
        Kind::Domain => words.kind_domain,
        Kind::Url => words.kind_url,
        Kind::Email => words.kind_email,
        Kind::Md5 => words.kind_md5,
        Kind::Sha1 => words.kind_sha1,
        Kind::Sha224 => words.kind_sha224,
        Kind::Sha256 => words.kind_sha256,
        Kind::Sha384 => words.kind_sha384,
        Kind::Sha512 => words.kind_sha512,
        Kind::Ssdeep => words.kind_ssdeep,
        Kind::Tlsh => words.kind_tlsh,
        Kind::Imphash => words.kind_imphash,
        Kind::Cve => words.kind_cve,
        Kind::Asn => words.kind_asn,
        Kind::Mac => words.kind_mac,
        Kind::Filename => words.kind_filename,
        Kind::RegistryKey => words.kind_registry_key,
        Kind::Mutex => words.kind_mutex,
        Kind::UserAgent => words.kind_user_agent,
        Kind::Btc => words.kind_btc,
        Kind::Eth => words.kind_eth,
        Kind::Xmr => words.kind_xmr,
        Kind::AttackTechnique => words.kind_attack_technique,
    }
}

/// The name of the icon of a kind in `assets/icons.svg`.
pub(crate) fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Ipv4 | Kind::Ipv6 => "address",
        Kind::Cidr | Kind::Asn => "network",
        Kind::Domain => "domain",
        Kind::Url => "url",
        Kind::Email => "mail",
        Kind::Cve => "bug",
        Kind::Mac => "chip",
        Kind::Filename | Kind::RegistryKey => "file",
        Kind::Mutex => "lock",
        Kind::UserAgent => "window",
        Kind::Btc | Kind::Eth | Kind::Xmr => "coin",
        Kind::AttackTechnique => "target",
        Kind::Md5
        | Kind::Sha1
        | Kind::Sha224
        | Kind::Sha256
        | Kind::Sha384
        | Kind::Sha512
        | Kind::Ssdeep
        | Kind::Tlsh
        | Kind::Imphash => "hash",
    }
}
