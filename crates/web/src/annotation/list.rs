//! The texts to label and labelled, and the labels.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Annotated, AnnotationOptions, AnnotationState, COLOURS};
use serde::Deserialize;

use super::api::{BUDGET, Which};
use super::label::LabelRow;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::manage::told;
use crate::part::{Moment, Pager, account_link, encoded, visible};
use crate::post::act::Act;
use crate::problem::Problem;
use crate::state::AppState;

/// Texts of a page.
const ROWS: usize = 50;
/// Characters of a text in the list.
const SHORT: usize = 160;
/// Where it went well.
const LABELS: &str = "/annotate?saved=true#labels";

#[derive(Template)]
#[template(path = "annotate/list.html")]
struct ListPage {
    frame: Frame,
    /// `todo`, `done` or `all`.
    open: &'static str,
    q: String,
    texts: Vec<Row>,
    pager: Pager,
    labels: Vec<LabelRow>,
    colours: Vec<u8>,
    saved: bool,
    error: String,
}

struct Row {
    id: i64,
    at: Moment,
    from: String,
    from_href: String,
    text: String,
    tlp: String,
    /// Who labelled it as it is now, with how many spans.
    by: Vec<(String, usize)>,
    /// Only a former text was labelled.
    former: bool,
}

impl From<Annotated> for Row {
    fn from(text: Annotated) -> Row {
        let by = text.current().map(|set| (set.by.clone(), set.spans.len()));
        let by: Vec<_> = by.collect();
        Row {
            former: by.is_empty() && !text.sets.is_empty(),
            by,
            id: text.post.id,
            at: Moment::at(text.post.published),
            from_href: account_link(&text.post.from.name),
            from: visible(&text.post.from.name),
            text: text.post.line(SHORT),
            tlp: text.post.tlp.name().to_uppercase(),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListParams {
    state: Option<Which>,
    q: String,
    cursor: Option<i64>,
    saved: bool,
}

/// Texts to label.
#[utoipa::path(get, path = "/annotate", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let page = ListPage::of(frame, &state, params, String::new()).await?;
    render(StatusCode::OK, &page)
}

impl ListPage {
    async fn of(
        frame: Frame,
        state: &AppState,
        params: ListParams,
        error: String,
    ) -> Result<ListPage, Problem> {
        let (open, which) = match params.state {
            Some(Which::Done) => ("done", AnnotationState::Done),
            Some(Which::All | Which::Labelled) => ("all", AnnotationState::All),
            Some(Which::Todo) | None => ("todo", AnnotationState::ToDo),
        };
        let options = AnnotationOptions {
            state: which,
            words: params.q.split_whitespace().map(str::to_owned).collect(),
            below: params.cursor,
            limit: ROWS,
            budget: BUDGET,
        };
        let page = state.store.annotated(&frame.reader(), options).await?;
        let path = format!("/annotate?state={open}&q={}", encoded(&params.q));
        let text = |id: Option<i64>| id.map(|id| id.to_string());
        let (at, next) = (text(params.cursor), text(page.next));
        let labels = state.store.labels().await?;
        Ok(ListPage {
            pager: Pager::new(&path, at.as_deref(), next.as_deref(), frame.words),
            frame,
            open,
            q: params.q,
            texts: page.texts.into_iter().map(Row::from).collect(),
            labels: labels.into_iter().map(LabelRow::from).collect(),
            colours: (1..=COLOURS).collect(),
            saved: params.saved,
            error,
        })
    }
}

/// Back to the labels; what a form did wrong is told there.
pub(super) async fn labels_changed(
    frame: Frame,
    state: &AppState,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    let Err(problem) = done else {
        return Ok(Redirect::to(LABELS).into_response());
    };
    let error = told(problem)?;
    let page = ListPage::of(frame, state, ListParams::default(), error).await?;
    render(StatusCode::BAD_REQUEST, &page)
}

/// Marks a post to be labelled, or takes the mark back.
#[utoipa::path(post, path = "/annotate/{post}/target", responses((status = SEE_OTHER)))]
pub(crate) async fn set_target(
    frame: Frame,
    State(state): State<AppState>,
    InPath(post): InPath<i64>,
    FormBody(act): FormBody<Act>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let (store, me) = (&state.store, frame.account.id);
    store.set_annotation_target(me, post, act.on).await?;
    Ok(act.back())
}
