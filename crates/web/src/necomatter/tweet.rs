//! One post, what it answers, what answers it, and who passed it on.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use noroshi_store::{Error, Post, Result};
use serde::Serialize;

use super::answer::Answer;
use super::asked::{Asked, Reads};
use super::avatar;
use super::forms::found;
use super::mew::{Clock, Mew};
use super::refusal::Refusal;
use crate::extract::InPath;
use crate::state::AppState;

/// What the last part of a path under `/tweet/` asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// The page of a post, or of its thread.
    Page,
    One,
    Parents,
    Answers,
    Tree,
    Delete,
}

impl Part {
    /// The number of a post, and what of it.
    pub(super) fn of(last: &str) -> Option<(i64, Part)> {
        const ENDS: [(&str, Part); 6] = [
            ("_parent.json", Part::Parents),
            ("_child.json", Part::Answers),
            ("_tree.json", Part::Tree),
            ("_delete.json", Part::Delete),
            (".json", Part::One),
            ("_tree", Part::Page),
        ];
        let mut ends = ENDS.iter();
        let found = ends.find_map(|(end, part)| Some((last.strip_suffix(end)?, *part)));
        let (id, part) = found.unwrap_or((last, Part::Page));
        let digits = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        Some((digits.then(|| id.parse().ok())??, part))
    }
}

/// A post, or what stands around it in its thread.
#[utoipa::path(get, path = "/tweet/{id}", responses((status = OK)))]
pub(crate) async fn show(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    reads: std::result::Result<Reads, Refusal>,
) -> std::result::Result<Response, Refusal> {
    let (id, part) = Part::of(&last).ok_or_else(Refusal::nowhere)?;
    match part {
        Part::Page => return Ok(found(&format!("/post/{id}"))),
        Part::Delete => {
            let description = "Nothing is deleted by looking at it: send DELETE.";
            return Err(Refusal::method("DELETE", description));
        }
        _ => {}
    }
    let Reads(asked) = reads?;
    let posts = match posts(&state, &asked, id, part).await {
        // What one may not see is not there.
        Err(Error::NotFound { .. }) => Vec::new(),
        posts => posts?,
    };
    let posts = match part {
        Part::Parents | Part::Answers => newest(posts, &asked)?,
        _ => posts,
    };
    let clock = Clock::of(&state.store, asked.me()).await?;
    let mews: Vec<Mew> = posts.iter().map(|post| Mew::alone(post, &clock)).collect();
    Ok(Answer(mews).into_response())
}

/// In order; without those that were deleted, which keep a place in threads here.
async fn posts(state: &AppState, asked: &Asked, id: i64, part: Part) -> Result<Vec<Post>> {
    let (store, reader) = (&state.store, asked.reader());
    let mut posts = Vec::new();
    let asked = store.post(&reader, id).await?;
    if asked.deleted.is_some() {
        return Ok(posts);
    }
    if matches!(part, Part::Parents | Part::Tree) {
        posts.extend(store.post_parents(&reader, id).await?);
    }
    if matches!(part, Part::One | Part::Tree) {
        posts.push(asked);
    }
    if matches!(part, Part::Answers | Part::Tree) {
        posts.extend(store.post_answers(&reader, id).await?);
    }
    posts.retain(|post| post.deleted.is_none());
    Ok(posts)
}

/// The newest of those that are old enough.
fn newest(mut posts: Vec<Post>, asked: &Asked) -> std::result::Result<Vec<Post>, Refusal> {
    if let Some(time) = asked.given.since_time()? {
        posts.retain(|post| post.received < time);
    }
    let limit = asked.given.limit()?;
    Ok(posts.split_off(posts.len().saturating_sub(limit)))
}

#[derive(Serialize)]
struct Reposters {
    result: &'static str,
    retweet_user_list: Vec<Reposter>,
}

#[derive(Serialize)]
struct Reposter {
    id: i64,
    name: Option<String>,
    icon_url: String,
}

/// Who passed a post on, but its author; nobody is one row without a name.
#[utoipa::path(get, path = "/tweet/{id}/retweet_user_list.json", responses((status = OK)))]
pub(crate) async fn reposters(
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Reads(asked): Reads,
) -> std::result::Result<Answer<impl Serialize>, Refusal> {
    let (store, reader) = (&state.store, asked.reader());
    let (post, speakers) = match store.post(&reader, id).await {
        Ok(post) if post.deleted.is_none() => {
            let speakers = store.reposted_by(&reader, id).await?;
            (Some(post), speakers)
        }
        Ok(_) | Err(Error::NotFound { .. }) => (None, Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let author = post.map(|post| post.from.id);
    let mut rows: Vec<Reposter> = speakers
        .into_iter()
        .filter(|speaker| Some(speaker.id) != author)
        .map(|speaker| Reposter {
            id: speaker.id,
            icon_url: avatar::path(&speaker.name),
            name: Some(speaker.name),
        })
        .collect();
    if rows.is_empty() {
        rows.push(Reposter {
            id: 0,
            name: None,
            icon_url: avatar::path("-"),
        });
    }
    Ok(Answer(Reposters {
        result: "ok",
        retweet_user_list: rows,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_what_is_asked_for() {
        for (last, part) in [
            ("8", Some((8, Part::Page))),
            ("8_tree", Some((8, Part::Page))),
            ("8.json", Some((8, Part::One))),
            ("8_parent.json", Some((8, Part::Parents))),
            ("8_child.json", Some((8, Part::Answers))),
            ("8_tree.json", Some((8, Part::Tree))),
            ("8_delete.json", Some((8, Part::Delete))),
            ("-8.json", None),
            (".json", None),
            ("x.json", None),
            ("99999999999999999999.json", None),
            ("8_other.json", None),
        ] {
            assert_eq!(Part::of(last), part, "{last}");
        }
    }
}
