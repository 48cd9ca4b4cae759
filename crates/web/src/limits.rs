//! How much is worked on at once, and for how long.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::problem::Problem;
use crate::state::AppState;

/// The largest body of a request, in bytes, where nothing else is said.
pub(crate) const BODY: usize = 2 * 1024 * 1024;
/// How long a request may wait for its turn.
const TURN: Duration = Duration::from_secs(10);
/// How long a request may take, its body's coming in included.
const TIME: Duration = Duration::from_secs(30);

/// For requests that are answered soon.
pub(crate) async fn quick(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let work = tokio::time::timeout(TIME, next.run(request));
    match in_turn(&state.quick, work).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            format!(
                "This took more than {} seconds and was ended.",
                TIME.as_secs()
            ),
        )
        .into_response(),
        Err(busy) => busy.into_response(),
    }
}

/// For requests that wait for something, or do something that must not be cut off.
pub(crate) async fn patient(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    match in_turn(&state.patient, next.run(request)).await {
        Ok(response) => response,
        Err(busy) => busy.into_response(),
    }
}

async fn in_turn<T>(turns: &Arc<Semaphore>, work: impl Future<Output = T>) -> Result<T, Problem> {
    match tokio::time::timeout(TURN, turns.acquire()).await {
        Ok(Ok(_turn)) => Ok(work.await),
        _ => Err(Problem {
            retry_after: u32::try_from(TURN.as_secs()).ok(),
            ..Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "Too much is going on at once.",
            )
        }),
    }
}
