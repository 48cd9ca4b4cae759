//! Whether the server does its work, for whoever watches over it.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::AppState;

/// How long the database may take for its trivial answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
}

/// Check health
///
/// Asks the database something trivial. Needs no key.
#[utoipa::path(
    get, path = "/healthz", tag = "watching", operation_id = "health",
    responses(
        (status = OK, body = Health),
        (status = SERVICE_UNAVAILABLE, body = Problem, content_type = "application/problem+json",
            description = "The database is gone."),
    )
)]
pub(crate) async fn check(State(state): State<AppState>) -> Result<Json<Health>, Problem> {
    let gone = |error: &dyn std::fmt::Display| {
        Problem::unavailable("The database does not answer.", error)
    };
    match tokio::time::timeout(PATIENCE, state.store.ping()).await {
        Ok(Ok(())) => Ok(Json(Health { status: "ok" })),
        Ok(Err(error)) => Err(gone(&error)),
        Err(late) => Err(gone(&late)),
    }
}
