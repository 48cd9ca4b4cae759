//! `noroshi watch`: what is new and matches, printed, or given to a command that may reply.

mod command;
mod guard;
mod line;

use std::time::Duration;

use clap::Args;
use noroshi_collect::{Stop, stop};
use noroshi_query::{TimeZone, parse};
use noroshi_store::{Account, ChangeKind, NewPost, Post, Reader, Store, now};
use noroshi_watch::{Event, Hub, Listen, Listener, Next, Place as Position, Refused, Said, Test};
use noroshi_web::post::PostAnswer;
use noroshi_web::stream::EventAnswer;

use super::post::speaker;
use super::search::pointed;
use crate::outcome::{tell, usage};
use crate::place::Place;
use crate::print::{Out, safe};
use crate::signals;
use guard::Guard;

/// How long to wait before trying again when the database does not answer; twice as long each time, up to the second.
const WAIT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Arguments of `noroshi watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    /// What to watch for, as for `search`: `in:post tag:phishing`, `"hello" -is:reply`, `/CVE-[0-9-]+/`, …
    query: String,
    /// Reads as this account [default: as whoever holds the data in hand, who sees everything].
    #[arg(long = "as", value_name = "NAME")]
    account: Option<String>,
    /// Goes on behind this event: the `id` of the last one.
    #[arg(long, value_name = "ID")]
    after: Option<Position>,
    /// Runs this in a shell for each new post that matches, one after the other, with the post as JSON on its standard
    /// input and NOROSHI_POST_ID and NOROSHI_POST_FROM in its environment. It is killed after a minute.
    #[arg(long, value_name = "COMMAND", conflicts_with = "json")]
    exec: Option<String>,
    /// Posts what the command prints as the reply, 64 KiB at most; prints it nothing, or fails, there is no reply. One's
    /// own posts are left out. A bot gets three answers in a line of answers, and anybody ten a minute.
    #[arg(long, requires = "exec", requires = "account")]
    reply: bool,
    /// Obeys this account only; may be said several times.
    #[arg(long, value_name = "NAME")]
    from: Vec<String>,
    /// Prints each event as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Watches until SIGINT or SIGTERM.
pub(crate) async fn run(place: &Place, args: &WatchArgs) -> anyhow::Result<()> {
    let query = parse(&args.query, now(), &TimeZone::system());
    let query = query.map_err(|error| pointed(&args.query, &error))?;
    let store = place.open_existing().await?;
    store.watch_changes()?;
    let account = match &args.account {
        Some(name) => Some(speaker(&store, name).await?),
        None => None,
    };
    for name in &args.from {
        store.account(name).await?;
    }
    let reader = account.as_ref().map(|account| Reader::account(account.id));
    let newest = *store.latest_change().borrow();
    let listen = Listen {
        reader: reader.unwrap_or_else(Reader::operator),
        name: args.account.clone().unwrap_or_default(),
        test: Test::Query(query),
        description: String::new(),
        // Said in any case, so that nothing is lost when the first read fails.
        after: Some(args.after.unwrap_or(Position::behind(newest))),
    };
    let (stopper, stop) = stop();
    signals::stop_on(stopper)?;
    let mut watch = Watch {
        args,
        hub: Hub::start(store.clone()),
        store,
        account,
        listen,
        stop,
        guard: Guard::default(),
        out: Out::new(),
    };
    watch.follow().await?;
    if let (Some(place), Some(_)) = (watch.listen.after, &args.exec) {
        tell(&format!("go on with --after {place}"));
    }
    Ok(watch.out.finish()?)
}

struct Watch<'a> {
    args: &'a WatchArgs,
    store: Store,
    hub: Hub,
    account: Option<Account>,
    /// `after` is behind the last event that was dealt with.
    listen: Listen,
    stop: Stop,
    guard: Guard,
    out: Out,
}

impl Watch<'_> {
    async fn follow(&mut self) -> anyhow::Result<()> {
        let mut stop = self.stop.clone();
        let mut wait = WAIT.0;
        let mut listener = self.listen()?;
        loop {
            let next = tokio::select! {
                biased;
                () = stop.asked() => return Ok(()),
                next = listener.next() => next,
            };
            match next {
                Ok(Next::Event(event)) => {
                    wait = WAIT.0;
                    tokio::select! {
                        biased;
                        () = stop.asked() => return Ok(()),
                        done = self.deal_with(&event) => done?,
                    }
                    self.listen.after = Some(event.place);
                }
                // A command that is slower than what comes; what it missed is read again.
                Ok(Next::Behind(_)) => listener = self.listen()?,
                Err(error) => {
                    tell(&format!("{error}; again in {wait:?}"));
                    tokio::select! {
                        () = stop.asked() => return Ok(()),
                        () = tokio::time::sleep(wait) => {}
                    }
                    wait = (wait * 2).min(WAIT.1);
                    listener = self.listen()?;
                }
            }
        }
    }

    fn listen(&self) -> anyhow::Result<Listener> {
        let listener = self.hub.listen(self.listen.clone());
        listener.map_err(|refused| match refused {
            Refused::BadPattern(error) => usage(error.to_string()),
            Refused::TooMany(why) => anyhow::anyhow!(why),
        })
    }

    async fn deal_with(&mut self, event: &Event) -> anyhow::Result<()> {
        if !self.obeys(event) {
            return Ok(());
        }
        let Some(command) = &self.args.exec else {
            match self.args.json {
                true => self.out.json(&EventAnswer::from(event))?,
                false => self.out.line(line::of(event))?,
            }
            return Ok(self.out.flush()?);
        };
        if let Some(post) = posted(event) {
            self.give(command, post).await?;
        }
        Ok(())
    }

    /// Whether it comes from somebody who may give orders here.
    fn obeys(&self, event: &Event) -> bool {
        let from = match &event.said {
            Said::Entry(entry) => match &entry.repost {
                Some(repost) => &repost.by.name,
                None => &entry.post.from.name,
            },
            Said::Listing(listing) => &listing.source,
        };
        self.args.from.is_empty() || self.args.from.contains(from)
    }

    /// Runs the command on a post, and posts the reply.
    async fn give(&mut self, command: &str, post: &Post) -> anyhow::Result<()> {
        let replies = self.account.clone().filter(|_| self.args.reply);
        if let Some(me) = &replies
            && !self.may_answer(me, post).await
        {
            return Ok(());
        }
        let (id, from) = (post.id, post.from.name.clone());
        let json = serde_json::to_vec(&PostAnswer::from(post.clone()))?;
        let ended = command::run(command, id, &from, json, replies.is_some()).await;
        let text = match ended {
            Ok(text) => text,
            Err(error) => {
                tell(&safe(&format!("post {id} of {from}: {error}")));
                return Ok(());
            }
        };
        match replies {
            Some(me) if !text.is_empty() => self.reply(&me, id, text).await,
            _ => Ok(()),
        }
    }

    /// Whether a reply to it can lead to no endless talk.
    async fn may_answer(&mut self, me: &Account, post: &Post) -> bool {
        if post.from.id == me.id {
            return false;
        }
        let parents = match guard::is_program(&post.from) {
            false => Ok(Vec::new()),
            true => {
                let reader = Reader::account(me.id);
                self.store.post_parents(&reader, post.id).await
            }
        };
        match parents {
            Ok(parents) => {
                let ours = parents.iter().filter(|post| post.from.id == me.id).count();
                let may = self.guard.may_answer(&post.from, ours, now());
                if !may {
                    let (id, from) = (post.id, safe(&post.from.name));
                    tell(&format!("post {id} of {from}: it got answers enough"));
                }
                may
            }
            Err(error) => {
                tell(&format!("post {}: {error}", post.id));
                false
            }
        }
    }

    async fn reply(&self, me: &Account, to: i64, text: String) -> anyhow::Result<()> {
        let mut wait = WAIT.0;
        loop {
            let new = NewPost {
                text: text.clone(),
                reply_to: Some(to),
                ..NewPost::default()
            };
            match self.store.add_post(me.id, new).await {
                Ok(_) => return Ok(()),
                Err(error) if error.is_unavailable() => {
                    tell(&format!("{error}; again in {wait:?}"));
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(WAIT.1);
                }
                // Deleted meanwhile, too long, and the like.
                Err(error) => {
                    tell(&format!("no reply to post {to}: {error}"));
                    return Ok(());
                }
            }
        }
    }
}

/// A post that was just written; not an edit, which would be dealt with twice, and not somebody's repost.
fn posted(event: &Event) -> Option<&Post> {
    match &event.said {
        Said::Entry(entry) if event.kind == ChangeKind::Posted && entry.repost.is_none() => {
            Some(&entry.post)
        }
        _ => None,
    }
}
