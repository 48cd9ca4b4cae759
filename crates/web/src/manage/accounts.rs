//! All accounts, and making one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Account, AccountKind, NewAccount, Role};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Manager, told};
use crate::extract::FormBody;
use crate::frame::{Frame, Words, render};
use crate::part::{Moment, encoded};
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

#[derive(Template)]
#[template(path = "manage/accounts.html")]
struct AccountsPage {
    frame: Frame,
    accounts: Vec<AccountRow>,
    organisations: Vec<(String, String)>,
    error: String,
}

struct AccountRow {
    name: String,
    kind: &'static str,
    role: &'static str,
    organisation: String,
    created: Moment,
    disabled: bool,
}

/// What a role is called.
pub(super) fn role_word(role: Role, words: &'static Words) -> &'static str {
    match role {
        Role::Admin => words.role_admin,
        Role::Analyst => words.role_analyst,
        Role::Reader => words.role_reader,
        Role::Bot => words.role_bot,
    }
}

/// The roles to choose from.
pub(super) fn roles(words: &'static Words) -> Vec<(&'static str, &'static str)> {
    let all = [Role::Reader, Role::Analyst, Role::Admin, Role::Bot];
    all.map(|role| (role.name(), role_word(role, words)))
        .to_vec()
}

/// The organisations to choose from, none first.
pub(super) async fn organisations(
    state: &AppState,
    words: &'static Words,
) -> Result<Vec<(String, String)>, Problem> {
    let all = state.store.organisations().await?.into_iter();
    let named = all.map(|one| (one.name.clone(), one.name));
    let none = (String::new(), words.none.to_owned());
    Ok(std::iter::once(none).chain(named).collect())
}

impl AccountsPage {
    async fn of(frame: Frame, state: &AppState, error: String) -> Result<Response, Problem> {
        let words = frame.words;
        let row = |account: Account| AccountRow {
            kind: match account.kind {
                AccountKind::Bot => words.kind_bot,
                _ => words.kind_person,
            },
            role: role_word(account.role, words),
            name: account.name,
            organisation: account.organisation.unwrap_or_default(),
            created: Moment::at(account.created),
            disabled: account.disabled.is_some(),
        };
        let accounts = state.store.accounts().await?;
        let page = AccountsPage {
            accounts: accounts.into_iter().map(row).collect(),
            organisations: organisations(state, words).await?,
            frame,
            error,
        };
        let status = match page.error.is_empty() {
            true => StatusCode::OK,
            false => StatusCode::BAD_REQUEST,
        };
        render(status, &page)
    }

    fn roles(&self) -> Vec<(&'static str, &'static str)> {
        roles(self.frame.words)
    }
}

/// All people and bots.
#[utoipa::path(get, path = "/manage", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    AccountsPage::of(frame, &state, String::new()).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct AccountForm {
    name: String,
    kind: String,
    role: String,
    organisation: String,
}

/// Makes an account, and goes on to its page.
#[utoipa::path(post, path = "/manage/accounts", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    Manager(frame): Manager,
    State(state): State<AppState>,
    FormBody(form): FormBody<AccountForm>,
) -> Result<Response, Problem> {
    let (at, who) = (state.clone(), frame.reader());
    let made = to_the_end(async move {
        let role: Role = form.role.parse()?;
        let new = NewAccount {
            name: form.name.trim().to_owned(),
            kind: match form.kind.as_str() {
                "bot" => AccountKind::Bot,
                _ => AccountKind::Person,
            },
            role,
            organisation: Some(form.organisation).filter(|name| !name.is_empty()),
        };
        let made = at.store.add_account(new).await?;
        let detail = format!("role {role}");
        let noted = at
            .store
            .audit(&who, "account.add", &made.name, Some(&detail));
        noted.await?;
        Ok(made)
    });
    match made.await {
        Ok(made) => {
            let next = format!("/manage/accounts/{}", encoded(&made.name));
            Ok(Redirect::to(&next).into_response())
        }
        Err(problem) => AccountsPage::of(frame, &state, told(problem)?).await,
    }
}
