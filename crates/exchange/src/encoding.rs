//! Turns a body of any encoding into UTF-8 bytes, as a stream.
//!
//! A byte order mark decides, then what the format declares, then the first 64 kB: UTF-8 where they are (nearly) valid
//! UTF-8, else the best guess of chardetng. UTF-8 is passed on as it is; its invalid bytes are the business of the row
//! that holds them.

use std::io::{BufRead, BufReader, Cursor, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8};

use crate::BodyError;
use crate::body::Unpacked;
use crate::prolog;

/// How much of the body the guess is made from.
const HEAD_BYTES: u64 = 64 << 10;

/// A body as UTF-8 bytes (invalid sequences possible where the body is UTF-8).
pub(crate) type Utf8<'a> = BufReader<Unpacked<'a>>;

/// `markup`: the body may be XML, which declares its encoding itself and is read only as sound UTF-8.
pub(crate) fn utf8<'a>(
    mut body: Unpacked<'a>,
    declared: Option<&'static Encoding>,
    markup: bool,
) -> Utf8<'a> {
    let mut head = Vec::new();
    // An error this early comes again after the head: the rows before it are still good.
    let broken = body
        .by_ref()
        .take(HEAD_BYTES)
        .read_to_end(&mut head)
        .err()
        .map(BodyError::from_io);
    let (encoding, mark) = match Encoding::for_bom(&head) {
        Some((encoding, mark)) => (encoding, mark),
        None if markup => (
            declared.unwrap_or_else(|| prolog::encoding(&head, guess)),
            0,
        ),
        None => (declared.unwrap_or_else(|| guess(&head)), 0),
    };
    let mut head = Cursor::new(head);
    head.set_position(mark as u64);
    let whole: Unpacked<'a> = match broken {
        Some(error) => Box::new(head.chain(Broken(error))),
        None => Box::new(head.chain(body)),
    };
    if encoding == UTF_8 && !markup {
        return BufReader::with_capacity(HEAD_BYTES as usize, whole);
    }
    let transcoded = Transcoded {
        input: BufReader::with_capacity(HEAD_BYTES as usize, whole),
        decoder: encoding.new_decoder_without_bom_handling(),
        output: vec![0; HEAD_BYTES as usize],
        ready: 0..0,
        ended: false,
    };
    BufReader::with_capacity(HEAD_BYTES as usize, Box::new(transcoded))
}

/// UTF-8 if the head mostly is, else the best guess among the legacy encodings.
pub(crate) fn guess(head: &[u8]) -> &'static Encoding {
    let (mut good, mut bad) = (0_usize, 0_usize);
    let mut chunks = head.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        // A character that the end of the head cuts off is no fault.
        let cut = chunks.peek().is_none()
            && std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
        bad += usize::from(!chunk.invalid().is_empty() && !cut);
    }
    // Text in another encoding rarely happens to hold a sound UTF-8 sequence. NUL bytes: no text, leave it as it is.
    if bad == 0 || good > bad.saturating_mul(2) || head.contains(&0) {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(head, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Gives the error that ended the head.
struct Broken(BodyError);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(self.0.clone().into_io())
    }
}

struct Transcoded<'a> {
    input: BufReader<Unpacked<'a>>,
    decoder: Decoder,
    output: Vec<u8>,
    /// The part of `output` that was not handed out yet.
    ready: std::ops::Range<usize>,
    ended: bool,
}

impl Read for Transcoded<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.ready.is_empty() && !self.ended {
            let input = self.input.fill_buf()?;
            let last = input.is_empty();
            // Malformed sequences become U+FFFD.
            let (result, taken, given, _) =
                self.decoder.decode_to_utf8(input, &mut self.output, last);
            self.input.consume(taken);
            self.ready = 0..given;
            self.ended = last && result == CoderResult::InputEmpty;
        }
        let n = self.ready.len().min(out.len());
        let from = self.output.get(self.ready.start..self.ready.start + n);
        if let (Some(from), Some(to)) = (from, out.get_mut(..n)) {
            to.copy_from_slice(from);
        }
        self.ready.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8], declared: Option<&'static Encoding>) -> String {
        let mut text = Vec::new();
        utf8(Box::new(Cursor::new(body.to_vec())), declared, false)
            .read_to_end(&mut text)
            .unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    const PROSE: &str =
        "日付,URL,ブランド\n2026-08-01,http://login.example/,架空銀行をかたるフィッシング\n";

    #[test]
    fn byte_order_marks_decide() {
        assert_eq!(read("\u{feff}a,é\n".as_bytes(), None), "a,é\n");
        let le: Vec<u8> = "\u{feff}あ,b\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read(&le, None), "あ,b\r\n");
        let be: Vec<u8> = "\u{feff}あ,b\r\n"
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect();
        assert_eq!(read(&be, None), "あ,b\r\n");
    }

    #[test]
    fn japanese_legacy_encodings_are_guessed() {
        for encoding in [encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP] {
            let (bytes, _, unmappable) = encoding.encode(PROSE);
            assert!(!unmappable);
            assert_eq!(read(&bytes, None), PROSE, "{}", encoding.name());
            assert_eq!(read(&bytes, Some(encoding)), PROSE);
        }
    }

    #[test]
    fn latin_1_is_guessed() {
        let bytes = b"203.0.113.7,caf\xe9 cr\xe8me\n198.51.100.2,d\xe9j\xe0 vu\n";
        assert_eq!(
            read(bytes, None),
            "203.0.113.7,café crème\n198.51.100.2,déjà vu\n"
        );
    }

    #[test]
    fn one_bad_byte_does_not_spoil_utf8() {
        let mut bytes = PROSE.as_bytes().to_vec();
        bytes.extend(b"\xff\n");
        assert_eq!(read(&bytes, None), format!("{PROSE}\u{fffd}\n"));
    }

    #[test]
    fn a_character_across_the_end_of_the_head_is_still_utf8() {
        let text = format!("{}é\n", "a".repeat(HEAD_BYTES as usize - 1));
        assert_eq!(read(text.as_bytes(), None), text);
    }
}
