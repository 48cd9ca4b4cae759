//! The list of hunts over HTTP.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_store::{Hunt, MOST_COUNTED, now};

use crate::extract::Params;
use crate::frame::{Frame, render, thousands};
use crate::part::{Moment, Pager, Sparkline, account_link, visible};
use crate::problem::Problem;
use crate::state::AppState;
use crate::timeline::page::PageParams;

/// Rows of a page.
const ROWS: usize = 100;
/// Days of a sparkline.
pub(super) const DAYS: usize = 30;

#[derive(Template)]
#[template(path = "hunt/hunts.html")]
struct HuntsPage {
    frame: Frame,
    rows: Vec<Row>,
    pager: Pager,
}

struct Row {
    href: String,
    name: String,
    /// Somebody else's.
    owner: Option<(String, String)>,
    shared: Option<String>,
    query: String,
    open: String,
    last: Option<Moment>,
    sparkline: Sparkline,
    standing: Standing,
}

/// How a hunt stands.
pub(super) struct Standing {
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) at: Option<Moment>,
}

impl Standing {
    pub(super) fn of(hunt: &Hunt, frame: &Frame) -> Standing {
        let words = frame.words;
        let muted = hunt.muted_until.filter(|until| *until > now());
        let (word, class, at) = match (hunt.paused, hunt.enabled, muted) {
            (Some(at), ..) => (words.hunts_paused, "listed", Some(at)),
            (None, false, _) => (words.hunts_off, "unknown", None),
            (None, true, Some(until)) => (words.hunts_muted_until, "expired", Some(until)),
            (None, true, None) => (words.hunts_on, "delisted", None),
        };
        Standing {
            word,
            class,
            at: at.map(Moment::at),
        }
    }
}

/// A number of hits, counted up to a point.
pub(super) fn counted(open: i64) -> String {
    match open >= MOST_COUNTED {
        true => format!("{}+", thousands((MOST_COUNTED - 1).unsigned_abs())),
        false => thousands(open.unsigned_abs()),
    }
}

/// What a hunt looks for, in a line.
pub(super) fn in_a_line(hunt: &Hunt) -> String {
    let line: String = hunt.words.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(120).collect();
    match short.len() < line.len() {
        true => format!("{}…", visible(&short)),
        false => visible(&short),
    }
}

/// One's own hunts and those that are shared with one.
#[utoipa::path(get, path = "/hunts", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let reader = frame.reader();
    let mut hunts = state
        .store
        .hunts(&reader, None, params.cursor, ROWS + 1)
        .await?;
    let more = hunts.len() > ROWS;
    hunts.truncate(ROWS);
    let next = hunts
        .last()
        .filter(|_| more)
        .map(|hunt| hunt.id.to_string());
    let ids = hunts.iter().map(|hunt| hunt.id).collect();
    let days = state.store.hunt_days(&reader, ids, DAYS).await?.into_iter();
    let days: HashMap<i64, Vec<u64>> = days.map(|one| (one.hunt, one.days)).collect();
    let quiet = [0; DAYS];
    let rows = hunts.iter().map(|hunt| Row {
        href: format!("/hunt/{}", hunt.id),
        name: visible(&hunt.name),
        owner: (hunt.owner_id != frame.account.id)
            .then(|| (account_link(&hunt.owner), hunt.owner.clone())),
        shared: hunt
            .audience
            .as_deref()
            .map(|name| crate::part::audience_word(name, &frame)),
        query: in_a_line(hunt),
        open: counted(hunt.open),
        last: hunt.last_hit.map(Moment::at),
        sparkline: Sparkline::new(
            days.get(&hunt.id).map_or(&quiet[..], Vec::as_slice),
            frame.words,
        ),
        standing: Standing::of(hunt, &frame),
    });
    let open = params.cursor.map(|cursor| cursor.to_string());
    let page = HuntsPage {
        rows: rows.collect(),
        pager: Pager::new("/hunts?", open.as_deref(), next.as_deref(), frame.words),
        frame,
    };
    render(StatusCode::OK, &page)
}
