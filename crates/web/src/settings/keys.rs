//! One's own API keys: making and revoking them.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::{SignedDuration, Timestamp};
use noroshi_indicator::Tlp;
use noroshi_store::now;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change::SAVED;
use super::page::SettingsPage;
use crate::auth::Caller;
use crate::extract::{FormBody, InPath};
use crate::frame::{Frame, render};
use crate::key::api::{KeyOrder, make, take_back};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Deserialize, ToSchema)]
pub(crate) struct KeyForm {
    name: String,
    /// Present for each scope that it is to have.
    read: Option<String>,
    write: Option<String>,
    admin: Option<String>,
    tlp: String,
    /// Empty for never.
    days: String,
}

/// Makes a key and shows its secret, this once. A name that another good key has is refused, so that
/// a form that is sent twice makes one key.
#[utoipa::path(post, path = "/settings/keys", responses((status = OK)))]
pub(crate) async fn add(
    frame: Frame,
    State(state): State<AppState>,
    headers: HeaderMap,
    FormBody(form): FormBody<KeyForm>,
) -> Result<Response, Problem> {
    let (words, own) = (frame.words, frame.account.clone());
    let known = state.store.keys(Some(&own.name)).await?;
    let at = now();
    let taken = known.iter().any(|key| {
        let good = key.revoked.is_none() && key.expires.is_none_or(|expires| expires > at);
        good && key.name == form.name.trim()
    });
    let order = read(&form);
    let made = match (taken, order) {
        (true, _) => Err(words.key_taken.to_owned()),
        (false, None) => Err(words.key_wrong.to_owned()),
        (false, Some(order)) => match make(state.clone(), Caller::in_person(own), order).await {
            Ok(made) => Ok(made.secret),
            Err(problem) if problem.status < 500 => Err(problem.detail),
            Err(problem) => return Err(problem),
        },
    };
    let mut page = SettingsPage::of(frame, &state, &headers).await?;
    match made {
        Ok(secret) => {
            page.secret = Some(secret);
            render(StatusCode::OK, &page)
        }
        Err(error) => page.refused(&error),
    }
}

fn read(form: &KeyForm) -> Option<KeyOrder> {
    let scopes = [
        ("read", &form.read),
        ("write", &form.write),
        ("admin", &form.admin),
    ];
    let scopes = scopes.iter().filter(|(_, chosen)| chosen.is_some());
    let scopes: Vec<String> = scopes.map(|(name, _)| (*name).to_owned()).collect();
    if scopes.is_empty() {
        return None;
    }
    let tlp: Tlp = form.tlp.parse().ok()?;
    let expires = match form.days.as_str() {
        "" => None,
        days => {
            let days: i64 = days
                .parse()
                .ok()
                .filter(|days| (1..=3_660).contains(days))?;
            Some(Timestamp::now() + SignedDuration::from_hours(24 * days))
        }
    };
    Some(KeyOrder {
        name: form.name.clone(),
        scopes,
        tlp: Some(tlp),
        expires,
        account: None,
    })
}

/// Takes one of one's keys back, at once.
#[utoipa::path(post, path = "/settings/keys/{id}/revoke", responses((status = SEE_OTHER)))]
pub(crate) async fn revoke(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let caller = Caller::in_person(frame.account.clone());
    take_back(state, caller, id).await?;
    Ok(Redirect::to(SAVED).into_response())
}
