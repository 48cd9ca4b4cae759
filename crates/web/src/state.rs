//! What every handler has at hand.

use std::sync::{Arc, PoisonError, RwLock};

use noroshi_collect::recipe::{Recipes, load_lenient};
use noroshi_deliver::Courier;
use noroshi_exchange::warninglist::Warninglists;
use noroshi_store::Store;
use noroshi_watch::Hub;
use tokio::sync::{Semaphore, watch};

use crate::auth::Attempts;
use crate::problem::Problem;

/// Requests worked on at the same time; more wait their turn.
const QUICK: usize = 256;
/// Requests that may wait for changes at the same time.
const PATIENT: usize = 1_024;
/// Pages that are told of news at the same time.
const LIVE: usize = 4_096;

/// How the server stands in its surroundings.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// A proxy of ours stands in front: the last address in `X-Forwarded-For` is the client's.
    pub behind_proxy: bool,
    /// Browsers reach us by https only: cookies are marked `Secure`.
    pub https: bool,
    /// A schedule collects beside the server.
    pub collects: bool,
}

/// What every handler has at hand; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub(crate) store: Store,
    pub(crate) warninglists: Arc<Warninglists>,
    /// How sources are collected, as far as their recipes can be read.
    recipes: Arc<RwLock<Arc<Recipes>>>,
    pub(crate) settings: Settings,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) quick: Arc<Semaphore>,
    pub(crate) patient: Arc<Semaphore>,
    pub(crate) live: Arc<Semaphore>,
    /// Holds every live query against what is new.
    pub(crate) hub: Hub,
    /// Who sends on channels; nobody where the data is invented.
    pub(crate) courier: Option<Courier>,
    closing: Arc<watch::Sender<bool>>,
}

impl AppState {
    /// A server over a store. Made within the runtime that runs it.
    pub fn new(store: Store, warninglists: Arc<Warninglists>, settings: Settings) -> AppState {
        let (recipes, _) = load_lenient(Some(store.directory()));
        let recipes = Arc::new(RwLock::new(Arc::new(recipes)));
        AppState {
            hub: Hub::start(store.clone()),
            store,
            warninglists,
            recipes,
            settings,
            attempts: Arc::default(),
            quick: Arc::new(Semaphore::new(QUICK)),
            patient: Arc::new(Semaphore::new(PATIENT)),
            live: Arc::new(Semaphore::new(LIVE)),
            courier: None,
            closing: Arc::new(watch::Sender::new(false)),
        }
    }

    /// With somebody who sends on channels.
    pub fn delivering(self, courier: Courier) -> AppState {
        AppState {
            courier: Some(courier),
            ..self
        }
    }

    /// The recipes as they are now.
    pub(crate) fn recipes(&self) -> Arc<Recipes> {
        let recipes = self.recipes.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&recipes)
    }

    /// Reads the recipes anew, after one was added.
    pub(crate) fn read_recipes(&self) {
        let (recipes, _) = load_lenient(Some(self.store.directory()));
        let mut kept = self.recipes.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Arc::new(recipes);
    }

    /// Sends those home who wait for changes, now and from now on.
    pub(crate) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// Waits until the server is to end.
    pub(crate) async fn closed(&self) {
        // The sender is in self, so this cannot end before it is told to.
        let _ = self.closing.subscribe().wait_for(|closing| *closing).await;
    }
}

/// Does a piece of work to its end, even if the client goes away meanwhile: what was changed must
/// also be in the audit log.
pub(crate) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(error) => Err(Problem::internal(&error)),
    }
}
