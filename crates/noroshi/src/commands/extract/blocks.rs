//! A text of any size in blocks that end where a line does.

use std::io::{self, Read};

/// Bytes that are read at once.
const READ: usize = 1 << 20;

/// The longest line that is kept in one piece; a longer one is cut, and so may be what stands on the cut.
const LINE: usize = 16 << 20;

/// A part of the text.
pub(super) struct Block<'a> {
    /// Bytes that are no UTF-8 are blanks.
    pub(super) text: &'a str,
    /// Where it starts in the whole text, in bytes.
    pub(super) start: u64,
}

/// Reads a text block by block. Memory: two blocks, or the longest line.
pub(super) struct Blocks<R> {
    input: R,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were handed out.
    done: usize,
    start: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R) -> Blocks<R> {
        Blocks {
            input,
            buffer: Vec::new(),
            done: 0,
            start: 0,
            ended: false,
        }
    }

    /// The next block; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Block<'_>>> {
        self.buffer.drain(..self.done);
        self.start += self.done as u64;
        self.done = 0;
        let end = self.fill()?;
        if end == 0 {
            return Ok(None);
        }
        self.done = end;
        let start = self.start;
        let block = self.buffer.get_mut(..end).unwrap_or_default();
        blank_out(block);
        let text = std::str::from_utf8(block).map_err(io::Error::other)?;
        Ok(Some(Block { text, start }))
    }

    /// Reads until a block is whole, and tells where it ends.
    fn fill(&mut self) -> io::Result<usize> {
        let mut looked = 0;
        loop {
            let fresh = self.buffer.get(looked..).unwrap_or_default();
            if let Some(at) = fresh.iter().rposition(|byte| *byte == b'\n') {
                return Ok(looked + at + 1);
            }
            looked = self.buffer.len();
            if self.ended {
                return Ok(looked);
            }
            if looked >= LINE {
                return Ok(whole_characters(&self.buffer));
            }
            let read = self
                .input
                .by_ref()
                .take(READ as u64)
                .read_to_end(&mut self.buffer)?;
            self.ended = read < READ;
        }
    }
}

/// Where the last character that may go on behind the end starts.
fn whole_characters(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(3);
    let cut = bytes.get(tail..).unwrap_or_default();
    let lead = cut.iter().rposition(|byte| *byte >= 0xc0);
    lead.map_or(bytes.len(), |at| tail + at)
}

/// Puts blanks in the place of bytes that are no UTF-8, so that offsets stay.
fn blank_out(mut bytes: &mut [u8]) {
    while let Err(error) = std::str::from_utf8(bytes) {
        let from = error.valid_up_to();
        let rest = bytes.get_mut(from..).unwrap_or_default();
        let bad = error.error_len().unwrap_or(rest.len());
        let (blanks, after) = rest.split_at_mut(bad);
        blanks.fill(b' ');
        bytes = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(input: &[u8]) -> Vec<(u64, String)> {
        let mut blocks = Blocks::new(input);
        let mut all = Vec::new();
        while let Some(block) = blocks.next().unwrap() {
            all.push((block.start, block.text.to_owned()));
        }
        all
    }

    #[test]
    fn blocks_end_with_lines() {
        let line = format!("{}\n", "x".repeat(999));
        let text = line.repeat(3_000);
        let blocks = all(text.as_bytes());
        assert!(blocks.len() >= 3);
        assert!(blocks.iter().all(|(_, text)| text.ends_with('\n')));
        assert_eq!(
            blocks
                .iter()
                .map(|(_, text)| text.as_str())
                .collect::<String>(),
            text
        );
        assert_eq!(blocks[1].0 as usize, blocks[0].1.len());
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters() {
        let text = "あ".repeat(LINE / 3 + 2_000_000);
        let blocks = all(text.as_bytes());
        assert!(blocks.len() >= 2);
        assert_eq!(
            blocks
                .iter()
                .map(|(_, text)| text.as_str())
                .collect::<String>(),
            text
        );
    }

    #[test]
    fn what_is_no_text_is_blank() {
        assert_eq!(
            all(b"a\xffb\xe3\x81\nc\xe3"),
            [(0, "a b  \n".to_owned()), (6, "c ".to_owned())]
        );
        assert!(all(b"").is_empty());
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_moved(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let blocks = all(&bytes);
            let mut at = 0;
            for (start, text) in &blocks {
                prop_assert_eq!(*start, at);
                at += text.len() as u64;
            }
            prop_assert_eq!(at, bytes.len() as u64);
            let text: String = blocks.into_iter().map(|(_, text)| text).collect();
            // Every byte is as it was, or a blank.
            for (seen, byte) in text.bytes().zip(&bytes) {
                prop_assert!(seen == *byte || seen == b' ');
            }
            if let Ok(valid) = std::str::from_utf8(&bytes) {
                prop_assert_eq!(text, valid);
            }
        }
    }
}
