//! Forms that browsers send: signing in and out, the own password, the own account.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use noroshi_store::AccountChange;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::answer::Answer;
use super::refusal::Refusal;
use crate::auth::{Client, check};
use crate::extract::FormBody;
use crate::frame::{Frame, Look};
use crate::problem::Problem;
use crate::session::page::{SignIn, sign_out};
use crate::session::{page, same_origin, token};
use crate::settings;
use crate::state::AppState;

/// Redirects as the original did: 302.
pub(super) fn found(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct SignInForm {
    user_name: String,
    password: String,
}

/// Begins a session; a form that is wrong is shown again, with status 200.
#[utoipa::path(post, path = "/signin", responses((status = FOUND)))]
pub(crate) async fn sign_in(
    client: Client,
    state: State<AppState>,
    look: Look,
    headers: HeaderMap,
    FormBody(form): FormBody<SignInForm>,
) -> Result<Response, Problem> {
    let form = SignIn::new(form.user_name, form.password);
    let mut response = page::sign_in(client, state, look, headers, FormBody(form)).await?;
    let status = response.status_mut();
    *status = match *status {
        StatusCode::SEE_OTHER => StatusCode::FOUND,
        StatusCode::FORBIDDEN => StatusCode::OK,
        other => other,
    };
    Ok(response)
}

/// Ends the session. A page of another site cannot do that to its reader.
#[utoipa::path(get, path = "/signout", responses((status = FOUND)))]
pub(crate) async fn leave(state: State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    if !same_origin(&headers) {
        return Err(Problem::forbidden("This came from a page of another site."));
    }
    let mut response = sign_out(state, headers).await?;
    *response.status_mut() = StatusCode::FOUND;
    let home = header::HeaderValue::from_static("/");
    response.headers_mut().insert(header::LOCATION, home);
    Ok(response)
}

/// Nobody makes an account alone.
#[utoipa::path(post, path = "/signup", responses((status = OK)))]
pub(crate) async fn sign_up() -> Html<&'static str> {
    Html("<p>user sign up page is closed.</p>")
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordForm {
    old_password: String,
    password: String,
    password_2: String,
}

/// Sets another password and ends all sessions; a form that is wrong is shown again, with status 200.
#[utoipa::path(post, path = "/change_password", responses((status = FOUND)))]
pub(crate) async fn change_password(
    frame: Frame,
    client: Client,
    State(state): State<AppState>,
    headers: HeaderMap,
    FormBody(form): FormBody<PasswordForm>,
) -> Result<Response, Problem> {
    let form = settings::change::PasswordForm {
        current: form.old_password,
        password: form.password,
        again: form.password_2,
    };
    let at = State(state.clone());
    let changed =
        settings::change::password(frame, client, at, headers.clone(), FormBody(form)).await?;
    if changed.status() != StatusCode::SEE_OTHER {
        return Ok((StatusCode::OK, changed).into_response());
    }
    let mut response = sign_out(State(state), headers).await?;
    *response.status_mut() = StatusCode::FOUND;
    let home = header::HeaderValue::from_static("/");
    response.headers_mut().insert(header::LOCATION, home);
    Ok(response)
}

#[derive(Deserialize, ToSchema)]
#[serde(default)]
#[derive(Default)]
pub(crate) struct LeaveForm {
    delete_request: String,
    password_retype: String,
}

/// Disables one's own account, with its keys and sessions. What it wrote stays, under its name.
#[utoipa::path(post, path = "/delete_me.js", responses((status = OK)))]
pub(crate) async fn delete_me(
    Client(client): Client,
    State(state): State<AppState>,
    headers: HeaderMap,
    FormBody(form): FormBody<LeaveForm>,
) -> Result<Response, Refusal> {
    let signed_in = match token(&headers, state.settings) {
        Some(token) => state.store.session(token).await?,
        None => None,
    };
    let unknown = || Refusal::new(StatusCode::UNAUTHORIZED, "Sign in first.");
    let account = signed_in.ok_or_else(unknown)?;
    if form.delete_request != "yes" {
        return Err(Refusal::bad("delete_request must be yes"));
    }
    let name = &account.name;
    if check(&state, client, name, &form.password_retype)
        .await?
        .is_none()
    {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "The password is wrong.",
        ));
    }
    let who = noroshi_store::Reader::account(account.id);
    let disabled = AccountChange {
        enabled: Some(false),
        ..AccountChange::default()
    };
    state.store.change_account(&who, name, disabled).await?;
    let description = format!("user {name} deleted.");
    Ok(Answer(json!({"result": "success", "description": description})).into_response())
}

/// Takes no pictures.
#[utoipa::path(post, path = "/user/icon_upload.html", responses((status = FORBIDDEN)))]
pub(crate) async fn icon_upload() -> Problem {
    Problem::forbidden(
        "Pictures of accounts are drawn from their names here; none can be uploaded.",
    )
}
