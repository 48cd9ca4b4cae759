//! Collects from every enabled source when its time has come, for as long as the server runs.
//!
//! What is due is asked of the store again and again, so nothing is lost when the process is: a source whose run was
//! cut short is still due.

mod hosts;
pub(crate) mod pace;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use noroshi_egress::Egress;
use noroshi_store::{ImportMode, RunOutcome, Source, Store, now};
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use crate::keys::Keys;
use crate::recipe::{Recipe, Recipes, load_lenient};
use crate::run::{self, Failure, Options, Origin, Receipt, Sessions};
use crate::stop::Stop;

use hosts::host;

/// How often the store is asked what is due.
const LOOK: Duration = Duration::from_secs(5);

/// Due sources that are looked at, so that a few on a busy host do not keep all others waiting.
const DUE: usize = 64;

/// How long a source is left alone that another process collects from.
const AWAY: Duration = Duration::from_secs(60);

/// How long a source rests whose recipe is gone.
const NO_RECIPE: Duration = Duration::from_secs(24 * 3_600);

/// Who started a run, for the receipts.
const ACTOR: &str = "schedule";

/// What the schedule needs.
pub struct Schedule {
    /// Where it all goes.
    pub store: Store,
    /// The way out.
    pub egress: Egress,
    /// How each source is collected.
    pub recipes: Arc<Recipes>,
    /// The users' keys.
    pub keys: Keys,
    /// Sources that may be collected at once; never two of one host.
    pub concurrency: usize,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// The sessions of services that have them.
    pub sessions: Sessions,
}

/// What runs, and what is left alone for a while.
#[derive(Default)]
struct State {
    recipes: Arc<Recipes>,
    tasks: JoinSet<Result<Option<Receipt>, Failure>>,
    running: HashMap<Id, Running>,
    away: HashMap<String, Instant>,
}

struct Running {
    source: String,
    host: String,
    /// It stays as long as the server runs, and costs its host one connection.
    is_stream: bool,
}

impl Schedule {
    /// Runs until it is asked to stop, and then until the runs under way have ended: between two chunks.
    pub async fn run(self, mut stop: Stop) {
        let mut state = State {
            recipes: Arc::clone(&self.recipes),
            ..State::default()
        };
        while !stop.is_asked() {
            if let Err(error) = self.start_due(&mut state, &stop).await {
                tracing::error!(%error, "the schedule cannot see what is due");
            }
            tokio::select! {
                () = stop.asked() => {}
                () = tokio::time::sleep(LOOK) => {}
                Some(ended) = state.tasks.join_next_with_id() => state.ended(ended),
            }
        }
        while let Some(ended) = state.tasks.join_next_with_id().await {
            state.ended(ended);
        }
    }

    async fn start_due(&self, state: &mut State, stop: &Stop) -> noroshi_store::Result<()> {
        state.away.retain(|_, until| *until > Instant::now());
        for source in self.store.due_sources(DUE).await? {
            if state.recipes.get(&source.name).is_none() {
                state.recipes = self.newest_recipes();
            }
            let Some(recipe) = state.recipes.clone().get(&source.name).cloned() else {
                self.rest(&source).await?;
                continue;
            };
            let is_free = recipe.stream.is_some() || state.runs() < self.concurrency;
            if is_free && state.may_start(&source.name, &recipe) {
                self.start(&recipe, state, stop);
            }
        }
        Ok(())
    }

    fn start(&self, recipe: &Recipe, state: &mut State, stop: &Stop) {
        let mut options = Options::new(ImportMode::Serving, ACTOR);
        options.key = self.keys.get(&recipe.name).cloned();
        options.sessions = self.sessions.clone();
        options.max_body = self.max_body;
        options.stop = stop.clone();
        let (store, egress, recipe) = (self.store.clone(), self.egress.clone(), recipe.clone());
        let running = Running {
            source: recipe.name.clone(),
            host: host(&recipe),
            is_stream: recipe.stream.is_some(),
        };
        let task = state.tasks.spawn(async move {
            match recipe.stream {
                Some(_) => run::follow(&store, &egress, &recipe, &options)
                    .await
                    .map(|()| None),
                None => {
                    let run = run::collect(&store, &egress, &recipe, Origin::Network, &options);
                    run.await.map(Some)
                }
            }
        });
        state.running.insert(task.id(), running);
    }

    /// The recipes as they are now: a source may have been added since.
    fn newest_recipes(&self) -> Arc<Recipes> {
        Arc::new(load_lenient(Some(self.store.directory())).0)
    }

    async fn rest(&self, source: &Source) -> noroshi_store::Result<()> {
        let rest = i64::try_from(NO_RECIPE.as_micros()).unwrap_or(i64::MAX);
        let outcome = RunOutcome {
            error: Some("there is no recipe of this name".to_owned()),
            next_run: now().saturating_add(rest),
            validators: None,
        };
        tracing::warn!(
            source = source.name,
            "enabled, but there is no recipe for it"
        );
        self.store.note_run(source.id, outcome).await
    }
}

/// How a task ended, as the set of tasks tells it.
type Ended = Result<(Id, Result<Option<Receipt>, Failure>), tokio::task::JoinError>;

impl State {
    /// Runs under way, without streams.
    fn runs(&self) -> usize {
        let running = self.running.values();
        running.filter(|running| !running.is_stream).count()
    }

    fn may_start(&self, source: &str, recipe: &Recipe) -> bool {
        let (host, is_stream) = (host(recipe), recipe.stream.is_some());
        let mut running = self.running.values();
        !self.away.contains_key(source)
            && !running.any(|running| {
                let same_host = !is_stream && !running.is_stream && running.host == host;
                running.source == source || same_host
            })
    }

    fn ended(&mut self, ended: Ended) {
        let (id, ended) = match ended {
            Ok((id, ended)) => (id, Ok(ended)),
            Err(error) => (error.id(), Err(error)),
        };
        let Some(Running { source, .. }) = self.running.remove(&id) else {
            return;
        };
        match ended {
            Ok(Ok(receipt)) => receipt.iter().for_each(log),
            Ok(Err(failure)) => {
                if failure.error.is_conflict() {
                    self.away.insert(source.clone(), Instant::now() + AWAY);
                }
                tracing::warn!(source, error = %failure.error, "not collected");
            }
            Err(error) => {
                // It noted nothing, so it would be due again at once.
                self.away.insert(source.clone(), Instant::now() + AWAY);
                tracing::error!(source, %error, "collecting broke off");
            }
        }
    }
}

fn log(receipt: &Receipt) {
    tracing::info!(
        source = receipt.source,
        batch = receipt.batch,
        rows = receipt.rows,
        new = receipt.new,
        changed = receipt.changed,
        delisted = receipt.delisted,
        bad = receipt.bad,
        not_modified = receipt.not_modified,
        "collected"
    );
}
