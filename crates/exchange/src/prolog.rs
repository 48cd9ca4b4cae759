//! The encoding of an XML body without a byte order mark, from its first line and its bytes.

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE};

/// How far the declaration may be from the start: blank lines and warnings of PHP come before it.
const PROLOG_BYTES: usize = 4 << 10;

/// What the declaration says, unless the bytes show that it is wrong: bodies are re-encoded on the way, and prologs are
/// copied. `guess` decides where nothing is declared, or what is declared cannot be.
pub(crate) fn encoding(
    head: &[u8],
    guess: impl Fn(&[u8]) -> &'static Encoding,
) -> &'static Encoding {
    match head {
        [b'<' | b'\n' | b' ', 0, _, 0, ..] => return UTF_16LE,
        [0, b'<' | b'\n' | b' ', 0, _, ..] => return UTF_16BE,
        _ => {}
    }
    let declared = declared(head);
    if head.is_ascii() {
        // ISO-2022-JP is ASCII with escapes.
        let is_jis = [&b"\x1b$B"[..], b"\x1b$@", b"\x1b(J"]
            .iter()
            .any(|escape| memchr::memmem::find(head, escape).is_some());
        return match declared {
            _ if is_jis => ISO_2022_JP,
            // What follows the head may well be in it.
            Some(declared) if declared != UTF_16LE && declared != UTF_16BE => declared,
            _ => UTF_8,
        };
    }
    let guessed = guess(head);
    match declared {
        _ if guessed == UTF_8 => UTF_8,
        Some(declared) if declared != UTF_8 && declared != UTF_16LE && declared != UTF_16BE => {
            declared
        }
        _ => guessed,
    }
}

/// The encoding in `<?xml version="1.0" encoding="…"?>`.
fn declared(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.get(..PROLOG_BYTES).unwrap_or(head);
    let start = memchr::memmem::find(head, b"<?xml")?;
    let prolog = head.get(start..)?;
    let prolog = prolog.get(..memchr::memmem::find(prolog, b"?>")?)?;
    let value = prolog.get(memchr::memmem::find(prolog, b"encoding")? + b"encoding".len()..)?;
    let value = value
        .trim_ascii_start()
        .strip_prefix(b"=")?
        .trim_ascii_start();
    let quote = *value
        .first()
        .filter(|quote| matches!(quote, b'"' | b'\''))?;
    let label = value.get(1..)?;
    let label = label.get(..memchr::memchr(quote, label)?)?;
    Encoding::for_label(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::guess;
    use encoding_rs::{EUC_JP, SHIFT_JIS, WINDOWS_1252};

    fn of(label: &str, written: &'static Encoding, text: &str) -> &'static str {
        let text = format!("<?xml version=\"1.0\" encoding='{label}' ?><rss>{text}</rss>");
        encoding(&written.encode(&text).0, guess).name()
    }

    #[test]
    fn declarations_count_unless_the_bytes_say_otherwise() {
        let text = "架空銀行をかたるフィッシングについて";
        for (label, written, expected) in [
            ("Shift_JIS", SHIFT_JIS, SHIFT_JIS),
            ("x-sjis", SHIFT_JIS, SHIFT_JIS),
            ("EUC-JP", EUC_JP, EUC_JP),
            ("ISO-2022-JP", ISO_2022_JP, ISO_2022_JP),
            ("utf-8", ISO_2022_JP, ISO_2022_JP),
            ("Shift_JIS", UTF_8, UTF_8),
            ("UTF-8", SHIFT_JIS, SHIFT_JIS),
            ("UTF-8", EUC_JP, EUC_JP),
            ("UTF-16", UTF_8, UTF_8),
            ("klingon", UTF_8, UTF_8),
        ] {
            assert_eq!(
                of(label, written, text),
                expected.name(),
                "{label} {}",
                written.name()
            );
        }
        assert_eq!(of("windows-1252", WINDOWS_1252, "déjà vu"), "windows-1252");
        assert_eq!(of("Shift_JIS", SHIFT_JIS, "ascii so far"), "Shift_JIS");
    }

    #[test]
    fn utf_16_without_its_mark() {
        let le: Vec<u8> = "<?xml?>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let be: Vec<u8> = "<?xml?>"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(encoding(&le, guess), UTF_16LE);
        assert_eq!(encoding(&be, guess), UTF_16BE);
    }
}
