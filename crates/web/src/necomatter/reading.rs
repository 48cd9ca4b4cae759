//! Timelines.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use noroshi_store::{Error, Timeline};

use super::answer::Answer;
use super::asked::{Asked, Reads};
use super::forms::found;
use super::mew::{Clock, Mew};
use super::named;
use super::refusal::Refusal;
use crate::extract::InPath;
use crate::part::encoded;
use crate::state::AppState;

/// What an account wrote and passed on; its page for people is elsewhere.
#[utoipa::path(get, path = "/user/{name}", responses((status = OK)))]
pub(crate) async fn user(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    reads: Result<Reads, Refusal>,
) -> Result<Response, Refusal> {
    let Some(name) = named(&last) else {
        return Ok(account_page(&last));
    };
    let Reads(asked) = reads?;
    rows(&state, &asked, Some(Timeline::Account(name.to_owned()))).await
}

fn account_page(name: &str) -> Response {
    found(&format!("/account/{}", encoded(name)))
}

/// What those wrote and passed on whom an account follows, with the eyes of the caller.
#[utoipa::path(method(get, post), path = "/timeline/{name}", responses((status = OK)))]
pub(crate) async fn timeline(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    reads: Result<Reads, Refusal>,
) -> Result<Response, Refusal> {
    let Some(name) = named(&last) else {
        return Ok(account_page(&last));
    };
    let Reads(asked) = reads?;
    let home = match state.store.person(name).await {
        Ok(account) => Some(Timeline::Home(account.id)),
        Err(Error::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    rows(&state, &asked, home).await
}

/// Everything that the caller may read.
#[utoipa::path(get, path = "/alluser/timeline.json", responses((status = OK)))]
pub(crate) async fn everyone(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Response, Refusal> {
    rows(&state, &asked, Some(Timeline::Everyone)).await
}

/// What has a tag.
pub(super) async fn tag(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    Reads(asked): Reads,
) -> Result<Answer<Vec<Mew>>, Refusal> {
    let tag = named(&last).ok_or_else(Refusal::nowhere)?;
    let timeline = Timeline::Tag(tag.to_owned());
    let (limit, below) = (asked.given.limit()?, below(&state, &asked).await?);
    if limit == 0 {
        return Ok(Answer(Vec::new()));
    }
    let reader = asked.reader();
    let page = state.store.timeline(&reader, &timeline, below, limit);
    let entries = page.await?.entries;
    let clock = Clock::of(&state.store, asked.me()).await?;
    let posts = entries.iter().filter(|entry| entry.repost.is_none());
    Ok(Answer(
        posts.map(|entry| Mew::alone(&entry.post, &clock)).collect(),
    ))
}

/// What the members of a list of the caller's wrote.
#[utoipa::path(get, path = "/list_timeline/{owner}/{name}", responses((status = OK)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    InPath((owner, last)): InPath<(String, String)>,
    reads: Result<Reads, Refusal>,
) -> Result<Response, Refusal> {
    let Some(name) = named(&last) else {
        let page = format!("/list/{}/{}", encoded(&owner), encoded(&last));
        return Ok(found(&page));
    };
    let Reads(asked) = reads?;
    let own = asked.name() == owner;
    let timeline = own.then(|| Timeline::List(owner.clone(), name.to_owned()));
    rows(&state, &asked, timeline).await
}

/// The rows of a timeline; one that is not there, or not for the caller, has none.
async fn rows(
    state: &AppState,
    asked: &Asked,
    timeline: Option<Timeline>,
) -> Result<Response, Refusal> {
    let none = Answer(Vec::<Mew>::new());
    let (limit, below) = (asked.given.limit()?, below(state, asked).await?);
    let Some(timeline) = timeline.filter(|_| limit > 0) else {
        return Ok(none.into_response());
    };
    let reader = asked.reader();
    let page = state.store.timeline(&reader, &timeline, below, limit);
    let page = match page.await {
        Ok(page) => page,
        Err(Error::NotFound { .. }) => return Ok(none.into_response()),
        Err(error) => return Err(error.into()),
    };
    let clock = Clock::of(&state.store, asked.me()).await?;
    let rows: Vec<Mew> = page
        .entries
        .iter()
        .map(|entry| Mew::row(entry, &clock))
        .collect();
    Ok(Answer(rows).into_response())
}

/// The number below which the rows are that were asked for.
pub(super) async fn below(state: &AppState, asked: &Asked) -> Result<Option<i64>, Refusal> {
    let id = asked.given.since_id()?;
    let time = match asked.given.since_time()? {
        Some(time) => Some(state.store.post_before(time).await?),
        None => None,
    };
    // The nearer of the two, where both are given.
    Ok([id, time].into_iter().flatten().min())
}
