//! Hunts: queries that watch, what they found, and what people did about it.
//!
//! A hunt looks with its owner's eyes. Others may see it if it is shared with them, and of what it found
//! that which they may read themselves; nothing here counts or names anything else.

mod act;
mod asked;
mod find;
mod hit;
mod job;
mod known;
mod own;
mod place;
mod since;
mod write;

pub(crate) use asked::{FoundBy, Named, statements};

pub use act::{Deed, HitAction};
pub use hit::{Hit, HitFilter, HitPage, HitState, HuntRef, Said};
pub use job::{Job, JobFound, JobState};
pub use known::HuntDays;
pub use own::{Asked, DOMAINS_BOT, OwnDomain, Registration};
pub use place::{HuntPlace, NewHit, Recorded, WatchedHunt};
pub use since::HuntCount;
pub use write::NewHunt;

use noroshi_query::Rules;

use crate::Reader;
use crate::error::{Error, Result};
use crate::reader::{Sight, Sources};
use crate::sql::{Conn, Param};

/// How a hunt was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HuntForm {
    /// As a query.
    #[default]
    Query,
    /// As words with commas.
    Words,
    /// As a list of one's own names, networks, brands and products.
    Watchlist,
}

impl HuntForm {
    /// All of them.
    pub const ALL: [HuntForm; 3] = [HuntForm::Query, HuntForm::Words, HuntForm::Watchlist];

    /// `query`, `words` or `watchlist`.
    pub fn name(self) -> &'static str {
        ["query", "words", "watchlist"][self as usize]
    }

    fn code(self) -> i64 {
        self as i64 + 1
    }

    fn from_code(code: i64) -> Result<HuntForm> {
        let found = HuntForm::ALL.into_iter().find(|form| form.code() == code);
        found.ok_or_else(|| Error::Corrupt(format!("form of a hunt {code}")))
    }
}

/// A hunt as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunt {
    /// Its number.
    pub id: i64,
    /// Whose it is, by name.
    pub owner: String,
    /// Whose it is.
    pub owner_id: i64,
    /// Unique among the owner's.
    pub name: String,
    /// How it was written.
    pub form: HuntForm,
    /// As it was written.
    pub words: String,
    /// Which look-alikes a watch-list looks for.
    pub rules: Rules,
    /// What is watched for: one of these queries.
    pub queries: Vec<String>,
    /// Name of the audience that it is shared with.
    pub audience: Option<String>,
    /// Whether it watches.
    pub enabled: bool,
    /// When it was stopped because it found too much; this and the others in microseconds since the epoch.
    pub paused: Option<i64>,
    /// No notices until then.
    pub muted_until: Option<i64>,
    /// When it was made.
    pub created: i64,
    /// When it was last changed.
    pub edited: i64,
    /// Numbers of the channels that its notices go to.
    pub channels: Vec<i64>,
    /// Names of the sources whose search or subscription its words are.
    pub drives: Vec<String>,
    /// Open hits that the reader may see; counted up to [`MOST_COUNTED`].
    pub open: i64,
    /// When it last found something that the reader may see.
    pub last_hit: Option<i64>,
    /// Whether there is a secret address of its feed.
    pub feed: bool,
}

/// Counting stops here; "10,000+" is then said.
pub const MOST_COUNTED: i64 = 10_001;

/// Hits an hour that stop a hunt.
const MOST_AN_HOUR: i64 = 5_000;

/// Who looks, for statements about hunts `u` and hits `h`: `?1` the account, `?2` its audiences, `?3` its
/// sources.
struct Eyes {
    sight: Sight,
    sources: Sources,
}

/// The reader may see the hunt.
const KNOWN: &str = "(u.deleted IS NULL AND (u.owner = ?1 OR u.audience = ANY(?2) OR ?1 = 0))";

/// The reader may read what was hit.
const READABLE: &str = "((h.kind = 2 AND h.source = ANY(?3)) OR (h.kind = 1 AND EXISTS (
    SELECT 1 FROM post p WHERE p.id = h.post AND p.deleted IS NULL
        AND (p.author = ?1 OR p.audience = ANY(?2)))))";

impl Eyes {
    fn of(conn: &Conn, reader: &Reader) -> Result<Eyes> {
        Ok(Eyes {
            sight: reader.sight(conn)?,
            sources: reader.sources(conn)?,
        })
    }

    /// For a statement about hunts alone: `?1` and `?2`, and what follows.
    fn on_hunts<'a>(&'a self, more: &[Param<'a>]) -> Vec<Param<'a>> {
        let mut params: Vec<Param> = vec![self.sight.me().into(), self.sight.audiences().into()];
        params.extend_from_slice(more);
        params
    }

    /// For a statement about hits: `?1` to `?3`, and what follows.
    fn on_hits<'a>(&'a self, more: &[Param<'a>]) -> Vec<Param<'a>> {
        let mut params = self.on_hunts(&[self.sources.ids().into()]);
        params.extend_from_slice(more);
        params
    }
}

/// The lines of a column.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
