//! `noroshi search`: everything that a query finds, page by page.

use std::time::Duration;

use clap::Args;
use noroshi_lookup::Verdict;
use noroshi_query::{QueryError, TimeZone, parse};
use noroshi_store::{Error, Groups, Page, Reader, SearchOptions, now};
use noroshi_web::search::SearchAnswer;

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

/// Prints one page.
pub(crate) async fn run(place: &Place, args: &SearchArgs) -> anyhow::Result<()> {
    let zone = TimeZone::system();
    let (now, cursor) = start(args.cursor.as_deref())?;
    let query = parse(&args.query, now, &zone).map_err(|error| pointed(&args.query, &error))?;
    let store = place.open_existing().await?;
    let options = SearchOptions {
        limit: args.limit.into(),
        cursor,
        budget: BUDGET,
        ..SearchOptions::default()
    };
    let page = store.search(&Reader::operator(), &query, options).await;
    let mut page = page.map_err(|error| match error {
        Error::Invalid(message) => usage(message),
        other => other.into(),
    })?;
    page.next = page.next.map(|next| format!("{now}.{next}"));
    let mut out = Out::new();
    if args.json {
        out.json(&SearchAnswer::from(page))?;
    } else {
        print(&page, &mut out)?;
    }
    Ok(out.finish()?)
}

/// The time that the query counts from, and where in its answer to go on. A page that goes on must mean by "7 days
/// ago" what the first page meant, so a cursor is the time of the first page before the store's own, as in the API.
fn start(cursor: Option<&str>) -> anyhow::Result<(i64, Option<String>)> {
    let Some(cursor) = cursor else {
        return Ok((now(), None));
    };
    let parts = cursor.split_once('.');
    let parts = parts.and_then(|(now, rest)| Some((now.parse().ok()?, rest.to_owned())));
    let (now, rest) = parts.ok_or_else(|| usage("this is no cursor of an earlier page"))?;
    Ok((now, Some(rest)))
}

/// The error under the query, with marks below what is wrong.
pub(super) fn pointed(query: &str, error: &QueryError) -> anyhow::Error {
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
