//! Rows of JSON: the members of an array, or one value a line.

use std::io::BufRead;

use serde_json::Value;

use crate::format::Format;
use crate::json_elements::Elements;
use crate::lines::{Line, Lines};
use crate::rows::{Tally, text_of};
use crate::{BadRow, BodyError, Column, LIST_SEPARATOR, RawRow};

/// The wanted columns as steps down from the row.
pub(crate) struct Wanted(Vec<Vec<String>>);

impl Wanted {
    pub(crate) fn new(wanted: &[Column]) -> Self {
        Self(wanted.iter().map(Column::json_steps).collect())
    }

    pub(crate) fn fill(&self, value: &Value, row: &mut RawRow) {
        for steps in &self.0 {
            let found = steps.iter().try_fold(value, |value, step| match value {
                Value::Object(members) => members.get(step),
                Value::Array(members) => members.get(step.parse::<usize>().ok()?),
                _ => None,
            });
            match found {
                None | Some(Value::Null | Value::Object(_)) => row.push(None),
                Some(Value::String(text)) => row.push(Some(text)),
                Some(Value::Array(members)) => row.push_with(|to| {
                    let mut any = false;
                    for member in members {
                        let before = to.len();
                        if any {
                            to.push(LIST_SEPARATOR);
                        }
                        if push_scalar(member, to) {
                            any = true;
                        } else {
                            to.truncate(before);
                        }
                    }
                    any
                }),
                Some(scalar) => row.push_with(|to| push_scalar(scalar, to)),
            }
        }
    }
}

fn push_scalar(value: &Value, to: &mut String) -> bool {
    match value {
        Value::String(text) => to.push_str(text),
        Value::Number(number) => to.push_str(&number.to_string()),
        Value::Bool(truth) => to.push_str(if *truth { "true" } else { "false" }),
        Value::Null | Value::Array(_) | Value::Object(_) => return false,
    }
    true
}

/// Where a row stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) lines: u64,
}

/// A row, and where it stands.
type Found = Result<(Value, Place), BadRow>;

/// The members of an array in one document.
pub(crate) struct Json<B> {
    elements: Elements<B>,
    element: Vec<u8>,
}

impl<B: BufRead> Json<B> {
    pub(crate) fn new(input: B, format: &Format) -> Self {
        let path = format.path.as_deref().unwrap_or_default();
        Self {
            elements: Elements::new(input, path),
            element: Vec::new(),
        }
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.elements.error()
    }

    pub(crate) fn next(&mut self) -> Option<Found> {
        let found = self.elements.next(&mut self.element)?;
        let bad = |reason: String| Some(Err(BadRow::new(found.line, reason, &self.element)));
        if found.too_long {
            return bad("the element is longer than 1 MB".into());
        }
        if found.cut {
            return bad("the body breaks off in this row".into());
        }
        let (line, lines) = (found.line, found.lines);
        match serde_json::from_slice(&self.element) {
            Ok(value) => Some(Ok((value, Place { line, lines }))),
            Err(error) => bad(format!("not JSON: {error}")),
        }
    }
}

/// One value a line.
pub(crate) struct Jsonl<B> {
    lines: Lines<B>,
    line: Line,
    skip_with: Vec<String>,
}

impl<B: BufRead> Jsonl<B> {
    pub(crate) fn new(input: B, format: &Format) -> Self {
        Self {
            lines: Lines::new(input),
            line: Line::default(),
            skip_with: format.skip_with.clone().unwrap_or_default(),
        }
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.lines.error()
    }

    pub(crate) fn next(&mut self, tally: &mut Tally) -> Option<Found> {
        loop {
            if !self.lines.next(&mut self.line) {
                return None;
            }
            if self.line.bytes.trim_ascii().is_empty() {
                tally.blank += 1;
                continue;
            }
            let value = text_of(&self.line).and_then(|text| {
                serde_json::from_str::<Value>(&text).map_err(|error| format!("not JSON: {error}"))
            });
            let value = match value {
                Ok(value) => value,
                Err(reason) => {
                    return Some(Err(BadRow::new(self.line.number, reason, &self.line.bytes)));
                }
            };
            if self.skip_with.iter().any(|key| value.get(key).is_some()) {
                tally.metadata += 1;
                continue;
            }
            let line = self.line.number;
            return Some(Ok((value, Place { line, lines: 1 })));
        }
    }
}
