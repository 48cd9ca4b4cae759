//! Numbers that somebody assigns: CVE, AS, MAC, ATT&CK.

use super::hash::ascii;
use super::{Canonical, Outcome};
use crate::Kind;

/// `CVE-YEAR-NUMBER` in upper case, whatever the dashes.
pub(crate) fn cve(text: &str) -> Outcome {
    const WHY: &str = "it takes CVE, a year and at least four digits with hyphens between them";
    let text: String = ascii(text)
        .chars()
        .map(|c| if is_dash(c) { '-' } else { c })
        .collect();
    let rest = strip_prefix(&text, "CVE").ok_or(WHY)?;
    let (year, number) = rest
        .strip_prefix(['-', '_', ' '])
        .unwrap_or(rest)
        .split_once(['-', '_'])
        .ok_or(WHY)?;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if year.len() != 4 || !digits(year) || !matches!(&year[..2], "19" | "20") {
        return Err("the year has four digits and begins with 19 or 20");
    }
    if !(4..=19).contains(&number.len()) || !digits(number) {
        return Err(WHY);
    }
    Ok(Canonical::new(Kind::Cve, format!("CVE-{year}-{number}")))
}

/// Hyphens and dashes that word processors put in.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{2d}'
    )
}

/// `AS` and a number of 32 bits; `ASN64500` and a bare number are taken too.
pub(crate) fn asn(text: &str) -> Outcome {
    let text = ascii(text);
    let rest = strip_prefix(&text, "ASN")
        .or_else(|| strip_prefix(&text, "AS"))
        .unwrap_or(&text);
    let digits = rest.trim_start_matches([' ', ':']);
    let number = digits
        .parse::<u32>()
        .ok()
        .filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    match number {
        Some(number) => Ok(Canonical::new(Kind::Asn, format!("AS{number}"))),
        None => Err("it takes AS and a number up to 4294967295"),
    }
}

/// Six pairs of hexadecimal digits with colons, hyphens, Cisco's dots, or nothing between them.
pub(crate) fn mac(text: &str) -> Outcome {
    const WHY: &str = "it takes twelve hexadecimal digits in pairs";
    let text = crate::refang::host(text);
    let group = match text.len() {
        17 => 2,
        14 => 4,
        12 => 12,
        _ => return Err(WHY),
    };
    let separator = text.as_bytes().get(group).copied();
    if !matches!(
        (group, separator),
        (2, Some(b':' | b'-')) | (4, Some(b'.')) | (12, None)
    ) {
        return Err(WHY);
    }
    let mut digits = String::with_capacity(17);
    for (at, byte) in text.bytes().enumerate() {
        if at % (group + 1) == group {
            if Some(byte) != separator {
                return Err(WHY);
            }
            continue;
        }
        if !byte.is_ascii_hexdigit() {
            return Err(WHY);
        }
        if digits.len() % 3 == 2 {
            digits.push(':');
        }
        digits.push(byte.to_ascii_lowercase() as char);
    }
    Ok(Canonical::new(Kind::Mac, digits))
}

/// `T` and four digits, and for a sub-technique a dot and three more.
pub(crate) fn technique(text: &str) -> Outcome {
    const WHY: &str = "it takes T and four digits, with or without a dot and three more";
    let upper = ascii(text).to_ascii_uppercase();
    let shaped = match upper.as_bytes() {
        [b'T', a @ ..] if a.len() == 4 => a.iter().all(u8::is_ascii_digit),
        [b'T', a, b, c, d, b'.' | b'/', rest @ ..] if rest.len() == 3 => {
            [a, b, c, d].into_iter().chain(rest).all(u8::is_ascii_digit)
        }
        _ => false,
    };
    if !shaped {
        return Err(WHY);
    }
    Ok(Canonical::new(
        Kind::AttackTechnique,
        upper.replace('/', "."),
    ))
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cve_numbers() {
        for text in [
            "CVE-2024-12345",
            "cve-2024-12345",
            "CVE\u{2013}2024\u{2013}12345",
            "ＣＶＥ－２０２４－１２３４５",
            "CVE 2024-12345",
        ] {
            assert_eq!(
                cve(text).map(|c| c.value),
                Ok("CVE-2024-12345".to_owned()),
                "{text}"
            );
        }
        for bad in [
            "CVE-2024-123",
            "CVE-24-1234",
            "CVE-2024",
            "CVE-3024-1234",
            "CVE-2024-12a4",
            "",
            "CV",
            "テスト",
        ] {
            assert!(cve(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn as_numbers() {
        for text in [
            "AS64500",
            "as64500",
            "ASN64500",
            "ASN: 64500",
            "64500",
            "AS 064500",
        ] {
            assert_eq!(
                asn(text).map(|c| c.value),
                Ok("AS64500".to_owned()),
                "{text}"
            );
        }
        for bad in ["AS", "AS4294967296", "AS-1", "AS+1", "ASX", ""] {
            assert!(asn(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hardware_addresses() {
        for text in [
            "AA-BB-CC-DD-EE-FF",
            "aa:bb:cc:dd:ee:ff",
            "aabb.ccdd.eeff",
            "AABBCCDDEEFF",
        ] {
            assert_eq!(
                mac(text).map(|c| c.value),
                Ok("aa:bb:cc:dd:ee:ff".to_owned()),
                "{text}"
            );
        }
        for bad in [
            "aa:bb:cc:dd:ee",
            "aa:bb:cc:dd:ee-ff",
            "aa:bb:cc:dd:ee:fg",
            "aabb:ccdd:eeff",
            "",
            "ああああ",
        ] {
            assert!(mac(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn techniques() {
        assert_eq!(
            technique("t1059.001").map(|c| c.value),
            Ok("T1059.001".to_owned())
        );
        assert_eq!(technique("T1059").map(|c| c.value), Ok("T1059".to_owned()));
        for bad in ["T105", "T1059.1", "TA0001", "T1059.0011", "T1059-001"] {
            assert!(technique(bad).is_err(), "{bad}");
        }
    }
}
