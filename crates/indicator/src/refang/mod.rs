//! Reading what people write instead of a live address: `hxxp`, `[.]`, ` dot `, full-width forms.
//!
//! [`mark`] reads one such sign at a position, [`scheme`] the beginning of a URL; both serve the
//! parsing of single values here and the search through free text in `extract`, which must know
//! the place of every sign in the original.

pub(crate) mod mark;
pub(crate) mod scheme;

use std::borrow::Cow;

use crate::canonical::url;

/// One value, or one word of a query, in its live spelling: `hxxps[:]//evil[.]example/a` becomes
/// `https://evil.example/a`, `１９２．０．２．１` becomes `192.0.2.1`.
///
/// Of a URL only the scheme and the host change, and `[.]` after them if either was defanged.
/// Nothing is checked: what is no value comes back with its brackets opened all the same.
pub fn refang(text: &str) -> Cow<'_, str> {
    if let Some(live) = url::live(text) {
        return Cow::Owned(live);
    }
    host(text)
}

/// The live spelling of a host, an address, or anything else without a scheme and a path.
pub(crate) fn host(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(may_hide) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let (live, len) = sign(text, at).unwrap_or((mark::narrow(c), c.len_utf8()));
        out.push(live);
        at += len;
    }
    if out == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(out)
    }
}

/// Bytes without which a text is live already.
fn may_hide(byte: u8) -> bool {
    byte >= 0x80
        || matches!(
            byte,
            b'[' | b'(' | b'{' | b'<' | b'\\' | b'^' | b' ' | b'.' | b']'
        )
}

/// The sign at a position that stands for another character, and its length in bytes.
fn sign(text: &str, at: usize) -> Option<(char, usize)> {
    let byte = *text.as_bytes().get(at)?;
    if byte.is_ascii_alphanumeric() {
        return None;
    }
    mark::spaced(text, at, mark::dot)
        .map(|mark| ('.', mark.len))
        .or_else(|| mark::spaced_word(text, at, "dot").map(|len| ('.', len)))
        .or_else(|| mark::spaced(text, at, mark::at_sign).map(|mark| ('@', mark.len)))
        .or_else(|| mark::spaced_word(text, at, "at").map(|len| ('@', len)))
        .or_else(|| mark::colon(text, at).map(|mark| (':', mark.len)))
        .or_else(|| mark::slash(text, at).map(|mark| ('/', mark.len)))
        .or_else(|| mark::hyphen(text, at).map(|len| ('-', len)))
        .filter(|(live, len)| !(live.len_utf8() == *len && byte == *live as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for text in [
            "evil[.]example",
            "evil(.)example",
            "evil{.}example",
            "evil<.>example",
            "evil[.example",
            "evil.]example",
            "evil\\.example",
            "evil[dot]example",
            "evil(DOT)example",
            "evil dot example",
            "evil . example",
            "evil [.] example",
            "evil[ . ]example",
            "evil。example",
            "evil．example",
            "evil｡example",
            "evil・example",
            "ｅｖｉｌ．ｅｘａｍｐｌｅ",
            "evil［．］example",
            "evil（．）example",
            "evil^.example",
            "evil[.)example",
            "evil[ドット]example",
            "evil[punto]example",
            "evil.example",
        ] {
            assert_eq!(refang(text), "evil.example", "{text}");
        }
        assert_eq!(
            refang("evil[-]site[.]example[:]8080"),
            "evil-site.example:8080"
        );
        assert_eq!(refang("2001[:]db8::1"), "2001:db8::1");
        assert_eq!(refang("192[.]0[.]2[.]0[/]24"), "192.0.2.0/24");
    }

    #[test]
    fn addresses_of_people() {
        for text in [
            "user[@]evil.example",
            "user[at]evil[.]example",
            "user(at)evil.example",
            "user at evil dot example",
            "user＠evil.example",
            "user{@}evil.example",
            "user [at] evil [dot] example",
            "user[アットマーク]evil.example",
        ] {
            assert_eq!(refang(text), "user@evil.example", "{text}");
        }
    }

    #[test]
    fn urls_keep_their_path() {
        assert_eq!(
            refang("hxxps[:]//evil[.]example/a(b).php?x[]=1"),
            "https://evil.example/a(b).php?x[]=1"
        );
        assert_eq!(
            refang("http://evil.example/a[.]b\\c"),
            "http://evil.example/a[.]b\\c"
        );
        assert_eq!(
            refang("hxxps[://]evil[.]example/index[.]html"),
            "https://evil.example/index.html"
        );
    }

    #[test]
    fn words_stay() {
        for text in ["emotet", "192.0.2.1", "東京", "a b", ""] {
            assert!(
                matches!(refang(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
    }
}
