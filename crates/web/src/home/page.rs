//! The page over HTTP.

use std::borrow::Cow;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use noroshi_indicator::{Detected, Observable};
use noroshi_lookup::RelatedValue;
use noroshi_query::{Expr, Query, Term};
use noroshi_store::{Account, Reader};
use serde::Deserialize;

use super::view::{Home, Many, One, Row, Shown};
use super::words::Language;
use crate::extract::Params;
use crate::problem::Problem;
use crate::search::api::Asked;
use crate::session::SignedIn;
use crate::state::AppState;

/// Values of a page.
const ROWS: usize = 50;

#[derive(Debug, Deserialize)]
pub(crate) struct HomeParams {
    #[serde(default)]
    q: String,
    cursor: Option<String>,
}

/// The search box, and the answer below it: all about a value, or what a query finds.
#[utoipa::path(get, path = "/", responses((status = OK)))]
pub(crate) async fn show(
    SignedIn(account): SignedIn,
    State(state): State<AppState>,
    Params(params): Params<HomeParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = language(&headers);
    let mut status = StatusCode::OK;
    let shown = match &account {
        Some(account) if !params.q.trim().is_empty() => {
            match answer(&state, account, &params, language).await {
                Ok(shown) => shown,
                // What was asked wrongly is told on the page.
                Err(problem) if problem.status < 500 => {
                    status = StatusCode::BAD_REQUEST;
                    Shown::Problem(problem)
                }
                Err(problem) => return Err(problem),
            }
        }
        _ => Shown::Nothing,
    };
    let account = account.as_ref().map(|account| account.name.as_str());
    let home = Home {
        lang: language.tag(),
        words: language.words(),
        account,
        failed: false,
        query: &params.q,
        shown,
    };
    render(status, &home)
}

async fn answer(
    state: &AppState,
    account: &Account,
    params: &HomeParams,
    language: Language,
) -> Result<Shown, Problem> {
    let reader = Reader::account(account.id);
    let asked = Asked::read(&params.q, params.cursor.as_deref())?;
    if let Some(detected) = one_value(&params.q, &asked.query) {
        let (store, lists) = (&state.store, &state.warninglists);
        let answer = noroshi_lookup::about(store, lists, &reader, detected).await?;
        return Ok(Shown::One(One::new(&answer, language)));
    }
    let page = asked.search(state, &reader, ROWS).await?;
    let rows = page
        .found
        .iter()
        .map(|found| Row::of_value(&RelatedValue::from(found), language));
    Ok(Shown::Many(Many {
        rows: rows.collect(),
        next: page.next,
        complete: page.complete,
    }))
}

/// The value, if the query is nothing but one.
fn one_value(text: &str, query: &Query) -> Option<Detected> {
    let Some(Expr::Term(Term::Observable(observable))) = &query.expr else {
        return None;
    };
    // The text says more than the query: a port, a strange spelling.
    let detected = Observable::detect(text).ok();
    let detected = detected.filter(|detected| detected.observable == *observable);
    Some(detected.unwrap_or(Detected {
        observable: observable.clone(),
        port: None,
        suspicious: false,
    }))
}

/// The page after a key that was not good.
pub(crate) fn refused(headers: &HeaderMap) -> Result<Response, Problem> {
    let language = language(headers);
    let home = Home {
        lang: language.tag(),
        words: language.words(),
        account: None,
        failed: true,
        query: "",
        shown: Shown::Nothing,
    };
    render(StatusCode::FORBIDDEN, &home)
}

fn language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE);
    let accepted = accepted.map_or(Cow::Borrowed(""), |value| {
        String::from_utf8_lossy(value.as_bytes())
    });
    Language::accepted(&accepted)
}

fn render(status: StatusCode, home: &Home) -> Result<Response, Problem> {
    let html = home.render().map_err(|error| Problem::internal(&error))?;
    let vary = [(header::VARY, "accept-language, cookie")];
    Ok((status, vary, Html(html)).into_response())
}

/// How the page looks.
#[utoipa::path(get, path = "/assets/style.css", responses((status = OK)))]
pub(crate) async fn style() -> impl IntoResponse {
    const STYLE: &str = include_str!("../../assets/style.css");
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, STYLE)
}
