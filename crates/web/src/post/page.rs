//! A post with its thread, its history, and the form that edits it, over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_exchange::post::check;
use noroshi_store::{Error, Post, Speaker};
use serde::Deserialize;
use utoipa::ToSchema;

use super::send::text_reason;
use crate::extract::{FormBody, InPath};
use crate::frame::{Frame, fill, render};
use crate::part::{Author, Cards, Composer, Html, Moment, PostCard};
use crate::problem::Problem;
use crate::state::AppState;

/// Characters of the title.
const TITLE: usize = 60;

#[derive(Template)]
#[template(path = "post/thread.html")]
struct ThreadPage {
    frame: Frame,
    title: String,
    id: i64,
    /// What it answers, the post itself, and what answers it.
    cards: Vec<PostCard>,
    /// The first post of the thread, where that is another one.
    first: Option<i64>,
    composer: Option<Composer>,
    starred_by: Vec<Author>,
    reposted_by: Vec<Author>,
}

/// A post, what it answers, and what answers it.
#[utoipa::path(get, path = "/post/{id}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let (store, reader) = (&state.store, frame.reader());
    let asked = store.post(&reader, id).await?;
    let above = store.post_parents(&reader, id).await?;
    let below = store.post_answers(&reader, id).await?;
    let all = || above.iter().chain([&asked]).chain(&below);
    let cards = Cards::of(&state, &frame, &all().collect::<Vec<_>>()).await?;
    let shown = all().map(|post| {
        let mut card = PostCard::new(post, &cards, post.id == id);
        (card.asked, card.below) = (post.id == id, post.id > id);
        card
    });
    let shown: Vec<PostCard> = shown.collect();
    let standing = asked.deleted.is_none();
    let composer = match standing {
        true => Composer::empty(&state, &frame, Some(&asked)).await?,
        false => None,
    };
    let people = |all: Vec<Speaker>| {
        all.iter()
            .map(|one| Author::new(one, frame.words))
            .collect()
    };
    let (mut starred_by, mut reposted_by) = (Vec::new(), Vec::new());
    if standing && asked.stars > 0 {
        starred_by = people(store.starred_by(&reader, id).await?);
    }
    if standing && asked.reposts > 0 {
        reposted_by = people(store.reposted_by(&reader, id).await?);
    }
    let page = ThreadPage {
        title: title(&asked, &frame),
        id,
        cards: shown,
        first: Some(asked.thread).filter(|first| *first != id),
        composer,
        starred_by,
        reposted_by,
        frame,
    };
    render(StatusCode::OK, &page)
}

fn title(post: &Post, frame: &Frame) -> String {
    let by = fill(frame.words.post_by, &[("name", &post.from.name)]);
    match post.line(TITLE) {
        text if text.is_empty() => by,
        text => format!("{by}: {text}"),
    }
}

#[derive(Template)]
#[template(path = "post/history.html")]
struct HistoryPage {
    frame: Frame,
    id: i64,
    by: String,
    texts: Vec<(i64, Moment, Html)>,
}

/// The texts that a post had.
#[utoipa::path(get, path = "/post/{id}/history", responses((status = OK)))]
pub(crate) async fn history(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let reader = frame.reader();
    let post = state.store.post(&reader, id).await?;
    let texts = state.store.post_history(&reader, id).await?;
    let cards = Cards::of(&state, &frame, &[&post]).await?;
    let shown = texts.iter().map(|one| {
        let (html, _) = match &post.item {
            Some(_) => cards.bare(&one.text, true),
            None => cards.text(&one.text, true),
        };
        (one.revision, Moment::at(one.at), html)
    });
    let page = HistoryPage {
        texts: shown.collect(),
        by: fill(frame.words.post_by, &[("name", &post.from.name)]),
        id,
        frame,
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "post/edit.html")]
struct EditPage<'a> {
    frame: Frame,
    id: i64,
    text: &'a str,
    error: &'a str,
}

/// The post, if the reader may edit it.
async fn own(frame: &Frame, state: &AppState, id: i64) -> Result<Post, Problem> {
    let post = state.store.post(&frame.reader(), id).await?;
    frame.must_write()?;
    match post.from.id == frame.account.id {
        _ if post.deleted.is_some() => {
            let detail = format!("there is no post {id}");
            Err(Problem::new(StatusCode::NOT_FOUND, detail))
        }
        true => Ok(post),
        false => Err(Problem::forbidden("Only its author edits a post.")),
    }
}

/// The form.
#[utoipa::path(get, path = "/post/{id}/edit", responses((status = OK)))]
pub(crate) async fn ask(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let post = own(&frame, &state, id).await?;
    let page = EditPage {
        frame,
        id,
        text: &post.text,
        error: "",
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct EditForm {
    text: String,
}

/// Gives one's own post another text.
#[utoipa::path(post, path = "/post/{id}/edit", responses((status = SEE_OTHER)))]
pub(crate) async fn edit(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<EditForm>,
) -> Result<Response, Problem> {
    own(&frame, &state, id).await?;
    let text = form.text.replace("\r\n", "\n");
    let error = match check(&text) {
        Ok(()) => match state.store.edit_post(frame.account.id, id, &text).await {
            Ok(_) => return Ok(Redirect::to(&format!("/post/{id}")).into_response()),
            Err(Error::Invalid(text)) => text,
            Err(error) => return Err(error.into()),
        },
        Err(error) => text_reason(&error, frame.words),
    };
    let page = EditPage {
        frame,
        id,
        text: &text,
        error: &error,
    };
    render(StatusCode::BAD_REQUEST, &page)
}
