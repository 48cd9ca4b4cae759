//! Organisations, and the audiences that are made of them or of accounts.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Audience, AudienceKind, Organisation};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Manager, told};
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, render};
use crate::part::encoded;
use crate::problem::Problem;
use crate::state::{AppState, to_the_end};

/// The longest name of an audience, in characters.
const LONGEST: usize = 100;
/// Where it went well.
const SAVED: &str = "/manage/audiences?saved=true";

#[derive(Template)]
#[template(path = "manage/audiences.html")]
struct AudiencesPage {
    frame: Frame,
    organisations: Vec<Organisation>,
    audiences: Vec<AudienceRow>,
    saved: bool,
    error: String,
}

struct AudienceRow {
    name: String,
    path: String,
    kind: &'static str,
    /// Everyone has no members to choose.
    fixed: bool,
    members: String,
}

impl AudiencesPage {
    async fn of(frame: Frame, state: &AppState) -> Result<AudiencesPage, Problem> {
        let words = frame.words;
        let row = |audience: Audience| AudienceRow {
            path: format!("/manage/audiences/{}", encoded(&audience.name)),
            kind: match audience.kind {
                AudienceKind::Everyone => words.audience_everyone,
                AudienceKind::Organisations => words.audience_organisations,
                AudienceKind::Accounts => words.audience_accounts,
            },
            fixed: audience.kind == AudienceKind::Everyone,
            members: audience.members.join(", "),
            name: audience.name,
        };
        let audiences = state.store.audiences().await?;
        Ok(AudiencesPage {
            organisations: state.store.organisations().await?,
            audiences: audiences.into_iter().map(row).collect(),
            frame,
            saved: false,
            error: String::new(),
        })
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct AudienceParams {
    #[serde(default)]
    saved: bool,
}

/// All organisations and audiences.
#[utoipa::path(get, path = "/manage/audiences", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
    Params(params): Params<AudienceParams>,
) -> Result<Response, Problem> {
    let mut page = AudiencesPage::of(frame, &state).await?;
    page.saved = params.saved;
    render(StatusCode::OK, &page)
}

async fn done(
    frame: Frame,
    state: &AppState,
    done: Result<(), Problem>,
) -> Result<Response, Problem> {
    let Err(problem) = done else {
        return Ok(Redirect::to(SAVED).into_response());
    };
    let error = told(problem)?;
    let mut page = AudiencesPage::of(frame, state).await?;
    page.error = error;
    render(StatusCode::BAD_REQUEST, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct OrganisationForm {
    name: String,
}

/// Makes an organisation; one that is there stays as it is.
#[utoipa::path(post, path = "/manage/organisations", responses((status = SEE_OTHER)))]
pub(crate) async fn add_organisation(
    Manager(frame): Manager,
    State(state): State<AppState>,
    FormBody(form): FormBody<OrganisationForm>,
) -> Result<Response, Problem> {
    let (at, who) = (state.clone(), frame.reader());
    let made = to_the_end(async move {
        let name = at.store.ensure_organisation(form.name.trim()).await?.name;
        at.store
            .audit(&who, "organisation.add", &name, None)
            .await?;
        Ok(())
    });
    let made = made.await;
    done(frame, &state, made).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct AudienceForm {
    name: String,
    kind: String,
    members: String,
}

/// Makes an audience.
#[utoipa::path(post, path = "/manage/audiences", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    Manager(frame): Manager,
    State(state): State<AppState>,
    FormBody(form): FormBody<AudienceForm>,
) -> Result<Response, Problem> {
    let name = form.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > LONGEST || name.contains(char::is_control) {
        let wrong = Err(Problem::bad_request(frame.words.audience_name_wrong));
        return done(frame, &state, wrong).await;
    }
    let (at, who) = (state.clone(), frame.reader());
    let made = to_the_end(async move {
        let kind = match form.kind.as_str() {
            "organisations" => AudienceKind::Organisations,
            _ => AudienceKind::Accounts,
        };
        let members = names(&form.members);
        at.store.add_audience(&name, kind, &members).await?;
        let detail = members.join(", ");
        let noted = at.store.audit(&who, "audience.add", &name, Some(&detail));
        noted.await?;
        Ok(())
    });
    let made = made.await;
    done(frame, &state, made).await
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct MembersForm {
    members: String,
}

/// Gives an audience other members.
#[utoipa::path(post, path = "/manage/audiences/{name}", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    FormBody(form): FormBody<MembersForm>,
) -> Result<Response, Problem> {
    let (who, members) = (frame.reader(), names(&form.members));
    let changed = state.store.set_audience(&who, &name, &members).await;
    let changed = changed.map(|_| ()).map_err(Problem::from);
    done(frame, &state, changed).await
}

/// Names hold neither spaces nor commas.
fn names(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '\u{3001}'))
        .filter(|name| !name.is_empty())
        .collect()
}
