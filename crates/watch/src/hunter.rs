//! The hunter: one task that holds what is new against all hunts, on whichever server has the right to.
//!
//! It reads the change feed in blocks from where it was, asks the matcher that all live queries share, and
//! keeps what was found together with its place, in one transaction. It may be killed anywhere: what was not
//! kept is read again, and what was kept is not. A hunt that changes while a block is under way makes the
//! block void (see `noroshi_store::Store::record_hits`), and it is read again.

mod past;
mod preview;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use noroshi_query::{Query, StatementKind, TimeZone, parse};
use noroshi_store::{
    Brought, Chunk, Entry, HUNTS_BOT, HuntPlace, Listing, NewHit, News, Reader, Readers, Result,
    Store, WatchedHunt, now,
};

use crate::hub::without_parent;
use crate::{Id, Watchers};

pub use preview::{Cost, Preview, Sample, cost, preview};

/// Changes that are read at once.
const AT_ONCE: usize = 256;
/// Hunts that are read at once.
const HUNTS: usize = 1_000;
/// How long a place where nothing was found may be known to this process alone.
const UNKEPT: Duration = Duration::from_secs(1);
/// How long to wait for the right to hunt, and before trying again when the database does not answer.
const AGAIN: Duration = Duration::from_secs(2);
/// How often hunts are read anew: what `last:7d` says goes by the clock.
const ANEW: Duration = Duration::from_secs(3_600);

/// Hunts for as long as the store is there and the future is polled.
pub async fn hunt(store: Store) {
    loop {
        match store.lease_hunts().await {
            Ok(Some(lease)) => {
                let mut hunter = match Hunter::start(store.clone()).await {
                    Ok(hunter) => hunter,
                    Err(error) => {
                        tracing::warn!("starting to hunt: {error}");
                        tokio::time::sleep(AGAIN).await;
                        continue;
                    }
                };
                let past = past::work(store.clone());
                let ended = tokio::select! {
                    ended = hunter.run() => ended,
                    ended = past => ended,
                };
                drop(lease);
                match ended {
                    // The store is closed.
                    Ok(()) => return,
                    Err(error) => tracing::warn!("hunting: {error}"),
                }
            }
            Ok(None) => {}
            Err(error) => tracing::warn!("asking for the right to hunt: {error}"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// A query of a hunt that watches.
struct Watching {
    hunt: i64,
    reader: Reader,
    since: i64,
    listings: bool,
}

/// What is new, held against the hunts.
pub struct Hunter {
    store: Store,
    watchers: Watchers,
    watching: HashMap<Id, Watching>,
    /// The watchers of each hunt.
    of: HashMap<i64, Vec<Id>>,
    /// The version of the hunts that are in there.
    loaded: i64,
    loaded_at: Instant,
    /// What is kept.
    kept: HuntPlace,
    kept_at: Instant,
    /// How far the feed was read; nothing was found behind what is kept.
    seq: i64,
}

impl Hunter {
    /// Goes on from where the last one was.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn start(store: Store) -> Result<Hunter> {
        let kept = store.hunt_place().await?;
        let mut hunter = Hunter {
            store,
            watchers: Watchers::new(),
            watching: HashMap::new(),
            of: HashMap::new(),
            loaded: -1,
            loaded_at: Instant::now(),
            kept,
            kept_at: Instant::now(),
            seq: kept.seq,
        };
        hunter.load().await?;
        Ok(hunter)
    }

    async fn run(&mut self) -> Result<()> {
        let mut latest = self.store.latest_change();
        loop {
            let newest = *latest.borrow_and_update();
            if newest > self.seq {
                self.advance().await?;
                continue;
            }
            let unkept = self.seq > self.kept.seq;
            let wait = if unkept { UNKEPT } else { ANEW };
            match tokio::time::timeout(wait, latest.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return Ok(()),
                Err(_) if unkept => {
                    self.keep((self.seq, 0), Vec::new()).await?;
                }
                Err(_) => self.load().await?,
            }
        }
    }

    /// Holds the next block of changes against the hunts. Tells whether there was one.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn advance(&mut self) -> Result<bool> {
        let place = self.store.hunt_place().await?;
        if place != self.kept {
            // Another process was at it, or a hunt changed: what was only read is read again.
            (self.kept, self.seq) = (place, place.seq);
        }
        if self.loaded != self.kept.version || self.loaded_at.elapsed() > ANEW {
            self.load().await?;
        }
        let (news, next) = self.store.news(self.seq, AT_ONCE).await?;
        if next <= self.seq {
            return Ok(false);
        }
        let mut found = Vec::new();
        for one in &news {
            match &one.brought {
                Brought::Entry(entry, parent) => {
                    self.entry(one, entry, parent.as_ref(), &mut found)
                }
                Brought::Chunk(_) | Brought::Items(_) => {
                    if !self.wants(one) {
                        continue;
                    }
                    let before = (one.seq - 1, self.read_of(one.seq));
                    if !self.keep(before, std::mem::take(&mut found)).await?
                        || !self.blocks(one).await?
                    {
                        return Ok(true);
                    }
                }
            }
        }
        if !found.is_empty() || self.kept_at.elapsed() > UNKEPT {
            self.keep((next, 0), found).await?;
        } else {
            self.seq = next;
        }
        Ok(true)
    }

    /// How far the listings of a change were read before.
    fn read_of(&self, seq: i64) -> i64 {
        match self.kept.seq == seq - 1 {
            true => self.kept.observable,
            false => 0,
        }
    }

    /// Keeps what was found up to a place; false if that was void.
    async fn keep(&mut self, to: (i64, i64), found: Vec<NewHit>) -> Result<bool> {
        if (self.kept.seq, self.kept.observable) == to && found.is_empty() {
            return Ok(true);
        }
        match self.store.record_hits(self.kept, to, found).await? {
            Some(recorded) => {
                self.kept = recorded.place;
                (self.seq, self.kept_at) = (to.0, Instant::now());
                Ok(self.kept.version == self.loaded)
            }
            None => {
                self.kept = self.store.hunt_place().await?;
                self.seq = self.kept.seq;
                Ok(false)
            }
        }
    }

    /// Reads a chunk block by block. False if that has to begin again from what is kept.
    async fn blocks(&mut self, news: &News) -> Result<bool> {
        let mut from = self.read_of(news.seq);
        loop {
            let (found, next) = self.block(news, from).await?;
            let to = match next {
                Some(number) => (news.seq - 1, number),
                None => (news.seq, 0),
            };
            if !self.keep(to, found).await? {
                return Ok(false);
            }
            match next {
                Some(number) => from = number,
                None => return Ok(true),
            }
        }
    }

    async fn block(&self, news: &News, from: i64) -> Result<(Vec<NewHit>, Option<i64>)> {
        let mut found = Vec::new();
        let next = match news.brought {
            Brought::Chunk(chunk) => {
                let (listings, next) = self.store.chunk_listings(chunk, from).await?;
                for (observable, listing) in &listings {
                    self.listing(news, chunk, *observable, listing, &mut found);
                }
                next
            }
            Brought::Items(chunk) => {
                let (items, next) = self.store.chunk_items(chunk, from).await?;
                for item in &items {
                    self.entry(news, item, None, &mut found);
                }
                next
            }
            Brought::Entry(..) => None,
        };
        Ok((found, next))
    }

    /// Whether a hunt may find something of a chunk. Imports are large: nobody reads them for nobody.
    fn wants(&self, news: &News) -> bool {
        let items = matches!(news.brought, Brought::Items(_));
        let may = |one: &Watching| {
            (items || one.listings) && one.since < news.seq && news.readers.include(&one.reader)
        };
        self.watching.values().any(may)
    }

    /// Who may not read the post that a post answers sees it as answering nothing, as in streams.
    fn entry(&self, news: &News, entry: &Entry, parent: Option<&Readers>, found: &mut Vec<NewHit>) {
        // What hunts have told is no news to hunts, or they would find their own words for ever.
        if entry.post.from.name == HUNTS_BOT {
            return;
        }
        let sees_parent = |reader: &Reader| parent.is_none_or(|parent| parent.include(reader));
        let whole = self.watchers.matching(&entry.statement());
        self.found(news, whole, sees_parent, |hunt| {
            found.push(NewHit::entry(hunt, entry))
        });
        if parent.is_some() {
            let part = without_parent(entry.clone());
            let part = self.watchers.matching(&part.statement());
            let blind = |reader: &Reader| !sees_parent(reader);
            self.found(news, part, blind, |hunt| {
                found.push(NewHit::entry(hunt, entry))
            });
        }
    }

    fn listing(
        &self,
        news: &News,
        chunk: Chunk,
        observable: i64,
        listing: &Listing,
        found: &mut Vec<NewHit>,
    ) {
        let matching = self.watchers.matching(&listing.statement());
        self.found(
            news,
            matching,
            |_| true,
            |hunt| {
                found.push(NewHit::listing(hunt, chunk, observable, listing));
            },
        );
    }

    /// The hunts whose eyes may see it and for which it counts, each once.
    fn found(
        &self,
        news: &News,
        matching: Vec<Id>,
        sees: impl Fn(&Reader) -> bool,
        mut hit: impl FnMut(i64),
    ) {
        let mut hunts: Vec<i64> = matching
            .iter()
            .filter_map(|id| self.watching.get(id))
            .filter(|one| one.since < news.seq)
            .filter(|one| news.readers.include(&one.reader) && sees(&one.reader))
            .map(|one| one.hunt)
            .collect();
        hunts.sort_unstable();
        hunts.dedup();
        hunts.into_iter().for_each(&mut hit);
    }

    /// Reads the hunts that changed, or all of them where the clock has moved on.
    async fn load(&mut self) -> Result<()> {
        if self.loaded_at.elapsed() > ANEW {
            self.loaded = -1;
            self.watchers = Watchers::new();
            self.watching.clear();
            self.of.clear();
        }
        loop {
            let hunts = self.store.watched_hunts(self.loaded, HUNTS).await?;
            let Some(last) = hunts.last() else { break };
            self.loaded = last.version;
            for hunt in hunts {
                self.watch(&hunt);
            }
        }
        let place = self.store.hunt_place().await?;
        // A hunt that was deleted for good leaves a version behind that nothing has.
        if place.version > self.loaded && self.store.watched_hunts(self.loaded, 1).await?.is_empty()
        {
            self.loaded = place.version;
        }
        self.loaded_at = Instant::now();
        Ok(())
    }

    fn watch(&mut self, hunt: &WatchedHunt) {
        for id in self.of.remove(&hunt.id).unwrap_or_default() {
            self.watchers.remove(id);
            self.watching.remove(&id);
        }
        for text in &hunt.queries {
            let Some(query) = read(text, &hunt.zone) else {
                tracing::warn!(
                    hunt = hunt.id,
                    "a query of this hunt cannot be read any more"
                );
                continue;
            };
            let Ok(id) = self.watchers.add(&query) else {
                continue;
            };
            let watching = Watching {
                hunt: hunt.id,
                reader: hunt.reader.clone(),
                since: hunt.since,
                listings: query.may_find(StatementKind::Listing),
            };
            self.watching.insert(id, watching);
            self.of.entry(hunt.id).or_default().push(id);
        }
    }
}

fn read(text: &str, zone: &TimeZone) -> Option<Query> {
    parse(text, now(), zone).ok()
}
