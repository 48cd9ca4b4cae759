//! Hashes in free text.

use super::{Confidence, Hit};
use crate::Kind;
use crate::canonical::{Canonical, fuzzy, hash};

/// The hash that a run of letters and digits is, by its length. Digits alone are a number.
pub(super) fn hash(text: &str, start: usize, end: usize) -> Option<Canonical> {
    let span = &text[start..end];
    let kind = match span.len() {
        32 if is_imphash(text, start) => Kind::Imphash,
        32 => Kind::Md5,
        40 => Kind::Sha1,
        56 => Kind::Sha224,
        64 => Kind::Sha256,
        96 => Kind::Sha384,
        128 => Kind::Sha512,
        _ => return None,
    };
    if span.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    hash::hex(kind, span.len(), span).ok()
}

/// Whether the label in front says that the next hash is an import hash.
fn is_imphash(text: &str, start: usize) -> bool {
    let before = &text[text.floor_char_boundary(start.saturating_sub(24))..start];
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let ends = |word: &str| {
        before
            .len()
            .checked_sub(word.len())
            .is_some_and(|at| before.as_bytes()[at..].eq_ignore_ascii_case(word.as_bytes()))
    };
    ends("imphash") || ends("imp_hash") || ends("import hash") || ends("インポートハッシュ")
}

/// An ssdeep hash that begins with a number and a colon.
pub(super) fn ssdeep(text: &str, start: usize, end: usize) -> Option<Hit> {
    let bytes = text.as_bytes();
    if end - start > 10
        || bytes.get(end) != Some(&b':')
        || !bytes[start..end].iter().all(u8::is_ascii_digit)
    {
        return None;
    }
    let part = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        from + rest
            .iter()
            .take(65)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'+'))
            .count()
    };
    let first = part(end + 1);
    if bytes.get(first) != Some(&b':') || first - end < 7 {
        return None;
    }
    let second = part(first + 1);
    let letters = |from: usize, to: usize| bytes[from..to].iter().any(u8::is_ascii_alphabetic);
    if second - first < 4
        || bytes.get(second) == Some(&b':')
        || !letters(end, first)
        || !letters(first, second)
    {
        return None;
    }
    let canonical = fuzzy::ssdeep(&text[start..second]).ok()?;
    Some(Hit {
        start,
        end: second,
        canonical,
        confidence: Confidence::Bare,
    })
}
