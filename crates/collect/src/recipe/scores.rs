//! The scores of a body: how likely vulnerabilities are to be exploited, by EPSS.

use std::io::{Read, Seek};
use std::sync::Arc;

use jiff::tz::Offset;
use noroshi_exchange::{BadRow, BodyError, Column, Format, Limits, RawRow, Rows, Tally, rows};
use noroshi_indicator::{Kind, Observable};
use noroshi_store::NewScore;
use serde_json::Value;

use super::error::Wrong;
use super::item_keys::ScoreKeys;
use super::text::{Maker, Reading, Text};
use super::{Recipe, Statements, time};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The `[score]` table, ready for rows.
#[derive(Debug)]
pub(super) struct ScoreMapping {
    reading: Reading,
    cve: Text,
    score: Text,
    percentile: Text,
    day: Text,
    columns: Vec<Column>,
}

impl ScoreMapping {
    pub(super) fn new(format: &Format, keys: &ScoreKeys) -> Result<Self, Wrong> {
        let reading = Reading {
            nested: format.is_nested(),
            empty: Vec::new(),
        };
        let mut columns = Vec::new();
        let mut make = Maker::new("score", &reading, &mut columns);
        let (cve, score) = (make.one("cve", &keys.cve)?, make.one("score", &keys.score)?);
        let percentile = make.one("percentile", &keys.percentile)?;
        let day = make.one("day", &keys.day)?;
        Ok(Self {
            cve,
            score,
            percentile,
            day,
            columns,
            reading,
        })
    }

    fn score(&self, row: &Value) -> Result<NewScore, String> {
        let one = |text: &Text, what: &str| {
            text.one(row, &self.reading)
                .ok_or_else(|| format!("the row has no {what}"))
        };
        let cve = one(&self.cve, "CVE number")?;
        let day = one(&self.day, "day")?;
        let micros = time::micros(&day, Offset::UTC).ok_or_else(|| format!("`{day}` is no day"))?;
        Ok(NewScore {
            cve: Observable::parse(Kind::Cve, cve.trim()).map_err(|error| error.to_string())?,
            day: micros.div_euclid(DAY),
            score: share(&one(&self.score, "score")?)?,
            percentile: share(&one(&self.percentile, "percentile")?)?,
        })
    }
}

/// A number of 0 to 1, times 100,000.
fn share(text: &str) -> Result<u32, String> {
    let number: f64 = text.trim().parse().unwrap_or(f64::NAN);
    if !(0.0..=1.0).contains(&number) {
        return Err(format!(
            "`{}` is no number from 0 to 1",
            text.chars().take(40).collect::<String>()
        ));
    }
    // Within 0 to 100,000, so nothing is cut.
    Ok((number * 100_000.0).round() as u32)
}

/// An iterator over the scores of a body. A row that cannot be used is a [`BadRow`]; the others go on.
#[must_use = "scores are read as they are asked for"]
pub struct Scores<'b> {
    rows: Rows<'b>,
    mapping: Arc<ScoreMapping>,
    row: RawRow,
    unusable: u64,
}

impl Recipe {
    /// The scores of a body, read from a file or from memory; none for a recipe of something else.
    ///
    /// # Errors
    /// If the body cannot be opened; errors that come later are told by [`Scores::finish`].
    pub fn scores<'b, B>(&self, body: B, limits: Limits) -> Result<Option<Scores<'b>>, BodyError>
    where
        B: Read + Seek + Send + 'b,
    {
        let Statements::Scores(mapping) = &self.statements else {
            return Ok(None);
        };
        let required: Vec<usize> = (0..mapping.columns.len()).collect();
        let rows = rows(body, &self.format(), &mapping.columns, &required, limits)?;
        Ok(Some(Scores {
            rows,
            mapping: Arc::clone(mapping),
            row: RawRow::default(),
            unusable: 0,
        }))
    }
}

impl Scores<'_> {
    /// What became of the body's lines, once the scores have ended.
    ///
    /// # Errors
    /// What ended the body before its end.
    pub fn finish(&self) -> Result<Tally, BodyError> {
        let tally = self.rows.finish()?;
        Ok(Tally {
            rows: tally.rows - self.unusable,
            bad: tally.bad + self.unusable,
            ..tally
        })
    }
}

impl Iterator for Scores<'_> {
    type Item = Result<NewScore, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.rows.read_value(&mut self.row)? {
            Ok(row) => row,
            Err(bad) => return Some(Err(bad)),
        };
        Some(self.mapping.score(&row).map_err(|reason| {
            self.unusable += 1;
            BadRow::new(self.row.line(), reason, self.row.shown().as_bytes())
        }))
    }
}
