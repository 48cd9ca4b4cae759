//! The page of bots: what programs there are, who answers for them, and who listens now.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::AccountKind;

use super::api::listening;
use crate::auth::Caller;
use crate::frame::{Frame, render, thousands};
use crate::part::{Moment, encoded, visible};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "bots.html")]
struct BotsPage {
    frame: Frame,
    bots: Vec<Bot>,
    listeners: Vec<ListenerLine>,
}

struct Bot {
    name: String,
    href: String,
    description: String,
    owner: Option<String>,
    /// How many streams it has open.
    listens: usize,
    disabled: bool,
}

struct ListenerLine {
    name: String,
    href: String,
    description: String,
    test: Option<String>,
    since: Moment,
    sent: String,
}

fn account_link(name: &str) -> String {
    format!("/account/{}", encoded(name))
}

/// The bots and the listeners.
#[utoipa::path(get, path = "/bots", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let heard = listening(&state.hub, &Caller::in_person(frame.account.clone()));
    let accounts = state.store.accounts().await?.into_iter();
    let bots = accounts.filter(|account| account.kind == AccountKind::Bot);
    let bots = bots.map(|bot| Bot {
        href: account_link(&bot.name),
        description: visible(&bot.description.unwrap_or_default()),
        listens: heard.iter().filter(|one| one.account == bot.name).count(),
        name: bot.name,
        owner: bot.owner,
        disabled: bot.disabled.is_some(),
    });
    let listeners = heard.iter().map(|one| ListenerLine {
        name: one.account.clone(),
        href: account_link(&one.account),
        description: visible(&one.description),
        test: one.test.as_deref().map(visible),
        since: Moment::from(one.since),
        sent: thousands(one.sent),
    });
    let page = BotsPage {
        bots: bots.collect(),
        listeners: listeners.collect(),
        frame,
    };
    render(StatusCode::OK, &page)
}
