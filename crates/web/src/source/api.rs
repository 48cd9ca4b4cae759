//! Sources over HTTP.

use axum::Json;
use axum::extract::State;
use noroshi_indicator::Tlp;
use noroshi_store::{DigestRule, Reader, Source};
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
    /// When it speaks on the timeline.
    pub(crate) digest: Option<DigestChange>,
}

/// What to change of when a source speaks; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DigestChange {
    /// Whether it speaks at all.
    on: Option<bool>,
    /// It is quiet until so many listings are new or changed.
    #[schema(minimum = 1)]
    least: Option<i64>,
    /// It is quiet for so many seconds after it spoke, a year at most.
    #[schema(minimum = 0, maximum = 31_536_000)]
    pause: Option<i64>,
}

impl DigestChange {
    fn of(self, rule: DigestRule) -> Result<DigestRule, Problem> {
        if self.least.is_some_and(|least| least < 1) {
            return Err(Problem::bad_request("digest.least is 1 or more"));
        }
        if self
            .pause
            .is_some_and(|pause| !(0..=31_536_000).contains(&pause))
        {
            return Err(Problem::bad_request(
                "digest.pause is 0 to 31536000 seconds",
            ));
        }
        Ok(DigestRule {
            on: self.on.unwrap_or(rule.on),
            least: self.least.unwrap_or(rule.least),
            pause: self.pause.map_or(rule.pause, |pause| pause * 1_000_000),
        })
    }
}

/// Change a source
///
/// Switches it on or off, or changes who may read it and when it speaks. Needs the scope `admin`.
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
        let rule = change.digest.map(|change| change.of(source.digest));
        let rule = rule.transpose()?;
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
        if let Some(rule) = rule {
            store.set_digest_rule(source.id, rule).await?;
            let action = "source.digest";
            store
                .audit(&reader, action, &name, Some(&rule.to_string()))
                .await?;
            source.digest = rule;
        }
        Ok(source)
    })
    .await
}
