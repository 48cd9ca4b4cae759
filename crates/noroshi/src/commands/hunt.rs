//! `noroshi hunt`: queries that watch, and what they found.

use std::io::{self, Read};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use noroshi_query::TimeZone;
use noroshi_store::{
    Account, Error, Hit, HitFilter, Hunt, HuntForm, MOST_COUNTED, NewHunt, Reader, Said, Store, now,
};
use noroshi_web::hunt::{HitAnswer, HuntAnswer, PreviewAnswer};

use crate::outcome::usage;
use crate::place::Place;
use crate::print::{Out, Table, safe, thousands};
use crate::when;

/// How long a preview may look.
const BUDGET: Duration = Duration::from_secs(10);
/// The most bytes of a watch-list on standard input.
const LONGEST: u64 = 256 * 1024;
/// Hunts of one page of the store.
const PAGE: usize = 500;

/// `noroshi hunt …`
#[derive(Debug, Subcommand)]
pub(crate) enum HuntCommand {
    /// Makes a hunt of an account, which looks at what comes from now on.
    Add {
        /// Whose it is.
        account: String,
        /// What it is called.
        name: String,
        #[command(flatten)]
        looked: Looked,
        /// Shares it with this audience, who may see to its hits.
        #[arg(long)]
        audience: Option<String>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists hunts.
    List {
        /// Of one account only.
        account: Option<String>,
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Shows a hunt.
    Show {
        /// Its number, as `hunt list` shows it.
        id: i64,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists what a hunt found, the newest first.
    Hits {
        /// Its number.
        id: i64,
        /// So many at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
        /// Goes on below this hit.
        #[arg(long)]
        below: Option<i64>,
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Deletes a hunt, and what it found.
    Rm {
        /// Its number.
        id: i64,
    },
    /// Tells what a hunt would have found in the last 30 days, and what it costs to watch.
    Preview {
        #[command(flatten)]
        looked: Looked,
        /// With the eyes of this account [default: everybody's].
        #[arg(long, value_name = "ACCOUNT")]
        r#as: Option<String>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What is looked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Looked {
    /// The query, words or list; `-` reads it from standard input.
    words: String,
    /// How it is written.
    #[arg(long, value_enum, default_value = "query")]
    form: Form,
}

/// How it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Form {
    /// A query, as in the search box.
    Query,
    /// Words: a comma is OR, white space is AND.
    Words,
    /// A list of own names, networks, brands and products, an entry a line.
    Watchlist,
}

impl Looked {
    fn hunt(&self, name: &str) -> anyhow::Result<NewHunt> {
        let words = match self.words.as_str() {
            "-" => {
                let mut text = String::new();
                io::stdin()
                    .lock()
                    .take(LONGEST + 1)
                    .read_to_string(&mut text)?;
                text
            }
            words => words.to_owned(),
        };
        Ok(NewHunt {
            name: name.to_owned(),
            form: match self.form {
                Form::Query => HuntForm::Query,
                Form::Words => HuntForm::Words,
                Form::Watchlist => HuntForm::Watchlist,
            },
            words,
            enabled: true,
            ..NewHunt::default()
        })
    }
}

/// Runs one of them.
pub(crate) async fn run(place: &Place, command: &HuntCommand) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    match command {
        HuntCommand::Add {
            account,
            name,
            looked,
            audience,
            json,
        } => {
            let new = NewHunt {
                audience: audience.clone(),
                ..looked.hunt(name)?
            };
            add(&store, account, new, *json).await
        }
        HuntCommand::List { account, json } => list(&store, account.as_deref(), *json).await,
        HuntCommand::Show { id, json } => show(&store, *id, *json).await,
        HuntCommand::Hits {
            id,
            limit,
            below,
            json,
        } => hits(&store, *id, (*limit).into(), *below, *json).await,
        HuntCommand::Rm { id } => {
            store.delete_hunt(&Reader::operator(), *id).await?;
            let mut out = Out::new();
            out.line(format!("hunt {id} is deleted"))?;
            Ok(out.finish()?)
        }
        HuntCommand::Preview { looked, r#as, json } => {
            preview(&store, &looked.hunt("preview")?, r#as.as_deref(), *json).await
        }
    }
}

/// What is wrong with what was typed is bad usage.
fn typed(error: Error) -> anyhow::Error {
    match error {
        Error::Invalid(message) => usage(message),
        other => other.into(),
    }
}

async fn account(store: &Store, name: &str) -> anyhow::Result<Account> {
    Ok(store.account(name).await?)
}

async fn add(store: &Store, owner: &str, new: NewHunt, json: bool) -> anyhow::Result<()> {
    let owner = account(store, owner).await?.id;
    let hunt = store.add_hunt(owner, new).await.map_err(typed)?;
    let mut out = Out::new();
    match json {
        true => out.json(&HuntAnswer::from(hunt))?,
        // Alone on its line, as of keys.
        false => out.line(hunt.id)?,
    }
    Ok(out.finish()?)
}

async fn list(store: &Store, owner: Option<&str>, json: bool) -> anyhow::Result<()> {
    let owner = match owner {
        Some(name) => Some(account(store, name).await?.id),
        None => None,
    };
    let (mut out, now) = (Out::new(), now());
    let mut table = Table::new([
        "id",
        "account",
        "name",
        "state",
        "open",
        "last hit",
        "looks for",
    ]);
    let mut below = None;
    loop {
        let hunts = store.hunts(&Reader::operator(), owner, below, PAGE).await?;
        let Some(last) = hunts.last().map(|hunt| hunt.id) else {
            break;
        };
        below = Some(last);
        for hunt in hunts {
            match json {
                true => out.json(&HuntAnswer::from(hunt))?,
                false => table.row(line(&hunt, now)),
            }
        }
    }
    out.table(&table)?;
    Ok(out.finish()?)
}

fn state(hunt: &Hunt) -> &'static str {
    match (hunt.paused, hunt.enabled) {
        (Some(_), _) => "stopped: found too much",
        (None, true) => "on",
        (None, false) => "off",
    }
}

fn open(hunt: &Hunt) -> String {
    let more = if hunt.open >= MOST_COUNTED { "+" } else { "" };
    format!("{}{more}", thousands(hunt.open.min(MOST_COUNTED - 1)))
}

fn line(hunt: &Hunt, now: i64) -> [String; 7] {
    let words: String = safe(&hunt.words.split_whitespace().collect::<Vec<_>>().join(" "));
    [
        hunt.id.to_string(),
        hunt.owner.clone(),
        hunt.name.clone(),
        state(hunt).to_owned(),
        open(hunt),
        hunt.last_hit
            .map(|at| when::shown(at, now))
            .unwrap_or_default(),
        words.chars().take(60).collect(),
    ]
}

async fn show(store: &Store, id: i64, json: bool) -> anyhow::Result<()> {
    let hunt = store.hunt(&Reader::operator(), id).await?;
    let mut out = Out::new();
    if json {
        out.json(&HuntAnswer::from(hunt))?;
        return Ok(out.finish()?);
    }
    let shared = hunt.audience.as_deref().unwrap_or("nobody");
    out.line(format!("{} of {}", safe(&hunt.name), hunt.owner))?;
    out.line(format!(
        "{}, {} open, shared with {}",
        state(&hunt),
        open(&hunt),
        safe(shared)
    ))?;
    for query in &hunt.queries {
        out.line(format!("  {}", safe(query)))?;
    }
    Ok(out.finish()?)
}

async fn hits(
    store: &Store,
    id: i64,
    limit: usize,
    below: Option<i64>,
    json: bool,
) -> anyhow::Result<()> {
    let reader = Reader::operator();
    store.hunt(&reader, id).await?;
    let filter = HitFilter {
        hunt: Some(id),
        ..HitFilter::default()
    };
    let page = store.hit_page(&reader, filter, below, limit).await?;
    let (mut out, now) = (Out::new(), now());
    let mut table = Table::new(["id", "found", "state", "assignee", "from", "what"]);
    for hit in page.hits {
        match json {
            true => out.json(&HitAnswer::from(hit))?,
            false => table.row(hit_line(hit, now)),
        }
    }
    out.table(&table)?;
    if let (Some(next), false) = (page.next, json) {
        out.line(format!("more: --below {next}"))?;
    }
    Ok(out.finish()?)
}

fn hit_line(hit: Hit, now: i64) -> [String; 6] {
    let (from, what) = match hit.said {
        Some(Said::Post(post)) => {
            let line: Vec<&str> = post.text.split_whitespace().collect();
            (
                post.from.name,
                safe(&line.join(" ")).chars().take(80).collect(),
            )
        }
        Some(Said::Listing(listing)) => (listing.source, listing.observable.defanged()),
        None => (String::new(), "gone".to_owned()),
    };
    [
        hit.id.to_string(),
        when::shown(hit.at, now),
        hit.state.name().to_owned(),
        hit.assignee.unwrap_or_default(),
        from,
        what,
    ]
}

async fn preview(
    store: &Store,
    hunt: &NewHunt,
    eyes: Option<&str>,
    json: bool,
) -> anyhow::Result<()> {
    let reader = match eyes {
        Some(name) => Reader::account(account(store, name).await?.id),
        None => Reader::operator(),
    };
    let queries = hunt.queries(&TimeZone::system()).map_err(typed)?;
    let preview = noroshi_watch::preview(store, &reader, &queries, BUDGET).await?;
    let mut out = Out::new();
    if json {
        out.json(&PreviewAnswer::new(&queries, preview))?;
        return Ok(out.finish()?);
    }
    let more = if preview.complete { "" } else { "+" };
    let hits = thousands(i64::try_from(preview.hits).unwrap_or(i64::MAX));
    out.line(format!("{hits}{more} hits in 30 days"))?;
    let days: Vec<String> = preview.days.iter().map(u64::to_string).collect();
    out.line(format!("a day: {}", days.join(" ")))?;
    if !preview.complete {
        out.line("the time was up before all was looked at")?;
    }
    match preview.cost.asks_all {
        true => out.line("every new statement has to be held against it")?,
        false => out.line(format!(
            "about {} of 10,000 new statements have to be held against it",
            preview.cost.of_ten_thousand
        ))?,
    }
    Ok(out.finish()?)
}
