//! The face of EXIST: the seven collections of its Web API, read only, so that scripts run by changing the host's name.
//!
//! Fields, filters, envelope and paging are as they were; what is otherwise stands in `docs/exist.md`. The original
//! asked nobody who he is, so this is off until an administrator says whom it answers, and with whose eyes. A
//! [`Caller`] is who asks, [`Given`] is with what, a [`Refusal`] is what goes wrong.

mod caller;
mod dates;
mod envelope;
mod given;
mod items;
mod refusal;
mod reputation;
mod threat;
mod vuln;
mod words;

use axum::extract::{FromRequestParts, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use noroshi_store::Form;
use serde::Serialize;

use crate::extract::InPath;
use crate::state::AppState;
use caller::Caller;
use envelope::answer;
use given::Given;
use refusal::Refusal;

/// What is asked for at `/api/…`.
#[derive(Clone, Copy)]
enum Collection {
    Reputation,
    Twitter,
    Exploit,
    News,
    Vuln,
    ThreatEvent,
    ThreatAttribute,
}

impl Collection {
    /// As its address has it; what is none of these is nowhere.
    fn of(name: &str) -> Result<Collection, Refusal> {
        Ok(match name {
            "reputation" => Collection::Reputation,
            "twitter" => Collection::Twitter,
            "exploit" => Collection::Exploit,
            "news" => Collection::News,
            "vuln" => Collection::Vuln,
            "threatEvent" => Collection::ThreatEvent,
            "threatAttribute" => Collection::ThreatAttribute,
            _ => return Err(Refusal::nowhere()),
        })
    }
}

/// The links of the root.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Root {
    reputation: String,
    twitter: String,
    exploit: String,
    threat_event: String,
    threat_attribute: String,
    news: String,
    vuln: String,
}

/// Links to all collections.
#[utoipa::path(get, path = "/api/", responses((status = OK)))]
pub(crate) async fn root(
    _caller: Caller,
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Response {
    let base = envelope::base(&headers, &state);
    let link = |name: &str| format!("{base}/api/{name}");
    answer(&Root {
        reputation: link("reputation"),
        twitter: link("twitter"),
        exploit: link("exploit"),
        threat_event: link("threatEvent"),
        threat_attribute: link("threatAttribute"),
        news: link("news"),
        vuln: link("vuln"),
    })
}

/// A collection.
#[utoipa::path(get, path = "/api/{collection}", responses((status = OK)))]
pub(crate) async fn list(asking: Asking) -> Result<Response, Refusal> {
    asking.list().await
}

/// The same with a slash behind it, as some scripts write it.
#[utoipa::path(get, path = "/api/{collection}/", responses((status = OK)))]
pub(crate) async fn list_too(asking: Asking) -> Result<Response, Refusal> {
    asking.list().await
}

/// One row of a collection.
#[utoipa::path(get, path = "/api/{collection}/{id}", responses((status = OK)))]
pub(crate) async fn show(
    asking: Asking,
    InPath((_collection, id)): InPath<(String, String)>,
) -> Result<Response, Refusal> {
    asking.one(&id).await
}

/// The same with a slash behind it.
#[utoipa::path(get, path = "/api/{collection}/{id}/", responses((status = OK)))]
pub(crate) async fn show_too(
    asking: Asking,
    InPath((_collection, id)): InPath<(String, String)>,
) -> Result<Response, Refusal> {
    asking.one(&id).await
}

/// What is asked for, by whom, with what.
pub(crate) struct Asking {
    collection: Collection,
    caller: Caller,
    given: Given,
    state: AppState,
}

impl FromRequestParts<AppState> for Asking {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Asking, Response> {
        // First, so that what is none of ours is answered as if we were not there.
        let name = parts.uri.path().split('/').nth(2).unwrap_or_default();
        let collection = Collection::of(name).map_err(IntoResponse::into_response)?;
        Ok(Asking {
            collection,
            caller: Caller::from_request_parts(parts, state).await?,
            given: Given::of(parts, state).map_err(IntoResponse::into_response)?,
            state: state.clone(),
        })
    }
}

impl Asking {
    async fn list(&self) -> Result<Response, Refusal> {
        match self.collection {
            Collection::Reputation => reputation::list(self).await,
            Collection::Twitter => items::list(self, Form::Social, items::tweet).await,
            Collection::Exploit => items::list(self, Form::Exploit, items::exploit).await,
            Collection::News => items::list(self, Form::News, items::news).await,
            Collection::Vuln => vuln::list(self).await,
            Collection::ThreatEvent => threat::events(&self.given),
            Collection::ThreatAttribute => threat::attributes(&self.given),
        }
    }

    async fn one(&self, id: &str) -> Result<Response, Refusal> {
        match self.collection {
            Collection::Reputation if id == "sources" => reputation::sources(self).await,
            Collection::Reputation => reputation::one(self, id).await,
            Collection::Twitter => items::numbered(self, id).await,
            Collection::Exploit => items::one(self, Form::Exploit, id, items::exploit).await,
            Collection::News => items::one(self, Form::News, id, items::news).await,
            Collection::Vuln => vuln::one(self, id).await,
            Collection::ThreatEvent | Collection::ThreatAttribute => Err(Refusal::not_found()),
        }
    }

    /// What people call a source.
    fn title(&self, source: &str) -> String {
        let recipes = self.state.recipes();
        let recipe = recipes.get(source);
        recipe.map_or_else(|| source.to_owned(), |recipe| recipe.title.en.clone())
    }
}
