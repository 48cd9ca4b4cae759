//! CSV (RFC 4180) that a spreadsheet opens without harm.

/// Rows of cells.
pub(crate) struct Sheet(csv::Writer<Vec<u8>>);

impl Sheet {
    pub(crate) fn new() -> Sheet {
        let mut format = csv::WriterBuilder::new();
        Sheet(
            format
                .terminator(csv::Terminator::CRLF)
                .flexible(true)
                .from_writer(Vec::new()),
        )
    }

    /// Adds a row. A cell that a spreadsheet would take for a formula gets an apostrophe.
    pub(crate) fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let cells = cells.into_iter().map(|cell| {
            match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                true => format!("'{cell}"),
                false => cell.to_owned(),
            }
        });
        // Memory takes whatever is written.
        let _ = self.0.write_record(cells);
    }

    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut sheet = Sheet::new();
        sheet.row(["a", "b,c", "say \"x\"\n", "=1+1", "", "-2"]);
        let text = String::from_utf8(sheet.into_bytes()).unwrap();
        assert_eq!(text, "a,\"b,c\",\"say \"\"x\"\"\n\",'=1+1,,'-2\r\n");
    }
}
