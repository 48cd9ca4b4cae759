//! Posts over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use noroshi_indicator::Tlp;
use noroshi_lookup::Time;
use noroshi_query::TimeZone;
use noroshi_store::{NewPost, PostOptions, Speaker, now};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{EntryAnswer, PostAnswer, write};
use crate::auth::{Reading, Writing};
use crate::extract::{InPath, JsonBody, Params, limit};
use crate::problem::Problem;
use crate::state::AppState;

/// Posts of a page, unless asked otherwise, and at most.
pub(crate) const USUAL: usize = 50;
pub(crate) const MOST: usize = 1_000;

/// A post to write.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostOrder {
    /// Markdown: at most 64 KiB, 100 tags and 50 mentions.
    #[schema(example = "hxxps://evil[.]example/login asks for our passwords #phishing @aiko")]
    text: String,
    /// The post that it answers.
    reply_to: Option<i64>,
    /// Name of the audience: that of the answered post unless said otherwise, or else `everyone`.
    audience: Option<String>,
    /// The marking: `clear`, `green`, `amber`, `amber+strict` or `red`, none wider than the audience.
    #[schema(value_type = Option<String>, example = "green")]
    tlp: Option<Tlp>,
    /// Numbers of files that were sent before.
    #[serde(default)]
    attachments: Vec<i64>,
    /// When what it tells of was seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    observed: Option<Timestamp>,
}

/// Write a post
///
/// Needs the scope `write`. Too many at once are refused with 429 and the seconds to wait.
#[utoipa::path(
    post, path = "/api/v1/posts", tag = "posting", operation_id = "add_post",
    request_body = PostOrder,
    security(("key" = [])), responses((status = CREATED, body = PostAnswer))
)]
pub(crate) async fn add(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<PostOrder>,
) -> Result<(StatusCode, Json<PostAnswer>), Problem> {
    let new = NewPost {
        text: order.text,
        reply_to: order.reply_to,
        audience: order.audience,
        tlp: order.tlp,
        attachments: order.attachments,
        observed: order.observed.map(Timestamp::as_microsecond),
    };
    let post = write(&state, caller.account.id, new).await?;
    Ok((StatusCode::CREATED, Json(post.into())))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PostParams {
    /// The query. Nothing finds everything. Days without a zone are days in UTC.
    #[serde(default)]
    #[param(example = "from:aiko tag:phishing last:7d")]
    q: String,
    /// Posts of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before.
    below: Option<i64>,
}

/// Posts that a query finds.
#[derive(Serialize, ToSchema)]
pub(crate) struct PostsAnswer {
    /// Newest first; reposts are found by `is:repost`.
    entries: Vec<EntryAnswer>,
    /// `below` of the next page; nothing when this is the last.
    next: Option<i64>,
    /// False when the time ran out before the page was full.
    complete: bool,
}

/// Search posts
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/posts", tag = "posting", operation_id = "search_posts", params(PostParams),
    security(("key" = [])), responses((status = OK, body = PostsAnswer))
)]
pub(crate) async fn search(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<PostParams>,
) -> Result<Json<PostsAnswer>, Problem> {
    let query = noroshi_query::parse(&params.q, now(), &TimeZone::UTC)?;
    let options = PostOptions {
        limit: limit(params.limit, USUAL, MOST)?,
        below: params.below,
        ..PostOptions::default()
    };
    let page = state
        .store
        .search_posts(&caller.reader(), &query, options)
        .await?;
    Ok(Json(PostsAnswer {
        entries: page.entries.into_iter().map(EntryAnswer::from).collect(),
        next: page.next,
        complete: page.complete,
    }))
}

/// Show a post
///
/// One that was deleted is without its text. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}", tag = "posting", operation_id = "show_post",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = PostAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<PostAnswer>, Problem> {
    Ok(Json(state.store.post(&caller.reader(), id).await?.into()))
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostChange {
    /// Its new text; the former one stays in its history.
    text: String,
}

/// Edit a post
///
/// One's own. Needs the scope `write`.
#[utoipa::path(
    patch, path = "/api/v1/posts/{id}", tag = "posting", operation_id = "edit_post",
    params(("id" = i64, Path, description = "Its number.")), request_body = PostChange,
    security(("key" = [])), responses((status = OK, body = PostAnswer))
)]
pub(crate) async fn edit(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    JsonBody(change): JsonBody<PostChange>,
) -> Result<Json<PostAnswer>, Problem> {
    let edited = state
        .store
        .edit_post(caller.account.id, id, &change.text)
        .await?;
    Ok(Json(edited.into()))
}

/// Delete a post
///
/// One's own, or as an administrator any. Its place in the thread stays. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}", tag = "posting", operation_id = "delete_post",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn delete(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.delete_post(caller.account.id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A thread.
#[derive(Serialize, ToSchema)]
pub(crate) struct Thread {
    /// Oldest first. At most 1,000, the newest.
    posts: Vec<PostAnswer>,
}

/// Show a thread
///
/// The thread of a post, as far as the caller may read it. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/thread", tag = "posting", operation_id = "show_thread",
    params(("id" = i64, Path, description = "The number of any post of it.")),
    security(("key" = [])), responses((status = OK, body = Thread))
)]
pub(crate) async fn thread(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<Thread>, Problem> {
    let posts = state.store.thread(&caller.reader(), id).await?;
    let posts = posts.into_iter().map(PostAnswer::from).collect();
    Ok(Json(Thread { posts }))
}

/// The texts of a post.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    /// Newest first; the first of them stands.
    revisions: Vec<RevisionAnswer>,
}

/// A text that a post has or had.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevisionAnswer {
    /// 0 is the first text.
    revision: i64,
    /// Markdown, as written.
    text: String,
    /// Since when it stood so.
    at: Time,
}

/// Show the history of a post
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/history", tag = "posting", operation_id = "show_history",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = History))
)]
pub(crate) async fn history(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<History>, Problem> {
    let revisions = state.store.post_history(&caller.reader(), id).await?;
    let revisions = revisions.into_iter().map(|one| RevisionAnswer {
        revision: one.revision,
        text: one.text,
        at: Time(one.at),
    });
    Ok(Json(History {
        revisions: revisions.collect(),
    }))
}

/// Accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Names {
    /// By name, the latest first.
    accounts: Vec<String>,
}

impl Names {
    fn of(speakers: Vec<Speaker>) -> Json<Names> {
        let accounts = speakers.into_iter().map(|speaker| speaker.name).collect();
        Json(Names { accounts })
    }
}

/// Tell who starred a post
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/star", tag = "posting", operation_id = "list_stars",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = Names))
)]
pub(crate) async fn starred_by(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<Names>, Problem> {
    Ok(Names::of(
        state.store.starred_by(&caller.reader(), id).await?,
    ))
}

/// Star a post
///
/// Once or more often is the same. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/posts/{id}/star", tag = "posting", operation_id = "star_post",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn star(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.star_post(caller.account.id, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a star back
///
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}/star", tag = "posting", operation_id = "unstar_post",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn unstar(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.star_post(caller.account.id, id, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Tell who reposted a post
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/posts/{id}/repost", tag = "posting", operation_id = "list_reposts",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = Names))
)]
pub(crate) async fn reposted_by(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<Names>, Problem> {
    Ok(Names::of(
        state.store.reposted_by(&caller.reader(), id).await?,
    ))
}

/// Repost a post
///
/// To all who may read it. Once or more often is the same. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/posts/{id}/repost", tag = "posting", operation_id = "repost_post",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn repost(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.repost_post(caller.account.id, id, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a repost back
///
/// Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/posts/{id}/repost", tag = "posting", operation_id = "unrepost_post",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn unrepost(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .repost_post(caller.account.id, id, false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
