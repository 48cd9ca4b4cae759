//! Splits a delimited record into fields: RFC 4180, plus white space before an opening quote where a feed writes it.
//!
//! Our own splitter and not the csv crate's: feeds quote after a space (ThreatFox), and a quote that never closes must
//! cost one row and not the rest of the file. On what both can read, a property test holds the two together.

use memchr::memchr;

/// What a record is written with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) space_after_delimiter: bool,
}

/// The fields of one record; fed line by line, as a quoted field may hold line breaks.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    ends: Vec<usize>,
    in_quotes: bool,
}

/// Where a record stands after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fed {
    /// The record is complete.
    Complete,
    /// A quoted field is still open.
    Open,
    /// The line closes the open quote in the middle of a field: it was no continuation.
    Contradiction,
}

impl Fields {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The n-th field, from 0.
    pub(crate) fn get(&self, n: usize) -> Option<&str> {
        let end = *self.ends.get(n)?;
        let start = match n.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|n| self.get(n))
    }

    /// The first line of a record.
    pub(crate) fn start(&mut self, line: &str, dialect: Dialect) -> Fed {
        self.text.clear();
        self.ends.clear();
        self.in_quotes = false;
        self.fields(line, dialect)
    }

    /// A further line of a record whose quote is open.
    pub(crate) fn go_on(&mut self, line: &str, dialect: Dialect) -> Fed {
        self.text.push('\n');
        match dialect.quote.and_then(|quote| self.quoted(line, quote)) {
            None => Fed::Open,
            Some(rest) => match self.after_quote(rest, dialect, false) {
                None => Fed::Contradiction,
                Some("") => Fed::Complete,
                Some(rest) => self.fields(rest.get(1..).unwrap_or_default(), dialect),
            },
        }
    }

    /// Reads fields up to the end of the line.
    fn fields(&mut self, line: &str, dialect: Dialect) -> Fed {
        let mut rest = line;
        loop {
            let spaceless = if dialect.space_after_delimiter {
                rest.trim_start_matches([' ', '\t'])
            } else {
                rest
            };
            let quote = dialect
                .quote
                .filter(|quote| spaceless.as_bytes().first() == Some(quote));
            let after = match quote {
                Some(quote) => {
                    let inner = spaceless.get(1..).unwrap_or_default();
                    match self.quoted(inner, quote) {
                        None => return Fed::Open,
                        // Never none where junk behind the quote is let through.
                        Some(after) => self.after_quote(after, dialect, true).unwrap_or_default(),
                    }
                }
                None => {
                    let end = memchr(dialect.delimiter, rest.as_bytes()).unwrap_or(rest.len());
                    let (field, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
                    self.text.push_str(field);
                    self.ends.push(self.text.len());
                    after
                }
            };
            if after.is_empty() {
                return Fed::Complete;
            }
            rest = after.get(1..).unwrap_or_default();
        }
    }

    /// Reads to the closing quote and returns what follows it; none if the quote stays open.
    fn quoted<'t>(&mut self, mut inner: &'t str, quote: u8) -> Option<&'t str> {
        self.in_quotes = true;
        loop {
            let Some(end) = memchr(quote, inner.as_bytes()) else {
                self.text.push_str(inner);
                return None;
            };
            self.text.push_str(inner.get(..end).unwrap_or_default());
            let after = inner.get(end + 1..).unwrap_or_default();
            if after.as_bytes().first() != Some(&quote) {
                self.in_quotes = false;
                return Some(after);
            }
            self.text.push(char::from(quote));
            inner = after.get(1..).unwrap_or_default();
        }
    }

    /// Ends a quoted field at the next delimiter, which starts what is returned. What stands before it belongs to the
    /// field if `junk` is allowed (as the csv crate has it), white space excepted.
    fn after_quote<'t>(&mut self, after: &'t str, dialect: Dialect, junk: bool) -> Option<&'t str> {
        let end = memchr(dialect.delimiter, after.as_bytes()).unwrap_or(after.len());
        let (between, rest) = after.split_at_checked(end).unwrap_or((after, ""));
        let blank = between.trim_matches([' ', '\t']).is_empty();
        if !blank && !junk {
            return None;
        }
        if !(blank && dialect.space_after_delimiter) {
            self.text.push_str(between);
        }
        self.ends.push(self.text.len());
        Some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RFC: Dialect = Dialect {
        delimiter: b',',
        quote: Some(b'"'),
        space_after_delimiter: false,
    };
    const SPACED: Dialect = Dialect {
        space_after_delimiter: true,
        ..RFC
    };

    fn split(line: &str, dialect: Dialect) -> Vec<String> {
        let mut fields = Fields::default();
        assert_eq!(fields.start(line, dialect), Fed::Complete, "{line}");
        fields.iter().map(str::to_owned).collect()
    }

    #[test]
    fn fields_of_a_line() {
        assert_eq!(split("a,b,,c", RFC), ["a", "b", "", "c"]);
        assert_eq!(split("a,", RFC), ["a", ""]);
        assert_eq!(split("", RFC), [""]);
        assert_eq!(
            split(r#""a,b","say ""hi""",c"#, RFC),
            ["a,b", r#"say "hi""#, "c"]
        );
        assert_eq!(split(r#""a"b,c"d"#, RFC), ["ab", "c\"d"]);
        assert_eq!(
            split(
                "a|\"b|c",
                Dialect {
                    delimiter: b'|',
                    quote: None,
                    ..RFC
                }
            ),
            ["a", "\"b", "c"]
        );
    }

    #[test]
    fn white_space_around_quotes() {
        assert_eq!(
            split(r#""a", "b, c" ,"d", e"#, SPACED),
            ["a", "b, c", "d", " e"]
        );
        assert_eq!(split(r#""a", "b" c"#, SPACED), ["a", "b c"]);
        assert_eq!(split(r#"a, "b"#, RFC), ["a", " \"b"]);
    }

    #[test]
    fn a_quoted_field_over_several_lines() {
        let mut fields = Fields::default();
        assert_eq!(fields.start("1,\"one", RFC), Fed::Open);
        assert_eq!(fields.go_on("\"\"two\"\"", RFC), Fed::Open);
        assert_eq!(fields.go_on("three\",x", RFC), Fed::Complete);
        assert_eq!(
            fields.iter().collect::<Vec<_>>(),
            ["1", "one\n\"two\"\nthree", "x"]
        );
    }

    #[test]
    fn a_quote_that_closes_in_the_middle_of_the_next_row_is_no_continuation() {
        let mut fields = Fields::default();
        assert_eq!(fields.start("1,\"one", RFC), Fed::Open);
        assert_eq!(fields.go_on("2,\"two\"", RFC), Fed::Contradiction);
    }

    proptest! {
        #[test]
        fn a_line_falls_apart_as_the_csv_crate_has_it(line in "[ab,\" é]{1,30}") {
            let mut fields = Fields::default();
            prop_assume!(fields.start(&line, RFC) == Fed::Complete);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
            let expected = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(fields.iter().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
        }
    }
}
