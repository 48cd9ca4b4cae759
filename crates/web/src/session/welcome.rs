//! Following a link that is good once: somebody new, or somebody who forgot the password.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use noroshi_store::{Error, Link, LinkPurpose, SHORTEST_PASSWORD};
use serde::Deserialize;
use utoipa::ToSchema;

use super::begin::begin;
use crate::extract::{FormBody, InPath};
use crate::frame::{Look, fill, render};
use crate::problem::Problem;
use crate::state::AppState;

/// The page with the form; without a link it says that the link is not good.
#[derive(Template)]
#[template(path = "welcome.html")]
struct WelcomePage<'a> {
    frame: Look,
    link: Option<Link>,
    token: &'a str,
    name: &'a str,
    error: &'a str,
}

impl WelcomePage<'_> {
    fn password_hint(&self) -> String {
        fill(self.frame.words.password_hint, &[("n", &SHORTEST_PASSWORD)])
    }

    fn is_reset(&self) -> bool {
        let purpose = self.link.as_ref().map(|link| link.purpose);
        purpose == Some(LinkPurpose::Reset)
    }
}

/// Asks for a password, and of the first administrator for a name.
#[utoipa::path(get, path = "/welcome/{token}", responses((status = OK)))]
pub(crate) async fn ask(
    frame: Look,
    State(state): State<AppState>,
    InPath(token): InPath<String>,
) -> Result<Response, Problem> {
    show(frame, &state, &token, "", "").await
}

async fn show(
    frame: Look,
    state: &AppState,
    token: &str,
    name: &str,
    error: &str,
) -> Result<Response, Problem> {
    let link = match state.store.link(token).await {
        Ok(link) => Some(link),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let status = match (&link, error) {
        (None, _) => StatusCode::NOT_FOUND,
        (Some(_), "") => StatusCode::OK,
        (Some(_), _) => StatusCode::BAD_REQUEST,
    };
    let page = WelcomePage {
        frame,
        link,
        token,
        name,
        error,
    };
    render(status, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Welcome {
    #[serde(default)]
    name: String,
    password: String,
    again: String,
}

/// Sets the password and signs in. The link is good no longer.
#[utoipa::path(post, path = "/welcome/{token}", responses((status = SEE_OTHER)))]
pub(crate) async fn follow(
    frame: Look,
    State(state): State<AppState>,
    InPath(token): InPath<String>,
    headers: HeaderMap,
    FormBody(form): FormBody<Welcome>,
) -> Result<Response, Problem> {
    let words = frame.words;
    if form.password != form.again {
        return show(frame, &state, &token, &form.name, words.password_differs).await;
    }
    let first = match state.store.link(&token).await {
        Ok(link) => link.account.is_none(),
        Err(Error::NotFound { .. }) => return show(frame, &state, &token, "", "").await,
        Err(error) => return Err(error.into()),
    };
    let followed = state.store.follow_link(&token, &form.name, &form.password);
    match followed.await {
        Ok(account) => {
            let next = if first { "/welcome/sources" } else { "/" };
            begin(&state, account, &headers, next).await
        }
        Err(Error::NotFound { .. }) => show(frame, &state, &token, "", "").await,
        Err(Error::Invalid(text) | Error::Conflict(text)) => {
            let short = form.password.chars().count() < SHORTEST_PASSWORD;
            let hint = fill(words.password_short, &[("n", &SHORTEST_PASSWORD)]);
            let text = if short { hint } else { text };
            show(frame, &state, &token, &form.name, &text).await
        }
        Err(error) => Err(error.into()),
    }
}
