//! Whether a name that nobody defanged is meant as one. So much merely looks like a name: files, code,
//! measures, sentences without a space.

use crate::refang::mark::narrow;

/// Labels that are looked at; of longer names the first ones and the last.
const LOOKED_AT: usize = 16;

/// Whether the text between two offsets, a valid name under a real top-level domain, is one.
pub(super) fn is_name(text: &str, start: usize, end: usize, live: &str, tld: &str) -> bool {
    let mut buffer = [""; LOOKED_AT];
    let labels = split(live, &mut buffer);
    let (&[first, ..], &[.., second_level, last]) = (labels, labels) else {
        return false;
    };
    let edges = |label: &&str| label.starts_with('-') || label.ends_with('-');
    if labels.iter().any(edges) || second_level.contains('_') || last.contains('_') {
        return false;
    }
    if !case_fits(labels) || is_attachment(live) {
        return false;
    }
    let looks_odd = looks_like_file(labels, tld) || looks_like_code(labels, tld);
    let host_like = || labels.len() > 2 && is_host_word(first);
    let fits = !looks_odd || host_like();
    fits && !is_measure(labels, tld) && stands_free(text, start, end)
}

fn split<'a, 'b>(live: &'a str, buffer: &'b mut [&'a str; LOOKED_AT]) -> &'b [&'a str] {
    let mut count = 0;
    for label in live.split('.') {
        let place = count.min(LOOKED_AT - 1);
        buffer[place] = label;
        count = place + 1;
    }
    &buffer[..count]
}

/// Whether neither a path, a handle nor a variable goes on into the name, and no call follows it.
fn stands_free(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    match before.map(narrow) {
        Some('@' | '$') => return false,
        Some('/' | '\\') if before.is_some_and(|c| c.is_ascii()) => {
            let earlier = text.as_bytes()[..start - 1].last().copied();
            let doubled = earlier == text.as_bytes().get(start - 1).copied();
            let path = |b: u8| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'.' | b':' | b'_' | b'-' | b'~' | b'%' | b'*' | b'}')
            };
            if !doubled && earlier.is_some_and(path) {
                return false;
            }
        }
        _ => {}
    }
    let rest = &text.as_bytes()[end..];
    !["()", "(\"", "('", "@"]
        .iter()
        .any(|call| rest.starts_with(call.as_bytes()))
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
    if !among(CODE_TLDS, tld) {
        return false;
    }
    let camel = labels.iter().any(|label| {
        let bytes = label.as_bytes();
        bytes
            .windows(2)
            .any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
    });
    camel
        || labels[..labels.len() - 1]
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
    let unit = matches!(
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
    );
    unit && labels[..labels.len() - 1]
        .iter()
        .all(|label| label.bytes().all(|b| b.is_ascii_digit()))
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
