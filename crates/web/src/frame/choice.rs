//! Choosing language and theme: a form of every page, kept in cookies.

use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Language, Theme, local};
use crate::extract::FormBody;
use crate::problem::Problem;

/// What is chosen; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Choice {
    lang: Option<String>,
    theme: Option<String>,
    /// The page to go back to.
    #[serde(default)]
    next: String,
}

/// Keeps the choice for a year, in this browser.
#[utoipa::path(post, path = "/look", responses((status = SEE_OTHER)))]
pub(crate) async fn choose(FormBody(choice): FormBody<Choice>) -> Result<Response, Problem> {
    let named = |name: &str| Problem::bad_request(format!("there is no such {name}"));
    let mut cookies = Vec::new();
    if let Some(tag) = &choice.lang {
        let language = Language::named(tag).ok_or_else(|| named("language"))?;
        cookies.push(kept("lang", language.tag()));
    }
    if let Some(name) = &choice.theme {
        let theme = Theme::named(name).ok_or_else(|| named("theme"))?;
        cookies.push(kept("theme", theme.name()));
    }
    let cookies = cookies
        .into_iter()
        .map(|cookie| (header::SET_COOKIE, cookie));
    let cookies: Vec<_> = cookies.collect();
    Ok((AppendHeaders(cookies), Redirect::to(local(&choice.next))).into_response())
}

pub(crate) fn kept(name: &str, value: &str) -> String {
    // Without a value it is forgotten; the zone is what the script shows times in.
    let lasts = if value.is_empty() { 0 } else { 31_536_000 };
    let hidden = if name == "zone" { "" } else { "; HttpOnly" };
    format!("{name}={value}; Path=/; Max-Age={lasts}; SameSite=Lax{hidden}")
}
