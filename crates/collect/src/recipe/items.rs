//! The items of a body: its rows, read by a recipe.

use std::io::{Read, Seek};
use std::sync::Arc;

use noroshi_exchange::{BadRow, BodyError, Limits, RawRow, Rows, Tally, rows, rows_of_stream};
use noroshi_store::NewItem;

use super::item_mapping::{ItemMapping, Made};
use super::{Recipe, Statements};

/// Longest text of an item that several rows make up, in bytes.
const FOLDED_BYTES: usize = 64 << 10;
/// Most rows that make up one item.
const FOLDED_ROWS: usize = 1_000;

/// An iterator over the items of a body. A row that cannot be used is a [`BadRow`]; the others go on.
///
/// A body that breaks off ends the items early: [`Items::finish`] tells.
#[must_use = "items are read as they are asked for"]
pub struct Items<'b> {
    rows: Rows<'b>,
    mapping: Arc<ItemMapping>,
    row: RawRow,
    /// An item to which the next row may belong, and how many rows it has.
    open: Option<(NewItem, usize)>,
    /// A bad row that waits until the item before it is out.
    bad: Option<BadRow>,
    ended: bool,
    unusable: u64,
    skipped: u64,
}

impl Recipe {
    /// The items of a body, read from a file or from memory; none for a recipe of something else.
    ///
    /// # Errors
    /// If the body cannot be opened; errors that come later are told by [`Items::finish`].
    pub fn items<'b, B>(&self, body: B, limits: Limits) -> Result<Option<Items<'b>>, BodyError>
    where
        B: Read + Seek + Send + 'b,
    {
        let Statements::Items(mapping) = &self.statements else {
            return Ok(None);
        };
        let rows = rows(body, &self.format(), mapping.columns(), &[], limits)?;
        Ok(Some(Items::new(rows, mapping)))
    }

    /// As [`Recipe::items`] of a body that can be read only once.
    ///
    /// # Errors
    /// If the body cannot be opened, or is a zip archive.
    pub fn items_of_stream<'b>(
        &self,
        body: impl Read + Send + 'b,
        limits: Limits,
    ) -> Result<Option<Items<'b>>, BodyError> {
        let Statements::Items(mapping) = &self.statements else {
            return Ok(None);
        };
        let rows = rows_of_stream(body, &self.format(), mapping.columns(), &[], limits)?;
        Ok(Some(Items::new(rows, mapping)))
    }
}

impl<'b> Items<'b> {
    fn new(rows: Rows<'b>, mapping: &Arc<ItemMapping>) -> Self {
        Self {
            rows,
            mapping: Arc::clone(mapping),
            row: RawRow::default(),
            open: None,
            bad: None,
            ended: false,
            unusable: 0,
            skipped: 0,
        }
    }

    /// What became of the body's lines, once the items have ended. A row that the recipe does not want counts as
    /// `metadata`.
    ///
    /// # Errors
    /// What ended the body before its end.
    pub fn finish(&self) -> Result<Tally, BodyError> {
        let tally = self.rows.finish()?;
        Ok(Tally {
            rows: tally.rows - self.unusable - self.skipped,
            bad: tally.bad + self.unusable,
            metadata: tally.metadata + self.skipped,
            ..tally
        })
    }

    /// The next row that is an item.
    fn made(&mut self) -> Option<Result<NewItem, BadRow>> {
        loop {
            let row = match self.rows.read_value(&mut self.row)? {
                Ok(row) => row,
                Err(bad) => return Some(Err(bad)),
            };
            match self.mapping.item(&row) {
                Made::Item(item) => return Some(Ok(*item)),
                Made::Skipped => self.skipped += 1,
                Made::Bad(reason) => {
                    self.unusable += 1;
                    let shown = row.to_string();
                    return Some(Err(BadRow::new(self.row.line(), reason, shown.as_bytes())));
                }
            }
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Result<NewItem, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.mapping.fold {
            return self.made();
        }
        if let Some(bad) = self.bad.take() {
            return Some(Err(bad));
        }
        while !self.ended {
            match (self.made(), &mut self.open) {
                (None, _) => self.ended = true,
                (Some(Ok(item)), Some((open, rows)))
                    if open.key == item.key && *rows < FOLDED_ROWS =>
                {
                    *rows += 1;
                    fold(open, item);
                }
                (Some(Ok(item)), _) => {
                    let before = self.open.replace((item, 1));
                    if let Some((before, _)) = before {
                        return Some(Ok(before));
                    }
                }
                (Some(Err(bad)), _) => match self.open.take() {
                    None => return Some(Err(bad)),
                    Some((before, _)) => {
                        self.bad = Some(bad);
                        return Some(Ok(before));
                    }
                },
            }
        }
        self.open.take().map(|(item, _)| Ok(item))
    }
}

/// Adds what a further row says to an item.
fn fold(open: &mut NewItem, item: NewItem) {
    if !item.text.is_empty() && open.text.len() + item.text.len() < FOLDED_BYTES {
        open.text.push('\n');
        open.text.push_str(&item.text);
    }
    for observable in item.observables {
        if !open.observables.contains(&observable) {
            open.observables.push(observable);
        }
    }
    for tag in item.tags {
        if !open.tags.contains(&tag) {
            open.tags.push(tag);
        }
    }
    open.tags.sort_unstable();
}
