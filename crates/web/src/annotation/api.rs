//! Annotations over HTTP.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_indicator::Kind;
use noroshi_store::{AnnotationOptions, AnnotationState, NewLabel, Span};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{AnnotatedAnswer, AnnotationAnswer, LabelAnswer, SpanAnswer};
use crate::auth::{Reading, Writing};
use crate::extract::{InPath, JsonBody, Params, limit};
use crate::problem::Problem;
use crate::state::AppState;

/// Texts of a page, unless asked otherwise, and at most.
const USUAL: usize = 50;
const MOST: usize = 200;
/// How long a page may take.
pub(super) const BUDGET: Duration = Duration::from_millis(300);

/// Which texts.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Which {
    /// Marked, and not labelled by the caller since the last edit.
    Todo,
    /// Labelled by the caller since the last edit.
    Done,
    /// Marked, or labelled by anybody.
    All,
    /// Labelled by anybody since the last edit.
    #[default]
    Labelled,
}

impl From<Which> for AnnotationState {
    fn from(which: Which) -> AnnotationState {
        match which {
            Which::Todo => AnnotationState::ToDo,
            Which::Done => AnnotationState::Done,
            Which::All => AnnotationState::All,
            Which::Labelled => AnnotationState::Labelled,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AnnotationParams {
    /// Which texts.
    #[serde(default)]
    #[param(inline, default = "labelled")]
    state: Which,
    /// Words that are all somewhere in the text.
    #[serde(default)]
    q: String,
    /// `next` of the page before.
    below: Option<i64>,
    /// Texts of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AnnotationsAnswer {
    /// The newest first.
    texts: Vec<AnnotatedAnswer>,
    /// `below` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// List labelled texts
///
/// Texts that the caller may read, and what was labelled in them. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/annotations", tag = "annotating", operation_id = "list_annotations",
    params(AnnotationParams),
    security(("key" = [])), responses((status = OK, body = AnnotationsAnswer))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<AnnotationParams>,
) -> Result<Json<AnnotationsAnswer>, Problem> {
    let options = AnnotationOptions {
        state: params.state.into(),
        words: params.q.split_whitespace().map(str::to_owned).collect(),
        below: params.below,
        limit: limit(params.limit, USUAL, MOST)?,
        budget: BUDGET,
    };
    let page = state.store.annotated(&caller.reader(), options).await?;
    Ok(Json(AnnotationsAnswer {
        texts: page.texts.into_iter().map(AnnotatedAnswer::from).collect(),
        next: page.next,
    }))
}

/// What to label in a text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnnotationOrder {
    /// The revision of the text that the offsets go by.
    revision: i64,
    /// In any order, none over another; at most 5,000.
    spans: Vec<SpanAnswer>,
}

/// Label a text
///
/// In the place of what the caller labelled in it before. 409 if the text was edited meanwhile. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/annotations/{post}", tag = "annotating", operation_id = "annotate",
    params(("post" = i64, Path, description = "The post's number.")),
    request_body = AnnotationOrder,
    security(("key" = [])), responses((status = OK, body = AnnotationAnswer))
)]
pub(crate) async fn annotate(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(post): InPath<i64>,
    JsonBody(order): JsonBody<AnnotationOrder>,
) -> Result<Json<AnnotationAnswer>, Problem> {
    // Here, so that a post that is not there is told from a label that is not.
    state.store.annotations(&caller.reader(), post).await?;
    let spans = order.spans.into_iter().map(Span::from).collect();
    let (store, me) = (&state.store, caller.account.id);
    let kept = store.annotate(me, post, order.revision, spans).await;
    Ok(Json(kept.map_err(Problem::in_body)?.into()))
}

/// Forget labels
///
/// Those of the caller in one text. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/annotations/{post}", tag = "annotating", operation_id = "unannotate",
    params(("post" = i64, Path, description = "The post's number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn forget(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(post): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.unannotate(caller.account.id, post).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LabelsAnswer {
    /// In the order in which they were made.
    labels: Vec<LabelAnswer>,
}

/// List labels
///
/// They are the same for everybody here. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/labels", tag = "annotating", operation_id = "list_labels",
    security(("key" = [])), responses((status = OK, body = LabelsAnswer))
)]
pub(crate) async fn labels(
    Reading(_caller): Reading,
    State(state): State<AppState>,
) -> Result<Json<LabelsAnswer>, Problem> {
    let labels = state.store.labels().await?;
    let labels = labels.into_iter().map(LabelAnswer::from).collect();
    Ok(Json(LabelsAnswer { labels }))
}

/// A label to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelOrder {
    /// 1 to 64 characters.
    name: String,
    /// 1 to 10.
    colour: u8,
    /// 1 to 9; one label a key.
    key: Option<u8>,
    /// Kinds of observable that are proposed with it.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    kinds: Vec<Kind>,
}

/// Make a label
///
/// Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/labels", tag = "annotating", operation_id = "add_label",
    request_body = LabelOrder,
    security(("key" = [])), responses((status = CREATED, body = LabelAnswer))
)]
pub(crate) async fn add_label(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<LabelOrder>,
) -> Result<(StatusCode, Json<LabelAnswer>), Problem> {
    let new = NewLabel {
        name: order.name,
        colour: order.colour,
        key: order.key,
        kinds: order.kinds,
    };
    let made = state.store.add_label(&caller.reader(), new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}
