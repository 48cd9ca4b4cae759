//! One's own sessions over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_lookup::Time;
use noroshi_store::Session;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Reading;
use crate::extract::InPath;
use crate::problem::Problem;
use crate::state::AppState;

/// Somebody signed in, in some browser.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// Its number.
    id: i64,
    /// The browser's own description of itself.
    agent: Option<String>,
    /// When it began.
    created: Time,
    /// Last use, to the minute.
    seen: Time,
    /// When it ends by itself.
    expires: Time,
}

impl From<Session> for SessionAnswer {
    fn from(session: Session) -> SessionAnswer {
        SessionAnswer {
            id: session.id,
            agent: session.agent,
            created: Time(session.created),
            seen: Time(session.seen),
            expires: Time(session.expires),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// The newest use first.
    sessions: Vec<SessionAnswer>,
}

/// List one's sessions
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "managing", operation_id = "list_sessions",
    security(("key" = [])), responses((status = OK, body = Sessions))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
) -> Result<Json<Sessions>, Problem> {
    let kept = state.store.sessions(&caller.account.name, None).await?;
    let sessions = kept.into_iter().map(SessionAnswer::from).collect();
    Ok(Json(Sessions { sessions }))
}

/// Revoke a session
///
/// One's own; it ends at once. Needs the scope `read`.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{id}", tag = "managing", operation_id = "revoke_session",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn revoke(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<StatusCode, Problem> {
    let name = &caller.account.name;
    state
        .store
        .revoke_session(&caller.reader(), name, id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
