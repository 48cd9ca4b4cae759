//! Stories over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_indicator::Tlp;
use noroshi_store::{Reader, Story, StoryDraft};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::export::{Format, file};
use super::whole::Whole;
use super::{PartOrder, StoryAnswer, StoryLineAnswer, StoryValue, StoryVersionAnswer};
use crate::auth::{Reading, Writing};
use crate::extract::{InPath, JsonBody, Params, limit};
use crate::frame::Look;
use crate::post::{PostAnswer, pace};
use crate::problem::Problem;
use crate::state::AppState;

/// Stories of a page, unless asked otherwise.
const USUAL: usize = 50;
/// The most of a page.
const MOST: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StoryParams {
    /// Only below this number: `next` of the page before.
    below: Option<i64>,
    /// Stories of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Stories {
    /// The newest first.
    stories: Vec<StoryLineAnswer>,
    /// `below` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// List stories
///
/// Those that the caller may read. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stories", tag = "curating", operation_id = "list_stories",
    params(StoryParams),
    security(("key" = [])), responses((status = OK, body = Stories))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<StoryParams>,
) -> Result<Json<Stories>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let reader = caller.reader();
    let asked = state.store.stories(&reader, params.below, limit + 1).await;
    let mut stories: Vec<StoryLineAnswer> = asked?.into_iter().map(StoryLineAnswer::from).collect();
    let more = stories.len() > limit;
    stories.truncate(limit);
    let next = stories.last().filter(|_| more).map(|story| story.id);
    Ok(Json(Stories { stories, next }))
}

/// A story to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryOrder {
    /// One line.
    title: String,
    /// Name of the audience: everyone unless said otherwise.
    audience: Option<String>,
    /// The marking, which must fit the audience.
    #[schema(value_type = Option<String>, example = "amber")]
    tlp: Option<Tlp>,
    /// In order; every post once.
    #[serde(default)]
    parts: Vec<PartOrder>,
}

/// Make a story
///
/// Of posts that the caller may read, headings and notes. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/stories", tag = "curating", operation_id = "add_story",
    request_body = StoryOrder,
    security(("key" = [])), responses((status = CREATED, body = StoryAnswer))
)]
pub(crate) async fn add(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<StoryOrder>,
) -> Result<(StatusCode, Json<StoryAnswer>), Problem> {
    pace(&state, caller.account.id)?;
    let draft = StoryDraft {
        title: order.title,
        audience: order.audience,
        tlp: order.tlp,
        parts: order.parts.into_iter().map(Into::into).collect(),
    };
    let made = state.store.add_story(caller.account.id, draft).await;
    let made = made.map_err(Problem::in_body)?;
    let answer = whole(&state, &caller.reader(), made).await?;
    Ok((StatusCode::CREATED, answer))
}

async fn whole(
    state: &AppState,
    reader: &Reader,
    story: Story,
) -> Result<Json<StoryAnswer>, Problem> {
    let whole = Whole::of(state, reader, story, Tlp::Red).await?;
    Ok(Json(whole.answer()))
}

/// Show a story
///
/// With its posts, and a table of all that they name. Posts that the caller may not read are left out
/// everywhere. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stories/{id}", tag = "curating", operation_id = "show_story",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = StoryAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<StoryAnswer>, Problem> {
    let reader = caller.reader();
    let story = state.store.story(&reader, id).await?;
    whole(&state, &reader, story).await
}

/// A story as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoryChange {
    /// The version that this one follows.
    version: i64,
    /// One line.
    title: String,
    /// Name of the audience; what it was unless said otherwise.
    audience: Option<String>,
    /// The marking; what it was unless said otherwise.
    #[schema(value_type = Option<String>, example = "amber")]
    tlp: Option<Tlp>,
    /// All parts, in order; every post once.
    parts: Vec<PartOrder>,
}

/// Save a story
///
/// As a new version of one's own story. 409 if it was saved since `version`. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/stories/{id}", tag = "curating", operation_id = "change_story",
    params(("id" = i64, Path, description = "Its number.")), request_body = StoryChange,
    security(("key" = [])), responses((status = OK, body = StoryAnswer))
)]
pub(crate) async fn change(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    JsonBody(change): JsonBody<StoryChange>,
) -> Result<Json<StoryAnswer>, Problem> {
    let reader = caller.reader();
    // Here, so that a story that is not there is told from a post that is not.
    state.store.story(&reader, id).await?;
    pace(&state, caller.account.id)?;
    let draft = StoryDraft {
        title: change.title,
        audience: change.audience,
        tlp: change.tlp,
        parts: change.parts.into_iter().map(Into::into).collect(),
    };
    let (store, who) = (&state.store, caller.account.id);
    let saved = store.save_story(who, id, change.version, draft).await;
    let saved = saved.map_err(Problem::in_body)?;
    whole(&state, &reader, saved).await
}

/// Delete a story
///
/// One's own with all its versions, or as an administrator any that one may read. Its posts stay.
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/stories/{id}", tag = "curating", operation_id = "delete_story",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn delete(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.delete_story(caller.account.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StoryVersions {
    /// The newest first.
    versions: Vec<StoryVersionAnswer>,
}

/// List the versions of a story
///
/// Those that were for the caller when they were saved. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stories/{id}/versions", tag = "curating",
    operation_id = "list_story_versions",
    params(("id" = i64, Path, description = "The story's number.")),
    security(("key" = [])), responses((status = OK, body = StoryVersions))
)]
pub(crate) async fn versions(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<StoryVersions>, Problem> {
    let kept = state.store.story_versions(&caller.reader(), id).await?;
    let versions = kept.into_iter().map(StoryVersionAnswer::from).collect();
    Ok(Json(StoryVersions { versions }))
}

/// Show a version of a story
///
/// As it was saved, without the posts that the caller may not read now. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stories/{id}/versions/{version}", tag = "curating",
    operation_id = "show_story_version",
    params(
        ("id" = i64, Path, description = "The story's number."),
        ("version" = i64, Path, description = "The version's."),
    ),
    security(("key" = [])), responses((status = OK, body = StoryAnswer))
)]
pub(crate) async fn version(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath((id, version)): InPath<(i64, i64)>,
) -> Result<Json<StoryAnswer>, Problem> {
    let reader = caller.reader();
    let story = state.store.story_at(&reader, id, version).await?;
    whole(&state, &reader, story).await
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StoryCandidates {
    /// The newest first, at most 50.
    posts: Vec<PostAnswer>,
}

/// List what could go into a story
///
/// Answers to its posts that are not in it and that the caller may read. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stories/{id}/candidates", tag = "curating",
    operation_id = "list_story_candidates",
    params(("id" = i64, Path, description = "The story's number.")),
    security(("key" = [])), responses((status = OK, body = StoryCandidates))
)]
pub(crate) async fn candidates(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<StoryCandidates>, Problem> {
    let offered = state.store.story_candidates(&caller.reader(), id).await?;
    let posts = offered.into_iter().map(PostAnswer::from).collect();
    Ok(Json(StoryCandidates { posts }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportParams {
    /// What to make of it.
    #[param(inline)]
    format: Format,
}

/// What leaves of a story's table.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoryTable {
    /// The story's number.
    pub(super) story: i64,
    /// Its title.
    pub(super) title: String,
    /// The marking of all of it together.
    pub(super) tlp: &'static str,
    /// Posts that are left out because of their marking.
    pub(super) left_out: u64,
    /// What the others and the notes name.
    pub(super) observables: Vec<StoryValue>,
}

/// Export a story
///
/// Whole as Markdown or as one HTML page, or its table as CSV or JSON. What is marked higher than the
/// key gives out, or TLP:RED, is left out, and the file says how much that is; a story that is itself
/// marked so is refused. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stories/{id}/export", tag = "curating", operation_id = "export_story",
    params(("id" = i64, Path, description = "The story's number."), ExportParams),
    security(("key" = [])),
    responses((status = OK, description = "A file.", content(
        (String = "text/markdown"), (String = "text/html"), (String = "text/csv"),
        (StoryTable = "application/json"),
    )))
)]
pub(crate) async fn export(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<ExportParams>,
    look: Look,
) -> Result<Response, Problem> {
    file(
        &state,
        &caller.reader(),
        caller.tlp,
        id,
        params.format,
        &look,
    )
    .await
}
