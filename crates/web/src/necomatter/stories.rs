//! Stories, which were called NECOMAtome.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use noroshi_store::{Error, Part, Post, StoryDraft};
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::{Reads, Writes, number};
use super::forms::found;
use super::mew::{Clock, Mew, escaped};
use super::named;
use super::refusal::Refusal;
use crate::extract::InPath;
use crate::state::AppState;

/// The posts that a story may have.
const MOST: usize = 1_000;

/// Makes a story of posts; those that are not there for its curator are left out.
#[utoipa::path(post, path = "/matome.json", responses((status = OK)))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Writes(asked): Writes,
) -> Result<Answer<impl Serialize>, Refusal> {
    let title = asked.given.text("description")?.to_owned();
    let list = asked
        .given
        .member("tweet_id_list")
        .and_then(Value::as_array);
    let list = list.ok_or_else(|| Refusal::bad("tweet_id_list must be an array"))?;
    let ids: Option<Vec<i64>> = list.iter().map(number).collect();
    let ids =
        ids.ok_or_else(|| Refusal::bad("tweet_id_list must hold numbers, or strings of digits"))?;
    if title.trim().is_empty() || ids.is_empty() {
        return Err(Refusal::bad(
            "neither description nor tweet_id_list may be empty",
        ));
    }
    if ids.len() > MOST {
        return Err(Refusal::bad(format!("a story has at most {MOST} posts")));
    }
    let mut once = HashSet::new();
    let ids = ids.into_iter().filter(|id| once.insert(*id)).collect();
    let posts = state.store.posts(&asked.reader(), ids).await?;
    let there = posts.iter().filter(|post| post.deleted.is_none());
    let draft = StoryDraft {
        title: title.trim().to_owned(),
        parts: there.map(|post| Part::Post(post.id)).collect(),
        ..StoryDraft::default()
    };
    let story = state.store.add_story(asked.me(), draft).await?;
    Ok(Answer(json!({"result": "ok", "matome_id": story.id})))
}

#[derive(Serialize)]
struct Stories {
    result: &'static str,
    /// Misspelt so on the wire.
    #[serde(rename = "NEOCMAtome_list")]
    list: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    description: String,
    owner_node_name: String,
    mew_count: i64,
    matome_id: i64,
}

/// The stories, newest first.
#[utoipa::path(get, path = "/matome.json", responses((status = OK)))]
pub(crate) async fn list(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let (limit, below) = (asked.given.limit()?, asked.given.since_id()?);
    let lines = state.store.stories(&asked.reader(), below, limit).await?;
    let lines = lines.into_iter().map(|line| Line {
        description: escaped(&line.title),
        owner_node_name: line.by.name,
        mew_count: line.posts,
        matome_id: line.id,
    });
    Ok(Answer(Stories {
        result: "ok",
        list: lines.collect(),
    }))
}

/// The posts of a story that the caller may read, the last first.
#[utoipa::path(method(get, post), path = "/matome/{id}", responses((status = OK)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    method: Method,
    InPath(last): InPath<String>,
    reads: Result<Reads, Refusal>,
) -> Result<Response, Refusal> {
    let id = |text: &str| text.parse::<i64>().map_err(|_| Refusal::nowhere());
    let Some(name) = named(&last) else {
        if method == Method::POST {
            return Err(Refusal::method(
                "GET",
                "the page of a story is read with GET",
            ));
        }
        return Ok(found(&format!("/story/{}", id(&last)?)));
    };
    let Reads(asked) = reads?;
    let limit = asked.given.limit()?;
    let ids: Vec<i64> = match state.store.story(&asked.reader(), id(name)?).await {
        Ok(story) => story.parts.iter().rev().filter_map(post_of).collect(),
        Err(Error::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let ids: Vec<i64> = ids.into_iter().take(limit).collect();
    let posts = state.store.posts(&asked.reader(), ids.clone()).await?;
    let posts: HashMap<i64, Post> = posts.into_iter().map(|post| (post.id, post)).collect();
    let clock = Clock::of(&state.store, asked.me()).await?;
    let mews = ids.iter().filter_map(|id| posts.get(id));
    let mews: Vec<Mew> = mews.map(|post| Mew::alone(post, &clock)).collect();
    Ok(Answer(mews).into_response())
}

fn post_of(part: &Part) -> Option<i64> {
    match part {
        Part::Post(id) => Some(*id),
        Part::Heading(_) | Part::Note(_) => None,
    }
}
