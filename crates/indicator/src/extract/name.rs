//! Names in free text, and all that merely looks like one: files, code, sentences without a space.

use super::chain::Chain;
use super::{Confidence, Hit, link, token};
use crate::canonical::{Canonical, address, domain};
use crate::refang::mark::narrow;
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

/// Whether the word in front of a backslash follows a backslash or a drive itself.
fn in_windows_path(text: &str, backslash: usize) -> bool {
    text[..backslash]
        .bytes()
        .rev()
        .take(64)
        .find(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ')))
        .is_some_and(|b| matches!(b, b'\\' | b':' | b'%'))
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
    if !defanged && !is_believable(text, start, end, live, tld) {
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

/// Whether a name that nobody defanged is one, and not code, a file or a sentence without a space.
fn is_believable(text: &str, start: usize, end: usize, live: &str, tld: &str) -> bool {
    let bytes = text.as_bytes();
    let labels: Vec<&str> = live.split('.').collect();
    let (Some(&first), Some(&last), Some(&second_level)) =
        (labels.first(), labels.last(), labels.get(labels.len() - 2))
    else {
        return false;
    };
    let edges = |label: &&str| label.starts_with('-') || label.ends_with('-');
    if labels.iter().any(edges) || second_level.contains('_') || last.contains('_') {
        return false;
    }
    if !case_fits(&labels) || is_attachment(live) {
        return false;
    }
    let host_like = || labels.len() > 2 && is_host_word(first);
    let looks_odd = looks_like_file(&labels, tld) || looks_like_code(&labels, tld);
    if looks_odd && !host_like() || is_measure(&labels, tld) {
        return false;
    }
    let before = text[..start].chars().next_back().map(narrow);
    match before {
        Some('@' | '$') => return false,
        Some('/' | '\\') => {
            let glue = bytes[..start - 1].last().copied();
            let twice = glue == bytes.get(start - 1).copied();
            let escape = bytes[start - 1] != b'/' && bytes[start - 1] != b'\\';
            if !twice
                && !escape
                && glue.is_some_and(|b| {
                    b.is_ascii_alphanumeric()
                        || matches!(b, b'.' | b':' | b'_' | b'-' | b'~' | b'%' | b'*' | b'}')
                })
            {
                return false;
            }
        }
        _ => {}
    }
    let rest = &bytes[end..];
    !(rest.starts_with(b"()")
        || rest.starts_with(b"(\"")
        || rest.starts_with(b"('")
        || rest.starts_with(b"@"))
}

/// Capitals say what a chain is: `reported.In`, `System.IO` and `ASP.NET` are no names, `EVIL.COM` is.
fn case_fits(labels: &[&str]) -> bool {
    let Some((last, rest)) = labels.split_last() else {
        return false;
    };
    let upper = |label: &str| label.bytes().any(|b| b.is_ascii_uppercase());
    let lower = |label: &str| label.bytes().any(|b| b.is_ascii_lowercase());
    if !upper(last) {
        return true;
    }
    if lower(last) || *last == "NET" && rest.len() == 1 {
        return false;
    }
    !rest.iter().any(|label| lower(label))
}

/// Where a network keeps the pictures of a post.
fn is_attachment(live: &str) -> bool {
    matches!(live, "pic.twitter.com" | "pic.x.com" | "t.co")
}

/// The first label of many hosts; nothing else in a text begins like this.
fn is_host_word(first: &str) -> bool {
    matches!(
        first,
        "www"
            | "mail"
            | "smtp"
            | "imap"
            | "pop"
            | "ftp"
            | "ns1"
            | "ns2"
            | "api"
            | "cdn"
            | "login"
            | "blog"
            | "shop"
            | "vpn"
            | "m"
            | "web"
            | "static"
            | "img"
            | "images"
            | "update"
            | "updates"
            | "download"
            | "secure"
            | "portal"
            | "webmail"
            | "remote"
            | "support"
            | "account"
            | "accounts"
    )
}

/// Top-level domains that are extensions of source code and archives.
fn looks_like_file(labels: &[&str], tld: &str) -> bool {
    match tld {
        "zip" | "mov" | "py" | "rs" | "sh" | "md" | "so" | "ps" | "cab" | "java" => {
            labels.len() == 2
                || matches!(tld, "zip" | "mov" | "py" | "rs" | "md" | "cab" | "java")
                || labels.iter().any(|label| among(FILE_PARTS, label))
        }
        // Poland and macOS programs: only what is written like a file.
        "pl" | "app" | "pm" | "mk" | "in" | "am" | "ac" | "cc" | "ml" | "vi" | "st" | "name"
        | "pub" | "do" | "tf" | "hs" | "ai" => {
            let first = labels.first().copied().unwrap_or_default();
            labels.len() == 2
                && (among(FILE_STEMS, first)
                    || first.contains('_')
                    || tld == "app" && first.bytes().next().is_some_and(|b| b.is_ascii_uppercase()))
                || tld == "name"
        }
        _ => false,
    }
}

/// Whether a sorted list has a word.
fn among(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

/// Parts of file names with more than one dot.
const FILE_PARTS: &[&str] = &[
    "0", "1", "build", "conf", "config", "d", "index", "install", "lib", "linux", "main", "min",
    "setup", "spec", "src", "tar", "test", "tests",
];

/// Files whose extensions are top-level domains of living countries.
const FILE_STEMS: &[&str] = &[
    "Makefile",
    "README",
    "backdoor",
    "build",
    "check",
    "client",
    "common",
    "config",
    "configure",
    "deploy",
    "dune",
    "exploit",
    "icon",
    "id_ecdsa",
    "id_ed25519",
    "id_rsa",
    "index",
    "install",
    "key",
    "lexer",
    "login",
    "logo",
    "main",
    "makefile",
    "outputs",
    "parse",
    "parser",
    "providers",
    "public",
    "readme",
    "reverse",
    "run",
    "scan",
    "script",
    "search",
    "server",
    "setup",
    "shell",
    "test",
    "update",
    "util",
    "utils",
    "variables",
];

/// Fields and calls of programs whose last word is a top-level domain.
fn looks_like_code(labels: &[&str], tld: &str) -> bool {
    let first = labels.first().copied().unwrap_or_default();
    if matches!(
        first,
        "com"
            | "org"
            | "java"
            | "javax"
            | "android"
            | "androidx"
            | "self"
            | "this"
            | "os"
            | "sys"
            | "window"
            | "document"
            | "console"
            | "System"
            | "Microsoft"
            | "kotlin"
            | "scala"
            | "dalvik"
    ) {
        return true;
    }
    if labels.len() > 2
        && matches!(
            (first, labels[1]),
            ("jp" | "uk" | "kr", "co" | "ne" | "or" | "ac")
                | ("io", "github" | "netty")
                | ("net", "minecraft")
                | ("edu", _)
                | ("gov", _)
        )
    {
        return true;
    }
    let camel = labels.iter().any(|label| {
        let bytes = label.as_bytes();
        bytes
            .windows(2)
            .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    });
    if camel && among(CODE_TLDS, tld) {
        return true;
    }
    among(CODE_TLDS, tld)
        && labels[..labels.len() - 1]
            .iter()
            .all(|label| among(CODE_STEMS, label))
}

/// Top-level domains that are names of fields and methods.
const CODE_TLDS: &[&str] = &[
    "app",
    "as",
    "at",
    "audio",
    "bar",
    "bot",
    "box",
    "call",
    "cat",
    "cfd",
    "channel",
    "click",
    "country",
    "data",
    "date",
    "do",
    "domains",
    "email",
    "events",
    "foo",
    "global",
    "group",
    "hash",
    "host",
    "id",
    "in",
    "info",
    "int",
    "ip",
    "is",
    "link",
    "locker",
    "map",
    "me",
    "media",
    "my",
    "name",
    "network",
    "new",
    "next",
    "now",
    "one",
    "open",
    "page",
    "parts",
    "play",
    "post",
    "properties",
    "pub",
    "report",
    "run",
    "search",
    "security",
    "select",
    "services",
    "show",
    "site",
    "size",
    "software",
    "style",
    "support",
    "systems",
    "target",
    "to",
    "tools",
    "total",
    "type",
    "version",
    "video",
    "work",
    "works",
    "zip",
    "zone",
];

/// Names of variables and modules.
const CODE_STEMS: &[&str] = &[
    "account",
    "actor",
    "agent",
    "alert",
    "app",
    "args",
    "array",
    "asyncio",
    "client",
    "client_ip",
    "cloud",
    "config",
    "container",
    "context",
    "ctx",
    "current",
    "customer",
    "data",
    "db",
    "destination",
    "device",
    "df",
    "dict",
    "dns",
    "e",
    "el",
    "element",
    "entry",
    "event",
    "events",
    "exports",
    "field",
    "fields",
    "file",
    "form",
    "fs",
    "group",
    "host",
    "http",
    "https",
    "i",
    "input",
    "it",
    "item",
    "items",
    "job",
    "json",
    "key",
    "list",
    "log",
    "logger",
    "math",
    "message",
    "model",
    "module",
    "msg",
    "net",
    "node",
    "np",
    "obj",
    "object",
    "observer",
    "options",
    "opts",
    "organization",
    "output",
    "package",
    "params",
    "path",
    "pd",
    "person",
    "plugin",
    "process",
    "props",
    "query",
    "question",
    "record",
    "registry",
    "req",
    "request",
    "res",
    "response",
    "result",
    "results",
    "row",
    "rule",
    "s",
    "script",
    "server",
    "service",
    "session",
    "settings",
    "socket",
    "source",
    "state",
    "std",
    "store",
    "str",
    "string",
    "subprocess",
    "t",
    "target",
    "task",
    "thread",
    "threat",
    "torch",
    "url",
    "user",
    "users",
    "value",
    "view",
    "winlog",
    "x",
];

/// `10.am` and `5.cm` are times and measures.
fn is_measure(labels: &[&str], tld: &str) -> bool {
    let numeric = labels[..labels.len() - 1]
        .iter()
        .all(|label| label.bytes().all(|b| b.is_ascii_digit()));
    numeric
        && matches!(
            tld,
            "am" | "pm"
                | "cm"
                | "mg"
                | "mm"
                | "ms"
                | "kg"
                | "ml"
                | "gd"
                | "sc"
                | "st"
                | "th"
                | "in"
                | "is"
                | "to"
                | "at"
                | "as"
                | "si"
                | "py"
        )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [FILE_PARTS, FILE_STEMS, CODE_TLDS, CODE_STEMS] {
            assert!(list.is_sorted());
        }
    }
}
