//! A feed of 100,000 items comes as a stream, and its memory does not grow.

use std::io::Read;

use noroshi_exchange::{Limits, RawRow, rows_of_stream};

use crate::format;

const ITEMS: usize = 100_000;

/// Writes a feed as it is read.
struct Endless {
    next: usize,
    piece: Vec<u8>,
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.at == self.piece.len() {
            self.at = 0;
            self.piece = match self.next {
                0 => b"<?xml version='1.0'?><rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>t</title>\n".to_vec(),
                n if n <= ITEMS => format!(
                    "<item><title>Item {n}</title><link>https://a.example/{n}</link><dc:creator>a</dc:creator>\
                     <description>&lt;p&gt;{}&lt;/p&gt;</description></item>\n",
                    "text ".repeat(80)
                )
                .into_bytes(),
                n if n == ITEMS + 1 => b"</channel></rss>".to_vec(),
                _ => return Ok(0),
            };
            self.next += 1;
        }
        let n = out.len().min(self.piece.len() - self.at);
        out[..n].copy_from_slice(&self.piece[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

/// The memory of this process in kilobytes, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_hundred_thousand_items() {
    let body = Endless {
        next: 0,
        piece: Vec::new(),
        at: 0,
    };
    let format = format("type = 'feed'");
    let mut rows = rows_of_stream(body, &format, &[], &[], Limits::default()).unwrap();
    let mut row = RawRow::default();
    let (mut read, mut early) = (0, None);
    while let Some(item) = rows.read_value(&mut row) {
        let item = item.unwrap();
        read += 1;
        assert_eq!(item["title"], format!("Item {read}"));
        if read == 1_000 {
            early = resident();
        }
    }
    assert_eq!(read, ITEMS);
    assert_eq!(rows.finish().unwrap().rows, ITEMS as u64);
    // The body has 60 MB. Other tests run beside this one, so there is room for what they take.
    if let (Some(early), Some(late)) = (early, resident()) {
        assert!(late < early + 200_000, "{early} kB became {late} kB");
    }
}
