//! Posting.

use axum::extract::State;
use noroshi_store::NewPost;

use super::answer::Answer;
use super::asked::Writes;
use super::mew::{Clock, Posted};
use super::refusal::Refusal;
use crate::state::AppState;

/// Posts a text, to everyone or to a list, maybe as an answer.
#[utoipa::path(post, path = "/post.json", responses((status = OK)))]
pub(crate) async fn add(
    State(state): State<AppState>,
    Writes(asked): Writes,
) -> Result<Answer<impl serde::Serialize>, Refusal> {
    let given = &asked.given;
    let text = given.text("text")?.to_owned();
    let owner = given.optional_text("list_owner_name")?;
    let list = given.optional_text("target_list")?;
    let new = NewPost {
        text,
        reply_to: given.id("reply_to")?,
        audience: list.map(|list| format!("{}/{list}", owner.unwrap_or(asked.name()))),
        ..NewPost::default()
    };
    let post = crate::post::write(&state, asked.me(), new).await?;
    let clock = Clock::of(&state.store, asked.me()).await?;
    Ok(Answer(Posted::of(&post, &clock)))
}
