//! Writing a hunt: a form that shows what it would have found before it is saved.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_query::Rules;
use noroshi_store::{Hunt, HuntForm, NewHunt, now};
use noroshi_watch::{Cost, Preview};
use serde::Deserialize;

use super::api::BUDGET;
use super::order::zone;
use super::row::SaidCell;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, Words, fill, render, thousands};
use crate::manage::told;
use crate::part::{Moment, Sparkline, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Queries that a preview shows.
const SHOWN: usize = 10;
/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

#[derive(Template)]
#[template(path = "hunt/form.html")]
struct FormPage {
    frame: Frame,
    /// The hunt; nothing while it is new.
    id: Option<i64>,
    draft: Draft,
    audiences: Vec<String>,
    sources: Vec<String>,
    channels: Vec<(i64, String)>,
    preview: Option<Previewed>,
    error: String,
}

/// What the form holds.
struct Draft {
    new: NewHunt,
    /// Days back from which to hunt through the past once it is made; 0 for none, and all there are where it is
    /// more than a lifetime.
    days: i64,
}

struct Previewed {
    told: String,
    sparkline: Sparkline,
    queries: Vec<String>,
    rows: Vec<(Moment, SaidCell)>,
    complete: bool,
    took: String,
    cost: String,
    asks_all: bool,
}

impl FormPage {
    fn path(&self) -> String {
        match self.id {
            Some(id) => format!("/hunt/{id}/edit"),
            None => "/hunt/new".to_owned(),
        }
    }

    fn is(&self, form: &str) -> bool {
        self.draft.new.form.name() == form
    }

    fn rule(&self, name: &str) -> bool {
        Rules::named(name).is_some_and(|rule| self.draft.new.rules.has(rule))
    }

    fn shared(&self, name: &str) -> bool {
        self.draft.new.audience.as_deref() == Some(name)
    }

    fn tells(&self, id: &i64) -> bool {
        self.draft.new.channels.contains(id)
    }

    fn drives(&self, name: &str) -> bool {
        self.draft.new.drives.iter().any(|one| one == name)
    }
}

/// The boxes of the form are named for what they stand for: `rule:typo`, `source:NAME`, `channel:7`.
type Ticked = BTreeMap<String, String>;

impl Draft {
    fn read(form: &Ticked) -> Draft {
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let under = |prefix: &'static str| {
            form.keys()
                .filter_map(move |name| name.strip_prefix(prefix))
                .map(str::to_owned)
        };
        let rules = under("rule:").filter_map(|name| Rules::named(&name));
        let written = HuntForm::ALL
            .into_iter()
            .find(|one| one.name() == text("form"));
        Draft {
            new: NewHunt {
                name: text("name").trim().to_owned(),
                form: written.unwrap_or_default(),
                words: text("words").replace("\r\n", "\n"),
                rules: rules.fold(Rules::NONE, Rules::and),
                audience: Some(text("audience").to_owned()).filter(|name| !name.is_empty()),
                enabled: form.contains_key("enabled"),
                channels: under("channel:").filter_map(|id| id.parse().ok()).collect(),
                drives: under("source:").collect(),
            },
            days: text("days").parse().unwrap_or(0),
        }
    }

    fn of(hunt: Hunt) -> Draft {
        Draft {
            new: NewHunt {
                name: hunt.name,
                form: hunt.form,
                words: hunt.words,
                rules: hunt.rules,
                audience: hunt.audience,
                enabled: hunt.enabled,
                channels: hunt.channels,
                drives: hunt.drives,
            },
            days: 0,
        }
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewParams {
    /// A query to begin with.
    #[serde(default)]
    words: String,
}

/// The form of a new hunt.
#[utoipa::path(get, path = "/hunt/new", responses((status = OK)))]
pub(crate) async fn blank(
    frame: Frame,
    State(state): State<AppState>,
    Params(params): Params<NewParams>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    let draft = Draft {
        new: NewHunt {
            words: params.words,
            enabled: true,
            ..NewHunt::default()
        },
        days: 0,
    };
    show(frame, &state, None, draft, None, String::new()).await
}

/// The form of a hunt that is there.
#[utoipa::path(get, path = "/hunt/{id}/edit", responses((status = OK)))]
pub(crate) async fn open(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
) -> Result<Response, Problem> {
    let hunt = changeable(&frame, &state, id).await?;
    show(
        frame,
        &state,
        Some(id),
        Draft::of(hunt),
        None,
        String::new(),
    )
    .await
}

async fn changeable(frame: &Frame, state: &AppState, id: i64) -> Result<Hunt, Problem> {
    let hunt = state.store.hunt(&frame.reader(), id).await?;
    frame.must_write()?;
    match hunt.owner_id == frame.account.id || frame.manages() {
        true => Ok(hunt),
        false => Err(Problem::forbidden(
            "Only its owner or an administrator changes a hunt.",
        )),
    }
}

/// Makes a hunt, or shows what it would have found.
#[utoipa::path(post, path = "/hunt/new", responses((status = SEE_OTHER)))]
pub(crate) async fn add(
    frame: Frame,
    State(state): State<AppState>,
    FormBody(form): FormBody<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    frame.must_write()?;
    send(frame, state, None, form).await
}

/// Changes a hunt, or shows what it would have found.
#[utoipa::path(post, path = "/hunt/{id}/edit", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    frame: Frame,
    State(state): State<AppState>,
    InPath(id): InPath<i64>,
    FormBody(form): FormBody<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    changeable(&frame, &state, id).await?;
    send(frame, state, Some(id), form).await
}

async fn send(
    frame: Frame,
    state: AppState,
    id: Option<i64>,
    form: Ticked,
) -> Result<Response, Problem> {
    let draft = Draft::read(&form);
    let reader = frame.reader();
    if form.get("do").is_none_or(|what| what != "save") {
        return match previewed(&frame, &state, &draft).await {
            Ok(preview) => show(frame, &state, id, draft, Some(preview), String::new()).await,
            Err(problem) => {
                let error = told(problem)?;
                show(frame, &state, id, draft, None, error).await
            }
        };
    }
    let saved = match id {
        Some(id) => {
            state
                .store
                .change_hunt(&reader, id, draft.new.clone())
                .await
        }
        None => {
            state
                .store
                .add_hunt(frame.account.id, draft.new.clone())
                .await
        }
    };
    match saved {
        Ok(hunt) => {
            if draft.days > 0 {
                let since = now().saturating_sub(draft.days.saturating_mul(DAY)).max(0);
                state.store.hunt_past(&reader, hunt.id, since).await?;
            }
            Ok(Redirect::to(&format!("/hunt/{}", hunt.id)).into_response())
        }
        Err(error) => {
            let error = told(error)?;
            show(frame, &state, id, draft, None, error).await
        }
    }
}

async fn previewed(frame: &Frame, state: &AppState, draft: &Draft) -> Result<Previewed, Problem> {
    let zone = zone(&state.store, frame.account.id).await?;
    let queries = draft.new.queries(&zone)?;
    let reader = frame.reader();
    let preview = noroshi_watch::preview(&state.store, &reader, &queries, BUDGET).await?;
    let shown = queries
        .iter()
        .take(SHOWN)
        .map(|query| visible(&query.to_string()));
    Ok(Previewed {
        queries: shown.collect(),
        ..Previewed::new(&preview, state, frame)
    })
}

impl Previewed {
    fn new(preview: &Preview, state: &AppState, frame: &Frame) -> Previewed {
        let words = frame.words;
        let hits = match preview.complete {
            true => thousands(preview.hits),
            false => format!("{}+", thousands(preview.hits)),
        };
        Previewed {
            told: fill(words.hunts_preview_told, &[("n", &hits)]),
            sparkline: Sparkline::new(&preview.days, words),
            queries: Vec::new(),
            rows: preview
                .samples
                .iter()
                .map(|sample| SaidCell::of_sample(sample, state, frame))
                .collect(),
            complete: preview.complete,
            took: fill(
                words.hunts_preview_took,
                &[("ms", &thousands(preview.took.as_millis() as u64))],
            ),
            cost: cost(preview.cost, words),
            asks_all: preview.cost.asks_all,
        }
    }
}

fn cost(cost: Cost, words: &'static Words) -> String {
    match cost.asks_all {
        true => words.hunts_cost_all.to_owned(),
        false => fill(
            words.hunts_cost,
            &[("n", &thousands(cost.of_ten_thousand.into()))],
        ),
    }
}

async fn show(
    frame: Frame,
    state: &AppState,
    id: Option<i64>,
    draft: Draft,
    preview: Option<Previewed>,
    error: String,
) -> Result<Response, Problem> {
    let audiences = state.store.audiences_of(frame.account.id).await?;
    let sources = state.store.sources(&frame.reader()).await?;
    let channels = channels(&frame, state, id).await?;
    let status = match error.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::BAD_REQUEST,
    };
    let page = FormPage {
        audiences: audiences
            .into_iter()
            .map(|audience| audience.name)
            .collect(),
        sources: drivable(state, sources, &draft.new.drives),
        channels,
        frame,
        id,
        draft,
        preview,
        error,
    };
    render(status, &page)
}

/// Channels of the hunt's owner, with their names.
async fn channels(
    frame: &Frame,
    state: &AppState,
    id: Option<i64>,
) -> Result<Vec<(i64, String)>, Problem> {
    let reader = frame.reader();
    let owner = match id {
        Some(id) => state.store.hunt(&reader, id).await?.owner_id,
        None => frame.account.id,
    };
    let channels = state.store.channels(&reader).await?.into_iter();
    let own = channels.filter(|channel| channel.owner_id == owner);
    Ok(own
        .map(|channel| (channel.id, visible(&channel.name)))
        .collect())
}

/// Those of the sources whose search or subscription can be the words of hunts.
fn drivable(
    state: &AppState,
    sources: Vec<noroshi_store::Source>,
    driven: &[String],
) -> Vec<String> {
    let names = sources.into_iter().map(|source| source.name);
    let recipes = state.recipes();
    let can = |name: &String| {
        let recipe = recipes.get(name);
        recipe.is_some_and(|recipe| recipe.drive.is_some())
    };
    names
        .filter(|name| can(name) || driven.contains(name))
        .collect()
}
