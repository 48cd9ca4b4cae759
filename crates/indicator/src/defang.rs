//! Writing a canonical value so that no program makes a link of it, and [`crate::refang`] reads it
//! back.

/// A value that nothing links to as it is.
pub(crate) fn nothing(value: &str) -> String {
    value.to_owned()
}

/// Every dot in brackets.
pub(crate) fn dots(value: &str) -> String {
    value.replace('.', "[.]")
}

/// The first colon in brackets.
pub(crate) fn first_colon(value: &str) -> String {
    value.replacen(':', "[:]", 1)
}

/// An address as above, the prefix as it is.
pub(crate) fn network(value: &str) -> String {
    if value.contains(':') {
        first_colon(value)
    } else {
        dots(value)
    }
}

/// The at sign and the dots of the domain in brackets.
pub(crate) fn email(value: &str) -> String {
    match value.rsplit_once('@') {
        Some((local, domain)) => format!("{local}[@]{}", network(domain)),
        None => value.to_owned(),
    }
}

/// `hxxp` for `http`, `[:]` in other schemes, the dots of the host in brackets; the rest as it is, but a
/// literal `[.]` in it is bracketed once more, because reading takes one pair of brackets off.
pub(crate) fn url(value: &str) -> String {
    let Some((scheme, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    let (authority, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{user}@"), host),
        None => (String::new(), authority),
    };
    let head = match scheme {
        "http" => "hxxp://".to_owned(),
        "https" => "hxxps://".to_owned(),
        _ => format!("{scheme}[:]//"),
    };
    format!("{head}{user}{}{}", dots(host), tail.replace("[.]", "[[.]]"))
}
