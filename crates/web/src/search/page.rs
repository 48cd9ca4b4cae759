//! The page over HTTP.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_lookup::Verdict;
use noroshi_query::{Expr, Query, StatementKind, Term};
use noroshi_store::{Groups, Page, PostOptions};
use serde::Deserialize;

use super::api::Asked;
use super::explain::explain;
use super::narrow::{facets, parts, with};
use crate::extract::Params;
use crate::frame::{Frame, count, fill, render, thousands};
use crate::part::{
    Facet, Pager, PostLines, Posts, Rows, encoded, observable_link, search_link, visible,
};
use crate::problem::Problem;
use crate::state::AppState;

/// Values, or posts, of a page.
const ROWS: usize = 50;
/// Posts, and items of each sort, that stand beside the values.
const POSTS: usize = 5;
/// How long may be looked for each.
const BUDGET: Duration = Duration::from_millis(100);

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
    Posts(Box<PostsFound>),
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
    /// The form of a hunt for the same.
    hunt: String,
    /// The first matching posts and items, by what they are; only with the first page.
    said: Vec<Said>,
}

/// Posts of one sort.
struct Said {
    title: &'static str,
    posts: PostLines,
    /// The search for all of them.
    all: String,
    /// Whether more are there than are shown.
    more: bool,
}

/// What a query for posts finds.
struct PostsFound {
    canonical: Option<String>,
    explained: Vec<String>,
    posts: Posts,
    complete: bool,
}

/// What a query finds. A query that is nothing but one value leads to that value's page.
#[utoipa::path(get, path = "/search", responses((status = OK)))]
pub(crate) async fn show(
    mut frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<SearchParams>,
) -> Result<Response, Problem> {
    frame.query.clone_from(&params.q);
    let asked = match Asked::read(&params.q, None) {
        Ok(asked) if only_posts(&asked.query) => {
            return show_posts(frame, &state, &params, &asked.query).await;
        }
        Ok(_) => Asked::read(&params.q, params.cursor.as_deref())?,
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
    let mut found = FoundPage::new(&params, &query, &page, &state, &frame);
    if params.cursor.is_none() {
        found.said = said(&params, &query, &state, &frame).await?;
    }
    let shown = Shown::Found(Box::new(found));
    render(StatusCode::OK, &SearchPage { frame, shown })
}

/// What is said that matches, a few of each sort.
async fn said(
    params: &SearchParams,
    query: &Query,
    state: &AppState,
    frame: &Frame,
) -> Result<Vec<Said>, Problem> {
    let (words, reader) = (frame.words, frame.reader());
    let mut all = Vec::new();
    for (kind, title) in [
        (StatementKind::Vulnerability, words.tracker_vulnerabilities),
        (StatementKind::Exploit, words.tracker_exploits),
        (StatementKind::News, words.tracker_news),
        (StatementKind::Post, words.posts),
    ] {
        let term = Term::In(kind);
        let asked = query.clone().and(Query::from(Expr::Term(term.clone())));
        let options = PostOptions {
            limit: POSTS,
            below: None,
            budget: BUDGET,
        };
        let page = state.store.search_posts(&reader, &asked, options).await?;
        if !page.entries.is_empty() {
            all.push(Said {
                title,
                posts: PostLines::of_entries(&page.entries, frame),
                all: search_link(&with(&params.q, query, &term.to_string())),
                more: page.next.is_some(),
            });
        }
    }
    Ok(all)
}

/// Whether a query is for posts or items of one sort and nothing else.
fn only_posts(query: &Query) -> bool {
    parts(query).any(|part| match part {
        Expr::Term(Term::In(kind)) => *kind != StatementKind::Listing,
        _ => false,
    })
}

async fn show_posts(
    frame: Frame,
    state: &AppState,
    params: &SearchParams,
    query: &Query,
) -> Result<Response, Problem> {
    let below = match &params.cursor {
        None => None,
        Some(cursor) => {
            let below = cursor.parse::<i64>();
            Some(below.map_err(|_| Problem::bad_request("this is not a cursor"))?)
        }
    };
    let options = PostOptions {
        limit: ROWS,
        below,
        ..PostOptions::default()
    };
    let reader = frame.reader();
    let page = state.store.search_posts(&reader, query, options).await?;
    let link = format!("/search?q={}", encoded(&params.q));
    let way = (link.as_str(), below, page.next);
    let posts = Posts::new(state, &frame, &page.entries, way, None).await?;
    let shown = Shown::Posts(Box::new(PostsFound {
        canonical: canonical(params, query),
        explained: explain(query, frame.words),
        posts,
        complete: page.complete,
    }));
    render(StatusCode::OK, &SearchPage { frame, shown })
}

/// The query as it prints itself, when that is not what was typed.
fn canonical(params: &SearchParams, query: &Query) -> Option<String> {
    let canonical = query.to_string();
    (canonical != params.q.trim()).then(|| visible(&canonical))
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
            (&found.observable, Verdict::about(found), warned)
        });
        let link = format!("/search?q={}", encoded(&params.q));
        FoundPage {
            explained: explain(query, words),
            canonical: canonical(params, query),
            total: page.groups.as_ref().map(|groups| total(groups, frame)),
            facets: facets(&params.q, query, page.groups.as_ref(), frame),
            rows: Rows::new(rows, frame),
            pager: Pager::new(&link, params.cursor.as_deref(), page.next.as_deref(), words),
            complete: page.complete,
            export: format!("/search/export?q={}", encoded(&params.q)),
            hunt: format!("/hunt/new?words={}", encoded(&params.q)),
            said: Vec::new(),
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
