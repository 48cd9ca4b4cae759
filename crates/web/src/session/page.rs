//! Signing in with a name and a password, or with an API key; and out again.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Account, Reader, Scope};
use serde::Deserialize;
use utoipa::ToSchema;

use super::begin::begin;
use super::{cookie, token};
use crate::auth::{Client, authenticate, check, refused};
use crate::extract::{FormBody, Params};
use crate::frame::{Look, local, render};
use crate::problem::Problem;
use crate::state::AppState;

/// The page with the forms.
#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    frame: Look,
    next: &'a str,
    name: &'a str,
    /// Why it went wrong.
    error: &'a str,
    /// It went wrong with a key.
    keyed: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SignInParams {
    #[serde(default)]
    next: String,
}

/// Asks who it is.
#[utoipa::path(get, path = "/sign-in", responses((status = OK)))]
pub(crate) async fn ask(
    frame: Look,
    Params(params): Params<SignInParams>,
) -> Result<Response, Problem> {
    let page = SignInPage {
        frame,
        next: local(&params.next),
        name: "",
        error: "",
        keyed: false,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize, ToSchema)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct SignIn {
    name: String,
    password: String,
    /// Instead of the two.
    key: String,
    /// The page to go on to.
    next: String,
}

impl SignIn {
    pub(crate) fn new(name: String, password: String) -> SignIn {
        SignIn {
            name,
            password,
            ..SignIn::default()
        }
    }
}

/// Begins a session for somebody who knows the password, or has a key with the scope `read`.
#[utoipa::path(post, path = "/sign-in", responses((status = SEE_OTHER)))]
pub(crate) async fn sign_in(
    Client(client): Client,
    State(state): State<AppState>,
    frame: Look,
    headers: HeaderMap,
    FormBody(form): FormBody<SignIn>,
) -> Result<Response, Problem> {
    let key = form.key.trim();
    let known: Result<Option<Account>, Problem> = match key.is_empty() {
        true => check(&state, client, form.name.trim(), &form.password).await,
        false => authenticate(&state, client, key).await.map(|caller| {
            let caller = caller.filter(|caller| caller.scopes.contains(&Scope::Read));
            caller.map(|caller| caller.account)
        }),
    };
    let (status, wait) = match known {
        Ok(Some(account)) => return begin(&state, account, &headers, local(&form.next)).await,
        Ok(None) => {
            if !key.is_empty() {
                // Whose key it is not is not known.
                refused(&state, client, "").await?;
            }
            (StatusCode::FORBIDDEN, None)
        }
        Err(problem) if problem.retry_after.is_some() && problem.status == 429 => {
            (StatusCode::TOO_MANY_REQUESTS, problem.retry_after)
        }
        Err(problem) => return Err(problem),
    };
    let words = frame.words;
    let error = match (wait, key.is_empty()) {
        (Some(_), _) => words.sign_in_wait,
        (None, true) => words.sign_in_failed,
        (None, false) => words.sign_in_key_failed,
    };
    let page = SignInPage {
        frame,
        next: local(&form.next),
        name: &form.name,
        error,
        keyed: !key.is_empty(),
    };
    let mut response = render(status, &page)?;
    if let Some(seconds) = wait {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Ok(response)
}

/// Ends the session.
#[utoipa::path(post, path = "/sign-out", responses((status = SEE_OTHER)))]
pub(crate) async fn sign_out(
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
