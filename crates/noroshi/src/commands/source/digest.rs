//! `noroshi source digest`: when a source speaks on the timeline.

use clap::Args;
use noroshi_store::{DigestRule, Reader};
use noroshi_web::source::SourceAnswer;

use super::known;
use crate::place::Place;
use crate::print::Out;
use crate::when;

/// Arguments of `noroshi source digest`.
#[derive(Debug, Args)]
pub(crate) struct DigestArgs {
    /// Which.
    name: String,
    /// It speaks.
    #[arg(long, conflicts_with = "off")]
    on: bool,
    /// It never speaks.
    #[arg(long)]
    off: bool,
    /// It is quiet until so many listings are new or changed.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    least: Option<i64>,
    /// It is quiet so long after it spoke, and then tells of all since: 30m, 1h, 2d; 0m for never.
    #[arg(long, value_name = "TIME", value_parser = when::length)]
    pause: Option<i64>,
    /// Prints the source as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(place: &Place, args: &DigestArgs) -> anyhow::Result<()> {
    let store = place.open().await?;
    known(place, &store, &args.name).await?;
    let operator = Reader::operator();
    let mut source = store.source(&operator, &args.name).await?;
    let rule = DigestRule {
        on: (source.digest.on || args.on) && !args.off,
        least: args.least.unwrap_or(source.digest.least),
        pause: args.pause.unwrap_or(source.digest.pause),
    };
    if rule != source.digest {
        store.set_digest_rule(source.id, rule).await?;
        let (action, detail) = ("source.digest", rule.to_string());
        store
            .audit(&operator, action, &source.name, Some(&detail))
            .await?;
        source.digest = rule;
    }
    let mut out = Out::new();
    match args.json {
        true => out.json(&SourceAnswer::from(source))?,
        false => out.line(format!("the digest of {}: {rule}", source.name))?,
    }
    Ok(out.finish()?)
}
