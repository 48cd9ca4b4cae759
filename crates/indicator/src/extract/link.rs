//! URLs in free text: where they end.

use super::chain::{Chain, Mode};
use super::scan::Step;
use super::{Confidence, Hit};
use crate::canonical::{address, domain, url};
use crate::prose::spaceless;
use crate::refang::{mark, scheme};
use crate::{Kind, suffix};

/// Longest tail that is read.
const LONGEST: usize = 8_192;
/// How far behind a script without spaces the closing quote is looked for.
const AHEAD: usize = 256;

/// Hosts that a social network puts in for attachments and links; live, they are no indicators.
const WRAPPERS: &[&str] = &["t.co"];

/// Reads the URL that begins with a scheme.
pub(super) fn read(
    text: &str,
    start: usize,
    head: scheme::Head,
    chain: &mut Chain,
) -> Option<Step> {
    let begin = start + head.len;
    let user_end = user(text, begin);
    let (host_end, defanged_host) = host(text, user_end, head, chain)?;
    let (end, defanged_port) = port(text, host_end);
    let end = tail(text, start, end, head);
    let defanged = head.defanged || defanged_host || defanged_port;
    let canonical = url::parse(&text[start..end]).ok()?;
    if canonical.value.len() > LONGEST {
        return Some(Step::Skip(end));
    }
    let wrapped = || {
        WRAPPERS
            .iter()
            .any(|host| canonical.value.split('/').nth(2) == Some(host))
    };
    if !defanged && wrapped() {
        return Some(Step::Skip(end));
    }
    let confidence = if defanged {
        Confidence::Defanged
    } else {
        Confidence::Scheme
    };
    Some(Step::Found(Hit {
        start,
        end,
        canonical,
        confidence,
    }))
}

/// Where the host begins: behind `user:password@`, if that is there.
fn user(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    for (offset, byte) in bytes.iter().enumerate().skip(at).take(256) {
        match byte {
            b'@' => {
                let bracketed = bytes
                    .get(offset + 1)
                    .is_some_and(|b| matches!(b, b']' | b')' | b'}'));
                return offset + 1 + usize::from(bracketed);
            }
            b'/'
            | b'?'
            | b'#'
            | b'"'
            | b'\''
            | b'<'
            | b'>'
            | b'\\'
            | b','
            | b'|'
            | 0..=b' '
            | 0x7f
            | 0x80.. => return at,
            _ => {}
        }
    }
    at
}

/// The end of the host, and whether it is defanged. Its top-level domain must be real.
fn host(text: &str, at: usize, head: scheme::Head, chain: &mut Chain) -> Option<(usize, bool)> {
    let bytes = text.as_bytes();
    if bytes.get(at) == Some(&b'[') {
        let close = bytes.get(at..)?.iter().take(80).position(|b| *b == b']')?;
        address::ipv6_text(text.get(at + 1..at + close)?)?;
        return Some((at + close + 1, false));
    }
    let mode = if head.spaced {
        Mode::SpacedUrl
    } else {
        Mode::Url
    };
    chain.read_as(text, at, mode);
    if chain.labels() == 0 || chain.overlong() {
        return None;
    }
    loop {
        if address::any_ipv4(chain.live()).is_some() || chain.labels() > 1 && fit_tld(text, chain) {
            return Some((chain.end(), chain.defanged()));
        }
        if !chain.cut_at_doubtful_dot() {
            return None;
        }
    }
}

/// Whether a chain ends in a real top-level domain, perhaps after the last label lost what a text
/// without spaces wrote right behind it.
fn fit_tld(text: &str, chain: &mut Chain) -> bool {
    if real_tld(chain.live()) {
        return true;
    }
    let last = &text[chain.last_start()..chain.end()];
    if last.is_ascii() || !chain.live().ends_with(last) {
        return false;
    }
    let ascii = last.bytes().take_while(u8::is_ascii).count();
    let candidates = last
        .char_indices()
        .take(24)
        .map(|(at, c)| at + c.len_utf8())
        .collect::<Vec<_>>();
    let fits = |end: &usize| {
        let label = &last[..*end];
        !label.is_ascii() && real_tld(&format!("a.{label}"))
            || *end == ascii && suffix::is_tld(&label.to_ascii_lowercase())
    };
    match candidates.iter().rev().find(|end| fits(end)) {
        Some(end) => {
            chain.cut_last(*end);
            true
        }
        None => false,
    }
}

/// Whether a live name is one and ends in a real top-level domain.
pub(super) fn real_tld(live: &str) -> bool {
    if domain::is_canonical(live.as_bytes()) {
        return live.rsplit('.').next().is_some_and(suffix::is_tld);
    }
    domain::name(live).is_ok_and(|name| name.value.rsplit('.').next().is_some_and(suffix::is_tld))
}

/// The end of `:port`, if one stands there.
pub(super) fn port(text: &str, at: usize) -> (usize, bool) {
    let Some(colon) = mark::colon(text, at) else {
        return (at, false);
    };
    let digits = at + colon.len;
    let count = text.as_bytes()[digits..]
        .iter()
        .take(6)
        .take_while(|b| b.is_ascii_digit())
        .count();
    let end = digits + count;
    let behind = text.as_bytes().get(end);
    let glued = behind.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let fraction =
        behind == Some(&b'.') && text.as_bytes().get(end + 1).is_some_and(u8::is_ascii_digit);
    if glued || fraction || crate::canonical::port(&text[digits..end]).is_none() {
        return (at, false);
    }
    (end, colon.defanged)
}

/// The end of the path, query and fragment behind the host.
fn tail(text: &str, start: usize, at: usize, head: scheme::Head) -> usize {
    let bytes = text.as_bytes();
    let gap = usize::from(
        head.spaced && bytes.get(at) == Some(&b' ') && bytes.get(at + 1) == Some(&b'/'),
    );
    let begin = at + gap;
    let first = match bytes.get(begin) {
        Some(b'/' | b'?' | b'#') => begin + 1,
        Some(b'\\') if head.escaped && bytes.get(begin + 1) == Some(&b'/') => begin + 2,
        Some(b'\\')
            if head.defanged && bytes.get(begin + 1).is_some_and(u8::is_ascii_alphanumeric) =>
        {
            begin + 1
        }
        Some(b'[' | b'(' | 0xef) => match mark::slash(text, begin) {
            Some(slash) => begin + slash.len,
            None => return at,
        },
        _ => return at,
    };
    let run = run(text, first, closing(text, start), comma(text, start), head);
    trim(text, start, first, run)
}

/// Where a comma ends the URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Comma {
    /// The URL stands behind a comma without quotes: the next comma ends the field.
    Ends,
    /// It begins a line, which may be a line of comma-separated values: a comma ends the path.
    EndsPath,
    /// In prose.
    Belongs,
}

fn comma(text: &str, start: usize) -> Comma {
    match text.as_bytes()[..start].last() {
        Some(b',') => Comma::Ends,
        Some(b'\n') | None => Comma::EndsPath,
        _ => Comma::Belongs,
    }
}

/// The quote that will close what opened right before the URL.
fn closing(text: &str, start: usize) -> Option<char> {
    match text[..start].chars().next_back()? {
        '"' => Some('"'),
        '\'' => Some('\''),
        '<' => Some('>'),
        '`' => Some('`'),
        '「' => Some('」'),
        '『' => Some('』'),
        '“' => Some('”'),
        _ => None,
    }
}

/// Reads on until something that cannot be part of a URL, or that the text around it wrote.
fn run(text: &str, first: usize, close: Option<char>, comma: Comma, head: scheme::Head) -> usize {
    let mut open = [0_u32; 3];
    let mut unspaced = None;
    let mut query = text[..first].ends_with('?');
    let mut at = first;
    while let Some(c) = text[at..].chars().next() {
        if at - first > LONGEST || unspaced.is_some_and(|from| at - from > AHEAD) {
            break;
        }
        if Some(c) == close {
            return at;
        }
        match c {
            '"' | '<' | '>' | '`' | '|' | '^' => break,
            '(' => open[0] += 1,
            '[' => open[1] += 1,
            '{' => open[2] += 1,
            ')' | ']' | '}' => {
                let depth = &mut open[match c {
                    ')' => 0,
                    ']' => 1,
                    _ => 2,
                }];
                if *depth == 0 {
                    break;
                }
                *depth -= 1;
            }
            '?' => query = true,
            ',' if comma == Comma::Ends || comma == Comma::EndsPath && !query => break,
            ',' | ';' if scheme::read(text, at + 1).is_some() => break,
            '&' if ["&lt;", "&gt;", "&quot;"]
                .iter()
                .any(|entity| text[at..].starts_with(entity)) =>
            {
                break;
            }
            '\\' if !backslash(text, at, query, head) => break,
            _ if c.is_ascii_graphic() => {}
            _ if c.is_ascii() || c.is_whitespace() => break,
            _ if !c.is_alphanumeric() => break,
            _ if spaceless(c) => unspaced = unspaced.or(Some(at)),
            _ => {}
        }
        at += c.len_utf8();
    }
    unspaced.unwrap_or(at)
}

/// Whether a backslash belongs to the URL: the escaped slash of JSON does, the escapes `\n` and `\"` of
/// a string around it do not.
fn backslash(text: &str, at: usize, query: bool, head: scheme::Head) -> bool {
    match text.as_bytes().get(at + 1) {
        Some(b'/') => head.escaped,
        Some(b'n' | b'r' | b't' | b'u' | b'"' | b'\'' | b'\\') | None => false,
        Some(next) => next.is_ascii_alphanumeric() && (query || head.defanged),
    }
}

/// Takes the punctuation of the sentence and the marks of Markdown off the end.
fn trim(text: &str, start: usize, first: usize, end: usize) -> usize {
    let emphasis = text[..start].ends_with(['*', '_', '~']);
    let mut end = end;
    while let Some(c) = text[first..end].chars().next_back() {
        let punctuation = matches!(
            c,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '\\' | '[' | '(' | '{'
        ) || emphasis && matches!(c, '_' | '~');
        if !punctuation {
            break;
        }
        end -= c.len_utf8();
    }
    end
}

/// A name with a path but without a scheme: somebody who defangs `evil[.]example/a` means a link.
pub(super) fn without_scheme(text: &str, start: usize, end: usize) -> Option<Hit> {
    let head = scheme::Head {
        defanged: true,
        ..scheme::read("http://", 0)?
    };
    let behind = text.as_bytes().get(end)?;
    let begins =
        *behind == b'/' || matches!(behind, b'[' | 0xef) && mark::slash(text, end).is_some();
    if !begins {
        return None;
    }
    let stop = tail(text, start, end, head);
    let canonical = url::parse(&text[start..stop]).ok()?;
    let path = canonical.value.splitn(4, '/').nth(3)?;
    let found = !path.is_empty() && canonical.kind == Kind::Url && canonical.value.len() <= LONGEST;
    found.then_some(Hit {
        start,
        end: stop,
        canonical,
        confidence: Confidence::Defanged,
    })
}
