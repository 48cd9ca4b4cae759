//! Whom the Web API of EXIST answers.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_indicator::Tlp;
use noroshi_store::{ExistAccess, NewExistAccess};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Manager, told};
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::part::{Moment, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Where it went well.
const SAVED: &str = "/manage/exist?saved=true";

#[derive(Template)]
#[template(path = "manage/exist.html")]
struct ExistPage {
    frame: Frame,
    rows: Vec<Row>,
    saved: bool,
    error: String,
}

struct Row {
    id: i64,
    /// A network, or nothing for keys of the account.
    network: Option<String>,
    account: String,
    enabled: bool,
    tlp: String,
    created: Moment,
}

impl From<ExistAccess> for Row {
    fn from(access: ExistAccess) -> Row {
        Row {
            id: access.id,
            network: access.network,
            account: visible(&access.account),
            enabled: access.enabled,
            tlp: access.tlp.name().to_uppercase(),
            created: Moment::at(access.created),
        }
    }
}

impl ExistPage {
    async fn of(frame: Frame, state: &AppState) -> Result<ExistPage, Problem> {
        let access = state.store.exist_access().await?;
        Ok(ExistPage {
            frame,
            rows: access.into_iter().map(Row::from).collect(),
            saved: false,
            error: String::new(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct ExistParams {
    #[serde(default)]
    saved: bool,
}

/// All that are let in.
#[utoipa::path(get, path = "/manage/exist", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
    Params(params): Params<ExistParams>,
) -> Result<Response, Problem> {
    let mut page = ExistPage::of(frame, &state).await?;
    page.saved = params.saved;
    render(StatusCode::OK, &page)
}

async fn done(
    frame: Frame,
    state: &AppState,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    let Err(problem) = done else {
        return Ok(Redirect::to(SAVED).into_response());
    };
    let error = told(problem)?;
    let mut page = ExistPage::of(frame, state).await?;
    page.error = error;
    render(StatusCode::BAD_REQUEST, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ExistForm {
    /// An address or a network; nothing for keys of the account.
    #[serde(default)]
    network: String,
    account: String,
    #[schema(value_type = String)]
    tlp: Tlp,
}

/// Lets somebody in.
#[utoipa::path(post, path = "/manage/exist", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    Manager(frame): Manager,
    State(state): State<AppState>,
    FormBody(form): FormBody<ExistForm>,
) -> Result<Response, Problem> {
    let network = form.network.trim();
    let new = NewExistAccess {
        network: (!network.is_empty()).then(|| network.to_owned()),
        account: form.account.trim().to_owned(),
        tlp: form.tlp,
    };
    let added = state.store.add_exist_access(&frame.reader(), new).await;
    let added = added.map(|_| ()).map_err(Problem::from);
    done(frame, &state, added).await
}

/// Lets somebody in no longer.
#[utoipa::path(post, path = "/manage/exist/{id}/delete", responses((status = SEE_OTHER)))]
pub(crate) async fn delete(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let deleted = state.store.delete_exist_access(&frame.reader(), id).await;
    done(frame, &state, deleted.map_err(Problem::from)).await
}
