//! Feeds in the encodings of their time, declared rightly, wrongly and not at all.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8, WINDOWS_1252};

use crate::feed;

fn body(declared: &str, text: &str) -> String {
    let declared = match declared {
        "" => String::new(),
        label => format!(" encoding=\"{label}\""),
    };
    format!(
        "<?xml version=\"1.0\"{declared}?>\n<rss><channel><item><title>{text}</title></item></channel></rss>"
    )
}

fn title(declared: &str, written: &'static Encoding, text: &str) -> String {
    let body = body(declared, text);
    let (bytes, _, unmappable) = written.encode(&body);
    assert!(!unmappable, "{text}");
    feed(bytes).texts("title").join("|")
}

#[test]
fn every_encoding_of_japan() {
    let text = "架空銀行をかたるフィッシングについて";
    for (declared, written) in [
        ("Shift_JIS", SHIFT_JIS),
        ("x-sjis", SHIFT_JIS),
        ("Windows-31J", SHIFT_JIS),
        ("EUC-JP", EUC_JP),
        ("ISO-2022-JP", ISO_2022_JP),
        ("UTF-8", UTF_8),
        // Declared wrongly, or not.
        ("UTF-8", SHIFT_JIS),
        ("UTF-8", EUC_JP),
        ("", SHIFT_JIS),
        ("", EUC_JP),
        ("", ISO_2022_JP),
        ("", UTF_8),
        ("Shift_JIS", UTF_8),
        ("EUC-JP", UTF_8),
        ("UTF-16", UTF_8),
        ("nonsense", UTF_8),
    ] {
        assert_eq!(
            title(declared, written, text),
            text,
            "{declared} {}",
            written.name()
        );
    }
}

#[test]
fn western_ones() {
    assert_eq!(
        title("iso-8859-1", WINDOWS_1252, "déjà vu – “x”"),
        "déjà vu – “x”"
    );
    assert_eq!(title("windows-1252", WINDOWS_1252, "naïve"), "naïve");
    assert_eq!(
        title("", WINDOWS_1252, "été à la plage, très jolie"),
        "été à la plage, très jolie"
    );
}

#[test]
fn utf_16_with_and_without_its_mark() {
    let text = body("UTF-16", "日本語とABC");
    for mark in ["\u{feff}", ""] {
        let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
        let le: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let be: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(feed(le).texts("title"), ["日本語とABC"]);
        assert_eq!(feed(be).texts("title"), ["日本語とABC"]);
    }
}

#[test]
fn one_bad_byte_costs_one_character() {
    let mut bytes = body("UTF-8", "日本語のフィードX").into_bytes();
    let at = bytes.iter().rposition(|byte| *byte == b'X').unwrap();
    bytes[at] = 0xff;
    assert_eq!(feed(bytes).texts("title"), ["日本語のフィード\u{fffd}"]);
}
