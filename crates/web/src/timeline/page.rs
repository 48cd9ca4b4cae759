//! The timelines over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_indicator::fold;
use noroshi_store::Timeline;
use serde::Deserialize;

use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::part::{Composer, Posts, tag_link, visible};
use crate::post::act::Act;
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Debug, Deserialize)]
pub(crate) struct PageParams {
    /// Rows below that number.
    pub(crate) cursor: Option<i64>,
}

#[derive(Template)]
#[template(path = "timeline/timeline.html")]
struct TimelinePage {
    frame: Frame,
    /// `home`, `everyone` or `mentions`.
    open: &'static str,
    posts: Posts,
    composer: Option<Composer>,
    /// The reader follows nobody and no tag.
    alone: bool,
}

/// What the accounts and tags that one follows bring, and oneself.
#[utoipa::path(get, path = "/timeline", responses((status = OK)))]
pub(crate) async fn home(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let timeline = Timeline::Home(frame.account.id);
    show(frame, &state, "home", timeline, params.cursor).await
}

/// Everything that one may read.
#[utoipa::path(get, path = "/timeline/everyone", responses((status = OK)))]
pub(crate) async fn everyone(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    show(frame, &state, "everyone", Timeline::Everyone, params.cursor).await
}

/// What mentions or answers one.
#[utoipa::path(get, path = "/timeline/mentions", responses((status = OK)))]
pub(crate) async fn mentions(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let timeline = Timeline::To(frame.account.id);
    show(frame, &state, "mentions", timeline, params.cursor).await
}

async fn show(
    frame: Frame,
    state: &AppState,
    open: &'static str,
    timeline: Timeline,
    below: Option<i64>,
) -> Result<Response, Problem> {
    let path = match open {
        "home" => "/timeline?".to_owned(),
        other => format!("/timeline/{other}?"),
    };
    let posts = Posts::of(state, &frame, &timeline, &path, open, below).await?;
    let me = frame.account.id;
    let alone = open == "home"
        && state.store.following(me).await?.is_empty()
        && state.store.following_tags(me).await?.is_empty();
    let composer = match below {
        None => Composer::empty(state, &frame, None).await?,
        Some(_) => None,
    };
    let page = TimelinePage {
        frame,
        open,
        posts,
        composer,
        alone,
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "timeline/tag.html")]
struct TagPage {
    frame: Frame,
    tag: String,
    path: String,
    followed: bool,
    posts: Posts,
    search: String,
}

/// What has a tag. `necomatter::pages` has its route.
pub(crate) async fn tag(
    frame: Frame,
    State(state): State<AppState>,
    InPath(tag): InPath<String>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let timeline = Timeline::Tag(tag.clone());
    let (path, live) = (format!("{}?", tag_link(&tag)), format!("tag:{tag}"));
    let posts = Posts::of(&state, &frame, &timeline, &path, &live, params.cursor).await?;
    let followed = state.store.following_tags(frame.account.id).await?;
    let term = noroshi_query::Term::Tag(tag.clone()).to_string();
    let page = TagPage {
        followed: followed.iter().any(|one| fold(one) == fold(&tag)),
        path: tag_link(&tag),
        tag: visible(&tag),
        posts,
        search: crate::part::search_link(&term),
        frame,
    };
    render(StatusCode::OK, &page)
}

/// Follows a tag, or no longer.
#[utoipa::path(post, path = "/tag/{tag}/follow", responses((status = SEE_OTHER)))]
pub(crate) async fn follow_tag(
    frame: Frame,
    State(state): State<AppState>,
    InPath(tag): InPath<String>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    state
        .store
        .follow_tag(frame.account.id, &tag, act.on)
        .await?;
    Ok(act.back())
}
