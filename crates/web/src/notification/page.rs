//! Notifications over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::{Notification, NotificationKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::extract::{FormBody, Params};
use crate::frame::{Frame, Words, render};
use crate::part::{Author, Moment, Pager, visible};
use crate::problem::Problem;
use crate::state::AppState;
use crate::timeline::page::PageParams;

/// Rows of a page.
const ROWS: usize = 50;
/// Characters of a post that a row shows.
const SHORT: usize = 160;

#[derive(Template)]
#[template(path = "notifications.html")]
struct NotificationsPage {
    frame: Frame,
    rows: Vec<Row>,
    /// The newest that is shown.
    newest: Option<i64>,
    pager: Pager,
}

struct Row {
    at: Moment,
    by: Author,
    what: &'static str,
    icon: &'static str,
    post: Option<(String, String)>,
    fresh: bool,
}

impl Row {
    fn new(one: Notification, words: &'static Words) -> Row {
        let (what, icon) = match one.kind {
            NotificationKind::Mention => (words.notified_mention, "timeline"),
            NotificationKind::Reply => (words.notified_reply, "reply"),
            NotificationKind::Repost => (words.notified_repost, "repost"),
            NotificationKind::Star => (words.notified_star, "star"),
            NotificationKind::Follow => (words.notified_follow, "person"),
            NotificationKind::HuntPaused => (words.hunts_notified_paused, "hunt"),
            NotificationKind::Channel => (words.notified_channel, "bell"),
        };
        Row {
            at: Moment::at(one.at),
            by: Author::new(&one.by, words),
            what,
            icon,
            post: match (one.post, one.hunt, one.channel) {
                (Some(post), ..) => Some((format!("/post/{}", post.id), post.line(SHORT))),
                (_, Some((id, name)), _) => Some((format!("/hunt/{id}"), visible(&name))),
                (_, _, Some((id, name))) => Some((format!("/channels/{id}"), visible(&name))),
                (None, None, None) => None,
            },
            fresh: one.fresh,
        }
    }
}

/// What others did that one should know of, newest first.
#[utoipa::path(get, path = "/notifications", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let me = frame.account.id;
    let mut all = state
        .store
        .notifications(me, params.cursor, ROWS + 1)
        .await?;
    let more = all.len() > ROWS;
    all.truncate(ROWS);
    let next = all.last().filter(|_| more).map(|one| one.id.to_string());
    let open = params.cursor.map(|cursor| cursor.to_string());
    let page = NotificationsPage {
        newest: all.first().map(|one| one.id),
        pager: Pager::new(
            "/notifications?",
            open.as_deref(),
            next.as_deref(),
            frame.words,
        ),
        rows: all
            .into_iter()
            .map(|one| Row::new(one, frame.words))
            .collect(),
        frame,
    };
    render(StatusCode::OK, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct SeenForm {
    /// All up to this one.
    newest: i64,
}

/// Notes that one looked at them, up to the newest that was shown.
#[utoipa::path(post, path = "/notifications/seen", responses((status = SEE_OTHER)))]
pub(crate) async fn see(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<SeenForm>,
) -> Result<Response, Problem> {
    let me = frame.account.id;
    state.store.see_notifications(me, form.newest).await?;
    Ok(Redirect::to("/notifications").into_response())
}
