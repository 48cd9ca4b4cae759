//! DNS names: lower case, punycode, no final dot.

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};

use super::{Canonical, Outcome, port};
use crate::{Kind, refang, script};

/// Longest name in presentation form without the final dot (RFC 1035, section 3.1).
const LONGEST: usize = 253;
/// Longest label.
const LONGEST_LABEL: usize = 63;
/// Longest text worth converting: every character of a name may take several bytes.
const LONGEST_TEXT: usize = 4 * LONGEST;

/// A DNS name of at least two labels, with or without a port. Underscores are legal in DNS, and
/// any top-level domain is taken: feeds name things in private zones.
pub(crate) fn parse(text: &str) -> Outcome {
    if is_canonical(text.as_bytes()) {
        return Ok(Canonical::new(Kind::Domain, text.to_owned()));
    }
    let live = refang::host(text);
    let (host, port) = match live.split_once(':') {
        Some((host, tail)) => (
            host,
            Some(port(tail).ok_or("the port goes from 1 to 65535")?),
        ),
        None => (&*live, None),
    };
    Ok(name(host)?.port(port))
}

/// A name that has been refanged, without a port.
pub(crate) fn name(text: &str) -> Outcome {
    if is_canonical(text.as_bytes()) {
        return Ok(Canonical::new(Kind::Domain, text.to_owned()));
    }
    if text.len() > LONGEST_TEXT {
        return Err("a name has at most 253 characters");
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    let value = ascii(text)?;
    check(&value)?;
    let suspicious = value.contains("xn--") && script::is_spoof(&value);
    Ok(Canonical::new(Kind::Domain, value).suspicious(suspicious))
}

/// Lower case and punycode (UTS #46). A label that begins with `xn--` and decodes to nothing sensible
/// is still a name that DNS will look up, so it stays.
fn ascii(text: &str) -> Result<String, &'static str> {
    if text.is_ascii() {
        let lower = text.to_ascii_lowercase();
        if !lower.contains("xn--") {
            return Ok(lower);
        }
        return Ok(converted(&lower).unwrap_or(lower));
    }
    let mut value = converted(text).ok_or("it is no valid internationalised name")?;
    if value.ends_with('.') {
        value.pop();
    }
    Ok(value)
}

fn converted(text: &str) -> Option<String> {
    Uts46::new()
        .to_ascii(
            text.as_bytes(),
            AsciiDenyList::EMPTY,
            Hyphens::Allow,
            DnsLength::Ignore,
        )
        .ok()
        .map(Into::into)
}

fn check(name: &str) -> Result<(), &'static str> {
    if name.len() > LONGEST {
        return Err("a name has at most 253 characters");
    }
    let mut labels = 0;
    let mut last = "";
    for label in name.split('.') {
        if label.is_empty() {
            return Err("there is an empty label");
        }
        if label.len() > LONGEST_LABEL {
            return Err("a label has at most 63 characters");
        }
        if !label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
        {
            return Err("a name has letters, digits, hyphens and underscores only");
        }
        labels += 1;
        last = label;
    }
    if labels < 2 {
        return Err("it takes at least two labels with a dot between them");
    }
    if numeric(last.as_bytes()) {
        return Err("the last label is a number");
    }
    Ok(())
}

/// Whether a last label makes a browser read the whole as an IPv4 address.
fn numeric(label: &[u8]) -> bool {
    match label {
        [b'0', b'x', rest @ ..] => rest.iter().all(u8::is_ascii_hexdigit),
        _ => label.iter().all(u8::is_ascii_digit),
    }
}

/// What a byte is in a canonical name: 0 not allowed, 1 part of a label, 2 the dot.
const ROLE: [u8; 256] = {
    let mut role = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        role[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => 1,
            b'.' => 2,
            _ => 0,
        };
        byte += 1;
    }
    role
};

/// Whether a text is canonical as it stands: the fast path of imports.
#[inline]
pub(crate) fn is_canonical(bytes: &[u8]) -> bool {
    if bytes.len() > LONGEST {
        return false;
    }
    let mut start = 0;
    let mut labels = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match ROLE[*byte as usize] {
            1 => {}
            2 => {
                let len = at - start;
                if len == 0 || len > LONGEST_LABEL || bytes[start..at].starts_with(b"xn--") {
                    return false;
                }
                labels += 1;
                start = at + 1;
            }
            _ => return false,
        }
    }
    let last = &bytes[start..];
    labels > 0
        && !last.is_empty()
        && last.len() <= LONGEST_LABEL
        && !last.starts_with(b"xn--")
        && !numeric(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_name() {
        for text in [
            "evil.example",
            "EVIL.Example",
            "evil.example.",
            "evil[.]example",
            "evil。example",
            "ｅｖｉｌ．example",
        ] {
            assert_eq!(
                parse(text).map(|c| c.value),
                Ok("evil.example".to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            parse("evil[.]example:8080").map(|c| (c.value, c.port)),
            Ok(("evil.example".to_owned(), Some(8080)))
        );
        assert_eq!(
            parse("はじめよう.みんな").map(|c| c.value),
            Ok("xn--p8j9a0d9c9a.xn--q9jyb4c".to_owned())
        );
        assert_eq!(
            parse("XN--P8J9A0D9C9A.xn--q9jyb4c").map(|c| c.value),
            Ok("xn--p8j9a0d9c9a.xn--q9jyb4c".to_owned())
        );
        assert_eq!(
            parse("dheeraj_gaurav.mooo.example").map(|c| c.value),
            Ok("dheeraj_gaurav.mooo.example".to_owned())
        );
        assert_eq!(
            parse("_dmarc.evil.lan").map(|c| c.value),
            Ok("_dmarc.evil.lan".to_owned())
        );
        assert_eq!(
            parse("xn--zzzzzz99999.example").map(|c| c.value),
            Ok("xn--zzzzzz99999.example".to_owned())
        );
    }

    #[test]
    fn what_is_no_name() {
        let long_label = format!("{}.example", "a".repeat(64));
        let long_name = format!("{}example", "abcdefg.".repeat(31));
        for bad in [
            "",
            "localhost",
            ".",
            "a..example",
            ".evil.example",
            "192.0.2.1",
            "a.b c",
            "evil.example:0",
            "evil.1",
            "evil.0x1f",
            "a/b.example",
            "ex*mple.com",
            &long_label,
            &long_name,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            parse(&"[.]".repeat(100_000)).map_err(str::len),
            Err("a name has at most 253 characters".len())
        );
    }

    #[test]
    fn homographs_are_suspicious() {
        assert_eq!(parse("\u{430}pple.example").map(|c| c.suspicious), Ok(true));
        assert_eq!(parse("日本語.example").map(|c| c.suspicious), Ok(false));
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_checks(text in "[a-z0-9_.-]{1,30}|xn--[a-z0-9.-]{1,20}") {
            let slow = !text.contains("xn--") && check(&text).is_ok();
            let fast = is_canonical(text.as_bytes());
            // The fast path may leave a name with "xn--" inside a label to the slow one, nothing else.
            prop_assert!(fast == slow || text.contains("xn--"));
        }

        #[test]
        fn canonical_names_stay(text in "\\PC{1,20}\\.[a-z\\PC]{1,8}") {
            if let Ok(once) = name(&text) {
                prop_assert_eq!(name(&once.value).map(|c| c.value), Ok(once.value));
            }
        }
    }
}
