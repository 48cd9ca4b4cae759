//! Keeps it: SQLite and PostgreSQL behind one [`Store`].
//!
//! The only crate that contains SQL. Domain code is written once, as closures over a synchronous
//! connection that run off the async threads; what only one engine can do stands in `sqlite/` and
//! `postgres/`. Reads take a [`Reader`], and no read of statements gets around its visibility rule.

mod account;
mod activity;
mod annotation;
mod attachment;
mod audience;
mod audit;
mod batch;
mod blob;
mod change;
mod channel;
mod complete;
mod context;
mod delivery;
mod error;
mod exist;
mod follow;
mod hunt;
mod import;
mod item;
mod key;
mod lease;
mod link;
mod list;
mod listing;
mod migrate;
mod news;
mod notice;
mod notification;
mod observable;
mod organisation;
mod part;
mod password;
mod post;
mod postgres;
mod preference;
mod quality;
mod reader;
mod related;
mod rollback;
mod search;
mod secret;
mod session;
mod shift;
mod source;
mod sql;
mod sqlite;
mod story;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

pub use account::{Account, AccountChange, AccountKind, NewAccount, Role};
pub use annotation::{
    Annotated, Annotation, AnnotationOptions, AnnotationPage, AnnotationState, COLOURS, KEYS,
    Label, MOST_SPANS, NewLabel, Span,
};
pub use attachment::{Attachment, NewAttachment};
pub use audience::{Audience, AudienceKind, EVERYONE};
pub use audit::{AuditEntry, AuditFilter};
pub use batch::{BadRow, Batch, BatchState, Counts};
pub use blob::{Blob, BlobWriter};
pub use change::{Change, ChangeKind};
pub use channel::{Cadence, Channel, ChannelKind, NewChannel};
pub use complete::LabelKind;
pub use delivery::{Delivery, DeliveryKind, DeliveryState, Outcome};
pub use error::{Error, Result};
pub use exist::{
    Collected, CollectedFilter, CveRecord, ExistAccess, ExistOptions, ExistPage, Key as ExistKey,
    Listed, ListedFilter, MOST as EXIST_MOST, NewExistAccess, Test as ExistTest,
};
pub use hunt::{
    Asked, DOMAINS_BOT, Deed, Hit, HitAction, HitFilter, HitPage, HitState, Hunt, HuntCount,
    HuntDays, HuntForm, HuntPlace, HuntRef, Job, JobFound, JobState, MOST_COUNTED, NewHit, NewHunt,
    OwnDomain, Recorded, Registration, Said, WatchedHunt,
};
pub use import::{Import, ImportMode};
pub use item::{Author, Form, Item, NewItem, NewScore, Score};
pub use key::{ApiKey, Authenticated, NewKey, Scope};
pub use lease::Lease;
pub use link::{Link, LinkPurpose};
pub use list::{List, NewList};
pub use listing::{Listing, ListingState, NewListing};
pub use news::{Brought, Chunk, News, Readers};
pub use notice::HUNTS_BOT;
pub use notification::{Notification, NotificationKind};
pub use organisation::Organisation;
pub use password::SHORTEST_PASSWORD;
pub use post::{
    Digest, DigestRule, Entry, NewPost, Post, PostOptions, PostPage, Repost, Revision, Speaker,
    Timeline, TimelinePage,
};
pub use preference::Preferences;
pub use quality::{Overlap, OverlapSource, Quality};
pub use reader::Reader;
pub use related::{Lookup, Related};
pub use search::{Found, Group, Groups, Page, SearchOptions};
pub use session::Session;
pub use source::{Mode, NewSource, RunOutcome, Source};
pub use story::{MOST_PARTS, Part, Story, StoryDraft, StoryLine, StoryVersion};

use sql::{Conn, Tx};

/// Where a store lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// SQLite (and blobs) in a data directory.
    Directory(PathBuf),
    /// PostgreSQL at a `postgres://` URL; blobs in a directory that its servers share.
    Postgres {
        /// The connection URL.
        url: String,
        /// Where blobs are.
        directory: PathBuf,
    },
}

impl Target {
    fn directory(&self) -> &Path {
        match self {
            Target::Directory(directory) | Target::Postgres { directory, .. } => directory,
        }
    }
}

#[derive(Clone)]
enum Engine {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

/// The database, cheap to clone.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    directory: Arc<Path>,
}

impl Store {
    /// Opens, creates or upgrades.
    pub async fn open(target: &Target) -> Result<Store> {
        let directory: Arc<Path> = target.directory().into();
        std::fs::create_dir_all(&directory).map_err(|error| Error::File {
            path: directory.display().to_string(),
            error,
        })?;
        let engine = match target {
            Target::Directory(_) => {
                let path = directory.to_path_buf();
                let sqlite = tokio::task::spawn_blocking(move || sqlite::Sqlite::open(&path))
                    .await
                    .map_err(|error| Error::Pool(error.to_string()))??;
                Engine::Sqlite(Arc::new(sqlite))
            }
            Target::Postgres { url, .. } => {
                Engine::Postgres(Arc::new(postgres::Postgres::open(url).await?))
            }
        };
        Ok(Store { engine, directory })
    }

    /// `sqlite` or `postgresql`.
    pub fn engine_name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite(_) => "sqlite",
            Engine::Postgres(_) => "postgresql",
        }
    }

    /// The data directory: blobs, warninglists, own recipes.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Asks the database something trivial.
    pub async fn ping(&self) -> Result<()> {
        self.read(|conn| conn.query_one("SELECT 1", sql::params![], |_| Ok(())))
            .await
    }

    /// Starts noticing what other processes commit; [`Store::latest_change`] then follows them too.
    pub fn watch_changes(&self) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.watch_others(),
            Engine::Postgres(postgres) => {
                postgres.watch_others();
                Ok(())
            }
        }
    }

    pub(crate) fn engine_latest(&self) -> tokio::sync::watch::Receiver<i64> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.latest(),
            Engine::Postgres(postgres) => postgres.latest(),
        }
    }

    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.read_until(None, work).await
    }

    pub(crate) async fn read_until<T, F>(&self, deadline: Option<Instant>, work: F) -> Result<T>
    where
        F: FnOnce(&Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read(deadline, work).await,
            Engine::Postgres(postgres) => postgres.read(deadline, work).await,
        }
    }

    /// `work` may run more than once: PostgreSQL tries a transaction again that lost a race.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&Tx) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.write(work).await,
            Engine::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Writes what is noted of somebody who reads. Where another process keeps the database locked,
    /// they go on all the same, and it is written later.
    pub(crate) async fn note<T, F>(&self, work: F) -> Result<()>
    where
        F: Fn(&Tx) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        match tokio::time::timeout(NOTED, self.write(work)).await {
            Ok(written) => written.map(|_| ()),
            Err(_) => Ok(()),
        }
    }
}

/// How long somebody who only reads waits until it is noted that they did.
const NOTED: std::time::Duration = std::time::Duration::from_secs(2);

/// The clock: microseconds since the epoch, UTC.
pub fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
