//! One row: the wanted columns as text, in one reusable buffer.

/// Separates the members of a JSON array in a field's text (U+001F, the unit separator).
pub const LIST_SEPARATOR: char = '\u{1f}';

/// The wanted columns of one row, in the order in which they were asked for.
///
/// A row is a buffer: [`Rows::read`](crate::Rows::read) fills the same one again and again without allocating.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    pub(crate) line: u64,
    pub(crate) lines: u64,
    text: String,
    /// End of each field in `text`; `None`: the row has no such field.
    spans: Vec<Option<(usize, usize)>>,
}

impl RawRow {
    /// Physical line on which the row starts, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many physical lines the row covers (more than one with line breaks in quotes, and in JSON).
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The text of the n-th wanted column, from 0; none where the row does not have it (JSON `null` included).
    /// The members of a JSON array are joined with [`LIST_SEPARATOR`].
    pub fn get(&self, wanted: usize) -> Option<&str> {
        let (start, end) = (*self.spans.get(wanted)?)?;
        self.text.get(start..end)
    }

    /// How many columns were wanted.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether no column was wanted.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Empties the row for one that starts at `line`.
    pub(crate) fn start(&mut self, line: u64, lines: u64) {
        self.line = line;
        self.lines = lines;
        self.text.clear();
        self.spans.clear();
    }

    pub(crate) fn push(&mut self, field: Option<&str>) {
        let span = field.map(|field| {
            let start = self.text.len();
            self.text.push_str(field);
            (start, self.text.len())
        });
        self.spans.push(span);
    }

    /// Adds a field whose text `write` appends.
    pub(crate) fn push_with(&mut self, write: impl FnOnce(&mut String) -> bool) {
        let start = self.text.len();
        if write(&mut self.text) {
            self.spans.push(Some((start, self.text.len())));
        } else {
            self.text.truncate(start);
            self.spans.push(None);
        }
    }

    /// The raw line or record for a [`BadRow`](crate::BadRow) made by a later stage: the fields joined with spaces.
    pub fn shown(&self) -> String {
        let mut shown = String::new();
        for index in 0..self.len() {
            if let Some(field) = self.get(index).filter(|field| !field.is_empty()) {
                if !shown.is_empty() {
                    shown.push(' ');
                }
                shown.push_str(field);
            }
        }
        shown
    }
}
