//! The beginning of a URL up to its host, in all the spellings that keep it from being clicked.

use super::mark::{self, narrow};

/// A URL scheme of which we know what its authority looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scheme {
    /// In lower case.
    pub(crate) name: &'static str,
    /// Left out of the canonical form.
    pub(crate) default_port: Option<u16>,
}

const SCHEMES: &[Scheme] = &[
    Scheme {
        name: "http",
        default_port: Some(80),
    },
    Scheme {
        name: "https",
        default_port: Some(443),
    },
    Scheme {
        name: "ftp",
        default_port: Some(21),
    },
    Scheme {
        name: "ftps",
        default_port: Some(990),
    },
    Scheme {
        name: "sftp",
        default_port: Some(22),
    },
    Scheme {
        name: "tcp",
        default_port: None,
    },
    Scheme {
        name: "udp",
        default_port: None,
    },
    Scheme {
        name: "ws",
        default_port: Some(80),
    },
    Scheme {
        name: "wss",
        default_port: Some(443),
    },
];

/// A scheme and the separator behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) scheme: Scheme,
    /// Bytes up to the beginning of the authority.
    pub(crate) len: usize,
    /// Whether it is anything but `scheme://`.
    pub(crate) defanged: bool,
    /// Whether slashes are written `\/`, as inside a JSON string.
    pub(crate) escaped: bool,
    /// Whether a space follows the separator, as mail gateways write links: `http:// evil .example /a`.
    pub(crate) spaced: bool,
}

/// Longest scheme name in any spelling, in characters.
const LONGEST: usize = 8;

/// Reads a scheme and its separator at a position.
pub(crate) fn read(text: &str, at: usize) -> Option<Head> {
    let (scheme, mut end, mut defanged) = name(text, at)?;
    let sure = defanged || scheme.name.starts_with("http");
    let separator = separator(text, end, sure)?;
    end += separator.len;
    defanged |= separator.defanged;
    if matches!(text.as_bytes().get(end), Some(b']' | b')')) && defanged {
        end += 1;
    }
    let spaced = text.as_bytes().get(end) == Some(&b' ');
    Some(Head {
        scheme,
        len: end + usize::from(spaced) - at,
        defanged: defanged || spaced,
        escaped: separator.escaped,
        spaced,
    })
}

/// The scheme whose name, in whatever spelling, begins at a position; where the name ends; and
/// whether it is defanged.
fn name(text: &str, at: usize) -> Option<(Scheme, usize, bool)> {
    let mut letters = [0_u8; LONGEST];
    let mut count = 0;
    let mut wide = false;
    let mut end = at;
    for c in text.get(at..)?.chars() {
        let live = narrow(c);
        let letter = match live {
            'a'..='z' | 'A'..='Z' => live.to_ascii_lowercase() as u8,
            '*' | '_' | '-' if inside_http(&letters[..count]) => b'x',
            '[' | '(' if count == 1 && letters[0] == b'h' => {
                wide = true;
                end += c.len_utf8();
                continue;
            }
            ']' | ')' if wide && letters[count - 1] == b't' => {
                end += c.len_utf8();
                continue;
            }
            _ => break,
        };
        if count == LONGEST {
            return None;
        }
        wide |= live != c;
        letters[count] = letter;
        count += 1;
        end += c.len_utf8();
    }
    let written = std::str::from_utf8(&letters[..count]).ok()?;
    let exact = SCHEMES.iter().find(|scheme| scheme.name == written);
    let live = match exact {
        Some(scheme) => scheme.name,
        None => disguised(written)?,
    };
    let scheme = SCHEMES.iter().find(|scheme| scheme.name == live)?;
    Some((*scheme, end, wide || exact.is_none()))
}

/// Whether a filler such as the stars of `h**p` may come next.
fn inside_http(letters: &[u8]) -> bool {
    matches!(letters, [b'h'] | [b'h', .., b'x' | b't']) && letters.len() < 4
}

/// What a spelling stands for: `hxxp`, `hXXps`, `h**p`, `hzzzp`, `hxtp`, `meow`, `xxxx`, `fxp`, and the
/// `ttp` of Japanese boards, which leave the first letter out.
fn disguised(written: &str) -> Option<&'static str> {
    match written {
        "meow" | "xxxx" | "ttp" => return Some("http"),
        "meows" | "xxxxs" | "ttps" => return Some("https"),
        "fxp" | "ftx" => return Some("ftp"),
        "fxps" | "ftxs" => return Some("ftps"),
        "sfxp" | "sxtp" => return Some("sftp"),
        _ => {}
    }
    let (body, live) = match written.strip_suffix('s') {
        Some(body) => (body, "https"),
        None => (written, "http"),
    };
    let middle = body.strip_prefix('h')?.strip_suffix('p')?;
    let filler =
        (1..=4).contains(&middle.len()) && middle.bytes().all(|b| matches!(b, b't' | b'x' | b'z'));
    filler.then_some(live)
}

struct Separator {
    len: usize,
    defanged: bool,
    escaped: bool,
}

/// `://` in any spelling: `[:]//`, `[://]`, `:\\`, `:__`, `：／／`, `:[/][/]`, `:\/\/`, and, where the
/// name leaves no doubt (`sure`), `//` and `__` without the colon.
fn separator(text: &str, at: usize, sure: bool) -> Option<Separator> {
    let bytes = text.as_bytes();
    let mut end = at;
    let mut defanged = false;
    if matches!(bytes.get(end), Some(b']' | b')')) {
        end += 1;
        defanged = true;
    }
    for whole in ["[://]", "(://)", "{://}", "[:]__", "[:\\\\]"] {
        if bytes.get(end..)?.starts_with(whole.as_bytes()) {
            return Some(Separator {
                len: end + whole.len() - at,
                defanged: true,
                escaped: false,
            });
        }
    }
    match mark::colon(text, end) {
        Some(colon) => {
            end += colon.len;
            defanged |= colon.defanged;
        }
        None if sure => defanged = true,
        None => return None,
    }
    let mut slashes = 0;
    let mut escaped = false;
    while slashes < 4 {
        let rest = bytes.get(end..)?;
        let (len, odd) = if rest.starts_with(b"\\/") {
            escaped = true;
            (2, false)
        } else if rest.starts_with(b"[//]") || rest.starts_with(b"(//)") {
            slashes += 1;
            (4, true)
        } else if let Some(slash) = mark::slash(text, end) {
            (slash.len, slash.defanged)
        } else if rest.starts_with(b"\\") || rest.starts_with(b"_") && slashes < 2 {
            (1, true)
        } else {
            break;
        };
        end += len;
        defanged |= odd;
        slashes += 1;
    }
    (slashes >= 2).then_some(Separator {
        len: end - at,
        defanged: defanged || slashes > 2,
        escaped,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_schemes() {
        for (text, len) in [
            ("http://a", 7),
            ("HTTPS://a", 8),
            ("ftp://a", 6),
            ("wss://a", 6),
            ("sftp://", 7),
            ("udp://a", 6),
        ] {
            let head = read(text, 0).expect(text);
            assert_eq!((head.len, head.defanged), (len, false), "{text}");
        }
        let head = read("https:\\/\\/a\\/b", 0).expect("escaped");
        assert!(head.escaped && !head.defanged && head.len == 10);
    }

    #[test]
    fn defanged_schemes() {
        for text in [
            "hxxp://",
            "hXXp://",
            "h**p://",
            "h__p://",
            "hxxxp://",
            "hzzzp://",
            "htxp://",
            "hxtp://",
            "meow://",
            "h[tt]p://",
            "h(tt)p://",
            "http[:]//",
            "http[://]",
            "http(:)//",
            "hxxp[:]//",
            "http:\\\\",
            "http:__",
            "http__",
            "http//",
            "http:///",
            "http[:][/][/]",
            "http[:]/[/]",
            "ｈｘｘｐ：／／",
            "http：//",
            "http]://",
            "hxxp://]",
            "ttp://",
            "xxxx://",
            "http:[//]",
            "http:(/)(/)",
            "HXXP://",
        ] {
            let head = read(text, 0).expect(text);
            assert_eq!(head.scheme.name, "http", "{text}");
            assert_eq!(head.len, text.len(), "{text}");
            assert!(head.defanged, "{text}");
        }
        assert_eq!(
            read("hxxps[:]//", 0).map(|head| head.scheme.name),
            Some("https")
        );
        assert_eq!(read("fxp://", 0).map(|head| head.scheme.name), Some("ftp"));
    }

    #[test]
    fn no_schemes() {
        for text in [
            "",
            "h",
            "http",
            "http:",
            "http:/a",
            "help://a",
            "hp://a",
            "ws//a",
            "tcp__",
            "std::",
            "hxxxxxxxxxxp://",
            "://",
        ] {
            assert_eq!(read(text, 0), None, "{text}");
        }
    }
}
