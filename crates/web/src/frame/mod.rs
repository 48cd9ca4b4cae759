//! What stands around every page: language, theme, navigation, search box, account.
//!
//! A page is a struct with a template that extends `frame.html` and has its [`Frame`] in the field
//! `frame`; its handler takes the frame from the request, asks the store, and [`render`]s. Asking
//! for a frame sends whoever is not signed in to `/sign-in`. Pages that strangers may see extend
//! `bare.html` and have a [`Look`] in the field `frame`.

pub(crate) mod asset;
pub(crate) mod choice;
mod language;
mod look;
mod nav;
mod theme;
mod words;

use std::ops::Deref;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use noroshi_store::{Account, Reader, Role, Scope};

pub(crate) use language::Language;
pub(crate) use look::Look;
pub(crate) use theme::Theme;
pub(crate) use words::{Words, count, fill, thousands};

use crate::auth::{granted, may_roll_back};
use crate::part::encoded;
use crate::problem::Problem;
use crate::session::SignedIn;
use crate::state::AppState;

/// The frame of a page for somebody who is signed in.
pub(crate) struct Frame {
    look: Look,
    pub(crate) account: Account,
    /// What the search box at the top holds.
    pub(crate) query: String,
    /// Notifications that were not looked at yet.
    pub(crate) fresh: i64,
}

impl Frame {
    /// Whether the reader manages the hub.
    pub(crate) fn manages(&self) -> bool {
        self.account.role == Role::Admin
    }

    /// Whether the reader may undo what sources brought.
    pub(crate) fn rolls_back(&self) -> bool {
        may_roll_back(self.account.role)
    }

    /// Whether the reader may write.
    pub(crate) fn writes(&self) -> bool {
        !granted(self.account.role, &[Scope::Write]).is_empty()
    }

    /// # Errors
    ///
    /// 403 for an account that only reads.
    pub(crate) fn must_write(&self) -> Result<(), Problem> {
        match self.writes() {
            true => Ok(()),
            false => Err(Problem::forbidden("This account only reads.")),
        }
    }

    /// With the eyes of whom a page is read.
    pub(crate) fn reader(&self) -> Reader {
        Reader::account(self.account.id)
    }
}

impl Deref for Frame {
    type Target = Look;

    fn deref(&self) -> &Look {
        &self.look
    }
}

impl FromRequestParts<AppState> for Frame {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Frame, Response> {
        let Ok(look) = Look::from_request_parts(parts, state).await;
        let signed_in = SignedIn::from_request_parts(parts, state).await;
        match signed_in.map_err(IntoResponse::into_response)? {
            SignedIn(Some(account)) => {
                let fresh = state.store.fresh_notifications(account.id).await;
                let fresh = fresh.map_err(|error| Problem::from(error).into_response())?;
                Ok(Frame {
                    look,
                    account,
                    query: String::new(),
                    fresh,
                })
            }
            SignedIn(None) => {
                // What was posted is lost; what was to be read is there after signing in.
                let next = match parts.method {
                    Method::GET => look.address.as_str(),
                    _ => "/",
                };
                Err(Redirect::to(&sign_in(next)).into_response())
            }
        }
    }
}

fn sign_in(next: &str) -> String {
    match next {
        "/" => "/sign-in".to_owned(),
        next => format!("/sign-in?next={}", encoded(next)),
    }
}

/// Where to go on after a form, if that is a page of ours, and the front page otherwise.
pub(crate) fn local(next: &str) -> &str {
    let path = next.strip_prefix('/');
    // `//host` and `/\host` are other hosts to a browser.
    let ours = path.is_some_and(|rest| !rest.starts_with(['/', '\\']));
    match ours && !next.contains(|c: char| c.is_control()) {
        true => next,
        false => "/",
    }
}

/// A page as it goes out.
pub(crate) fn render(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let html = page.render().map_err(|error| Problem::internal(&error))?;
    let vary = [(header::VARY, "accept-language, cookie")];
    Ok((status, vary, Html(html)).into_response())
}

/// The first cookie of that name.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let mut pairs = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|all| all.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_form_nobody_is_sent_away() {
        for ours in ["/", "/search?q=a%2Fb", "/observable/url/http%3A%2F%2Fa"] {
            assert_eq!(local(ours), ours);
        }
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "a",
            "/\n",
        ] {
            assert_eq!(local(other), "/", "{other:?}");
        }
        assert_eq!(sign_in("/"), "/sign-in");
        assert_eq!(sign_in("/a?b=c&d"), "/sign-in?next=%2Fa%3Fb%3Dc%26d");
    }
}
