//! `serve --demo`: invented data that looks like the real thing, and somebody who may read it.
//!
//! Everything lies in documentation ranges and under `.example`. The same values come out each time, with dates
//! relative to the first start. People and programs talk about them, publishers and outside authors as well. Nothing here opens a connection.

mod cast;
mod feeds;
mod items;
mod random;
mod timeline;

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use noroshi_exchange::warninglist::{Warninglists, builtin};
use noroshi_indicator::Tlp;
use noroshi_store::{
    AccountKind, AudienceKind, ImportMode, Mode, NewAccount, NewKey, NewSource, Reader, Role,
    Scope, Store, now,
};

use crate::outcome::usage;
use cast::Cast;
use feeds::{FEEDS, Feed};

/// Where the demo's data is unless --data says otherwise.
pub(crate) const DIRECTORY: &str = "noroshi-data/demo";

/// In the data directory: the demo's key, so that a second start can print it again. Its presence says that the data
/// is there.
const KEY_FILE: &str = "demo-key";

/// The account that reads the demo.
pub(crate) const ACCOUNT: &str = "analyst";

/// The organisation that shares what is TLP:AMBER, and the audience that stands for it.
const ORGANISATION: &str = "demo-csirt";

/// A value that three of the sources list.
pub(crate) const LISTED: &str = cast::KNOWN_NAME;

/// Seed of the invented values.
const SEED: u64 = 0x6e6f_726f_7368_6921;

/// Who imports.
const ACTOR: &str = "demo";

/// The way in.
pub(crate) struct Demo {
    /// An API key of the account.
    pub(crate) key: String,
    /// The account's password, to sign in with a browser.
    pub(crate) password: String,
}

/// Fills an empty store, or finds the demo that is there.
///
/// # Errors
/// If the store holds other data: invented values must not get among real ones.
pub(crate) async fn prepare(store: &Store) -> anyhow::Result<Demo> {
    let file = store.directory().join(KEY_FILE);
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let kept = kept.trim();
    if store.authenticate(kept).await?.is_some() {
        return Ok(Demo::of(kept.to_owned()));
    }
    refuse_other_data(store).await?;
    let cast = Cast::new(SEED, now());
    fill(store, &cast).await?;
    let key = add_reader(store).await?;
    timeline::fill(store, &cast).await?;
    items::fill(store, &cast).await?;
    write_secret(&file, &key).with_context(|| file.display().to_string())?;
    Ok(Demo::of(key))
}

impl Demo {
    fn of(key: String) -> Demo {
        // Known to whoever knows the key; nothing more has to be kept.
        let password = key.chars().rev().take(16).collect();
        Demo { key, password }
    }
}

/// The warninglists for the demo, where every value is one for documentation.
pub(crate) fn warninglists() -> Warninglists {
    let lists = builtin().into_iter();
    Warninglists::new(lists.filter(|list| !list.name.starts_with("Documentation")))
}

async fn refuse_other_data(store: &Store) -> anyhow::Result<()> {
    let ours =
        |name: &str| FEEDS.iter().any(|feed| feed.name == name) || items::SOURCES.contains(&name);
    let speaks = |name: &str| {
        name == ACCOUNT
            || timeline::SPEAKERS
                .iter()
                .any(|(speaker, _)| *speaker == name)
    };
    let sources = store.sources(&Reader::operator()).await?;
    let accounts = store.accounts().await?;
    let strange = sources.iter().any(|source| !ours(&source.name))
        || accounts.iter().any(|account| !speaks(&account.name));
    if strange {
        return Err(usage(format!(
            "{} holds other data: give --demo a directory of its own with --data",
            store.directory().display()
        )));
    }
    Ok(())
}

async fn fill(store: &Store, cast: &Cast) -> anyhow::Result<()> {
    store.ensure_organisation(ORGANISATION).await?;
    if store.audience(ORGANISATION).await.is_err() {
        let members = [ORGANISATION];
        store
            .add_audience(ORGANISATION, AudienceKind::Organisations, &members)
            .await?;
    }
    for feed in &FEEDS {
        for run in feeds::runs(cast.now) {
            import(store, feed, cast, run).await?;
        }
    }
    Ok(())
}

async fn import(store: &Store, feed: &Feed, cast: &Cast, run: feeds::Run) -> anyhow::Result<()> {
    let source = store.ensure_source(new_source(feed)).await?;
    let import = store
        .begin_import(&source, ImportMode::Offline, ACTOR, None)
        .await?;
    let mut import = import.dated(run.at).await?;
    import.chunk(feed.listings(cast, run), Vec::new()).await?;
    import.finish().await?;
    Ok(())
}

fn new_source(feed: &Feed) -> NewSource {
    let (audience, tlp) = match feed.restricted {
        true => (ORGANISATION, Tlp::Amber),
        false => (noroshi_store::EVERYONE, feed.tlp),
    };
    NewSource {
        name: feed.name.to_owned(),
        mode: if feed.snapshot {
            Mode::Snapshot
        } else {
            Mode::Increment
        },
        expiry: None,
        audience: audience.to_owned(),
        tlp,
        // On, as they would be; the demo runs no schedule.
        enabled: true,
        owner: None,
    }
}

async fn add_reader(store: &Store) -> anyhow::Result<String> {
    if store.account(ACCOUNT).await.is_err() {
        let account = NewAccount {
            name: ACCOUNT.to_owned(),
            kind: AccountKind::Person,
            role: Role::Analyst,
            organisation: Some(ORGANISATION.to_owned()),
        };
        store.add_account(account).await?;
    }
    let key = NewKey {
        account: ACCOUNT.to_owned(),
        name: "demo".to_owned(),
        scopes: vec![Scope::Read, Scope::Write],
        tlp: Tlp::Amber,
        expires: None,
    };
    let (_, secret) = store.add_key(key).await?;
    store
        .set_password(ACCOUNT, &Demo::of(secret.clone()).password)
        .await?;
    Ok(secret)
}

/// Writes a file that nobody else may read.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{secret}")?;
    file.sync_all()
}
