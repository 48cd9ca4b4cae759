//! The page over HTTP; following and muting themselves are done where the account or the tag is.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::Account;

use crate::frame::{Frame, render};
use crate::part::{account_link, kind_badge, tag_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "following.html")]
struct FollowingPage {
    frame: Frame,
    accounts: Vec<Row>,
    tags: Vec<Row>,
    muted: Vec<Row>,
}

struct Row {
    name: String,
    href: String,
    badge: Option<&'static str>,
}

/// Whom and what one follows, and whom one muted.
#[utoipa::path(get, path = "/following", responses((status = OK)))]
pub(crate) async fn show(frame: Frame, State(state): State<AppState>) -> Result<Response, Problem> {
    let (store, me, words) = (&state.store, frame.account.id, frame.words);
    let rows = |all: Vec<Account>| {
        let row = |one: Account| Row {
            href: account_link(&one.name),
            badge: kind_badge(one.kind, words),
            name: one.name,
        };
        all.into_iter().map(row).collect()
    };
    let tags = store.following_tags(me).await?.into_iter().map(|tag| Row {
        href: tag_link(&tag),
        badge: None,
        name: format!("#{}", visible(&tag)),
    });
    let page = FollowingPage {
        accounts: rows(store.following(me).await?),
        muted: rows(store.muted(me).await?),
        tags: tags.collect(),
        frame,
    };
    render(StatusCode::OK, &page)
}
