//! Hunts and what they found, as answers show them.

pub(crate) mod act;
pub(crate) mod api;
pub(crate) mod export;
pub(crate) mod feed;
pub(crate) mod form;
pub(crate) mod hits;
mod order;
pub(crate) mod page;
mod row;

use noroshi_lookup::{Listing, Time, Value};
use noroshi_store::{Deed, Hit, Hunt, Job, MOST_COUNTED, Said};
use noroshi_watch::{Preview, Sample};
use serde::Serialize;
use utoipa::ToSchema;

use crate::post::PostAnswer;

/// The largest body with a hunt: a watch-list, as a form writes it.
pub(crate) const LARGEST: usize = 1024 * 1024;

/// A hunt: queries that watch.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct HuntAnswer {
    /// Its number.
    pub id: i64,
    /// Whose it is, by name; it looks with that one's eyes.
    pub owner: String,
    /// Unique among the owner's.
    pub name: String,
    /// How it was written: `query`, `words` or `watchlist`.
    pub form: &'static str,
    /// As it was written.
    pub words: String,
    /// Which look-alikes a watch-list looks for: `typo`, `glyph`, `word`, `suffix`.
    pub rules: Vec<&'static str>,
    /// What it watches for: one of these queries.
    pub queries: Vec<String>,
    /// Name of the audience that it is shared with; nothing if it is the owner's alone.
    pub audience: Option<String>,
    /// Whether it watches.
    pub enabled: bool,
    /// When it was stopped because it found too much.
    pub paused: Option<Time>,
    /// Until when it sends no notices.
    pub muted_until: Option<Time>,
    /// When it was made.
    pub created: Time,
    /// When it was last changed.
    pub edited: Time,
    /// Numbers of the channels that its notices go to.
    pub channels: Vec<i64>,
    /// Names of the sources whose search or subscription its words are.
    pub drives: Vec<String>,
    /// Open hits that the caller may see, up to 10,000.
    pub open: i64,
    /// Whether there are more.
    pub open_more: bool,
    /// When it last found something that the caller may see.
    pub last_hit: Option<Time>,
}

impl From<Hunt> for HuntAnswer {
    fn from(hunt: Hunt) -> HuntAnswer {
        HuntAnswer {
            id: hunt.id,
            owner: hunt.owner,
            name: hunt.name,
            form: hunt.form.name(),
            words: hunt.words,
            rules: hunt.rules.names().collect(),
            queries: hunt.queries,
            audience: hunt.audience,
            enabled: hunt.enabled,
            paused: hunt.paused.map(Time),
            muted_until: hunt.muted_until.map(Time),
            created: Time(hunt.created),
            edited: Time(hunt.edited),
            channels: hunt.channels,
            drives: hunt.drives,
            open: hunt.open.min(MOST_COUNTED - 1),
            open_more: hunt.open >= MOST_COUNTED,
            last_hit: hunt.last_hit.map(Time),
        }
    }
}

/// A statement that a hunt found: a post, or a value with its listing.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct HitAnswer {
    /// Its number.
    pub id: i64,
    /// The hunt's number.
    pub hunt: i64,
    /// The hunt's name.
    pub hunt_name: String,
    /// When it was found.
    pub at: Time,
    /// `open`, `acknowledged`, `closed` or `false_positive`.
    pub state: &'static str,
    /// Who is to see to it, by name.
    pub assignee: Option<String>,
    /// When that last changed.
    pub changed: Time,
    /// The post as it is now.
    pub post: Option<Box<PostAnswer>>,
    /// The listed value.
    pub observable: Option<Value>,
    /// Its listing as it is now.
    pub listing: Option<Listing>,
}

impl From<Hit> for HitAnswer {
    fn from(hit: Hit) -> HitAnswer {
        let (post, observable, listing) = match hit.said {
            Some(Said::Post(post)) => (Some(Box::new(PostAnswer::from(*post))), None, None),
            Some(Said::Listing(listing)) => (
                None,
                Some(Value::from(&listing.observable)),
                Some(Listing::from(&*listing)),
            ),
            None => (None, None, None),
        };
        HitAnswer {
            id: hit.id,
            hunt: hit.hunt.id,
            hunt_name: hit.hunt.name,
            at: Time(hit.at),
            state: hit.state.name(),
            assignee: hit.assignee,
            changed: Time(hit.changed),
            post,
            observable,
            listing,
        }
    }
}

/// Something that was done about a hit.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct DeedAnswer {
    /// Who did it, by name.
    pub by: String,
    /// When.
    pub at: Time,
    /// `acknowledge`, `close`, `false_positive`, `reopen`, `assign` or `mute`.
    pub action: String,
    /// To whom it was given.
    pub detail: Option<String>,
}

impl From<Deed> for DeedAnswer {
    fn from(deed: Deed) -> DeedAnswer {
        DeedAnswer {
            by: deed.by,
            at: Time(deed.at),
            action: deed.action,
            detail: deed.detail,
        }
    }
}

/// A hunt through the past.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct JobAnswer {
    /// Its number.
    pub id: i64,
    /// The hunt's number.
    pub hunt: i64,
    /// Statements received since then are looked at.
    pub since: Time,
    /// `waiting`, `running`, `done`, `cancelled`, `failed` or `full` (it found as much as one job may).
    pub state: &'static str,
    /// How far it came, in parts of a hundred: by the queries and sorts of statements that it is through with.
    pub done: u8,
    /// Pages read.
    pub pages: i64,
    /// Hits that were not there before.
    pub found: i64,
    /// When the oldest statement that it found was received.
    pub oldest: Option<Time>,
    /// When it was asked for.
    pub created: Time,
    /// When it ended.
    pub finished: Option<Time>,
    /// Why it failed.
    pub error: Option<String>,
}

impl From<Job> for JobAnswer {
    fn from(job: Job) -> JobAnswer {
        let parts = (job.queries.len() * 2).max(1);
        let through = (job.line * 2 + usize::from(job.posts)).min(parts);
        JobAnswer {
            id: job.id,
            hunt: job.hunt,
            since: Time(job.received),
            state: job.state.name(),
            done: u8::try_from(through * 100 / parts).unwrap_or(100),
            pages: job.looked,
            found: job.found,
            oldest: job.oldest.map(Time),
            created: Time(job.created),
            finished: job.finished.map(Time),
            error: job.error,
        }
    }
}

/// What a hunt would have found in the last 30 days.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct PreviewAnswer {
    /// The queries that it stands for.
    pub queries: Vec<String>,
    /// Hits a day, the last of them those of today (UTC).
    pub days: Vec<u64>,
    /// All of them.
    pub hits: u64,
    /// False when the time ended before the days did: there is more.
    pub complete: bool,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Whether every new statement has to be held against it: no word, value or field stands for it.
    pub asks_all: bool,
    /// How many of ten thousand new statements have to be held against it, roughly.
    pub of_ten_thousand: u32,
    /// The newest of them.
    pub samples: Vec<SampleAnswer>,
}

/// A statement that would have been a hit.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, ToSchema)]
pub struct SampleAnswer {
    /// The post.
    pub post: Option<Box<PostAnswer>>,
    /// The listed value.
    pub observable: Option<Value>,
    /// Its listing.
    pub listing: Option<Listing>,
}

impl From<Sample> for SampleAnswer {
    fn from(sample: Sample) -> SampleAnswer {
        match sample {
            Sample::Post(post) => SampleAnswer {
                post: Some(Box::new(PostAnswer::from(*post))),
                observable: None,
                listing: None,
            },
            Sample::Listing(listing) => SampleAnswer {
                post: None,
                observable: Some(Value::from(&listing.observable)),
                listing: Some(Listing::from(&*listing)),
            },
        }
    }
}

impl PreviewAnswer {
    /// With the queries that were looked for.
    pub fn new(queries: &[noroshi_query::Query], preview: Preview) -> PreviewAnswer {
        PreviewAnswer {
            queries: queries.iter().map(ToString::to_string).collect(),
            days: preview.days,
            hits: preview.hits,
            complete: preview.complete,
            took_ms: u64::try_from(preview.took.as_millis()).unwrap_or(u64::MAX),
            asks_all: preview.cost.asks_all,
            of_ten_thousand: preview.cost.of_ten_thousand,
            samples: preview
                .samples
                .into_iter()
                .map(SampleAnswer::from)
                .collect(),
        }
    }
}
