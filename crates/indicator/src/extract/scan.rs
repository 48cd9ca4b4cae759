//! One pass over the text: words, and what each may be the beginning of.
//!
//! Every reader that a word is offered to looks a bounded way ahead, and what it consumed is not
//! looked at again, so the whole is linear in the text.

use super::{Hit, artefact, chain::Chain, hex, link, mail, name, network, token};
use crate::prose::spaceless;
use crate::refang::mark::{self, narrow};
use crate::refang::scheme;

/// Part of a word: letter, digit, hyphen or underscore, or the first byte of something wider.
const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const JOINER: u8 = 4;
const WIDE: u8 = 8;
/// A full-width or accented letter in the word.
const FOREIGN: u8 = 16;

const MIXED: u8 = LETTER | DIGIT;

/// Characters of the shortest hash, coin address, and value with hyphens (`CVE-1999-0001`).
const SHORTEST_HASH: usize = 32;
const SHORTEST_COIN: usize = 26;
const SHORTEST_JOINED: usize = 13;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'0'..=b'9' => DIGIT,
            b'-' | b'_' => JOINER,
            0x80.. => WIDE,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// A run of word characters of scripts with spaces between words, or of scripts without.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    class: u8,
    spaceless: bool,
}

impl Word {
    pub(super) fn has_digit(self) -> bool {
        self.class & DIGIT != 0
    }

    pub(super) fn has_joiner(self) -> bool {
        self.class & JOINER != 0
    }

    pub(super) fn is_ascii(self) -> bool {
        self.class & FOREIGN == 0 && !self.spaceless
    }
}

/// What came of a word.
pub(super) enum Step {
    /// Something was found.
    Found(Hit),
    /// Nothing begins before this offset.
    Skip(usize),
}

/// Letters and digits; the Japanese ones without a look into the tables.
#[inline]
fn is_letter(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '一'..='\u{9fff}') || c.is_alphanumeric()
}

#[inline]
fn is_unspaced(c: char) -> bool {
    spaceless(c) && is_letter(c)
}

/// The next word at or after an offset.
fn next_word(text: &str, mut at: usize) -> Option<Word> {
    let bytes = text.as_bytes();
    loop {
        let byte = *bytes.get(at)?;
        match CLASS[byte as usize] {
            0 => at += 1,
            JOINER if byte == b'-' => at += 1,
            WIDE => {
                let c = text[at..].chars().next()?;
                if is_letter(c) || narrow(c).is_ascii_alphanumeric() {
                    return Some(word(text, at));
                }
                at += c.len_utf8();
            }
            _ => return Some(word(text, at)),
        }
    }
}

/// The word that begins at an offset.
fn word(text: &str, start: usize) -> Word {
    let bytes = text.as_bytes();
    let mut end = start;
    let mut class = 0;
    while let Some(&byte) = bytes.get(end) {
        match CLASS[byte as usize] {
            0 => break,
            WIDE => {
                let Some(c) = text[end..].chars().next() else {
                    break;
                };
                if is_unspaced(c) {
                    if end == start {
                        return spaceless_word(text, start);
                    }
                    break;
                }
                if !narrow(c).is_ascii_alphanumeric() && !c.is_alphanumeric() {
                    break;
                }
                class |= FOREIGN | if c.is_numeric() { DIGIT } else { LETTER };
                end += c.len_utf8();
            }
            other => {
                class |= other;
                end += 1;
            }
        }
    }
    Word {
        start,
        end,
        class,
        spaceless: false,
    }
}

fn spaceless_word(text: &str, start: usize) -> Word {
    let len = text[start..].find(|c| !is_unspaced(c));
    let end = len.map_or(text.len(), |len| start + len);
    Word {
        start,
        end,
        class: FOREIGN | LETTER,
        spaceless: true,
    }
}

/// The search itself: where it stands, and memory that is used again.
#[derive(Debug)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// End of what was found last: nothing may reach back over it.
    floor: usize,
    chain: Chain,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            floor: 0,
            chain: Chain::default(),
        }
    }

    pub(super) fn next_hit(&mut self) -> Option<Hit> {
        while let Some(word) = next_word(self.text, self.at) {
            self.at = word.end;
            if self.is_plain(word) {
                continue;
            }
            match self.consider(word) {
                Step::Found(hit) => {
                    self.at = self.at.max(hit.end);
                    self.floor = hit.end;
                    return Some(hit);
                }
                Step::Skip(to) => self.at = self.at.max(to),
            }
        }
        None
    }

    /// Whether a word is only that: the quick way past prose.
    #[inline]
    fn is_plain(&self, word: Word) -> bool {
        let bytes = self.text.as_bytes();
        let plain = match word.class {
            LETTER => word.end - word.start < SHORTEST_HASH,
            DIGIT => true,
            // AS64500 and T1059; everything else with digits in it is longer.
            MIXED => {
                word.end - word.start < SHORTEST_COIN && !matches!(bytes[word.start], b'A' | b'T')
            }
            class => class & FOREIGN == 0 && word.end - word.start < SHORTEST_JOINED,
        };
        if !plain || word.start > 0 && bytes[word.start - 1] == b':' {
            return false;
        }
        match bytes.get(word.end) {
            Some(b' ') => match bytes.get(word.end + 1) {
                Some(b'[' | b'(' | b'{' | b'<' | b'.' | b'\\' | 0x80..) => false,
                Some(b'd' | b'D') => {
                    mark::spaced_word(self.text, word.end, "dot").is_none() && !keyword(bytes, word)
                }
                Some(b'a' | b'A') => {
                    mark::spaced_word(self.text, word.end, "at").is_none() && !keyword(bytes, word)
                }
                _ => !keyword(bytes, word),
            },
            Some(
                b',' | b'\n' | b'\r' | b'\t' | b';' | b'"' | b')' | b'!' | b'?' | b'>' | b'='
                | b'+',
            )
            | None => !keyword(bytes, word),
            Some(b'.') => {
                matches!(bytes.get(word.end + 1), Some(b' ' | b'\n' | b'\r') | None)
                    && !keyword(bytes, word)
            }
            _ => false,
        }
    }

    fn consider(&mut self, word: Word) -> Step {
        let text = self.text;
        if word.spaceless {
            return match self.goes_on(word.end) {
                true => self.chain_from(word),
                false => Step::Skip(word.end),
            };
        }
        if let Some(step) = self.link_from(word) {
            return step;
        }
        if word.is_ascii() {
            if let Some(hit) = artefact::read(text, word.start, word.end) {
                return Step::Found(hit);
            }
            if let Some(hit) = hex::ssdeep(text, word.start, word.end) {
                return Step::Found(hit);
            }
            if let Some(step) = network::read(text, word.start, word.end, self.floor) {
                return step;
            }
        }
        self.chain_from(word)
    }

    /// Whether a name in a script without spaces may go on here: behind it, a full stop of that script
    /// is the end of the sentence.
    fn goes_on(&self, at: usize) -> bool {
        match self.text.as_bytes().get(at) {
            Some(b'.' | b'[' | b'(' | b'{' | b'<' | b'\\' | b'^' | b' ' | b'@') => true,
            Some(0x80..) => {
                !self.text[at..].starts_with(['。', '．', '｡', '・'])
                    && mark::dot(self.text, at).is_some()
            }
            _ => false,
        }
    }

    /// A URL, if the word is its scheme or ends in it.
    fn link_from(&mut self, word: Word) -> Option<Step> {
        let bytes = self.text.as_bytes();
        let next = *bytes.get(word.end)?;
        let joined = word.has_joiner();
        // h__p, and http__evil.example.
        let underlined = || {
            joined
                && bytes[word.start..word.end]
                    .windows(2)
                    .any(|pair| pair == b"__")
        };
        let opens = matches!(
            next,
            b':' | b'[' | b'(' | b'{' | b'*' | b'/' | b']' | b')' | b'\\' | 0x80..
        );
        if !opens && !underlined() {
            return None;
        }
        let mut start = word.start;
        let mut head = scheme::read(self.text, start);
        if head.is_none() && joined && matches!(next, b':' | b'[') {
            let last = bytes[word.start..word.end]
                .iter()
                .rposition(|b| matches!(b, b'-' | b'_'))?;
            start += last + 1;
            head = scheme::read(self.text, start);
        }
        link::read(self.text, start, head?, &mut self.chain)
    }

    /// A run of labels with dots between them that begins with the word: a name, an e-mail address,
    /// a file; or the word alone.
    fn chain_from(&mut self, word: Word) -> Step {
        let text = self.text;
        self.chain.read(text, word.start);
        let chain = &self.chain;
        if let Some(step) = mail::read(text, chain, self.floor) {
            return step;
        }
        if chain.labels() > 1 {
            if let Some(hit) = name::read(text, chain) {
                return Step::Found(hit);
            }
            if let Some(hit) = token::in_chain(text, chain) {
                return Step::Found(hit);
            }
            // The last label may be the beginning of something else: "end.http://…".
            return Step::Skip(chain.last_start().max(word.end));
        }
        match token::read(text, word) {
            Some(hit) => Step::Found(hit),
            None => Step::Skip(word.end),
        }
    }
}

/// Words of letters alone that begin something.
fn keyword(bytes: &[u8], word: Word) -> bool {
    let word = &bytes[word.start..word.end];
    word.eq_ignore_ascii_case(b"mutex") || word.eq_ignore_ascii_case(b"asn")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_read_over_and_over() {
        for piece in [
            "a.",
            "a[.]b",
            "1.1.1.1.",
            "あ.",
            "a・",
            "ａ．",
            "T1059.",
            "a@",
            "http://a.jp,",
            "http://あいう.",
            "a-b_c.",
            "例え.",
            "d41d8cd98f00b204e9800998ecf8427e.",
        ] {
            let text = piece.repeat(200_000 / piece.len());
            let mut scan = Scan::new(&text);
            while scan.next_hit().is_some() {}
            let most = 20 * text.len();
            assert!(
                scan.chain.consumed <= most,
                "{piece}: {} bytes of {}",
                scan.chain.consumed,
                text.len()
            );
        }
    }
}
