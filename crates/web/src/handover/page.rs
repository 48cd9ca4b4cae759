//! The page over HTTP; it can be printed, and sent on a channel.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use noroshi_deliver::{Sheet, SheetPart};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Handover;
use crate::channel::order::courier;
use crate::extract::{FormBody, Params};
use crate::frame::{Frame, Words, fill, render};
use crate::part::{Moment, harmless, source_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverPage {
    frame: Frame,
    sheet: Handover,
    /// By number and name.
    channels: Vec<(String, String)>,
    since: Moment,
    until: Moment,
}

impl HandoverPage {
    fn at(&self, time: &noroshi_lookup::Time) -> Moment {
        Moment::from(*time)
    }

    fn text(&self, text: &str) -> String {
        visible(text)
    }

    fn source(&self, name: &str) -> String {
        source_link(name)
    }

    /// The hit among all of its hunt, at the top.
    fn hit(&self, hunt: &i64, hit: &i64) -> String {
        format!("/hunt/{hunt}?show=all&cursor={}#h-{hit}", hit + 1)
    }

    fn state(&self, state: &str) -> &'static str {
        state_word(state, self.frame.words)
    }
}

fn state_word(state: &str, words: &'static Words) -> &'static str {
    match state {
        "open" | "reopen" => words.handover_open,
        "acknowledged" | "acknowledge" => words.handover_acknowledged,
        "closed" | "close" => words.handover_closed,
        "false_positive" => words.handover_false,
        "assign" => words.handover_assign,
        "mute" => words.handover_mute,
        "late" => words.handover_late,
        _ => words.health_failing,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct SinceParams {
    /// As a field for date and time says it, by the reader's clock as it is set; or in full.
    #[serde(default)]
    since: String,
}

/// What happened since the reader's shift began, or since a time.
#[utoipa::path(get, path = "/handover", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<SinceParams>,
) -> Result<Response, Problem> {
    let since = read(&state, &frame, &params.since).await?;
    let sheet = Handover::of(&state, frame.account.id, since).await?;
    let channels = match frame.writes() {
        true => state.store.channels(&frame.reader()).await?,
        false => Vec::new(),
    };
    let page = HandoverPage {
        channels: channels
            .into_iter()
            .filter(|one| one.owner_id == frame.account.id)
            .map(|one| (one.id.to_string(), visible(&one.name)))
            .collect(),
        since: Moment::from(sheet.since),
        until: Moment::from(sheet.until),
        frame,
        sheet,
    };
    render(StatusCode::OK, &page)
}

/// A time as a form says it; nothing where it says none.
async fn read(state: &AppState, frame: &Frame, text: &str) -> Result<Option<i64>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(Some(at.as_microsecond()));
    }
    let set = state.store.preferences(frame.account.id).await?;
    let zone = set.zone.and_then(|zone| TimeZone::get(&zone).ok());
    let zone = zone.unwrap_or(TimeZone::UTC);
    let at = text.parse::<DateTime>().ok();
    let at = at.and_then(|at| zone.to_ambiguous_timestamp(at).compatible().ok());
    match at {
        Some(at) => Ok(Some(at.as_microsecond())),
        None => Err(Problem::bad_request(format!("{text:?} is no time"))),
    }
}

/// Begins a shift.
#[utoipa::path(post, path = "/handover/begin", responses((status = SEE_OTHER)))]
pub(crate) async fn begin(
    frame: Frame,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    state.store.begin_shift(frame.account.id).await?;
    Ok(Redirect::to("/handover").into_response())
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct SendForm {
    channel: i64,
    /// Since when the sheet is that is looked at.
    since: String,
}

/// Sends the sheet on a channel of one's own.
#[utoipa::path(post, path = "/handover/send", responses((status = SEE_OTHER)))]
pub(crate) async fn send(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<SendForm>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let channel = state.store.channel(&frame.reader(), form.channel).await?;
    if channel.owner_id != frame.account.id {
        return Err(Problem::forbidden(
            "A sheet is sent on a channel of one's own.",
        ));
    }
    let since = read(&state, &frame, &form.since).await?;
    let told = Handover::of(&state, frame.account.id, since).await?;
    // As for hits: what leaves the hub is what everybody whom the channel reaches may read.
    let hits: Vec<i64> = told
        .hits
        .iter()
        .chain(&told.assigned)
        .map(|hit| hit.id)
        .collect();
    let carried = state.store.may_carry(channel.id, hits).await?;
    let alone = channel.audience.is_none();
    let sheet = sheet(&told, frame.words, |hit| carried.contains(&hit), alone);
    let reader = frame.reader();
    courier(&state)?
        .hand_over(&reader, channel.id, &sheet)
        .await?;
    Ok(Redirect::to(&format!("/channels/{}", channel.id)).into_response())
}

/// The sheet in words. Texts that a channel may not carry are left out; posts that ask go only to the reader alone.
fn sheet(
    told: &Handover,
    words: &'static Words,
    carried: impl Fn(i64) -> bool,
    alone: bool,
) -> Sheet {
    let minute = |time| Moment::from(time).minute();
    let hunts = told.hunts.iter().map(|one| {
        format!(
            "{}: {} {}, {} {}, {} {}, {} {}",
            one.name,
            one.open,
            words.handover_open,
            one.acknowledged,
            words.handover_acknowledged,
            one.closed,
            words.handover_closed,
            one.false_positive,
            words.handover_false
        )
    });
    let hit = |one: &super::HitLine| {
        let text = match carried(one.id) {
            true => one.text.as_str(),
            false => words.handover_stays,
        };
        let state = state_word(one.state, words);
        format!("{} UTC {} [{state}] {text}", minute(one.at), one.hunt)
    };
    let decisions = told.decisions.iter().map(|one| {
        let what = state_word(&one.action, words);
        let detail = one.detail.as_deref().unwrap_or_default();
        format!(
            "{} UTC {} {what} #{} {} {detail}",
            minute(one.at),
            one.by,
            one.hit,
            one.hunt
        )
    });
    let questions = told.questions.iter().filter(|_| alone);
    let questions = questions.map(|one| format!("{}: {}", one.from, one.text));
    let sources = told.sources.iter().map(|one| {
        let error = one.error.as_deref().unwrap_or_default();
        format!(
            "{} [{}] {}",
            one.name,
            state_word(one.state, words),
            harmless(error)
        )
    });
    let failed = told.failed.iter();
    let failed = failed.map(|one| format!("{}: {}", one.channel, one.error));
    let parts = [
        (words.handover_hunts, hunts.collect::<Vec<_>>()),
        (words.handover_hits, told.hits.iter().map(hit).collect()),
        (words.handover_decisions, decisions.collect()),
        (
            words.handover_assigned,
            told.assigned.iter().map(hit).collect(),
        ),
        (words.handover_questions, questions.collect()),
        (words.handover_sources, sources.collect()),
        (words.handover_failed, failed.collect()),
    ];
    let gaps: &[(&str, &dyn std::fmt::Display)] =
        &[("from", &minute(told.since)), ("to", &minute(told.until))];
    Sheet {
        heading: fill(words.handover_of, gaps),
        parts: parts
            .into_iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(title, lines)| SheetPart {
                title: title.to_owned(),
                lines,
            })
            .collect(),
    }
}
