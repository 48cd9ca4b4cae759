//! The listings of a body: its rows, read by a recipe.

use std::collections::VecDeque;
use std::io::{Read, Seek};
use std::sync::Arc;

use noroshi_exchange::{BadRow, BodyError, Limits, RawRow, Rows, Tally, rows, rows_of_stream};
use noroshi_store::NewListing;

use super::mapping::{Listed, Mapping};
use super::{Recipe, Statements};

/// An iterator over what a body lists. A row that cannot be used is a [`BadRow`]; the others go on.
///
/// A body that breaks off ends the listings early: [`Listings::finish`] tells, and a snapshot is whole only if it says so.
#[must_use = "listings are read as they are asked for"]
pub struct Listings<'b> {
    rows: Rows<'b>,
    mapping: Arc<Mapping>,
    row: RawRow,
    scratch: String,
    ready: VecDeque<Listed>,
    /// Rows that were read but have no value that can be used.
    unusable: u64,
}

impl Recipe {
    /// What a body lists, read from a file or from memory.
    ///
    /// # Errors
    /// If the body cannot be opened; errors that come later are told by [`Listings::finish`].
    pub fn listings<'b, B>(&self, body: B, limits: Limits) -> Result<Listings<'b>, BodyError>
    where
        B: Read + Seek + Send + 'b,
    {
        let mapping = self.mapping();
        let (columns, required) = mapping.columns();
        Ok(Listings::new(
            rows(body, &self.format(), columns, required, limits)?,
            &mapping,
        ))
    }

    /// What a body lists that can be read only once: standard input, or what a command prints.
    ///
    /// # Errors
    /// If the body cannot be opened, or is a zip archive.
    pub fn listings_of_stream<'b>(
        &self,
        body: impl Read + Send + 'b,
        limits: Limits,
    ) -> Result<Listings<'b>, BodyError> {
        let mapping = self.mapping();
        let (columns, required) = mapping.columns();
        let rows = rows_of_stream(body, &self.format(), columns, required, limits)?;
        Ok(Listings::new(rows, &mapping))
    }

    /// How rows become listings; of a recipe of something else, none do.
    fn mapping(&self) -> Arc<Mapping> {
        match &self.statements {
            Statements::Listings(mapping) => Arc::clone(mapping),
            _ => Arc::default(),
        }
    }
}

impl<'b> Listings<'b> {
    fn new(rows: Rows<'b>, mapping: &Arc<Mapping>) -> Self {
        Self {
            rows,
            mapping: Arc::clone(mapping),
            row: RawRow::default(),
            scratch: String::new(),
            ready: VecDeque::new(),
            unusable: 0,
        }
    }
}

impl Listings<'_> {
    /// What became of the body's lines, once the listings have ended. A row with several observables counts once; it is
    /// bad if its own value is.
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

impl Iterator for Listings<'_> {
    type Item = Result<NewListing, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Some(ready);
            }
            match self.rows.read(&mut self.row)? {
                Ok(()) => {
                    let usable =
                        self.mapping
                            .listings(&self.row, &mut self.scratch, &mut self.ready);
                    self.unusable += u64::from(!usable);
                }
                Err(bad) => return Some(Err(bad)),
            }
        }
    }
}
