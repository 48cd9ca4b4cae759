//! Addresses of the original's pages: each leads to the page of ours that does its work.

use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};

use super::forms::found;
use super::refusal::Refusal;
use super::{lists, named, reading};
use crate::extract::InPath;
use crate::frame::asset;
use crate::state::AppState;
use crate::{list, timeline};

/// The page to sign in.
#[utoipa::path(get, path = "/signin", responses((status = FOUND)))]
pub(crate) async fn sign_in() -> Response {
    found("/sign-in")
}

/// Nobody makes an account alone.
#[utoipa::path(get, path = "/signup", responses((status = FOUND)))]
pub(crate) async fn sign_up() -> Response {
    found("/sign-in")
}

/// Everything that the reader may see.
#[utoipa::path(get, path = "/alluser/timeline", responses((status = FOUND)))]
pub(crate) async fn everyone() -> Response {
    found("/timeline/everyone")
}

/// Stories.
#[utoipa::path(get, path = "/matome", responses((status = FOUND)))]
pub(crate) async fn stories() -> Response {
    found("/stories")
}

/// What is set.
#[utoipa::path(get, path = "/user_setting/", responses((status = FOUND)))]
pub(crate) async fn settings() -> Response {
    found("/settings")
}

/// One's own account.
#[utoipa::path(get, path = "/delete_me", responses((status = FOUND)))]
pub(crate) async fn delete_me() -> Response {
    found("/settings")
}

/// The picture of this place.
#[utoipa::path(get, path = "/favicon.ico", responses((status = FOUND)))]
pub(crate) async fn icon() -> Response {
    found(asset::FLAME.url)
}

/// What lay beside the pages: manuals have successors, pictures have none.
#[utoipa::path(get, path = "/static/{*path}", responses((status = FOUND)))]
pub(crate) async fn beside(InPath(path): InPath<String>) -> Result<Response, Refusal> {
    match path.as_str() {
        "bot_tutorial.html" => Ok(found("/help")),
        "BOT_catarog.html" => Ok(found("/bots")),
        "rest_interfaces.html" => Ok(found("/api")),
        "data_relation.html" => Ok(found("/about")),
        _ => Err(Refusal::nowhere()),
    }
}

/// What has a tag: for bots where the path ends in `.json`, else the page.
#[utoipa::path(get, path = "/tag/{tag}", responses((status = OK)))]
pub(crate) async fn tag(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    request: Request,
) -> Response {
    match named(&last) {
        Some(_) => reading::tag.call(request, state).await,
        None => timeline::page::tag.call(request, state).await,
    }
}

/// The same for bots, which can only post.
#[utoipa::path(post, path = "/tag/{tag}", responses((status = OK)))]
pub(crate) async fn posted_tag(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    request: Request,
) -> Response {
    match named(&last) {
        Some(_) => reading::tag.call(request, state).await,
        None => Refusal::method("GET", "A page is not posted to.").into_response(),
    }
}

/// The members of a list: for bots where the path ends in `.json`, else the page.
#[utoipa::path(get, path = "/list/{owner}/{name}", responses((status = OK)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    InPath((_owner, last)): InPath<(String, String)>,
    request: Request,
) -> Response {
    match named(&last) {
        Some(_) => lists::members.call(request, state).await,
        None => list::page::show.call(request, state).await,
    }
}

/// Puts somebody into a list, for bots; else the form of the page.
#[utoipa::path(post, path = "/list/{owner}/{name}", responses((status = OK)))]
pub(crate) async fn change_list(
    State(state): State<AppState>,
    InPath((_owner, last)): InPath<(String, String)>,
    request: Request,
) -> Response {
    match named(&last) {
        Some(_) => lists::add_member.call(request, state).await,
        None => list::page::change.call(request, state).await,
    }
}
