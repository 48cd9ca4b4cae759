//! Accounts over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_indicator::Tlp;
use noroshi_lookup::Time;
use noroshi_store::{AccountChange, AccountKind, NewAccount, Role, now};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AccountAnswer, LINK_LASTS};
use crate::auth::{Caller, Managing};
use crate::extract::{InPath, JsonBody};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// Who the caller is, and what the key is good for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// Whose key it is.
    account: AccountAnswer,
    /// What the key may be used for, as far as the account's role allows it.
    #[schema(value_type = Vec<String>, example = json!(["read"]))]
    scopes: Vec<&'static str>,
    /// The highest marking that exports and feeds give out through the key.
    #[schema(value_type = String, example = "green")]
    tlp: Tlp,
}

/// Show the caller
///
/// Needs a key, and no scope.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "managing",
    security(("key" = [])), responses((status = OK, body = Me))
)]
pub(crate) async fn me(caller: Caller) -> Json<Me> {
    Json(Me {
        scopes: caller.scopes.iter().map(|scope| scope.name()).collect(),
        tlp: caller.tlp,
        account: caller.account.into(),
    })
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Accounts {
    /// People and bots, by name.
    accounts: Vec<AccountAnswer>,
}

/// List accounts
///
/// People and bots; sources have their own list. Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/accounts", tag = "managing", operation_id = "list_accounts",
    security(("key" = [])), responses((status = OK, body = Accounts))
)]
pub(crate) async fn list(
    _caller: Managing,
    State(state): State<AppState>,
) -> Result<Json<Accounts>, Problem> {
    let accounts = state.store.accounts().await?;
    let accounts = accounts.into_iter().map(AccountAnswer::from).collect();
    Ok(Json(Accounts { accounts }))
}

#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AccountKind)]
pub(crate) enum MadeKind {
    /// A human being.
    #[default]
    Person,
    /// A program.
    Bot,
}

/// An account to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountOrder {
    /// 1 to 64 letters, digits, `-`, `_` or `.`.
    name: String,
    /// `person`, unless said otherwise.
    #[serde(default)]
    kind: MadeKind,
    /// `admin`, `analyst`, `reader` or `bot`.
    role: String,
    /// An organisation that exists.
    organisation: Option<String>,
}

/// Make an account
///
/// Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/accounts", tag = "managing", operation_id = "add_account",
    request_body = AccountOrder,
    security(("key" = [])), responses((status = CREATED, body = AccountAnswer))
)]
pub(crate) async fn add(
    Managing(caller): Managing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<AccountOrder>,
) -> Result<(StatusCode, Json<AccountAnswer>), Problem> {
    let role: Role = order.role.parse()?;
    let new = NewAccount {
        name: order.name,
        kind: match order.kind {
            MadeKind::Person => AccountKind::Person,
            MadeKind::Bot => AccountKind::Bot,
        },
        role,
        organisation: order.organisation,
    };
    to_the_end(async move {
        let store = &state.store;
        let made = store.add_account(new).await.map_err(Problem::in_body)?;
        let (who, detail) = (caller.reader(), format!("role {role}"));
        store
            .audit(&who, "account.add", &made.name, Some(&detail))
            .await?;
        Ok((StatusCode::CREATED, Json(made.into())))
    })
    .await
}

/// Show an account
///
/// A person or a bot. Needs the scope `admin`.
#[utoipa::path(
    get, path = "/api/v1/accounts/{name}", tag = "managing", operation_id = "show_account",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = OK, body = AccountAnswer))
)]
pub(crate) async fn show(
    _caller: Managing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<Json<AccountAnswer>, Problem> {
    Ok(Json(state.store.person(&name).await?.into()))
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountOrders {
    /// `admin`, `analyst`, `reader` or `bot`.
    role: Option<String>,
    /// An organisation that exists; empty for none.
    organisation: Option<String>,
    /// What it is, in a few words; empty for nothing.
    description: Option<String>,
    /// Who answers for it, by name; empty for nobody but itself.
    owner: Option<String>,
    /// Whether it may sign in and its keys are good.
    enabled: Option<bool>,
}

/// Change an account
///
/// The last administrator who can sign in stays one. Needs the scope `admin`.
#[utoipa::path(
    patch, path = "/api/v1/accounts/{name}", tag = "managing", operation_id = "change_account",
    params(("name" = String, Path, description = "Its name.")), request_body = AccountOrders,
    security(("key" = [])), responses((status = OK, body = AccountAnswer))
)]
pub(crate) async fn change(
    Managing(caller): Managing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    JsonBody(orders): JsonBody<AccountOrders>,
) -> Result<Json<AccountAnswer>, Problem> {
    let said = |text: String| Some(text).filter(|text| !text.is_empty());
    let change = AccountChange {
        role: orders.role.map(|role| role.parse()).transpose()?,
        organisation: orders.organisation.map(said),
        description: orders.description.map(said),
        owner: orders.owner.map(said),
        enabled: orders.enabled,
    };
    // Whom the path names must be there; whom the body names is the body's fault.
    state.store.person(&name).await?;
    let who = caller.reader();
    let changed = state.store.change_account(&who, &name, change).await;
    Ok(Json(changed.map_err(Problem::in_body)?.into()))
}

/// Delete an account
///
/// One that never changed anything and owns nothing; others can only be disabled. Needs the scope
/// `admin`.
#[utoipa::path(
    delete, path = "/api/v1/accounts/{name}", tag = "managing", operation_id = "delete_account",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn delete(
    Managing(caller): Managing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<StatusCode, Problem> {
    state.store.delete_account(&caller.reader(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link that is good once.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkAnswer {
    /// Its path on this hub. It is told this once and kept nowhere.
    #[schema(example = "/welcome/…")]
    path: String,
    /// `welcome` for somebody without a password, else `reset`.
    purpose: &'static str,
    /// When it ends by itself.
    expires: Time,
}

/// Make a link for an account
///
/// Whoever follows it chooses the account's password, once. Older links of the account are good no
/// longer. Needs the scope `admin`.
#[utoipa::path(
    post, path = "/api/v1/accounts/{name}/link", tag = "managing", operation_id = "make_link",
    params(("name" = String, Path, description = "Its name.")),
    security(("key" = [])), responses((status = CREATED, body = LinkAnswer))
)]
pub(crate) async fn link(
    Managing(caller): Managing,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<(StatusCode, Json<LinkAnswer>), Problem> {
    let expires = now() + LINK_LASTS;
    let who = caller.reader();
    let (token, purpose) = state.store.make_link(&who, &name, expires).await?;
    let answer = LinkAnswer {
        path: format!("/welcome/{token}"),
        purpose: purpose.name(),
        expires: Time(expires),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}
