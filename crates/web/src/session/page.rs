//! Signing in with an API key, and out again.

use std::net::IpAddr;

use axum::Form;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Reader, Scope, now};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{LASTS, cookie, same_origin, token};
use crate::auth::{authenticate, client};
use crate::home::page::refused;
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

#[derive(Deserialize, ToSchema)]
pub(crate) struct SignIn {
    key: String,
}

/// Begins a session for a key with the scope `read`.
#[utoipa::path(post, path = "/sign-in", responses((status = SEE_OTHER)))]
pub(crate) async fn sign_in(
    FromOurPage(client): FromOurPage,
    State(state): State<AppState>,
    headers: HeaderMap,
    form: Form<SignIn>,
) -> Result<Response, Problem> {
    let known = match authenticate(&state, client, form.key.trim()).await {
        Err(problem) if problem.status == StatusCode::TOO_MANY_REQUESTS => None,
        known => known?,
    };
    let Some(caller) = known.filter(|caller| caller.scopes.contains(&Scope::Read)) else {
        return refused(&headers);
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
    Ok((cookie, Redirect::to("/")).into_response())
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
    Ok((cookie, Redirect::to("/")).into_response())
}
