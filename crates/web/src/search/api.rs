//! Search over HTTP.

use axum::Json;
use axum::extract::State;
use noroshi_query::{Query, TimeZone};
use noroshi_store::{Page, Reader, SearchOptions, now};
use serde::Deserialize;
use utoipa::IntoParams;

use super::SearchAnswer;
use crate::auth::Reading;
use crate::extract::{Params, limit};
use crate::problem::Problem;
use crate::state::AppState;

/// Values of a page, unless asked otherwise.
const USUAL: usize = 50;
/// The most values of a page.
const MOST: usize = 1_000;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchParams {
    /// The query. Nothing finds everything, newest first. Days without a zone are days in UTC.
    #[serde(default)]
    #[param(example = "domain:evil.example since:7d")]
    q: String,
    /// Values of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before; only with the same query.
    cursor: Option<String>,
}

/// Search
///
/// Values that a query finds, with their listings. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/search", tag = "asking", params(SearchParams),
    security(("key" = [])), responses((status = OK, body = SearchAnswer))
)]
pub(crate) async fn search(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<SearchParams>,
) -> Result<Json<SearchAnswer>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let asked = Asked::read(&params.q, params.cursor.as_deref())?;
    let page = asked.search(&state, &caller.reader(), limit).await?;
    Ok(Json(page.into()))
}

/// A query together with the place in its answer.
///
/// A page that goes on must mean by "7 days ago" what the first page meant, so our cursor is the
/// time of the first page before the store's cursor.
pub(crate) struct Asked {
    pub(crate) query: Query,
    now: i64,
    cursor: Option<String>,
}

impl Asked {
    pub(crate) fn read(text: &str, cursor: Option<&str>) -> Result<Asked, Problem> {
        let (now, cursor) = match cursor {
            None => (now(), None),
            Some(cursor) => {
                let parts = cursor.split_once('.');
                let parts = parts.and_then(|(now, rest)| Some((now.parse().ok()?, rest)));
                let Some((now, rest)) = parts else {
                    return Err(Problem::bad_request("this is not a cursor"));
                };
                (now, Some(rest.to_owned()))
            }
        };
        let query = noroshi_query::parse(text, now, &TimeZone::UTC)?;
        Ok(Asked { query, now, cursor })
    }

    pub(crate) async fn search(
        self,
        state: &AppState,
        reader: &Reader,
        limit: usize,
    ) -> Result<Page, Problem> {
        let options = SearchOptions {
            limit,
            cursor: self.cursor,
            ..SearchOptions::default()
        };
        let mut page = state.store.search(reader, &self.query, options).await?;
        page.next = page.next.map(|next| format!("{}.{next}", self.now));
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_goes_on_keeps_the_time_of_the_first() {
        let first = Asked::read("since:7d", Some("1795316400000000.ab")).unwrap();
        assert_eq!(first.query.to_string(), "since:2026-11-15T03:00:00Z");
        assert_eq!(first.cursor.as_deref(), Some("ab"));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for cursor in ["", "ab", ".ab", "x.ab", "99999999999999999999.ab"] {
            let refused = Asked::read("a", Some(cursor)).err().unwrap();
            assert_eq!(refused.detail, "this is not a cursor", "{cursor:?}");
        }
        // Any time is read; one that no calendar has may be refused, but not by a panic.
        for now in [i64::MIN, i64::MAX] {
            let _ = Asked::read("since:7d", Some(&format!("{now}.ab")));
        }
    }

    #[test]
    fn the_place_of_an_error_is_told() {
        let refused = Asked::read("tag:a (b", None).err().unwrap();
        assert_eq!(refused.status, 400);
        assert!(refused.column.is_some() && refused.length.is_some());
    }
}
