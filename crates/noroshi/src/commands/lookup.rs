//! `noroshi lookup`: what is known about values.

use clap::Args;
use noroshi_exchange::warninglist::Warninglists;
use noroshi_lookup::{Answer, LookupError, Related, lookup};
use noroshi_store::{Reader, Store, now};

use super::input;
use crate::outcome::{Told, tell, usage};
use crate::place::Place;
use crate::print::{Out, Table, safe, thousands};
use crate::when;

/// Posts, and related values of each tie, that are shown.
const SHOWN: usize = 5;

/// Arguments of `noroshi lookup`.
#[derive(Debug, Args)]
pub(crate) struct LookupArgs {
    /// Addresses, names, URLs, hashes, … as they were written, defanged or not; - reads lines of standard input.
    #[arg(required = true, value_name = "VALUE")]
    values: Vec<String>,
    /// Prints one line of JSON for each value.
    #[arg(long)]
    json: bool,
}

/// Answers about each value. One that cannot be read is told, and the others are answered.
pub(crate) async fn run(place: &Place, args: &LookupArgs) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let warninglists = place.warninglists();
    let mut out = Out::new();
    let mut failed = false;
    for value in input::values(&args.values) {
        match answer(&store, &warninglists, &value?).await {
            Ok(answer) if args.json => out.json(&answer)?,
            Ok(answer) => print(&answer, &mut out)?,
            Err(LookupError::NotAValue(error)) => {
                // One alone is bad usage; among many, the rest counts.
                if args.values.len() == 1 && args.values[0] != "-" {
                    return Err(usage(error.to_string()));
                }
                tell(&error.to_string());
                failed = true;
            }
            Err(error) => return Err(error.into()),
        }
        out.flush()?;
    }
    out.finish()?;
    if failed { Err(Told.into()) } else { Ok(()) }
}

async fn answer(store: &Store, lists: &Warninglists, value: &str) -> Result<Answer, LookupError> {
    lookup(store, lists, &Reader::operator(), value).await
}

fn print(answer: &Answer, out: &mut Out) -> std::io::Result<()> {
    let value = &answer.observable;
    let odd = if answer.suspicious {
        ", oddly spelled"
    } else {
        ""
    };
    out.line(format!(
        "{} ({}{odd}): {}",
        safe(&value.defanged),
        value.kind,
        safe(&answer.verdict.to_string())
    ))?;
    for warning in &answer.warninglists {
        out.line(format!(
            "  probably a false alarm: {} ({})",
            safe(&warning.name),
            safe(&warning.entry)
        ))?;
    }
    let now = now();
    let mut table = Table::new([
        "  source",
        "state",
        "first seen",
        "last seen",
        "family",
        "tags",
        "note",
    ]);
    for listing in &answer.listings {
        table.row([
            format!("  {}", listing.source),
            listing.state.name().to_owned(),
            when::shown(listing.first_seen.0, now),
            when::shown(listing.last_seen.0, now),
            listing.family.clone().unwrap_or_default(),
            listing.tags.join(" "),
            listing.note.as_deref().map(short).unwrap_or_default(),
        ]);
    }
    out.table(&table)?;
    print_posts(answer, out)?;
    for related in &answer.related {
        print_related(related, answer.complete, out)?;
    }
    Ok(())
}

fn print_posts(answer: &Answer, out: &mut Out) -> std::io::Result<()> {
    if answer.posts.is_empty() {
        return Ok(());
    }
    let now = now();
    let mut table = Table::new(["  post", "from", "published", "tags", "text"]);
    for post in answer.posts.iter().take(SHOWN) {
        table.row([
            format!("  {}", post.id),
            post.from.clone(),
            when::shown(post.published.0, now),
            post.tags.join(" "),
            short(&post.text),
        ]);
    }
    out.table(&table)
}

fn print_related(related: &Related, complete: bool, out: &mut Out) -> std::io::Result<()> {
    let count = thousands(i64::try_from(related.count).unwrap_or(i64::MAX));
    let at_least = if complete { "" } else { "at least " };
    out.line(format!(
        "  {}: {at_least}{count}",
        related.tie.name().replace('_', " ")
    ))?;
    for value in related.values.iter().take(SHOWN) {
        out.line(format!(
            "    {}: {}",
            safe(&value.observable.defanged),
            safe(&value.verdict.to_string())
        ))?;
    }
    Ok(())
}

fn short(note: &str) -> String {
    const LONGEST: usize = 60;
    match note.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", note.get(..end).unwrap_or(note)),
        None => note.to_owned(),
    }
}
