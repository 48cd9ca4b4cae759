//! The stream over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use noroshi_query::TimeZone;
use noroshi_store::{Scope, now};
use noroshi_watch::{Hub, Listen, Listener, Place, Refused, Test};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::written::{Form, Open};
use super::{EventAnswer, ListenerAnswer};
use crate::auth::{Caller, Proof, Reading, bearer, too_many};
use crate::extract::Params;
use crate::problem::Problem;
use crate::session;
use crate::state::AppState;

/// The longest description, in characters.
const LONGEST: usize = 200;
/// When somebody who listens too often may try again.
pub(crate) const AGAIN: std::time::Duration = std::time::Duration::from_secs(30);

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamParams {
    /// The query: `in:post` for posts alone. Nothing finds everything.
    #[serde(default)]
    #[param(example = "in:post tag:phishing")]
    q: String,
    /// The `id` of the last event that was heard, to go on behind it; the header `Last-Event-ID` goes
    /// before it. Nothing for what comes from now on.
    after: Option<String>,
    /// What one listens for, in one's own words: others see it in the list of listeners.
    description: Option<String>,
}

/// Listen
///
/// What is new and matches the query, for as long as the connection lasts: posts, edits and reposts,
/// and listings that became new or different. Server-sent events (`id`, `event: statement`, and JSON in
/// `data`), or with `Accept: application/x-ndjson` a line of JSON each. An empty line or comment comes
/// every 20 seconds. Who reads too slowly is told `behind` with the `id` to go on behind, and is
/// dropped. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/stream", tag = "posting", operation_id = "stream", params(StreamParams),
    security(("key" = [])),
    responses((status = OK, body = EventAnswer, content_type = "text/event-stream"))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    headers: HeaderMap,
    Params(params): Params<StreamParams>,
) -> Result<Response, Problem> {
    let turn = state
        .live
        .clone()
        .try_acquire_owned()
        .map_err(|_| too_many("Too many streams are open.", AGAIN))?;
    let query = noroshi_query::parse(&params.q, now(), &TimeZone::UTC)?;
    let description = params.description.unwrap_or_default();
    if description.chars().count() > LONGEST || description.contains(char::is_control) {
        let detail = format!(
            "a description has at most {LONGEST} characters, none of them control characters"
        );
        return Err(Problem::bad_request(detail));
    }
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let listen = Listen {
        reader: caller.reader(),
        name: caller.account.name,
        test: Test::Query(query),
        description,
        after: place(&state, last.or(params.after.as_deref()))?,
    };
    let session = || session::token(&headers, state.settings).unwrap_or_default();
    let proof = match bearer(&headers) {
        Some(key) => Proof::Key(key.to_owned()),
        None => Proof::Session(session().to_owned()),
    };
    let open = Open {
        listener: listener(&state.hub, listen)?,
        form: form(&headers),
        proof,
        state,
        _turn: turn,
    };
    Ok(open.response())
}

/// Begins to listen, if there is room.
pub(crate) fn listener(hub: &Hub, listen: Listen) -> Result<Listener, Problem> {
    hub.listen(listen).map_err(|refused| match refused {
        Refused::TooMany(why) => too_many(&why, AGAIN),
        Refused::BadPattern(error) => Problem::bad_request(error.to_string()),
    })
}

/// Where to go on; what lies ahead of everything was given out by another hub.
fn place(state: &AppState, text: Option<&str>) -> Result<Option<Place>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let place: Place = text
        .parse()
        .map_err(|error: noroshi_watch::NoPlace| Problem::bad_request(error.to_string()))?;
    let newest = *state.store.latest_change().borrow();
    Ok(Some(place).filter(|place| place.seq <= newest))
}

fn form(headers: &HeaderMap) -> Form {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let lines = accept.is_some_and(|accept| {
        [
            "application/x-ndjson",
            "application/jsonl",
            "application/json",
        ]
        .iter()
        .any(|kind| accept.contains(kind))
    });
    if lines { Form::Lines } else { Form::Sse }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Listeners {
    /// By account.
    listeners: Vec<ListenerAnswer>,
}

/// List listeners
///
/// Who listens to this server now. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/listeners", tag = "posting", operation_id = "list_listeners",
    security(("key" = [])), responses((status = OK, body = Listeners))
)]
pub(crate) async fn listeners(
    Reading(caller): Reading,
    State(state): State<AppState>,
) -> Result<Json<Listeners>, Problem> {
    Ok(Json(Listeners {
        listeners: listening(&state.hub, &caller),
    }))
}

/// Who listens, with what only the listener and administrators may know.
pub(crate) fn listening(hub: &Hub, caller: &Caller) -> Vec<ListenerAnswer> {
    let manages = caller.scopes.contains(&Scope::Admin);
    let all = hub.listening().into_iter().map(ListenerAnswer::from);
    let told = |mut one: ListenerAnswer| {
        if !manages && one.account != caller.account.name {
            one.test = None;
        }
        one
    };
    all.map(told).collect()
}
