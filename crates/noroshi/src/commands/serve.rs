//! `noroshi serve`: the server, with its schedule.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use noroshi_collect::{Schedule, Sessions, Stop, ensure_sources, offer_sources, stop};
use noroshi_lookup::registration::{Registries, watch_domains};
use noroshi_store::{Store, now};
use noroshi_web::{AppState, Settings};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::source::recipes;
use crate::cli::PlaceArgs;
use crate::demo::{self, Demo};
use crate::outcome::usage;
use crate::place::Place;
use crate::print::Out;
use crate::{logging, signals};

/// How long the link for the first administrator is good, in microseconds. Each start makes another.
const FIRST_LINK_LASTS: i64 = 24 * 3_600_000_000;

/// Arguments of `noroshi serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Addresses to listen on: 127.0.0.1:8080, [::1]:8080; port 0 takes a free one [default: 127.0.0.1:8080 and [::1]:8080].
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
    let listeners = bind(&addresses(args, &place), asked_to_listen(args, &place)).await?;
    let store = place.open().await?;
    let _serving = store.lease_serving().await?;
    let demo = match args.demo {
        true => Some(demo::prepare(&store).await?),
        false => None,
    };
    let (stopper, mut stop) = stop();
    signals::stop_on(stopper)?;
    let first_link = match args.demo {
        true => None,
        false => store.make_first_link(now() + FIRST_LINK_LASTS).await?,
    };
    let collects = !args.demo && place.config.collects();
    let schedule = match collects {
        // Who comes first chooses what is collected; until then nothing is.
        true => Some(start_schedule(&place, &store, &stop, first_link.is_some()).await?),
        false => None,
    };
    greet(&place, &listeners, demo.as_ref(), first_link.as_deref())?;
    let settings = Settings {
        collects,
        behind_proxy: place.config.behind_proxy,
        https: place.config.https,
    };
    let warninglists = match args.demo {
        true => demo::warninglists(),
        false => place.warninglists(),
    };
    // These may be ended anywhere.
    let hunting = tokio::spawn(noroshi_watch::hunt(store.clone()));
    let asking = match collects {
        true => {
            let registries = Registries::new(place.egress()?, &place.config.rdap).map_err(usage)?;
            Some(tokio::spawn(watch_domains(store.clone(), registries)))
        }
        false => None,
    };
    let state = AppState::new(store, Arc::new(warninglists), settings);
    noroshi_web::serve(listeners, state, async move { stop.asked().await }).await?;
    hunting.abort();
    if let Some(asking) = asking {
        asking.abort();
    }
    if let Some(schedule) = schedule {
        schedule.await?;
    }
    tracing::info!("ended in order");
    Ok(())
}

fn addresses(args: &ServeArgs, place: &Place) -> Vec<SocketAddr> {
    match args.listen.as_slice() {
        [] => place.listen(),
        some => some.to_vec(),
    }
}

/// Whether somebody said where to listen.
fn asked_to_listen(args: &ServeArgs, place: &Place) -> bool {
    !args.listen.is_empty() || !place.config.listen.is_empty()
}

/// Listens on all of them. Where nobody asked for it, a machine without IPv6 is no error.
async fn bind(addresses: &[SocketAddr], asked: bool) -> anyhow::Result<Vec<TcpListener>> {
    let mut listeners = Vec::new();
    for address in addresses {
        let bound = TcpListener::bind(address).await;
        let missing = |error: &io::Error| error.kind() != io::ErrorKind::AddrInUse;
        match bound {
            Err(error) if !asked && address.is_ipv6() && missing(&error) => {
                tracing::info!(%address, "not here: {error}");
            }
            bound => {
                listeners.push(bound.with_context(|| format!("cannot listen on {address}"))?);
            }
        }
    }
    Ok(listeners)
}

/// Starts collecting in the background. Sources of recipes that cannot be kept are left out.
async fn start_schedule(
    place: &Place,
    store: &Store,
    stop: &Stop,
    first: bool,
) -> anyhow::Result<JoinHandle<()>> {
    let schedule = Schedule {
        store: store.clone(),
        egress: place.egress()?,
        recipes: Arc::new(recipes(place)?),
        keys: place.config.keys()?,
        concurrency: place.config.concurrency(),
        max_body: place.config.max_body(),
        sessions: Sessions::default(),
    };
    let kept = match first {
        true => offer_sources(&schedule.store, &schedule.recipes).await,
        false => ensure_sources(&schedule.store, &schedule.recipes).await,
    };
    for (source, error) in kept? {
        tracing::error!(source, %error, "its recipe cannot be used");
    }
    let stop = stop.clone();
    Ok(tokio::spawn(schedule.run(stop)))
}

fn greet(
    place: &Place,
    listeners: &[TcpListener],
    demo: Option<&Demo>,
    first_link: Option<&str>,
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
        // The two lines of docs/bots.md.
        out.line("A bot is two lines, one that watches and one that posts:")?;
        out.line(format!(
            "  curl -sSN -G -H 'Authorization: Bearer {key}' -H 'Accept: application/x-ndjson' --data-urlencode 'q=tag:test' '{url}/api/v1/stream'"
        ))?;
        out.line(format!(
            "  curl -sS -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' -d '{{\"text\":\"hello from curl #test\"}}' '{url}/api/v1/posts'"
        ))?;
    } else if let Some(token) = first_link {
        out.line("Nobody manages it yet. Begin here; the link is good once, for a day:")?;
        out.line(format!("  {url}/welcome/{token}"))?;
    }
    Ok(out.finish()?)
}
