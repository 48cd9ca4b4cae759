//! `noroshi source test`: a recipe tried in a store of its own that is thrown away.

use std::io;
use std::path::Path;

use noroshi_collect::recipe::Recipe;
use noroshi_collect::{Options, Origin, Receipt, collect};
use noroshi_indicator::Tlp;
use noroshi_query::Query;
use noroshi_store::{BadRow, EVERYONE, Found, ImportMode, Reader, SearchOptions, Store, Target};
use noroshi_web::search::FoundValue;
use serde::Serialize;

use super::bad::{self, BadRowJson};
use super::{recipe, recipes};
use crate::outcome::{Told, tell, usage};
use crate::place::Place;
use crate::print::{Out, Table, safe, thousands};

/// Rows that are shown.
const SHOWN: usize = 10;

/// What came of it.
#[derive(Serialize)]
struct TestJson<'a> {
    receipt: &'a Receipt,
    rows: Vec<FoundValue>,
    bad_rows: Vec<BadRowJson<'a>>,
}

pub(super) async fn run(
    place: &Place,
    name: &str,
    from: Option<&Path>,
    json: bool,
) -> anyhow::Result<()> {
    let recipe = tried(place, name)?;
    let directory = tempfile::tempdir()?;
    let store = Store::open(&Target::Directory(directory.path().to_owned())).await?;
    let origin = match from {
        None => Origin::Network,
        Some(file) if file.as_os_str() == "-" => Origin::Reader(Box::new(io::stdin())),
        Some(file) => Origin::File(file.to_owned()),
    };
    let mut options = Options::new(ImportMode::Offline, "test");
    options.key = place.config.keys()?.get(&recipe.name).cloned();
    options.max_body = place.config.max_body();
    let ended = collect(&store, &place.egress()?, &recipe, origin, &options).await;
    let (receipt, well) = match ended {
        Ok(receipt) => (receipt, true),
        Err(failure) => {
            tell(&safe(&failure.to_string()));
            (failure.receipt.ok_or(Told)?, false)
        }
    };
    show(&store, &receipt, json).await?;
    if well { Ok(()) } else { Err(Told.into()) }
}

/// The recipe of that name or file, readable by everyone: the store it goes into knows no other audience.
fn tried(place: &Place, name: &str) -> anyhow::Result<Recipe> {
    let mut tried = if name.ends_with(".toml") {
        let text =
            std::fs::read_to_string(name).map_err(|error| usage(format!("{name}: {error}")))?;
        Recipe::parse(name, &text)?
    } else {
        recipe(&recipes(place)?, name)?.clone()
    };
    tried.audience = EVERYONE.to_owned();
    tried.tlp = Tlp::Clear;
    Ok(tried)
}

async fn show(store: &Store, receipt: &Receipt, json: bool) -> anyhow::Result<()> {
    let operator = Reader::operator();
    let options = SearchOptions {
        limit: SHOWN,
        ..SearchOptions::default()
    };
    let found = store
        .search(&operator, &Query { expr: None }, options)
        .await?
        .found;
    let bad = match receipt.batch {
        Some(batch) => store.bad_rows(&operator, batch, 0, SHOWN).await?,
        None => Vec::new(),
    };
    let mut out = Out::new();
    if json {
        out.json(&TestJson {
            receipt,
            rows: found.iter().map(FoundValue::from).collect(),
            bad_rows: bad.iter().map(BadRowJson::from).collect(),
        })?;
    } else {
        print(receipt, &found, &bad, &mut out)?;
    }
    Ok(out.finish()?)
}

fn print(receipt: &Receipt, found: &[Found], bad: &[BadRow], out: &mut Out) -> io::Result<()> {
    let mut table = Table::new([
        "value",
        "kind",
        "first seen",
        "port",
        "family",
        "tags",
        "note",
    ]);
    for found in found {
        for listing in &found.listings {
            table.row([
                found.observable.defanged(),
                found.observable.kind().to_string(),
                noroshi_lookup::Time(listing.first_seen).to_string(),
                listing
                    .port
                    .map(|port| port.to_string())
                    .unwrap_or_default(),
                listing.family.clone().unwrap_or_default(),
                listing.tags.join(" "),
                listing.note.clone().unwrap_or_default(),
            ]);
        }
    }
    out.table(&table)?;
    for row in bad {
        out.line(bad::shown(row))?;
    }
    let (rows, bad, folded) = (receipt.rows, receipt.bad, receipt.folded);
    out.line(format!(
        "{} rows, {} bad, {} repeated",
        thousands(rows),
        thousands(bad),
        thousands(folded)
    ))
}
