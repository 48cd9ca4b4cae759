//! The page over HTTP.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use noroshi_indicator::{Detected, Kind, Observable};
use noroshi_lookup::{Answer, Listing, Related, Tie};
use noroshi_query::Term;

use super::timeline::Timeline;
use super::{in_address, tie_word};
use crate::extract::InPath;
use crate::frame::{Frame, render, thousands};
use crate::part::{
    Badge, Mark, Moment, PostLines, Rows, VerdictLine, encoded, harmless, icon, kind_word,
    observable_link, search_link, source_link, visible,
};
use crate::problem::Problem;
use crate::state::AppState;
use crate::vulnerability::{Dossier, VulnerabilityPart};

#[derive(Template)]
#[template(path = "observable.html")]
struct ObservablePage {
    frame: Frame,
    kind: &'static str,
    icon: &'static str,
    value: String,
    defanged: String,
    shown: String,
    /// The name in its own script, where that says more.
    display: Option<String>,
    verdict: VerdictLine,
    warnings: Vec<(String, String, bool)>,
    first: Option<Moment>,
    last: Option<Moment>,
    timeline: Timeline,
    /// What publishers say of a vulnerability.
    vulnerability: Option<VulnerabilityPart>,
    statements: Vec<Statement>,
    posts: PostLines,
    post_count: String,
    related: Vec<RelatedGroup>,
    related_count: String,
    /// The search that finds all posts.
    all_posts: String,
    complete: bool,
    raw: String,
    export: String,
}

struct Statement {
    source: String,
    source_href: String,
    badge: Badge,
    tlp: String,
    first: Moment,
    last: Moment,
    port: Option<u16>,
    family: Option<String>,
    tags: Vec<(String, String)>,
    confidence: Option<u8>,
    note: Option<String>,
    reference: Option<String>,
}

struct RelatedGroup {
    title: &'static str,
    count: String,
    rows: Rows,
    /// The search that finds all, where more are there than are shown.
    all: Option<String>,
}

/// Everything about one value.
#[utoipa::path(get, path = "/observable/{kind}/{*value}", responses((status = OK)))]
pub(crate) async fn show(
    mut frame: Frame,
    State(state): State<AppState>,
    InPath((kind, value)): InPath<(String, String)>,
) -> Result<Response, Problem> {
    let observable = in_address(&kind, &value)?;
    // A value has one address, whatever spelling led here.
    if observable.value() != value || observable.kind().name() != kind {
        return Ok(Redirect::to(&observable_link(&observable)).into_response());
    }
    let detected = Detected {
        observable: observable.clone(),
        port: None,
        suspicious: false,
    };
    let (store, lists, reader) = (&state.store, &state.warninglists, frame.reader());
    let answer = noroshi_lookup::about(store, lists, &reader, detected).await?;
    frame.query = observable.defanged();
    let vulnerability = match observable.kind() {
        Kind::Cve => {
            let (listings, language) = (&answer.listings, frame.language.tag());
            let dossier = Dossier::of(&state, &reader, &observable, listings, language).await?;
            VulnerabilityPart::of(&state, &frame, &dossier).await?
        }
        _ => None,
    };
    let mut page = ObservablePage::new(frame, &observable, &answer, &state)?;
    page.vulnerability = vulnerability;
    render(StatusCode::OK, &page)
}

impl ObservablePage {
    fn new(
        frame: Frame,
        observable: &Observable,
        answer: &Answer,
        state: &AppState,
    ) -> Result<ObservablePage, Problem> {
        let words = frame.words;
        let verdict = &answer.verdict;
        let warned = !answer.warninglists.is_empty();
        let value = &answer.observable;
        let warnings = answer.warninglists.iter();
        let statements = answer.listings.iter();
        let related = answer.related.iter();
        let raw = serde_json::to_string_pretty(answer);
        let exactly = Term::Value(observable.value().to_owned());
        Ok(ObservablePage {
            kind: kind_word(observable.kind(), words),
            icon: icon(observable.kind()),
            value: value.value.clone(),
            shown: visible(&value.defanged),
            defanged: value.defanged.clone(),
            display: (value.display != value.value).then(|| visible(&value.display)),
            verdict: VerdictLine::new(verdict, warned, words),
            warnings: warnings
                .map(|one| {
                    (
                        visible(&one.name),
                        visible(&one.description),
                        one.through_host,
                    )
                })
                .collect(),
            first: verdict.first_seen.map(Moment::from),
            last: verdict.last_seen.map(Moment::from),
            timeline: Timeline::new(&answer.listings),
            vulnerability: None,
            statements: statements.map(|one| Statement::new(one, &frame)).collect(),
            posts: PostLines::of_mentions(&answer.posts),
            post_count: thousands(verdict.posts as u64),
            all_posts: search_link(&format!("{exactly} in:post")),
            related: related
                .map(|one| RelatedGroup::new(observable, one, answer.complete, state, &frame))
                .collect(),
            related_count: about(
                answer.related.iter().map(|one| one.count).sum(),
                answer.complete,
            ),
            complete: answer.complete,
            raw: visible_lines(&raw.map_err(|error| Problem::internal(&error))?),
            export: format!("/search/export?q={}", encoded(&exactly.to_string())),
            frame,
        })
    }
}

/// As [`visible`], but lines stay lines.
fn visible_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(visible).collect();
    lines.join("\n")
}

impl Statement {
    fn new(listing: &Listing, frame: &Frame) -> Statement {
        let optional = |text: &Option<String>| text.as_deref().map(visible);
        let tags = listing.tags.iter().map(|tag| {
            let href = search_link(&Term::Tag(tag.clone()).to_string());
            (visible(tag), href)
        });
        Statement {
            source: visible(&listing.source),
            source_href: source_link(&listing.source),
            badge: Badge {
                mark: Mark::of(Some(listing.state), false),
                words: frame.words,
            },
            tlp: listing.tlp.name().to_uppercase(),
            first: listing.first_seen.into(),
            last: listing.last_seen.into(),
            port: listing.port,
            family: optional(&listing.family),
            tags: tags.collect(),
            confidence: listing.confidence,
            note: optional(&listing.note),
            reference: listing.reference.as_deref().map(harmless),
        }
    }
}

impl RelatedGroup {
    fn new(
        asked: &Observable,
        related: &Related,
        complete: bool,
        state: &AppState,
        frame: &Frame,
    ) -> RelatedGroup {
        let values = related.values.iter().map(|one| {
            let (kind, value) = (one.observable.kind, one.observable.value.clone());
            (Observable::from_canonical(kind, value), one.verdict.clone())
        });
        let values: Vec<_> = values.collect();
        let rows = values.iter().map(|(one, verdict)| {
            let warned = !state.warninglists.hits(one).is_empty();
            (one, verdict.clone(), warned)
        });
        RelatedGroup {
            title: tie_word(related.tie, frame.words),
            count: about(related.count, complete),
            rows: Rows::new(rows, frame),
            all: (related.count > related.values.len() as u64)
                .then(|| all(asked, related.tie))
                .flatten(),
        }
    }
}

/// A number, or at least that.
fn about(count: u64, complete: bool) -> String {
    let more = if complete { "" } else { "+" };
    format!("{}{more}", thousands(count))
}

/// The search for all that stand in a tie, for the ties in which many can.
fn all(asked: &Observable, tie: Tie) -> Option<String> {
    let domain = |of: &Observable| Term::Domain(of.clone()).to_string();
    let query = match (tie, asked.kind()) {
        (Tie::Subdomain, Kind::Domain) => format!("{} kind:domain", domain(asked)),
        (Tie::UrlOnHost, Kind::Domain) => format!("{} kind:url", domain(asked)),
        (Tie::InsideNetwork | Tie::UrlOnHost, Kind::Cidr) => Term::Cidr(asked.clone()).to_string(),
        (Tie::SameRegisteredDomain, _) => domain(&asked.registered_domain()?),
        _ => return None,
    };
    Some(search_link(&query))
}
