//! API keys over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use noroshi_indicator::Tlp;
use noroshi_store::{Error, NewKey, Scope, now};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::KeyAnswer;
use crate::auth::{Caller, Reading};
use crate::extract::{InPath, JsonBody, Params};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// The longest name of a key, in characters.
const LONGEST: usize = 100;
/// Good keys that an account may have.
const MOST: usize = 100;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct KeyParams {
    /// Those of another account; needs the scope `admin`.
    account: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Keys {
    /// By number.
    keys: Vec<KeyAnswer>,
}

/// List keys
///
/// One's own, or with the scope `admin` those of any account. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/keys", tag = "managing", operation_id = "list_keys", params(KeyParams),
    security(("key" = [])), responses((status = OK, body = Keys))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<KeyParams>,
) -> Result<Json<Keys>, Problem> {
    let account = whose(&caller, params.account)?;
    let keys = state.store.keys(Some(&account)).await?;
    let keys = keys.into_iter().map(KeyAnswer::from).collect();
    Ok(Json(Keys { keys }))
}

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyOrder {
    /// What it is for, in a few words.
    pub(crate) name: String,
    /// `read`, `write`, `admin`: at least one, and none that the key at hand does not have.
    #[schema(example = json!(["read"]))]
    pub(crate) scopes: Vec<String>,
    /// The highest marking that exports and feeds give out through it: `green` unless said
    /// otherwise, and never above that of the key at hand.
    #[schema(value_type = Option<String>, example = "green")]
    pub(crate) tlp: Option<Tlp>,
    /// When it ends by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) expires: Option<Timestamp>,
    /// For another account; needs the scope `admin`.
    pub(crate) account: Option<String>,
}

/// A key that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct NewKeyAnswer {
    /// The key.
    pub(crate) key: KeyAnswer,
    /// Its secret. It is told this once and kept nowhere.
    pub(crate) secret: String,
}

/// Make a key
///
/// For oneself, or with the scope `admin` for anybody. Needs the scope `read`.
#[utoipa::path(
    post, path = "/api/v1/keys", tag = "managing", operation_id = "add_key",
    request_body = KeyOrder,
    security(("key" = [])), responses((status = CREATED, body = NewKeyAnswer))
)]
pub(crate) async fn add(
    Reading(caller): Reading,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<KeyOrder>,
) -> Result<(StatusCode, Json<NewKeyAnswer>), Problem> {
    let made = make(state, caller, order).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Makes what is ordered, as far as the caller may have it.
pub(crate) async fn make(
    state: AppState,
    caller: Caller,
    order: KeyOrder,
) -> Result<NewKeyAnswer, Problem> {
    let new = read(&caller, order)?;
    to_the_end(async move {
        let store = &state.store;
        let known = store.keys(Some(&new.account)).await;
        let at = now();
        let known = known.map_err(Problem::in_body)?;
        let good = known
            .iter()
            .filter(|key| key.revoked.is_none() && key.expires.is_none_or(|expires| expires > at));
        if good.count() >= MOST {
            let detail = format!("{} has {MOST} keys: revoke one first", new.account);
            return Err(Problem::new(StatusCode::CONFLICT, detail));
        }
        let (key, secret) = store.add_key(new).await.map_err(Problem::in_body)?;
        let names: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
        let detail = format!("for {}: {}", key.account, names.join(", "));
        let (who, object) = (caller.reader(), key.id.to_string());
        store.audit(&who, "key.add", &object, Some(&detail)).await?;
        let key = key.into();
        Ok(NewKeyAnswer { key, secret })
    })
    .await
}

/// What is ordered, if the caller may have it: nobody hands out more than they have.
fn read(caller: &Caller, order: KeyOrder) -> Result<NewKey, Problem> {
    let name = order.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST || name.contains(char::is_control) {
        let detail = format!("a name has 1 to {LONGEST} characters, and no control characters");
        return Err(Problem::bad_request(detail));
    }
    let mut scopes: Vec<Scope> = Vec::new();
    for name in &order.scopes {
        let scope: Scope = name.parse()?;
        if !caller.scopes.contains(&scope) {
            let detail = format!("A key without the scope {name} cannot make one that has it.");
            return Err(Problem::forbidden(detail));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    if scopes.is_empty() {
        return Err(Problem::bad_request("name at least one scope"));
    }
    let tlp = order.tlp.unwrap_or(Tlp::Green.min(caller.tlp));
    if tlp > caller.tlp {
        let detail = format!(
            "A key up to TLP:{} cannot make one up to TLP:{tlp}.",
            caller.tlp
        );
        return Err(Problem::forbidden(detail));
    }
    let expires = order.expires.map(Timestamp::as_microsecond);
    if expires.is_some_and(|expires| expires <= now()) {
        return Err(Problem::bad_request("expires is in the past"));
    }
    let longer = |end: i64| expires.is_some_and(|expires| expires > end);
    if caller.expires.is_some_and(longer) {
        return Err(Problem::forbidden(
            "A key cannot make one that outlives it.",
        ));
    }
    let expires = expires.or(caller.expires);
    Ok(NewKey {
        account: whose(caller, order.account)?,
        name,
        scopes,
        tlp,
        expires,
    })
}

/// Revoke a key
///
/// One's own, or with the scope `admin` any. Needs the scope `read`.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", tag = "managing", operation_id = "revoke_key",
    params(("id" = i64, Path, description = "Its number.")),
    security(("key" = [])), responses((status = OK, body = KeyAnswer))
)]
pub(crate) async fn revoke(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Json<KeyAnswer>, Problem> {
    Ok(Json(take_back(state, caller, id).await?))
}

/// Revokes a key that the caller may revoke.
pub(crate) async fn take_back(
    state: AppState,
    caller: Caller,
    id: i64,
) -> Result<KeyAnswer, Problem> {
    to_the_end(async move {
        let store = &state.store;
        if !caller.scopes.contains(&Scope::Admin) {
            let own = store.keys(Some(&caller.account.name)).await?;
            if !own.iter().any(|key| key.id == id) {
                return Err(Error::not_found("key", id.to_string()).into());
            }
        }
        let key = store.revoke_key(id).await?;
        let (who, detail) = (caller.reader(), format!("of {}", key.account));
        let object = id.to_string();
        store
            .audit(&who, "key.revoke", &object, Some(&detail))
            .await?;
        Ok(key.into())
    })
    .await
}

/// The account that a request about keys is for.
fn whose(caller: &Caller, account: Option<String>) -> Result<String, Problem> {
    let own = &caller.account.name;
    match account {
        Some(other) if other != *own && !caller.scopes.contains(&Scope::Admin) => {
            let detail = "The keys of others need the scope admin, which this key does not have.";
            Err(Problem::forbidden(detail))
        }
        Some(account) => Ok(account),
        None => Ok(own.clone()),
    }
}
