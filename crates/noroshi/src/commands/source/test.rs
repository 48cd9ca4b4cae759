//! `noroshi source test`: a recipe tried in a store of its own that is thrown away.

use std::io;
use std::path::Path;

use noroshi_collect::recipe::Recipe;
use noroshi_collect::{Options, Origin, Receipt, collect};
use noroshi_indicator::Tlp;
use noroshi_query::Query;
use noroshi_store::{
    BadRow, EVERYONE, Found, ImportMode, Post, PostOptions, Reader, SearchOptions, Store, Target,
};
use noroshi_web::post::PostAnswer;
use noroshi_web::search::FoundValue;
use serde::Serialize;

use super::bad::{self, BadRowJson};
use super::{recipe, recipes};
use crate::outcome::{Told, tell, usage};
use crate::place::Place;
use crate::print::{Out, Table, safe, thousands};

/// Rows that are shown.
const SHOWN: usize = 10;
/// Characters of a text that are shown.
const TEXT_CHARS: usize = 300;

/// What came of it.
#[derive(Serialize)]
struct TestJson<'a> {
    receipt: &'a Receipt,
    rows: Vec<FoundValue>,
    texts: Vec<PostAnswer>,
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
    let texts = texts(store, &operator).await?;
    let bad = match receipt.batch {
        Some(batch) => store.bad_rows(&operator, batch, 0, SHOWN).await?,
        None => Vec::new(),
    };
    let mut out = Out::new();
    if json {
        out.json(&TestJson {
            receipt,
            rows: found.iter().map(FoundValue::from).collect(),
            texts: texts.into_iter().map(PostAnswer::from).collect(),
            bad_rows: bad.iter().map(BadRowJson::from).collect(),
        })?;
    } else {
        print(receipt, &found, &texts, &bad, &mut out)?;
    }
    Ok(out.finish()?)
}

/// The newest texts that came; what the source says of its run itself is left out.
async fn texts(store: &Store, operator: &Reader) -> Result<Vec<Post>, noroshi_store::Error> {
    let options = PostOptions {
        limit: SHOWN + 1,
        ..PostOptions::default()
    };
    let page = store
        .search_posts(operator, &Query { expr: None }, options)
        .await?;
    let posts = page.entries.into_iter().map(|entry| entry.post);
    Ok(posts
        .filter(|post| post.item.is_some())
        .take(SHOWN)
        .collect())
}

fn print(
    receipt: &Receipt,
    found: &[Found],
    texts: &[Post],
    bad: &[BadRow],
    out: &mut Out,
) -> io::Result<()> {
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
    if texts.is_empty() || !table.is_empty() {
        out.table(&table)?;
    }
    for post in texts {
        let text: String = post.text.chars().take(TEXT_CHARS).collect();
        let link = post.item.as_ref().and_then(|item| item.url.clone());
        let time = noroshi_lookup::Time(post.published);
        out.line(format!("{time}  {}", link.unwrap_or_default()))?;
        out.line(format!("  {}", safe(&text.replace('\n', " "))))?;
    }
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
