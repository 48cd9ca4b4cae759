//! Lists over HTTP.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use noroshi_store::NewList;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ListAnswer;
use crate::auth::{Caller, Reading, Writing};
use crate::extract::{InPath, JsonBody, Params};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParams {
    /// Those of another account.
    account: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Lists {
    /// By age.
    lists: Vec<ListAnswer>,
}

/// List lists
///
/// One's own, or those of another account that are not hidden. Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/lists", tag = "posting", operation_id = "list_lists", params(ListParams),
    security(("key" = [])), responses((status = OK, body = Lists))
)]
pub(crate) async fn list(
    Reading(caller): Reading,
    State(state): State<AppState>,
    Params(params): Params<ListParams>,
) -> Result<Json<Lists>, Problem> {
    let owner = params.account.as_deref().unwrap_or(&caller.account.name);
    let lists = state.store.lists(&caller.reader(), owner).await?;
    let lists = lists.into_iter().map(ListAnswer::from).collect();
    Ok(Json(Lists { lists }))
}

/// A list to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListOrder {
    /// 1 to 64 characters, no slash.
    name: String,
    /// What it is for.
    #[serde(default)]
    description: String,
    /// Whether only its owner and its members may know of it.
    #[serde(default)]
    hidden: bool,
}

/// Make a list
///
/// Needs the scope `write`.
#[utoipa::path(
    post, path = "/api/v1/lists", tag = "posting", operation_id = "add_list",
    request_body = ListOrder,
    security(("key" = [])), responses((status = CREATED, body = ListAnswer))
)]
pub(crate) async fn add(
    Writing(caller): Writing,
    State(state): State<AppState>,
    JsonBody(order): JsonBody<ListOrder>,
) -> Result<(StatusCode, Json<ListAnswer>), Problem> {
    let new = NewList {
        name: order.name,
        description: order.description,
        hidden: order.hidden,
    };
    let made = state.store.add_list(caller.account.id, new).await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// A list and who is on it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListWithMembers {
    /// The list.
    list: ListAnswer,
    /// Names of its members, in the order in which they came.
    members: Vec<String>,
}

/// Show a list
///
/// Needs the scope `read`.
#[utoipa::path(
    get, path = "/api/v1/lists/{owner}/{name}", tag = "posting", operation_id = "show_list",
    params(
        ("owner" = String, Path, description = "Whose it is."),
        ("name" = String, Path, description = "Its name.")
    ),
    security(("key" = [])), responses((status = OK, body = ListWithMembers))
)]
pub(crate) async fn show(
    Reading(caller): Reading,
    State(state): State<AppState>,
    InPath((owner, name)): InPath<(String, String)>,
) -> Result<Json<ListWithMembers>, Problem> {
    let list = state.store.list(&caller.reader(), &owner, &name).await?;
    let members = state.store.list_members(&list).await?;
    Ok(Json(ListWithMembers {
        list: list.into(),
        members: members.into_iter().map(|member| member.name).collect(),
    }))
}

/// What to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListChange {
    /// What it is for.
    description: Option<String>,
    /// Whether only its owner and its members may know of it.
    hidden: Option<bool>,
}

/// The caller, if the list is their own. Somebody else's list is there to be read, or is not there.
async fn owner(state: &AppState, caller: &Caller, owner: &str, name: &str) -> Result<i64, Problem> {
    let list = state.store.list(&caller.reader(), owner, name).await?;
    match list.owner == caller.account.name {
        true => Ok(caller.account.id),
        false => Err(Problem::forbidden("This list is somebody else's.")),
    }
}

/// Change a list
///
/// One's own. Needs the scope `write`.
#[utoipa::path(
    patch, path = "/api/v1/lists/{owner}/{name}", tag = "posting", operation_id = "change_list",
    params(
        ("owner" = String, Path, description = "Whose it is."),
        ("name" = String, Path, description = "Its name.")
    ),
    request_body = ListChange,
    security(("key" = [])), responses((status = OK, body = ListAnswer))
)]
pub(crate) async fn change(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath((whose, name)): InPath<(String, String)>,
    JsonBody(change): JsonBody<ListChange>,
) -> Result<Json<ListAnswer>, Problem> {
    let me = owner(&state, &caller, &whose, &name).await?;
    let now = state.store.list(&caller.reader(), &whose, &name).await?;
    let new = NewList {
        name,
        description: change.description.unwrap_or(now.description),
        hidden: change.hidden.unwrap_or(now.hidden),
    };
    Ok(Json(state.store.change_list(me, new).await?.into()))
}

/// Delete a list
///
/// One's own, if nothing was written to it. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/lists/{owner}/{name}", tag = "posting", operation_id = "delete_list",
    params(
        ("owner" = String, Path, description = "Whose it is."),
        ("name" = String, Path, description = "Its name.")
    ),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn delete(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath((whose, name)): InPath<(String, String)>,
) -> Result<StatusCode, Problem> {
    let me = owner(&state, &caller, &whose, &name).await?;
    state.store.delete_list(me, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put an account on a list
///
/// On one's own. Needs the scope `write`.
#[utoipa::path(
    put, path = "/api/v1/lists/{owner}/{name}/members/{member}", tag = "posting",
    operation_id = "add_list_member",
    params(
        ("owner" = String, Path, description = "Whose it is."),
        ("name" = String, Path, description = "Its name."),
        ("member" = String, Path, description = "The account's name.")
    ),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn add_member(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath((whose, name, member)): InPath<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let me = owner(&state, &caller, &whose, &name).await?;
    state
        .store
        .set_list_member(me, &name, &member, true)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take an account off a list
///
/// Off one's own. Needs the scope `write`.
#[utoipa::path(
    delete, path = "/api/v1/lists/{owner}/{name}/members/{member}", tag = "posting",
    operation_id = "remove_list_member",
    params(
        ("owner" = String, Path, description = "Whose it is."),
        ("name" = String, Path, description = "Its name."),
        ("member" = String, Path, description = "The account's name.")
    ),
    security(("key" = [])), responses((status = NO_CONTENT))
)]
pub(crate) async fn remove_member(
    Writing(caller): Writing,
    State(state): State<AppState>,
    InPath((whose, name, member)): InPath<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    let me = owner(&state, &caller, &whose, &name).await?;
    state
        .store
        .set_list_member(me, &name, &member, false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
