//! Finding out what kind of value a text is.

use crate::canonical::{
    Canonical, address, coin, domain, email, fuzzy, hash, host, number, registry, url, words,
};
use crate::observable::{check, trim};
use crate::refang::scheme;
use crate::{Kind, Observable, ParseError, refang, suffix};

/// A value whose kind was found out from its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// What it is.
    pub observable: Observable,
    /// The port that stood behind an address or a name: `192.0.2.1:443`.
    pub port: Option<u16>,
    /// Whether the spelling hides what is meant: an IPv4 address in decimal, octal or hexadecimal, a
    /// network with host bits, a name of mixed scripts.
    pub suspicious: bool,
}

/// No value of any kind is longer, however it is spelled.
const LIMIT: usize = 4 * 8_192;

impl Observable {
    /// Finds the kind of a text that is one value and nothing else, defanged or not.
    ///
    /// Names must end in a real top-level domain here (`.example`, `.test` and `.invalid` count),
    /// and a bare name of two labels that looks like a file (`setup.py`, `a.zip`) is a file name.
    /// A network of one address is that address. File names, mutexes and user agents are found
    /// only where their form is beyond doubt.
    ///
    /// # Errors
    ///
    /// The text is empty, too long, has control characters, or is no value of a known kind.
    pub fn detect(text: &str) -> Result<Detected, ParseError> {
        let text = trim(text);
        check(text, "a value", LIMIT)?;
        let canonical = guess(text).ok_or_else(|| ParseError::unknown(text))?;
        if canonical.value.len() > canonical.kind.row().limit {
            return Err(ParseError::TooLong {
                kind: canonical.kind.name(),
                limit: canonical.kind.row().limit,
                length: canonical.value.len(),
            });
        }
        Ok(Detected {
            observable: Self::from_canonical(canonical.kind, canonical.value),
            port: canonical.port,
            suspicious: canonical.suspicious,
        })
    }
}

fn guess(text: &str) -> Option<Canonical> {
    if address::dotted_quad(text.as_bytes()).is_some() {
        return Some(Canonical::new(Kind::Ipv4, text.to_owned()));
    }
    if let Some(found) = by_length(text) {
        return Some(found);
    }
    if scheme::read(text.trim_start_matches(['[', '<', '(']), 0).is_some() {
        return url::parse(text).ok().filter(real_host);
    }
    numbered(text)
        .or_else(|| trace(text))
        .or_else(|| network(text))
        .or_else(|| ip(text))
        .or_else(|| mail(text))
        .or_else(|| coin::btc(text).ok())
        .or_else(|| name(text))
        .or_else(|| scheme_less(text))
}

/// What begins with the letters of whoever assigns the number, and fuzzy hashes and hardware
/// addresses, which have their own punctuation.
fn numbered(text: &str) -> Option<Canonical> {
    match refang::mark::narrow(text.chars().next()?) {
        'c' | 'C' if text.len() > 8 => number::cve(text).ok(),
        't' | 'T' => number::technique(text).ok(),
        'a' | 'A' => number::asn(text).ok(),
        '1'..='9' if text.contains(':') => fuzzy::ssdeep(text)
            .ok()
            .filter(|found| found.value.len() > 12),
        _ => None,
    }
    .or_else(|| number::mac(text).ok().filter(|_| text.len() != 12))
}

/// What software leaves behind on a host.
fn trace(text: &str) -> Option<Canonical> {
    if text.contains('\\') {
        return registry::parse(text).ok().or_else(|| mutex(text));
    }
    user_agent(text)
}

/// Only where there is some sign of an @.
fn mail(text: &str) -> Option<Canonical> {
    let sign = text
        .bytes()
        .any(|b| matches!(b, b'@' | b'[' | b'(' | b'{' | b'<' | b' ' | 0x80..));
    sign.then(|| email::parse(text).ok().filter(real_host))?
}

/// Kinds that are known by their number of characters.
fn by_length(text: &str) -> Option<Canonical> {
    let text = hash::ascii(text);
    let kind = match text.len() {
        32 => Kind::Md5,
        40 => Kind::Sha1,
        42 => return coin::eth(&text).ok(),
        56 => Kind::Sha224,
        64 => Kind::Sha256,
        70 | 72 => return fuzzy::tlsh(&text).ok(),
        95 | 106 => return coin::xmr(&text).ok(),
        96 => Kind::Sha384,
        128 => Kind::Sha512,
        _ => return None,
    };
    hash::hex(kind, text.len(), &text).ok()
}

fn user_agent(text: &str) -> Option<Canonical> {
    let sure = text.starts_with("Mozilla/") && text.contains(' ');
    sure.then(|| Canonical::new(Kind::UserAgent, text.to_owned()))
}

fn mutex(text: &str) -> Option<Canonical> {
    let name = text
        .strip_prefix("Global\\")
        .or_else(|| text.strip_prefix("Local\\"))?;
    (!name.is_empty()).then(|| Canonical::new(Kind::Mutex, text.to_owned()))
}

/// A network; one of a single address is that address.
fn network(text: &str) -> Option<Canonical> {
    if !text.contains(['/', '\u{ff0f}']) {
        return None;
    }
    let found = address::cidr(text).ok()?;
    let (one, kind) = match found.value.strip_suffix("/32") {
        Some(one) if !one.contains(':') => (one, Kind::Ipv4),
        _ => match found.value.strip_suffix("/128") {
            Some(one) => (one, Kind::Ipv6),
            None => return Some(found),
        },
    };
    Some(Canonical::new(kind, one.to_owned()).suspicious(found.suspicious))
}

/// An address with or without a port. A bare decimal number is not taken for one.
fn ip(text: &str) -> Option<Canonical> {
    let first = refang::mark::narrow(text.chars().next()?);
    if !(first.is_ascii_hexdigit() || matches!(first, ':' | '[')) {
        return None;
    }
    address::ipv4(text)
        .ok()
        .filter(|found| {
            !found.suspicious
                || text.contains('.') && text.matches('.').count() == 3
                || text.starts_with("0x") && text.len() == 10
        })
        .or_else(|| address::ipv6(text).ok())
}

fn name(text: &str) -> Option<Canonical> {
    let found = domain::parse(text).ok()?;
    if !suffix::is_tld(found.value.rsplit('.').next()?) {
        return words::filename(text)
            .ok()
            .filter(|_| suffix::is_program(text));
    }
    if suffix::is_file_like(text) && found.port.is_none() {
        return words::filename(text).ok();
    }
    Some(found)
}

/// `evil.example/path`, where the host leaves no doubt.
fn scheme_less(text: &str) -> Option<Canonical> {
    let host_end = text.find('/')?;
    let live = refang::host(text.get(..host_end)?);
    let host = live.split(':').next()?;
    let known = host::parse(host).ok()?;
    if known.suspicious
        || known.kind == Kind::Domain && !suffix::is_tld(known.value.rsplit('.').next()?)
    {
        return None;
    }
    url::parse(text).ok()
}

/// Whether the host of a URL or e-mail address is an address, or a name under a real top-level
/// domain.
fn real_host(found: &Canonical) -> bool {
    let observable = Observable::from_canonical(found.kind, found.value.clone());
    observable.host().is_some_and(|host| {
        host.kind() != Kind::Domain || host.value().rsplit('.').next().is_some_and(suffix::is_tld)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_with_a_form_of_its_own() {
        for (text, kind, value) in [
            ("192[.]0[.]2[.]1", Kind::Ipv4, "192.0.2.1"),
            ("0xC0000201", Kind::Ipv4, "192.0.2.1"),
            ("0300.0.02.01", Kind::Ipv4, "192.0.2.1"),
            ("2001:DB8::1", Kind::Ipv6, "2001:db8::1"),
            ("::ffff:192.0.2.1", Kind::Ipv4, "192.0.2.1"),
            ("192.0.2.5/24", Kind::Cidr, "192.0.2.0/24"),
            ("192.0.2.5/32", Kind::Ipv4, "192.0.2.5"),
            ("2001:db8::1/128", Kind::Ipv6, "2001:db8::1"),
            ("evil[.]example", Kind::Domain, "evil.example"),
            (
                "hxxps://evil[.]example/a",
                Kind::Url,
                "https://evil.example/a",
            ),
            ("evil[.]example/a", Kind::Url, "http://evil.example/a"),
            ("user[at]evil[.]example", Kind::Email, "user@evil.example"),
            ("cve-2024-12345", Kind::Cve, "CVE-2024-12345"),
            ("as64500", Kind::Asn, "AS64500"),
            ("AA-BB-CC-DD-EE-FF", Kind::Mac, "aa:bb:cc:dd:ee:ff"),
            (
                "HKLM\\Software\\Evil",
                Kind::RegistryKey,
                "HKEY_LOCAL_MACHINE\\Software\\Evil",
            ),
            ("Global\\evil", Kind::Mutex, "Global\\evil"),
            ("Mozilla/5.0 (evil)", Kind::UserAgent, "Mozilla/5.0 (evil)"),
            ("t1059.001", Kind::AttackTechnique, "T1059.001"),
            ("96:EzQNFTJgJ2:EzQNFT", Kind::Ssdeep, "96:EzQNFTJgJ2:EzQNFT"),
            ("setup.py", Kind::Filename, "setup.py"),
            ("invoice.exe", Kind::Filename, "invoice.exe"),
            // Composed, as a file name is by itself; found by fuzzing.
            ("key\u{387}.sh", Kind::Filename, "key\u{b7}.sh"),
        ] {
            let found = Observable::detect(text).map(|found| found.observable);
            assert_eq!(
                found,
                Ok(Observable::from_canonical(kind, value.to_owned())),
                "{text}"
            );
        }
        for (digits, kind) in [
            (32, Kind::Md5),
            (40, Kind::Sha1),
            (56, Kind::Sha224),
            (64, Kind::Sha256),
            (70, Kind::Tlsh),
            (96, Kind::Sha384),
            (128, Kind::Sha512),
        ] {
            assert_eq!(
                Observable::detect(&"A1".repeat(digits / 2)).map(|found| found.observable.kind()),
                Ok(kind)
            );
        }
    }

    #[test]
    fn ports_and_odd_spellings() {
        let found = Observable::detect("192.0.2.1:443").expect("an address");
        assert_eq!((found.port, found.suspicious), (Some(443), false));
        assert_eq!(
            Observable::detect("[2001:db8::1]:443").map(|found| found.port),
            Ok(Some(443))
        );
        assert_eq!(
            Observable::detect("evil.example:8080").map(|found| found.port),
            Ok(Some(8080))
        );
        assert_eq!(
            Observable::detect("192.0.2.5/24").map(|found| found.suspicious),
            Ok(true)
        );
        assert_eq!(
            Observable::detect("0300.0.02.01").map(|found| found.suspicious),
            Ok(true)
        );
    }

    #[test]
    fn words_are_no_values() {
        for text in [
            "emotet",
            "12345",
            "東京",
            "foo.lan",
            "a b",
            "1.2.3",
            "evil.example bad.example",
            "http://localhost/",
            "T12",
            "as soon",
            "T1059 and",
            "dead beef",
            "3221225985",
            "10:20:30",
            "user@host",
        ] {
            assert!(Observable::detect(text).is_err(), "{text}");
        }
        assert!(matches!(
            Observable::detect(""),
            Err(ParseError::Empty { .. })
        ));
        assert!(matches!(
            Observable::detect(&"a".repeat(10_000_000)),
            Err(ParseError::TooLong { .. })
        ));
    }
}
