//! `noroshi post`: a post of an account, written at the command line.

use std::io::{self, Read};

use anyhow::Context;
use clap::Args;
use noroshi_indicator::Tlp;
use noroshi_store::{Account, Error, NewPost, Store};
use noroshi_web::post::PostAnswer;

use crate::outcome::usage;
use crate::place::Place;
use crate::print::Out;

/// More than any post may have, in bytes.
const MOST: u64 = 1 << 20;

/// Arguments of `noroshi post`.
#[derive(Debug, Args)]
pub(crate) struct PostArgs {
    /// Markdown; - reads it from standard input.
    #[arg(default_value = "-")]
    text: String,
    /// The account that speaks.
    #[arg(long = "as", value_name = "NAME")]
    account: String,
    /// The post that it answers.
    #[arg(long, value_name = "ID")]
    reply_to: Option<i64>,
    /// Who may read it [default: those who may read what it answers, or else everyone].
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// The marking: clear, green, amber, amber+strict or red, none wider than the audience.
    #[arg(long, value_name = "LEVEL")]
    tlp: Option<Tlp>,
    /// Prints the post as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Writes the post, and prints its number.
pub(crate) async fn run(place: &Place, args: &PostArgs) -> anyhow::Result<()> {
    let text = match args.text.as_str() {
        "-" => read()?,
        text => text.to_owned(),
    };
    let store = place.open_existing().await?;
    let account = speaker(&store, &args.account).await?;
    let new = NewPost {
        text,
        reply_to: args.reply_to,
        audience: args.audience.clone(),
        tlp: args.tlp,
        ..NewPost::default()
    };
    let written = store.add_post(account.id, new).await;
    let post = written.map_err(|error| match error {
        Error::Invalid(message) => usage(message),
        other => other.into(),
    })?;
    let mut out = Out::new();
    match args.json {
        true => out.json(&PostAnswer::from(post))?,
        false => out.line(format!("post {}", post.id))?,
    }
    Ok(out.finish()?)
}

/// The text on standard input, without the line break that ends it.
fn read() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MOST).read_to_end(&mut bytes);
    read.context("standard input")?;
    let text = String::from_utf8(bytes).map_err(|_| usage("standard input is not UTF-8"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// The person or bot that speaks here.
pub(super) async fn speaker(store: &Store, name: &str) -> anyhow::Result<Account> {
    let account = store.person(name).await?;
    match account.disabled {
        None => Ok(account),
        Some(_) => Err(usage(format!("{name} is disabled"))),
    }
}
