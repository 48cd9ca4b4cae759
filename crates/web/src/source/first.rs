//! Choosing what to collect: the sources that there are recipes for, with their terms.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_collect::key_variable;

use super::api::{SourceChange, apply};
use super::page::About;
use crate::extract::FormBody;
use crate::frame::{Frame, fill, render};
use crate::manage::Manager;
use crate::problem::Problem;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "first.html")]
struct FirstPage {
    frame: Frame,
    groups: Vec<(&'static str, Vec<Offer>)>,
    collects: bool,
}

struct Offer {
    name: String,
    about: About,
    chosen: bool,
    /// What is needed before it can be collected.
    needs: String,
}

/// Every source that there is a recipe for and that the reader sees.
#[utoipa::path(get, path = "/welcome/sources", responses((status = OK)))]
pub(crate) async fn show(
    Manager(frame): Manager,
    State(state): State<AppState>,
) -> Result<Response, Problem> {
    let words = frame.words;
    let kept = state.store.sources(&frame.reader()).await?;
    let fresh = kept.iter().all(|source| !source.enabled);
    let kept: HashMap<&str, bool> = kept
        .iter()
        .map(|source| (source.name.as_str(), source.enabled))
        .collect();
    let (mut suggested, mut free, mut keyed) = (Vec::new(), Vec::new(), Vec::new());
    for recipe in state.recipes().iter() {
        let Some(enabled) = kept.get(recipe.name.as_str()) else {
            continue;
        };
        let needs = match recipe.needs_key() {
            false => String::new(),
            true => fill(words.needs_key, &[("n", &key_variable(&recipe.name))]),
        };
        let group = match (recipe.enabled, needs.is_empty()) {
            (true, _) => &mut suggested,
            (false, true) => &mut free,
            (false, false) => &mut keyed,
        };
        group.push(Offer {
            name: recipe.name.clone(),
            about: About::of(recipe, &frame),
            chosen: if fresh { recipe.enabled } else { *enabled },
            needs,
        });
    }
    let groups = vec![
        (words.offer_suggested, suggested),
        (words.offer_free, free),
        (words.offer_keyed, keyed),
    ];
    let page = FirstPage {
        groups: groups
            .into_iter()
            .filter(|(_, offers)| !offers.is_empty())
            .collect(),
        collects: state.settings.collects,
        frame,
    };
    render(StatusCode::OK, &page)
}

/// Switches the chosen ones on, to be collected at once, and the others off.
#[utoipa::path(post, path = "/welcome/sources", responses((status = SEE_OTHER)))]
pub(crate) async fn choose(
    Manager(frame): Manager,
    State(state): State<AppState>,
    FormBody(chosen): FormBody<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let reader = frame.reader();
    for source in state.store.sources(&reader).await? {
        let wanted = chosen.contains_key(&source.name);
        if state.recipes().get(&source.name).is_none() || source.enabled == wanted {
            continue;
        }
        let orders = SourceChange {
            enabled: Some(wanted),
            ..SourceChange::default()
        };
        apply(state.clone(), reader.clone(), source.name, orders).await?;
    }
    Ok(Redirect::to("/progress").into_response())
}
