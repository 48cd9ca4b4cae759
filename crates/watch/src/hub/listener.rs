//! A listener's own end: what it missed, then what comes.

use std::collections::VecDeque;
use std::sync::Arc;

use noroshi_query::{Matcher, Statement};
use noroshi_store::{Brought, ChangeKind, Chunk, News, Reader, Result, now};
use tokio::sync::mpsc;

use super::{
    AT_ONCE, Ear, Event, Hub, Listen, Listening, MOST, OF_ACCOUNT, Place, Refused, Said, State,
    Test, WAITING, event, item_event, placed, seen_by,
};
use crate::Id;

/// What a listener hears next.
#[derive(Debug)]
pub enum Next {
    /// Something that it asked for.
    Event(Arc<Event>),
    /// It was too slow and is dropped; it may come back and go on from this place.
    Behind(Place),
}

/// Hears what it asked for, in order, until it is dropped.
pub struct Listener {
    hub: Hub,
    listen: Listen,
    matcher: Option<Matcher>,
    /// Once it has joined the others.
    joined: Option<(Id, mpsc::Receiver<Arc<Event>>)>,
    /// What was read from the store and is to be told.
    missed: VecDeque<Arc<Event>>,
    /// A chunk of which what is behind a number is still to be read.
    chunk: Option<(News, i64)>,
    /// The last change of which all was read from the store.
    read: i64,
    /// Where to go on behind what was told.
    place: Place,
    since: i64,
}

impl Hub {
    /// Begins to listen.
    ///
    /// # Errors
    ///
    /// [`Refused`] if there are too many listeners already.
    pub fn listen(&self, listen: Listen) -> std::result::Result<Listener, Refused> {
        let matcher = match &listen.test {
            Test::Query(query) => Some(Matcher::new(query)?),
            Test::Pattern(_) => None,
        };
        let newest = {
            let state = self.shared.state();
            state.has_room(&listen.reader)?;
            state.telling
        };
        let place = listen.after.unwrap_or(Place::behind(newest));
        let mut listener = Listener {
            hub: self.clone(),
            matcher,
            joined: None,
            missed: VecDeque::new(),
            chunk: None,
            read: match place.number {
                None => place.seq,
                Some(_) => place.seq - 1,
            },
            place,
            since: now(),
            listen,
        };
        listener.join()?;
        Ok(listener)
    }
}

impl State {
    fn has_room(&self, reader: &Reader) -> std::result::Result<(), Refused> {
        let own = self.listening.values().filter(|ear| ear.reader == *reader);
        if own.count() >= OF_ACCOUNT {
            let text = format!("an account listens {OF_ACCOUNT} times at most: end one first");
            return Err(Refused::TooMany(text));
        }
        match self.listening.len() < MOST {
            true => Ok(()),
            false => Err(Refused::TooMany("too many listen here now".to_owned())),
        }
    }
}

impl Listener {
    /// The next thing to hear.
    ///
    /// # Errors
    ///
    /// The store's, while what was missed is read.
    pub async fn next(&mut self) -> Result<Next> {
        loop {
            if let Some(event) = self.missed.pop_front() {
                self.place = event.place;
                return Ok(Next::Event(event));
            }
            if let Some((news, after)) = self.chunk.take() {
                self.read_chunk(news, after).await?;
                continue;
            }
            let joined = match &mut self.joined {
                Some(joined) => joined,
                None => {
                    if !self
                        .join()
                        .map_err(|error| noroshi_store::Error::Invalid(error.to_string()))?
                    {
                        self.read_on().await?;
                    }
                    continue;
                }
            };
            match joined.1.recv().await {
                // It was read from the store before.
                Some(event) if event.place.seq <= self.read => {}
                Some(event) => {
                    self.place = event.place;
                    return Ok(Next::Event(event));
                }
                None => return Ok(Next::Behind(self.place)),
            }
        }
    }

    /// Joins the others if everything before is read; tells whether it did.
    fn join(&mut self) -> std::result::Result<bool, Refused> {
        let mut state = self.hub.shared.state();
        if self.read < state.telling {
            return Ok(false);
        }
        let (id, test) = match &self.listen.test {
            Test::Query(query) => (state.watchers.add(query)?, query.to_string()),
            Test::Pattern(pattern) => {
                let id = state.watchers.add_pattern(pattern.clone());
                (id, pattern.source().to_owned())
            }
        };
        let (sender, events) = mpsc::channel(WAITING);
        let about = Listening {
            name: self.listen.name.clone(),
            description: self.listen.description.clone(),
            test,
            since: self.since,
            sent: 0,
        };
        let ear = Ear {
            listings: self.listen.test.finds_listings(),
            reader: self.listen.reader.clone(),
            sender,
            about,
        };
        state.listening.insert(id, ear);
        drop(state);
        self.joined = Some((id, events));
        Ok(true)
    }

    /// Reads some of what was missed from the store, up to the next chunk.
    async fn read_on(&mut self) -> Result<()> {
        let reader = self.listen.reader.clone();
        let (news, next) = self.hub.shared.store.news(self.read, AT_ONCE).await?;
        for one in news {
            if let Some(entry) = seen_by(&reader, &one) {
                if self.wants(&entry.statement()) {
                    self.missed.push_back(event(one.seq, one.kind, entry));
                }
                continue;
            }
            let parts = match one.brought {
                Brought::Chunk(_) => self.listen.test.finds_listings(),
                Brought::Items(_) => true,
                Brought::Entry(..) => false,
            };
            if parts && one.readers.include(&reader) {
                let read = match self.place {
                    Place {
                        seq,
                        number: Some(number),
                    } if seq == one.seq => number,
                    _ => 0,
                };
                self.read = one.seq;
                self.chunk = Some((one, read));
                return Ok(());
            }
        }
        self.read = next;
        Ok(())
    }

    /// Reads a block of a chunk.
    async fn read_chunk(&mut self, news: News, after: i64) -> Result<()> {
        let chunk = match news.brought {
            Brought::Chunk(chunk) => chunk,
            Brought::Items(chunk) => return self.read_items(news, chunk, after).await,
            Brought::Entry(..) => return Ok(()),
        };
        let (listings, next) = self.hub.shared.store.chunk_listings(chunk, after).await?;
        for (place, listing) in placed(news.seq, after, listings) {
            if self.wants(&listing.statement()) {
                let said = Said::Listing(Box::new(listing));
                self.missed
                    .push_back(Event::new(place, ChangeKind::Listings, said));
            }
        }
        self.chunk = next.map(|after| (news, after));
        Ok(())
    }

    async fn read_items(&mut self, news: News, chunk: Chunk, after: i64) -> Result<()> {
        let (items, next) = self.hub.shared.store.chunk_items(chunk, after).await?;
        for item in items {
            if self.wants(&item.statement()) {
                self.missed.push_back(item_event(news.seq, item));
            }
        }
        self.chunk = next.map(|after| (news, after));
        Ok(())
    }

    fn wants(&self, statement: &Statement<'_>) -> bool {
        match (&self.listen.test, &self.matcher) {
            (Test::Pattern(pattern), _) => pattern.matches(statement),
            (Test::Query(_), Some(matcher)) => matcher.matches(statement),
            (Test::Query(_), None) => false,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some((id, _)) = self.joined {
            self.hub.shared.state().forget(id);
        }
    }
}
