//! Signing in with an API key, and out again.

use std::net::IpAddr;

use askama::Template;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Reader, Scope, now};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LASTS, cookie, same_origin, token};
use crate::auth::{authenticate, client};
use crate::extract::{FormBody, Params};
use crate::frame::{Look, local, render};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Characters of a browser's description that are kept.
const AGENT: usize = 200;

/// A request that comes from a page of ours, and from where.
pub(crate) struct FromOurPage(IpAddr);

impl FromRequestParts<AppState> for FromOurPage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        match same_origin(&parts.headers) {
            true => Ok(FromOurPage(client(parts, state))),
            false => Err(Problem::forbidden("This came from a page of another site.")),
        }
    }
}

/// The page with the form.
#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Look,
    next: &'a str,
    failed: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SignInParams {
    #[serde(default)]
    next: String,
}

/// Asks for a key.
#[utoipa::path(get, path = "/sign-in", responses((status = OK)))]
pub(crate) async fn ask(
    frame: Look,
    Params(params): Params<SignInParams>,
) -> Result<Response, Problem> {
    let page = SignInPage {
        frame,
        next: local(&params.next),
        failed: false,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    key: String,
    /// The page to go on to.
    #[serde(default)]
    next: String,
}

/// Begins a session for a key with the scope `read`.
#[utoipa::path(post, path = "/sign-in", responses((status = SEE_OTHER)))]
pub(crate) async fn sign_in(
    FromOurPage(client): FromOurPage,
    State(state): State<AppState>,
    frame: Look,
    headers: HeaderMap,
    FormBody(form): FormBody<SignIn>,
) -> Result<Response, Problem> {
    let known = match authenticate(&state, client, form.key.trim()).await {
        Err(problem) if problem.status == StatusCode::TOO_MANY_REQUESTS => None,
        known => known?,
    };
    let Some(caller) = known.filter(|caller| caller.scopes.contains(&Scope::Read)) else {
        let page = SignInPage {
            frame,
            next: local(&form.next),
            failed: true,
        };
        return render(StatusCode::FORBIDDEN, &page);
    };
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let agent: Option<String> = agent.map(|agent| agent.chars().take(AGENT).collect());
    let settings = state.settings;
    let token = to_the_end(async move {
        let (store, name) = (&state.store, &caller.account.name);
        let until = now() + LASTS * 1_000_000;
        let token = store.begin_session(name, agent.as_deref(), until).await?;
        store
            .audit(&caller.reader(), "session.begin", name, None)
            .await?;
        Ok(token)
    })
    .await?;
    let cookie = [(header::SET_COOKIE, cookie(&token, LASTS, settings))];
    Ok((cookie, Redirect::to(local(&form.next))).into_response())
}

/// Ends the session.
#[utoipa::path(post, path = "/sign-out", responses((status = SEE_OTHER)))]
pub(crate) async fn sign_out(
    _: FromOurPage,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(token) = token(&headers, state.settings)
        && let Some(account) = state.store.session(token).await?
    {
        state.store.end_session(token).await?;
        let who = Reader::account(account.id);
        state
            .store
            .audit(&who, "session.end", &account.name, None)
            .await?;
    }
    let cookie = [(header::SET_COOKIE, cookie("", 0, state.settings))];
    Ok((cookie, Redirect::to("/sign-in")).into_response())
}
