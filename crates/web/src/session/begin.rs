//! Beginning a session: its cookie, and the look that its account chose.

use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use noroshi_store::{Account, Preferences, Reader, now};

use super::{LASTS, cookie};
use crate::frame::choice;
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Characters of a browser's description that are kept.
const AGENT: usize = 200;

/// Signs an account in, in this browser, and goes on to a page of ours.
pub(crate) async fn begin(
    state: &AppState,
    account: Account,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response, Problem> {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok());
    let agent: Option<String> = agent.map(|agent| agent.chars().take(AGENT).collect());
    let (settings, at) = (state.settings, state.clone());
    let (token, chosen) = to_the_end(async move {
        let (store, name) = (&at.store, &account.name);
        let until = now() + LASTS * 1_000_000;
        let token = store.begin_session(name, agent.as_deref(), until).await?;
        let who = Reader::account(account.id);
        store.audit(&who, "session.begin", name, None).await?;
        Ok((token, store.preferences(account.id).await?))
    })
    .await?;
    let mut cookies = vec![(header::SET_COOKIE, cookie(&token, LASTS, settings))];
    cookies.extend(look(&chosen));
    Ok((AppendHeaders(cookies), Redirect::to(next)).into_response())
}

/// The cookies by which pages know what somebody chose. What was left to the browser stays its own.
pub(crate) fn look(
    chosen: &Preferences,
) -> impl Iterator<Item = (header::HeaderName, String)> + use<> {
    let all = [
        ("lang", chosen.language.clone()),
        ("theme", chosen.theme.clone()),
        ("zone", chosen.zone.clone()),
    ];
    let said = all
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    said.map(|(name, value)| (header::SET_COOKIE, choice::kept(name, &value)))
}
