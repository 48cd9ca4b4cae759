//! Single words that are values: hashes, numbers of vulnerabilities and techniques, coin addresses.

use super::chain::Chain;
use super::scan::Word;
use super::{Confidence, Hit, hex};
use crate::canonical::{Canonical, coin, number};
use crate::prose::spaceless;

/// Labels of the longest chain in which values are looked for.
const MOST_LABELS: usize = 16;

/// Reads the value that a word is, or that stands in it between hyphens.
pub(super) fn read(text: &str, word: Word) -> Option<Hit> {
    if !word.is_ascii() {
        return None;
    }
    let span = &text[word.start..word.end];
    if span.eq_ignore_ascii_case("asn") {
        return labelled_asn(text, word.start, word.end);
    }
    if span.eq_ignore_ascii_case("cve") {
        return dashed_cve(text, word.start, word.end);
    }
    if !word.has_digit() {
        return hex::hash(text, word.start, word.end)
            .map(|canonical| hit(word.start, word.end, canonical));
    }
    if word.has_joiner() {
        joined(text, word.start, word.end)
    } else {
        single(text, word.start, word.end)
    }
}

/// The first value among the labels of a chain that is no name: `<md5>.exe`, `T1059.001`.
pub(super) fn in_chain(text: &str, chain: &Chain) -> Option<Hit> {
    // What follows a value in a chain is read again: long chains would be read many times.
    if chain.overlong() || chain.labels() > MOST_LABELS {
        return None;
    }
    if let Some(hit) = technique(text, chain).or_else(|| cisco_mac(text, chain)) {
        return Some(hit);
    }
    chain.spans().find_map(|(start, end)| {
        let ascii = text[start..end].is_ascii() && end - start >= 8;
        if !ascii {
            return None;
        }
        joined(text, start, end)
    })
}

fn hit(start: usize, end: usize, canonical: Canonical) -> Hit {
    Hit {
        start,
        end,
        canonical,
        confidence: Confidence::Bare,
    }
}

/// A word without hyphens.
fn single(text: &str, start: usize, end: usize) -> Option<Hit> {
    let span = &text[start..end];
    let bytes = span.as_bytes();
    let canonical = match (bytes.len(), bytes[0]) {
        (5, b'T') if is_technique(bytes) => number::technique(span).ok()?,
        (3..=13, b'A') if asn_digits(span) => number::asn(span).ok()?,
        (42, b'0') if bytes[1] == b'x' => coin::eth(span).ok()?,
        (26..=35, b'1' | b'3') => coin::btc(span)
            .ok()
            .or_else(|| hex::hash(text, start, end))?,
        (95 | 106, b'4' | b'8') => coin::xmr(span).ok().filter(|_| mixed_case(bytes))?,
        (72, b'T') => crate::canonical::fuzzy::tlsh(span).ok()?,
        (32.., b'b' | b'B') if bytes[1..].starts_with(b"c1") || bytes[1..].starts_with(b"C1") => {
            coin::btc(span)
                .ok()
                .or_else(|| hex::hash(text, start, end))?
        }
        _ => hex::hash(text, start, end)?,
    };
    Some(hit(start, end, canonical))
}

/// A word with hyphens or underscores: the first value in it.
fn joined(text: &str, start: usize, end: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let span = &text[start..end];
    if span.len() == 17
        && bytes[start + 2] == b'-'
        && span.bytes().any(|b| b.is_ascii_alphabetic())
        && let Ok(canonical) = number::mac(span)
    {
        return Some(hit(start, end, canonical));
    }
    let mut at = start;
    while at < end {
        let len = bytes[at..end]
            .iter()
            .position(|b| matches!(b, b'-' | b'_'))
            .unwrap_or(end - at);
        if len == 3
            && bytes[at..at + 3].eq_ignore_ascii_case(b"cve")
            && let Some(found) = cve(text, at)
        {
            return Some(found);
        }
        if len >= 32
            && let Some(found) = single(text, at, at + len)
        {
            return Some(found);
        }
        at += len + 1;
    }
    None
}

/// `CVE-2024-12345` at an offset, whatever follows but letters and digits.
fn cve(text: &str, start: usize) -> Option<Hit> {
    let rest = &text.as_bytes()[start..];
    let digits = |from: usize| {
        rest.get(from..).map_or(0, |rest| {
            rest.iter()
                .take(20)
                .take_while(|b| b.is_ascii_digit())
                .count()
        })
    };
    if !matches!(rest.get(3), Some(b'-' | b'_'))
        || digits(4) != 4
        || !matches!(rest.get(8), Some(b'-' | b'_'))
    {
        return None;
    }
    let end = start + 9 + digits(9);
    if text
        .as_bytes()
        .get(end)
        .is_some_and(u8::is_ascii_alphanumeric)
    {
        return None;
    }
    Some(hit(start, end, number::cve(&text[start..end]).ok()?))
}

/// `CVE–2024–12345` with the dashes of a word processor.
fn dashed_cve(text: &str, start: usize, end: usize) -> Option<Hit> {
    let len = text[end..]
        .char_indices()
        .take(26)
        .take_while(|(_, c)| c.is_ascii_digit() || number::is_dash(*c))
        .map(|(at, c)| at + c.len_utf8())
        .last()?;
    let stop = end + len;
    let canonical = number::cve(&text[start..stop]).ok()?;
    Some(hit(start, stop, canonical))
}

/// `ASN: 64500` and `ASN 64500`; `ASN: AS64500` is found by the second word.
fn labelled_asn(text: &str, start: usize, end: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    let gap = bytes[end..]
        .iter()
        .take(3)
        .take_while(|b| matches!(b, b':' | b' '))
        .count();
    let digits = bytes[end + gap..]
        .iter()
        .take(11)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let stop = end + gap + digits;
    if gap == 0
        || digits < 3
        || bytes.get(stop).is_some_and(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'.' | b'-') && bytes.get(stop + 1).is_some_and(u8::is_ascii_digit)
        })
    {
        return None;
    }
    let canonical = number::asn(&text[end + gap..stop]).ok()?;
    Some(hit(start, stop, canonical))
}

/// `AS64500` in capitals. In a text with a space before "as" lower case would be a typing error.
fn asn_digits(span: &str) -> bool {
    let digits = span
        .strip_prefix("ASN")
        .or_else(|| span.strip_prefix("AS"))
        .unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// Numbers that MITRE has given: T1001 and on for enterprise and mobile, T08xx for ICS.
fn is_technique(bytes: &[u8]) -> bool {
    matches!(bytes, [b'T', b'1', ..] | [b'T', b'0', b'8', ..])
        && bytes[1..].iter().all(u8::is_ascii_digit)
        && bytes != b"T1000"
}

/// A sub-technique: a chain of exactly its two labels.
fn technique(text: &str, chain: &Chain) -> Option<Hit> {
    let mut spans = chain.spans();
    let ((start, end), (_, stop)) = (spans.next()?, spans.next()?);
    let head = &text.as_bytes()[start..end];
    if head.len() != 5 || !is_technique(head) {
        return None;
    }
    match number::technique(&text[start..stop]) {
        Ok(canonical) => Some(hit(start, stop, canonical)),
        // "T1059.Next" is a full stop without a space.
        Err(_) => Some(hit(start, end, number::technique(&text[start..end]).ok()?)),
    }
}

/// `aabb.ccdd.eeff` with at least one letter.
fn cisco_mac(text: &str, chain: &Chain) -> Option<Hit> {
    let span = text.get(chain.start()..chain.end())?;
    if chain.labels() != 3
        || span.len() != 14
        || !span.bytes().any(|b| b.is_ascii_alphabetic())
        || !span.bytes().any(|b| b.is_ascii_digit())
    {
        return None;
    }
    Some(hit(chain.start(), chain.end(), number::mac(span).ok()?))
}

fn mixed_case(bytes: &[u8]) -> bool {
    bytes.iter().any(u8::is_ascii_lowercase) && bytes.iter().any(u8::is_ascii_uppercase)
}

/// Whether a character goes on with a word of letters and digits.
pub(super) fn continues(c: char) -> bool {
    c.is_alphanumeric() && !spaceless(c)
}
