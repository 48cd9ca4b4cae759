//! What a page says, and which page comes next.

use noroshi_exchange::Layout;
use url::Url;

use super::CollectError;
use super::caller::Answer;
use super::page::{self, Found};
use super::progress::is_newer;
use crate::recipe::{By, Pages, Recipe};

/// Where in the pages a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The first page; the only one where there are none.
    First,
    /// by offset and number.
    Number(u64),
    /// by cursor.
    Cursor(String),
    /// by link: the whole address.
    Link(String),
}

/// What is looked for in each page.
pub(super) struct Reading<'r> {
    pages: Option<&'r Pages>,
    paths: Vec<String>,
    /// Places in `paths`.
    list: Option<usize>,
    rows: Option<usize>,
    of: Option<usize>,
    total: Option<usize>,
    next: Option<usize>,
    count: Option<usize>,
    id: Option<usize>,
}

/// What a page says.
pub(super) struct Seen {
    found: Vec<Found>,
    /// How many rows it has, where that can be told.
    pub(super) rows: Option<usize>,
    /// The ids or times of its rows.
    pub(super) of: Vec<String>,
    /// What is to be asked for one by one.
    pub(super) ids: Vec<String>,
}

impl<'r> Reading<'r> {
    pub(super) fn new(recipe: &'r Recipe) -> Reading<'r> {
        let mut paths = Vec::new();
        let mut add = |path: String| {
            paths.push(path);
            paths.len() - 1
        };
        let format = recipe.format.as_ref();
        let format = format.filter(|format| format.layout == Layout::Json);
        let path = format.map(|format| format.path.clone().unwrap_or_default());
        let below = |step: &str| {
            let path = path.as_deref()?;
            Some(match path {
                "" => step.to_owned(),
                path => format!("{path}.{step}"),
            })
        };
        let (pages, ask) = (recipe.pages.as_ref(), recipe.request.as_ref());
        let of = recipe.since.as_ref().and_then(|since| since.of.as_deref());
        let each = ask.and_then(|ask| ask.each.as_ref());
        let list = path.clone().filter(|path| !path.is_empty()).map(&mut add);
        let rows = below("*").filter(|_| each.is_none()).map(&mut add);
        let of = of.map(|of| below(&format!("*.{of}")).unwrap_or_else(|| of.to_owned()));
        Reading {
            pages,
            list,
            rows,
            of: of.map(&mut add),
            total: pages.and_then(|pages| pages.total.clone()).map(&mut add),
            next: pages.and_then(|pages| pages.next.clone()).map(&mut add),
            count: ask.and_then(|ask| ask.count.clone()).map(&mut add),
            id: each.map(|each| each.id.clone()).map(&mut add),
            paths,
        }
    }

    /// Reads a page.
    pub(super) fn read(&self, answer: &Answer) -> Result<Seen, CollectError> {
        let paths: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        let found = page::look(&answer.body, &paths).map_err(|reason| answer.wrong(reason))?;
        let at = |place: Option<usize>| place.and_then(|place| found.get(place));
        let says_none = at(self.count).and_then(|found| found.texts.first());
        let says_none = says_none.is_some_and(|count| count == "0");
        if at(self.list).is_some_and(|list| list.count == 0) && !says_none {
            let said = super::said::said(&answer.body);
            let list = self.list.and_then(|place| paths.get(place)).unwrap_or(&"");
            return Err(answer.wrong(said.unwrap_or_else(|| format!("it has no `{list}`"))));
        }
        let texts = |place| {
            at(place)
                .map(|found| found.texts.clone())
                .unwrap_or_default()
        };
        let ids = texts(self.id);
        Ok(Seen {
            rows: at(self.rows)
                .map(|found| found.count)
                .or(self.id.map(|_| ids.len())),
            of: texts(self.of),
            ids,
            found,
        })
    }

    /// The place of the next page; none if this was the last.
    pub(super) fn next(
        &self,
        at: &Place,
        seen: &Seen,
        answer: &Answer,
        since: Option<&str>,
    ) -> Result<Option<Place>, CollectError> {
        let Some(pages) = self.pages else {
            return Ok(None);
        };
        if let Some(since) = since
            && !seen.of.is_empty()
            && !seen.of.iter().any(|of| is_newer(of, since))
        {
            return Ok(None);
        }
        match pages.by {
            By::Offset | By::Number => self.counted(pages, at, seen, answer),
            By::Cursor => Ok(self.cursor(at, seen)),
            By::Link if seen.rows == Some(0) => Ok(None),
            By::Link => link(answer),
        }
    }

    fn counted(
        &self,
        pages: &Pages,
        at: &Place,
        seen: &Seen,
        answer: &Answer,
    ) -> Result<Option<Place>, CollectError> {
        let size = pages.size.unwrap_or(1).max(1);
        let now = match at {
            Place::Number(now) => *now,
            _ => pages.start,
        };
        let step = if pages.by == By::Offset { size } else { 1 };
        let next = now.saturating_add(step);
        let read = next.saturating_sub(pages.start) / step * size;
        let whole = match self.total {
            None => seen.rows.is_some_and(|rows| (rows as u64) < size),
            Some(place) => {
                let total = seen.found.get(place).and_then(|found| found.texts.first());
                let total = total.and_then(|total| total.trim().parse::<u64>().ok());
                let total = total.ok_or_else(|| {
                    let said = super::said::said(&answer.body);
                    let why = "it does not say how many rows there are".to_owned();
                    answer.wrong(said.unwrap_or(why))
                })?;
                if total > read.saturating_sub(size) && seen.rows == Some(0) {
                    let why = format!("it has no rows, though there are {total}");
                    return Err(answer.wrong(why));
                }
                total <= read
            }
        };
        Ok((!whole).then_some(Place::Number(next)))
    }

    fn cursor(&self, at: &Place, seen: &Seen) -> Option<Place> {
        let found = self.next.and_then(|place| seen.found.get(place))?;
        let cursor = found.texts.last().filter(|cursor| !cursor.is_empty())?;
        let next = Place::Cursor(cursor.clone());
        // A cursor that does not move would be asked for for ever.
        (next != *at).then_some(next)
    }
}

/// The next page by the header `Link`, which must be of the same origin: the key goes along.
fn link(answer: &Answer) -> Result<Option<Place>, CollectError> {
    let Some(next) = answer.link.as_deref().and_then(next_of) else {
        return Ok(None);
    };
    let here = Url::parse(&answer.asked).map_err(|error| answer.wrong(error.to_string()))?;
    let next = here
        .join(next)
        .map_err(|error| answer.wrong(error.to_string()))?;
    if next.origin() != here.origin() {
        let host = next.host_str().unwrap_or_default();
        let why = format!(
            "its next page is on another host, {}",
            noroshi_exchange::visible(host)
        );
        return Err(answer.wrong(why));
    }
    Ok(Some(Place::Link(next.into())))
}

/// The target of `rel="next"` (RFC 8288).
fn next_of(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, behind)) = rest.split_once('<') {
        let (target, behind) = behind.split_once('>')?;
        let (parameters, others) = match behind.find(",<").or_else(|| behind.find(", <")) {
            Some(end) => behind.split_at_checked(end)?,
            None => (behind, ""),
        };
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value.split(' ').any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(target);
        }
        rest = others;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_among_others() {
        // https://docs.joinmastodon.org/api/guidelines/#pagination
        let mastodon = "<https://mastodon.example/api/v1/x?max_id=7163058>; rel=\"next\", \
            <https://mastodon.example/api/v1/x?since_id=7275607>; rel=\"prev\"";
        // https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
        let github = "<https://api.github.example/a?before=Y>; rel=\"prev\", \
            <https://api.github.example/a?after=Y3Vyc29yOnYyOpK5&per_page=100>; rel=\"next\"";
        for (header, next) in [
            (
                mastodon,
                Some("https://mastodon.example/api/v1/x?max_id=7163058"),
            ),
            (
                github,
                Some("https://api.github.example/a?after=Y3Vyc29yOnYyOpK5&per_page=100"),
            ),
            ("</b>; title=\"x, y\"; rel=next", Some("/b")),
            ("<a>; rel=\"last next\"", Some("a")),
            ("<a>; rel=prev", None),
            ("<a", None),
            ("", None),
        ] {
            assert_eq!(next_of(header), next, "{header}");
        }
    }
}
