//! The page over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_lookup::Verdict;
use noroshi_query::{Expr, Query, Term};
use noroshi_store::{Groups, Page};
use serde::Deserialize;

use super::api::Asked;
use super::explain::explain;
use super::narrow::facets;
use crate::extract::Params;
use crate::frame::{Frame, count, fill, render, thousands};
use crate::part::{Facet, Pager, Rows, encoded, observable_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Values of a page.
const ROWS: usize = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct SearchParams {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage {
    frame: Frame,
    shown: Shown,
}

enum Shown {
    Wrong(Wrong),
    Found(Box<FoundPage>),
}

/// A query that cannot be read, cut in three at the place that is to blame.
struct Wrong {
    title: String,
    detail: String,
    before: String,
    blamed: String,
    after: String,
}

struct FoundPage {
    /// The query as it prints itself, when that is not what was typed.
    canonical: Option<String>,
    explained: Vec<String>,
    /// How many there are, as far as it was counted.
    total: Option<String>,
    facets: Vec<Facet>,
    rows: Rows,
    pager: Pager,
    complete: bool,
    export: String,
}

/// What a query finds. A query that is nothing but one value leads to that value's page.
#[utoipa::path(get, path = "/search", responses((status = OK)))]
pub(crate) async fn show(
    mut frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<SearchParams>,
) -> Result<Response, Problem> {
    frame.query.clone_from(&params.q);
    let asked = match Asked::read(&params.q, params.cursor.as_deref()) {
        Ok(asked) => asked,
        Err(problem) if problem.column.is_some() => {
            let shown = Shown::Wrong(Wrong::new(&params.q, &problem, &frame));
            return render(StatusCode::BAD_REQUEST, &SearchPage { frame, shown });
        }
        Err(problem) => return Err(problem),
    };
    if let (Some(Expr::Term(Term::Observable(one))), None) = (&asked.query.expr, &params.cursor) {
        return Ok(Redirect::to(&observable_link(one)).into_response());
    }
    let query = asked.query.clone();
    let page = asked.search(&state, &frame.reader(), ROWS).await?;
    let found = FoundPage::new(&params, &query, &page, &state, &frame);
    let shown = Shown::Found(Box::new(found));
    render(StatusCode::OK, &SearchPage { frame, shown })
}

impl FoundPage {
    fn new(
        params: &SearchParams,
        query: &Query,
        page: &Page,
        state: &AppState,
        frame: &Frame,
    ) -> FoundPage {
        let words = frame.words;
        let rows = page.found.iter().map(|found| {
            let warned = !state.warninglists.hits(&found.observable).is_empty();
            (&found.observable, Verdict::of(&found.listings), warned)
        });
        let canonical = query.to_string();
        let link = format!("/search?q={}", encoded(&params.q));
        FoundPage {
            explained: explain(query, words),
            canonical: (canonical != params.q.trim()).then(|| visible(&canonical)),
            total: page.groups.as_ref().map(|groups| total(groups, frame)),
            facets: facets(&params.q, query, page.groups.as_ref(), frame),
            rows: Rows::new(rows, frame),
            pager: Pager::new(&link, params.cursor.as_deref(), page.next.as_deref(), words),
            complete: page.complete,
            export: format!("/search/export?q={}", encoded(&params.q)),
        }
    }
}

fn total(groups: &Groups, frame: &Frame) -> String {
    match groups.complete {
        true => count(
            groups.total,
            frame.words.found_total,
            frame.words.found_total,
        ),
        false => fill(
            frame.words.found_at_least,
            &[("n", &thousands(groups.total))],
        ),
    }
}

impl Wrong {
    fn new(typed: &str, problem: &Problem, frame: &Frame) -> Wrong {
        let number = |of: Option<u32>| of.and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        let (column, length) = (number(problem.column), number(problem.length));
        let mut chars = typed.chars();
        let before: String = chars.by_ref().take(column.saturating_sub(1)).collect();
        let blamed: String = chars.by_ref().take(length).collect();
        let after: String = chars.collect();
        Wrong {
            title: fill(frame.words.query_wrong, &[("n", &column)]),
            detail: problem.detail.clone(),
            before: visible(&before),
            blamed: visible(&blamed),
            after: visible(&after),
        }
    }
}
