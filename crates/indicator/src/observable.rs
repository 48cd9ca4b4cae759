//! The observable: a kind and a canonical value.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

use crate::{Detected, Kind, ParseError, script};

/// How much longer than the longest canonical value its spelling may be: every dot may be `[dot]`.
const SPELLING: usize = 4;

/// One thing that can be seen. Equal observables have equal kinds and equal canonical values.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Observable {
    kind: Kind,
    value: String,
}

impl Observable {
    /// Reads one value of a kind: trimmed, refanged and brought into canonical form.
    ///
    /// An IPv4-mapped IPv6 address or network comes back as IPv4, whichever was asked for, so that
    /// the two spellings meet. A port behind an address or a name is read and left out; see
    /// [`Observable::parse_detailed`]. Names may end in any top-level domain here.
    ///
    /// # Errors
    ///
    /// The text is empty, too long, has control characters, or is no such value.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, ParseError> {
        Self::parse_detailed(kind, text).map(|detected| detected.observable)
    }

    /// Like [`Observable::parse`], with the port that stood behind an address or a name, and
    /// whether the spelling is odd.
    ///
    /// # Errors
    ///
    /// As [`Observable::parse`].
    pub fn parse_detailed(kind: Kind, text: &str) -> Result<Detected, ParseError> {
        let row = kind.row();
        let text = trim(text);
        check(text, kind.name(), row.limit * SPELLING)?;
        let canonical = (row.parse)(text).map_err(|why| ParseError::invalid(kind, text, why))?;
        if canonical.value.len() > row.limit {
            return Err(ParseError::TooLong {
                kind: kind.name(),
                limit: row.limit,
                length: canonical.value.len(),
            });
        }
        Ok(Detected {
            observable: Self {
                kind: canonical.kind,
                value: canonical.value,
            },
            port: canonical.port,
            suspicious: canonical.suspicious,
        })
    }

    /// Trusted: a kind and a value that an [`Observable`] gave before, such as those read back
    /// from a database. Nothing is checked.
    pub fn from_canonical(kind: Kind, value: String) -> Self {
        Self { kind, value }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The canonical value.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// A stable 64-bit key: XXH3 of the kind's number as one byte and the value's bytes.
    pub fn key(&self) -> i64 {
        const STACK: usize = 256;
        let length = self.value.len() + 1;
        let mut stack = [0_u8; STACK];
        let hash = match stack.get_mut(..length) {
            Some(buffer) => {
                buffer[0] = self.kind as u8;
                buffer[1..].copy_from_slice(self.value.as_bytes());
                xxh3_64(buffer)
            }
            None => {
                let mut buffer = Vec::with_capacity(length);
                buffer.push(self.kind as u8);
                buffer.extend_from_slice(self.value.as_bytes());
                xxh3_64(&buffer)
            }
        };
        hash.cast_signed()
    }

    /// The value so that no program makes a link of it: `hxxps://evil[.]example/`. Parsing that
    /// as the same kind gives the same observable.
    pub fn defanged(&self) -> String {
        (self.kind.row().defang)(&self.value)
    }

    /// The value for a reader: internationalised names in their script, unless a label mixes
    /// scripts or imitates Latin letters; everything else as it is.
    pub fn display(&self) -> Cow<'_, str> {
        if !self.value.contains("xn--") {
            return Cow::Borrowed(&self.value);
        }
        let Some(host) = self.host_range() else {
            return Cow::Borrowed(&self.value);
        };
        let shown = script::display(&self.value[host.clone()]);
        Cow::Owned(format!(
            "{}{shown}{}",
            &self.value[..host.start],
            &self.value[host.end..]
        ))
    }
}

/// Without white space, byte order marks and zero-width spaces at both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
    })
}

/// Refuses what no kind takes.
pub(crate) fn check(text: &str, expected: &'static str, limit: usize) -> Result<(), ParseError> {
    if text.is_empty() {
        return Err(ParseError::Empty { expected });
    }
    if text.len() > limit {
        return Err(ParseError::TooLong {
            kind: expected,
            limit,
            length: text.len(),
        });
    }
    if text.bytes().any(|b| b < 0x20 || b == 0x7f || b == 0xc2)
        && let Some((at, c)) = text.char_indices().find(|(_, c)| c.is_control())
    {
        return Err(ParseError::Control {
            expected,
            code: c as u32,
            at,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_control_characters() {
        assert_eq!(
            Observable::parse(Kind::Md5, " \u{3000}\n"),
            Err(ParseError::Empty { expected: "md5" })
        );
        assert!(matches!(
            Observable::parse(Kind::Mutex, "a\u{0}b"),
            Err(ParseError::Control { at: 1, code: 0, .. })
        ));
        assert!(matches!(
            Observable::parse(Kind::Mutex, "a\u{85}b"),
            Err(ParseError::Control { code: 0x85, .. })
        ));
        assert!(Observable::parse(Kind::Mutex, &"m".repeat(4_096)).is_ok());
        assert!(matches!(
            Observable::parse(Kind::Mutex, &"m".repeat(4_097)),
            Err(ParseError::TooLong { limit: 4_096, .. })
        ));
        let url = format!("http://evil.example/{}", "a".repeat(8_192 - 20));
        assert!(Observable::parse(Kind::Url, &url).is_ok());
        assert!(Observable::parse(Kind::Url, &format!("{url}a")).is_err());
        assert!(Observable::parse(Kind::Url, &"\u{0}".repeat(10_000_000)).is_err());
    }

    #[test]
    fn keys_depend_on_kind_and_value() {
        let md5 = Observable::from_canonical(Kind::Md5, "a".repeat(32));
        let imphash = Observable::from_canonical(Kind::Imphash, "a".repeat(32));
        assert_ne!(md5.key(), imphash.key());
        let mut bytes = vec![7];
        bytes.extend([b'a'; 32]);
        assert_eq!(md5.key(), xxh3_64(&bytes).cast_signed());
        for length in [254, 255, 256, 257, 1_000] {
            let value = "m".repeat(length);
            let bytes = [&[21], value.as_bytes()].concat();
            assert_eq!(
                Observable::from_canonical(Kind::Mutex, value).key(),
                xxh3_64(&bytes).cast_signed()
            );
        }
    }

    #[test]
    fn names_are_shown_in_their_script() {
        let url = Observable::parse(Kind::Url, "https://はじめよう.みんな/xn--a").expect("a url");
        assert_eq!(url.display(), "https://はじめよう.みんな/xn--a");
        let spoof = Observable::parse(Kind::Domain, "\u{430}pple.example").expect("a name");
        assert_eq!(spoof.display(), "xn--pple-43d.example");
    }
}
