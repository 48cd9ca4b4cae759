//! Who asks: by the address, or by a key; and with whose eyes that is answered.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use noroshi_indicator::Tlp;
use noroshi_store::Reader;

use super::refusal::Refusal;
use crate::auth::{Client, authenticate, bearer};
use crate::state::AppState;

/// Who asks.
pub(crate) struct Caller {
    /// With whose eyes.
    pub(super) reader: Reader,
    /// Nothing of a higher marking is told.
    pub(super) tlp: Tlp,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Caller, Response> {
        let caller = caller(parts, state).await;
        caller.map_err(IntoResponse::into_response)
    }
}

async fn caller(parts: &mut Parts, state: &AppState) -> Result<Caller, Refusal> {
    let access = state.store.exist_access().await?;
    if access.is_empty() {
        return Err(Refusal::nowhere());
    }
    let Ok(Client(client)) = Client::from_request_parts(parts, state).await;
    if let Some(key) = bearer(&parts.headers) {
        let known = authenticate(state, client, key).await?;
        let known = known.ok_or_else(Refusal::forbidden)?;
        let by_key = access
            .iter()
            .find(|one| one.network.is_none() && one.account_id == known.account.id);
        let by_key = by_key.ok_or_else(Refusal::forbidden)?;
        return Ok(Caller {
            reader: known.reader(),
            tlp: by_key.tlp.min(known.tlp),
        });
    }
    if from_a_page(parts) {
        return Err(Refusal::forbidden());
    }
    let within = access.iter().filter(|one| one.enabled);
    let nearest = within
        .filter_map(|one| Some((one.covers(client)?, one)))
        .max_by_key(|(prefix, _)| *prefix);
    let (_, access) = nearest.ok_or_else(Refusal::forbidden)?;
    Ok(Caller {
        reader: Reader::account(access.account_id),
        tlp: access.tlp,
    })
}

/// A page of somebody else in a browser at an address that is let in must not read with it, not even under a name of its
/// own that leads here.
fn from_a_page(parts: &Parts) -> bool {
    let site = parts.headers.get("sec-fetch-site");
    site.is_some_and(|site| site != "none")
        || parts.headers.contains_key(header::ORIGIN)
        || parts.headers.contains_key(header::REFERER)
}
