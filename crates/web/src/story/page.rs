//! Stories to read: the list, one, an earlier version of it; deleting one, and collecting a post into one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_indicator::Tlp;
use noroshi_store::{Story, StoryLine, StoryVersion};
use serde::Deserialize;
use utoipa::ToSchema;

use super::draft::post_number;
use super::shown::{Marks, Parts, SHOWN, ShownPost, ValueRow, values};
use super::whole::Whole;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, fill, local, render, thousands};
use crate::part::{Moment, Pager, visible};
use crate::post::pace;
use crate::problem::Problem;
use crate::search::export::CEILING;
use crate::state::AppState;

/// Stories of a page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "stories.html")]
struct StoriesPage {
    frame: Frame,
    stories: Vec<Line>,
    pager: Pager,
}

struct Line {
    id: i64,
    title: String,
    by: String,
    tlp: String,
    audience: String,
    posts: String,
    edited: Moment,
}

impl From<StoryLine> for Line {
    fn from(line: StoryLine) -> Line {
        Line {
            id: line.id,
            title: visible(&line.title),
            by: line.by.name,
            tlp: line.tlp.name().to_uppercase(),
            audience: line.audience,
            posts: thousands(u64::try_from(line.posts).unwrap_or_default()),
            edited: Moment::at(line.edited),
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ListParams {
    cursor: Option<i64>,
}

/// Those that the reader may see.
#[utoipa::path(get, path = "/stories", responses((status = OK)))]
pub(crate) async fn list(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let reader = frame.reader();
    let asked = state.store.stories(&reader, params.cursor, ROWS + 1).await;
    let mut stories: Vec<Line> = asked?.into_iter().map(Line::from).collect();
    let more = stories.len() > ROWS;
    stories.truncate(ROWS);
    let next = stories
        .last()
        .filter(|_| more)
        .map(|last| last.id.to_string());
    let open = params.cursor.map(|cursor| cursor.to_string());
    let pager = Pager::new("/stories?", open.as_deref(), next.as_deref(), frame.words);
    let page = StoriesPage {
        frame,
        stories,
        pager,
    };
    render(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "story.html")]
struct StoryPage {
    frame: Frame,
    id: i64,
    title: String,
    by: String,
    tlp: String,
    audience: String,
    version: i64,
    edited: Moment,
    parts: Parts,
    values: Vec<ValueRow>,
    /// What is not shown, if anything.
    remarks: Vec<String>,
    versions: Vec<VersionRow>,
    candidates: Vec<ShownPost>,
    /// The newest version, when this is an earlier one.
    newest: Option<i64>,
    own: bool,
    leaves: bool,
}

struct VersionRow {
    version: i64,
    at: Moment,
    /// Where it is another one.
    title: Option<String>,
    open: bool,
}

impl StoryPage {
    async fn of(
        frame: Frame,
        state: &AppState,
        story: Story,
        newest: Option<i64>,
    ) -> Result<StoryPage, Problem> {
        let (store, reader, id) = (&state.store, frame.reader(), story.id);
        let versions = store.story_versions(&reader, id).await?;
        let candidates = match newest {
            None => store.story_candidates(&reader, id).await?,
            Some(_) => Vec::new(),
        };
        let whole = Whole::of(state, &reader, story, Tlp::Red).await?;
        let (marks, words, story) = (Marks::of(&whole), frame.words, &whole.story);
        let mut remarks = Vec::new();
        if whole.values.len() > SHOWN {
            remarks.push(fill(words.check_shown, &[("n", &thousands(SHOWN as u64))]));
        }
        if !whole.complete {
            remarks.push(words.story_cut.to_owned());
        }
        let row = |one: StoryVersion| VersionRow {
            open: one.version == story.version,
            version: one.version,
            at: Moment::at(one.at),
            title: (one.title != story.title).then(|| visible(&one.title)),
        };
        let candidates = candidates.iter();
        Ok(StoryPage {
            id,
            title: visible(&story.title),
            by: story.by.name.clone(),
            tlp: story.tlp.name().to_uppercase(),
            audience: story.audience.clone(),
            version: story.version,
            edited: Moment::at(story.edited),
            parts: Parts::new(&whole, &marks, &frame),
            values: values(&whole, &frame),
            remarks,
            versions: versions.into_iter().map(row).collect(),
            candidates: candidates
                .map(|post| ShownPost::new(post, &marks, &frame))
                .collect(),
            newest,
            own: story.by.id == frame.account.id && frame.writes(),
            leaves: story.tlp <= CEILING,
            frame,
        })
    }

    /// Whether the reader may delete it.
    fn deletes(&self) -> bool {
        self.newest.is_none() && (self.own || self.frame.manages())
    }

    fn version_text(&self, version: &i64) -> String {
        fill(self.frame.words.story_version_n, &[("n", version)])
    }

    fn old_text(&self) -> String {
        fill(self.frame.words.story_version_old, &[("n", &self.version)])
    }
}

/// One story.
#[utoipa::path(get, path = "/story/{id}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let story = state.store.story(&frame.reader(), id).await?;
    let page = StoryPage::of(frame, &state, story, None).await?;
    render(StatusCode::OK, &page)
}

/// It as it was.
#[utoipa::path(get, path = "/story/{id}/version/{version}", responses((status = OK)))]
pub(crate) async fn version(
    frame: Frame,
    State(state): State<AppState>,
    InPath((id, version)): InPath<(i64, i64)>,
) -> Result<Response, Problem> {
    let reader = frame.reader();
    let newest = state.store.story(&reader, id).await?.version;
    let story = state.store.story_at(&reader, id, version).await?;
    let newest = Some(newest).filter(|newest| *newest != version);
    let page = StoryPage::of(frame, &state, story, newest).await?;
    render(StatusCode::OK, &page)
}

/// Deletes it: one's own, or as an administrator any.
#[utoipa::path(post, path = "/story/{id}/delete", responses((status = SEE_OTHER)))]
pub(crate) async fn delete(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    state.store.delete_story(frame.account.id, id).await?;
    Ok(Redirect::to("/stories").into_response())
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct CollectForm {
    /// A post's number, or a link to it.
    post: String,
    /// The story that it is for; the newest of one's own otherwise.
    story: Option<i64>,
    /// Where to go on.
    next: Option<String>,
}

/// Puts a post into a story of one's own, and goes back to where it was found.
#[utoipa::path(post, path = "/story/collect", responses((status = SEE_OTHER)))]
pub(crate) async fn collect(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<CollectForm>,
) -> Result<Response, Problem> {
    if !frame.writes() {
        return Err(super::edit::not_for_readers());
    }
    let wrong = || Problem::bad_request(format!("{:?} is no post's number or link", form.post));
    let post = post_number(&form.post).ok_or_else(wrong)?;
    let (me, untitled) = (frame.account.id, frame.words.story_untitled);
    pace(&state, me)?;
    let into = state.store.collect_post(me, post, form.story, untitled);
    let own = format!("/story/{}", into.await?.id);
    let next = form.next.as_deref().map_or(own.as_str(), local);
    Ok(Redirect::to(next).into_response())
}
