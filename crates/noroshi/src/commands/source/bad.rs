//! `noroshi source bad`.

use noroshi_store::{BadRow, Reader};
use serde::Serialize;

use crate::place::Place;
use crate::print::{Out, safe};

/// Rows that are read at once.
const ROWS: usize = 1_000;

/// A row that could not be read.
#[derive(Serialize)]
pub(super) struct BadRowJson<'a> {
    line: u64,
    reason: &'a str,
    text: &'a str,
}

impl<'a> From<&'a BadRow> for BadRowJson<'a> {
    fn from(row: &'a BadRow) -> BadRowJson<'a> {
        BadRowJson {
            line: row.line,
            reason: &row.reason,
            text: &row.text,
        }
    }
}

/// A row as one line for people.
pub(super) fn shown(row: &BadRow) -> String {
    let (line, reason, text) = (row.line, safe(&row.reason), safe(&row.text));
    format!("line {line}: {reason}: {text}")
}

pub(super) async fn run(place: &Place, batch: i64, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let operator = Reader::operator();
    let mut out = Out::new();
    let mut after = 0;
    loop {
        let rows = store.bad_rows(&operator, batch, after, ROWS).await?;
        for row in &rows {
            if json {
                out.json(&BadRowJson::from(row))?;
            } else {
                out.line(shown(row))?;
            }
        }
        after += rows.len() as i64;
        if rows.len() < ROWS {
            return Ok(out.finish()?);
        }
    }
}
