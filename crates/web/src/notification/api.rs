//! Notifications over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_lookup::Time;
use noroshi_store::Notification;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Reading;
use crate::extract::{JsonBody, Params, limit};
use crate::post::PostAnswer;
use crate::post::api::{MOST, USUAL};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotificationParams {
    /// Notifications of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// The last number of the page before.
    below: Option<i64>,
}

/// A notification.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotificationAnswer {
    /// Its number.
    id: i64,
    /// `mention`, `reply`, `repost`, `star`, `follow`, `hunt_paused` or `channel`.
    kind: &'static str,
    /// Who did it, by name.
    by: String,
    /// The post that mentions or answers, or that was reposted or starred.
    post: Option<PostAnswer>,
    /// The number of the hunt that was stopped.
    hunt: Option<i64>,
    /// Number of the channel that does not get through.
    channel: Option<i64>,
    /// When.
    at: Time,
    /// Whether it was not looked at yet.
    fresh: bool,
}

impl From<Notification> for NotificationAnswer {
    fn from(one: Notification) -> NotificationAnswer {
        NotificationAnswer {
            id: one.id,
            kind: one.kind.name(),
            by: one.by.name,
            post: one.post.map(PostAnswer::from),
            hunt: one.hunt.map(|(id, _)| id),
            channel: one.channel.map(|(id, _)| id),
            at: Time(one.at),
            fresh: one.fresh,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Notifications {
    /// Newest first.
    notifications: Vec<NotificationAnswer>,
    /// How many were not looked at yet.
    fresh: i64,
}

/// List notifications
///
/// The caller's own. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/notifications", tag = "posting", operation_id = "list_notifications",
    params(NotificationParams),
    security(("key" = [])), responses((status = OK, body = Notifications))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<NotificationParams>,
) -> Result<Json<Notifications>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let (store, me) = (&state.store, caller.account.id);
    let notifications = store.notifications(me, params.below, limit).await?;
    Ok(Json(Notifications {
        notifications: notifications
            .into_iter()
            .map(NotificationAnswer::from)
            .collect(),
        fresh: store.fresh_notifications(me).await?,
    }))
}

/// How far was looked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    /// The number of the newest notification that was looked at.
    up_to: i64,
}

/// Note that notifications were looked at
///
/// Needs the scope `read`.
#[utoipa::path(
    post, path = "/api/v1/notifications/seen", tag = "posting", operation_id = "see_notifications",
    request_body = Looked,
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn see(
    Reading(caller): Reading,
    State(state): State<AppState>,
    JsonBody(looked): JsonBody<Looked>,
) -> Result<StatusCode, Problem> {
    state
        .store
        .see_notifications(caller.account.id, looked.up_to)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
