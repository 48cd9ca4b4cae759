//! Organisations and audiences over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_store::AudienceKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AudienceAnswer;
use crate::auth::Managing;
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// An organisation, by its name.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Organisation {
    /// 1 to 64 letters, digits, `-`, `_` or `.`.
    name: String,
}

/// Make an organisation
///
/// One that is there already stays as it is. Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/organisations", tag = "managing", request_body = Organisation,
    security(("key" = [])), responses((status = CREATED, body = Organisation))
)]
pub(crate) async fn add_organisation(
    Managing(caller): Managing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<Organisation>,
) -> Result<(StatusCode, Json<Organisation>), Problem> {
    to_the_end(async move {
        let store = &state.store;
        let name = store.ensure_organisation(&order.name).await?.name;
        let who = caller.reader();
        store.audit(&who, "organisation.add", &name, None).await?;
        Ok((StatusCode::CREATED, Json(Organisation { name })))
    })
    .await
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Organisations {
    /// By name.
    organisations: Vec<OrganisationAnswer>,
}

/// An organisation as it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct OrganisationAnswer {
    /// Its name.
    name: String,
    /// How many accounts belong to it.
    accounts: i64,
}

/// List organisations
///
/// Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/organisations", tag = "managing",
    security(("key" = [])), responses((status = OK, body = Organisations))
)]
pub(crate) async fn list_organisations(
    _caller: Managing,
    State(state): State<AppState>,
) -> Result<Json<Organisations>, Problem> {
    let kept = state.store.organisations().await?.into_iter();
    let organisations = kept.map(|one| OrganisationAnswer {
        name: one.name,
        accounts: one.accounts,
    });
    Ok(Json(Organisations {
        organisations: organisations.collect(),
    }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Audiences {
    /// By name, everyone first.
    audiences: Vec<AudienceAnswer>,
}

/// List audiences
///
/// Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/audiences", tag = "managing", operation_id = "list_audiences",
    security(("key" = [])), responses((status = OK, body = Audiences))
)]
pub(crate) async fn list(
    _caller: Managing,
    State(state): State<AppState>,
) -> Result<Json<Audiences>, Problem> {
    let kept = state.store.audiences().await?.into_iter();
    let audiences = kept.map(AudienceAnswer::from).collect();
    Ok(Json(Audiences { audiences }))
}

/// Who is to belong to an audience.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceChange {
    /// Names of all its organisations or accounts.
    members: Vec<String>,
}

/// Change an audience
///
/// Gives it other members; refused where a source that it reaches is marked too narrowly for them.
/// Needs the scope `admin`.
#[utoipa::path(
    patch, path = "/api/v1/audiences/{name}", tag = "managing", operation_id = "change_audience",
    params(("name" = String, Path, description = "Its name.")), request_body = AudienceChange,
    security(("key" = [])), responses((status = OK, body = AudienceAnswer))
)]
pub(crate) async fn change(
    Managing(caller): Managing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    JsonBody(change): JsonBody<AudienceChange>,
) -> Result<Json<AudienceAnswer>, Problem> {
    state.store.audience(&name).await?;
    let members: Vec<&str> = change.members.iter().map(String::as_str).collect();
    let who = caller.reader();
    let changed = state.store.set_audience(&who, &name, &members).await;
    Ok(Json(changed.map_err(Problem::in_body)?.into()))
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AudienceKind)]
pub(crate) enum MadeKind {
    /// The accounts of some organisations.
    Organisations,
    /// Named accounts.
    Accounts,
}

/// An audience to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AudienceOrder {
    /// What it is called.
    name: String,
    /// Whom it is made of.
    kind: MadeKind,
    /// Names of its organisations or accounts.
    members: Vec<String>,
}

/// The longest name of an audience, in characters.
const LONGEST: usize = 100;

/// Make an audience
///
/// Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/audiences", tag = "managing", operation_id = "add_audience",
    request_body = AudienceOrder,
    security(("key" = [])), responses((status = CREATED, body = AudienceAnswer))
)]
pub(crate) async fn add(
    Managing(caller): Managing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<AudienceOrder>,
) -> Result<(StatusCode, Json<AudienceAnswer>), Problem> {
    let name = order.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST || name.contains(char::is_control) {
        let detail = format!("a name has 1 to {LONGEST} characters, and no control characters");
        return Err(Problem::bad_request(detail));
    }
    let kind = match order.kind {
        MadeKind::Organisations => AudienceKind::Organisations,
        MadeKind::Accounts => AudienceKind::Accounts,
    };
    to_the_end(async move {
        let store = &state.store;
        let members: Vec<&str> = order.members.iter().map(String::as_str).collect();
        let made = store.add_audience(&name, kind, &members).await;
        let made = made.map_err(Problem::in_body)?;
        let (who, detail) = (caller.reader(), made.members.join(", "));
        store
            .audit(&who, "audience.add", &name, Some(&detail))
            .await?;
        Ok((StatusCode::CREATED, Json(made.into())))
    })
    .await
}
