//! With what is asked: the parameters, as the original's framework reads them. Unknown ones are ignored.

use std::time::Duration;

use axum::extract::Query;
use axum::http::request::Parts;
use noroshi_store::{EXIST_MOST, ExistKey, ExistOptions, ExistTest};

use super::dates;
use super::envelope;
use super::refusal::Refusal;
use super::words::Words;
use crate::problem::Problem;
use crate::state::AppState;

/// Rows of a page, unless asked otherwise, and at most.
const USUAL: usize = 50;
const MOST: usize = 1_000;
/// How long rows are looked through.
const BUDGET: Duration = Duration::from_secs(2);

/// What came with the request.
pub(super) struct Given {
    pub(super) pairs: Vec<(String, String)>,
    /// Where the answer was asked for, without parameters.
    pub(super) address: String,
}

impl Given {
    pub(super) fn of(parts: &Parts, state: &AppState) -> Result<Given, Refusal> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let base = envelope::base(&parts.headers, state);
        Ok(Given {
            pairs: query.map_err(Problem::from)?.0,
            address: format!("{base}{}", parts.uri.path()),
        })
    }

    /// The last value of that name, if it is not empty.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().rev().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// All values of that name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let found = self.pairs.iter().filter(move |(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// What is no number counts as if it was not given.
    fn number(&self, name: &str) -> Option<usize> {
        self.one(name)?.trim().parse().ok()
    }

    pub(super) fn limit(&self) -> usize {
        let given = self.number("limit").filter(|limit| *limit > 0);
        given.unwrap_or(USUAL).min(MOST)
    }

    pub(super) fn offset(&self) -> usize {
        self.number("offset").unwrap_or(0)
    }

    /// Where the page before ended, as its `next` says, and how many rows there are.
    fn cursor(&self) -> Result<Option<(usize, ExistKey)>, Refusal> {
        let Some(text) = self.one("cursor") else {
            return Ok(None);
        };
        let wrong = || Refusal::Field("cursor", "This is no cursor of a next link.".to_owned());
        let mut parts = text.split('.');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let four = (number(), number(), number(), number());
        let (Some(count), Some(first), Some(second), Some(third)) = four else {
            return Err(wrong());
        };
        let count = usize::try_from(count).map_err(|_| wrong())?;
        Ok(Some((count.min(EXIST_MOST), [first, second, third])))
    }

    /// Which page, of rows that pass a test.
    pub(super) fn options<T>(
        &self,
        test: Option<ExistTest<T>>,
    ) -> Result<ExistOptions<T>, Refusal> {
        let cursor = self.cursor()?;
        if cursor.is_none() && self.offset() > EXIST_MOST {
            let text = format!("At most {EXIST_MOST} rows are skipped; follow next instead.");
            return Err(Refusal::Field("offset", text));
        }
        Ok(ExistOptions {
            limit: self.limit(),
            offset: self.offset(),
            after: cursor.map(|(_, key)| key),
            count: cursor.map(|(count, _)| count),
            test,
            budget: BUDGET,
        })
    }

    /// The words of `search`.
    pub(super) fn words(&self) -> Result<Option<Words>, Refusal> {
        self.one("search").map(Words::read).transpose()
    }

    /// A range of times by the names of its two ends.
    pub(super) fn range(&self, name: &'static str) -> Result<(Option<i64>, Option<i64>), Refusal> {
        let wrong = || Refusal::Field(name, "Enter a valid date/time.".to_owned());
        let from = match self.one(&format!("{name}_after")) {
            Some(text) => Some(dates::read(text).ok_or_else(wrong)?.0),
            None => None,
        };
        let until = match self.one(&format!("{name}_before")) {
            Some(text) => Some(dates::read(text).ok_or_else(wrong)?.1),
            None => None,
        };
        Ok((from, until))
    }
}
