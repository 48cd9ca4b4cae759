//! E-mail addresses: both sides in lower case, the domain in punycode.

use unicode_normalization::UnicodeNormalization;

use super::{Canonical, Outcome, address, host};
use crate::{Kind, refang};

/// Longest local part (RFC 5321, section 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// An e-mail address. The local part is folded to lower case: mail servers that tell case apart
/// are rarer than reports that write one address in two ways.
pub(crate) fn parse(text: &str) -> Outcome {
    let text = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .unwrap_or(text);
    let text = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &text[7..],
        _ => text,
    };
    let live = live(text)?;
    let (local, domain) = live.rsplit_once('@').ok_or("there is no @")?;
    let local: String = match local.is_ascii() {
        true => local.to_ascii_lowercase(),
        false => local.nfc().flat_map(char::to_lowercase).nfc().collect(),
    };
    check_local(&local)?;
    let domain = match domain
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(literal) => address_literal(literal)?,
        None => host::parse(domain)?,
    };
    let value = match domain.kind {
        Kind::Domain => format!("{local}@{}", domain.value),
        Kind::Ipv6 => format!("{local}@[IPv6:{}]", domain.value),
        _ => format!("{local}@[{}]", domain.value),
    };
    Ok(Canonical::new(Kind::Email, value).suspicious(domain.suspicious))
}

/// What stands between the brackets of `user@[192.0.2.1]` and `user@[IPv6:2001:db8::1]`.
fn address_literal(text: &str) -> Outcome {
    const WHY: &str = "what stands in the brackets is no address";
    let v6 = match text.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => &text[5..],
        _ => text,
    };
    match address::any_ipv4(text) {
        Some((v4, odd)) => Ok(Canonical::new(Kind::Ipv4, v4.to_string()).suspicious(odd)),
        None => Ok(address::address_of(address::ipv6_text(v6).ok_or(WHY)?)),
    }
}

/// Passes over a text until its brackets are gone.
const PASSES: usize = 16;

/// Refanged until nothing changes: braces may belong to a local part, and those around a dot are taken
/// one pair at a time.
fn live(text: &str) -> Result<String, &'static str> {
    let mut live = refang::host(text).into_owned();
    for _ in 0..PASSES {
        let again = refang::host(&live);
        if *again == live {
            return Ok(live);
        }
        live = again.into_owned();
    }
    Err("it has too many brackets")
}

fn check_local(local: &str) -> Result<(), &'static str> {
    if local.is_empty() {
        return Err("there is nothing before the @");
    }
    if local.len() > LONGEST_LOCAL {
        return Err("what stands before the @ has at most 64 bytes");
    }
    if !local.chars().all(|c| is_atext(c) || c == '.') {
        return Err("what stands before the @ has a character that mail does not allow");
    }
    Ok(())
}

/// A character of an atom (RFC 5322, section 3.2.3; RFC 6532 for the others).
pub(crate) fn is_atext(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^' | '_'
        | '`' | '{' | '|' | '}' | '~' => true,
        _ => !c.is_ascii() && c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address() {
        for text in [
            "User@Evil.example",
            "user[@]evil[.]example",
            "user at evil dot example",
            "mailto:user@evil.example",
            "<user@evil.example>",
            "user＠evil.example",
            "user(at)evil(dot)example",
        ] {
            assert_eq!(
                parse(text).map(|c| c.value),
                Ok("user@evil.example".to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            parse("u@[IPv6:2001:DB8::1]").map(|c| c.value),
            Ok("u@[IPv6:2001:db8::1]".to_owned())
        );
        assert_eq!(
            parse("u@[2001:db8::1]").map(|c| c.value),
            Ok("u@[IPv6:2001:db8::1]".to_owned())
        );
        assert_eq!(
            parse("u+tag@例え.example").map(|c| c.value),
            Ok("u+tag@xn--r8jz45g.example".to_owned())
        );
        // Read again it is the same; found by fuzzing.
        let braces = parse("a{{{.{{{b@evil.example").map(|c| c.value);
        let again = braces
            .clone()
            .and_then(|value| parse(&value))
            .map(|c| c.value);
        assert!(braces.is_ok());
        assert_eq!(again, braces);
        for bad in [
            "",
            "@",
            "a@",
            "@evil.example",
            "a b@evil.example",
            "a@localhost",
            "a@b@evil.example",
            "a@[x]",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
