//! Timelines over HTTP.

use axum::Json;
use axum::extract::State;
use noroshi_store::Timeline;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Reading;
use crate::extract::{Params, limit};
use crate::post::EntryAnswer;
use crate::post::api::{MOST, USUAL};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineParams {
    /// `home` (accounts and tags that the caller follows), `everyone`, `mentions` (of the caller) or
    /// `starred` (by the caller); `home` unless one of the others is given.
    of: Option<String>,
    /// Posts with this tag.
    tag: Option<String>,
    /// Posts and reposts of this account.
    account: Option<String>,
    /// Posts and reposts of the members of this list: `owner/name`.
    list: Option<String>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// `next` of the page before.
    below: Option<i64>,
}

impl TimelineParams {
    /// Which timeline is meant.
    fn timeline(&self, caller: i64) -> Result<Timeline, Problem> {
        let all = (&self.of, &self.tag, &self.account, &self.list);
        Ok(match all {
            (None, None, None, None) => Timeline::Home(caller),
            (Some(of), None, None, None) => match of.as_str() {
                "home" => Timeline::Home(caller),
                "everyone" => Timeline::Everyone,
                "mentions" => Timeline::To(caller),
                "starred" => Timeline::Starred(caller),
                _ => {
                    let detail = "of is home, everyone, mentions or starred";
                    return Err(Problem::bad_request(detail));
                }
            },
            (None, Some(tag), None, None) => Timeline::Tag(tag.clone()),
            (None, None, Some(account), None) => Timeline::Account(account.clone()),
            (None, None, None, Some(list)) => match list.split_once('/') {
                Some((owner, name)) => Timeline::List(owner.to_owned(), name.to_owned()),
                None => return Err(Problem::bad_request("a list is named owner/name")),
            },
            _ => {
                let detail = "ask for one timeline: by of, tag, account or list";
                return Err(Problem::bad_request(detail));
            }
        })
    }
}

/// A page of a timeline.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineAnswer {
    /// Newest first.
    entries: Vec<EntryAnswer>,
    /// `below` of the next page; nothing when this is the last.
    next: Option<i64>,
}

/// Read a timeline
///
/// Whom the caller muted is left out, but when asked for by name. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/timeline", tag = "posting", operation_id = "timeline",
    params(TimelineParams),
    security(("key" = [])), responses((status = OK, body = TimelineAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<TimelineParams>,
) -> Result<Json<TimelineAnswer>, Problem> {
    let timeline = params.timeline(caller.account.id)?;
    let limit = limit(params.limit, USUAL, MOST)?;
    let (store, reader) = (&state.store, caller.reader());
    let page = store
        .timeline(&reader, &timeline, params.below, limit)
        .await?;
    Ok(Json(TimelineAnswer {
        entries: page.entries.into_iter().map(EntryAnswer::from).collect(),
        next: page.next,
    }))
}
