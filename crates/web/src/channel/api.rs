//! Channels over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order::{self, ChannelOrder};
use super::{ChannelAnswer, DeliveryAnswer};
use crate::auth::{Reading, Writing};
use crate::extract::{InPath, JsonBody, Params, limit};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Deliveries of a page where nothing else is said, and at most.
const USUAL: usize = 50;
const MOST: usize = 1_000;

#[derive(Serialize, ToSchema)]
pub(crate) struct Channels {
    /// By owner and name.
    channels: Vec<ChannelAnswer>,
}

/// List channels
///
/// One's own; administrators get all. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/channels", tag = "notifications", operation_id = "list_channels",
    security(("key" = [])), responses((status = OK, body = Channels))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
) -> Result<Json<Channels>, Problem> {
    let channels = state.store.channels(&caller.reader()).await?;
    let channels = channels.into_iter().map(ChannelAnswer::from).collect();
    Ok(Json(Channels { channels }))
}

/// A channel that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeChannel {
    /// The channel.
    #[serde(flatten)]
    channel: ChannelAnswer,
    /// The key that was made to sign with. It is told only now.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

/// Make a channel
///
/// Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/channels", tag = "notifications", operation_id = "add_channel",
    request_body = ChannelOrder,
    security(("key" = [])), responses((status = CREATED, body = MadeChannel))
)]
pub(crate) async fn add(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<ChannelOrder>,
) -> Result<(StatusCode, Json<MadeChannel>), Problem> {
    let (channel, key) = order::make(&state, &caller.account, order).await?;
    let channel = channel.into();
    Ok((StatusCode::CREATED, Json(MadeChannel { channel, key })))
}

/// Show a channel
///
/// Its owner and administrators know of it. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/channels/{id}", tag = "notifications", operation_id = "show_channel",
    params(("id" = i64, Path)),
    security(("key" = [])), responses((status = OK, body = ChannelAnswer))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<ChannelAnswer>, Problem> {
    Ok(Json(
        state.store.channel(&caller.reader(), id).await?.into(),
    ))
}

/// Change a channel
///
/// What is not said stays as it is. Needs the scope `write`.
#[utoipa::path(
    patch, path = "/api/v1/channels/{id}", tag = "notifications", operation_id = "change_channel",
    params(("id" = i64, Path)), request_body = ChannelOrder,
    security(("key" = [])), responses((status = OK, body = ChannelAnswer))
)]
pub(crate) async fn change(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    JsonBody(order): JsonBody<ChannelOrder>,
) -> Result<Json<ChannelAnswer>, Problem> {
    let changed = order::change(&state, &caller.reader(), id, order).await?;
    Ok(Json(changed.into()))
}

/// Delete a channel
///
/// With what was still to be told on it. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/channels/{id}", tag = "notifications", operation_id = "delete_channel",
    params(("id" = i64, Path)),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn delete(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    state.store.delete_channel(&caller.reader(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Test a channel
///
/// Sends a message by the way that all go, and waits for the answer. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/channels/{id}/test", tag = "notifications", operation_id = "test_channel",
    params(("id" = i64, Path)),
    security(("key" = [])), responses((status = OK, body = DeliveryAnswer))
)]
pub(crate) async fn test(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<DeliveryAnswer>, Problem> {
    let test = async move { order::test(&state, &caller.reader(), id).await };
    Ok(Json(to_the_end(test).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LogParams {
    /// Deliveries of a page.
    #[param(minimum = 1, maximum = 1_000, default = 50)]
    limit: Option<usize>,
    /// The last number of the page before.
    below: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Deliveries {
    /// Newest first.
    deliveries: Vec<DeliveryAnswer>,
}

/// Show a channel's log
///
/// Kept for 90 days. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/channels/{id}/deliveries", tag = "notifications",
    operation_id = "list_deliveries", params(("id" = i64, Path), LogParams),
    security(("key" = [])), responses((status = OK, body = Deliveries))
)]
pub(crate) async fn deliveries(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    Params(params): Params<LogParams>,
) -> Result<Json<Deliveries>, Problem> {
    let limit = limit(params.limit, USUAL, MOST)?;
    let (store, reader) = (&state.store, caller.reader());
    let log = store.deliveries(&reader, id, params.below, limit).await?;
    let deliveries = log.into_iter().map(DeliveryAnswer::from).collect();
    Ok(Json(Deliveries { deliveries }))
}

/// Send a message again
///
/// One that failed, or waits. Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{id}/retry", tag = "notifications",
    operation_id = "retry_delivery", params(("id" = i64, Path)),
    security(("key" = [])), responses((status = OK, body = DeliveryAnswer))
)]
pub(crate) async fn retry(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<DeliveryAnswer>, Problem> {
    Ok(Json(
        state
            .store
            .retry_delivery(&caller.reader(), id)
            .await?
            .into(),
    ))
}
