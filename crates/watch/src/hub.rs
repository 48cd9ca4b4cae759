//! The hub: one task reads the change feed in order and holds every live query against what is new.
//!
//! A listener that does not read is dropped once so many events wait for it, and is told from where to
//! go on. One that comes back with a number first reads what it missed from the store, by the same
//! matching, and then joins the others without a gap or a repetition.

mod listener;

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use noroshi_query::{BadPattern, Query, StatementKind};
use noroshi_store::{
    Brought, ChangeKind, Chunk, Entry, Listing, News, Reader, Readers, Result, Store,
};
use tokio::sync::mpsc;

use crate::{Id, Pattern, Watchers};

pub use listener::{Listener, Next};

/// Events that wait for a listener before it is dropped.
const WAITING: usize = 256;
/// Listeners of one account, and of all.
const OF_ACCOUNT: usize = 200;
const MOST: usize = 20_000;
/// Changes that are read at once.
const AT_ONCE: usize = 256;
/// How long to wait before trying again when the database does not answer.
const AGAIN: Duration = Duration::from_millis(500);

/// What is listened for.
#[derive(Clone, Debug)]
pub enum Test {
    /// Whatever a query finds.
    Query(Query),
    /// New posts whose text has a pattern.
    Pattern(Pattern),
}

impl Test {
    /// Whether a listing can be what is listened for.
    fn finds_listings(&self) -> bool {
        match self {
            Test::Query(query) => query.may_find(StatementKind::Listing),
            Test::Pattern(_) => false,
        }
    }
}

/// Somebody who wants to hear.
#[derive(Clone, Debug)]
pub struct Listen {
    /// Whose eyes.
    pub reader: Reader,
    /// Whoever that is, by name.
    pub name: String,
    /// What for.
    pub test: Test,
    /// In the listener's own words: for the list of listeners.
    pub description: String,
    /// Where to go on; nothing for what comes from now on.
    pub after: Option<Place>,
}

/// A place in the feed: everything up to it was read. Written `17`, or `17-4` where of change 17 the listings
/// about the observables up to number 4 were read, or the items up to that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The change.
    pub seq: i64,
    /// The observable or item; nothing where all of the change was read.
    pub number: Option<i64>,
}

impl Place {
    /// Behind a whole change.
    pub fn behind(seq: i64) -> Place {
        Place { seq, number: None }
    }
}

impl Ord for Place {
    /// In the order of the feed: all of a change is behind its parts.
    fn cmp(&self, other: &Place) -> Ordering {
        let key = |place: &Place| (place.seq, place.number.unwrap_or(i64::MAX));
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Place) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            None => write!(f, "{}", self.seq),
            Some(number) => write!(f, "{}-{number}", self.seq),
        }
    }
}

/// Text that is no place.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is no place in the stream: expected the id of an event, as in `17` or `17-4`")]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> std::result::Result<Place, NoPlace> {
        let number = |text: &str| {
            text.parse()
                .ok()
                .filter(|number| *number >= 0)
                .ok_or(NoPlace)
        };
        match text.split_once('-') {
            None => Ok(Place::behind(number(text)?)),
            Some((seq, behind)) => Ok(Place {
                seq: number(seq)?,
                number: Some(number(behind)?),
            }),
        }
    }
}

/// Why nobody may listen now.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The account, or the hub, has as many listeners as it may have.
    #[error("{0}")]
    TooMany(String),
    /// A regex of a hand-made query.
    #[error(transparent)]
    BadPattern(#[from] BadPattern),
}

/// Something new that a listener may read and asked for.
#[derive(Debug)]
pub struct Event {
    /// Where to go on behind it.
    pub place: Place,
    /// `posted`, `edited`, `listings` or `items`.
    pub kind: ChangeKind,
    /// What is new.
    pub said: Said,
    /// The event as it goes out, once somebody has written it: all listeners are sent the same.
    pub written: OnceLock<String>,
}

impl Event {
    fn new(place: Place, kind: ChangeKind, said: Said) -> Arc<Event> {
        Arc::new(Event {
            place,
            kind,
            said,
            written: OnceLock::new(),
        })
    }
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Said {
    /// A post, a repost or an item.
    Entry(Box<Entry>),
    /// A listing.
    Listing(Box<Listing>),
}

/// Who listens, for the page that lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The account's name.
    pub name: String,
    /// In its own words.
    pub description: String,
    /// The query or pattern.
    pub test: String,
    /// Since when, in microseconds since the epoch.
    pub since: i64,
    /// Events that it was sent.
    pub sent: u64,
}

/// The hub of one server; cheap to clone. Its task ends when the last clone is gone.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    watchers: Watchers,
    listening: HashMap<Id, Ear>,
    /// The last change that was told.
    at: i64,
    /// The change of which some was told already; `at` if there is none.
    telling: i64,
}

/// The hub's end of a listener.
struct Ear {
    /// Whether a listing can be what it listens for.
    listings: bool,
    reader: Reader,
    sender: mpsc::Sender<Arc<Event>>,
    about: Listening,
}

impl Hub {
    /// Starts to listen to a store, from its newest change on.
    pub fn start(store: Store) -> Hub {
        let latest = store.latest_change();
        let newest = *latest.borrow();
        let state = State {
            at: newest,
            telling: newest,
            ..State::default()
        };
        let shared = Arc::new(Shared {
            store,
            state: Mutex::new(state),
        });
        let weak = Arc::downgrade(&shared);
        tokio::spawn(follow(weak, latest));
        Hub { shared }
    }

    /// Who listens now, by name.
    pub fn listening(&self) -> Vec<Listening> {
        let state = self.shared.state();
        let mut all: Vec<Listening> = state
            .listening
            .values()
            .map(|ear| ear.about.clone())
            .collect();
        drop(state);
        all.sort_by(|one, other| (&one.name, one.since).cmp(&(&other.name, other.since)));
        all
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Whatever panicked did so between whole steps: nothing in here is half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells what is new, for as long as the hub is there.
async fn follow(hub: std::sync::Weak<Shared>, mut latest: tokio::sync::watch::Receiver<i64>) {
    loop {
        let Some(shared) = hub.upgrade() else { return };
        let newest = *latest.borrow_and_update();
        let at = shared.state().at;
        if newest <= at {
            drop(shared);
            if latest.changed().await.is_err() {
                return;
            }
            continue;
        }
        if let Err(error) = tell_next(&shared, at).await {
            tracing::warn!("telling what is new: {error}");
            drop(shared);
            tokio::time::sleep(AGAIN).await;
        }
    }
}

async fn tell_next(shared: &Shared, at: i64) -> Result<()> {
    let (news, next) = shared.store.news(at, AT_ONCE).await?;
    for one in news {
        // Who joins does so before a change is told, or behind it.
        match one.brought {
            Brought::Entry(entry, parent) => {
                let mut state = shared.state();
                state.tell_entry(one.seq, one.kind, &one.readers, &entry, parent.as_ref());
                (state.at, state.telling) = (one.seq, one.seq);
            }
            Brought::Chunk(chunk) => {
                shared.state().telling = one.seq;
                tell_chunk(shared, one.seq, &one.readers, chunk).await?;
                shared.state().at = one.seq;
            }
            Brought::Items(chunk) => {
                shared.state().telling = one.seq;
                tell_items(shared, one.seq, &one.readers, chunk).await?;
                shared.state().at = one.seq;
            }
        }
    }
    let mut state = shared.state();
    (state.at, state.telling) = (next, next);
    Ok(())
}

async fn tell_chunk(shared: &Shared, seq: i64, readers: &Readers, chunk: Chunk) -> Result<()> {
    let mut after = Some(0);
    while let Some(from) = after {
        // Imports are large: nobody reads them for nobody.
        if !shared.state().listening.values().any(|ear| ear.listings) {
            return Ok(());
        }
        let (listings, next) = shared.store.chunk_listings(chunk, from).await?;
        let mut state = shared.state();
        for (place, listing) in placed(seq, from, listings) {
            state.tell_listing(place, readers, listing);
        }
        after = next;
    }
    Ok(())
}

async fn tell_items(shared: &Shared, seq: i64, readers: &Readers, chunk: Chunk) -> Result<()> {
    let mut after = Some(0);
    while let Some(from) = after {
        if shared.state().listening.is_empty() {
            return Ok(());
        }
        let (items, next) = shared.store.chunk_items(chunk, from).await?;
        let mut state = shared.state();
        for item in items {
            state.tell_item(seq, readers, item);
        }
        after = next;
    }
    Ok(())
}

/// The listings of a block with their places: only behind the last about an observable is all about it
/// read.
fn placed(seq: i64, from: i64, listings: Vec<(i64, Listing)>) -> Vec<(Place, Listing)> {
    let numbers: Vec<i64> = listings.iter().map(|(observable, _)| *observable).collect();
    let (mut before, mut placed) = (from, Vec::with_capacity(listings.len()));
    for (at, (observable, listing)) in listings.into_iter().enumerate() {
        if numbers.get(at + 1) != Some(&observable) {
            before = observable;
        }
        let place = Place {
            seq,
            number: Some(before),
        };
        placed.push((place, listing));
    }
    placed
}

impl State {
    /// Tells a post to those who asked for it and may read it. Who may not read the post that it answers
    /// sees it as answering nothing, and is asked with those eyes.
    fn tell_entry(
        &mut self,
        seq: i64,
        kind: ChangeKind,
        readers: &Readers,
        entry: &Entry,
        parent: Option<&Readers>,
    ) {
        let sees_parent = |reader: &Reader| parent.is_none_or(|readers| readers.include(reader));
        let whole = event(seq, kind, entry.clone());
        let found = self.watchers.matching(&entry.statement());
        self.send(found, &whole, |reader| {
            readers.include(reader) && sees_parent(reader)
        });
        if parent.is_some() {
            let entry = without_parent(entry.clone());
            let found = self.watchers.matching(&entry.statement());
            let part = event(seq, kind, entry);
            self.send(found, &part, |reader| {
                readers.include(reader) && !sees_parent(reader)
            });
        }
    }

    fn tell_listing(&mut self, place: Place, readers: &Readers, listing: Listing) {
        let found = self.watchers.matching(&listing.statement());
        if found.is_empty() {
            return;
        }
        let said = Said::Listing(Box::new(listing));
        let event = Event::new(place, ChangeKind::Listings, said);
        self.send(found, &event, |reader| readers.include(reader));
    }

    fn tell_item(&mut self, seq: i64, readers: &Readers, item: Entry) {
        let found = self.watchers.matching(&item.statement());
        if !found.is_empty() {
            let event = item_event(seq, item);
            self.send(found, &event, |reader| readers.include(reader));
        }
    }

    fn send(&mut self, to: Vec<Id>, event: &Arc<Event>, may: impl Fn(&Reader) -> bool) {
        for id in to {
            let Some(ear) = self.listening.get_mut(&id).filter(|ear| may(&ear.reader)) else {
                continue;
            };
            match ear.sender.try_send(Arc::clone(event)) {
                Ok(()) => ear.about.sent += 1,
                // Full, or gone: its other end finds out when it has read what waits.
                Err(_) => self.forget(id),
            }
        }
    }

    fn forget(&mut self, id: Id) {
        self.watchers.remove(id);
        self.listening.remove(&id);
    }
}

fn event(seq: i64, kind: ChangeKind, entry: Entry) -> Arc<Event> {
    Event::new(Place::behind(seq), kind, Said::Entry(Box::new(entry)))
}

/// Items of a change have places by their numbers.
fn item_event(seq: i64, item: Entry) -> Arc<Event> {
    let place = Place {
        seq,
        number: Some(item.id),
    };
    Event::new(place, ChangeKind::Items, Said::Entry(Box::new(item)))
}

/// As whoever may not read the post that it answers sees it.
pub(crate) fn without_parent(mut entry: Entry) -> Entry {
    entry.post.reply_to = None;
    entry.post.thread = entry.post.id;
    entry
}

/// The post that a change brought, as a reader sees it.
fn seen_by(reader: &Reader, news: &News) -> Option<Entry> {
    let Brought::Entry(entry, parent) = &news.brought else {
        return None;
    };
    if !news.readers.include(reader) {
        return None;
    }
    let hidden = parent
        .as_ref()
        .is_some_and(|readers| !readers.include(reader));
    let entry = Entry::clone(entry);
    Some(if hidden { without_parent(entry) } else { entry })
}
