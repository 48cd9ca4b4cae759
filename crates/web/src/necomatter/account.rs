//! Keys, and accounts for others.

use axum::extract::State;
use axum::http::StatusCode;
use noroshi_store::{AccountKind, NewAccount, Role, SHORTEST_PASSWORD, Scope};
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::Reads;
use super::named;
use super::refusal::Refusal;
use crate::extract::InPath;
use crate::key::api::{KeyOrder, make, take_back};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// What keys that are made here are called.
const NAME: &str = "NECOMAtter";

/// Makes a key for reading and writing, as far as the caller may do so.
#[utoipa::path(post, path = "/user_setting/create_new_key.json", responses((status = OK)))]
pub(crate) async fn add_key(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let scopes = asked.caller.scopes.iter();
    let scopes = scopes.filter(|scope| matches!(scope, Scope::Read | Scope::Write));
    let order = KeyOrder {
        name: NAME.to_owned(),
        scopes: scopes.map(|scope| scope.name().to_owned()).collect(),
        tlp: None,
        expires: None,
        account: None,
    };
    let made = make(state, asked.caller, order).await?;
    Ok(Answer(json!({"result": "ok", "key": made.secret})))
}

/// Takes a key of the caller's back, by its secret. Where there is none nothing happens, and that is told
/// alike.
#[utoipa::path(method(post, delete), path = "/user_setting/key/{key}", responses((status = OK)))]
pub(crate) async fn delete_key(
    State(state): State<AppState>,
    InPath(last): InPath<String>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let secret = named(&last).ok_or_else(Refusal::nowhere)?;
    let found = state.store.key_of(secret).await?;
    if let Some(key) = found.filter(|key| key.account == asked.name()) {
        take_back(state, asked.caller, key.id).await?;
    }
    Ok(Answer(json!({"result": "ok"})))
}

/// Makes an account with a password. For administrators.
#[utoipa::path(method(post, put), path = "/add_user.json", responses((status = OK)))]
pub(crate) async fn add_user(
    State(state): State<AppState>,
    Reads(asked): Reads,
) -> Result<Answer<impl Serialize>, Refusal> {
    let given = &asked.given;
    let name = given.text("new_user_name")?.to_owned();
    let password = given.text("new_user_password")?.to_owned();
    let manages = match given.member("new_user_can_create_user") {
        Some(Value::Bool(manages)) => *manages,
        _ => {
            return Err(Refusal::bad(
                "new_user_can_create_user must be true or false",
            ));
        }
    };
    if !asked.caller.scopes.contains(&Scope::Admin) {
        return Err(Refusal::bad("create user called from un-permit user"));
    }
    check(&name, &password)?;
    let role = if manages { Role::Admin } else { Role::Analyst };
    let new = NewAccount {
        name: name.clone(),
        kind: AccountKind::Person,
        role,
        organisation: None,
    };
    let who = asked.reader();
    let taken = format!("User {name} is already registerd.");
    let made = to_the_end(async move {
        let store = &state.store;
        let made = store.add_account(new).await.map_err(Problem::in_body)?;
        store.set_password(&made.name, &password).await?;
        let detail = format!("role {role}");
        store
            .audit(&who, "account.add", &made.name, Some(&detail))
            .await?;
        Ok(())
    });
    match made.await {
        Ok(()) => Ok(Answer(json!({"result": "ok"}))),
        Err(problem) if problem.status == 409 => Err(Refusal::bad(taken)),
        Err(problem) => Err(Refusal::from(problem).or(StatusCode::BAD_REQUEST)),
    }
}

/// Refuses what cannot be a name or a password, in the words of the original.
fn check(name: &str, password: &str) -> Result<(), Refusal> {
    if name.is_empty() || password.is_empty() {
        return Err(Refusal::bad("neither name nor password may be empty"));
    }
    let shown: String = name.chars().take(80).collect();
    if name.contains(['&', '<', '>', '"']) {
        let description = format!("User {shown} has escape string. please use other name");
        return Err(Refusal::bad(description));
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.chars().all(legal) || name.ends_with(".json") {
        let description = format!("User {shown} has permitted character. please use other name");
        return Err(Refusal::bad(description));
    }
    if password.chars().count() < SHORTEST_PASSWORD {
        let description = format!("a password has at least {SHORTEST_PASSWORD} characters");
        return Err(Refusal::bad(description));
    }
    Ok(())
}
