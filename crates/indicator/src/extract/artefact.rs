//! Traces on a host in free text: registry keys, mutexes, user agents.

use super::{Confidence, Hit};
use crate::canonical::{Canonical, registry};
use crate::observable::trim;
use crate::{Kind, Observable};

/// Longest value that is read.
const LONGEST: usize = 1_024;

/// Reads what a word is the beginning of.
pub(super) fn read(text: &str, start: usize, end: usize) -> Option<Hit> {
    if !matches!(
        text.as_bytes()[start],
        b'M' | b'm' | b'G' | b'L' | b'H' | b'h'
    ) {
        return None;
    }
    let word = &text[start..end];
    let next = text.as_bytes().get(end).copied();
    let (stop, canonical) = match (word, next) {
        ("Mozilla", Some(b'/')) => user_agent(text, start)?,
        ("Global" | "Local", Some(b'\\')) => named_object(text, start, end)?,
        _ if is_hive(word) && matches!(next, Some(b'\\' | b':')) => registry_key(text, start)?,
        _ if word.eq_ignore_ascii_case("mutex") => return labelled_mutex(text, end),
        _ => return None,
    };
    // A value that was cut out of a text must still be one that anybody may write.
    Observable::parse(canonical.kind, &canonical.value)
        .ok()
        .filter(|one| one.value() == canonical.value)?;
    Some(Hit {
        start,
        end: stop,
        canonical,
        confidence: Confidence::Bare,
    })
}

fn is_hive(word: &str) -> bool {
    word.len() >= 3 && word.as_bytes()[..2].eq_ignore_ascii_case(b"hk")
}

/// A user agent runs to the quote that closes it, or over products and comments one after another.
fn user_agent(text: &str, start: usize) -> Option<(usize, Canonical)> {
    let limit = text.floor_char_boundary((start + LONGEST).min(text.len()));
    let line = &text[start..limit];
    let line = &line[..line.find(['\n', '\r', '\t', '|']).unwrap_or(line.len())];
    let quote = text[..start]
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\'' | '`'));
    let len = match quote.and_then(|quote| line.find(quote)) {
        Some(len) => len,
        None => products(line),
    };
    let value = line[..len].trim_end();
    let value = value.strip_suffix('\\').unwrap_or(value).trim_end();
    // A bare "Mozilla/5.0" says nothing.
    let complete = value.contains('(') && value.contains(')');
    complete.then(|| {
        (
            start + value.len(),
            Canonical::new(Kind::UserAgent, value.to_owned()),
        )
    })
}

/// The length of `Product/1.0 (comment) Product/2.0 …`.
fn products(line: &str) -> usize {
    let bytes = line.as_bytes();
    let mut end = 0;
    loop {
        let at = if end == 0 { 0 } else { end + 1 };
        if end > 0 && bytes.get(end) != Some(&b' ') {
            return end;
        }
        let rest = &line[at..];
        let len = if rest.starts_with('(') {
            let Some(close) = comment(rest) else {
                return end;
            };
            close
        } else {
            let word = rest
                .find([' ', '(', '"', ',', '、', '。', '」'])
                .unwrap_or(rest.len());
            let known = ["like", "Gecko", "Mobile", "Version", "Tablet"].contains(&&rest[..word]);
            let product = rest[..word].split_once('/').is_some_and(|(name, version)| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
                    && version.bytes().next().is_some_and(|b| b.is_ascii_digit())
            });
            if !known && !product {
                return end;
            }
            let word = &rest[..word];
            word.trim_end_matches(['.', ';', ':']).len()
        };
        end = at + len;
    }
}

/// The length of a comment in brackets, which may hold others.
fn comment(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// `Global\name` and `Local\name`.
fn named_object(text: &str, start: usize, end: usize) -> Option<(usize, Canonical)> {
    let rest = &text[end + 1..];
    let doubled = usize::from(rest.starts_with('\\'));
    let len = word_len(&rest[doubled..]);
    if len < 2 || text[..start].ends_with(['\\', '/', '%']) {
        return None;
    }
    let stop = end + 1 + doubled + len;
    let name = format!("{}\\{}", &text[start..end], &rest[doubled..doubled + len]);
    Some((stop, Canonical::new(Kind::Mutex, name)))
}

/// What stands between the word and the name, and where the name begins.
fn separator(rest: &str) -> Option<(usize, &'static str)> {
    if [" \"", " '", " `", "「", " “"]
        .iter()
        .any(|quoted| rest.starts_with(quoted))
    {
        return Some((usize::from(rest.starts_with(' ')), ""));
    }
    let gap = rest.bytes().take(4);
    let at = gap
        .take_while(|b| matches!(b, b' ' | b'"' | b'\'' | b')' | b'*'))
        .count();
    [
        "named ", "name: ", "name ", "called ", ": ", ":", "= ", "=", "| ",
    ]
    .into_iter()
    .find(|separator| rest[at..].starts_with(separator))
    .map(|separator| (at + separator.len(), separator))
}

/// `Mutex: name`, `mutex = "name"`, `mutex named "name"`, `mutex "name"`.
fn labelled_mutex(text: &str, end: usize) -> Option<Hit> {
    let rest = &text[end..];
    let (mut at, separator) = separator(rest)?;
    let gap = rest[at..]
        .bytes()
        .take(3)
        .take_while(|b| *b == b' ')
        .count();
    at += gap;
    let quote = rest[at..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`' | '「' | '“'));
    let (begin, len) = match quote {
        Some(quote) => {
            let close = match quote {
                '「' => '」',
                '“' => '”',
                other => other,
            };
            let begin = at + quote.len_utf8();
            let line = &rest[begin..rest.floor_char_boundary((begin + 256).min(rest.len()))];
            (
                begin,
                line.find(close)
                    .filter(|len| !line[..*len].contains('\n'))?,
            )
        }
        None => (at, word_len(&rest[at..])),
    };
    let value = &rest[begin..begin + len];
    // Without quotes a plain word is prose: "mutex named after".
    let plain = quote.is_none()
        && !separator.contains([':', '='])
        && value.bytes().all(|b| b.is_ascii_lowercase());
    if trim(value).is_empty() || value.chars().any(char::is_control) || plain {
        return None;
    }
    let canonical = Canonical::new(Kind::Mutex, trim(value).to_owned());
    Some(Hit {
        start: end + begin,
        end: end + begin + len,
        canonical,
        confidence: Confidence::Bare,
    })
    .map(|hit| trimmed(text, hit))
}

/// The place without the white space that the value does not have.
fn trimmed(text: &str, hit: Hit) -> Hit {
    let span = &text[hit.start..hit.end];
    let value = trim(span);
    let start = hit.start + span.find(value).unwrap_or(0);
    Hit {
        start,
        end: start + value.len(),
        ..hit
    }
}

/// The length of a name without spaces and quotes, and without the punctuation of the sentence.
fn word_len(text: &str) -> usize {
    let limit = text.floor_char_boundary(256.min(text.len()));
    let word = &text[..limit];
    let len = word
        .find(|c: char| {
            c.is_whitespace()
                || c.is_control()
                || matches!(
                    c,
                    '"' | '\'' | '`' | ',' | ';' | '<' | '>' | '|' | '、' | '。' | '」' | '”'
                )
        })
        .unwrap_or(word.len());
    let word = &word[..ends_in_prose(&word[..len])];
    let open = word.contains('(');
    word.trim_end_matches(|c: char| matches!(c, '.' | ':' | '!' | '?' | '*') || c == ')' && !open)
        .len()
}

/// A key below a hive. A space may stand inside a component, but not in the last one unless quotes
/// close it: nobody could tell where the key ends.
fn registry_key(text: &str, start: usize) -> Option<(usize, Canonical)> {
    let limit = text.floor_char_boundary((start + LONGEST).min(text.len()));
    let line = &text[start..limit];
    let line = &line[..line.find(['\n', '\r', '\t']).unwrap_or(line.len())];
    registry::hive(line)?;
    let quote = text[..start]
        .chars()
        .next_back()
        .filter(|c| matches!(c, '"' | '\'' | '`'));
    let len = match quote.and_then(|quote| line.find(quote)) {
        Some(len) => len,
        None => key_len(line),
    };
    let value = line[..len].trim_end_matches(['\\', ' ', '.', ',', ':', ';']);
    let canonical = registry::parse(value).ok()?;
    Some((start + value.len(), canonical))
}

fn key_len(line: &str) -> usize {
    let mut end = line.find('\\').unwrap_or(line.len());
    while line[end..].starts_with('\\') {
        let slashes = line[end..].bytes().take_while(|b| *b == b'\\').count();
        let begin = end + slashes;
        let rest = &line[begin..];
        let component = rest
            .find(|c: char| {
                matches!(
                    c,
                    '\\' | '"'
                        | '\''
                        | '<'
                        | '>'
                        | '|'
                        | ','
                        | ';'
                        | '`'
                        | '、'
                        | '。'
                        | '」'
                        | ']'
                ) || c.is_control()
            })
            .unwrap_or(rest.len());
        let first_gap = rest[..component].find([' ', '\u{3000}', '(', ')']);
        match first_gap {
            Some(gap) if !(rest[component..].starts_with('\\') && titled(&rest[..component])) => {
                return if gap == 0 {
                    end
                } else {
                    begin + ends_in_prose(&rest[..gap])
                };
            }
            _ if component == 0 => return end,
            _ if rest[component..].starts_with('\\') => end = begin + component,
            _ => return begin + ends_in_prose(&rest[..component]),
        }
    }
    end
}

/// "Windows NT", "Image File Execution Options": words with capitals and no hive among them.
fn titled(component: &str) -> bool {
    component.split(' ').count() <= 5
        && component.split(' ').all(|word| {
            word.bytes()
                .next()
                .is_some_and(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
                && !is_hive(word)
        })
}

/// Japanese goes on right behind a name.
fn ends_in_prose(last: &str) -> usize {
    match last
        .char_indices()
        .find(|(_, c)| crate::prose::spaceless(*c))
    {
        Some((at, _)) if at > 0 => at,
        _ => last.len(),
    }
}
