//! Rows of a plain list: one value a line, with comments before, behind and between.

use std::io::BufRead;

use crate::format::{Format, Split};
use crate::lines::{Line, Lines};
use crate::rows::{Tally, text_of};
use crate::{BadRow, BodyError, Column, LIST_SEPARATOR, RawRow};

/// How many references of one group of rows are kept.
const REFERENCES: usize = 20;

/// A wanted column of a list.
#[derive(Clone, Copy, Debug)]
enum Part {
    Field(usize),
    Comment,
    Reference,
    MoreReferences,
    Nothing,
}

pub(crate) struct List<B> {
    lines: Lines<B>,
    line: Line,
    comments: Vec<String>,
    inline: Vec<String>,
    starts_with: Option<Vec<String>>,
    split: Option<Split>,
    parts: Vec<Part>,
    reference_comment: Option<String>,
    /// The references of the comment block above the rows.
    references: Vec<String>,
    /// A row was seen since the last comment: the next comment begins another group.
    group_began: bool,
}

impl<B: BufRead> List<B> {
    pub(crate) fn new(input: B, format: &Format, wanted: &[Column]) -> Self {
        let part = |column: &Column| match column {
            Column::Position(n) => Part::Field(n.saturating_sub(1)),
            Column::Name(name) => match name.as_str() {
                "value" => Part::Field(0),
                "comment" => Part::Comment,
                "reference" => Part::Reference,
                "more_references" => Part::MoreReferences,
                _ => Part::Nothing,
            },
        };
        Self {
            lines: Lines::new(input),
            line: Line::default(),
            comments: format.comments(),
            inline: format.inline_comment.clone().unwrap_or_default(),
            starts_with: format.starts_with.clone(),
            split: format.split,
            parts: wanted.iter().map(part).collect(),
            reference_comment: format.reference_comment.clone(),
            references: Vec::new(),
            group_began: false,
        }
    }

    pub(crate) fn error(&self) -> Option<&BodyError> {
        self.lines.error()
    }

    pub(crate) fn read(
        &mut self,
        row: &mut RawRow,
        tally: &mut Tally,
    ) -> Option<Result<(), BadRow>> {
        loop {
            if !self.lines.next(&mut self.line) {
                return None;
            }
            let start = self.line.bytes.trim_ascii();
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
                if let Some(marker) = &self.reference_comment {
                    if std::mem::take(&mut self.group_began) {
                        self.references.clear();
                    }
                    let reference = comment.trim_ascii_start().strip_prefix(marker.as_bytes());
                    if let Some(reference) =
                        reference.filter(|_| self.references.len() < REFERENCES)
                    {
                        self.references
                            .push(String::from_utf8_lossy(reference).trim().to_owned());
                    }
                }
                continue;
            }
            if self
                .starts_with
                .as_ref()
                .is_some_and(|starts| !starts.iter().any(|s| start.starts_with(s.as_bytes())))
            {
                tally.comments += 1;
                continue;
            }
            self.group_began = true;
            return Some(self.row(row));
        }
    }

    fn row(&mut self, row: &mut RawRow) -> Result<(), BadRow> {
        let text = match text_of(&self.line) {
            Ok(text) => text,
            Err(reason) => return Err(BadRow::new(self.line.number, reason, &self.line.bytes)),
        };
        let (text, comment) = self.cut_comment(text.trim());
        row.start(self.line.number, 1);
        for part in &self.parts {
            match *part {
                Part::Field(n) => row.push(match self.split {
                    None => Some(text).filter(|_| n == 0),
                    Some(Split::Whitespace) => text.split_whitespace().nth(n),
                }),
                Part::Comment => row.push(comment),
                Part::Reference => row.push(self.references.first().map(String::as_str)),
                Part::MoreReferences => row.push_with(|to| {
                    for (n, reference) in self.references.iter().skip(1).enumerate() {
                        if n > 0 {
                            to.push(LIST_SEPARATOR);
                        }
                        to.push_str(reference);
                    }
                    self.references.len() > 1
                }),
                Part::Nothing => row.push(None),
            }
        }
        Ok(())
    }

    /// Cuts off a comment that stands behind the value after white space.
    fn cut_comment<'t>(&self, text: &'t str) -> (&'t str, Option<&'t str>) {
        if self.inline.is_empty() {
            return (text, None);
        }
        for (at, _) in text.match_indices([' ', '\t']) {
            let (value, rest) = text.split_at_checked(at).unwrap_or((text, ""));
            let rest = rest.get(1..).unwrap_or_default();
            if let Some(comment) = self
                .inline
                .iter()
                .find_map(|prefix| rest.strip_prefix(prefix.as_str()))
            {
                return (value.trim_end(), Some(comment.trim()));
            }
        }
        (text, None)
    }
}
