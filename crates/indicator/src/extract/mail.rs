//! E-mail addresses in free text.

use super::chain::Chain;
use super::scan::Step;
use super::{Confidence, Hit, link};
use crate::canonical::email;
use crate::refang::mark::{self, Mark};

/// Longest local part that is looked for in front of the sign.
const LONGEST_LOCAL: usize = 64;

/// Words in front of "at" that say where something is, not whose mail it is.
const PLACES: &[&str] = &[
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "look",
    "looking",
    "visit",
    "domain",
    "domains",
    "site",
    "server",
    "servers",
    "page",
    "c2",
    "available",
    "back",
    "up",
    "out",
    "only",
    "also",
    "url",
    "website",
    "host",
    "infrastructure",
    "data",
    "traffic",
    "arrived",
    "one",
];

/// Reads the address whose sign stands right behind a chain of labels.
pub(super) fn read(text: &str, chain: &Chain, floor: usize) -> Option<Step> {
    let sign_at = chain.end();
    let sign = sign(text, sign_at, chain)?;
    let domain_at = sign_at + sign.len;
    let mut domain = Chain::default();
    domain.read(text, domain_at);
    let skip = Some(Step::Skip(sign_at));
    if domain.labels() < 2 || domain.overlong() || chain.overlong() {
        return skip;
    }
    while !link::real_tld(domain.live()) {
        if !domain.cut_at_doubtful_dot() || domain.labels() < 2 {
            return skip;
        }
    }
    let spaced_word = sign.defanged
        && text[sign_at..].starts_with(' ')
        && !text[sign_at + 1..].starts_with(['[', '(', '{', '<']);
    if spaced_word && (!domain.defanged() || names_a_place(chain.live())) {
        return skip;
    }
    let start = local_start(text, chain.start(), floor);
    // A handle such as @user@host.example, and the end of something else.
    if text[..start].ends_with(['@', '/', ':'])
        && !text[..start].ends_with("mailto:")
        && !preceded_by_space_label(text, start)
    {
        return Some(Step::Skip(domain.end()));
    }
    // git@host:path names a repository.
    if text[start..].starts_with("git@") && text[domain.end()..].starts_with(':') {
        return Some(Step::Skip(domain.end()));
    }
    let end = trimmed_end(text, &domain);
    let canonical = match email::parse(&text[start..end]) {
        Ok(canonical) => canonical,
        Err(_) => return skip,
    };
    let defanged = sign.defanged || chain.defanged() || domain.defanged();
    let confidence = if defanged {
        Confidence::Defanged
    } else {
        Confidence::Bare
    };
    Some(Step::Found(Hit {
        start,
        end,
        canonical,
        confidence,
    }))
}

/// `@` in any spelling, ` at ` only behind a single word.
fn sign(text: &str, at: usize, chain: &Chain) -> Option<Mark> {
    match *text.as_bytes().get(at)? {
        b'@' | b'[' | b'(' | b'{' | b'<' | 0x80.. => mark::at_sign(text, at).map(|mark| {
            let gap =
                usize::from(mark.defanged && text.as_bytes().get(at + mark.len) == Some(&b' '));
            Mark {
                len: mark.len + gap,
                ..mark
            }
        }),
        b' ' => {
            let word = mark::spaced_word(text, at, "at").filter(|_| chain.labels() <= 3);
            word.map(|len| Mark {
                len,
                defanged: true,
            })
            .or_else(|| {
                mark::spaced(text, at, mark::at_sign)
                    .filter(|mark| mark.defanged && text.as_bytes().get(at + 1) != Some(&b'@'))
            })
        }
        _ => None,
    }
}

fn names_a_place(live: &str) -> bool {
    let live = live.to_ascii_lowercase();
    live.contains('.') && link::real_tld(&live)
        || live.ends_with("ed")
        || live.ends_with("ing")
        || PLACES.contains(&live.as_str())
}

/// The local part reaches back over characters that no label has, but not over what was found.
fn local_start(text: &str, from: usize, floor: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = from;
    while start > floor && from - start < LONGEST_LOCAL {
        match bytes[start - 1] {
            b if b.is_ascii_alphanumeric()
                || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'=' | b'&') =>
            {
                start -= 1
            }
            _ => break,
        }
    }
    let leading = text[start..from]
        .bytes()
        .take_while(|b| !b.is_ascii_alphanumeric() && *b != b'_')
        .count();
    let start = start + leading;
    // key=value and a=b&c=user@… belong to the text around, but bounce+who=where@… does not.
    let local = &text[start..from];
    match local
        .rfind(['=', '&'])
        .filter(|at| !local[..*at].contains('+'))
    {
        Some(at) => start + at + 1,
        None => start,
    }
}

/// "E-mail:user@…" ends a label of the text, not a scheme.
fn preceded_by_space_label(text: &str, start: usize) -> bool {
    text[..start].ends_with(':') && !text[..start].ends_with("::")
}

/// Without hyphens and underscores at the end, which are Markdown.
fn trimmed_end(text: &str, domain: &Chain) -> usize {
    let (start, end) = (domain.start(), domain.end());
    start + text[start..end].trim_end_matches(['-', '_']).len()
}
