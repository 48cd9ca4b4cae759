//! Accounts over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_indicator::Tlp;
use noroshi_store::{AccountKind, NewAccount, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountAnswer;
use crate::auth::{Caller, Managing};
use crate::extract::JsonBody;
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
