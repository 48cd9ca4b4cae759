//! The audit log: who changed what.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::{AuditEntry, AuditFilter};
use serde::Deserialize;

use super::Manager;
use crate::extract::Params;
use crate::frame::{Frame, render};
use crate::part::{Moment, Pager, encoded};
use crate::problem::Problem;
use crate::state::AppState;

/// Entries of a page.
const ROWS: usize = 100;

#[derive(Template)]
#[template(path = "manage/audit.html")]
struct AuditPage {
    frame: Frame,
    entries: Vec<(Moment, AuditEntry)>,
    actions: Vec<(String, String)>,
    params: AuditParams,
    pager: Pager,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct AuditParams {
    account: String,
    action: String,
    object: String,
    cursor: Option<i64>,
}

/// The newest entries first, as far as they are wanted.
#[utoipa::path(get, path = "/manage/audit", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
    Params(params): Params<AuditParams>,
) -> Result<Response, Problem> {
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = AuditFilter {
        account: said(&params.account),
        action: said(&params.action),
        object: said(&params.object),
        before: params.cursor,
    };
    let mut entries = state.store.audit_log(&filter, ROWS + 1).await?;
    let more = entries.len() > ROWS;
    entries.truncate(ROWS);
    let next = entries
        .last()
        .filter(|_| more)
        .map(|last| last.id.to_string());
    let path = format!(
        "/manage/audit?account={}&action={}&object={}",
        encoded(&params.account),
        encoded(&params.action),
        encoded(&params.object)
    );
    let open = params.cursor.map(|cursor| cursor.to_string());
    let pager = Pager::new(&path, open.as_deref(), next.as_deref(), frame.words);
    let actions = state.store.audit_actions().await?.into_iter();
    let named = actions.map(|action| (action.clone(), action));
    let all = (String::new(), frame.words.all.to_owned());
    let page = AuditPage {
        actions: std::iter::once(all).chain(named).collect(),
        entries: entries
            .into_iter()
            .map(|entry| (Moment::at(entry.at), entry))
            .collect(),
        frame,
        params,
        pager,
    };
    render(StatusCode::OK, &page)
}
