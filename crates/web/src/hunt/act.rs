//! What the page of a hunt sends: something to do about hits, or about the hunt.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_store::HitAction;

use super::hits::{HitsParams, page};
use super::order::zone;
use crate::extract::{FormBody, InPath};
use crate::frame::{Frame, local};
use crate::manage::told;
use crate::problem::Problem;
use crate::state::AppState;

/// A day, in seconds.
const DAY: u32 = 86_400;

/// A form: boxes that are ticked are named for what they stand for.
type Ticked = BTreeMap<String, String>;

/// Does something about one hit, or about those that are chosen.
#[utoipa::path(post, path = "/hunt/{id}/hits", responses((status = SEE_OTHER)))]
pub(crate) async fn hits(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    state.store.hunt(&frame.reader(), id).await?;
    frame.must_write()?;
    let me = &frame.account;
    let (what, hits) = match form.get("one").and_then(|one| one.split_once(':')) {
        Some((what, hit)) => (what, hit.parse().ok().into_iter().collect()),
        None => {
            let what = form.get("all").map(String::as_str).unwrap_or_default();
            (what, chosen(&form))
        }
    };
    let to = form
        .get("to")
        .map(|name| name.trim().trim_start_matches('@').to_owned());
    let action = match what {
        "acknowledge" => HitAction::Acknowledge,
        "close" => HitAction::Close,
        "false_positive" => HitAction::FalsePositive,
        "reopen" => HitAction::Reopen,
        "mine" => HitAction::Assign(Some(me.name.clone())),
        "assign" => HitAction::Assign(to.filter(|name| !name.is_empty())),
        "mute" => HitAction::Mute(None),
        _ => {
            return Err(Problem::bad_request(
                "there is no such thing to do about hits",
            ));
        }
    };
    match state.store.act_on_hits(me.id, hits, action).await {
        Ok(_) => {
            let next = form.get("next").map(String::as_str).unwrap_or_default();
            let next = if next.is_empty() {
                format!("/hunt/{id}")
            } else {
                local(next).to_owned()
            };
            Ok(Redirect::to(&next).into_response())
        }
        Err(error) => page(frame, &state, id, HitsParams::default(), None, told(error)?).await,
    }
}

/// The hits whose boxes are ticked.
fn chosen(form: &Ticked) -> Vec<i64> {
    let ticked = form.keys().filter_map(|name| name.strip_prefix("hit:"));
    ticked.filter_map(|id| id.parse().ok()).collect()
}

/// Switches, mutes or deletes a hunt, sends it through the past, or gives its feed an address.
#[utoipa::path(post, path = "/hunt/{id}/change", responses((status = SEE_OTHER)))]
pub(crate) async fn hunt(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let (store, reader) = (&state.store, frame.reader());
    store.hunt(&reader, id).await?;
    frame.must_write()?;
    let what = form.get("do").map(String::as_str).unwrap_or_default();
    let done: Result<(), Problem> = match what {
        "on" | "off" => store
            .switch_hunt(&reader, id, what == "on")
            .await
            .map(drop)
            .map_err(Problem::from),
        "mute" | "unmute" => {
            let until = (what == "mute").then(|| super::api::later(DAY));
            store
                .mute_hunt(&reader, id, until)
                .await
                .map(drop)
                .map_err(Problem::from)
        }
        "delete" => {
            store.delete_hunt(&reader, id).await?;
            return Ok(Redirect::to("/hunts").into_response());
        }
        "past" => past(&frame, &state, id, &form).await,
        "cancel" => match form.get("job").and_then(|job| job.parse().ok()) {
            Some(job) => store
                .cancel_job(&reader, job)
                .await
                .map(drop)
                .map_err(Problem::from),
            None => Err(Problem::bad_request("there is no such job")),
        },
        "unfeed" => store
            .set_hunt_feed(&reader, id, false)
            .await
            .map(drop)
            .map_err(Problem::from),
        "feed" => {
            let secret = store.set_hunt_feed(&reader, id, true).await?;
            let path = secret.map(|secret| format!("/feed/hunt/{secret}"));
            return page(
                frame,
                &state,
                id,
                HitsParams::default(),
                path,
                String::new(),
            )
            .await;
        }
        _ => Err(Problem::bad_request(
            "there is no such thing to do about a hunt",
        )),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/hunt/{id}")).into_response()),
        Err(problem) => {
            page(
                frame,
                &state,
                id,
                HitsParams::default(),
                None,
                told(problem)?,
            )
            .await
        }
    }
}

async fn past(frame: &Frame, state: &AppState, id: i64, form: &Ticked) -> Result<(), Problem> {
    let wrong = || Problem::bad_request("a date is written as 2026-11-01");
    let day: jiff::civil::Date = form
        .get("since")
        .and_then(|day| day.parse().ok())
        .ok_or_else(wrong)?;
    let zone = zone(&state.store, frame.account.id).await?;
    let start = day.to_zoned(zone).map_err(|_| wrong())?;
    let since = start.timestamp().as_microsecond();
    state.store.hunt_past(&frame.reader(), id, since).await?;
    Ok(())
}
