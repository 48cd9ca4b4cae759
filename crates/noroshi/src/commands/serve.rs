//! `noroshi serve`: the server, with its schedule.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use noroshi_collect::{Schedule, Stop, ensure_sources, stop};
use noroshi_store::Store;
use noroshi_web::{AppState, Settings};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::source::recipes;
use crate::cli::PlaceArgs;
use crate::demo::{self, Demo};
use crate::place::Place;
use crate::print::Out;
use crate::{logging, signals};

/// Where it listens where nothing else is said.
const LISTEN: &str = "127.0.0.1:8080";

/// Arguments of `noroshi serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Addresses to listen on: 127.0.0.1:8080, [::1]:8080; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR", value_delimiter = ',', num_args = 1..)]
    listen: Vec<SocketAddr>,
    /// Shows invented data, in a data directory of its own [default: noroshi-data/demo]. Contacts nothing.
    #[arg(long)]
    demo: bool,
}

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn run(args: &ServeArgs, place: &PlaceArgs) -> anyhow::Result<()> {
    let place = match args.demo {
        true => Place::in_directory(place, demo::DIRECTORY)?,
        false => Place::new(place)?,
    };
    logging::start(&place.config.log, "info")?;
    let listeners = bind(&addresses(args, &place)).await?;
    let store = place.open().await?;
    let _serving = store.lease_serving().await?;
    let demo = match args.demo {
        true => Some(demo::prepare(&store).await?),
        false => None,
    };
    let (stopper, mut stop) = stop();
    signals::stop_on(stopper)?;
    let schedule = match args.demo || !place.config.collects() {
        true => None,
        false => Some(start_schedule(&place, &store, &stop)?),
    };
    greet(&place, &store, &listeners, demo.as_ref()).await?;
    let settings = Settings {
        behind_proxy: place.config.behind_proxy,
        https: place.config.https,
    };
    let warninglists = match args.demo {
        true => demo::warninglists(),
        false => place.warninglists(),
    };
    let state = AppState::new(store, Arc::new(warninglists), settings);
    noroshi_web::serve(listeners, state, async move { stop.asked().await }).await?;
    if let Some(schedule) = schedule {
        schedule.await?;
    }
    tracing::info!("ended in order");
    Ok(())
}

fn addresses(args: &ServeArgs, place: &Place) -> Vec<SocketAddr> {
    if !args.listen.is_empty() {
        return args.listen.clone();
    }
    if !place.config.listen.is_empty() {
        return place.config.listen.clone();
    }
    LISTEN.parse().into_iter().collect()
}

async fn bind(addresses: &[SocketAddr]) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        let bound = TcpListener::bind(address).await;
        listeners.push(bound.with_context(|| format!("cannot listen on {address}"))?);
    }
    Ok(listeners)
}

/// Starts collecting in the background. Sources of recipes that cannot be kept are left out.
fn start_schedule(place: &Place, store: &Store, stop: &Stop) -> anyhow::Result<JoinHandle<()>> {
    let schedule = Schedule {
        store: store.clone(),
        egress: place.egress()?,
        recipes: Arc::new(recipes(place)?),
        keys: place.config.keys()?,
        concurrency: place.config.concurrency(),
        max_body: place.config.max_body(),
    };
    let stop = stop.clone();
    Ok(tokio::spawn(async move {
        match ensure_sources(&schedule.store, &schedule.recipes).await {
            Ok(refused) => {
                for (source, error) in refused {
                    tracing::error!(source, %error, "its recipe cannot be used");
                }
            }
            Err(error) => tracing::error!(%error, "the sources cannot be kept"),
        }
        schedule.run(stop).await;
    }))
}

async fn greet(
    place: &Place,
    store: &Store,
    listeners: &[TcpListener],
    demo: Option<&Demo>,
) -> anyhow::Result<()> {
    let mut out = Out::new();
    let mut first = None;
    for listener in listeners {
        let url = format!("http://{}", listener.local_addr()?);
        out.line(format!("Noroshi is on {url}"))?;
        first.get_or_insert(url);
    }
    let url = first.unwrap_or_default();
    if let Some(demo) = demo {
        out.line(format!(
            "It shows invented data, kept in {}.",
            place.data.display()
        ))?;
        out.line(format!(
            "Sign in as {} with the password {}",
            demo::ACCOUNT,
            demo.password
        ))?;
        out.line(format!("The API key is {}", demo.key))?;
        out.line("Ask who lists a name:")?;
        let (key, value) = (&demo.key, demo::LISTED);
        out.line(format!(
            "  curl -H 'Authorization: Bearer {key}' '{url}/api/v1/lookup/{value}'"
        ))?;
    } else if store.accounts().await?.is_empty() {
        out.line("There is no account yet: noroshi account add NAME --role admin, then noroshi account password NAME")?;
    }
    Ok(out.finish()?)
}
