//! Sources over HTTP.

use axum::Json;
use axum::extract::State;
use noroshi_indicator::Tlp;
use noroshi_store::{Reader, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SourceAnswer;
use crate::auth::{Managing, Reading};
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

#[derive(Serialize, ToSchema)]
pub(crate) struct Sources {
    /// By name.
    sources: Vec<SourceAnswer>,
}

/// List sources
///
/// Those that the caller may read. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/sources", tag = "collecting", operation_id = "list_sources",
    security(("key" = [])), responses((status = OK, body = Sources))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
) -> Result<Json<Sources>, Problem> {
    let sources = state.store.sources(&caller.reader()).await?;
    let sources = sources.into_iter().map(SourceAnswer::from).collect();
    Ok(Json(Sources { sources }))
}

/// Show a source
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/sources/{name}", tag = "collecting", operation_id = "show_source",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = OK, body = SourceAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<Json<SourceAnswer>, Problem> {
    let source = state.store.source(&caller.reader(), &name).await?;
    Ok(Json(source.into()))
}

/// What to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceChange {
    /// Whether the schedule collects it.
    pub(crate) enabled: Option<bool>,
    /// Name of the audience.
    pub(crate) audience: Option<String>,
    /// The marking, which must fit the audience.
    #[schema(value_type = Option<String>, example = "amber")]
    pub(crate) tlp: Option<Tlp>,
}

/// Change a source
///
/// Switches it on or off, or changes who may read it. Needs the scope `admin`.
#[utoipa::path(
    patch, path = "/api/v1/sources/{name}", tag = "collecting", operation_id = "change_source",
    params(("name" = String, Path, description = "Its name.")), request_body = SourceChange,
    security(("key" = [])), responses((status = OK, body = SourceAnswer))
)]
pub(crate) async fn change(
    Managing(caller): Managing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    JsonBody(change): JsonBody<SourceChange>,
) -> Result<Json<SourceAnswer>, Problem> {
    let changed = apply(state, caller.reader(), name, change);
    Ok(Json(changed.await?.into()))
}

/// Changes a source that the reader sees; that they may was asked before.
pub(crate) async fn apply(
    state: AppState,
    reader: Reader,
    name: String,
    change: SourceChange,
) -> Result<Source, Problem> {
    to_the_end(async move {
        let store = &state.store;
        // Who may not read it cannot change it either, nor learn that it is there.
        let mut source = store.source(&reader, &name).await?;
        if change.audience.is_some() || change.tlp.is_some() {
            let audience = change.audience.unwrap_or(source.audience);
            let tlp = change.tlp.unwrap_or(source.tlp);
            let restricted = store.restrict_source(&name, &audience, tlp).await;
            source = restricted.map_err(Problem::in_body)?;
            let detail = format!("audience {audience}, TLP:{tlp}");
            let action = "source.restrict";
            store.audit(&reader, action, &name, Some(&detail)).await?;
        }
        if let Some(enabled) = change.enabled {
            let action = match enabled {
                true => "source.enable",
                false => "source.disable",
            };
            source = store.enable_source(&reader, &name, enabled).await?;
            store.audit(&reader, action, &name, None).await?;
        }
        Ok(source)
    })
    .await
}
