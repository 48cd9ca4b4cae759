//! Hunts and hits over HTTP.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_lookup::Time;
use noroshi_store::HitFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order::{self, HuntChange, HuntOrder, zone};
use super::{DeedAnswer, HitAnswer, HuntAnswer, JobAnswer, PreviewAnswer};
use crate::auth::{Reading, Writing};
use crate::extract::{InPath, JsonBody, Params, limit};
use crate::problem::Problem;
use crate::state::AppState;

/// Hunts or hits of a page, unless asked otherwise, and at most.
const USUAL: usize = 50;
const MOST: usize = 500;
/// How long a preview may look.
pub(super) const BUDGET: Duration = Duration::from_millis(1_500);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HuntParams {
    /// Only the caller's own.
    #[serde(default)]
    own: bool,
    /// Only below this number: `next` of the page before.
    below: Option<i64>,
    /// Hunts of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Hunts {
    /// The newest first.
    hunts: Vec<HuntAnswer>,
    /// `below` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// List hunts
///
/// One's own, and those that are shared with one. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/hunts", tag = "hunting", operation_id = "list_hunts", params(HuntParams),
    security(("key" = [])), responses((status = OK, body = Hunts))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<HuntParams>,
) -> Result<Json<Hunts>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let owner = params.own.then_some(caller.account.id);
    let hunts = state
        .store
        .hunts(&caller.reader(), owner, params.below, limit)
        .await?;
    let full = hunts.len() == limit;
    let next = hunts.last().filter(|_| full).map(|hunt| hunt.id);
    let hunts = hunts.into_iter().map(HuntAnswer::from).collect();
    Ok(Json(Hunts { hunts, next }))
}

/// Make a hunt
///
/// It looks at what comes from now on, with the caller's eyes. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/hunts", tag = "hunting", operation_id = "add_hunt",
    request_body = HuntOrder,
    security(("key" = [])), responses((status = CREATED, body = HuntAnswer))
)]
pub(crate) async fn add(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<HuntOrder>,
) -> Result<(StatusCode, Json<HuntAnswer>), Problem> {
    let made = state.store.add_hunt(caller.account.id, order.hunt()?).await;
    let made = made.map_err(Problem::in_body)?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// What a hunt would find.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PreviewOrder {
    /// How it is written.
    #[serde(default)]
    form: order::Form,
    /// The query, words or list.
    words: String,
    /// Which look-alikes a watch-list looks for.
    rules: Option<Vec<String>>,
}

/// Preview a hunt
///
/// What it would have found in the last 30 days, as far as that can be looked up within a second or two, and
/// what it costs to watch. Needs the scope `read`.
#[utoipa::path(
    post, path = "/api/v1/hunts/preview", tag = "hunting", operation_id = "preview_hunt",
    request_body = PreviewOrder,
    security(("key" = [])), responses((status = OK, body = PreviewAnswer))
)]
pub(crate) async fn preview(
    Reading(caller): Reading,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<PreviewOrder>,
) -> Result<Json<PreviewAnswer>, Problem> {
    let order = HuntOrder {
        name: "preview".to_owned(),
        form: order.form,
        words: order.words,
        rules: order.rules,
        audience: None,
        enabled: true,
        channels: Vec::new(),
        drives: Vec::new(),
    };
    let zone = zone(&state.store, caller.account.id).await?;
    let queries = order.hunt()?.queries(&zone)?;
    let reader = caller.reader();
    let preview = noroshi_watch::preview(&state.store, &reader, &queries, BUDGET).await?;
    Ok(Json(PreviewAnswer::new(&queries, preview)))
}

/// Show a hunt
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/hunts/{id}", tag = "hunting", operation_id = "show_hunt",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = HuntAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<HuntAnswer>, Problem> {
    Ok(Json(state.store.hunt(&caller.reader(), id).await?.into()))
}

/// Change a hunt
///
/// One's own, or as an administrator any that one may see. Other words look at what comes from now on. Needs the
/// scope `write`.
#[utoipa::path(
    patch, path = "/api/v1/hunts/{id}", tag = "hunting", operation_id = "change_hunt",
    params(("id" = i64, Path, description = "Its number.")), request_body = HuntChange,
    security(("key" = [])), responses((status = OK, body = HuntAnswer))
)]
pub(crate) async fn change(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    JsonBody(change): JsonBody<HuntChange>,
) -> Result<Json<HuntAnswer>, Problem> {
    let reader = caller.reader();
    let hunt = state.store.hunt(&reader, id).await?;
    let changed = state.store.change_hunt(&reader, id, change.of(hunt)?).await;
    Ok(Json(changed.map_err(Problem::in_body)?.into()))
}

/// Delete a hunt
///
/// With what it found. One's own, or as an administrator any that one may see. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/hunts/{id}", tag = "hunting", operation_id = "delete_hunt",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn delete(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.delete_hunt(&caller.reader(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Until when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MuteOrder {
    /// Seconds from now; nothing to send notices again.
    seconds: Option<u32>,
}

/// Mute a hunt
///
/// It finds, and sends no notices for a while. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/hunts/{id}/mute", tag = "hunting", operation_id = "mute_hunt",
    params(("id" = i64, Path, description = "Its number.")), request_body = MuteOrder,
    security(("key" = [])), responses((status = OK, body = HuntAnswer))
)]
pub(crate) async fn mute(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    JsonBody(order): JsonBody<MuteOrder>,
) -> Result<Json<HuntAnswer>, Problem> {
    let until = order.seconds.map(later);
    Ok(Json(
        state
            .store
            .mute_hunt(&caller.reader(), id, until)
            .await?
            .into(),
    ))
}

/// So many seconds from now.
pub(super) fn later(seconds: u32) -> i64 {
    noroshi_store::now().saturating_add(i64::from(seconds) * 1_000_000)
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HitParams {
    /// Of this hunt.
    hunt: Option<i64>,
    /// In this state.
    #[param(inline)]
    state: Option<order::State>,
    /// Only those that are for the caller to see to.
    #[serde(default)]
    mine: bool,
    /// Only below this number: `next` of the page before.
    below: Option<i64>,
    /// Hits of a page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Hits {
    /// The newest first.
    hits: Vec<HitAnswer>,
    /// `below` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// List hits
///
/// Those that the caller may see: of hunts of one's own or shared with one, about statements that one may read.
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/hits", tag = "hunting", operation_id = "list_hits", params(HitParams),
    security(("key" = [])), responses((status = OK, body = Hits))
)]
pub(crate) async fn hits(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<HitParams>,
) -> Result<Json<Hits>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let reader = caller.reader();
    if let Some(hunt) = params.hunt {
        state.store.hunt(&reader, hunt).await?;
    }
    let filter = HitFilter {
        hunt: params.hunt,
        state: params.state.map(Into::into),
        assignee: params.mine.then_some(caller.account.id),
    };
    let page = state
        .store
        .hit_page(&reader, filter, params.below, limit)
        .await?;
    Ok(Json(Hits {
        hits: page.hits.into_iter().map(HitAnswer::from).collect(),
        next: page.next,
    }))
}

/// A hit and what was done about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct HitWithDeeds {
    /// The hit.
    hit: HitAnswer,
    /// The oldest first.
    deeds: Vec<DeedAnswer>,
}

/// Show a hit
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/hits/{id}", tag = "hunting", operation_id = "show_hit",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = HitWithDeeds))
)]
pub(crate) async fn hit(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<HitWithDeeds>, Problem> {
    let reader = caller.reader();
    let mut hits = state.store.hits(&reader, vec![id]).await?;
    let hit = hits
        .pop()
        .ok_or_else(|| noroshi_store::Error::not_found("hit", id.to_string()))?;
    let deeds = state.store.deeds(&reader, vec![id]).await?;
    Ok(Json(HitWithDeeds {
        hit: hit.into(),
        deeds: deeds.into_iter().map(DeedAnswer::from).collect(),
    }))
}

/// What to do about which hits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActOrder {
    /// Their numbers, at most 1,000.
    hits: Vec<i64>,
    /// What to do.
    action: order::Act,
    /// For `assign`: to whom, by name; nothing for nobody.
    to: Option<String>,
    /// For `mute`: the hunt is to be quiet about the value for so many seconds; nothing for good.
    seconds: Option<u32>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Acted {
    /// How many hits that changed.
    changed: usize,
}

/// Do something about hits
///
/// Those of them that the caller may see. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/hits/act", tag = "hunting", operation_id = "act_on_hits",
    request_body = ActOrder,
    security(("key" = [])), responses((status = OK, body = Acted))
)]
pub(crate) async fn act(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<ActOrder>,
) -> Result<Json<Acted>, Problem> {
    let action = order.action.action(order.to, order.seconds.map(later));
    let acted = state
        .store
        .act_on_hits(caller.account.id, order.hits, action)
        .await;
    let changed = acted.map_err(Problem::in_body)?;
    Ok(Json(Acted { changed }))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Jobs {
    /// The newest first, at most 50.
    jobs: Vec<JobAnswer>,
}

/// List hunts through the past
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/hunts/{id}/jobs", tag = "hunting", operation_id = "list_jobs",
    params(("id" = i64, Path, description = "The hunt's number.")),
    security(("key" = [])), responses((status = OK, body = Jobs))
)]
pub(crate) async fn jobs(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<Jobs>, Problem> {
    let reader = caller.reader();
    state.store.hunt(&reader, id).await?;
    let jobs = state.store.jobs(&reader, id).await?;
    let jobs = jobs.into_iter().map(JobAnswer::from).collect();
    Ok(Json(Jobs { jobs }))
}

/// Since when to look.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobOrder {
    /// Statements received since then; nothing for all there are.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<jiff::Timestamp>,
}

/// Hunt through the past
///
/// In the background. What it finds are open hits that send no notices. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/hunts/{id}/jobs", tag = "hunting", operation_id = "add_job",
    params(("id" = i64, Path, description = "The hunt's number.")), request_body = JobOrder,
    security(("key" = [])), responses((status = CREATED, body = JobAnswer))
)]
pub(crate) async fn add_job(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    JsonBody(order): JsonBody<JobOrder>,
) -> Result<(StatusCode, Json<JobAnswer>), Problem> {
    let since = order.since.map_or(0, jiff::Timestamp::as_microsecond);
    let job = state.store.hunt_past(&caller.reader(), id, since).await?;
    Ok((StatusCode::CREATED, Json(job.into())))
}

/// End a hunt through the past
///
/// What it found stays. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/jobs/{id}", tag = "hunting", operation_id = "cancel_job",
    params(("id" = i64, Path, description = "The job's number.")),
    security(("key" = [])), responses((status = OK, body = JobAnswer))
)]
pub(crate) async fn cancel_job(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<JobAnswer>, Problem> {
    Ok(Json(
        state.store.cancel_job(&caller.reader(), id).await?.into(),
    ))
}

/// The secret address of a hunt's feed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedAnswer {
    /// For feed readers, without any key; told this once.
    #[schema(example = "/feed/hunt/0f3a…")]
    path: String,
    /// Since when it is good.
    made: Time,
}

/// Give a hunt's feed a secret address
///
/// Whoever knows it reads the hits with the owner's eyes, up to TLP:GREEN. A former one is good no more. Needs the
/// scope `write`.
#[utoipa::path(
    put, path = "/api/v1/hunts/{id}/feed", tag = "hunting", operation_id = "make_hunt_feed",
    params(("id" = i64, Path, description = "The hunt's number.")),
    security(("key" = [])), responses((status = OK, body = FeedAnswer))
)]
pub(crate) async fn make_feed(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<FeedAnswer>, Problem> {
    let secret = state
        .store
        .set_hunt_feed(&caller.reader(), id, true)
        .await?;
    Ok(Json(FeedAnswer {
        path: format!("/feed/hunt/{}", secret.unwrap_or_default()),
        made: Time(noroshi_store::now()),
    }))
}

/// Take the secret address of a hunt's feed away
///
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/hunts/{id}/feed", tag = "hunting", operation_id = "revoke_hunt_feed",
    params(("id" = i64, Path, description = "The hunt's number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn revoke_feed(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .set_hunt_feed(&caller.reader(), id, false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
