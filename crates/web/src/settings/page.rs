//! The page over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use noroshi_store::{ApiKey, Preferences, SHORTEST_PASSWORD, Session, now};
use serde::Deserialize;

use crate::extract::Params;
use crate::frame::{Frame, Language, Theme, fill, render};
use crate::part::Moment;
use crate::problem::Problem;
use crate::session::token;
use crate::state::AppState;

/// Everything that somebody sets.
#[derive(Template)]
#[template(path = "settings.html")]
pub(super) struct SettingsPage {
    frame: Frame,
    chosen: Preferences,
    sessions: Vec<SessionRow>,
    keys: Vec<KeyRow>,
    /// What went well.
    pub(super) saved: bool,
    /// What went wrong.
    pub(super) error: String,
    /// The secret of a key that was just made.
    pub(super) secret: Option<String>,
}

struct SessionRow {
    id: i64,
    agent: String,
    current: bool,
    seen: Moment,
    created: Moment,
}

impl From<Session> for SessionRow {
    fn from(session: Session) -> SessionRow {
        SessionRow {
            id: session.id,
            agent: session.agent.unwrap_or_default(),
            current: session.current,
            seen: Moment::at(session.seen),
            created: Moment::at(session.created),
        }
    }
}

/// A key as tables show it.
pub(crate) struct KeyRow {
    pub(crate) id: i64,
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) scopes: String,
    pub(crate) tlp: String,
    pub(crate) last_used: Option<Moment>,
    pub(crate) expires: Option<Moment>,
    /// It was not taken back and has not expired.
    pub(crate) good: bool,
}

impl From<ApiKey> for KeyRow {
    fn from(key: ApiKey) -> KeyRow {
        let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.name()).collect();
        let over = key.expires.is_some_and(|expires| expires <= now());
        KeyRow {
            id: key.id,
            account: key.account,
            name: key.name,
            scopes: scopes.join(", "),
            tlp: format!("TLP:{}", key.tlp.name().to_uppercase()),
            last_used: key.last_used.map(Moment::at),
            expires: key.expires.map(Moment::at),
            good: key.revoked.is_none() && !over,
        }
    }
}

impl SettingsPage {
    pub(super) async fn of(
        frame: Frame,
        state: &AppState,
        headers: &HeaderMap,
    ) -> Result<SettingsPage, Problem> {
        let (store, name) = (&state.store, &frame.account.name);
        let token = token(headers, state.settings);
        let sessions = store.sessions(name, token).await?;
        let mut keys: Vec<KeyRow> = store
            .keys(Some(name))
            .await?
            .into_iter()
            .map(KeyRow::from)
            .collect();
        keys.retain(|key| key.good);
        Ok(SettingsPage {
            chosen: store.preferences(frame.account.id).await?,
            sessions: sessions.into_iter().map(SessionRow::from).collect(),
            keys,
            frame,
            saved: false,
            error: String::new(),
            secret: None,
        })
    }

    pub(super) fn refused(mut self, error: &str) -> Result<Response, Problem> {
        error.clone_into(&mut self.error);
        render(StatusCode::BAD_REQUEST, &self)
    }

    fn password_hint(&self) -> String {
        fill(self.frame.words.password_hint, &[("n", &SHORTEST_PASSWORD)])
    }

    fn languages(&self) -> Vec<(&'static str, &'static str)> {
        let named = Language::ALL.map(|one| (one.tag(), one.own_name()));
        [("", self.frame.words.as_browser)]
            .into_iter()
            .chain(named)
            .collect()
    }

    fn themes(&self) -> Vec<(&'static str, &'static str)> {
        let words = self.frame.words;
        Theme::ALL.map(|one| (one.name(), one.word(words))).to_vec()
    }

    fn language(&self) -> &str {
        self.chosen.language.as_deref().unwrap_or_default()
    }

    fn theme(&self) -> &str {
        self.chosen.theme.as_deref().unwrap_or("system")
    }

    fn zone(&self) -> &str {
        self.chosen.zone.as_deref().unwrap_or_default()
    }

    /// The scopes to choose from: name, word, whether it is chosen at first.
    fn scopes(&self) -> Vec<(&'static str, &'static str, bool)> {
        let words = self.frame.words;
        let mut scopes = vec![("read", words.scope_read, true)];
        if self.frame.account.role.name() != "reader" {
            scopes.push(("write", words.scope_write, false));
        }
        if self.frame.manages() {
            scopes.push(("admin", words.scope_admin, false));
        }
        scopes
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct SettingsParams {
    #[serde(default)]
    saved: bool,
}

/// What somebody set.
#[utoipa::path(get, path = "/settings", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    headers: HeaderMap,
    Params(params): Params<SettingsParams>,
) -> Result<Response, Problem> {
    let mut page = SettingsPage::of(frame, &state, &headers).await?;
    page.saved = params.saved;
    render(StatusCode::OK, &page)
}
