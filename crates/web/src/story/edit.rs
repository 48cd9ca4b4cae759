//! Writing a story: a form that keeps the parts in order, and saves only when told to.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Part, Post, Story};
use serde::Deserialize;

use super::draft::{Act, Draft};
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, fill, render};
use crate::manage::told;
use crate::part::visible;
use crate::post::pace;
use crate::problem::Problem;
use crate::state::AppState;

/// How much of a post its line shows, in characters.
const LINE: usize = 160;

#[derive(Template)]
#[template(path = "story/edit.html")]
struct FormPage {
    frame: Frame,
    /// The story; nothing while it is new.
    id: Option<i64>,
    draft: Draft,
    rows: Vec<Row>,
    candidates: Vec<Line>,
    audiences: Vec<String>,
    errors: Vec<String>,
    /// Whether the form holds what is not saved.
    unsaved: bool,
}

enum Row {
    Heading(String),
    Note(String),
    Post(Line),
}

/// A post in a line.
struct Line {
    id: i64,
    from: String,
    text: String,
}

impl From<&Post> for Line {
    fn from(post: &Post) -> Line {
        Line {
            id: post.id,
            from: visible(&post.from.name),
            text: post.line(LINE),
        }
    }
}

impl FormPage {
    async fn of(
        frame: Frame,
        state: &AppState,
        id: Option<i64>,
        mut draft: Draft,
    ) -> Result<FormPage, Problem> {
        let (store, reader, words) = (&state.store, frame.reader(), frame.words);
        let ids = draft.parts.iter().filter_map(|part| match part {
            Part::Post(id) => Some(*id),
            Part::Heading(_) | Part::Note(_) => None,
        });
        let posts = store.posts(&reader, ids.collect()).await?.into_iter();
        let posts = posts.filter(|post| post.deleted.is_none());
        let posts: HashMap<i64, Post> = posts.map(|post| (post.id, post)).collect();
        let mut errors = Vec::new();
        for word in &draft.unread {
            let shown: String = visible(word).chars().take(LINE).collect();
            errors.push(fill(words.story_post_wrong, &[("n", &shown)]));
        }
        let missing = draft.added.iter().filter(|id| !posts.contains_key(id));
        let missing: Vec<i64> = missing.copied().collect();
        for id in missing {
            errors.push(fill(words.story_post_missing, &[("n", &id)]));
            draft.forget(id);
        }
        // What went since the form was opened goes without a word.
        draft
            .parts
            .retain(|part| !matches!(part, Part::Post(id) if !posts.contains_key(id)));
        let rows = draft.parts.iter().filter_map(|part| match part {
            Part::Heading(text) => Some(Row::Heading(text.clone())),
            Part::Note(text) => Some(Row::Note(text.clone())),
            Part::Post(id) => posts.get(id).map(|post| Row::Post(Line::from(post))),
        });
        let rows = rows.collect();
        let candidates = match id {
            Some(id) => store.story_candidates(&reader, id).await?,
            None => Vec::new(),
        };
        let candidates = candidates.iter();
        let candidates = candidates.filter(|post| !posts.contains_key(&post.id));
        let audiences = store.audiences_of(frame.account.id).await?.into_iter();
        Ok(FormPage {
            id,
            rows,
            candidates: candidates.map(Line::from).collect(),
            audiences: audiences.map(|audience| audience.name).collect(),
            draft,
            errors,
            unsaved: false,
            frame,
        })
    }

    fn path(&self) -> String {
        match self.id {
            Some(id) => format!("/story/{id}/edit"),
            None => "/story/new".to_owned(),
        }
    }

    fn chosen(&self, audience: &str) -> bool {
        self.draft.audience.as_deref() == Some(audience)
    }

    /// The marking; nothing stands for the usual one of the audience.
    fn tlp(&self) -> &'static str {
        self.draft.tlp.map_or("", |tlp| tlp.name())
    }
}

/// What readers are told who try to write.
pub(super) fn not_for_readers() -> Problem {
    Problem::forbidden("Stories are made by analysts; your account only reads.")
}

fn may_write(frame: &Frame) -> Result<(), Problem> {
    match frame.writes() {
        true => Ok(()),
        false => Err(not_for_readers()),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct BlankParams {
    /// A post to begin with.
    post: Option<i64>,
}

/// An empty story.
#[utoipa::path(get, path = "/story/new", responses((status = OK)))]
pub(crate) async fn blank(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<BlankParams>,
) -> Result<Response, Problem> {
    may_write(&frame)?;
    let draft = Draft {
        parts: params.post.map(Part::Post).into_iter().collect(),
        added: params.post.into_iter().collect(),
        ..Draft::default()
    };
    render(
        StatusCode::OK,
        &FormPage::of(frame, &state, None, draft).await?,
    )
}

/// Makes it, or shows the form as the buttons changed it.
#[utoipa::path(post, path = "/story/new", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(fields): FormBody<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    may_write(&frame)?;
    let (draft, act) = Draft::read(fields)?;
    let mut page = FormPage::of(frame, &state, None, draft).await?;
    if act == Act::Save && page.errors.is_empty() {
        let me = page.frame.account.id;
        pace(&state, me)?;
        match state.store.add_story(me, page.draft.to_save()).await {
            Ok(story) => return Ok(to(&story)),
            Err(error) => page.errors.push(told(error)?),
        }
    }
    again(page)
}

fn to(story: &Story) -> Response {
    Redirect::to(&format!("/story/{}", story.id)).into_response()
}

fn again(mut page: FormPage) -> Result<Response, Problem> {
    page.unsaved = true;
    let status = match page.errors.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    render(status, &page)
}

/// The story, for its curator.
async fn own(frame: &Frame, state: &AppState, id: i64) -> Result<Story, Problem> {
    let story = state.store.story(&frame.reader(), id).await?;
    may_write(frame)?;
    match story.by.id == frame.account.id {
        true => Ok(story),
        false => Err(Problem::forbidden("Only its curator changes a story.")),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct OpenParams {
    /// The version to begin from; the newest otherwise.
    from: Option<i64>,
}

/// A story to change.
#[utoipa::path(get, path = "/story/{id}/edit", responses((status = OK)))]
pub(crate) async fn open(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<OpenParams>,
) -> Result<Response, Problem> {
    let story = own(&frame, &state, id).await?;
    let mut draft = Draft::of(&story);
    if let Some(from) = params.from {
        let old = state.store.story_at(&frame.reader(), id, from).await?;
        (draft.title, draft.parts) = (old.title, old.parts);
    }
    let mut page = FormPage::of(frame, &state, Some(id), draft).await?;
    page.unsaved = params.from.is_some();
    render(StatusCode::OK, &page)
}

/// Saves it, or shows the form as the buttons changed it.
#[utoipa::path(post, path = "/story/{id}/edit", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(fields): FormBody<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let story = own(&frame, &state, id).await?;
    let (draft, act) = Draft::read(fields)?;
    let mut page = FormPage::of(frame, &state, Some(id), draft).await?;
    if act == Act::Save && page.errors.is_empty() {
        pace(&state, story.by.id)?;
        let over = page.draft.version.unwrap_or(story.version);
        let saved = state
            .store
            .save_story(story.by.id, id, over, page.draft.to_save());
        match saved.await {
            Ok(story) => return Ok(to(&story)),
            Err(noroshi_store::Error::Conflict(_)) => {
                let text = page.frame.words.story_stale;
                page.errors.push(fill(text, &[("n", &story.version)]));
                page.draft.version = Some(story.version);
            }
            Err(error) => page.errors.push(told(error)?),
        }
    }
    again(page)
}
