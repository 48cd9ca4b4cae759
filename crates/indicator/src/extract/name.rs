//! Names and files in free text.

use super::chain::Chain;
use super::{Confidence, Hit, believable, link, token};
use crate::canonical::{Canonical, address, domain};
use crate::{Kind, suffix};

/// Reads the name, or the file, that a chain of two labels or more is.
pub(super) fn read(text: &str, chain: &Chain) -> Option<Hit> {
    if chain.overlong() {
        return None;
    }
    if let Some(hit) = odd_address(text, chain) {
        return Some(hit);
    }
    let trimmed = trim(text, chain);
    if let Some(hit) = plain_address(text, trimmed.as_ref().unwrap_or(chain), trimmed.is_some()) {
        return Some(hit);
    }
    let chain = trimmed.as_ref().unwrap_or(chain);
    domain_in(text, chain).or_else(|| file(text, chain))
}

/// Four octal or hexadecimal numbers, which only somebody with something to hide writes.
fn odd_address(text: &str, chain: &Chain) -> Option<Hit> {
    let live = chain.live();
    let odd = |part: &str| part.starts_with("0x") || part.len() == 4 && part.starts_with('0');
    if chain.labels() != 4 || !live.starts_with('0') || !live.split('.').all(odd) {
        return None;
    }
    let (v4, _) = address::any_ipv4(live)?;
    let (end, _) = link::port(text, chain.end());
    let canonical = Canonical::new(Kind::Ipv4, v4.to_string())
        .suspicious(true)
        .port(port(text, chain.end(), end));
    Some(Hit {
        start: chain.start(),
        end,
        canonical,
        confidence: confidence(chain),
    })
}

/// Four decimal numbers in full-width digits, or behind something that was trimmed.
fn plain_address(text: &str, chain: &Chain, trimmed: bool) -> Option<Hit> {
    address::dotted_quad(chain.live().as_bytes()).filter(|_| trimmed || chain.defanged())?;
    let (end, _) = link::port(text, chain.end());
    let canonical =
        Canonical::new(Kind::Ipv4, chain.live().to_owned()).port(port(text, chain.end(), end));
    Some(Hit {
        start: chain.start(),
        end,
        canonical,
        confidence: confidence(chain),
    })
}

fn confidence(chain: &Chain) -> Confidence {
    if chain.defanged() {
        Confidence::Defanged
    } else {
        Confidence::Bare
    }
}

fn port(text: &str, from: usize, to: usize) -> Option<u16> {
    crate::canonical::port(text[from..to].trim_start_matches(|c: char| !c.is_ascii_digit()))
}

/// Takes off what the text around glued to the first label: list hyphens, Markdown's underscores,
/// the second half of `\n` and of `%2F`.
fn trim(text: &str, chain: &Chain) -> Option<Chain> {
    let live = chain.live();
    let mut skip = live.len() - live.trim_start_matches('-').len();
    let before = text[..chain.start()].chars().next_back();
    if live.starts_with('_') && (live.ends_with('_') || before == Some('_')) {
        skip = live.len() - live.trim_start_matches('_').len();
    }
    match before {
        Some('\\')
            if live.starts_with(['n', 'r', 't']) && !in_windows_path(text, chain.start() - 1) =>
        {
            skip = 1
        }
        Some('%')
            if live
                .as_bytes()
                .get(..2)
                .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)) =>
        {
            skip = 2
        }
        _ => {}
    }
    let glued = live
        .as_bytes()
        .get(..skip)
        .filter(|glued| !glued.is_empty())?;
    let goes_on = live.as_bytes().get(skip).is_some_and(|b| *b != b'.');
    let same = text.as_bytes()[chain.start()..].starts_with(glued) && !glued.contains(&b'.');
    (same && goes_on && live.is_char_boundary(skip)).then(|| chain.skip_first(skip))
}

/// Whether a backslash is one of a path, which begins with a drive, a variable or a server.
fn in_windows_path(text: &str, backslash: usize) -> bool {
    let before = &text.as_bytes()[..backslash];
    let part =
        |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ' | b'\\');
    let len = before.iter().rev().take(64).take_while(part).count();
    let (outside, path) = before.split_at(before.len() - len);
    outside.ends_with(b":") && path.starts_with(b"\\")
        || outside.ends_with(b"%")
        || path.starts_with(b"\\\\")
}

fn domain_in(text: &str, chain: &Chain) -> Option<Hit> {
    if let Some(found) = real(text, chain) {
        return Some(found);
    }
    // "…はevil.example。Windowsでは…": the full stop ended the sentence.
    let mut shorter = chain.skip_first(0);
    while shorter.cut_at_doubtful_dot() && shorter.labels() > 1 {
        if let Some(found) = real(text, &shorter) {
            return Some(found);
        }
    }
    None
}

fn real(text: &str, chain: &Chain) -> Option<Hit> {
    let mut live = chain.live().trim_end_matches(['-', '_']);
    let mut start = chain.start();
    if ["e.g.", "i.e."]
        .iter()
        .any(|short| live.starts_with(short) && text[start..].starts_with(short))
    {
        start += 4;
        live = &live[4..];
    }
    if !live.contains('.') {
        return None;
    }
    let canonical = domain::name(live).ok()?;
    let tld = canonical.value.rsplit('.').next()?;
    if !suffix::is_tld(tld) {
        return None;
    }
    let end = start + text[start..chain.end()].trim_end_matches(['-', '_']).len();
    let behind = text[end..].chars().next();
    if behind.is_some_and(|c| token::continues(c) && end == chain.end()) {
        return None;
    }
    let defanged = chain.defanged();
    if !defanged && !believable::is_name(text, start, end, live, tld) {
        return None;
    }
    if defanged && let Some(hit) = link::without_scheme(text, start, link::port(text, end).0) {
        return Some(hit);
    }
    let (stop, odd_port) = link::port(text, end);
    let confidence = if defanged || odd_port {
        Confidence::Defanged
    } else {
        Confidence::Bare
    };
    let canonical = canonical.port(port(text, end, stop));
    Some(Hit {
        start,
        end: stop,
        canonical,
        confidence,
    })
}

/// A program, a script, or what carries them. The original spelling is the value.
fn file(text: &str, chain: &Chain) -> Option<Hit> {
    let (start, end) = (chain.start(), chain.end());
    let span = &text[start..end];
    let plain = !chain.defanged() && suffix::is_program(span) && !span.starts_with(['-', '_']);
    let hashed = chain
        .spans()
        .any(|(from, to)| to - from >= 32 && text[from..to].bytes().all(|b| b.is_ascii_hexdigit()));
    let behind = text[end..].chars().next();
    if !plain || hashed || behind.is_some_and(token::continues) || text[end..].starts_with('(') {
        return None;
    }
    let canonical = crate::canonical::words::filename(span).ok()?;
    Some(Hit {
        start,
        end,
        canonical,
        confidence: Confidence::Bare,
    })
}
