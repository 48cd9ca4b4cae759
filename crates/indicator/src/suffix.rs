//! What is known about the ends of names: top-level domains and public suffixes.

/// Whether a label (lower case, punycode) is a top-level domain that a name in free text may end
/// in.
///
/// That is the root zone as the Public Suffix List knows it, `.onion` and `.i2p`, and the names
/// `.example`, `.test` and `.invalid` that RFC 6761 reserves: they are taken for real so that
/// documentation, tests and demonstrations can use invented data. `.local` and `.localhost` name
/// things here and are not taken.
pub(crate) fn is_tld(label: &str) -> bool {
    match label {
        "example" | "test" | "invalid" | "onion" | "i2p" => true,
        "local" | "localhost" => false,
        _ if label.contains('.') => false,
        _ => {
            psl::suffix(label.as_bytes())
                .is_some_and(|suffix| suffix.is_known() && suffix.typ() == Some(psl::Type::Icann))
                || wildcard_only(label)
        }
    }
}

/// Top-level domains that the list names only through what is below them (`*.ck`, `co.za`), so that the
/// bare label is unknown.
fn wildcard_only(label: &str) -> bool {
    matches!(
        label,
        "bd" | "ck" | "er" | "fk" | "jm" | "kh" | "kw" | "mm" | "np" | "pg" | "za"
    )
}

/// The registered domain of a canonical name: its public suffix and one label more. A suffix that
/// the list does not know counts as one label, so that `a.b.evil.example` gives `evil.example`.
pub(crate) fn registered(name: &str) -> Option<&str> {
    psl::domain_str(name)
}

/// Top-level domains that are file extensions as well, and mean those where a bare name of two
/// labels stands.
const FILE_LIKE: &[&str] = &[
    "zip", "mov", "py", "sh", "rs", "md", "so", "ps", "cab", "java",
];

/// Extensions of files that are worth watching for: programs, scripts, and what carries them.
const PROGRAMS: &[&str] = &[
    "exe", "dll", "sys", "scr", "ocx", "cpl", "msi", "ps1", "psm1", "bat", "cmd", "vbs", "vbe",
    "jse", "wsf", "hta", "lnk", "chm", "jar", "apk", "docm", "xlsm", "xlsb", "pptm", "iso", "img",
    "vhd", "vhdx", "rar", "7z", "elf", "dmg", "pkg",
];

/// Whether a bare text of two labels ends like a file.
pub(crate) fn is_file_like(text: &str) -> bool {
    match text.split_once('.') {
        Some((_, last)) => FILE_LIKE
            .iter()
            .any(|extension| last.eq_ignore_ascii_case(extension)),
        None => false,
    }
}

/// Whether a text ends in the extension of a program or of what carries programs.
pub(crate) fn is_program(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(stem, last)| {
        !stem.is_empty()
            && PROGRAMS
                .iter()
                .any(|extension| last.eq_ignore_ascii_case(extension))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_level_domains() {
        for tld in [
            "com",
            "jp",
            "example",
            "onion",
            "i2p",
            "ck",
            "za",
            "xn--q9jyb4c",
            "xn--p1ai",
            "zip",
        ] {
            assert!(is_tld(tld), "{tld}");
        }
        for not in [
            "local",
            "exe",
            "js",
            "lan",
            "txt",
            "",
            "co.jp",
            "github.io",
            "dll",
            "1",
        ] {
            assert!(!is_tld(not), "{not}");
        }
    }

    #[test]
    fn registered_domains() {
        assert_eq!(registered("a.b.evil.example"), Some("evil.example"));
        assert_eq!(registered("www.evil.co.jp"), Some("evil.co.jp"));
        assert_eq!(registered("co.jp"), None);
        assert_eq!(registered("a.evil.github.io"), Some("evil.github.io"));
        assert_eq!(registered("a.b.foo.ck"), Some("b.foo.ck"));
    }
}
