//! The rows of a body, whatever its layout, and the account of what became of every line.

use std::borrow::Cow;
use std::io::{Read, Seek};

use serde_json::Value;

use crate::body::{self, Entries, Limits, Unpacked};
use crate::delimited::Delimited;
use crate::encoding::{Utf8, utf8};
use crate::feed::Feed;
use crate::format::{Format, Layout};
use crate::json::{Json, Jsonl, Place, Wanted};
use crate::json_joined::Joined;
use crate::lines::Line;
use crate::list::List;
use crate::xml::{Target, Xml};
use crate::{BadRow, BodyError, Column, RawRow};

/// What became of a body's lines. Every row is in exactly one of `rows` and `bad`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows that were read.
    pub rows: u64,
    /// Rows that could not be read.
    pub bad: u64,
    /// Empty lines.
    pub blank: u64,
    /// Comment and banner lines.
    pub comments: u64,
    /// Header lines that are no comments.
    pub headers: u64,
    /// JSON objects that are no rows (`skip_with`).
    pub metadata: u64,
}

/// The rows of a body: an iterator of owned rows, or [`Rows::read`] into one buffer.
///
/// A body that breaks off, unpacks to too much or lacks a column ends the rows early; [`Rows::finish`] tells. Whoever
/// takes rows for a complete snapshot has to ask it.
#[must_use = "rows are read as they are asked for"]
pub struct Rows<'a> {
    inner: Inner<'a>,
    wanted: Vec<Column>,
    steps: Wanted,
    tally: Tally,
}

enum Inner<'a> {
    List(List<Utf8<'a>>),
    Delimited(Box<Delimited<Utf8<'a>>>),
    Json(Json<Utf8<'a>>),
    Joined(Box<Joined<Utf8<'a>>>),
    Jsonl(Jsonl<Utf8<'a>>),
    Feed(Feed<Utf8<'a>>),
    Xml(Box<Xml<Utf8<'a>>>, String),
}

/// The rows of a body that can be read from anywhere: a file, or bytes in memory (`Cursor`).
///
/// `wanted` are the columns each row gives, in that order. `required` are places in `wanted`: a header that lacks such a
/// column ends the body with [`BodyError::Column`]; other columns are just missing from the rows.
///
/// # Errors
/// If the body cannot be opened; errors that come later are told by [`Rows::finish`].
pub fn rows<'a, B>(
    body: B,
    format: &Format,
    wanted: &[Column],
    required: &[usize],
    limits: Limits,
) -> Result<Rows<'a>, BodyError>
where
    B: Read + Seek + Send + 'a,
{
    Ok(Rows::new(
        body::open(body, &Entries::of(format), limits)?,
        format,
        wanted,
        required,
    ))
}

/// The rows of a body that can be read only once, such as a pipe. Zip archives are refused; otherwise as [`rows`].
///
/// # Errors
/// If the body cannot be opened or is a zip archive.
pub fn rows_of_stream<'a>(
    body: impl Read + Send + 'a,
    format: &Format,
    wanted: &[Column],
    required: &[usize],
    limits: Limits,
) -> Result<Rows<'a>, BodyError> {
    Ok(Rows::new(
        body::open_stream(body, limits)?,
        format,
        wanted,
        required,
    ))
}

impl<'a> Rows<'a> {
    fn new(body: Unpacked<'a>, format: &Format, wanted: &[Column], required: &[usize]) -> Self {
        let input = utf8(body, format.declared_encoding(), format.is_markup());
        let inner = match format.layout {
            Layout::List => Inner::List(List::new(input, format, wanted)),
            Layout::Csv => {
                Inner::Delimited(Box::new(Delimited::new(input, format, wanted, required)))
            }
            Layout::Json if !format.join.is_empty() || !format.expand.is_empty() => {
                Inner::Joined(Box::new(Joined::new(input, format)))
            }
            Layout::Json => Inner::Json(Json::new(input, format)),
            Layout::Jsonl => Inner::Jsonl(Jsonl::new(input, format)),
            Layout::Feed => Inner::Feed(Feed::new(input)),
            Layout::Xml => {
                let path = format.path.clone().unwrap_or_default();
                let steps = path.split('.').map(str::to_owned).collect();
                Inner::Xml(Box::new(Xml::new(input, Target::Path(steps))), path)
            }
        };
        Self {
            inner,
            wanted: wanted.to_vec(),
            steps: Wanted::new(wanted),
            tally: Tally::default(),
        }
    }

    /// Reads the next row into `row`; none at the end of the body, be it sound or not.
    pub fn read(&mut self, row: &mut RawRow) -> Option<Result<(), BadRow>> {
        let read = match &mut self.inner {
            Inner::List(rows) => rows.read(row, &mut self.tally),
            Inner::Delimited(rows) => rows.read(row, &mut self.tally),
            _ => {
                let value = self.nested(row)?;
                Some(value.map(|value| self.steps.fill(&value, row)))
            }
        };
        self.count(read)
    }

    /// Reads the next row as JSON: whole where the body's rows have parts within parts, else an object of the wanted
    /// columns. `row` tells where it stands.
    pub fn read_value(&mut self, row: &mut RawRow) -> Option<Result<Value, BadRow>> {
        let read = match &mut self.inner {
            Inner::List(rows) => rows.read(row, &mut self.tally),
            Inner::Delimited(rows) => rows.read(row, &mut self.tally),
            _ => {
                let value = self.nested(row);
                return self.count(value);
            }
        };
        let read = self.count(read)?;
        Some(read.map(|()| {
            let named = self
                .wanted
                .iter()
                .enumerate()
                .filter_map(|(place, column)| {
                    Some((column.to_string(), Value::from(row.get(place)?)))
                });
            Value::Object(named.collect())
        }))
    }

    /// The next row of a layout whose rows have parts within parts.
    fn nested(&mut self, row: &mut RawRow) -> Option<Result<Value, BadRow>> {
        let read = match &mut self.inner {
            Inner::List(_) | Inner::Delimited(_) => return None,
            Inner::Json(rows) => rows.next()?,
            Inner::Joined(rows) => rows.next()?,
            Inner::Jsonl(rows) => rows.next(&mut self.tally)?,
            Inner::Feed(rows) => rows.next()?.map(|item| {
                (
                    item.value,
                    Place {
                        line: item.line,
                        lines: item.lines,
                    },
                )
            }),
            Inner::Xml(rows, _) => rows.next()?.map(|found| {
                let place = Place {
                    line: found.line,
                    lines: found.lines,
                };
                (found.element.value(), place)
            }),
        };
        Some(read.map(|(value, place)| {
            row.start(place.line, place.lines);
            value
        }))
    }

    fn count<T>(&mut self, read: Option<Result<T, BadRow>>) -> Option<Result<T, BadRow>> {
        match &read {
            Some(Ok(_)) => self.tally.rows += 1,
            Some(Err(_)) => self.tally.bad += 1,
            None => {}
        }
        read
    }

    /// What has been read so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// What was read, once the rows have ended.
    ///
    /// # Errors
    /// What ended the body before its end.
    pub fn finish(&self) -> Result<Tally, BodyError> {
        let error = match &self.inner {
            Inner::List(rows) => rows.error(),
            Inner::Delimited(rows) => rows.error(),
            Inner::Json(rows) => rows.error(),
            Inner::Joined(rows) => rows.error(),
            Inner::Jsonl(rows) => rows.error(),
            Inner::Feed(rows) => rows.error(),
            Inner::Xml(rows, path) => {
                let nothing = self.tally.rows + self.tally.bad == 0;
                if nothing && rows.error().is_none() && !rows.head.is_answer {
                    return Err(BodyError::Path { path: path.clone() });
                }
                rows.error()
            }
        };
        error.map_or(Ok(self.tally), |error| Err(error.clone()))
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<RawRow, BadRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = RawRow::default();
        Some(self.read(&mut row)?.map(|()| row))
    }
}

/// A line as text, or why it cannot be a row. Invalid UTF-8 becomes U+FFFD: it may stand in a column nobody needs.
pub(crate) fn text_of(line: &Line) -> Result<Cow<'_, str>, String> {
    if line.cut {
        return Err("the body breaks off in this row".into());
    }
    if line.too_long {
        return Err("the line is longer than 1 MB".into());
    }
    if memchr::memchr(0, &line.bytes).is_some() {
        return Err(
            "a NUL byte in the line (is the body binary, or UTF-16 without its mark?)".into(),
        );
    }
    Ok(String::from_utf8_lossy(&line.bytes))
}
