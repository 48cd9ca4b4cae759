//! `noroshi search`: everything that a query finds, page by page.

use std::time::Duration;

use clap::Args;
use noroshi_lookup::{Listing, Value, Verdict};
use noroshi_query::{Query, QueryError, TimeZone, parse};
use noroshi_store::{Error, Found, Group, Groups, Page, Reader, SearchOptions, now};
use serde::Serialize;

use crate::outcome::usage;
use crate::place::Place;
use crate::print::{Out, Table, thousands};
use crate::when;

/// How long a page may take.
const BUDGET: Duration = Duration::from_secs(5);

/// Arguments of `noroshi search`.
#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    /// Words, values and fields: `tag:phishing last:7d`, `192.0.2.0/24`, `/login[0-9]+/ -source:x`, …
    query: String,
    /// Values of one page.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// Goes on where an earlier page ended: its `next`.
    #[arg(long)]
    cursor: Option<String>,
    /// Prints the page as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// One page as JSON.
#[derive(Serialize)]
struct PageJson {
    /// As it was understood.
    query: String,
    found: Vec<FoundJson>,
    /// Where the next page goes on.
    next: Option<String>,
    /// Whether there was time for the whole page.
    complete: bool,
    /// Counts over the whole answer, with the first page.
    groups: Option<GroupsJson>,
}

#[derive(Serialize)]
struct FoundJson {
    observable: Value,
    verdict: Verdict,
    listings: Vec<Listing>,
}

#[derive(Serialize)]
struct GroupsJson {
    total: u64,
    complete: bool,
    kinds: Vec<GroupJson>,
    sources: Vec<GroupJson>,
    families: Vec<GroupJson>,
    tags: Vec<GroupJson>,
}

#[derive(Serialize)]
struct GroupJson {
    name: String,
    count: u64,
}

/// Prints one page.
pub(crate) async fn run(place: &Place, args: &SearchArgs) -> anyhow::Result<()> {
    let zone = TimeZone::system();
    let query = parse(&args.query, now(), &zone).map_err(|error| pointed(&args.query, &error))?;
    let store = place.open_existing().await?;
    let options = SearchOptions {
        limit: args.limit.into(),
        cursor: args.cursor.clone(),
        budget: BUDGET,
        ..SearchOptions::default()
    };
    let page = store.search(&Reader::operator(), &query, options).await;
    let page = page.map_err(|error| match error {
        Error::Invalid(message) => usage(message),
        other => other.into(),
    })?;
    let mut out = Out::new();
    if args.json {
        out.json(&PageJson::new(&query, page))?;
    } else {
        print(&page, &mut out)?;
    }
    Ok(out.finish()?)
}

/// The error under the query, with marks below what is wrong.
fn pointed(query: &str, error: &QueryError) -> anyhow::Error {
    let before: String = " ".repeat(error.column.saturating_sub(1));
    let marks = "^".repeat(error.length.max(1));
    usage(format!(
        "{}\n  {}\n  {before}{marks}",
        error.message,
        crate::print::safe(query)
    ))
}

fn print(page: &Page, out: &mut Out) -> std::io::Result<()> {
    let now = now();
    let mut table = Table::new([
        "value",
        "kind",
        "state",
        "sources",
        "last seen",
        "family",
        "tags",
    ]);
    for found in &page.found {
        let verdict = Verdict::of(&found.listings);
        table.row([
            found.observable.defanged(),
            found.observable.kind().to_string(),
            verdict
                .state
                .map(|state| state.name().to_owned())
                .unwrap_or_default(),
            verdict.sources.join(" "),
            verdict
                .last_seen
                .map(|time| when::shown(time.0, now))
                .unwrap_or_default(),
            verdict.families.join(", "),
            verdict.tags.join(" "),
        ]);
    }
    out.table(&table)?;
    if let Some(groups) = &page.groups {
        out.line(found_line(groups))?;
    }
    if !page.complete {
        out.line("the time was up before the page was full")?;
    }
    if let Some(next) = &page.next {
        out.line(format!("more: --cursor {next}"))?;
    }
    Ok(())
}

fn found_line(groups: &Groups) -> String {
    let total = thousands(i64::try_from(groups.total).unwrap_or(i64::MAX));
    let more = if groups.complete { "" } else { "+" };
    format!("{total}{more} found")
}

impl PageJson {
    fn new(query: &Query, page: Page) -> PageJson {
        PageJson {
            query: query.to_string(),
            found: page.found.iter().map(FoundJson::from).collect(),
            next: page.next,
            complete: page.complete,
            groups: page.groups.map(GroupsJson::from),
        }
    }
}

impl From<&Found> for FoundJson {
    fn from(found: &Found) -> FoundJson {
        FoundJson {
            observable: Value::from(&found.observable),
            verdict: Verdict::of(&found.listings),
            listings: found.listings.iter().map(Listing::from).collect(),
        }
    }
}

impl From<Groups> for GroupsJson {
    fn from(groups: Groups) -> GroupsJson {
        let each = |groups: Vec<Group>| {
            let json = |group: Group| GroupJson {
                name: group.name,
                count: group.count,
            };
            groups.into_iter().map(json).collect()
        };
        GroupsJson {
            total: groups.total,
            complete: groups.complete,
            kinds: each(groups.kinds),
            sources: each(groups.sources),
            families: each(groups.families),
            tags: each(groups.tags),
        }
    }
}
