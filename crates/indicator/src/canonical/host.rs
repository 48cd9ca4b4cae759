//! The host of a URL or an e-mail address: a name or an address.

use std::borrow::Cow;

use super::{Canonical, address, domain};

/// Reads a host that has been refanged: a DNS name of two labels or more, an IPv4 address in any
/// spelling, or an IPv6 address in brackets.
pub(crate) fn parse(text: &str) -> Result<Canonical, &'static str> {
    if text.starts_with('[') {
        let inner = text
            .strip_suffix(']')
            .ok_or("the bracket of the IPv6 address is not closed")?;
        let v6 = address::ipv6_text(&inner[1..])
            .ok_or("what stands in the brackets is no IPv6 address")?;
        return Ok(address::address_of(v6));
    }
    let (text, decoded) = match percent_decoded(text) {
        Cow::Borrowed(text) => (Cow::Borrowed(text), false),
        Cow::Owned(text) => (Cow::Owned(text), true),
    };
    if let Some((v4, odd)) = address::any_ipv4(&text) {
        return Ok(Canonical::new(crate::Kind::Ipv4, v4.to_string()).suspicious(odd || decoded));
    }
    Ok(domain::name(&text)?.suspicious(decoded))
}

/// A host as it stands in a URL: IPv6 in brackets.
pub(crate) fn in_url(host: &Canonical) -> Cow<'_, str> {
    match host.kind {
        crate::Kind::Ipv6 => Cow::Owned(format!("[{}]", host.value)),
        _ => Cow::Borrowed(&host.value),
    }
}

/// Browsers decode `%65vil.example` before they look it up.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .filter(|pair| !pair.starts_with('+'))
                .and_then(|pair| u8::from_str_radix(pair, 16).ok()),
            _ => None,
        };
        match code {
            Some(code) => {
                bytes.push(code);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    match String::from_utf8(bytes) {
        Ok(decoded) => Cow::Owned(decoded),
        Err(_) => Cow::Borrowed(text),
    }
}
