//! Addresses, networks and hardware addresses in free text.

use std::net::Ipv6Addr;

use super::scan::Step;
use super::{Confidence, Hit, link};
use crate::canonical::{Canonical, address, number};
use crate::refang::mark;
use crate::{Kind, Observable};

/// Longest spelling of an IPv6 address that is looked at.
const LONGEST_V6: usize = 96;

/// Reads an address that begins with a word of ASCII letters and digits.
pub(super) fn read(text: &str, start: usize, end: usize, floor: usize) -> Option<Step> {
    let bytes = text.as_bytes();
    if bytes[start].is_ascii_digit()
        && let Some(hit) = ipv4(text, start)
    {
        return Some(Step::Found(hit));
    }
    let colon_behind = mark::colon(text, end).is_some();
    let colon_before = start >= 2 + floor && bytes[start - 2..start] == *b"::";
    if (!colon_behind && !colon_before) || !bytes[start..end].iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    if let Some(hit) = mac(text, start) {
        return Some(Step::Found(hit));
    }
    ipv6(text, if colon_before { start - 2 } else { start })
}

/// Four decimal numbers with dots between them, the network or the port behind them.
fn ipv4(text: &str, start: usize) -> Option<Hit> {
    let (live, at, defanged) = quad(text, start)?;
    let address = address::dotted_quad(live.as_bytes())?;
    if glued_behind(text, at) || !defanged && is_version(text, start, address.octets()[0]) {
        return None;
    }
    let confidence = if defanged {
        Confidence::Defanged
    } else {
        Confidence::Bare
    };
    if ends_plainly(text, at) {
        let canonical = Canonical::new(Kind::Ipv4, live);
        return Some(Hit {
            start,
            end: at,
            canonical,
            confidence,
        });
    }
    if let Some((end, canonical)) = network(text, start, at, &live, 32) {
        return Some(Hit {
            start,
            end,
            canonical,
            confidence,
        });
    }
    let (end, odd_port) = link::port(text, at);
    let port = live_port(&text[at..end]);
    let confidence = if odd_port {
        Confidence::Defanged
    } else {
        confidence
    };
    if (confidence == Confidence::Defanged && port.is_none() || odd_port)
        && let Some(hit) = link::without_scheme(text, start, end)
    {
        return Some(hit);
    }
    let canonical = Canonical::new(Kind::Ipv4, live).port(port);
    Some(Hit {
        start,
        end,
        canonical,
        confidence,
    })
}

/// Whether what follows can neither go on with an address nor be its port or prefix.
fn ends_plainly(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        Some(b) => matches!(
            b,
            b' ' | b'\n' | b'\r' | b'\t' | b',' | b';' | b'"' | b'|' | b'<'
        ),
        None => true,
    }
}

/// The live spelling of four numbers at an offset, where they end, and whether they are defanged.
fn quad(text: &str, start: usize) -> Option<(String, usize, bool)> {
    let bytes = text.as_bytes();
    if let Some(len) = quad_len(text, start) {
        return Some((text[start..start + len].to_owned(), start + len, false));
    }
    let mut at = start;
    let mut live = String::new();
    let mut defanged = false;
    for index in 0..4 {
        if index > 0 {
            let mark = match mark::spaced_word(text, at, "dot") {
                Some(len) => mark::Mark {
                    len,
                    defanged: true,
                },
                None => mark::spaced(text, at, mark::dot)?,
            };
            live.push('.');
            defanged |= mark.defanged;
            at += mark.len;
        }
        let digits = bytes.get(at..)?.iter().take(4);
        let count = digits.take_while(|b| b.is_ascii_digit()).count();
        if count == 0 || count > 3 {
            return None;
        }
        live.push_str(&text[at..at + count]);
        at += count;
    }
    Some((live, at, defanged))
}

/// Whether four numbers go on as something else: a fifth number, a letter, a version's suffix.
fn glued_behind(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let Some(next) = bytes.get(at).filter(|_| !ends_plainly(text, at)) else {
        return false;
    };
    match next {
        b'-' => match bytes.get(at + 1) {
            // A range of addresses, or a suffix such as "-1ubuntu2".
            Some(b'0'..=b'9') => quad_len(text, at + 1).is_none(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => true,
            _ => false,
        },
        b'_' => true,
        b if b.is_ascii_alphanumeric() => true,
        _ => match mark::dot(text, at) {
            Some(mark) => text[at + mark.len..].chars().next().is_some_and(|c| {
                c.is_ascii_digit()
                    || (c.is_ascii_lowercase() || c == '_') && next != &0xe3 && next != &0xef
            }),
            None => false,
        },
    }
}

/// The length of four plain numbers at an offset.
fn quad_len(text: &str, at: usize) -> Option<usize> {
    let run = text.get(at..)?.bytes().take(16);
    let len = run.take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let live = text[at..at + len].trim_end_matches('.');
    address::dotted_quad(live.as_bytes()).map(|_| live.len())
}

/// Words in front of a version or a chapter.
const VERSION_WORDS: &[&str] = &[
    "version",
    "versions",
    "ver",
    "v",
    "vers",
    "rev",
    "revision",
    "release",
    "build",
    "firmware",
    "section",
    "sections",
    "chapter",
    "sec",
    "patch",
    "oid",
    "update",
    "バージョン",
    "ヴァージョン",
    "版",
    "節",
    "章",
    "項",
    "第",
    "ファームウェア",
    "ビルド",
];

/// Whether the text in front makes four numbers a version, a chapter or part of a product's name.
fn is_version(text: &str, start: usize, first: u8) -> bool {
    let before = start.checked_sub(1).map(|at| text.as_bytes()[at]);
    if first != 0
        && matches!(
            before,
            None | Some(b'\n' | b'\t' | b',' | b'|' | b'[' | b'@')
        )
    {
        return false;
    }
    let before = &text[text.floor_char_boundary(start.saturating_sub(32))..start];
    let bytes = before.as_bytes();
    let letters = |b: &u8| b.is_ascii_alphanumeric();
    match bytes {
        // Chrome/120.0.0.0, and paths.
        [.., before, b'/'] if letters(before) => {
            return !before_is_address(text, start - 1) && !in_capitals(before_slash(bytes));
        }
        [.., b'>' | b'<' | b'~' | b'!', b'='] | [.., b'^'] | [.., b'~', b'>'] => return true,
        [.., b'=', b'='] => {
            return !before
                .trim_end_matches('=')
                .trim_end()
                .ends_with(['r', 'c', 't', 'p', ']']);
        }
        _ => {}
    }
    if first == 0 && !text[start..].starts_with("0.0.0.0") {
        return true;
    }
    let word = before.trim_end_matches([' ', ':', '.', '=', '#', '\u{3000}', '：', '"']);
    if !word.chars().next_back().is_some_and(char::is_alphabetic) {
        return false;
    }
    if before.len() - word.len() > 4 {
        return false;
    }
    VERSION_WORDS.iter().any(|version| {
        let Some(at) = word.len().checked_sub(version.len()) else {
            return false;
        };
        let ends = word.as_bytes()[at..].eq_ignore_ascii_case(version.as_bytes());
        ends && (!version.is_ascii() || at == 0 || !word.as_bytes()[at - 1].is_ascii_alphabetic())
    })
}

/// The word in front of a slash at the end.
fn before_slash(bytes: &[u8]) -> &[u8] {
    let word = bytes.strip_suffix(b"/").unwrap_or(bytes);
    let len = word
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count();
    &word[word.len() - len..]
}

/// Proxies write `DIRECT/192.0.2.1`; products have small letters.
fn in_capitals(word: &[u8]) -> bool {
    word.len() > 2 && !word.iter().any(u8::is_ascii_lowercase)
}

/// Whether what stands before a slash is an address itself, as in `192.0.2.1/192.0.2.2`.
fn before_is_address(text: &str, slash: usize) -> bool {
    let from = text[..slash]
        .bytes()
        .rev()
        .take(15)
        .take_while(|b| b.is_ascii_digit() || *b == b'.')
        .count();
    address::dotted_quad(&text.as_bytes()[slash - from..slash]).is_some()
}

/// The network that an address and a prefix behind it name; one of a single address is the address.
fn network(
    text: &str,
    start: usize,
    at: usize,
    live: &str,
    most: u8,
) -> Option<(usize, Canonical)> {
    let slash = mark::slash(text, at)?;
    let digits = at + slash.len;
    let bytes = text.as_bytes();
    let count = bytes
        .get(digits..)?
        .iter()
        .take(4)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let end = digits + count;
    let goes_on = match bytes.get(end) {
        Some(b'.' | b':') => bytes.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(b) => {
            b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'?' | b'%' | b'=')
        }
        None => false,
    };
    if let Some(len) = quad_len(text, digits).filter(|_| most == 32) {
        // A netmask; anything else behind the slash is another address.
        let mask = &text[digits..digits + len];
        let detected = Observable::parse_detailed(Kind::Cidr, &format!("{live}/{mask}")).ok()?;
        return Some((digits + len, canonical_of(&detected)));
    }
    let prefix = text[digits..end]
        .parse::<u8>()
        .ok()
        .filter(|prefix| *prefix <= most)?;
    if goes_on || start == at {
        return None;
    }
    let detected = Observable::detect(&format!("{live}/{prefix}")).ok()?;
    Some((end, canonical_of(&detected)))
}

fn canonical_of(detected: &crate::Detected) -> Canonical {
    let observable = &detected.observable;
    Canonical::new(observable.kind(), observable.value().to_owned()).suspicious(detected.suspicious)
}

fn live_port(text: &str) -> Option<u16> {
    crate::canonical::port(text.trim_start_matches(|c: char| !c.is_ascii_digit()))
}

/// Six pairs of hexadecimal digits with colons between them, and no seventh.
fn mac(text: &str, start: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let end = start + 17;
    let alone = !matches!(bytes.get(end), Some(b':'))
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)
        && (start == 0 || bytes[start - 1] != b':');
    let span = text.get(start..end)?;
    if !alone || span.as_bytes()[2] != b':' {
        return None;
    }
    let canonical = number::mac(span).ok()?;
    Some(Hit {
        start,
        end,
        canonical,
        confidence: Confidence::Bare,
    })
}

/// An IPv6 address, with a network or, in brackets, a port behind it.
fn ipv6(text: &str, start: usize) -> Option<Step> {
    let bytes = text.as_bytes();
    if is_time(&bytes[start..]) {
        return Some(Step::Skip(last_group(bytes, start)));
    }
    let mut live = String::with_capacity(40);
    let mut at = start;
    // Where the last colon begins, which may be longer than one byte.
    let mut last_colon = start;
    let mut defanged = false;
    while at - start < LONGEST_V6 {
        match bytes.get(at) {
            Some(b) if b.is_ascii_hexdigit() || *b == b'.' => {
                live.push(*b as char);
                at += 1;
            }
            Some(b'[') if text[at..].starts_with("[::]") => {
                live.push_str("::");
                defanged = true;
                at += 4;
            }
            Some(_) => match mark::colon(text, at) {
                Some(colon) => {
                    live.push(':');
                    defanged |= colon.defanged;
                    last_colon = at;
                    at += colon.len;
                }
                None => break,
            },
            None => break,
        }
    }
    let skip = Some(Step::Skip(if defanged {
        start + 1
    } else {
        at.min(last_group(bytes, start))
    }));
    if at - start >= LONGEST_V6
        || bytes
            .get(at)
            .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    {
        return skip;
    }
    // The full stop or the colon of the sentence.
    while live.ends_with('.') {
        live.pop();
        at -= 1;
    }
    if live.ends_with(':') && !live.ends_with("::") {
        live.pop();
        at = last_colon;
    }
    while live.ends_with('.') {
        live.pop();
        at -= 1;
    }
    if start > 0
        && (bytes[start - 1].is_ascii_alphanumeric()
            || matches!(bytes[start - 1], b':' | b'_' | b'>' | b')'))
    {
        return skip;
    }
    let Ok(address) = live.parse::<Ipv6Addr>() else {
        return skip;
    };
    if !defanged && !is_likely(&live) {
        return skip;
    }
    let confidence = if defanged {
        Confidence::Defanged
    } else {
        Confidence::Bare
    };
    if let Some((end, canonical)) = network(text, start, at, &live, 128) {
        return Some(Step::Found(Hit {
            start,
            end,
            canonical,
            confidence,
        }));
    }
    let canonical = address::address_of(address);
    let bracketed = start > 0 && bytes[start - 1] == b'[' && bytes.get(at) == Some(&b']');
    if bracketed {
        let (end, _) = link::port(text, at + 1);
        if end > at + 1 {
            let canonical = canonical.port(live_port(&text[at + 1..end]));
            return Some(Step::Found(Hit {
                start: start - 1,
                end,
                canonical,
                confidence,
            }));
        }
    }
    Some(Step::Found(Hit {
        start,
        end: at,
        canonical,
        confidence,
    }))
}

/// Whether groups with colons between them are too few for an address without `::`: `12:34:56`.
fn is_time(bytes: &[u8]) -> bool {
    let mut colons = 0;
    let mut last = b' ';
    for &byte in bytes.iter().take(LONGEST_V6) {
        match byte {
            b':' if last == b':' => return false,
            b':' => colons += 1,
            b'[' | b'(' | b'{' | b'<' | 0x80.. => return false,
            b if b.is_ascii_hexdigit() => {}
            _ => break,
        }
        last = byte;
    }
    colons < 6
}

/// Where the last group begins in a run of groups that is no address: what stands before it need
/// not be read again, but it may be the beginning of something else, as in `C2:evil.example`.
fn last_group(bytes: &[u8], start: usize) -> usize {
    let run = bytes[start..]
        .iter()
        .take(LONGEST_V6)
        .take_while(|b| b.is_ascii_hexdigit() || **b == b':');
    let colon = run.enumerate().filter(|(_, b)| **b == b':').last();
    colon.map_or(start, |(at, _)| start + at + 1)
}

/// Whether a valid address is more than a scope in a program (`face::add`), a hardware address or
/// the fingerprint of a key (pairs all along).
fn is_likely(live: &str) -> bool {
    if live == "::1" {
        return true;
    }
    let groups: Vec<&str> = live.split(':').filter(|group| !group.is_empty()).collect();
    let digits = groups.iter().map(|group| group.len()).sum::<usize>();
    let pairs = groups.len() == 8 && groups.iter().all(|group| group.len() == 2);
    let first = live.split(':').next().unwrap_or_default();
    let global = first.is_empty() || first.len() >= 3;
    global && digits >= 4 && !pairs && live.bytes().any(|b| b.is_ascii_digit())
}
