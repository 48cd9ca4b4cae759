//! `noroshi channel`: where notices go, and how they went.

use clap::{Args, Subcommand};
use noroshi_deliver::{Fields, settle};
use noroshi_store::{Cadence, ChannelKind, Delivery, DeliveryState, NewChannel, Reader, now};
use noroshi_web::channel::{ChannelAnswer, DeliveryAnswer};

use crate::outcome::usage;
use crate::place::Place;
use crate::print::{Out, Table};
use crate::when;

/// `noroshi channel …`
#[derive(Debug, Subcommand)]
pub(crate) enum ChannelCommand {
    /// Lists channels, without their secrets.
    List {
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
    /// Makes a channel.
    Add(Box<AddArgs>),
    /// Sends a test and shows the answer; fails if it is not taken.
    Test {
        /// Its number, as `channel list` shows it.
        id: i64,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows what was sent on a channel, newest first.
    Log {
        /// Its number, as `channel list` shows it.
        id: i64,
        /// Messages at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Prints one line of JSON for each.
        #[arg(long)]
        json: bool,
    },
}

/// Arguments of `noroshi channel add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Whose it is to be.
    #[arg(long, value_name = "ACCOUNT")]
    owner: String,
    /// What it is called.
    #[arg(long)]
    name: String,
    /// slack_webhook, slack_bot, email, webhook, teams, discord, mattermost or timeline.
    #[arg(long)]
    kind: String,
    /// File with the webhook's address, `-` for standard input: it is a secret.
    #[arg(long, value_name = "FILE")]
    url_file: Option<String>,
    /// File with the token of a bot of Slack, `-` for standard input.
    #[arg(long, value_name = "FILE")]
    token_file: Option<String>,
    /// The channel that a bot of Slack posts to, by id.
    #[arg(long)]
    channel: Option<String>,
    /// Mail addresses; several times, or with commas.
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    to: Vec<String>,
    /// each, hourly or daily.
    #[arg(long, default_value = "each")]
    cadence: String,
    /// The most messages an hour.
    #[arg(long, default_value_t = 60)]
    per_hour: i64,
    /// The audience that it reaches [default: its owner alone].
    #[arg(long)]
    audience: Option<String>,
    /// en or ja.
    #[arg(long, default_value = "en")]
    language: String,
    /// IANA name of a time zone.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// Runs one of them.
pub(crate) async fn run(place: &Place, command: &ChannelCommand) -> anyhow::Result<()> {
    match command {
        ChannelCommand::List { json } => list(place, *json).await,
        ChannelCommand::Add(args) => add(place, args).await,
        ChannelCommand::Test { id, json } => test(place, *id, *json).await,
        ChannelCommand::Log { id, limit, json } => log(place, *id, *limit, *json).await,
    }
}

async fn list(place: &Place, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let channels = store.channels(&Reader::operator()).await?;
    let mut out = Out::new();
    let mut table = Table::new(["id", "owner", "name", "kind", "when", "audience", "state"]);
    for channel in channels {
        if json {
            out.json(&ChannelAnswer::from(channel))?;
            continue;
        }
        let state = match (channel.enabled, channel.failures) {
            (false, _) => "off",
            (true, 0) => "good",
            (true, _) => "failing",
        };
        table.row([
            channel.id.to_string(),
            channel.owner,
            channel.name,
            channel.kind.name().to_owned(),
            channel.cadence.name().to_owned(),
            channel.audience.unwrap_or_default(),
            state.to_owned(),
        ]);
    }
    out.table(&table)?;
    Ok(out.finish()?)
}

async fn add(place: &Place, args: &AddArgs) -> anyhow::Result<()> {
    let kind = ChannelKind::of(&args.kind);
    let kind = kind.ok_or_else(|| usage(format!("{:?} is no kind of channel", args.kind)))?;
    let cadence = Cadence::of(&args.cadence);
    let cadence = cadence.ok_or_else(|| usage(format!("{:?} is no cadence", args.cadence)))?;
    let fields = Fields {
        url: args.url_file.as_deref().map(read).transpose()?,
        token: args.token_file.as_deref().map(read).transpose()?,
        channel: args.channel.clone(),
        to: args.to.clone(),
        key: None,
    };
    let kept = settle(kind, &fields, None, None).map_err(|error| usage(error.to_string()))?;
    let store = place.open_existing().await?;
    let owner = store.person(&args.owner).await?;
    let new = NewChannel {
        name: args.name.clone(),
        kind,
        config: kept.config,
        secret: kept.secret,
        language: args.language.clone(),
        zone: args.zone.clone(),
        cadence,
        per_hour: args.per_hour,
        audience: args.audience.clone(),
        enabled: true,
    };
    let channel = store.add_channel(owner.id, new).await?;
    let mut out = Out::new();
    if args.json {
        out.json(&ChannelAnswer::from(channel))?;
    } else {
        out.line(format!("channel {} of {}", channel.id, channel.owner))?;
    }
    if let Some(key) = kept.fresh_key {
        out.line(key)?;
    }
    Ok(out.finish()?)
}

/// A secret in a file, or on standard input.
fn read(path: &str) -> anyhow::Result<String> {
    let read = match path {
        "-" => std::io::read_to_string(std::io::stdin()),
        path => std::fs::read_to_string(path),
    };
    let text = read.map_err(|error| usage(format!("{path}: {error}")))?;
    Ok(text.trim().to_owned())
}

async fn test(place: &Place, id: i64, json: bool) -> anyhow::Result<()> {
    let courier = place.courier(&place.open_existing().await?, &place.base())?;
    let test = courier.test(&Reader::operator(), id).await?;
    let (state, said) = (test.state, said(&test));
    let mut out = Out::new();
    if json {
        out.json(&DeliveryAnswer::from(test))?;
    } else if state == DeliveryState::Sent {
        out.line(format!("sent: {said}"))?;
    }
    out.finish()?;
    match state {
        DeliveryState::Sent => Ok(()),
        _ => Err(anyhow::anyhow!("channel {id}: {said}")),
    }
}

fn said(delivery: &Delivery) -> String {
    let said = delivery.error.as_deref().or(delivery.answer.as_deref());
    said.unwrap_or_default().to_owned()
}

async fn log(place: &Place, id: i64, limit: usize, json: bool) -> anyhow::Result<()> {
    let store = place.open_existing().await?;
    let log = store
        .deliveries(&Reader::operator(), id, None, limit)
        .await?;
    let now = now();
    let time = |at: Option<i64>| at.map(|at| when::shown(at, now)).unwrap_or_default();
    let mut out = Out::new();
    let mut table = Table::new([
        "id", "made", "what", "hits", "state", "attempts", "next", "answer",
    ]);
    for one in log {
        if json {
            out.json(&DeliveryAnswer::from(one))?;
            continue;
        }
        table.row([
            one.id.to_string(),
            when::shown(one.created, now),
            one.kind.name().to_owned(),
            one.hits.to_string(),
            one.state.name().to_owned(),
            one.attempts.to_string(),
            time(one.next_try),
            said(&one),
        ]);
    }
    out.table(&table)?;
    Ok(out.finish()?)
}
