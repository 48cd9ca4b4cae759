//! One account: changing it, letting it in by a link, forgetting it.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Account, AccountChange, AccountKind, now};
use serde::Deserialize;
use utoipa::ToSchema;

use super::accounts::{organisations, roles};
use super::{Manager, told};
use crate::account::LINK_LASTS;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::part::{Moment, encoded};
use crate::problem::Problem;
use crate::settings::page::KeyRow;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "manage/account.html")]
struct AccountPage {
    frame: Frame,
    account: Account,
    organisations: Vec<(String, String)>,
    has_password: bool,
    keys: Vec<KeyRow>,
    created: Moment,
    saved: bool,
    error: String,
    /// The address of a link that was just made.
    link: Option<String>,
}

impl AccountPage {
    async fn of(frame: Frame, state: &AppState, name: &str) -> Result<AccountPage, Problem> {
        let store = &state.store;
        let account = store.person(name).await?;
        let keys = store.keys(Some(name)).await?;
        Ok(AccountPage {
            organisations: organisations(state, frame.words).await?,
            has_password: store.has_password(name).await?,
            keys: keys.into_iter().map(KeyRow::from).collect(),
            created: Moment::at(account.created),
            frame,
            account,
            saved: false,
            error: String::new(),
            link: None,
        })
    }

    fn path(&self) -> String {
        format!("/manage/accounts/{}", encoded(&self.account.name))
    }

    fn roles(&self) -> Vec<(&'static str, &'static str)> {
        roles(self.frame.words)
    }

    fn role(&self) -> &'static str {
        self.account.role.name()
    }

    fn organisation(&self) -> &str {
        self.account.organisation.as_deref().unwrap_or_default()
    }

    fn owner(&self) -> &str {
        self.account.owner.as_deref().unwrap_or_default()
    }

    fn description(&self) -> &str {
        self.account.description.as_deref().unwrap_or_default()
    }

    fn is_person(&self) -> bool {
        self.account.kind == AccountKind::Person
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct AccountParams {
    #[serde(default)]
    saved: bool,
}

/// One account.
#[utoipa::path(get, path = "/manage/accounts/{name}", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    Params(params): Params<AccountParams>,
) -> Result<Response, Problem> {
    let mut page = AccountPage::of(frame, &state, &name).await?;
    page.saved = params.saved;
    render(StatusCode::OK, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct AccountForm {
    role: String,
    organisation: String,
    description: String,
    /// Left as it is by a form without it.
    owner: Option<String>,
    /// Present when it may sign in.
    enabled: Option<String>,
}

/// Changes it.
#[utoipa::path(post, path = "/manage/accounts/{name}", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    FormBody(form): FormBody<AccountForm>,
) -> Result<Response, Problem> {
    let page = AccountPage::of(frame, &state, &name).await?;
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let enabled = form.enabled.is_some();
    let change = AccountChange {
        role: Some(form.role.parse()?),
        organisation: Some(said(form.organisation)),
        description: Some(said(form.description)),
        owner: form.owner.map(said),
        enabled: Some(enabled).filter(|enabled| *enabled != page.account.disabled.is_none()),
    };
    let who = page.frame.reader();
    done(
        page,
        state
            .store
            .change_account(&who, &name, change)
            .await
            .map(|_| ()),
    )
}

/// Forgets it, as far as it has no past.
#[utoipa::path(post, path = "/manage/accounts/{name}/delete", responses((status = SEE_OTHER)))]
pub(crate) async fn delete(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
) -> Result<Response, Problem> {
    let page = AccountPage::of(frame, &state, &name).await?;
    match state
        .store
        .delete_account(&page.frame.reader(), &name)
        .await
    {
        Ok(()) => Ok(Redirect::to("/manage").into_response()),
        failed => done(page, failed),
    }
}

fn done(mut page: AccountPage, done: noroshi_store::Result<()>) -> Result<Response, Problem> {
    match done {
        Ok(()) => {
            let next = format!("{}?saved=true", page.path());
            Ok(Redirect::to(&next).into_response())
        }
        Err(error) => {
            page.error = told(error)?;
            render(StatusCode::BAD_REQUEST, &page)
        }
    }
}

/// Makes a link to hand over, and shows it this once. Older links of the account are good no longer.
#[utoipa::path(post, path = "/manage/accounts/{name}/link", responses((status = OK)))]
pub(crate) async fn link(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut page = AccountPage::of(frame, &state, &name).await?;
    let who = page.frame.reader();
    let made = state.store.make_link(&who, &name, now() + LINK_LASTS).await;
    match made {
        Ok((token, _)) => {
            let scheme = if state.settings.https {
                "https"
            } else {
                "http"
            };
            let host = headers
                .get(header::HOST)
                .and_then(|host| host.to_str().ok());
            let base = host.map(|host| format!("{scheme}://{host}"));
            let base = base.unwrap_or_default();
            page.link = Some(format!("{base}/welcome/{token}"));
            render(StatusCode::OK, &page)
        }
        Err(error) => {
            page.error = told(error)?;
            render(StatusCode::BAD_REQUEST, &page)
        }
    }
}
