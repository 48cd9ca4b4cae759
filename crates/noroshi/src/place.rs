//! Where the data is: flags, environment and configuration come to a store.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context;
use noroshi_deliver::Courier;
use noroshi_egress::{Egress, EgressConfig, Purpose};
use noroshi_exchange::warninglist::{Warninglists, builtin};
use noroshi_store::{Store, Target};

use crate::cli::PlaceArgs;
use crate::config::Config;
use crate::outcome::{tell, usage};

/// The data directory where none is named: in the current directory.
const DEFAULT_DATA: &str = "noroshi-data";

/// Where the server listens where nothing else is said: on this machine, by either of its addresses.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
const LISTEN_6: SocketAddr = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 8080);

/// The folder of the data directory with further warninglists, as MISP publishes them.
const WARNINGLISTS: &str = "warninglists";

/// Where the data is, and the configuration that holds there.
pub(crate) struct Place {
    pub(crate) data: PathBuf,
    pub(crate) config: Config,
    target: Target,
}

impl Place {
    /// Reads the configuration. Opens nothing.
    pub(crate) fn new(args: &PlaceArgs) -> anyhow::Result<Place> {
        Place::in_directory(args, DEFAULT_DATA)
    }

    /// The same with another default for the data directory.
    pub(crate) fn in_directory(args: &PlaceArgs, default: &str) -> anyhow::Result<Place> {
        let data = args.data.clone().unwrap_or_else(|| default.into());
        let config = Config::load(args.config.as_deref(), &data)?;
        let database = match &args.database {
            Some(url) => Some(url.clone()),
            None => config.database()?,
        };
        let target = match database {
            Some(url) => Target::Postgres {
                url,
                directory: data.clone(),
            },
            None => Target::Directory(data.clone()),
        };
        Ok(Place {
            data,
            config,
            target,
        })
    }

    /// Where the server listens unless the command line says otherwise.
    pub(crate) fn listen(&self) -> Vec<SocketAddr> {
        match self.config.listen.as_slice() {
            [] => vec![LISTEN, LISTEN_6],
            some => some.to_vec(),
        }
    }

    /// The address under which a browser of this machine reaches the server.
    pub(crate) fn base(&self) -> String {
        let first = self.listen().into_iter().next().unwrap_or(LISTEN);
        format!("http://{first}")
    }

    /// Opens the store, and makes it where there is none.
    pub(crate) async fn open(&self) -> anyhow::Result<Store> {
        let opened = Store::open(&self.target).await;
        opened.with_context(|| format!("cannot open {}", self.name()))
    }

    /// Opens a store that is there: who asks a question in the wrong directory is told so.
    pub(crate) async fn open_existing(&self) -> anyhow::Result<Store> {
        if matches!(self.target, Target::Directory(_)) && !self.data.join("noroshi.db").is_file() {
            return Err(usage(format!(
                "there is no data in {}: name the right directory with --data, or make it with `noroshi collect`",
                self.data.display()
            )));
        }
        self.open().await
    }

    fn name(&self) -> String {
        match &self.target {
            Target::Directory(data) => data.display().to_string(),
            // The URL may hold a password.
            Target::Postgres { .. } => "the PostgreSQL database".to_owned(),
        }
    }

    /// The way out, as the configuration opens it.
    pub(crate) fn egress(&self) -> anyhow::Result<Egress> {
        let settings = &self.config.egress;
        let agent = settings.user_agent.clone();
        let agent = agent.unwrap_or_else(|| concat!("noroshi/", env!("CARGO_PKG_VERSION")).into());
        let mut egress = EgressConfig::new(agent);
        egress.ca_files.clone_from(&settings.ca_files);
        egress.policy_mut(Purpose::Feed).max_body = self.config.max_body();
        for purpose in Purpose::ALL {
            for place in settings.private(purpose) {
                let place = place.parse();
                let place =
                    place.map_err(|error| usage(format!("[egress] {}: {error}", purpose.key())))?;
                egress.allow(purpose, place);
            }
        }
        Ok(Egress::new(egress)?)
    }

    /// Who sends on channels; links lead `here` unless the configuration says where people reach the hub.
    pub(crate) fn courier(&self, store: &Store, here: &str) -> anyhow::Result<Courier> {
        let url = self.config.public_url()?;
        let url = url.unwrap_or_else(|| here.to_owned());
        let (egress, mail) = (self.egress()?, self.config.mail()?);
        Ok(Courier::new(store.clone(), egress, mail, &url))
    }

    /// The built-in warninglists and those of the data directory. One that cannot be read is told and left out.
    pub(crate) fn warninglists(&self) -> Warninglists {
        let directory = self.data.join(WARNINGLISTS);
        if !directory.is_dir() {
            return Warninglists::new(builtin());
        }
        let (lists, errors) = noroshi_lookup::load_warninglists(&directory);
        for error in errors {
            tell(&error.to_string());
        }
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_is_said_both_addresses_of_this_machine_are_listened_on() {
        let args = PlaceArgs {
            data: Some("/nowhere".into()),
            database: None,
            config: None,
        };
        let place = Place::new(&args).unwrap();
        let told: Vec<String> = place.listen().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["127.0.0.1:8080", "[::1]:8080"]);
        assert_eq!(place.base(), "http://127.0.0.1:8080");
    }
}
