//! The page of a source: what it is, how it does, what it is worth, and its receipts.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_collect::recipe::{Bilingual, Recipe};
use noroshi_store::{Quality, Source, now};
use serde::Deserialize;
use utoipa::ToSchema;

use super::api::{SourceChange, apply};
use super::{Health, HealthBadge};
use crate::batch::page::Receipt;
use crate::extract::{FormBody, InPath, Params};
use crate::frame::{Frame, Language, Look, fill, render, thousands};
use crate::manage::{Manager, told};
use crate::part::{Moment, Pager, Sparkline, source_link, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Receipts of a page.
const ROWS: usize = 20;
/// Days of the picture.
const DAYS: usize = 30;

/// A text of a recipe in the reader's language.
pub(crate) fn said(text: &Bilingual, look: &Look) -> String {
    match look.language {
        Language::English => text.en.clone(),
        Language::Japanese => text.ja.clone(),
    }
}

/// What a recipe tells about its publisher.
pub(crate) struct About {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) licence: String,
    pub(crate) attribution: String,
    pub(crate) homepage: Option<String>,
    pub(crate) terms: Option<String>,
    pub(crate) text: String,
}

impl About {
    pub(crate) fn of(recipe: &Recipe, look: &Look) -> About {
        // A recipe is the administrator's word; still nothing but a page of the web is a link.
        let page = |link: &String| link.starts_with("https://").then(|| link.clone());
        About {
            title: said(&recipe.title, look),
            description: said(&recipe.description, look),
            licence: recipe.licence.clone(),
            attribution: recipe.attribution.clone().unwrap_or_default(),
            homepage: page(&recipe.homepage),
            terms: recipe.terms.as_ref().and_then(page),
            text: recipe.text.to_string(),
        }
    }
}

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage {
    frame: Frame,
    source: Source,
    about: Option<About>,
    health: HealthBadge,
    sparkline: Sparkline,
    receipts: Vec<Receipt>,
    pager: Pager,
    quality: Quality,
    audiences: Vec<String>,
    saved: bool,
    error: String,
}

impl SourcePage {
    async fn of(
        frame: Frame,
        state: &AppState,
        name: &str,
        cursor: Option<i64>,
    ) -> Result<SourcePage, Problem> {
        let (store, reader) = (&state.store, frame.reader());
        let source = store.source(&reader, name).await?;
        let asked = store.batches(&reader, Some(name), cursor, ROWS + 1);
        let mut batches = asked.await?;
        let more = batches.len() > ROWS;
        batches.truncate(ROWS);
        let next = batches
            .last()
            .filter(|_| more)
            .map(|last| last.id.to_string());
        let open = cursor.map(|cursor| cursor.to_string());
        let path = format!("{}?", source_link(name));
        let mut activity = store.activity(&reader, DAYS, now(), 0).await?;
        let days = activity.remove(&source.id).unwrap_or_else(|| vec![0; DAYS]);
        let audiences = match frame.manages() {
            true => store.audiences().await?,
            false => Vec::new(),
        };
        let words = frame.words;
        Ok(SourcePage {
            about: state
                .recipes()
                .get(name)
                .map(|recipe| About::of(recipe, &frame)),
            health: HealthBadge {
                health: Health::of(&source),
                words,
            },
            sparkline: Sparkline::new(&days, words),
            receipts: batches
                .into_iter()
                .map(|batch| Receipt::new(batch, words))
                .collect(),
            pager: Pager::new(&path, open.as_deref(), next.as_deref(), words),
            quality: store.quality(&reader, name).await?,
            audiences: audiences
                .into_iter()
                .map(|audience| audience.name)
                .collect(),
            frame,
            source,
            saved: false,
            error: String::new(),
        })
    }

    fn path(&self) -> String {
        source_link(&self.source.name)
    }

    fn search(&self) -> String {
        crate::part::search_link(&format!("source:{}", self.source.name))
    }

    fn tlp(&self) -> &'static str {
        self.source.tlp.name()
    }

    fn tlp_word(&self) -> String {
        format!("TLP:{}", self.source.tlp.name().to_uppercase())
    }

    fn last_run(&self) -> Option<Moment> {
        self.source
            .last_run
            .or(self.source.last_good)
            .map(Moment::at)
    }

    fn next_run(&self) -> Option<Moment> {
        let next = self.source.next_run.filter(|_| self.source.enabled);
        next.map(Moment::at)
    }

    fn last_error(&self) -> String {
        visible(self.source.last_error.as_deref().unwrap_or_default())
    }

    fn percent(part: u64, whole: u64) -> String {
        match whole {
            0 => "–".to_owned(),
            whole => format!("{} %", part * 100 / whole),
        }
    }

    fn unique(&self) -> String {
        SourcePage::percent(self.quality.unique, self.quality.sample)
    }

    fn first(&self) -> String {
        let shared = self.quality.sample - self.quality.unique.min(self.quality.sample);
        SourcePage::percent(self.quality.first, shared)
    }

    fn lead(&self) -> String {
        let words = self.frame.words;
        let Some(lead) = self.quality.lead else {
            return "–".to_owned();
        };
        if lead == 0 {
            return words.same_time.to_owned();
        }
        let hours = lead.unsigned_abs() / 3_600_000_000;
        let (one, many) = match (lead >= 0, hours < 72) {
            (true, true) => (hours, words.hours_earlier),
            (true, false) => (hours / 24, words.days_earlier),
            (false, true) => (hours, words.hours_later),
            (false, false) => (hours / 24, words.days_later),
        };
        fill(many, &[("n", &thousands(one))])
    }

    fn sampled(&self) -> String {
        let words = self.frame.words;
        let text = match self.quality.whole {
            true => words.quality_whole,
            false => words.quality_sampled,
        };
        fill(text, &[("n", &thousands(self.quality.sample))])
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct SourceParams {
    cursor: Option<i64>,
    #[serde(default)]
    saved: bool,
}

/// One source.
#[utoipa::path(get, path = "/source/{name}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    Params(params): Params<SourceParams>,
) -> Result<Response, Problem> {
    let mut page = SourcePage::of(frame, &state, &name, params.cursor).await?;
    page.saved = params.saved;
    render(StatusCode::OK, &page)
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct SourceForm {
    /// `true` or `false`: whether the schedule collects it.
    enabled: Option<bool>,
    audience: Option<String>,
    tlp: Option<String>,
}

/// Switches it on or off, or changes who may read it.
#[utoipa::path(post, path = "/source/{name}", responses((status = SEE_OTHER)))]
pub(crate) async fn change(
    Manager(frame): Manager,
    State(state): State<AppState>,
    InPath(name): InPath<String>,
    FormBody(form): FormBody<SourceForm>,
) -> Result<Response, Problem> {
    let tlp = match form.tlp.as_deref().map(str::parse) {
        None => None,
        Some(Ok(tlp)) => Some(tlp),
        Some(Err(_)) => return Err(Problem::bad_request("this is not a TLP")),
    };
    let orders = SourceChange {
        enabled: form.enabled,
        audience: form.audience,
        tlp,
        ..SourceChange::default()
    };
    // What is not there is so as a page too, and not a fault of the form.
    let mut page = SourcePage::of(frame, &state, &name, None).await?;
    match apply(state, page.frame.reader(), name, orders).await {
        Ok(_) => {
            let next = format!("{}?saved=true", page.path());
            Ok(Redirect::to(&next).into_response())
        }
        Err(problem) => {
            page.error = told(problem)?;
            render(StatusCode::BAD_REQUEST, &page)
        }
    }
}
