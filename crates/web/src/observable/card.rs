//! The card of a value: the short of it, for whoever hovers over a chip.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use noroshi_lookup::Verdict;

use super::in_address;
use crate::extract::InPath;
use crate::frame::{Frame, render};
use crate::part::{Moment, VerdictLine, kind_word, visible};
use crate::problem::Problem;
use crate::state::AppState;

/// Names of each sort that a card shows.
const SHOWN: usize = 6;

#[derive(Template)]
#[template(path = "card.html")]
struct Card {
    frame: Frame,
    kind: &'static str,
    shown: String,
    verdict: VerdictLine,
    first: Option<Moment>,
    last: Option<Moment>,
    /// A word, and what stands under it.
    facts: Vec<(&'static str, Vec<String>)>,
}

/// A piece of a page. Cost: the listings of one value.
#[utoipa::path(get, path = "/card/{kind}/{*value}", responses((status = OK)))]
pub(crate) async fn show(
    frame: Frame,
    State(state): State<AppState>,
    InPath((kind, value)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let observable = in_address(&kind, &value)?;
    let found = state
        .store
        .known(&frame.reader(), vec![observable.clone()])
        .await?;
    let verdict = found.first().map(Verdict::about).unwrap_or_default();
    let warned: Vec<String> = state
        .warninglists
        .hits(&observable)
        .into_iter()
        .map(|hit| hit.list.name.clone())
        .collect();
    let words = frame.words;
    let some = |names: &[String]| names.iter().take(SHOWN).map(|name| visible(name)).collect();
    let mut facts: Vec<(&'static str, Vec<String>)> = vec![
        (words.warninglists, some(&warned)),
        (words.sources, some(&verdict.sources)),
        (words.family, some(&verdict.families)),
        (words.tags, some(&verdict.tags)),
    ];
    facts.retain(|(_, names)| !names.is_empty());
    let card = Card {
        kind: kind_word(observable.kind(), words),
        shown: visible(&observable.defanged()),
        verdict: VerdictLine::new(&verdict, !warned.is_empty(), words),
        first: verdict.first_seen.map(Moment::from),
        last: verdict.last_seen.map(Moment::from),
        facts,
        frame,
    };
    render(StatusCode::OK, &card)
}
