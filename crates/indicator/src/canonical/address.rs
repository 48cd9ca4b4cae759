//! IP addresses and networks.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Canonical, Outcome, port};
use crate::{Kind, refang};

/// An IPv4 address in any spelling that a browser or a resolver takes, with or without a port.
pub(crate) fn ipv4(text: &str) -> Outcome {
    if dotted_quad(text.as_bytes()).is_some() {
        return Ok(Canonical::new(Kind::Ipv4, text.to_owned()));
    }
    let live = refang::host(text);
    let (host, port) = split_port(&live)?;
    let (address, odd) = match any_ipv4(host) {
        Some(found) => found,
        None => match ipv6_text(&live).and_then(|address| address.to_ipv4_mapped()) {
            Some(address) => (address, false),
            None => return Err("it takes four numbers from 0 to 255 with dots between them"),
        },
    };
    Ok(Canonical::new(Kind::Ipv4, address.to_string())
        .port(port)
        .suspicious(odd))
}

/// An IPv6 address, with or without brackets, a port or a zone. One that maps an IPv4 address
/// becomes that IPv4 address.
pub(crate) fn ipv6(text: &str) -> Outcome {
    let live = refang::host(text);
    let (host, port) = match live.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, tail)) => match tail.strip_prefix(':').and_then(port) {
            Some(port) => (host, Some(port)),
            None => return Err("after the closing bracket only a port may follow"),
        },
        None => (&*live, None),
    };
    let address =
        ipv6_text(host).ok_or("it takes eight groups of hexadecimal digits, or fewer and a ::")?;
    Ok(address_of(address).port(port))
}

/// The canonical form of an IPv6 address, which is IPv4 if it maps one.
pub(crate) fn address_of(address: Ipv6Addr) -> Canonical {
    match address.to_ipv4_mapped() {
        Some(v4) => Canonical::new(Kind::Ipv4, v4.to_string()),
        None => Canonical::new(Kind::Ipv6, address.to_string()),
    }
}

/// A network as address and prefix length or netmask. Host bits are cleared.
pub(crate) fn cidr(text: &str) -> Outcome {
    let live = refang::host(text);
    let (address, prefix) = live
        .split_once('/')
        .ok_or("it takes an address, a slash and a prefix length")?;
    let prefix = prefix.trim();
    let address = address.trim().trim_start_matches('[').trim_end_matches(']');
    if let Some((v4, odd)) = any_ipv4(address) {
        let prefix = prefix_v4(prefix).ok_or("the prefix of an IPv4 network goes from 0 to 32")?;
        return Ok(network_v4(v4, prefix).suspicious(odd));
    }
    let v6 = ipv6_text(address).ok_or("what stands before the slash is no address")?;
    let prefix = number(prefix, 128).ok_or("the prefix of an IPv6 network goes from 0 to 128")?;
    if let Some(v4) = v6.to_ipv4_mapped()
        && let Some(prefix) = prefix.checked_sub(96)
    {
        return Ok(network_v4(v4, prefix));
    }
    let bits = u128::from(v6);
    let masked = mask_v6(bits, prefix);
    let value = format!("{}/{prefix}", Ipv6Addr::from(masked));
    Ok(Canonical::new(Kind::Cidr, value).suspicious(masked != bits))
}

fn network_v4(address: Ipv4Addr, prefix: u8) -> Canonical {
    let bits = u32::from(address);
    let masked = mask_v4(bits, prefix);
    let value = format!("{}/{prefix}", Ipv4Addr::from(masked));
    Canonical::new(Kind::Cidr, value).suspicious(masked != bits)
}

/// An address with the bits behind the prefix cleared.
pub(crate) fn mask_v4(bits: u32, prefix: u8) -> u32 {
    bits & u32::MAX
        .checked_shl(32 - u32::from(prefix.min(32)))
        .unwrap_or(0)
}

/// An address with the bits behind the prefix cleared.
pub(crate) fn mask_v6(bits: u128, prefix: u8) -> u128 {
    bits & u128::MAX
        .checked_shl(128 - u32::from(prefix.min(128)))
        .unwrap_or(0)
}

/// A prefix length, or a netmask whose ones stand together.
fn prefix_v4(text: &str) -> Option<u8> {
    if let Some(mask) = dotted_quad(text.as_bytes()) {
        let ones = u32::from(mask).leading_ones();
        return (mask_v4(u32::MAX, ones as u8) == u32::from(mask)).then_some(ones as u8);
    }
    number(text, 32)
}

/// A decimal number of at most three digits without leading zeros.
fn number(text: &str, most: u8) -> Option<u8> {
    let plain =
        text.bytes().all(|b| b.is_ascii_digit()) && !(text.len() > 1 && text.starts_with('0'));
    text.parse().ok().filter(|n| plain && *n <= most)
}

/// The host and the port of `host:port`. More than one colon is no port.
fn split_port(live: &str) -> Result<(&str, Option<u16>), &'static str> {
    match live.split_once(':') {
        Some((host, tail)) if !tail.contains(':') && !host.is_empty() => {
            let port = port(tail).ok_or("the port goes from 1 to 65535")?;
            Ok((host, Some(port)))
        }
        _ => Ok((live, None)),
    }
}

/// Four decimal numbers without leading zeros: the canonical spelling and no other.
#[inline]
pub(crate) fn dotted_quad(bytes: &[u8]) -> Option<Ipv4Addr> {
    if bytes.len() < 7 || bytes.len() > 15 {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut index = 0;
    let mut value = 0_u32;
    let mut digits = 0;
    for &byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            if digits > 0 && value == 0 {
                return None;
            }
            value = value * 10 + u32::from(digit);
            digits += 1;
            if value > 255 {
                return None;
            }
        } else if byte == b'.' && digits > 0 && index < 3 {
            octets[index] = value as u8;
            index += 1;
            value = 0;
            digits = 0;
        } else {
            return None;
        }
    }
    if index != 3 || digits == 0 {
        return None;
    }
    octets[3] = value as u8;
    Some(Ipv4Addr::from(octets))
}

/// An IPv4 address as `inet_aton` and the WHATWG URL standard read it: one to four numbers, each
/// decimal, octal (`0…`) or hexadecimal (`0x…`), the last filling what is left. Says too whether
/// the spelling is anything but four plain decimal numbers.
pub(crate) fn any_ipv4(text: &str) -> Option<(Ipv4Addr, bool)> {
    if let Some(address) = dotted_quad(text.as_bytes()) {
        return Some((address, false));
    }
    if text.len() > 60 {
        return None;
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    if let Some(address) = dotted_quad(text.as_bytes()) {
        return Some((address, false));
    }
    let mut parts = [0_u64; 4];
    let mut count = 0;
    for part in text.split('.') {
        *parts.get_mut(count)? = any_number(part)?;
        count += 1;
    }
    let (last, leading) = parts.get(..count)?.split_last()?;
    let mut bits = 0_u64;
    for part in leading {
        if *part > 255 {
            return None;
        }
        bits = bits << 8 | part;
    }
    let left = 8 * (5 - count as u32);
    if *last >> left != 0 {
        return None;
    }
    u32::try_from(bits << left | last)
        .ok()
        .map(|bits| (Ipv4Addr::from(bits), true))
}

fn any_number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&text[2..], 16),
        [b'0', _, ..] => (&text[1..], 8),
        _ => (text, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// An IPv6 address without brackets; a zone behind `%` is left out.
pub(crate) fn ipv6_text(text: &str) -> Option<Ipv6Addr> {
    let text = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let address = match text.split_once('%') {
        Some((address, zone))
            if !zone.is_empty() && zone.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') =>
        {
            address
        }
        Some(_) => return None,
        None => text,
    };
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(outcome: Outcome) -> (Kind, String, Option<u16>, bool) {
        let canonical = outcome.expect("a value");
        (
            canonical.kind,
            canonical.value,
            canonical.port,
            canonical.suspicious,
        )
    }

    #[test]
    fn spellings_of_one_ipv4_address() {
        for (text, odd) in [
            ("192.0.2.1", false),
            ("192[.]0[.]2[.]1", false),
            ("192.0.2.1.", false),
            ("１９２．０．２．１", false),
            ("3221225985", true),
            ("0xC0000201", true),
            ("0300.0.02.01", true),
            ("0xc0.0.0x2.1", true),
            ("192.0.513", true),
            ("192.513", true),
            ("::ffff:192.0.2.1", false),
        ] {
            assert_eq!(
                value(ipv4(text)),
                (Kind::Ipv4, "192.0.2.1".to_owned(), None, odd),
                "{text}"
            );
        }
        assert_eq!(value(ipv4("192.0.2.1:8080")).2, Some(8080));
        for bad in [
            "",
            "192.0.2",
            "256.0.2.1",
            "1.2.3.4.5",
            "192.0.2.1:0",
            "192.0.2.1:",
            "a.b.c.d",
            "0x",
            "08.0.0.1",
            "4294967296",
            "1.2.3.256",
            "+1.2.3.4",
            "::1",
        ] {
            if bad == "192.0.2" {
                assert!(value(ipv4(bad)).3);
            } else {
                assert!(ipv4(bad).is_err(), "{bad}");
            }
        }
    }

    #[test]
    fn ipv6_forms() {
        for text in [
            "2001:DB8:0:0::1",
            "2001:db8::1",
            "[2001:db8::1]",
            "2001[:]db8[:]:1",
            "2001:db8::1%eth0",
        ] {
            assert_eq!(
                value(ipv6(text)),
                (Kind::Ipv6, "2001:db8::1".to_owned(), None, false),
                "{text}"
            );
        }
        assert_eq!(value(ipv6("[2001:db8::1]:443")).2, Some(443));
        assert_eq!(value(ipv6("::FFFF:192.0.2.1")).1, "192.0.2.1");
        for bad in [
            "",
            "1:2",
            ":::",
            "2001:db8::1::2",
            "[2001:db8::1",
            "2001:db8::1%",
            "12345::",
            "[2001:db8::1]x",
        ] {
            assert!(ipv6(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn networks() {
        for (text, want, odd) in [
            ("192.0.2.0/24", "192.0.2.0/24", false),
            ("192.0.2.77/24", "192.0.2.0/24", true),
            ("192.0.2.0/255.255.255.0", "192.0.2.0/24", false),
            ("192[.]0.2.1/32", "192.0.2.1/32", false),
            ("0.0.0.0/0", "0.0.0.0/0", false),
            ("2001:DB8::/32", "2001:db8::/32", false),
            ("2001:db8::1/64", "2001:db8::/64", true),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24", false),
        ] {
            assert_eq!(
                value(cidr(text)),
                (Kind::Cidr, want.to_owned(), None, odd),
                "{text}"
            );
        }
        for bad in [
            "192.0.2.0",
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/024",
            "192.0.2.0/255.0.255.0",
            "/24",
            "2001:db8::/129",
            "x/24",
        ] {
            assert!(cidr(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_standard_library(text in "[0-9.]{1,16}|([0-9]{1,3}\\.){3}[0-9]{1,3}") {
            prop_assert_eq!(dotted_quad(text.as_bytes()), text.parse().ok());
        }

        #[test]
        fn odd_spellings_mean_the_same(bits: u32) {
            let address = Ipv4Addr::from(bits);
            let [a, b, c, d] = address.octets();
            for text in [
                bits.to_string(), format!("{bits:#x}"), format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
                format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"), format!("{a}.{}", bits & 0xff_ffff), format!("{a}.{b}.{}", bits & 0xffff),
            ] {
                prop_assert_eq!(any_ipv4(&text).map(|found| found.0), Some(address), "{}", text);
            }
        }
    }
}
