//! URLs: scheme and host in canonical form, everything behind the host as it was given.
//!
//! Not the WHATWG serialiser: that one rewrites paths (dots, percent signs, spaces, quotes), and
//! the exact path is what a report or a log will be searched for.

use std::borrow::Cow;

use super::{Canonical, Outcome, address, domain, host, port};
use crate::Kind;
use crate::refang::{self, mark, scheme};

/// A URL taken apart, its host refanged but not checked.
struct Parts<'a> {
    scheme: scheme::Scheme,
    user: &'a str,
    host: Cow<'a, str>,
    port: Option<&'a str>,
    /// From the first slash, question mark or hash sign on.
    tail: Cow<'a, str>,
}

/// A URL with one of the schemes of [`scheme`]; `evil.example/path` without any is taken for http.
pub(crate) fn parse(text: &str) -> Outcome {
    if is_canonical(text) {
        return Ok(Canonical::new(Kind::Url, text.to_owned()));
    }
    let parts = match split(text) {
        Some(parts) => parts?,
        None => without_scheme(text)?,
    };
    let host = host::parse(&parts.host)?;
    let port = match parts.port {
        Some("") | None => None,
        Some(digits) => Some(port(digits).ok_or("the port goes from 1 to 65535")?),
    };
    let tail = parts.tail.trim_end();
    let mut value = String::with_capacity(text.len() + 8);
    value.push_str(parts.scheme.name);
    value.push_str("://");
    if !parts.user.is_empty() {
        value.push_str(parts.user);
        value.push('@');
    }
    value.push_str(&host::in_url(&host));
    if let Some(port) = port.filter(|port| parts.scheme.default_port != Some(*port)) {
        value.push_str(&format!(":{port}"));
    }
    if !tail.starts_with('/') {
        value.push('/');
    }
    // A backslash after the host separates for browsers just as a slash does.
    for c in tail.strip_prefix('\\').unwrap_or(tail).chars() {
        if c == ' ' {
            value.push_str("%20")
        } else {
            value.push(c)
        }
    }
    Ok(Canonical::new(Kind::Url, value).suspicious(host.suspicious))
}

/// Whether a text is plainly canonical as it stands: the fast path of imports. Http, a name or an IPv4
/// address, no port, a path.
fn is_canonical(text: &str) -> bool {
    let rest = text
        .strip_prefix("http")
        .map(|rest| rest.strip_prefix('s').unwrap_or(rest));
    let Some(rest) = rest.and_then(|rest| rest.strip_prefix("://")) else {
        return false;
    };
    let bytes = rest.as_bytes();
    let Some(end) = bytes.iter().position(|b| *b == b'/') else {
        return false;
    };
    let host = &bytes[..end];
    let known = domain::is_canonical(host) || address::dotted_quad(host).is_some();
    known && !bytes[end..].contains(&b' ')
}

/// The live spelling of a text that begins like a URL, without checking it.
pub(crate) fn live(text: &str) -> Option<String> {
    let parts = split(text)?.ok()?;
    let user = if parts.user.is_empty() {
        String::new()
    } else {
        format!("{}@", parts.user)
    };
    let port = parts
        .port
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    Some(format!(
        "{}://{user}{}{port}{}",
        parts.scheme.name, parts.host, parts.tail
    ))
}

fn split(text: &str) -> Option<Result<Parts<'_>, &'static str>> {
    let text = text
        .strip_prefix(['[', '<', '('])
        .filter(|rest| scheme::read(rest, 0).is_some())
        .unwrap_or(text);
    let head = scheme::read(text, 0)?;
    Some(authority(text.get(head.len..)?, head))
}

fn without_scheme(text: &str) -> Result<Parts<'_>, &'static str> {
    let head = scheme::read("http://", 0).ok_or("it has no scheme")?;
    let parts = authority(text, head)?;
    if parts.tail.is_empty() {
        return Err("it has neither a scheme nor a path");
    }
    Ok(parts)
}

fn authority(rest: &str, head: scheme::Head) -> Result<Parts<'_>, &'static str> {
    let (end, tail_start, slash) = authority_end(rest);
    let written = rest[..end].trim_end();
    let (user, host_port) = match written.rfind('@') {
        Some(at) => {
            let bracketed = at > 0 && written[..at].ends_with(['[', '(', '{']);
            let after = written
                .get(at + 1 + usize::from(bracketed)..)
                .ok_or("there is no host")?;
            (&written[..at - usize::from(bracketed)], after)
        }
        None => ("", written),
    };
    if user.contains([' ', '<', '>', '"', '[', ']', '(', ')', '{', '}']) {
        return Err("there is a character before the host that no URL has");
    }
    let (host, port) = split_port(host_port);
    let live = refang::host(host);
    let defanged = head.defanged || matches!(live, Cow::Owned(_)) || slash;
    let host = if live.contains([',', ' ']) {
        Cow::Owned(live.replace(',', ".").replace(' ', ""))
    } else {
        live
    };
    let tail = &rest[tail_start..];
    let tail = if head.escaped {
        Cow::Owned(tail.replace("\\/", "/"))
    } else {
        Cow::Borrowed(tail)
    };
    let tail = if defanged && tail.contains("[.]") {
        Cow::Owned(tail.replace("[.]", "."))
    } else {
        tail
    };
    let tail = if slash {
        Cow::Owned(format!("/{tail}"))
    } else {
        tail
    };
    Ok(Parts {
        scheme: head.scheme,
        user,
        host,
        port,
        tail,
    })
}

/// Where the authority ends, where the rest begins, and whether a defanged slash stood between.
fn authority_end(text: &str) -> (usize, usize, bool) {
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'/' | b'?' | b'#' => return (at, at, false),
            b'\\' => match bytes.get(at + 1) {
                Some(b'.') => {}
                Some(b'/') => return (at, at + 1, false),
                _ => return (at, at, false),
            },
            b'[' | b'(' | b'{' | 0xef => {
                if let Some(slash) = mark::slash(text, at).filter(|_| text.is_char_boundary(at)) {
                    return (at, at + slash.len, true);
                }
            }
            _ => {}
        }
    }
    (text.len(), text.len(), false)
}

/// The host and what stands behind the last colon that is not part of an IPv6 address.
fn split_port(text: &str) -> (&str, Option<&str>) {
    let after_bracket = if text.starts_with('[') && !text.starts_with("[.") {
        text.rfind(']').unwrap_or(0)
    } else {
        0
    };
    let Some(at) = text[after_bracket..]
        .rfind(':')
        .map(|at| at + after_bracket)
    else {
        return match text[after_bracket..]
            .rfind('：')
            .map(|at| at + after_bracket)
        {
            Some(at) => (&text[..at], Some(&text[at + 3..])),
            None => (text, None),
        };
    };
    let opened =
        text[..at].ends_with(['[', '(', '{']) && text[at + 1..].starts_with([']', ')', '}']);
    match opened {
        true => (&text[..at - 1], Some(&text[at + 2..])),
        false => (&text[..at], Some(&text[at + 1..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> String {
        parse(text)
            .map(|c| c.value)
            .unwrap_or_else(|why| why.to_owned())
    }

    #[test]
    fn scheme_host_and_port() {
        for text in [
            "http://evil.example",
            "HTTP://EVIL.example/",
            "http://evil.example:80/",
            "http://evil.example.:/",
            "hxxp://evil[.]example/",
            "hxxp[:]//evil[.]example",
            "http[:]//evil.example[:]80/",
            "ｈｘｘｐ：／／evil．example／",
            "http:\\\\evil.example",
            "h[tt]p://evil(dot)example[/]",
            "[http]://evil.example",
            "http:// evil .example /",
            "hxxp://evil,example/",
            "http://%65vil.example/",
            "evil.example/",
            "http:\\/\\/evil.example\\/",
            "<http://evil.example/",
        ] {
            assert_eq!(value(text), "http://evil.example/", "{text}");
        }
        assert_eq!(
            value("https://evil.example:8443"),
            "https://evil.example:8443/"
        );
        assert_eq!(
            value("tcp://192[.]0[.]2[.]1[:]4444"),
            "tcp://192.0.2.1:4444/"
        );
        assert_eq!(value("http://[2001:DB8::1]:80/x"), "http://[2001:db8::1]/x");
        assert_eq!(value("http://[::ffff:192.0.2.1]/"), "http://192.0.2.1/");
        assert_eq!(value("http://3221225985/a"), "http://192.0.2.1/a");
        assert_eq!(
            value("https://例え.example/パス"),
            "https://xn--r8jz45g.example/パス"
        );
        assert_eq!(
            value("http://user:pa:ss@evil.example/"),
            "http://user:pa:ss@evil.example/"
        );
        assert_eq!(parse("http://0xc0.0.2.1/").map(|c| c.suspicious), Ok(true));
    }

    #[test]
    fn what_follows_the_host_is_kept() {
        for tail in [
            "/a/../b/./c",
            "/%7Euser/%41",
            "/?q=[.]&r={x}|y\\z",
            "/a//b",
            "/#frag[.]",
            "/a'b\"c<d>",
            "/x[.]y",
            "/é/ü",
        ] {
            let url = format!("http://evil.example{tail}");
            assert_eq!(value(&url), url);
        }
        assert_eq!(value("http://evil.example?x=1"), "http://evil.example/?x=1");
        assert_eq!(value("http://evil.example#x"), "http://evil.example/#x");
        assert_eq!(
            value("http://evil.example\\x\\y"),
            "http://evil.example/x\\y"
        );
        assert_eq!(
            value("http://evil.example/a b"),
            "http://evil.example/a%20b"
        );
        assert_eq!(
            value("hxxps[://]evil[.]example/index[.]html"),
            "https://evil.example/index.html"
        );
    }

    #[test]
    fn what_is_no_url() {
        for bad in [
            "",
            "http://",
            "http:///",
            "http://localhost/",
            "http://evil.example:99999/",
            "http://a b/",
            "evil.example",
            "mailto:a@b.example",
            "http://[2001:db8::1/",
            "http://evil..example/",
            "javascript:alert(1)",
            "][-]0..1@0/@/2+4",
        ] {
            assert!(parse(bad).is_err(), "{bad}: {}", value(bad));
        }
    }
}
