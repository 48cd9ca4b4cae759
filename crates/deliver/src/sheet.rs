//! A shift's hand-over sheet as a message.

use crate::message::Message;
use crate::text;

/// The most lines of a sheet, and characters of a line.
const MOST: usize = 200;
const LONGEST: usize = 300;

/// A sheet, in words of the channel's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What it is, and of which time.
    pub heading: String,
    /// Its parts.
    pub parts: Vec<SheetPart>,
}

/// A part of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SheetPart {
    /// What it lists.
    pub title: String,
    /// One a thing.
    pub lines: Vec<String>,
}

impl Message {
    /// A hand-over sheet.
    pub(crate) fn sheet(mut self, sheet: &Sheet) -> Message {
        self.heading = text::line(&sheet.heading, 150);
        for part in &sheet.parts {
            let lines = part
                .lines
                .iter()
                .map(|line| format!("• {}", text::line(line, LONGEST)));
            self.lines
                .push(format!("■ {}", text::line(&part.title, LONGEST)));
            self.lines.extend(lines);
        }
        self.lines.truncate(MOST);
        self.link = self.address("/handover");
        self
    }
}
