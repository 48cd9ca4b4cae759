//! A column, or a text with columns in it: `url`, `3`, `{Start}/{Netmask}`, `https://feed.example/{id}`.

use noroshi_exchange::{Column, RawRow};

use super::fields::ColumnText;

/// The columns that are asked of the rows, each once.
#[derive(Debug, Default)]
pub(super) struct Columns(pub(super) Vec<Column>);

impl Columns {
    /// The column's place in a row.
    pub(super) fn place(&mut self, name: &str) -> usize {
        let column = Column::parse(name);
        if let Some(place) = self.0.iter().position(|known| *known == column) {
            return place;
        }
        self.0.push(column);
        self.0.len() - 1
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Column(usize),
}

/// What a field is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

impl Template {
    /// # Errors
    /// A brace without its partner, or an empty name.
    pub(super) fn new(text: &ColumnText, columns: &mut Columns) -> Result<Self, String> {
        let mut rest = text.0.trim();
        if rest.is_empty() {
            return Err("a column is missing".into());
        }
        if !rest.contains(['{', '}']) {
            return Ok(Self(vec![Piece::Column(columns.place(rest))]));
        }
        let mut pieces = Vec::new();
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or("`{` without `}`")?;
            if before.contains('}') || name.contains('{') || name.trim().is_empty() {
                return Err("the braces do not enclose a column".into());
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Column(columns.place(name.trim())));
            rest = after;
        }
        if rest.contains('}') {
            return Err("`}` without `{`".into());
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }

    /// The places of its columns.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Column(place) => Some(*place),
            Piece::Text(_) => None,
        })
    }

    /// The text for a row, written into `out` only where it is not a column as it stands. None if a column of it is
    /// missing (with `some`: if all are), empty, or one of `empty`.
    pub(super) fn text<'t>(
        &self,
        row: &'t RawRow,
        empty: &[String],
        some: bool,
        out: &'t mut String,
    ) -> Option<&'t str> {
        let column = |place: usize| {
            let text = row.get(place)?.trim();
            (!text.is_empty() && !empty.iter().any(|none| none == text)).then_some(text)
        };
        if let [Piece::Column(place)] = self.0.as_slice() {
            return column(*place);
        }
        out.clear();
        let mut any = false;
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Column(place) => match column(*place) {
                    Some(text) => {
                        any = true;
                        out.push_str(text);
                    }
                    None if some => {}
                    None => return None,
                },
            }
        }
        any.then_some(out.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use noroshi_exchange::{Format, Layout, Limits, rows};

    fn render(template: &str, some: bool) -> Option<String> {
        let mut columns = Columns::default();
        let template = Template::new(&ColumnText(template.into()), &mut columns).unwrap();
        let body = std::io::Cursor::new("a,b,c\n 192.0.2.0 ,24,None\n");
        let mut rows = rows(
            body,
            &Format::new(Layout::Csv),
            &columns.0,
            &[],
            Limits::default(),
        )
        .unwrap();
        let row = rows.next().unwrap().unwrap();
        template
            .text(&row, &["None".into()], some, &mut String::new())
            .map(str::to_owned)
    }

    #[test]
    fn columns_and_texts() {
        assert_eq!(render("a", false).as_deref(), Some("192.0.2.0"));
        assert_eq!(render("2", false).as_deref(), Some("24"));
        assert_eq!(render("{a}/{b}", false).as_deref(), Some("192.0.2.0/24"));
        assert_eq!(render("{a} by {c}", false), None);
        assert_eq!(render("{a} by {c}", true).as_deref(), Some("192.0.2.0 by "));
        assert_eq!(render("c", true), None);
        assert_eq!(render("see {c}", true), None);
    }

    #[test]
    fn broken_braces() {
        for wrong in ["", "{a", "a}", "{}", "{a{b}}", "x}{a}"] {
            assert!(
                Template::new(&ColumnText(wrong.into()), &mut Columns::default()).is_err(),
                "{wrong}"
            );
        }
    }
}
