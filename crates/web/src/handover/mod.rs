//! The hand-over sheet: what happened since a shift began, with the eyes of whoever reads it.

pub(crate) mod api;
pub(crate) mod page;

use noroshi_exchange::post::plain;
use noroshi_lookup::Time;
use noroshi_store::{HitFilter, HitState, Reader, Said, Source, now};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::AppState;

/// The most of anything that a sheet lists.
const MOST: usize = 100;
/// Characters of a text.
const SHORT: usize = 160;
/// A sheet without a shift is of so long, in microseconds: eight hours.
const SHIFT: i64 = 8 * 3_600_000_000;
/// The longest time that a sheet is of: 31 days.
const LONGEST: i64 = 31 * 86_400_000_000;
/// A source is late when it is so much past its time, in microseconds: an hour.
const LATE: i64 = 3_600_000_000;

/// What happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Handover {
    /// Since then.
    pub since: Time,
    /// Until then.
    pub until: Time,
    /// How much each hunt found; most open ones first.
    pub hunts: Vec<HuntLine>,
    /// Hits: open ones first, then the newest; 100 at most.
    pub hits: Vec<HitLine>,
    /// What people did about hits, the newest first; 100 at most.
    pub decisions: Vec<DecisionLine>,
    /// Open hits that the reader is to see to.
    pub assigned: Vec<HitLine>,
    /// Posts that ask something and have no answer.
    pub questions: Vec<QuestionLine>,
    /// Sources that are late or failing.
    pub sources: Vec<SourceLine>,
    /// Messages that were given up.
    pub failed: Vec<FailedLine>,
}

/// How much a hunt found.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HuntLine {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Hits that nobody looked at.
    pub open: i64,
    /// Hits that somebody is at.
    pub acknowledged: i64,
    /// Hits that are done.
    pub closed: i64,
    /// Hits that were nothing.
    pub false_positive: i64,
}

/// A hit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HitLine {
    /// Its number.
    pub id: i64,
    /// Its hunt's number.
    pub hunt_id: i64,
    /// Its hunt's name.
    pub hunt: String,
    /// When it was found.
    pub at: Time,
    /// `open`, `acknowledged`, `closed` or `false_positive`.
    pub state: &'static str,
    /// Who is to see to it.
    pub assignee: Option<String>,
    /// What was found, shortly.
    pub text: String,
}

/// Something that was done about a hit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DecisionLine {
    /// When.
    pub at: Time,
    /// Who did it.
    pub by: String,
    /// `acknowledge`, `close`, `false_positive`, `reopen`, `assign` or `mute`.
    pub action: String,
    /// To whom it was given, until when it is quiet.
    pub detail: Option<String>,
    /// The hit.
    pub hit: i64,
    /// Its hunt's number.
    pub hunt_id: i64,
    /// Its hunt's name.
    pub hunt: String,
}

/// A post that asks something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuestionLine {
    /// The post.
    pub post: i64,
    /// Who asks.
    pub from: String,
    /// When.
    pub at: Time,
    /// What, shortly.
    pub text: String,
}

/// A source that is late or failing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SourceLine {
    /// Its name.
    pub name: String,
    /// `failing`, or `late`.
    pub state: &'static str,
    /// Its last good run.
    pub last_good: Option<Time>,
    /// Failed tries since.
    pub failures: i64,
    /// Why the last one failed.
    pub error: Option<String>,
}

/// A message that was given up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FailedLine {
    /// Its number.
    pub delivery: i64,
    /// Its channel's number.
    pub channel_id: i64,
    /// Its channel's name.
    pub channel: String,
    /// When it was made.
    pub at: Time,
    /// How many hits it tells of.
    pub hits: i64,
    /// Why.
    pub error: String,
}

impl Handover {
    /// Since a time, or since the reader's shift began, or else of the last eight hours.
    pub(crate) async fn of(
        state: &AppState,
        account: i64,
        since: Option<i64>,
    ) -> Result<Handover, Problem> {
        let (store, reader, until) = (&state.store, Reader::account(account), now());
        let since = match since {
            Some(since) => since,
            None => store.shift(account).await?.unwrap_or(until - SHIFT),
        };
        let since = since.clamp(until - LONGEST, until);
        let hits = store.hits_since(&reader, since, MOST).await?;
        let mut assigned = Vec::new();
        for wanted in [HitState::Open, HitState::Acknowledged] {
            let filter = HitFilter {
                state: Some(wanted),
                assignee: Some(account),
                ..HitFilter::default()
            };
            assigned.extend(store.hit_page(&reader, filter, None, MOST).await?.hits);
        }
        let deeds = store.deeds_since(&reader, since, MOST).await?;
        let questions = store.questions_since(&reader, since, MOST).await?;
        Ok(Handover {
            since: Time(since),
            until: Time(until),
            hunts: hunts(state, &reader, since).await?,
            hits: hits.iter().map(hit).collect(),
            decisions: deeds.into_iter().map(decision).collect(),
            assigned: assigned.iter().map(hit).collect(),
            questions: questions.iter().map(question).collect(),
            sources: sources(state, &reader, until).await?,
            failed: failed(state, &reader, since).await?,
        })
    }
}

async fn hunts(state: &AppState, reader: &Reader, since: i64) -> Result<Vec<HuntLine>, Problem> {
    let counts = state.store.hunt_counts(reader, since).await?;
    let line = |one: noroshi_store::HuntCount| {
        let [open, acknowledged, closed, false_positive] = one.counts;
        HuntLine {
            id: one.hunt.id,
            name: one.hunt.name,
            open,
            acknowledged,
            closed,
            false_positive,
        }
    };
    Ok(counts.into_iter().map(line).collect())
}

fn hit(hit: &noroshi_store::Hit) -> HitLine {
    let text = match &hit.said {
        Some(Said::Post(post)) => plain(&post.text, SHORT),
        Some(Said::Listing(listing)) => {
            format!("{} ({})", listing.observable.defanged(), listing.source)
        }
        None => String::new(),
    };
    HitLine {
        id: hit.id,
        hunt_id: hit.hunt.id,
        hunt: hit.hunt.name.clone(),
        at: Time(hit.at),
        state: hit.state.name(),
        assignee: hit.assignee.clone(),
        text,
    }
}

fn decision((deed, hunt): (noroshi_store::Deed, noroshi_store::HuntRef)) -> DecisionLine {
    DecisionLine {
        at: Time(deed.at),
        by: deed.by,
        action: deed.action,
        detail: deed.detail,
        hit: deed.hit,
        hunt_id: hunt.id,
        hunt: hunt.name,
    }
}

fn question(post: &noroshi_store::Post) -> QuestionLine {
    QuestionLine {
        post: post.id,
        from: post.from.name.clone(),
        at: Time(post.received),
        text: plain(&post.text, SHORT),
    }
}

async fn sources(state: &AppState, reader: &Reader, at: i64) -> Result<Vec<SourceLine>, Problem> {
    let mut lines = Vec::new();
    for source in state.store.sources(reader).await? {
        if let Some(trouble) = trouble(&source, at) {
            lines.push(SourceLine {
                name: source.name,
                state: trouble,
                last_good: source.last_good.map(Time),
                failures: source.failures,
                error: source.last_error,
            });
        }
    }
    Ok(lines)
}

/// What is wrong with a source that is switched on.
fn trouble(source: &Source, at: i64) -> Option<&'static str> {
    let late = source.next_run.is_some_and(|next| next + LATE < at);
    match source.enabled {
        true if source.failures > 0 => Some("failing"),
        true if late => Some("late"),
        _ => None,
    }
}

async fn failed(state: &AppState, reader: &Reader, since: i64) -> Result<Vec<FailedLine>, Problem> {
    let channels = state.store.channels(reader).await?;
    let failed = state.store.failed_deliveries(reader, since, MOST).await?;
    let line = |one: noroshi_store::Delivery| {
        let channel = channels.iter().find(|channel| channel.id == one.channel);
        FailedLine {
            delivery: one.id,
            channel_id: one.channel,
            channel: channel
                .map(|channel| channel.name.clone())
                .unwrap_or_default(),
            at: Time(one.created),
            hits: one.hits,
            error: one.error.unwrap_or_default(),
        }
    };
    Ok(failed.into_iter().map(line).collect())
}
