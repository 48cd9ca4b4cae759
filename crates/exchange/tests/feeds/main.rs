//! Feeds and XML: every form of them, what breaks them, and a slow model of the whole.

#![allow(clippy::unwrap_used)] // Helpers of tests are not seen as tests.

mod bad;
mod encodings;
mod forms;
mod large;
mod model;
mod whole;

use std::io::{Cursor, Read};

use noroshi_exchange::{BadRow, BodyError, Format, Limits, RawRow, Tally, rows, rows_of_stream};
use serde_json::Value;

/// What came of a body.
#[derive(Debug, PartialEq)]
struct Reading {
    items: Vec<Value>,
    lines: Vec<u64>,
    bad: Vec<BadRow>,
    end: Result<Tally, BodyError>,
}

impl Reading {
    /// A member of each item; `-` where it has none.
    fn texts(&self, name: &str) -> Vec<&str> {
        let text = |item: &'_ Value| item.get(name).and_then(Value::as_str).map(str::len);
        self.items
            .iter()
            .map(|item| match text(item) {
                Some(_) => item[name].as_str().unwrap(),
                None => "-",
            })
            .collect()
    }
}

fn format(layout: &str) -> Format {
    let format: Format = toml::from_str(layout).unwrap();
    format.check().unwrap();
    format
}

fn take(mut rows: noroshi_exchange::Rows<'_>) -> Reading {
    let (mut items, mut lines, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    let mut row = RawRow::default();
    while let Some(read) = rows.read_value(&mut row) {
        match read {
            Ok(item) => {
                items.push(item);
                lines.push(row.line());
            }
            Err(row) => bad.push(row),
        }
    }
    Reading {
        items,
        lines,
        bad,
        end: rows.finish(),
    }
}

fn read(body: impl AsRef<[u8]>, layout: &str) -> Reading {
    let format = format(layout);
    take(
        rows(
            Cursor::new(body.as_ref()),
            &format,
            &[],
            &[],
            Limits::default(),
        )
        .unwrap(),
    )
}

fn feed(body: impl AsRef<[u8]>) -> Reading {
    read(body, "type = 'feed'")
}

fn read_stream(body: impl Read + Send, layout: &str) -> Reading {
    let format = format(layout);
    take(rows_of_stream(body, &format, &[], &[], Limits::default()).unwrap())
}

/// Gives a body in pieces of so many bytes.
struct Pieces<'a>(&'a [u8], usize);

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.1.min(self.0.len()).min(out.len());
        let (piece, rest) = self.0.split_at(n);
        out[..n].copy_from_slice(piece);
        self.0 = rest;
        Ok(n)
    }
}

/// A feed of RSS 2.0 around some items.
fn rss(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>t</title>{items}</channel></rss>"
    )
}
