//! Changing look, password and sessions.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use noroshi_store::{Error, Preferences, SHORTEST_PASSWORD};
use serde::Deserialize;
use utoipa::ToSchema;

use super::page::SettingsPage;
use crate::auth::{Client, check};
use crate::extract::{FormBody, InPath};
use crate::frame::{Frame, Language, Theme, choice, fill};
use crate::problem::Problem;
use crate::session::token;
use crate::state::AppState;

/// Back to the page, which says that it went well.
pub(super) const SAVED: &str = "/settings?saved=true";

#[derive(Deserialize, ToSchema)]
pub(crate) struct LookForm {
    /// Empty for what the browser says.
    language: String,
    theme: String,
    /// Empty for that of the browser.
    zone: String,
}

/// Keeps how somebody wants to see pages, for all browsers in which they sign in.
#[utoipa::path(post, path = "/settings/look", responses((status = SEE_OTHER)))]
pub(crate) async fn look(
    frame: Frame,
    State(state): State<AppState>,
    headers: HeaderMap,
    FormBody(form): FormBody<LookForm>,
) -> Result<Response, Problem> {
    let language = Language::named(&form.language).map(Language::tag);
    let theme = Theme::named(&form.theme).map(Theme::name);
    let zone = form.zone.trim();
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    if zone.len() > 64 || !zone.chars().all(legal) {
        let words = frame.words;
        let page = SettingsPage::of(frame, &state, &headers).await?;
        return page.refused(words.zone_wrong);
    }
    let chosen = Preferences {
        language: language.map(str::to_owned),
        theme: theme.map(str::to_owned),
        zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
    };
    state
        .store
        .set_preferences(frame.account.id, chosen)
        .await?;
    let cookies = [
        ("lang", language.unwrap_or_default()),
        ("theme", theme.unwrap_or_default()),
        ("zone", zone),
    ];
    let cookies = cookies.map(|(name, value)| (header::SET_COOKIE, choice::kept(name, value)));
    Ok((AppendHeaders(cookies), Redirect::to(SAVED)).into_response())
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordForm {
    pub(crate) current: String,
    pub(crate) password: String,
    pub(crate) again: String,
}

/// Sets another password, and ends one's sessions in all other browsers.
#[utoipa::path(post, path = "/settings/password", responses((status = SEE_OTHER)))]
pub(crate) async fn password(
    frame: Frame,
    Client(client): Client,
    State(state): State<AppState>,
    headers: HeaderMap,
    FormBody(form): FormBody<PasswordForm>,
) -> Result<Response, Problem> {
    let (words, reader, name) = (frame.words, frame.reader(), frame.account.name.clone());
    let short = fill(words.password_short, &[("n", &SHORTEST_PASSWORD)]);
    let error = if form.password != form.again {
        words.password_differs
    } else if form.password.chars().count() < SHORTEST_PASSWORD {
        &short
    } else if state.store.has_password(&name).await?
        && check(&state, client, &name, &form.current).await?.is_none()
    {
        words.password_wrong
    } else {
        let token = token(&headers, state.settings).unwrap_or_default();
        let changed = state
            .store
            .change_password(&reader, &name, &form.password, token);
        changed.await?;
        return Ok(Redirect::to(SAVED).into_response());
    };
    let page = SettingsPage::of(frame, &state, &headers).await?;
    page.refused(error)
}

/// Ends one of one's sessions, at once.
#[utoipa::path(post, path = "/settings/sessions/{id}/revoke", responses((status = SEE_OTHER)))]
pub(crate) async fn revoke_session(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let revoked = state
        .store
        .revoke_session(&frame.reader(), &frame.account.name, id)
        .await;
    match revoked {
        // That it has ended is what was wanted.
        Ok(()) | Err(Error::NotFound { .. }) => Ok(Redirect::to(SAVED).into_response()),
        Err(error) => Err(error.into()),
    }
}
