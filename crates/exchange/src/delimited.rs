//! Rows of delimited text: comments, headers, ragged rows, and quotes that never close.

use std::io::BufRead;

use crate::fields::{Dialect, Fed, Fields};
use crate::format::{Format, Header, Quote};
use crate::lines::{Line, Lines};
use crate::rows::{Tally, text_of};
use crate::{BadRow, BodyError, Column, RawRow};

/// How many lines a quoted field may cover. A quote still open after as many is a stray one: its row is bad, and
/// reading goes on with the line below it.
const RECORD_LINES: usize = 64;

/// How many bytes of names are shown where a column is missing.
const SHOWN_HEADER: usize = 200;

pub(crate) struct Delimited<B> {
    lines: Lines<B>,
    line: Line,
    dialect: Dialect,
    comments: Vec<String>,
    header: Header,
    wanted: Vec<Column>,
    required: Vec<usize>,
    /// For every wanted column its place in a record, once known.
    places: Option<Vec<Option<usize>>>,
    /// How many fields a record has to have.
    width: Option<usize>,
    fields: Fields,
    said: Said,
    error: Option<BodyError>,
}

impl<B: BufRead> Delimited<B> {
    pub(crate) fn new(input: B, format: &Format, wanted: &[Column], required: &[usize]) -> Self {
        let quote = match format.quote {
            Some(Quote::Char(quote)) => u8::try_from(quote).ok(),
            Some(Quote::Switch(false)) => None,
            Some(Quote::Switch(true)) | None => Some(b'"'),
        };
        let mut rows = Self {
            lines: Lines::new(input),
            line: Line::default(),
            dialect: Dialect {
                delimiter: format
                    .delimiter
                    .and_then(|c| u8::try_from(c).ok())
                    .unwrap_or(b','),
                quote,
                space_after_delimiter: format.space_after_delimiter.unwrap_or(false),
            },
            comments: format.comments(),
            header: format.header.unwrap_or_default(),
            wanted: wanted.to_vec(),
            required: required.to_vec(),
            places: None,
            width: format.columns,
            fields: Fields::default(),
            said: Said::new(wanted),
            error: None,
        };
        if rows.header == Header::No {
            let names = Fields::default();
            rows.places = Some(rows.find(&names));
        }
        rows
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.error.as_ref().or_else(|| self.lines.error())
    }

    pub(crate) fn read(
        &mut self,
        row: &mut RawRow,
        tally: &mut Tally,
    ) -> Option<Result<(), BadRow>> {
        loop {
            if self.error.is_some() || !self.lines.next(&mut self.line) {
                return None;
            }
            let start = self.line.bytes.trim_ascii_start();
            if start.is_empty() {
                tally.blank += 1;
                continue;
            }
            if let Some(comment) = self
                .comments
                .iter()
                .find_map(|prefix| start.strip_prefix(prefix.as_bytes()))
            {
                tally.comments += 1;
                self.said.take(comment);
                if self.places.is_none() && self.header == Header::Commented {
                    let comment = String::from_utf8_lossy(comment).into_owned();
                    self.try_header(comment.trim());
                }
                continue;
            }
            if self.places.is_none() {
                // A header that should be a comment may have lost its comment sign.
                if !self.line.too_long && !self.line.cut {
                    let header = String::from_utf8_lossy(&self.line.bytes).into_owned();
                    self.try_header(&header);
                    if self.places.is_some() {
                        tally.headers += 1;
                        continue;
                    }
                }
                self.missing();
                return None;
            }
            return Some(self.record(row));
        }
    }

    /// One record from the current line on.
    fn record(&mut self, row: &mut RawRow) -> Result<(), BadRow> {
        let bad = |line: &Line, reason: String| Err(BadRow::new(line.number, reason, &line.bytes));
        let text = match text_of(&self.line) {
            Ok(text) => text,
            Err(reason) => return bad(&self.line, reason),
        };
        let mut further = 0;
        if self.fields.start(&text, self.dialect) == Fed::Open {
            match self.continued() {
                Ok(lines) => further = lines,
                Err(reason) => return bad(&self.line, reason.to_owned()),
            }
        }
        if let Some(width) = self.width.filter(|width| *width != self.fields.len()) {
            let reason = format!("{} fields where {width} were expected", self.fields.len());
            return bad(&self.line, reason);
        }
        row.start(self.line.number, 1 + further);
        for (column, place) in self.places.iter().flatten().enumerate() {
            let field = place.and_then(|place| self.fields.get(place));
            row.push(field.or_else(|| self.said.get(column)));
        }
        Ok(())
    }

    /// Reads the further lines of a record whose quote is open, and says how many there were. Where it stays open, or
    /// what comes out is no record, the lines are put back, so that each is read as a row of its own.
    fn continued(&mut self) -> Result<u64, &'static str> {
        let mut taken: Vec<Line> = Vec::new();
        let mut bytes = self.line.bytes.len();
        let why = loop {
            let mut next = Line::default();
            if !self.lines.next(&mut next) {
                break "a quote is never closed";
            }
            bytes += next.bytes.len() + 1;
            let fed = match text_of(&next) {
                Ok(text) if bytes <= crate::error::ROW_BYTES => {
                    self.fields.go_on(&text, self.dialect)
                }
                _ => Fed::Contradiction,
            };
            taken.push(next);
            match fed {
                Fed::Open if taken.len() < RECORD_LINES => {}
                Fed::Complete if self.width.is_none_or(|width| width == self.fields.len()) => {
                    return Ok(taken.len() as u64);
                }
                _ => break "a quote is not closed where the row ends",
            }
        };
        self.lines.put_back(taken.into_iter());
        Err(why)
    }

    /// Takes `text` as the header if it names every column that is needed.
    fn try_header(&mut self, text: &str) {
        let mut names = Fields::default();
        if names.start(text, self.dialect) != Fed::Complete {
            return;
        }
        let places = self.find(&names);
        let found = |index: usize| {
            places.get(index).is_some_and(Option::is_some) || self.said.is_said(index)
        };
        let named = |index: usize| matches!(self.wanted.get(index), Some(Column::Name(_)));
        // A comment is a header only by the names in it.
        let is_header = self.header == Header::Yes
            || (0..self.wanted.len()).any(|index| named(index) && found(index));
        if is_header && self.required.iter().all(|index| found(*index)) {
            self.width = self.width.or(Some(names.len()));
            self.places = Some(places);
        } else {
            self.fields = names;
        }
    }

    fn find(&self, names: &Fields) -> Vec<Option<usize>> {
        let place = |column: &Column| match column {
            Column::Position(n) => n.checked_sub(1),
            Column::Name(name) => names
                .iter()
                .position(|found| found.trim().eq_ignore_ascii_case(name)),
        };
        self.wanted.iter().map(place).collect()
    }

    fn missing(&mut self) {
        let names: Vec<_> = self.fields.iter().map(str::trim).collect();
        let lacks = |index: &&usize| match self.wanted.get(**index) {
            Some(Column::Name(name)) => {
                !self.said.is_said(**index)
                    && !names.iter().any(|found| found.eq_ignore_ascii_case(name))
            }
            _ => false,
        };
        let column = self
            .required
            .iter()
            .find(lacks)
            .and_then(|index| self.wanted.get(*index));
        let mut found: String = names.join(", ").chars().take(SHOWN_HEADER).collect();
        if found.is_empty() {
            found.push_str("nothing");
        }
        let column = column.map_or_else(|| "header".to_owned(), Column::to_string);
        self.error = Some(BodyError::Column {
            line: self.line.number,
            column,
            found,
        });
    }
}

/// The columns that comments above the rows give: `#score_date` is what stands behind `score_date:` in one.
struct Said(Vec<Option<(String, Option<String>)>>);

impl Said {
    fn new(wanted: &[Column]) -> Self {
        let names = wanted.iter().map(|column| match column {
            Column::Name(name) => Some((name.strip_prefix('#')?.to_owned(), None)),
            Column::Position(_) => None,
        });
        Self(names.collect())
    }

    /// Reads a comment: names and values with a colon between them, one or several with commas.
    fn take(&mut self, comment: &[u8]) {
        if self.0.iter().all(Option::is_none) {
            return;
        }
        let comment = String::from_utf8_lossy(comment);
        for pair in comment.split(',') {
            let Some((name, value)) = pair.split_once(':') else {
                continue;
            };
            for said in self.0.iter_mut().flatten() {
                if said.0.eq_ignore_ascii_case(name.trim()) {
                    said.1 = Some(value.trim().to_owned());
                }
            }
        }
    }

    fn get(&self, column: usize) -> Option<&str> {
        self.0.get(column)?.as_ref()?.1.as_deref()
    }

    fn is_said(&self, column: usize) -> bool {
        self.get(column).is_some()
    }
}
